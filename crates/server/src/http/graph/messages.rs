//! `POST /{phone_number_id}/messages`: send, mark read, show "writing…".

use exchange::conversation::Event;
use exchange::id::{AssistantId, ConversationId};
use exchange::limits;
use exchange::message::Content;
use wire::cloud::error::{GraphError, unknown_message};
use wire::cloud::id::{Direction, Wamid};
use wire::cloud::send::{self, Outgoing, Request};

use super::{Answer, Call, auth, failed};
use crate::App;
use crate::engine::{Desk, StepError};
use crate::hub::Update;

/// 200 means: on disk.
pub async fn post(app: &App, number: &str, call: &Call<'_>) -> Answer {
    let entry = auth::caller(app, call)?;
    let id = entry.row.id;
    if number.parse() != Ok(id) {
        return Err(GraphError::unknown_object("post", number));
    }
    match send::parse(call.query, call.content_type(), call.body)? {
        Request::Message(outgoing) => {
            if outgoing.to.number == Some(entry.row.number) {
                return Err(GraphError::recipient_is_sender());
            }
            say(app, id, outgoing).await
        }
        Request::Read { message, typing } => read(app, id, message, typing).await,
    }
}

async fn say(app: &App, id: AssistantId, outgoing: Outgoing) -> Answer {
    let Outgoing { to, content, context, target, opaque } = outgoing;
    let conversation = to.conversation.ok_or_else(GraphError::undeliverable)?;
    let step = move |desk: &mut Desk| {
        is_theirs(desk, id, conversation)?;
        for referred in [context, target].into_iter().flatten() {
            exists(desk, conversation, referred)?;
        }
        content.check().map_err(exchange::conversation::Refusal::from)?;
        desk.count(id).map_err(StepError::Throughput)?;
        let content = aimed(content, target);
        let context = context.map(|context| context.seq);
        desk.act(conversation, Event::AssistantSends { content, context, opaque })
    };
    let kept = app.engine.step(step).await.map_err(failed)?;
    let message = kept.ok_or_else(GraphError::internal)?;
    Ok(send::accepted(&to, conversation, message.seq))
}

fn aimed(content: Content, target: Option<Wamid>) -> Content {
    match (content, target) {
        (Content::Reaction { emoji, .. }, Some(target)) => {
            Content::Reaction { target: target.seq, emoji }
        }
        (content, _) => content,
    }
}

/// Another assistant's conversation is as unknown as none.
fn is_theirs(desk: &mut Desk, id: AssistantId, of: ConversationId) -> Result<(), StepError> {
    match desk.conversation(of)? {
        Some(found) if found.assistant == id => Ok(()),
        _ => Err(exchange::conversation::Refusal::NotConsented.into()),
    }
}

/// A message that is referred to exists and was written by whom its id says.
fn exists(desk: &Desk, of: ConversationId, referred: Wamid) -> Result<(), StepError> {
    let found = desk.message(of, referred.seq)?;
    let sound = found.is_some_and(|found| {
        referred.conversation == of && Direction::of(found.author) == Some(referred.direction)
    });
    sound.then_some(()).ok_or(exchange::conversation::Refusal::UnknownMessage.into())
}

async fn read(app: &App, id: AssistantId, message: Wamid, typing: bool) -> Answer {
    if message.direction != Direction::Inbound {
        return Err(unknown_message());
    }
    let of = message.conversation;
    let step = move |desk: &mut Desk| {
        let person = match desk.conversation(of)? {
            Some(found) if found.assistant == id => found.person,
            _ => return Err(exchange::conversation::Refusal::UnknownMessage.into()),
        };
        exists(desk, of, message)?;
        desk.act(of, Event::AssistantReads(message.seq))?;
        Ok((person, desk.now() + limits::TYPING_MS))
    };
    let (person, until) = app.engine.step(step).await.map_err(failed)?;
    if typing {
        app.hub.tell(person, &Update::Typing(of, until));
    }
    Ok(send::SUCCESS.to_vec())
}
