//! Telling a message on: what one assistant (or the person) said in one chat goes into another.

use exchange::id::{ConversationId, PersonId, Seq};
use exchange::limits;
use exchange::media::{MediaId, Source};
use exchange::message::{Author, Content, Extra, Message};
use serde::Deserialize;
use store::Op;
use store::row::MediaRow;

use super::what::Told;
use crate::clock::random_u64;
use crate::engine::{Desk, StepError};

/// Which message is told on.
#[derive(Debug, Deserialize)]
pub(super) struct Forwarded {
    chat: String,
    seq: Seq,
}

const NOT_THERE: StepError = StepError::Denied("There is no such message in your chats.");
const NOT_FORWARDED: StepError =
    StepError::Denied("Texts, files, places and contacts can be forwarded, this cannot.");

/// The message as it is kept in the chat it goes to: the new assistant learns that it was
/// forwarded, not from whom.
///
/// # Errors
/// [`StepError::Denied`] when it is not there, not the person's, or of a kind that is not
/// forwarded.
pub(super) fn told(
    desk: &mut Desk,
    person: PersonId,
    to: ConversationId,
    which: &Forwarded,
) -> Result<Told, StepError> {
    let from: ConversationId = which.chat.parse().map_err(|_| NOT_THERE)?;
    if desk.conversation(from)?.is_none_or(|found| found.person != person) {
        return Err(NOT_THERE);
    }
    let found = desk.message(from, which.seq)?.filter(is_shown).ok_or(NOT_THERE)?;
    let content = match found.content {
        Content::Text { body, .. } => Content::Text { body, preview_url: false },
        Content::Contacts { cards, .. } => Content::Contacts { cards, requested: false },
        place @ Content::Location(_) => place,
        mut file @ Content::Media { .. } => {
            for (_, source) in file.sources_mut() {
                copy(desk, to, source)?;
            }
            file
        }
        _ => return Err(NOT_FORWARDED),
    };
    let hops = found.extra.map_or(0, |extra| extra.forwards).saturating_add(1);
    let extra = Extra { forwards: hops, ..Extra::default() };
    Ok(Told { content, context: None, extra: Some(Box::new(extra)) })
}

/// What the person can see. A message that did not reach its assistant can go to another one.
fn is_shown(message: &Message) -> bool {
    let arrived = message.failed.is_none() || message.author == Author::Person;
    arrived && message.author != Author::Exchange && !message.content.is_pending()
}

/// The same blob under an id of its own, which the other assistant may fetch.
fn copy(desk: &mut Desk, to: ConversationId, source: &mut Source) -> Result<(), StepError> {
    let Source::Kept(media) = source else { return Err(NOT_THERE) };
    let assistant = desk.conversation(to)?.map(|found| found.assistant).ok_or(NOT_THERE)?;
    let row = desk.read().media(media.id)?.ok_or(NOT_THERE)?;
    media.id = MediaId::from_random(random_u64());
    let created = desk.now();
    desk.put(Op::Media(MediaRow {
        media: media.clone(),
        assistant,
        conversation: Some(to),
        created,
        expires: created + limits::MEDIA_RECEIVED_MS,
        ..row
    }));
    Ok(())
}
