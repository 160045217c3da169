//! The oracle: compares what was accepted with everything the world saw. Nothing lost, nothing
//! invented, order kept per conversation, consent obeyed, no identifier shared between two
//! assistants of one person, every webhook signed and in the one shape that clients can read.

mod evidence;
mod identifiers;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::assistant::place;
use crate::chat::seq;
use crate::endpoint::Webhook;
use crate::journal::{Conversation, Entry};

pub use evidence::{Evidence, Seen};

/// A message: its conversation and place.
type Place = (Conversation, u32);

/// Everything that is not as it must be, in words.
pub fn findings(evidence: &Evidence) -> Vec<String> {
    let told = Told::read(evidence);
    let mut found = Vec::new();
    for seen in &evidence.assistants {
        for webhook in &seen.webhooks {
            shape(seen, webhook, &mut found);
        }
        webhooks(evidence, &told, seen, &mut found);
    }
    lost(evidence, &told, &mut found);
    for (conversation, messages) in &evidence.chats {
        chat(&told, *conversation, messages, &mut found);
    }
    identifiers::shared(evidence, &mut found);
    found
}

/// What was said yes to.
#[derive(Default)]
struct Told {
    said: BTreeMap<Place, Option<String>>,
    sent: BTreeMap<Place, Option<String>>,
    maybe: BTreeSet<(Conversation, String)>,
    /// Replays asked for.
    replayed: BTreeMap<Place, u64>,
    /// The assistant of a conversation.
    assistants: BTreeMap<Conversation, String>,
    /// When consent changed: number and whether it was given.
    consent: BTreeMap<Conversation, Vec<(u64, bool)>>,
    erased: BTreeSet<Conversation>,
}

impl Told {
    fn read(evidence: &Evidence) -> Self {
        let mut told = Self::default();
        for (number, entry) in &evidence.entries {
            match entry.clone() {
                Entry::Agreed { assistant, conversation, .. } => {
                    told.assistants.insert(conversation, assistant);
                    told.consent.entry(conversation).or_default().push((*number, true));
                }
                Entry::Said { conversation, seq, text } => {
                    told.said.insert((conversation, seq), text);
                }
                Entry::Sent { conversation, seq, text } => {
                    told.sent.insert((conversation, seq), text);
                }
                Entry::MaybeSent { conversation, text } => {
                    told.maybe.insert((conversation, text));
                }
                Entry::Replayed { conversation, seq } => {
                    *told.replayed.entry((conversation, seq)).or_default() += 1;
                }
                Entry::Stopped { conversation } => {
                    told.consent.entry(conversation).or_default().push((*number, false));
                }
                Entry::Erased { conversation } => {
                    told.consent.entry(conversation).or_default().push((*number, false));
                    told.erased.insert(conversation);
                }
            }
        }
        told
    }

    /// Whether consent was given when this number was drawn.
    fn allowed(&self, conversation: Conversation, number: u64) -> bool {
        let changes = self.consent.get(&conversation);
        let mut latest_first = changes.into_iter().flatten().rev();
        latest_first.find(|(at, _)| *at < number).is_some_and(|(_, given)| *given)
    }
}

/// Signed; one entry, one change, one message, status or wish; both identities; its own number.
fn shape(seen: &Seen, webhook: &Webhook, found: &mut Vec<String>) {
    let (body, value) = (&webhook.body, webhook.value());
    let one = |list: &Value| list.as_array().is_some_and(|list| list.len() == 1);
    // What an account is told about itself says nothing of anybody.
    let field = &body["entry"][0]["changes"][0]["field"];
    if *field != "messages" && *field != "user_preferences" {
        let own = body["entry"][0]["id"] == *seen.account;
        let nobody = value["contacts"].is_null() && value["messages"].is_null();
        if !(webhook.signed && own && nobody) {
            found.push(format!("a webhook to {}: not of the account alone: {body}", seen.id));
        }
        return;
    }
    let wa_id = value["contacts"][0]["wa_id"].as_str().unwrap_or_default();
    let user_id = value["contacts"][0]["user_id"].as_str().unwrap_or_default();
    let wish = value["user_preferences"].get(0);
    let (of, of_user) = match (webhook.message(), webhook.status(), wish) {
        (Some(message), None, None) => (&message["from"], &message["from_user_id"]),
        (None, Some(status), None) => (&status["recipient_id"], &status["recipient_user_id"]),
        (None, None, Some(wish)) => (&wish["wa_id"], &wish["user_id"]),
        _ => (&Value::Null, &Value::Null),
    };
    let lists = ["messages", "statuses", "user_preferences"];
    let things = lists.iter().filter(|list| one(&value[**list])).count();
    for (sound, what) in [
        (webhook.signed, "its signature is wrong"),
        (body["object"] == "whatsapp_business_account", "its object is another"),
        (one(&body["entry"]) && one(&body["entry"][0]["changes"]), "it carries several changes"),
        (things == 1, "it carries not exactly one thing"),
        (body["entry"][0]["id"] == *seen.account, "it names another account"),
        (value["metadata"]["phone_number_id"] == *seen.id, "it names another number"),
        (one(&value["contacts"]) && value["contacts"][0]["profile"]["name"].is_string(), "no name"),
        (*of == *wa_id && *of_user == *user_id && wa_id.len() == 15, "its identities differ"),
        (user_id == format!("ZZ.{wa_id}"), "its user id is no user id"),
    ] {
        if !sound {
            found.push(format!("a webhook to {}: {what}: {body}", seen.id));
        }
    }
}

