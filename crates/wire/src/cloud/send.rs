//! `POST /{phone}/messages` (reference 3): what an assistant sends, and the answers.
//!
//! Nearly every call is a plain text or a read receipt in JSON. These are read in one pass over
//! the body, borrowing from it; whatever that pass does not understand completely goes the general
//! way over the parameter bag, which alone says what is wrong.

use std::borrow::Cow;

use exchange::id::{ConversationId, Seq};
use exchange::limits;
use exchange::message::Content;
use serde::Deserialize;

use super::content;
use super::error::{GraphError, shortened, unknown_message};
use super::id::{self, Direction, Wamid};
use super::params::{BodyKind, Params, as_text, present};
use super::template::{self, send::TemplateSend};
use crate::ascii::Writer;

/// To whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// `to` (or else `recipient`) as it was sent, echoed in the answer.
    pub input: String,
    /// The conversation; `None` when it is nobody of ours: 131026.
    pub conversation: Option<ConversationId>,
    /// The number in digits, when there was a `to`: may be the sender's own (131021).
    pub number: Option<u64>,
    /// Whether a business-scoped user id was given, alone or beside `to`.
    pub by_user_id: bool,
}

/// A message to be sent. Its limits are still to be checked (`Content::check`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// To whom.
    pub to: Recipient,
    /// What; for a template what is not yet known: it is still to be filled in.
    pub content: Content,
    /// The template that the content is to be made from.
    pub template: Option<TemplateSend>,
    /// The message it answers, of the same conversation. That it exists, and that its author is
    /// the one that `direction` names, is still to be checked. Never set for a reaction.
    pub context: Option<Wamid>,
    /// For a reaction: the message reacted to; the same is still to be checked.
    pub target: Option<Wamid>,
    /// `biz_opaque_callback_data`.
    pub opaque: Option<String>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "lives for one call; the large one is the usual one")]
pub enum Request {
    /// Send a message.
    Message(Outgoing),
    /// Mark a message read, and the earlier ones with it.
    Read {
        /// Which. That it exists is still to be checked.
        message: Wamid,
        /// Whether "writing…" is to be shown.
        typing: bool,
    },
}

