//! Webhook bodies (reference 11 and 12; clients' needs 11-17): one entry, one change, one message
//! or one status each, both identities of the person, written once in pure ASCII.
//!
//! `said` writes what a message says, `fault` why one failed. Version 25: no `conversation` object. Everything is free, for everybody, and `pricing` says so.

mod fault;
mod said;
#[cfg(test)]
mod said_tests;

use exchange::content::Category;
use exchange::delivery::Kind;
use exchange::id::{AccountId, AssistantId, ConversationId, Seq};
use exchange::media::MediaId;
use exchange::message::{Author, Content, Failure, Message};
use exchange::time::Millis;
use serde_json::Value;

use super::id::{Direction, Wamid};
use crate::ascii::Writer;

pub use fault::{Fault, fault};

/// The number that a webhook is about: the assistant's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata {
    /// `entry[0].id`.
    pub account: AccountId,
    /// The number, written in digits.
    pub number: u64,
    /// `phone_number_id`.
    pub phone_number_id: AssistantId,
}

/// The person as this assistant sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact<'a> {
    /// The conversation, which makes both identities.
    pub conversation: ConversationId,
    /// The name the person gave this assistant; may be empty.
    pub name: &'a str,
}

/// What became of an assistant's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status<'a> {
    /// Its place.
    pub seq: Seq,
    /// Which status; `Kind::Message` is none and gives no body.
    pub kind: Kind,
    /// Since when.
    pub at: Millis,
    /// `biz_opaque_callback_data` of the send.
    pub opaque: Option<&'a str>,
    /// Why it failed, for `Kind::Failed`.
    pub failure: Option<Failure>,
    /// What the message is for.
    pub category: Category,
}

/// The webhook of a person's message. `referred` is who wrote the message that it quotes or reacts
/// to (looked up by the caller; of no account when there is none), `media_url` where a file is.
///
/// `None` for what no assistant is told: notices, kept blanks, a reaction to a notice.
pub fn message(
    meta: &Metadata,
    contact: &Contact<'_>,
    message: &Message,
    referred: Author,
    media_url: &dyn Fn(MediaId) -> String,
) -> Option<Vec<u8>> {
    let conversation = contact.conversation;
    let mut out = Writer::with_room(768);
    envelope(&mut out, meta);
    contacts(&mut out, contact);
    out.raw(",\"messages\":[{\"from\":\"999").digits(conversation.get(), 12);
    out.raw("\",\"from_user_id\":\"ZZ.999").digits(conversation.get(), 12);
    out.raw("\",\"id\":");
    wamid(&mut out, conversation, message.seq, Direction::Inbound);
    out.raw(",\"timestamp\":\"").number(message.at.seconds()).raw("\"");
    let direction = Direction::of(referred);
    context(&mut out, meta, conversation, message, direction);
    if let Some(referral) = message.extra.as_ref().and_then(|extra| extra.referral.as_ref())
        && let Ok(referral @ Value::Object(_)) = serde_json::from_str(&referral.json)
    {
        out.raw(",\"referral\":").value(&referral);
    }
    match &message.content {
        Content::Text { body, .. } => {
            out.raw(",\"type\":\"text\",\"text\":{\"body\":").text(body).raw("}");
        }
        Content::Reaction { target, emoji } => {
            out.raw(",\"type\":\"reaction\",\"reaction\":{\"message_id\":");
            wamid(&mut out, conversation, *target, direction?);
            // Taken back: no emoji at all.
            if !emoji.is_empty() {
                out.raw(",\"emoji\":").text(emoji);
            }
            out.raw("}");
        }
        other => said::members(&mut out, other, media_url)?,
    }
    out.raw("}]}}]}]}");
    Some(out.done())
}

/// The webhook of a status. `rules_url` is the page that explains the errors, without fragment.
///
/// `None` if the kind is not a status.
pub fn status(
    meta: &Metadata,
    contact: &Contact<'_>,
    status: &Status<'_>,
    rules_url: &str,
) -> Option<Vec<u8>> {
    let name = match status.kind {
        Kind::Sent => "sent",
        Kind::Delivered => "delivered",
        Kind::Read => "read",
        Kind::Failed => "failed",
        Kind::Played => "played",
        Kind::MarketingStopped | Kind::MarketingResumed => {
            return Some(preference(meta, contact, status));
        }
        Kind::Message | Kind::Fetch | Kind::Event => return None,
    };
    let conversation = contact.conversation;
    let mut out = Writer::with_room(1024);
    envelope(&mut out, meta);
    contacts(&mut out, contact);
    out.raw(",\"statuses\":[{\"id\":");
    wamid(&mut out, conversation, status.seq, Direction::Outbound);
    out.raw(",\"status\":\"").raw(name);
    out.raw("\",\"timestamp\":\"").number(status.at.seconds());
    out.raw("\",\"recipient_id\":\"999").digits(conversation.get(), 12);
    out.raw("\",\"recipient_user_id\":\"ZZ.999").digits(conversation.get(), 12).raw("\"");
    if let Some(opaque) = status.opaque {
        out.raw(",\"biz_opaque_callback_data\":").text(opaque);
    }
    if status.kind == Kind::Failed {
        errors(&mut out, fault(status.failure.unwrap_or(Failure::Undelivered)), rules_url);
    } else {
        pricing(&mut out, status.category);
    }
    out.raw("}]}}]}]}");
    Some(out.done())
}

