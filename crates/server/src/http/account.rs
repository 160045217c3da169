//! What is kept about a person: shown, exported, erased. And stopping an assistant.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use exchange::consent::State as Consent;
use exchange::conversation::{Conversation, Event};
use exchange::id::{ConversationId, PersonId, Seq};
use serde_json::{Value, json};
use store::{Op, Reader};
use tokio::sync::oneshot;

use super::error::HttpError;
use super::form::Form;
use super::messenger::{chat_id, view};
use super::session::{self, Person};
use crate::App;
use crate::directory::Directory;
use crate::engine::{Desk, Effect, StepError};
use crate::pages;
use crate::pages::account::{Account, Agreement};

/// Messages read in one go for an export.
const PART: u32 = 1_000;

/// `POST /chats/{chat}/stop`: when this answers, nothing more reaches the assistant.
pub async fn stop(
    State(app): State<App>,
    Person(person): Person,
    Path(chat): Path<String>,
) -> Result<Response, Response> {
    let stopped = async {
        let id = chat_id(&chat)?;
        stop_all(&app, person, Some(id)).await
    };
    stopped.await.map_err(|error| error.page(true))?;
    Ok(Redirect::to(&format!("/chats/{chat}")).into_response())
}

/// Withdraws consent from one or all of a person's assistants, and returns when no delivery of
/// theirs is owed or under way any more.
async fn stop_all(
    app: &App,
    person: PersonId,
    only: Option<ConversationId>,
) -> Result<Vec<Conversation>, HttpError> {
    let step = move |desk: &mut Desk| {
        let mut stopped = desk.read().conversations(person)?;
        stopped.retain(|of| only.is_none_or(|id| id == of.id));
        let mut ended = Vec::new();
        for of in &stopped {
            desk.act(of.id, Event::Stops)?;
            let (tell, told) = oneshot::channel();
            desk.then(Effect::Cancel(of.assistant, of.id, Some(tell)));
            ended.push(told);
        }
        Ok((stopped, ended))
    };
    let (stopped, ended) = app.engine.step_alone(step).await?;
    if only.is_some() && stopped.is_empty() {
        return Err(HttpError::not_found());
    }
    for told in ended {
        let _ = told.await;
    }
    Ok(stopped)
}

/// `GET /account`
pub async fn account(State(app): State<App>, Person(person): Person) -> Result<Response, Response> {
    let read = app.readers.read(move |reader| {
        let since = reader.person(person)?.map(|found| found.since);
        let passkeys = reader.passkeys(person)?.len();
        Ok((since, passkeys, agreements(reader, person)?))
    });
    let (since, passkeys, found) = read.await.map_err(|error| HttpError::from(error).page(true))?;
    let entries: Vec<_> = found
        .into_iter()
        .filter_map(|(of, at)| Some((app.directory.get(of.assistant)?, of, at)))
        .collect();
    let agreements: Vec<Agreement<'_>> = entries
        .iter()
        .map(|(entry, of, at)| Agreement {
            chat: of.id,
            card: &entry.row.card,
            given: of.consent == Consent::Given,
            at: *at,
            display_name: &of.display_name,
        })
        .collect();
    let since = since.unwrap_or_default();
    let view = Account { since, passkeys, agreements: &agreements };
    Ok(pages::account::page(&view).into_response())
}

/// Each conversation with the moment of its last consent event.
fn agreements(
    reader: &dyn Reader,
    person: PersonId,
) -> Result<Vec<(Conversation, exchange::time::Millis)>, store::Error> {
    let with_moment = |of: Conversation| {
        let last = reader.consents(of.id)?.last().map_or(of.since, |event| event.at);
        Ok((of, last))
    };
    reader.conversations(person)?.into_iter().map(with_moment).collect()
}

/// `GET /account/export`: everything held about the person, as JSON.
pub async fn export(State(app): State<App>, Person(person): Person) -> Result<Response, HttpError> {
    let directory = app.directory.clone();
    let everything = app.readers.read(move |reader| everything(reader, &directory, person)).await?;
    let mut response = Json(everything).into_response();
    let name = HeaderValue::from_static("attachment; filename=\"strowger-export.json\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

fn everything(
    reader: &dyn Reader,
    directory: &Directory,
    person: PersonId,
) -> Result<Value, store::Error> {
    let since = reader.person(person)?.map(|found| found.since);
    let mut chats = Vec::new();
    for of in reader.conversations(person)? {
        let card = directory.get(of.assistant).map(|entry| entry.row.card.clone());
        let mut messages = Vec::new();
        let mut after = Seq(0);
        loop {
            let part = reader.messages(of.id, after, Seq(u32::MAX), PART, false)?;
            let Some(last) = part.last() else { break };
            after = last.seq;
            messages.extend(view::stretch(reader, of.id, &part)?);
        }
        chats.push(json!({
            "chat": of.id.to_string(), "assistant": of.assistant.to_string(), "card": card,
            "your_name_there": of.display_name, "since": of.since, "marks": of.marks,
            "consents": reader.consents(of.id)?, "messages": messages,
        }));
    }
    let passkeys: Vec<String> =
        reader.passkeys(person)?.iter().map(|key| hex::encode(&key.credential)).collect();
    Ok(json!({
        "format": "strowger export 1", "times": "milliseconds since 1970-01-01T00:00:00Z",
        "since": since, "passkeys": passkeys, "chats": chats,
    }))
}

/// `POST /account/delete`: everything about the person is erased; assistants are told nothing.
pub async fn delete(
    State(app): State<App>,
    Person(person): Person,
    form: Form,
) -> Result<Response, Response> {
    if form.get("confirm") != "delete" {
        let message = "The deletion was not confirmed; nothing was deleted.";
        return Err(HttpError::bad(message, "Confirm it on the account page.").page(true));
    }
    erase(&app, person).await.map_err(|error| error.page(true))?;
    app.sessions.drop_person(person);
    let mut response = pages::account::deleted().into_response();
    let gone = session::set_cookie(session::COOKIE, "", "/", 0, false);
    response.headers_mut().insert(header::SET_COOKIE, gone);
    Ok(response)
}

async fn erase(app: &App, person: PersonId) -> Result<(), HttpError> {
    // First everything under way is ended and settled, so that nothing is written afterwards.
    let conversations = stop_all(app, person, None).await?;
    let gone: Vec<ConversationId> = conversations.iter().map(|of| of.id).collect();
    let step = move |desk: &mut Desk| {
        for id in gone {
            desk.forget(id);
        }
        desk.put(Op::ErasePerson(person));
        desk.then(Effect::Gone(person));
        Ok::<_, StepError>(())
    };
    app.engine.step_alone(step).await?;
    // What they sent, and what was sent to them alone, goes from the folder of files too.
    app.vault.look_for_idle();
    Ok(())
}
