//! What a person tells an assistant beside messages: that a voice note was played, and whether
//! promotional messages are wanted.

use axum::Json;
use axum::extract::{Path, State};
use exchange::conversation::Event;
use exchange::id::Seq;
use exchange::message::{Author, Content};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{chat_id, owned};
use crate::App;
use crate::engine::StepError;
use crate::http::error::HttpError;
use crate::http::json::Json as Body;
use crate::http::session::Person;

/// Which voice note.
#[derive(Debug, Deserialize)]
pub struct Played {
    seq: Seq,
}

/// Remembers that a message was played, among the ids that clients give to messages: no client id
/// has a space.
pub(super) fn played_key(seq: Seq) -> String {
    format!("played {seq}")
}

/// `POST /app/chats/{chat}/played`: the assistant is told the first time (reference 12, `played`).
///
/// # Errors
/// 409 when the message is no voice note of the assistant.
pub async fn played(
    State(app): State<App>,
    Person(person): Person,
    Path(chat): Path<String>,
    Body(Played { seq }): Body<Played>,
) -> Result<Json<Value>, HttpError> {
    let id = chat_id(&chat)?;
    let step = move |desk: &mut crate::engine::Desk| {
        owned(desk, person, id)?;
        let found = desk.message(id, seq)?;
        let is_voice = found.is_some_and(|found| {
            found.author == Author::Assistant
                && found.takes_receipts()
                && matches!(found.content, Content::Media { voice: true, .. })
        });
        if !is_voice {
            return Err(StepError::Denied("That is no voice message of the assistant."));
        }
        if desk.client_key(id, &played_key(seq))?.is_none() {
            desk.act(id, Event::PersonPlays(seq))?;
            desk.put_client_key(id, played_key(seq), seq);
        }
        Ok(())
    };
    app.engine.step(step).await?;
    Ok(Json(json!({})))
}

/// What the person wants.
#[derive(Debug, Deserialize)]
pub struct Preferences {
    marketing: bool,
}

/// `POST /app/chats/{chat}/preferences`: whether the person takes promotional messages; the
/// assistant is told (reference 13, `user_preferences`).
///
/// # Errors
/// 409 when the chat is not the person's.
pub async fn preferences(
    State(app): State<App>,
    Person(person): Person,
    Path(chat): Path<String>,
    Body(Preferences { marketing }): Body<Preferences>,
) -> Result<Json<Value>, HttpError> {
    let id = chat_id(&chat)?;
    app.engine
        .step(move |desk| {
            owned(desk, person, id)?;
            desk.act(id, Event::PersonTakesMarketing(marketing))?;
            Ok(())
        })
        .await?;
    Ok(Json(json!({})))
}