/// The message or status of a webhook: where, which kind, and its text.
fn subject(webhook: &Webhook) -> Option<(Place, String, Option<&str>)> {
    if let Some(message) = webhook.message() {
        let place = place(message["id"].as_str()?);
        return Some((place, "message".to_owned(), message["text"]["body"].as_str()));
    }
    let status = webhook.status()?;
    Some((place(status["id"].as_str()?), status["status"].as_str()?.to_owned(), None))
}

/// Nothing invented, order kept, consent obeyed, nothing repeated.
fn webhooks(evidence: &Evidence, told: &Told, seen: &Seen, found: &mut Vec<String>) {
    let mut taken: BTreeMap<(Place, String), u64> = BTreeMap::new();
    let mut last: BTreeMap<Conversation, u32> = BTreeMap::new();
    let mut known: BTreeSet<Place> = BTreeSet::new();
    for webhook in &seen.webhooks {
        let Some((place, kind, text)) = subject(webhook) else { continue };
        let what = format!("{kind} of message {} in {} to {}", place.1, place.0, seen.id);
        if told.assistants.get(&place.0) != Some(&seen.id) {
            found.push(format!("told to another assistant: {what}"));
        }
        if !told.allowed(place.0, webhook.number) {
            found.push(format!("without consent: {what}"));
        }
        let accepted =
            if kind == "message" { told.said.get(&place) } else { told.sent.get(&place) };
        match accepted {
            None if kind != "message" && told.maybe.iter().any(|(of, _)| *of == place.0) => {}
            None => found.push(format!("invented: {what}")),
            Some(Some(words)) if kind == "message" && Some(words.as_str()) != text => {
                found.push(format!("changed: {what}: {words:?} became {text:?}"));
            }
            Some(_) => {}
        }
        if kind == "message" && known.insert(place) {
            let last = last.entry(place.0).or_default();
            if place.1 < *last {
                found.push(format!("out of order: {what} after {last}"));
            }
            *last = place.1.max(*last);
        }
        if webhook.is_taken() {
            let count = taken.entry((place, kind.clone())).or_default();
            *count += 1;
            let more = told.replayed.get(&place).copied().unwrap_or(0);
            if *count > 1 + more && !evidence.repeats {
                found.push(format!("repeated after it was taken: {what}"));
            }
        }
    }
}

/// Every accepted message arrived, is still owed, or has visibly failed.
fn lost(evidence: &Evidence, told: &Told, found: &mut Vec<String>) {
    let mut arrived: BTreeSet<(Place, bool)> = BTreeSet::new();
    for seen in &evidence.assistants {
        for webhook in seen.webhooks.iter().filter(|webhook| webhook.is_taken()) {
            if let Some((place, kind, _)) = subject(webhook) {
                arrived.insert((place, kind == "message"));
            }
        }
        for delivery in &seen.deliveries {
            if matches!(delivery["state"].as_str(), Some("pending" | "dead")) {
                let id = delivery["wamid"].as_str().unwrap_or_default();
                let is_message = delivery["kind"] == "message";
                // A dead message must also be shown as failed: looked at below.
                if delivery["state"] == "pending" || !is_message {
                    arrived.insert((place(id), is_message));
                }
            }
        }
    }
    for (conversation, messages) in &evidence.chats {
        for message in messages.iter().filter(|message| !message["error"].is_null()) {
            arrived.insert(((*conversation, seq(message)), message["from"] == "person"));
        }
    }
    let gone = |place: &Place| told.erased.contains(&place.0);
    for place in told.said.keys().filter(|place| !gone(place)) {
        if !arrived.contains(&(*place, true)) {
            found.push(format!("lost: the person's message {} in {}", place.1, place.0));
        }
    }
    let stopped =
        |of: &Conversation| told.consent.get(of).into_iter().flatten().any(|(_, given)| !given);
    for place in told.sent.keys().filter(|place| !gone(place) && !stopped(&place.0)) {
        if !arrived.contains(&(*place, false)) {
            found.push(format!("no status: the assistant's message {} in {}", place.1, place.0));
        }
    }
}

/// What the person sees is what was accepted, dense and in order.
fn chat(told: &Told, of: Conversation, messages: &[Value], found: &mut Vec<String>) {
    let mut maybe: BTreeSet<&str> = BTreeSet::new();
    for (place, message) in messages.iter().enumerate() {
        let at = seq(message);
        if at as usize != place + 1 {
            found.push(format!("a hole: message {at} of {of} stands at {}", place + 1));
        }
        let accepted = match message["from"].as_str() {
            Some("person") => told.said.get(&(of, at)),
            Some("assistant") => told.sent.get(&(of, at)),
            _ => continue,
        };
        let text = message["text"]["body"].as_str();
        match accepted {
            Some(Some(words)) if Some(words.as_str()) != text && message["type"] != "withheld" => {
                found.push(format!("changed: message {at} of {of}: {words:?} became {text:?}"));
            }
            Some(_) => {}
            None => {
                let text = text.unwrap_or_default();
                if !told.maybe.contains(&(of, text.to_owned())) {
                    found.push(format!("invented: message {at} of {of}: {message}"));
                } else if !maybe.insert(text) {
                    found.push(format!("doubled: message {at} of {of}: {message}"));
                }
            }
        }
    }
    let there: BTreeSet<u32> = messages.iter().map(seq).collect();
    let accepted = told.said.keys().chain(told.sent.keys());
    for (_, at) in accepted.filter(|(conversation, at)| *conversation == of && !there.contains(at))
    {
        found.push(format!("lost: message {at} of {of} is not in the chat"));
    }
}
