//! Webhook bodies (reference 11 and 12; clients' needs 11-17): one entry, one change, one message
//! or one status each, both identities of the person, written once in pure ASCII.
//!
//! Version 25: no `conversation` object. Everything is free, for everybody, and `pricing` says so.

use exchange::delivery::Kind;
use exchange::id::{AccountId, AssistantId, ConversationId, Seq};
use exchange::message::{Author, Content, Failure, Message};
use exchange::time::Millis;

use super::id::{Direction, Wamid};
use crate::ascii::Writer;

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
}

/// An error in a webhook: without `(#code)`, with a link to the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The platform's code.
    pub code: u32,
    /// `title`, and `message` too.
    pub title: &'static str,
    /// `error_data.details`.
    pub details: &'static str,
}

/// Why a message did not arrive, in the platform's words (reference 15.3).
pub fn fault(failure: Failure) -> Fault {
    match failure {
        Failure::WindowClosed => Fault {
            code: 131_047,
            title: "Re-engagement message",
            details: "Message failed to send because more than 24 hours have passed since the \
                customer last replied to this number.",
        },
        Failure::Undelivered | Failure::Stopped => Fault {
            code: 131_026,
            title: "Message undeliverable",
            details: "Message failed to send because the person can no longer be reached by this \
                number.",
        },
    }
}

/// The webhook of a person's message. `referred` is who wrote the message that it quotes or reacts
/// to (looked up by the caller; of no account when there is none).
///
/// `None` for what no assistant is told: notices, kept blanks, a reaction to a notice.
pub fn message(
    meta: &Metadata,
    contact: &Contact<'_>,
    message: &Message,
    referred: Author,
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
    let quoted = message.context.zip(Direction::of(referred));
    if let Some((seq, direction)) = quoted {
        out.raw(",\"context\":{\"from\":\"");
        match direction {
            Direction::Outbound => out.digits(meta.number, 1),
            Direction::Inbound => out.raw("999").digits(conversation.get(), 12),
        };
        out.raw("\",\"id\":");
        wamid(&mut out, conversation, seq, direction);
        out.raw("}");
    }
    content(&mut out, conversation, &message.content, Direction::of(referred))?;
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
        Kind::Message => return None,
        Kind::Sent => "sent",
        Kind::Delivered => "delivered",
        Kind::Read => "read",
        Kind::Failed => "failed",
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
        out.raw(PRICING);
    }
    out.raw("}]}}]}]}");
    Some(out.done())
}

/// Free, for every message of everybody: the order's terms. The platform's words for a message
/// inside the customer-service window, which is all that is carried.
const PRICING: &str = ",\"pricing\":{\"billable\":false,\"pricing_model\":\"PMP\",\
    \"type\":\"free_customer_service\",\"category\":\"service\"}";

fn envelope(out: &mut Writer, meta: &Metadata) {
    out.raw("{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"");
    out.digits(meta.account.0, 1);
    out.raw(
        "\",\"changes\":[{\"field\":\"messages\",\"value\":{\"messaging_product\":\"whatsapp\",",
    );
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

/// `type` and the member named after it.
fn content(
    out: &mut Writer,
    conversation: ConversationId,
    content: &Content,
    referred: Option<Direction>,
) -> Option<()> {
    match content {
        Content::Text { body, .. } => {
            out.raw(",\"type\":\"text\",\"text\":{\"body\":").text(body).raw("}");
        }
        Content::Reaction { target, emoji } => {
            out.raw(",\"type\":\"reaction\",\"reaction\":{\"message_id\":");
            wamid(out, conversation, *target, referred?);
            // Taken back: no emoji at all.
            if !emoji.is_empty() {
                out.raw(",\"emoji\":").text(emoji);
            }
            out.raw("}");
        }
        Content::ButtonReply { id, title } => {
            out.raw(",\"type\":\"interactive\",\"interactive\":{\"type\":\"button_reply\",");
            out.raw("\"button_reply\":{\"id\":").text(id).raw(",\"title\":").text(title);
            out.raw("}}");
        }
        Content::ListReply { id, title, description } => {
            out.raw(",\"type\":\"interactive\",\"interactive\":{\"type\":\"list_reply\",");
            out.raw("\"list_reply\":{\"id\":").text(id).raw(",\"title\":").text(title);
            // Always there, empty if the row has none: whatsapp-business-rs 0.5 refuses a list
            // reply without it.
            out.raw(",\"description\":").text(description.as_deref().unwrap_or_default());
            out.raw("}}");
        }
        Content::Buttons { .. }
        | Content::List { .. }
        | Content::Notice { .. }
        | Content::Withheld => return None,
    }
    Some(())
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
