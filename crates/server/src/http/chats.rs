//! The messenger as pages: contacts and messages rendered here, brought to life by `chat.js`.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use exchange::conversation::Conversation;
use exchange::id::{ConversationId, PersonId, Seq};
use exchange::limits::QR_CHARS;
use exchange::message::Message;
use serde::Deserialize;
use std::sync::Arc;
use store::Reader;

use super::error::HttpError;
use super::form::Form;
use super::messenger::view::is_row;
use super::messenger::{chat_id, send};
use super::session::Person;
use crate::App;
use crate::clock::random_secret;
use crate::directory::{Directory, Entry};
use crate::pages::chats::{Beside, Contact, Messenger, OpenChat, page};

/// Messages on one page.
const SHOWN: u32 = 50;
/// Unread messages are counted up to here.
const UNREAD: u32 = 999;

/// Which part of a chat.
#[derive(Debug, Default, Deserialize)]
pub struct Part {
    before: Option<u32>,
    /// Words for the composer, of a link that was followed.
    text: Option<String>,
}

/// A chat in the list.
struct Known {
    of: Conversation,
    entry: Arc<Entry>,
    last: Option<Message>,
    unread: u32,
}

/// A chat that is open.
struct Opened {
    of: Conversation,
    entry: Arc<Entry>,
    messages: Vec<Message>,
    has_earlier: bool,
    has_later: bool,
}

/// What the sender of a form gets back when it was not sent.
#[derive(Default)]
struct Unsent {
    draft: String,
    problem: Option<String>,
}

/// `GET /chats`
pub async fn list(State(app): State<App>, Person(person): Person) -> Result<Response, Response> {
    show(&app, person, None, Part::default(), Unsent::default()).await
}

/// `GET /chats/{chat}`
pub async fn one(
    State(app): State<App>,
    Person(person): Person,
    Path(chat): Path<String>,
    Query(part): Query<Part>,
) -> Result<Response, Response> {
    let draft: String = part.text.iter().flat_map(|text| text.chars()).take(QR_CHARS).collect();
    show(&app, person, Some(chat), part, Unsent { draft, problem: None }).await
}

/// `POST /chats/{chat}/say`: writing without JavaScript.
pub async fn say(
    State(app): State<App>,
    Person(person): Person,
    Path(chat): Path<String>,
    form: Form,
) -> Result<Response, Response> {
    let id = chat_id(&chat).map_err(|error| error.page(true))?;
    match send::say_by_form(&app, person, id, &form).await {
        Ok(_) => Ok(Redirect::to(&format!("/chats/{chat}")).into_response()),
        Err(error) => {
            let problem = Some(format!("{} {}", error.message, error.hint));
            let body = form.get("body").to_owned();
            show(&app, person, Some(chat), Part::default(), Unsent { draft: body, problem }).await
        }
    }
}

async fn show(
    app: &App,
    person: PersonId,
    chat: Option<String>,
    part: Part,
    unsent: Unsent,
) -> Result<Response, Response> {
    let id = chat.as_deref().map(|chat| chat.parse::<ConversationId>().ok());
    let directory = app.directory.clone();
    let read = app.readers.read(move |reader| {
        let known = known(reader, &directory, person)?;
        let opened = match id.flatten() {
            Some(id) => open(reader, &directory, person, id, part)?,
            None => None,
        };
        Ok((known, opened))
    });
    let (known, opened) = read.await.map_err(|error| HttpError::from(error).page(true))?;
    let contacts: Vec<Contact<'_>> = known
        .iter()
        .map(|known| Contact {
            chat: known.of.id,
            card: &known.entry.row.card,
            state: known.of.consent,
            last: known.last.as_ref(),
            unread: known.unread,
        })
        .collect();
    let client_id = random_secret();
    let beside = match (&chat, &opened) {
        (None, _) => Beside::Nothing,
        (Some(_), None) => Beside::Unknown,
        (Some(_), Some(opened)) => Beside::Chat(view(opened, &client_id, &unsent)),
    };
    let found = !matches!(beside, Beside::Unknown);
    let page = page(&Messenger { contacts: &contacts, beside, now: app.clock.now() });
    let status = if found { axum::http::StatusCode::OK } else { axum::http::StatusCode::NOT_FOUND };
    Ok((status, page).into_response())
}

fn view<'a>(opened: &'a Opened, client_id: &'a str, unsent: &'a Unsent) -> OpenChat<'a> {
    OpenChat {
        chat: opened.of.id,
        assistant: opened.of.assistant,
        card: &opened.entry.row.card,
        state: opened.of.consent,
        messages: &opened.messages,
        marks: opened.of.marks,
        window_until: opened.of.window_until(),
        has_earlier: opened.has_earlier,
        has_later: opened.has_later,
        client_id,
        draft: &unsent.draft,
        problem: unsent.problem.as_deref(),
    }
}

fn known(
    reader: &dyn Reader,
    directory: &Directory,
    person: PersonId,
) -> Result<Vec<Known>, store::Error> {
    let mut all = Vec::new();
    for of in reader.conversations(person)? {
        let Some(entry) = directory.get(of.assistant) else { continue };
        let tail = reader.messages(of.id, Seq(0), Seq(u32::MAX), 10, true)?;
        let last = tail.into_iter().rev().find(is_row);
        let unread = reader.receivable(of.id, of.marks.person_read, of.last_seq, UNREAD)?.len();
        all.push(Known { of, entry, last, unread: u32::try_from(unread).unwrap_or(UNREAD) });
    }
    let at = |known: &Known| known.last.as_ref().map_or(known.of.since, |last| last.at);
    all.sort_by_key(|known| std::cmp::Reverse(at(known)));
    Ok(all)
}

fn open(
    reader: &dyn Reader,
    directory: &Directory,
    person: PersonId,
    id: ConversationId,
    part: Part,
) -> Result<Option<Opened>, store::Error> {
    let Some(of) = reader.conversation(id)?.filter(|of| of.person == person) else {
        return Ok(None);
    };
    let Some(entry) = directory.get(of.assistant) else { return Ok(None) };
    let before = Seq(part.before.unwrap_or(u32::MAX));
    let mut messages = reader.messages(id, Seq(0), before, SHOWN + 1, true)?;
    let has_earlier = messages.len() > SHOWN as usize;
    if has_earlier {
        messages.remove(0);
    }
    let has_later = messages.last().is_some_and(|last| last.seq < of.last_seq);
    Ok(Some(Opened { of, entry, messages, has_earlier, has_later }))
}
