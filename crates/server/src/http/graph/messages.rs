//! `POST /{phone_number_id}/messages`: send, mark read, show "writing…".

use exchange::consent::State;
use exchange::content::Category;
use exchange::conversation::{Event, Refusal};
use exchange::id::{AssistantId, ConversationId, PersonId};
use exchange::limits;
use exchange::message::Content;
use wire::cloud::error::{GraphError, unknown_message};
use wire::cloud::id::{Direction, Wamid};
use wire::cloud::send::{self, Outgoing, Request};

use super::{Answer, Call, auth, failed, resolve};
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
            say(app, id, outgoing, false).await
        }
        Request::Read { message, typing } => read(app, id, message, typing).await,
    }
}

/// `POST /{phone_number_id}/marketing_messages`: a marketing template and nothing else
/// (reference 14); sent like every other.
pub async fn marketing(app: &App, number: &str, call: &Call<'_>) -> Answer {
    let entry = auth::caller(app, call)?;
    let id = entry.row.id;
    if number.parse() != Ok(id) {
        return Err(GraphError::unknown_object("post", number));
    }
    match send::parse(call.query, call.content_type(), call.body)? {
        Request::Message(outgoing) if outgoing.to.number == Some(entry.row.number) => {
            Err(GraphError::recipient_is_sender())
        }
        Request::Message(outgoing) if outgoing.template.is_some() => {
            say(app, id, outgoing, true).await
        }
        _ => Err(wire::cloud::template::not_marketing()),
    }
}

async fn say(app: &App, id: AssistantId, outgoing: Outgoing, marketing: bool) -> Answer {
    let Outgoing { to, mut content, template, context, target, opaque } = outgoing;
    let is_template = template.is_some();
    let conversation = to.conversation.ok_or_else(GraphError::undeliverable)?;
    let step = move |desk: &mut Desk| {
        if !desk.number(id)?.is_registered() {
            return Ok(Err(GraphError::not_registered()));
        }
        person(desk, id, conversation)?.ok_or(Refusal::NotConsented)?;
        if let Some(context) = context {
            exists(desk, conversation, context, i64::MAX)?;
        }
        if let Some(target) = target {
            exists(desk, conversation, target, limits::REFERENCE_AGE_MS)?;
        }
        if let Some(template) = &template {
            match resolve::template(desk, id, template)? {
                Ok(rendered) if marketing && rendered.category != Category::Marketing => {
                    return Ok(Err(wire::cloud::template::not_marketing()));
                }
                Ok(rendered) => content = Content::Template(rendered),
                Err(misfit) => return Ok(Err(wire::cloud::template::misfit(&misfit))),
            }
        }
        resolve::flows(desk, id, &mut content)?;
        resolve::files(desk, id, &mut content)?;
        resolve::products(desk, id, &mut content)?;
        content.check().map_err(Refusal::from)?;
        desk.count(id).map_err(StepError::Throughput)?;
        let content = aimed(content, target);
        let context = context.map(|context| context.seq);
        desk.act(conversation, Event::AssistantSends { content, context, opaque }).map(Ok)
    };
    let kept = app.engine.step(step).await.map_err(failed)??;
    let message = kept.ok_or_else(GraphError::internal)?;
    Ok(send::accepted_as(&to, conversation, message.seq, is_template))
}

fn aimed(content: Content, target: Option<Wamid>) -> Content {
    match (content, target) {
        (Content::Reaction { emoji, .. }, Some(target)) => {
            Content::Reaction { target: target.seq, emoji }
        }
        (content, _) => content,
    }
}

/// Another assistant's conversation is as unknown as none, and so is one that the person has
/// stopped: nothing in the answer tells them apart.
fn person(
    desk: &mut Desk,
    id: AssistantId,
    of: ConversationId,
) -> Result<Option<PersonId>, StepError> {
    let found = desk.conversation(of)?;
    let open = found.filter(|found| found.assistant == id && found.consent == State::Given);
    Ok(open.map(|found| found.person))
}

/// A message that is referred to exists, was written by whom its id says, and is not too old.
fn exists(desk: &Desk, of: ConversationId, referred: Wamid, most_ms: i64) -> Result<(), StepError> {
    let found = desk.message(of, referred.seq)?;
    let sound = found.is_some_and(|found| {
        referred.conversation == of
            && Direction::of(found.author) == Some(referred.direction)
            && desk.now().since(found.at) <= most_ms
    });
    sound.then_some(()).ok_or(Refusal::UnknownMessage.into())
}

async fn read(app: &App, id: AssistantId, message: Wamid, typing: bool) -> Answer {
    if message.direction != Direction::Inbound {
        return Err(unknown_message());
    }
    let of = message.conversation;
    let step = move |desk: &mut Desk| {
        let person = person(desk, id, of)?.ok_or(Refusal::UnknownMessage)?;
        exists(desk, of, message, limits::REFERENCE_AGE_MS)?;
        desk.act(of, Event::AssistantReads(message.seq))?;
        Ok((person, desk.now() + limits::TYPING_MS))
    };
    let (person, until) = app.engine.step(step).await.map_err(failed)?;
    if typing {
        app.hub.tell(person, &Update::Typing(of, until));
    }
    Ok(send::SUCCESS.to_vec())
}
