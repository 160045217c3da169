//! The messenger's own JSON (`docs/api/messenger.md`): chats, messages, receipts.

mod by_form;
pub mod events;
mod forward;
pub mod media;
pub mod send;
pub mod view;
mod what;
pub mod wishes;

use axum::Json;
use axum::extract::{Path, Query, State};
use exchange::conversation::Event;
use exchange::id::{ConversationId, PersonId, Seq};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

use super::error::HttpError;
use super::json::Json as Body;
use super::session::Person;
use crate::App;
use crate::engine::{Desk, StepError};

/// Messages in one answer, at most.
const STRETCH: u32 = 200;
/// Receipts told of in one step; the rest follows with the next.
const RECEIPTS: u32 = 1_000;

/// `GET /app/chats`
pub async fn chats(
    State(app): State<App>,
    Person(person): Person,
) -> Result<Json<Value>, HttpError> {
    let directory = app.directory.clone();
    let chats =
        app.readers.read(move |reader| view::read_chats(reader, &directory, person)).await?;
    Ok(Json(json!({"chats": chats})))
}

/// The part of a chat that is asked for.
#[derive(Debug, Deserialize)]
pub struct Stretch {
    before: Option<u32>,
    after: Option<u32>,
    limit: Option<u32>,
}

/// A chat's id from the address.
///
/// # Errors
/// 404 when it is none.
pub fn chat_id(text: &str) -> Result<ConversationId, HttpError> {
    text.parse().map_err(|_| HttpError::not_found())
}

/// `GET /app/chats/{chat}/messages`
pub async fn messages(
    State(app): State<App>,
    Person(person): Person,
    Path(chat): Path<String>,
    Query(part): Query<Stretch>,
) -> Result<Json<Value>, HttpError> {
    let id = chat_id(&chat)?;
    let limit = part.limit.unwrap_or(50).clamp(1, STRETCH);
    let found = app
        .readers
        .read(move |reader| {
            if reader.conversation(id)?.is_none_or(|found| found.person != person) {
                return Ok(None);
            }
            let after = Seq(part.after.unwrap_or(0));
            let before = Seq(part.before.unwrap_or(u32::MAX));
            let from_end = part.after.is_none();
            let mut messages = reader.messages(id, after, before, limit + 1, from_end)?;
            let more = messages.len() > limit as usize;
            if more && from_end {
                messages.remove(0);
            } else if more {
                messages.pop();
            }
            Ok(Some((view::stretch(reader, id, &messages)?, more)))
        })
        .await?;
    let (messages, more) = found.ok_or_else(HttpError::not_found)?;
    Ok(Json(json!({"messages": messages, "more": more})))
}

/// Up to where.
#[derive(Debug, Deserialize)]
pub struct Upto {
    seq: Seq,
}

/// `POST /app/chats/{chat}/read`
pub async fn read(
    State(app): State<App>,
    Person(person): Person,
    Path(chat): Path<String>,
    Body(upto): Body<Upto>,
) -> Result<Json<Value>, HttpError> {
    let id = chat_id(&chat)?;
    app.engine.step(move |desk| receive(desk, person, id, upto.seq, true)).await?;
    Ok(Json(json!({})))
}

/// What a device has.
#[derive(Debug, Deserialize)]
pub struct Received {
    chats: BTreeMap<String, Seq>,
}

/// `POST /app/received`
pub async fn received(
    State(app): State<App>,
    Person(person): Person,
    Body(received): Body<Received>,
) -> Result<Json<Value>, HttpError> {
    if received.chats.len() > exchange::limits::CONVERSATIONS_PER_PERSON {
        return Err(HttpError::bad("Too many chats in one request.", "Send them in parts."));
    }
    let chats: Vec<(ConversationId, Seq)> = received
        .chats
        .iter()
        .map(|(chat, seq)| Ok((chat_id(chat)?, *seq)))
        .collect::<Result<_, HttpError>>()?;
    app.engine
        .step(move |desk| {
            for (id, upto) in chats {
                receive(desk, person, id, upto, false)?;
            }
            Ok(())
        })
        .await?;
    Ok(Json(json!({})))
}

/// Moves a person's marks and owes the assistant its receipts.
fn receive(
    desk: &mut Desk,
    person: PersonId,
    id: ConversationId,
    upto: Seq,
    read: bool,
) -> Result<(), StepError> {
    let marks = owned(desk, person, id)?;
    let upto = upto.min(marks.1);
    let from = if read { marks.0.person_read } else { marks.0.person_received };
    if upto <= from {
        return Ok(());
    }
    let seqs = desk.receivable(id, from.min(marks.0.person_received), upto, RECEIPTS)?;
    let upto = match seqs.last() {
        Some(last) if seqs.len() == RECEIPTS as usize => *last,
        _ => upto,
    };
    let event =
        if read { Event::PersonReads { upto, seqs } } else { Event::PersonReceives { upto, seqs } };
    desk.act(id, event)?;
    Ok(())
}

/// The marks and the last place of a person's own conversation.
fn owned(
    desk: &mut Desk,
    person: PersonId,
    id: ConversationId,
) -> Result<(exchange::conversation::Marks, Seq), StepError> {
    match desk.conversation(id)? {
        Some(found) if found.person == person => Ok((found.marks, found.last_seq)),
        _ => Err(StepError::Denied("This chat does not exist.")),
    }
}
