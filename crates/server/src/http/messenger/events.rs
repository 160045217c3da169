//! `GET /app/events`: live updates. Hints that may be lost; `seq` finds what is missing.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use exchange::id::PersonId;
use futures_core::Stream;
use serde_json::{Value, json};
use tokio::sync::mpsc::Receiver;

use super::view;
use crate::App;
use crate::http::error::HttpError;
use crate::http::session::Person;
use crate::hub::Update;

/// A comment line that often, so that both ends notice a dead connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The stream. Updates are subscribed to before the snapshot is read, so nothing falls between.
pub async fn events(
    State(app): State<App>,
    Person(person): Person,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, HttpError> {
    let updates = app.hub.open(person);
    let directory = app.directory.clone();
    let chats =
        app.readers.read(move |reader| view::read_chats(reader, &directory, person)).await?;
    let first = event("chats", &json!({"chats": chats}));
    let state = Feed { app, person, updates, first: Some(first) };
    let stream = futures_util::stream::unfold(state, |mut feed| async move {
        let next = feed.next().await?;
        Some((Ok(next), feed))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

struct Feed {
    app: App,
    person: PersonId,
    updates: Receiver<Update>,
    first: Option<Event>,
}

impl Feed {
    async fn next(&mut self) -> Option<Event> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        loop {
            let update = self.updates.recv().await?;
            if let Some(event) = self.event(update).await {
                return Some(event);
            }
        }
    }

    async fn event(&self, update: Update) -> Option<Event> {
        match update {
            Update::Message(id, message, client_id) => {
                let message = view::message(&message, client_id.as_deref(), None);
                let body = json!({"chat": id.to_string(), "message": message});
                Some(event("message", &body))
            }
            Update::Typing(id, until) => {
                Some(event("typing", &json!({"chat": id.to_string(), "until": until})))
            }
            Update::Chat(id) => {
                let (directory, person) = (self.app.directory.clone(), self.person);
                let read = self
                    .app
                    .readers
                    .read(move |reader| view::read_chat(reader, &directory, person, id))
                    .await;
                read.ok().flatten().map(|chat| event("chat", &chat))
            }
        }
    }
}

fn event(name: &str, body: &Value) -> Event {
    Event::default().event(name).data(body.to_string())
}
