//! A scripted person as the sandbox shows them: the messenger's own JSON, and beside each message
//! its wamid and how far it has come.

use axum::http::Method;
use exchange::consent::State;
use exchange::conversation::Conversation;
use exchange::id::{AssistantId, ConversationId, Seq};
use serde_json::{Value, json};
use wire::cloud::id::{Direction, Wamid, user_id, wa_id};

use super::inside::{Refused, Sent};
use super::people::{Person, chat};
use crate::App;

/// The id of a message as the assistant knows it; null for the exchange's own notices.
pub fn wamid(chat: ConversationId, message: &Value) -> Value {
    let direction = match message["from"].as_str() {
        Some("person") => Direction::Inbound,
        Some("assistant") => Direction::Outbound,
        _ => return Value::Null,
    };
    let seq = message["seq"].as_u64().and_then(|seq| u32::try_from(seq).ok()).unwrap_or(0);
    json!(Wamid { conversation: chat, seq: Seq(seq), direction }.encode())
}

/// How far a message has come.
fn state(of: &Conversation, message: &Value) -> &'static str {
    let seq = message["seq"].as_u64().unwrap_or(0);
    let upto = |mark: Seq| seq <= u64::from(mark.0);
    let (received, read) = match message["from"].as_str() {
        _ if !message["error"].is_null() => return "failed",
        Some("person") => (of.marks.assistant_received, of.marks.assistant_read),
        Some("assistant") => (of.marks.person_received, of.marks.person_read),
        _ => return "shown",
    };
    match (upto(received), upto(read)) {
        (_, true) => "read",
        (true, false) => "delivered",
        (false, false) => "sent",
    }
}

/// Who they are, without their conversation.
pub fn brief(person: &Person) -> Value {
    json!({
        "name": person.name, "profile_name": person.profile_name, "auto": person.is_auto(),
    })
}

/// Who they are and what was said after a place.
///
/// # Errors
/// When the messenger refuses.
pub async fn whole(
    app: &App,
    person: &Person,
    given: Option<AssistantId>,
    after: u32,
) -> Result<Value, Refused> {
    let mut view = brief(person);
    let of = match chat(app, person, given).await {
        Ok(of) => of,
        // nobody has been agreed to yet: nothing is shown of a conversation
        Err(refused) if given.is_none() && refused.status == 409 => {
            view["state"] = json!("none");
            view["messages"] = json!([]);
            return Ok(view);
        }
        Err(refused) => return Err(refused),
    };
    let path = format!("/app/chats/{}/messages?after={after}&limit=200", of.id);
    let mut part = person.calls(app, Method::GET, &path, Sent::Nothing).await.sound()?;
    for message in part["messages"].as_array_mut().into_iter().flatten() {
        message["id"] = wamid(of.id, message);
        message["state"] = state(&of, message).into();
    }
    view["wa_id"] = wa_id(of.id).into();
    view["user_id"] = user_id(of.id).into();
    view["assistant"] = of.assistant.to_string().into();
    view["state"] = if of.consent == State::Given { "given" } else { "withdrawn" }.into();
    view["window_until"] = json!(of.window_until());
    view["last_seq"] = json!(of.last_seq);
    view["messages"] = part["messages"].take();
    view["more"] = part["more"].take();
    Ok(view)
}
