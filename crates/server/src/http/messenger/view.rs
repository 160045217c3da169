//! What the messenger's JSON looks like (`docs/api/messenger.md`).

use std::collections::HashMap;

use exchange::assistant::{Automation, Card};
use exchange::consent::State;
use exchange::conversation::Conversation;
use exchange::id::{AssistantId, ConversationId, ItemId, PersonId, Seq};
use exchange::message::{Author, Content, Failure, Message};
use exchange::number::Number;
use serde_json::{Map, Value, json};
use store::Reader;
use store::row::ItemKind;

use super::wishes::played_key;
use crate::directory::Directory;

/// Messages of the assistant counted as unread, at most.
const UNREAD: u32 = 999;

/// `ai` or `automated`.
pub fn automation(card: &Card) -> &'static str {
    match card.automation {
        Automation::Ai => "ai",
        Automation::Automated => "automated",
    }
}

/// A chat without its last message.
pub fn chat(of: &Conversation, card: &Card, unread: usize) -> Value {
    let human = (!card.human_contact.is_empty()).then_some(&card.human_contact);
    json!({
        "chat": of.id.to_string(),
        "assistant": {
            "id": of.assistant.to_string(), "name": card.name, "provider": card.provider,
            "automation": automation(card), "human_contact": human,
        },
        "state": if of.consent == State::Given { "given" } else { "withdrawn" },
        "last_seq": of.last_seq, "delivered_seq": of.marks.assistant_received,
        "read_seq": of.marks.assistant_read, "seen_seq": of.marks.person_read,
        "unread": unread, "window_until": of.window_until(),
        "marketing": !of.wishes.no_marketing, "blocked": of.wishes.blocked,
        "calls_until": of.wishes.calls_until,
    })
}

fn failure(author: Author, failure: Failure) -> Value {
    let (title, details) = match (author, failure) {
        (_, Failure::WindowClosed) => ("Not delivered", "The 24-hour window was closed."),
        (_, Failure::Undelivered) => {
            ("Not sent", "The assistant's server did not take this message. You can try again.")
        }
        (_, Failure::Stopped) => ("Not sent", "You stopped the assistant before it was sent."),
        (_, Failure::MediaUnreachable | Failure::MediaUnfit) => {
            ("Not delivered", "A file of this message could not be fetched.")
        }
        (_, Failure::MarketingStopped) => ("Not delivered", "You stopped promotional messages."),
        (_, Failure::Blocked) => ("Not delivered", "The assistant does not take your messages."),
        (_, Failure::TemplateStopped) => ("Not delivered", "Its template was stopped."),
    };
    json!({"code": failure, "title": title, "details": details})
}

/// A message; `answered` is the id of the answer given to a question.
pub fn message(of: &Message, client_id: Option<&str>, answered: Option<&str>) -> Value {
    let from = match of.author {
        Author::Person => "person",
        Author::Assistant => "assistant",
        Author::Exchange => "exchange",
    };
    let mut out = Map::new();
    out.insert("seq".into(), json!(of.seq));
    out.insert("from".into(), json!(from));
    out.insert("at".into(), json!(of.at));
    out.insert("context_seq".into(), json!(of.context));
    let is_played = client_id.is_some_and(|key| key == played_key(of.seq));
    out.insert("client_id".into(), json!(client_id.filter(|_| !is_played)));
    if is_played {
        out.insert("played".into(), json!(true));
    }
    if let Some(extra) = &of.extra {
        out.insert("forwards".into(), json!(extra.forwards));
        out.insert("product".into(), json!(extra.product.as_ref().map(|(_, id)| id)));
    }
    out.insert("error".into(), of.failed.map_or(Value::Null, |f| failure(of.author, f)));
    content(&of.content, answered, &mut out);
    Value::Object(out)
}

/// Whether it stands in the chat as a row of its own, and not only holds its place.
pub fn is_row(of: &Message) -> bool {
    let silent =
        matches!(of.content, Content::Withheld | Content::Reaction { .. } | Content::Welcome);
    !silent && !of.content.is_pending()
}

