//! What a person can say (`docs/api/messenger.md`), made into what is kept. Everything that refers
//! to an assistant's message is taken from that message, as it is kept here: what a button is
//! called, what a product costs, which fields a form has.

use std::collections::BTreeMap;

use exchange::content::order;
use exchange::content::parts::{ContactCard, Location, Product};
use exchange::id::{ConversationId, PersonId, Seq};
use exchange::limits;
use exchange::message::{Author, Content, Extra, Message};
use serde::Deserialize;

use super::forward::{self, Forwarded};
use crate::engine::{Desk, StepError};

/// A message of a person as the page sends it.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum What {
    /// A text; with `product`, a question about a product of the message that is answered.
    Text { text: TextBody, product: Option<String> },
    /// An emoji on a message.
    Reaction { reaction: ReactionBody },
    /// A file that was added to the chat.
    Media { media: super::media::Added },
    /// A tap on a button.
    ButtonReply { reply: ReplyBody },
    /// A row of a list.
    ListReply { reply: ReplyBody },
    /// A quick reply of a template, by its place.
    TemplateReply { reply: ReplyBody },
    /// A place.
    Location(Location),
    /// Contact cards; `requested`: the answer to a request for one.
    Contacts {
        cards: Vec<ContactCard>,
        #[serde(default)]
        requested: bool,
    },
    /// Products of the message that is answered.
    Order { items: Vec<Line>, note: Option<String> },
    /// Whether the assistant may call.
    CallPermissionReply {
        accepted: bool,
        #[serde(default)]
        permanent: bool,
    },
    /// An address, by fields or by the id of one that was offered.
    AddressReply {
        #[serde(default)]
        values: BTreeMap<String, String>,
        saved: Option<String>,
    },
    /// A message of one of the person's chats, told on.
    Forward { forward: Forwarded },
}