/// Free, for every message of everybody: the order's terms.
fn pricing(out: &mut Writer, category: Category) {
    out.raw(",\"pricing\":{\"billable\":false,\"pricing_model\":\"PMP\",\"type\":\"");
    out.raw(if category == Category::Service { "free_customer_service" } else { "regular" });
    out.raw("\",\"category\":\"").raw(category.name()).raw("\"}");
}

/// What a message quotes, that it was forwarded, the product it asks about.
fn context(
    out: &mut Writer,
    meta: &Metadata,
    conversation: ConversationId,
    message: &Message,
    direction: Option<Direction>,
) {
    let quoted = message.context.zip(direction);
    let (forwards, product) = match message.extra.as_deref() {
        Some(extra) => (extra.forwards, extra.product.as_ref()),
        None => (0, None),
    };
    if quoted.is_none() && forwards == 0 && product.is_none() {
        return;
    }
    out.raw(",\"context\":{");
    if let Some((seq, direction)) = quoted {
        out.raw("\"from\":\"");
        match direction {
            Direction::Outbound => out.digits(meta.number, 1),
            Direction::Inbound => out.raw("999").digits(conversation.get(), 12),
        };
        out.raw("\",\"id\":");
        wamid(out, conversation, seq, direction);
    }
    if forwards > 0 {
        out.raw(if quoted.is_some() { "," } else { "" });
        out.raw(if forwards > OFTEN { "\"frequently_forwarded\"" } else { "\"forwarded\"" });
        out.raw(":true");
    }
    if let Some((catalog, retailer_id)) = product {
        out.raw(if quoted.is_some() || forwards > 0 { "," } else { "" });
        out.raw("\"referred_product\":{\"catalog_id\":\"").digits(catalog.0, 1);
        out.raw("\",\"product_retailer_id\":").text(retailer_id).raw("}");
    }
    out.raw("}");
}

/// More hops than this are "frequently" (reference 12).
const OFTEN: u32 = 5;

/// `user_preferences`: whether the person takes marketing templates (reference 13).
fn preference(meta: &Metadata, contact: &Contact<'_>, status: &Status<'_>) -> Vec<u8> {
    let stopped = status.kind == Kind::MarketingStopped;
    let conversation = contact.conversation;
    let mut out = Writer::with_room(768);
    opened(&mut out, meta, "user_preferences");
    contacts(&mut out, contact);
    out.raw(",\"user_preferences\":[{\"wa_id\":\"999").digits(conversation.get(), 12);
    out.raw("\",\"user_id\":\"ZZ.999").digits(conversation.get(), 12);
    out.raw("\",\"detail\":");
    out.text(if stopped {
        "User requested to stop marketing messages"
    } else {
        "User requested to resume marketing messages"
    });
    out.raw(",\"category\":\"marketing_messages\",\"value\":\"");
    out.raw(if stopped { "stop" } else { "resume" });
    out.raw("\",\"timestamp\":").number(status.at.seconds()).raw("}]}}]}]}");
    out.done()
}

/// The webhook of something that an account is told about itself: any field but `messages`
/// (reference 13). `value` is the change's value.
pub fn event(account: AccountId, at: Millis, field: &str, value: &Value) -> Vec<u8> {
    let mut out = Writer::with_room(768);
    out.raw("{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"");
    out.digits(account.0, 1).raw("\",\"time\":").number(at.seconds());
    out.raw(",\"changes\":[{\"field\":").text(field).raw(",\"value\":").value(value);
    out.raw("}]}]}");
    out.done()
}

fn envelope(out: &mut Writer, meta: &Metadata) {
    opened(out, meta, "messages");
}

/// Up to where `contacts` follows.
fn opened(out: &mut Writer, meta: &Metadata, field: &str) {
    out.raw("{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"");
    out.digits(meta.account.0, 1);
    out.raw("\",\"changes\":[{\"field\":\"").raw(field);
    out.raw("\",\"value\":{\"messaging_product\":\"whatsapp\",");
    out.raw("\"metadata\":{\"display_phone_number\":\"").digits(meta.number, 1);
    out.raw("\",\"phone_number_id\":\"").digits(meta.phone_number_id.0, 1).raw("\"},");
}

fn contacts(out: &mut Writer, contact: &Contact<'_>) {
    out.raw("\"contacts\":[{\"profile\":{\"name\":").text(contact.name);
    out.raw("},\"wa_id\":\"999").digits(contact.conversation.get(), 12);
    out.raw("\",\"user_id\":\"ZZ.999").digits(contact.conversation.get(), 12).raw("\"}]");
}

fn wamid(out: &mut Writer, conversation: ConversationId, seq: Seq, direction: Direction) {
    out.text(&Wamid { conversation, seq, direction }.encode());
}

fn errors(out: &mut Writer, fault: Fault, rules_url: &str) {
    out.raw(",\"errors\":[{\"code\":").number(i64::from(fault.code));
    out.raw(",\"title\":").text(fault.title).raw(",\"message\":").text(fault.title);
    out.raw(",\"error_data\":{\"details\":").text(fault.details);
    out.raw("},\"href\":\"").inside(rules_url).raw("#").digits(u64::from(fault.code), 1);
    out.raw("\"}]");
}

#[cfg(test)]
mod tests;