fn content(of: &Content, answered: Option<&str>, out: &mut Map<String, Value>) {
    let fields = match of {
        Content::Text { body, .. } => json!({"type": "text", "text": {"body": body}}),
        Content::Buttons { header, body, footer, buttons } => json!({
            "type": "buttons", "header": header, "body": body, "footer": footer,
            "buttons": buttons, "answered": answered,
        }),
        Content::List { header, body, footer, button, sections } => json!({
            "type": "list", "header": header, "body": body, "footer": footer, "button": button,
            "sections": sections, "answered": answered,
        }),
        Content::ButtonReply { id, title } => {
            json!({"type": "button_reply", "reply": {"id": id, "title": title}})
        }
        Content::ListReply { id, title, description } => json!({
            "type": "list_reply", "reply": {"id": id, "title": title, "description": description},
        }),
        Content::Reaction { target, emoji } => {
            json!({"type": "reaction", "reaction": {"seq": target, "emoji": emoji}})
        }
        Content::Notice { kind, text } => {
            json!({"type": "notice", "notice": {"kind": kind, "text": text}})
        }
        // Never shown: a message that failed before it could be.
        Content::Withheld => json!({"type": "withheld"}),
        // Not shown before its files are here; of what is to come only the kind is said.
        pending if pending.is_pending() => {
            let kind = pending.sources().first().map(|(kind, _)| kind.name());
            json!({"type": "pending", "kind": kind})
        }
        Content::TemplateReply { payload, text } => {
            json!({"type": "template_reply", "reply": {"id": payload, "title": text}})
        }
        Content::Order { catalog, text, items } => {
            json!({"type": "order", "catalog": catalog, "note": text, "items": items})
        }
        Content::AddressRequest { header, body, footer, form } => json!({
            "type": "address_request", "header": header, "body": body, "footer": footer,
            "form": form, "fields": form.fields(),
        }),
        // As kept: `exchange::content`, in the words of `docs/api/messenger.md`.
        other => serde_json::to_value(other).unwrap_or_else(|_| json!({"type": "withheld"})),
    };
    if let Value::Object(fields) = fields {
        out.extend(fields);
    }
}

/// The id chosen in answer to each question among these messages.
pub fn answers(messages: &[Message]) -> HashMap<Seq, String> {
    let answer = |message: &Message| match &message.content {
        Content::ButtonReply { id, .. } | Content::ListReply { id, .. } => {
            message.context.map(|question| (question, id.clone()))
        }
        _ => None,
    };
    messages.iter().filter_map(answer).collect()
}

/// A stretch of a chat, as JSON.
///
/// # Errors
/// When the store cannot be read.
pub fn stretch(
    reader: &dyn Reader,
    id: ConversationId,
    messages: &[Message],
) -> Result<Vec<Value>, store::Error> {
    let (Some(first), Some(last)) = (messages.first(), messages.last()) else {
        return Ok(Vec::new());
    };
    let before_first = Seq(first.seq.0.saturating_sub(1));
    let keys: HashMap<Seq, String> =
        reader.client_keys(id, before_first, last.seq.next())?.into_iter().collect();
    let answers = answers(messages);
    let one = |m: &Message| {
        message(m, keys.get(&m.seq).map(String::as_str), answers.get(&m.seq).map(String::as_str))
    };
    Ok(messages.iter().map(one).collect())
}

/// One chat of a person, read fresh; `None` if it is not theirs or its assistant is unknown.
///
/// # Errors
/// When the store cannot be read.
pub fn read_chat(
    reader: &dyn Reader,
    directory: &Directory,
    person: PersonId,
    id: ConversationId,
) -> Result<Option<Value>, store::Error> {
    let Some(found) = reader.conversation(id)?.filter(|found| found.person == person) else {
        return Ok(None);
    };
    summary(reader, directory, &found)
}

/// What an assistant offers before anything is written (`conversational_automation`).
fn offers(reader: &dyn Reader, assistant: AssistantId) -> Result<Value, store::Error> {
    let item = reader.item(ItemKind::Number, ItemId(assistant.0))?;
    let number: Number =
        item.and_then(|item| serde_json::from_str(&item.body).ok()).unwrap_or_default();
    let commands = number.automation.commands.iter();
    let commands: Vec<Value> =
        commands.map(|(name, words)| json!({"name": name, "description": words})).collect();
    Ok(json!({"prompts": number.automation.prompts, "commands": commands}))
}

fn summary(
    reader: &dyn Reader,
    directory: &Directory,
    of: &Conversation,
) -> Result<Option<Value>, store::Error> {
    let Some(entry) = directory.get(of.assistant) else { return Ok(None) };
    let unread = reader.receivable(of.id, of.marks.person_read, of.last_seq, UNREAD)?.len();
    let mut value = chat(of, &entry.row.card, unread);
    value["assistant"]["offers"] = offers(reader, of.assistant)?;
    Ok(Some(value))
}

/// All chats of a person with their last messages, the one last written in first.
///
/// # Errors
/// When the store cannot be read.
pub fn read_chats(
    reader: &dyn Reader,
    directory: &Directory,
    person: PersonId,
) -> Result<Vec<Value>, store::Error> {
    let mut chats = Vec::new();
    for of in reader.conversations(person)? {
        let Some(mut value) = summary(reader, directory, &of)? else { continue };
        // A few from the end: reactions and withheld ones are not previews.
        let tail = reader.messages(of.id, Seq(0), Seq(u32::MAX), 10, true)?;
        let last = tail.iter().rev().find(|message| is_row(message));
        let at = last.map_or(of.since, |m| m.at);
        value["last"] = last.map_or(Value::Null, |m| message(m, None, None));
        chats.push((at, value));
    }
    chats.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(chats.into_iter().map(|(_, value)| value).collect())
}