#[derive(Debug, Deserialize)]
pub(super) struct TextBody {
    pub(super) body: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct ReactionBody {
    seq: Seq,
    emoji: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct ReplyBody {
    pub(super) id: String,
}

/// A line of an order.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    pub(super) retailer_id: String,
    pub(super) quantity: u32,
}

/// What a person's message comes to.
pub(super) struct Told {
    pub(super) content: Content,
    pub(super) context: Option<Seq>,
    pub(super) extra: Option<Box<Extra>>,
}

impl Told {
    fn new(content: Content, context: Option<Seq>) -> Self {
        Self { content, context, extra: None }
    }
}

const NOT_OFFERED: StepError =
    StepError::Denied("That answer is not offered by the message you answer.");

impl What {
    /// What is kept of it. An answer is to a message of the assistant's that is really there and
    /// really asks for it.
    ///
    /// # Errors
    /// [`StepError::Denied`] when it refers to something that is not there; a field that breaks
    /// its rule.
    pub(super) fn told(
        self,
        desk: &mut Desk,
        person: PersonId,
        id: ConversationId,
        context: Option<Seq>,
    ) -> Result<Told, StepError> {
        let now = desk.now();
        match self {
            Self::Text { text, product } => about(desk, id, text.body, product, context),
            Self::Media { media } => Ok(Told::new(media.content(desk, id)?, context)),
            Self::Reaction { reaction } => reacted(desk, id, reaction),
            Self::ButtonReply { reply }
            | Self::ListReply { reply }
            | Self::TemplateReply { reply } => {
                let answer = question(desk, id, context)?.content.answer(&reply.id);
                Ok(Told::new(answer.ok_or(NOT_OFFERED)?, context))
            }
            Self::Location(place) => {
                Ok(Told::new(Content::Location(Location { url: None, ..place }), context))
            }
            Self::Contacts { cards, requested } => {
                let cards = cards.into_iter().map(tidy).collect();
                answering(desk, id, Content::Contacts { cards, requested }, context, requested)
            }
            Self::Order { items, note } => {
                let asked = question(desk, id, context)?;
                let lines: Vec<(String, u32)> =
                    items.into_iter().map(|line| (line.retailer_id, line.quantity)).collect();
                Ok(Told::new(
                    order(&asked.content.products(), &lines, note).map_err(refused)?,
                    context,
                ))
            }
            Self::CallPermissionReply { accepted, permanent } => {
                let until = (now + limits::CALL_PERMISSION_MS).0;
                let until_ms = (accepted && !permanent).then_some(until);
                let reply = Content::CallPermissionReply { accepted, until_ms };
                answering(desk, id, reply, context, true)
            }
            Self::AddressReply { values, saved } => {
                let asked = question(desk, id, context)?;
                let Content::AddressRequest { form, .. } = &asked.content else {
                    return Err(NOT_OFFERED);
                };
                Ok(Told::new(form.reply(&values, saved.as_deref()).map_err(refused)?, context))
            }
            Self::Forward { forward } => forward::told(desk, person, id, &forward),
        }
    }
}

fn refused(invalid: exchange::message::Invalid) -> StepError {
    exchange::conversation::Refusal::Invalid(invalid).into()
}

/// The assistant's message that is answered, if it can be.
fn question(desk: &Desk, id: ConversationId, context: Option<Seq>) -> Result<Message, StepError> {
    let asked = match context {
        Some(seq) => desk.message(id, seq)?,
        None => None,
    };
    let can_be = |asked: &Message| {
        asked.author == Author::Assistant && asked.failed.is_none() && !asked.content.is_pending()
    };
    asked.filter(can_be).ok_or(NOT_OFFERED)
}

/// An answer, if it fits what is asked; `needed`: it must answer something.
fn answering(
    desk: &Desk,
    id: ConversationId,
    content: Content,
    context: Option<Seq>,
    needed: bool,
) -> Result<Told, StepError> {
    if needed && !content.fits(&question(desk, id, context)?.content) {
        return Err(NOT_OFFERED);
    }
    Ok(Told::new(content, context))
}

/// A text, or a question about a product that the answered message shows.
fn about(
    desk: &Desk,
    id: ConversationId,
    body: String,
    product: Option<String>,
    context: Option<Seq>,
) -> Result<Told, StepError> {
    let mut told = Told::new(Content::Text { body, preview_url: false }, context);
    let Some(product) = product else { return Ok(told) };
    let asked = question(desk, id, context)?;
    let shown = asked.content.products();
    let found: &Product =
        shown.iter().find(|shown| shown.retailer_id == product).ok_or(NOT_OFFERED)?;
    let product = Some((found.catalog, found.retailer_id.clone()));
    told.extra = Some(Box::new(Extra { product, ..Extra::default() }));
    Ok(told)
}

fn reacted(desk: &Desk, id: ConversationId, reaction: ReactionBody) -> Result<Told, StepError> {
    let target = desk.message(id, reaction.seq)?;
    if target.is_some_and(|target| target.author == Author::Exchange) {
        return Err(StepError::Denied("A notice of the exchange takes no reaction."));
    }
    Ok(Told::new(Content::Reaction { target: reaction.seq, emoji: reaction.emoji }, None))
}

const NAME_PARTS: &[&str] =
    &["formatted_name", "first_name", "last_name", "middle_name", "suffix", "prefix"];
const PHONE_PARTS: &[&str] = &["phone", "type"];
const EMAIL_PARTS: &[&str] = &["email", "type"];
const ADDRESS_PARTS: &[&str] =
    &["street", "city", "state", "zip", "country", "country_code", "type"];
const ORG_PARTS: &[&str] = &["company", "department", "title"];
const URL_PARTS: &[&str] = &["url", "type"];

/// A card with the platform's members and nothing else, without what was left empty.
fn tidy(mut card: ContactCard) -> ContactCard {
    fn known(map: &mut BTreeMap<String, String>, parts: &[&str]) {
        map.retain(|part, text| parts.contains(&part.as_str()) && !text.trim().is_empty());
    }
    fn all(maps: &mut Vec<BTreeMap<String, String>>, parts: &[&str]) {
        maps.iter_mut().for_each(|map| known(map, parts));
        maps.retain(|map| map.keys().any(|part| part != "type"));
    }
    known(&mut card.name, NAME_PARTS);
    known(&mut card.org, ORG_PARTS);
    all(&mut card.phones, PHONE_PARTS);
    all(&mut card.emails, EMAIL_PARTS);
    all(&mut card.addresses, ADDRESS_PARTS);
    all(&mut card.urls, URL_PARTS);
    card
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<What, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn what_the_page_sends_is_read() {
        for good in [
            r#"{"type":"location","latitude":52,"longitude":4.35,"name":"Hall"}"#,
            r#"{"type":"contacts","cards":[{"name":{"formatted_name":"Ada L"}}]}"#,
            r#"{"type":"order","items":[{"retailer_id":"tea","quantity":2}]}"#,
            r#"{"type":"call_permission_reply","accepted":false}"#,
            r#"{"type":"address_reply","values":{"city":"Pune"}}"#,
            r#"{"type":"forward","forward":{"chat":"0000000001","seq":4}}"#,
            r#"{"type":"text","text":{"body":"Is it new?"},"product":"tea"}"#,
        ] {
            assert!(read(good).is_ok(), "{good}: {:?}", read(good).err());
        }
        for bad in [
            r#"{"type":"location","latitude":"52","longitude":4.35}"#,
            r#"{"type":"location","latitude":1e300,"longitude":4.35}"#,
            r#"{"type":"order","items":[{"retailer_id":"tea","quantity":-1}]}"#,
            r#"{"type":"withheld"}"#,
            r#"{"type":"notice","kind":"ai","text":"x"}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_card_holds_what_the_platform_knows_and_nothing_empty() {
        let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let card = tidy(ContactCard {
            name: map(&[
                ("formatted_name", "Ada"),
                ("first_name", "Ada"),
                ("last_name", " "),
                ("evil", "x"),
            ]),
            phones: vec![
                map(&[("phone", "+49 30 1"), ("wa_id", "4930")]),
                map(&[("type", "CELL")]),
            ],
            ..ContactCard::default()
        });
        assert_eq!(card.name, map(&[("formatted_name", "Ada"), ("first_name", "Ada")]));
        assert_eq!(card.phones, [map(&[("phone", "+49 30 1")])]);
    }
}
