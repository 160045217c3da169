//! What a person says.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use exchange::conversation::Event;
use exchange::id::{ConversationId, PersonId, Seq};
use exchange::limits;
use exchange::message::{Author, Content, Message};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

use super::{chat_id, view};
use crate::App;
use crate::engine::{Desk, StepError};
use crate::http::error::HttpError;
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

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum What {
    Text { text: TextBody },
    Reaction { reaction: ReactionBody },
    ButtonReply { reply: ReplyBody },
    ListReply { reply: ReplyBody },
}

#[derive(Debug, Deserialize)]
struct TextBody {
    body: String,
}

#[derive(Debug, Deserialize)]
struct ReactionBody {
    seq: Seq,
    emoji: String,
}

#[derive(Debug, Deserialize)]
struct ReplyBody {
    id: String,
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
    let Outgoing { client_id, context_seq, what } = outgoing;
    let key = client_id.clone();
    let message = app
        .engine
        .step(move |desk| say(desk, person, id, &key, |desk| content(desk, id, what, context_seq)))
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

/// What a form says, for pages without JavaScript: a text, or the answer to a question.
#[derive(Debug)]
pub enum Said {
    /// A text.
    Text(String),
    /// An answer: the question's place and the answer's id.
    Answer(Seq, String),
}

/// What a person says by a form.
///
/// # Errors
/// As [`send`].
pub async fn say_by_form(
    app: &App,
    person: PersonId,
    id: ConversationId,
    client_id: String,
    said: Said,
) -> Result<Arc<Message>, HttpError> {
    check_client_id(&client_id)?;
    let (what, context) = match said {
        Said::Text(body) => (What::Text { text: TextBody { body } }, None),
        Said::Answer(question, id) => {
            (What::ButtonReply { reply: ReplyBody { id } }, Some(question))
        }
    };
    let step = move |desk: &mut Desk| {
        say(desk, person, id, &client_id, |desk| content(desk, id, what, context))
    };
    Ok(app.engine.step(step).await?)
}

/// Once per client id: the same id again answers the first one's message.
fn say(
    desk: &mut Desk,
    person: PersonId,
    id: ConversationId,
    client_id: &str,
    content: impl FnOnce(&mut Desk) -> Result<(Content, Option<Seq>), StepError>,
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
    let (content, context) = content(desk)?;
    desk.count_inbound(id, assistant);
    let kept = desk.act(id, Event::PersonSends { content, context, extra: None })?;
    let message = kept.ok_or(StepError::Unavailable)?;
    desk.put_client_key(id, client_id.to_owned(), message.seq);
    Ok(message)
}

/// A tap is an answer to a question that is really there, with an id that it really offers.
fn content(
    desk: &mut Desk,
    id: ConversationId,
    what: What,
    context: Option<Seq>,
) -> Result<(Content, Option<Seq>), StepError> {
    match what {
        What::Text { text } => Ok((Content::Text { body: text.body, preview_url: false }, context)),
        What::Reaction { reaction } => {
            let target = desk.message(id, reaction.seq)?;
            if target.is_some_and(|target| target.author == Author::Exchange) {
                return Err(StepError::Denied("A notice of the exchange takes no reaction."));
            }
            Ok((Content::Reaction { target: reaction.seq, emoji: reaction.emoji }, None))
        }
        What::ButtonReply { reply } | What::ListReply { reply } => {
            let asked = match context {
                Some(seq) => desk.message(id, seq)?,
                None => None,
            };
            let answer = asked.filter(|asked| asked.failed.is_none());
            let answer = answer.and_then(|asked| asked.content.answer(&reply.id));
            let none = "That answer is not offered by the message you answer.";
            answer.map(|answer| (answer, context)).ok_or(StepError::Denied(none))
        }
    }
}