/// Reads a call.
///
/// # Errors
/// The Graph error that the client gets.
pub fn parse(
    query: Option<&str>,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Request, GraphError> {
    if only_credentials(query)
        && BodyKind::of(content_type, body) == BodyKind::Json
        && let Some(request) = quick(body)
    {
        return Ok(request);
    }
    parse_params(&Params::of(query, content_type, body)?)
}

/// Reads a call whose parameters are collected already.
///
/// # Errors
/// The Graph error that the client gets.
pub fn parse_params(params: &Params) -> Result<Request, GraphError> {
    let product = params.required("messaging_product")?;
    if !product.eq_ignore_ascii_case("whatsapp") {
        return Err(GraphError::parameter("messaging_product", "must be one of {WHATSAPP}."));
    }
    if params.get("status").is_some() {
        return receipt(params);
    }
    if params.get("typing_indicator").is_some() {
        return Err(GraphError::required("status").details(TYPING));
    }
    let to = recipient(params)?;
    let is_template = params.text("type")?.as_deref() == Some("template");
    let template = is_template.then(|| template::send::read(params)).transpose()?;
    let (content, target) = match template {
        Some(_) => (Content::Withheld, None),
        None => content::read(params)?,
    };
    let context = context(params, &to)?.filter(|_| target.is_none());
    if target.is_some_and(|target| to.is_another(target)) {
        return Err(unknown_message());
    }
    let opaque = params.text("biz_opaque_callback_data")?.map(Cow::into_owned);
    if opaque.as_ref().is_some_and(|opaque| too_long(opaque)) {
        let rule = format!("must be at most {} characters long.", limits::OPAQUE_CHARS);
        return Err(GraphError::parameter("biz_opaque_callback_data", &rule));
    }
    Ok(Request::Message(Outgoing { to, content, template, context, target, opaque }))
}

const TYPING: &str = "\"writing…\" is shown in answer to a message: send {\"messaging_product\":\
    \"whatsapp\",\"status\":\"read\",\"message_id\":\"wamid…\",\"typing_indicator\":\
    {\"type\":\"text\"}}.";

fn receipt(params: &Params) -> Result<Request, GraphError> {
    let status = params.required("status")?;
    if !status.eq_ignore_ascii_case("read") {
        let error = GraphError::parameter("status", "must be one of {READ}.");
        return Err(error.details(TYPING));
    }
    let id = params.text("message_id")?.ok_or_else(|| {
        GraphError::required("message_id").details("Give `id` of the message to be marked read.")
    })?;
    let message = Wamid::decode(&id).ok_or_else(unknown_message)?;
    let typing = match params.object("typing_indicator")? {
        None => false,
        Some(indicator) => match indicator.get("type").filter(|kind| present(kind)) {
            Some(kind) if as_text(kind, "typing_indicator['type']")? == "text" => true,
            None => false,
            Some(_) => {
                let rule = "must be one of {TEXT}.";
                return Err(GraphError::parameter("typing_indicator['type']", rule));
            }
        },
    };
    Ok(Request::Read { message, typing })
}

fn too_long(opaque: &str) -> bool {
    opaque.len() > limits::OPAQUE_CHARS && opaque.chars().count() > limits::OPAQUE_CHARS
}

impl Recipient {
    /// From `to`; `None` if it cannot be a telephone number.
    fn of_number(to: &str) -> Option<Self> {
        let (mut number, mut count) = (0_u64, 0);
        for c in to.chars() {
            match c {
                '0'..='9' if count < 15 => {
                    number = number * 10 + u64::from(c as u8 - b'0');
                    count += 1;
                }
                '+' | '-' | '(' | ')' | ' ' => {}
                _ => return None,
            }
        }
        // E.164: at most fifteen digits; ours have all fifteen, so leading zeros cannot confuse.
        let conversation = if count == 15 { of_ours(number) } else { None };
        let known =
            Self { input: to.to_owned(), conversation, number: Some(number), by_user_id: false };
        (count > 0).then_some(known)
    }

    /// Whether a message is of another conversation than the one with this recipient.
    fn is_another(&self, message: Wamid) -> bool {
        self.conversation.is_some_and(|own| own != message.conversation)
    }
}

fn of_ours(number: u64) -> Option<ConversationId> {
    let own = number.checked_sub(999 * exchange::id::CONVERSATION_LIMIT)?;
    ConversationId::new(own)
}

fn recipient(params: &Params) -> Result<Recipient, GraphError> {
    let kind = params.text("recipient_type")?;
    if kind.is_some_and(|kind| !kind.eq_ignore_ascii_case("individual")) {
        return Err(GraphError::parameter("recipient_type", "must be one of {INDIVIDUAL}.")
            .details("Groups are not carried by this exchange yet."));
    }
    let user = params.text("recipient")?;
    if let Some(to) = params.text("to")? {
        let known = Recipient::of_number(&to).ok_or_else(|| not_a_number(&to))?;
        return Ok(Recipient { by_user_id: user.is_some(), ..known });
    }
    let user = user.ok_or_else(|| {
        GraphError::required("to").details(
            "to is missing or empty: give the person's number (`from` in the webhook of their \
             message), or their business-scoped user id as recipient.",
        )
    })?;
    if !id::is_user_id(&user) {
        let rule = "must be a business-scoped user id, such as ZZ.999000000012345.";
        return Err(GraphError::parameter("recipient", rule));
    }
    let conversation = id::parse_user_id(&user);
    Ok(Recipient { input: user.into_owned(), conversation, number: None, by_user_id: true })
}

fn not_a_number(to: &str) -> GraphError {
    let error = GraphError::parameter("to", "must be a phone number.");
    if id::is_user_id(to) {
        return error.details("A business-scoped user id goes into recipient.");
    }
    error.details(format!(
        "to was \"{}\": 1 to 15 digits are expected; +, -, ( ) and spaces may stand between.",
        shortened(to)
    ))
}

fn context(params: &Params, to: &Recipient) -> Result<Option<Wamid>, GraphError> {
    let Some(context) = params.object("context")? else { return Ok(None) };
    let Some(id) = context.get("message_id").filter(|id| present(id)) else { return Ok(None) };
    let found =
        Wamid::decode(&as_text(id, "context['message_id']")?).ok_or_else(unknown_message)?;
    if to.is_another(found) { Err(unknown_message()) } else { Ok(Some(found)) }
}

/// Whether a query holds nothing that belongs to the message.
fn only_credentials(query: Option<&str>) -> bool {
    let ours = |pair: &str| {
        pair.is_empty() || pair.starts_with("access_token=") || pair.starts_with("appsecret_proof=")
    };
    query.is_none_or(|query| query.split('&').all(ours))
}

/// A string, borrowed when it has no escapes.
#[derive(Deserialize)]
struct Borrowed<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
struct Quick<'a> {
    #[serde(borrow)]
    messaging_product: Borrowed<'a>,
    #[serde(borrow)]
    recipient_type: Option<Borrowed<'a>>,
    #[serde(borrow)]
    to: Option<Borrowed<'a>>,
    #[serde(borrow)]
    recipient: Option<Borrowed<'a>>,
    #[serde(borrow)]
    r#type: Option<Borrowed<'a>>,
    #[serde(borrow)]
    text: Option<QuickText<'a>>,
    #[serde(borrow)]
    context: Option<QuickContext<'a>>,
    #[serde(borrow)]
    biz_opaque_callback_data: Option<Borrowed<'a>>,
    #[serde(borrow)]
    status: Option<Borrowed<'a>>,
    #[serde(borrow)]
    message_id: Option<Borrowed<'a>>,
    #[serde(borrow)]
    typing_indicator: Option<QuickTyping<'a>>,
}

