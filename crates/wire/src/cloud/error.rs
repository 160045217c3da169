//! The Graph API's errors (reference 15): the envelope, and one constructor for each that we raise.
//!
//! `message` says what happened as the platform says it, so that clients which look for its words
//! find them; `details` says what to do. `error_subcode` is given for Graph's own errors only
//! (gone from WhatsApp's since v16).

use std::fmt;

use exchange::conversation::Refusal;
use exchange::message::Invalid;

use crate::ascii::Writer;

/// Graph's `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nearly every error.
    OAuthException,
    /// Unknown objects and methods.
    GraphMethodException,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::OAuthException => "OAuthException",
            Self::GraphMethodException => "GraphMethodException",
        }
    }
}

/// An error for a client of the Cloud API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphError {
    /// HTTP status.
    pub http: u16,
    /// Graph's or WhatsApp's code: what clients decide by.
    pub code: u32,
    /// `error_subcode`.
    pub subcode: Option<u32>,
    /// `type`.
    pub kind: Kind,
    /// What happened.
    pub message: String,
    /// What to do: `error_data.details`.
    pub details: Option<String>,
    /// For a `Retry-After` header, milliseconds.
    pub retry_after_ms: Option<i64>,
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.details.as_ref().map_or(Ok(()), |details| write!(f, " – {details}"))
    }
}

impl std::error::Error for GraphError {}

/// The envelope.
impl GraphError {
    /// An error whose message is `(#code) title`.
    pub fn new(http: u16, code: u32, title: &str) -> Self {
        Self {
            http,
            code,
            subcode: None,
            kind: Kind::OAuthException,
            message: format!("(#{code}) {title}"),
            details: None,
            retry_after_ms: None,
        }
    }

    fn bare(http: u16, code: u32, message: &str) -> Self {
        Self { message: message.to_owned(), ..Self::new(http, code, "") }
    }

    /// With words on what to do.
    #[must_use]
    pub fn details(mut self, details: impl Into<String>) -> Self {
        self.details = Some(details.into());
        self
    }

    /// With another HTTP status: throttling is 400 by default and may be 429 (reference 19).
    #[must_use]
    pub fn with_http(mut self, http: u16) -> Self {
        self.http = http;
        self
    }

    /// Whether it is about too many calls, so that `with_http(429)` fits.
    pub fn is_throttling(&self) -> bool {
        matches!(self.code, 4 | 80_007 | 130_429 | 131_056)
    }

    /// The answer's body. `fbtrace_id` is what the log knows this answer by.
    pub fn to_json(&self, fbtrace_id: &str) -> Vec<u8> {
        let mut out = Writer::with_room(512);
        out.raw("{\"error\":{\"message\":").text(&self.message);
        out.raw(",\"type\":\"").raw(self.kind.name());
        out.raw("\",\"code\":").number(i64::from(self.code));
        if let Some(details) = &self.details {
            out.raw(",\"error_data\":{\"messaging_product\":\"whatsapp\",\"details\":");
            out.text(details).raw("}");
        }
        if let Some(subcode) = self.subcode {
            out.raw(",\"error_subcode\":").number(i64::from(subcode));
        }
        out.raw(",\"fbtrace_id\":").text(fbtrace_id).raw("}}");
        out.done()
    }

    /// The `WWW-Authenticate` header that Graph adds to errors of its OAuth kind.
    pub fn www_authenticate(&self) -> Option<String> {
        let reason = match self.code {
            _ if self.kind != Kind::OAuthException => return None,
            190 => "invalid_token",
            _ => "invalid_request",
        };
        let plain =
            |c: char| if (' '..='~').contains(&c) && c != '"' && c != '\\' { c } else { '\'' };
        let message: String = self.message.chars().take(200).map(plain).collect();
        Some(format!("OAuth \"Facebook Platform\" \"{reason}\" \"{message}\""))
    }
}

/// Who is calling (reference 15.1).
impl GraphError {
    /// 190: the token is not one of ours.
    pub fn bad_token() -> Self {
        Self::bare(401, 190, "Invalid OAuth access token - Cannot parse access token").details(
            "The token is not known here: it was replaced, or it is another exchange's. The \
             provider's page makes a new one.",
        )
    }

    /// 104: there is no token.
    pub fn missing_token() -> Self {
        Self::bare(401, 104, "An access token is required to request this resource.").details(
            "Send the token as the header \"Authorization: Bearer <token>\" or as the parameter \
             access_token.",
        )
    }

