//! What a person says.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use exchange::conversation::Event;
use exchange::id::{ConversationId, PersonId, Seq};
use exchange::limits;
use exchange::message::Message;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

use super::what::{Told, What};
use super::{by_form, chat_id, view};
use crate::App;
use crate::engine::{Desk, StepError};
use crate::http::error::HttpError;
use crate::http::form::Form;
use crate::http::json::Json as Body;
use crate::http::session::Person;

/// A message as the page sends it.
#[derive(Debug, Deserialize)]
pub struct Outgoing {
    client_id: String,
    context_seq: Option<Seq>,
    #[serde(flatten)]
    what: What,
}

/// `POST /app/chats/{chat}/messages`
pub async fn send(
    State(app): State<App>,
    Person(person): Person,
    Path(chat): Path<String>,
    Body(outgoing): Body<Outgoing>,
) -> Result<Response, HttpError> {
    let id = chat_id(&chat)?;
    check_client_id(&outgoing.client_id)?;
    let Outgoing { client_id, context_seq, mut what } = outgoing;
    if let What::Media { media } = &mut what {
        media.look(&app, id).await?;
    }
    let key = client_id.clone();
    let message = app
        .engine
        .step(move |desk| {
            say(desk, person, id, &key, |desk| what.told(desk, person, id, context_seq))
        })
        .await?;
    let body = json!({"message": view::message(&message, Some(&client_id), None)});
    Ok(Json(body).into_response())
}

fn check_client_id(client_id: &str) -> Result<(), HttpError> {
    let sound = (1..=limits::CLIENT_ID_CHARS).contains(&client_id.len())
        && client_id.bytes().all(|b| b.is_ascii_graphic());
    if sound {
        return Ok(());
    }
    let message = format!("client_id must be 1 to {} visible characters.", limits::CLIENT_ID_CHARS);
    Err(HttpError::bad(message, "Make a new one for each message."))
}

/// What a person says by a form, for pages without JavaScript.
///
/// # Errors
/// As [`send`].
pub async fn say_by_form(
    app: &App,
    person: PersonId,
    id: ConversationId,
    form: &Form,
) -> Result<Arc<Message>, HttpError> {
    let client_id = form.get("client_id").to_owned();
    check_client_id(&client_id)?;
    let (what, context) = by_form::read(form)?;
    let step = move |desk: &mut Desk| {
        say(desk, person, id, &client_id, |desk| what.told(desk, person, id, context))
    };
    Ok(app.engine.step(step).await?)
}

/// The values of a form that `question` asked for.
///
/// # Errors
/// As [`send`].
pub async fn say_form(
    app: &App,
    person: PersonId,
    id: ConversationId,
    client_id: String,
    content: exchange::message::Content,
    question: Seq,
) -> Result<Arc<Message>, HttpError> {
    check_client_id(&client_id)?;
    let told = Told { content, context: Some(question), extra: None };
    let step = move |desk: &mut Desk| say(desk, person, id, &client_id, |_| Ok(told));
    Ok(app.engine.step(step).await?)
}

/// Once per client id: the same id again answers the first one's message.
fn say(
    desk: &mut Desk,
    person: PersonId,
    id: ConversationId,
    client_id: &str,
    told: impl FnOnce(&mut Desk) -> Result<Told, StepError>,
) -> Result<Arc<Message>, StepError> {
    let assistant = match desk.conversation(id)? {
        Some(found) if found.person == person => found.assistant,
        _ => return Err(StepError::Denied("This chat does not exist.")),
    };
    if let Some(seq) = desk.client_key(id, client_id)? {
        let known = desk.message(id, seq)?;
        return known.map(Arc::new).ok_or(StepError::Unavailable);
    }
    if desk.is_full(assistant) {
        return Err(StepError::Denied(
            "This assistant's server has not answered for long and its queue is full.",
        ));
    }
    let Told { content, context, extra } = told(desk)?;
    desk.count_inbound(id, assistant);
    let kept = desk.act(id, Event::PersonSends { content, context, extra })?;
    let message = kept.ok_or(StepError::Unavailable)?;
    desk.put_client_key(id, client_id.to_owned(), message.seq);
    Ok(message)
}
