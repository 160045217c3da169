//! What a scripted person says: the messenger's own JSON as it is, or a short form of it.
//!
//! `{"text": "hi"}` · `{"tap": "id or title of a button or row"}` · `{"react": "👍", "to": …}`;
//! each with `"reply_to": …` where it fits. A message is named by its wamid or its place (`seq`).

use axum::http::StatusCode;
use exchange::id::{AssistantId, ConversationId};
use serde_json::{Map, Value, json};
use wire::cloud::id::Wamid;

use super::inside::Refused;

/// Members that are the sandbox's, not the messenger's.
const OURS: [&str; 5] = ["tap", "react", "to", "reply_to", "assistant"];

/// Which assistant it is said to, when it is given.
///
/// # Errors
/// 400 when it is no id.
pub fn assistant(body: &Value) -> Result<Option<AssistantId>, Refused> {
    let text = match &body["assistant"] {
        Value::Null => return Ok(None),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let wrong = |_| Refused::bad("assistant is no phone_number_id.", "Give its phone_number_id.");
    text.parse().map(Some).map_err(wrong)
}

/// Whether the chat has to be looked at to understand it.
pub fn needs_history(body: &Value) -> bool {
    body.get("tap").is_some() || (body.get("react").is_some() && body.get("to").is_none())
}

/// The messenger's JSON of it. `history` holds the chat's last messages, ascending.
///
/// # Errors
/// 400 when it cannot be understood; 409 when there is nothing to tap or to react to.
pub fn outgoing(body: Value, chat: ConversationId, history: &Value) -> Result<Value, Refused> {
    let Value::Object(mut body) = body else {
        return Err(Refused::bad("The body is not a JSON object.", HINT));
    };
    let given = |body: &Map<String, Value>, name: &str| body.get(name).cloned();
    let (tap, react) = (given(&body, "tap"), given(&body, "react"));
    let (to, reply_to) = (given(&body, "to"), given(&body, "reply_to"));
    for name in OURS {
        body.remove(name);
    }
    if let Some(reply_to) = reply_to {
        body.insert("context_seq".into(), place(&reply_to, chat)?);
    }
    match (tap, react) {
        (Some(tap), _) => {
            let (asked, id, kind) = offered(&tap, history)?;
            body.entry("context_seq").or_insert(asked);
            body.insert("type".into(), kind.into());
            body.insert("reply".into(), json!({"id": id}));
        }
        (None, Some(emoji)) => {
            let target = match to {
                Some(to) => place(&to, chat)?,
                None => last_of_assistant(history)?,
            };
            body.insert("type".into(), "reaction".into());
            body.insert("reaction".into(), json!({"seq": target, "emoji": emoji}));
        }
        (None, None) => {}
    }
    if let Some(Value::String(text)) = body.get("text").cloned() {
        body.entry("type").or_insert("text".into());
        body.insert("text".into(), json!({"body": text}));
    }
    if body.get("type").is_none() {
        return Err(Refused::bad("It is not said what is said.", HINT));
    }
    Ok(Value::Object(body))
}

const HINT: &str = "Send {\"text\":\"hi\"}, {\"tap\":\"id\"}, {\"react\":\"\u{1f44d}\"}, or a \
    message as docs/api/messenger.md shows it.";

/// A message's place, from its wamid or the place itself.
fn place(named: &Value, chat: ConversationId) -> Result<Value, Refused> {
    let wamid = named.as_str().and_then(Wamid::decode).filter(|wamid| wamid.conversation == chat);
    if let Some(wamid) = wamid {
        return Ok(json!(wamid.seq));
    }
    let number = named.as_u64().or_else(|| named.as_str()?.parse().ok());
    let number = number.ok_or_else(|| {
        let hint = "Give its wamid or its place (seq) in this chat.";
        Refused::bad("to or reply_to names no message of this chat.", hint)
    })?;
    Ok(json!(number))
}

/// The newest message that offers this as a button or a row, the answer's id, and its kind.
fn offered(tap: &Value, history: &Value) -> Result<(Value, String, &'static str), Refused> {
    let tap = tap.as_str().unwrap_or_default();
    for message in history.as_array().into_iter().flatten().rev() {
        if !message["error"].is_null() || message["from"] == "person" {
            continue;
        }
        let kind = if message["type"] == "list" { "list_reply" } else { "button_reply" };
        let mut found = None;
        find(message, tap, &mut found);
        if let Some(id) = found {
            return Ok((message["seq"].clone(), id, kind));
        }
    }
    let message = format!("No message of the assistant offers {tap:.80?}.");
    let hint = "GET /sandbox/people/{name} shows what is offered.";
    Err(Refused::new(StatusCode::CONFLICT, message, hint))
}

/// An object with this `id`, or else this `title`.
fn find(value: &Value, tap: &str, found: &mut Option<String>) {
    match value {
        Value::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Value::as_str);
            if let Some(id) = text("id")
                && (id == tap || text("title") == Some(tap))
            {
                if found.is_none() || id == tap {
                    *found = Some(id.to_owned());
                }
                return;
            }
            members.values().for_each(|member| find(member, tap, found));
        }
        Value::Array(items) => items.iter().for_each(|item| find(item, tap, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn last_of_assistant(history: &Value) -> Result<Value, Refused> {
    let mut newest = history.as_array().into_iter().flatten().rev();
    let last = newest.find(|message| message["from"] == "assistant" && message["error"].is_null());
    last.map(|message| message["seq"].clone()).ok_or_else(|| {
        let message = "The assistant has said nothing to react to.";
        Refused::new(StatusCode::CONFLICT, message, "Say which message with \"to\".")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use exchange::id::Seq;
    use wire::cloud::id::Direction;

    fn chat() -> ConversationId {
        ConversationId::from_random(7)
    }

    fn history() -> Value {
        json!([
            {"seq": 2, "from": "assistant", "type": "buttons", "error": null,
             "buttons": [{"id": "in", "title": "Inside"}, {"id": "Inside", "title": "Odd"}]},
            {"seq": 3, "from": "person", "type": "text", "error": null},
            {"seq": 4, "from": "assistant", "type": "list", "error": null,
             "sections": [{"title": "T", "rows": [{"id": "t19", "title": "19:00"}]}]},
        ])
    }

    #[test]
    fn short_forms_become_the_messengers_json() {
        let out = |body| outgoing(body, chat(), &history()).expect("understood");
        assert_eq!(out(json!({"text": "hi"})), json!({"type": "text", "text": {"body": "hi"}}));
        let list = json!({"type": "list_reply", "reply": {"id": "t19"}, "context_seq": 4});
        assert_eq!(out(json!({"tap": "19:00"})), list);
        // an id is meant before a title
        let odd = json!({"type": "button_reply", "reply": {"id": "Inside"}, "context_seq": 2});
        assert_eq!(out(json!({"tap": "Inside"})), odd);
        let last = json!({"type": "reaction", "reaction": {"seq": 4, "emoji": "👍"}});
        assert_eq!(out(json!({"react": "👍"})), last);
        let seq = Seq(2);
        let wamid = Wamid { conversation: chat(), seq, direction: Direction::Outbound }.encode();
        let replied = out(json!({"text": "yes", "reply_to": wamid}));
        assert_eq!((&replied["context_seq"], replied.get("reply_to")), (&json!(2), None));
    }

    #[test]
    fn the_messengers_own_json_goes_through_as_it_is() {
        let body = json!({"type": "location", "location": {"latitude": 1}, "client_id": "c"});
        assert_eq!(outgoing(body.clone(), chat(), &Value::Null).expect("as it is"), body);
    }

    #[test]
    fn what_cannot_be_understood_is_refused_in_words() {
        let foreign = ConversationId::from_random(8);
        let foreign = Wamid { conversation: foreign, seq: Seq(2), direction: Direction::Outbound };
        for (body, status) in [
            (json!([]), 400),
            (json!({}), 400),
            (json!({"tap": "nowhere"}), 409),
            (json!({"text": "x", "reply_to": foreign.encode()}), 400),
            (json!({"react": "x", "to": "y"}), 400),
        ] {
            let refused = outgoing(body.clone(), chat(), &history()).expect_err("refused");
            assert_eq!(refused.status.as_u16(), status, "{body}");
        }
        assert!(outgoing(json!({"react": "x"}), chat(), &Value::Null).is_err());
        assert!(assistant(&json!({"assistant": "me"})).is_err());
    }
}