    /// 2500: `me` without a token.
    pub fn no_current_user() -> Self {
        let message =
            "An active access token must be used to query information about the current user.";
        Self::bare(400, 2500, message)
    }

    /// 2500: a path that nothing answers to.
    pub fn unknown_path(path: &str) -> Self {
        Self::bare(400, 2500, &format!("Unknown path components: {}", shortened(path)))
            .details("docs/api/cloud.md lists the paths that are served.")
    }

    /// 15: a call that only the app itself may make.
    pub fn app_token_required() -> Self {
        Self::new(400, 15, "This method must be called with an app access_token.")
            .details("The app's token is \"{app_id}|{app_secret}\".")
    }

    /// 10: the token is good, and not for this.
    pub fn permission_denied() -> Self {
        Self::new(403, 10, "Application does not have permission for this action")
            .details("The token belongs to another account than the object in the path.")
    }

    /// 100: `appsecret_proof` was sent and is not that of this token and app.
    pub fn bad_proof() -> Self {
        let message = "Invalid appsecret_proof provided in the API argument";
        Self { kind: Kind::GraphMethodException, ..Self::bare(400, 100, message) }.details(
            "It is the hexadecimal HMAC-SHA256 of the access token, with the app secret as key.",
        )
    }

    /// 101: a wrong pair of app id and secret.
    pub fn bad_app_secret() -> Self {
        Self::bare(400, 101, "Error validating client secret.")
            .details("client_id and client_secret must be those given at registration.")
    }
}

/// What is asked for (reference 15.1, 15.3).
impl GraphError {
    /// 100/33: the object does not exist, is not this token's, or cannot do that. One answer for
    /// all three, so that ids cannot be tried out. `method` as in HTTP, any case.
    pub fn unknown_object(method: &str, id: &str) -> Self {
        let message = format!(
            "Unsupported {} request. Object with ID '{}' does not exist, cannot be loaded due to \
             missing permissions, or does not support this operation",
            method.to_ascii_lowercase(),
            shortened(id)
        );
        let kind = Kind::GraphMethodException;
        Self { subcode: Some(33), kind, ..Self::bare(400, 100, &message) }
            .details("Check the id in the path, and that the token belongs to it.")
    }

    /// 100: a field that this kind of node never has.
    pub fn nonexisting_field(field: &str, node_type: &str) -> Self {
        let field = shortened(field);
        let title =
            format!("Tried accessing nonexisting field ({field}) on node type ({node_type})");
        Self::new(400, 100, &title)
    }

    /// 100: a parameter that is missing; `name` as `text['body']`.
    pub fn required(name: &str) -> Self {
        Self::new(400, 100, &format!("The parameter {name} is required."))
    }

    /// 100: a parameter that is not as it must be; `rule` begins with "must".
    pub fn parameter(name: &str, rule: &str) -> Self {
        Self::new(400, 100, &format!("Param {name} {rule}"))
    }

    /// 131008: a part of a message is missing.
    pub fn missing_part(name: &str) -> Self {
        Self::new(400, 131_008, "Required parameter is missing")
            .details(format!("{name} is missing: add it and send again."))
    }

    /// 131009: a part of a message is not as it must be.
    pub fn invalid_value(details: impl Into<String>) -> Self {
        Self::new(400, 131_009, "Parameter value is not valid").details(details)
    }

    /// 131051: a type that we do not carry yet; `what` as `Messages of type image`.
    pub fn not_carried(what: &str) -> Self {
        Self::new(400, 131_051, "Unsupported message type").details(format!(
            "{what} are not carried by this exchange yet. Carried now: text, reaction, and \
             interactive of type button and list."
        ))
    }

    /// 100: the content breaks a limit (`Content::check`). Codes as the platform gives them: 100
    /// for a text, 131009 for the rest.
    pub fn invalid(invalid: &Invalid) -> Self {
        let Invalid { field, rule } = invalid;
        if *field == "text.body" {
            return Self::parameter("text['body']", &format!("{rule}."));
        }
        Self::invalid_value(format!("{field} {rule}."))
    }
}

/// What becomes of a message (reference 15.2, 15.3).
impl GraphError {
    /// 131021: to oneself.
    pub fn recipient_is_sender() -> Self {
        Self::new(400, 131_021, "Recipient cannot be sender")
            .details("The recipient is the sending number itself: give the person's wa_id.")
    }