#[derive(Deserialize)]
struct QuickText<'a> {
    #[serde(borrow)]
    body: Cow<'a, str>,
    preview_url: Option<bool>,
}

#[derive(Deserialize)]
struct QuickContext<'a> {
    #[serde(borrow)]
    message_id: Cow<'a, str>,
}

#[derive(Deserialize)]
struct QuickTyping<'a> {
    #[serde(borrow)]
    r#type: Cow<'a, str>,
}

/// The common calls in one pass. `None`: not one of them, or something is wrong with it.
fn quick(body: &[u8]) -> Option<Request> {
    // Once for the whole: strings that are passed over would not be looked at.
    let it: Quick<'_> = serde_json::from_str(std::str::from_utf8(body).ok()?).ok()?;
    let is = |text: &Option<Borrowed<'_>>, word: &str| text.as_ref().is_some_and(|t| t.0 == word);
    if it.messaging_product.0 != "whatsapp" {
        return None;
    }
    if is(&it.status, "read") {
        let message = Wamid::decode(&it.message_id?.0)?;
        let typing = it.typing_indicator.is_some();
        let sound = it.typing_indicator.is_none_or(|indicator| indicator.r#type == "text");
        return sound.then_some(Request::Read { message, typing });
    }
    let individual = it.recipient_type.is_none() || is(&it.recipient_type, "individual");
    let text = it.r#type.is_none() || is(&it.r#type, "text");
    if !individual || !text || it.status.is_some() || it.typing_indicator.is_some() {
        return None;
    }
    let to = Recipient::of_number(&it.to?.0)?;
    let to = Recipient { by_user_id: it.recipient.is_some_and(|user| !user.0.is_empty()), ..to };
    let context = match it.context {
        Some(context) => Some(Wamid::decode(&context.message_id)?),
        None => None,
    };
    let QuickText { body, preview_url } = it.text?;
    let opaque = it.biz_opaque_callback_data.map(|opaque| opaque.0.into_owned());
    let opaque = opaque.filter(|opaque| !opaque.is_empty());
    let refused = body.is_empty()
        || context.is_some_and(|context| to.is_another(context))
        || opaque.as_ref().is_some_and(|opaque| too_long(opaque));
    let preview_url = preview_url.unwrap_or(false);
    let content = Content::Text { body: body.into_owned(), preview_url };
    let outgoing = Outgoing { to, content, template: None, context, target: None, opaque };
    (!refused).then_some(Request::Message(outgoing))
}

/// The answer to an accepted message: it is on disk, and `seq` is its place.
pub fn accepted(to: &Recipient, conversation: ConversationId, seq: Seq) -> Vec<u8> {
    accepted_as(to, conversation, seq, false)
}

/// The same; templates are told their `message_status` too (reference 3).
pub fn accepted_as(
    to: &Recipient,
    conversation: ConversationId,
    seq: Seq,
    template: bool,
) -> Vec<u8> {
    let mut out = Writer::with_room(256);
    out.raw("{\"messaging_product\":\"whatsapp\",\"contacts\":[{\"input\":").text(&to.input);
    if to.number.is_some() {
        out.raw(",\"wa_id\":\"999").digits(conversation.get(), 12).raw("\"");
    }
    if to.by_user_id {
        out.raw(",\"user_id\":\"ZZ.999").digits(conversation.get(), 12).raw("\"");
    }
    let wamid = Wamid { conversation, seq, direction: Direction::Outbound };
    out.raw("}],\"messages\":[{\"id\":").text(&wamid.encode());
    out.raw(if template { ",\"message_status\":\"accepted\"}]}" } else { "}]}" });
    out.done()
}

/// The answer to everything that only succeeds.
pub const SUCCESS: &[u8] = b"{\"success\":true}";

#[cfg(test)]
mod tests;