    /// 131026, at once: nobody here has this number, or the person has not agreed to this
    /// assistant. One answer for both, so that numbers cannot be tried out.
    pub fn undeliverable() -> Self {
        Self::new(400, 131_026, "Message undeliverable").details(
            "Nobody who has consented to this assistant has this number. Write only to people who \
             chose the assistant: their number is `from` in the webhook of their message.",
        )
    }

    /// 131056: too many messages to one person.
    pub fn pair_limit(wait_ms: i64) -> Self {
        let title = "(Business Account, Consumer Account) pair rate limit hit";
        let details = format!(
            "Message failed to send because there were too many messages sent from this phone \
             number to the same phone number in a short period of time. Wait {} s.",
            seconds(wait_ms)
        );
        Self { retry_after_ms: Some(wait_ms), ..Self::new(400, 131_056, title) }.details(details)
    }

    /// 130429: too many messages of one number.
    pub fn throughput(wait_ms: i64) -> Self {
        let details = format!(
            "Cloud API message throughput has been reached. Wait {} s, and send at most {} \
             messages a second.",
            seconds(wait_ms),
            exchange::limits::NUMBER_PER_SECOND
        );
        Self { retry_after_ms: Some(wait_ms), ..Self::new(400, 130_429, "Rate limit hit") }
            .details(details)
    }

    /// 4: too many calls of one app.
    pub fn app_limit(wait_ms: i64) -> Self {
        let details = format!("Too many calls of this app. Wait {} s.", seconds(wait_ms));
        let title = "Application request limit reached";
        Self { retry_after_ms: Some(wait_ms), ..Self::new(400, 4, title) }.details(details)
    }

    /// 80007: too many management calls on one account.
    pub fn account_limit(wait_ms: i64) -> Self {
        let details = format!("Too many calls on this account. Wait {} s.", seconds(wait_ms));
        let title = "Rate limit issues";
        Self { retry_after_ms: Some(wait_ms), ..Self::new(400, 80_007, title) }.details(details)
    }

    /// 131000: our own fault; nothing was accepted.
    pub fn internal() -> Self {
        Self::new(500, 131_000, "Something went wrong")
            .details("Nothing was stored. Try again; tell the operator the fbtrace_id if it stays.")
    }

    /// 131016: not now; nothing was accepted.
    pub fn unavailable(wait_ms: i64) -> Self {
        let title = "Service unavailable";
        Self { retry_after_ms: Some(wait_ms), ..Self::new(503, 131_016, title) }
            .details(format!("Nothing was stored. Try again in {} s.", seconds(wait_ms)))
    }

    /// 2200: the handshake failed; `why` as `HTTP Status Code = 404; HTTP Message = Not Found`.
    pub fn handshake_failed(why: &str) -> Self {
        let title = "Callback verification failed with the following errors:";
        Self::new(400, 2200, &format!("{title} {why}")).details(
            "The callback must answer the GET with status 200 and exactly the value of \
             hub.challenge when hub.verify_token is the one given. Nothing was changed.",
        )
    }
}

/// What the rules refuse, for the assistant.
impl From<&Refusal> for GraphError {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::NotConsented => Self::undeliverable(),
            Refusal::PairLimit(wait_ms) => Self::pair_limit(*wait_ms),
            Refusal::UnknownMessage => unknown_message(),
            Refusal::Full => Self::new(400, 131_026, "Message undeliverable")
                .details("This conversation holds as many messages as it can."),
            Refusal::Invalid(invalid) => Self::invalid(invalid),
        }
    }
}

/// 131009: a message id that points at no message of this conversation.
pub fn unknown_message() -> GraphError {
    GraphError::invalid_value(
        "message_id is not that of a message in this conversation: use `id` of the webhook's \
         message, or of the answer to a send, unchanged.",
    )
}

/// Whole seconds, rounded up, at least one.
fn seconds(wait_ms: i64) -> i64 {
    wait_ms.max(1).saturating_add(999) / 1000
}

/// At most 80 characters of what a client sent, to be quoted back.
pub(crate) fn shortened(text: &str) -> String {
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(80).collect();
    if chars.next().is_some() { start + "…" } else { start }
}

/// `fbtrace_id`: `A` and 22 url-safe characters, from random bits.
pub fn trace_id(random: [u8; 16]) -> String {
    use base64::Engine as _;
    let mut id = String::with_capacity(23);
    id.push('A');
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode_string(random, &mut id);
    id
}

#[cfg(test)]
mod tests;
