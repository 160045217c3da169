//! Fetching what an assistant sent by link; when all of it is there, the message is shown.

use exchange::conversation::Event;
use exchange::delivery::Owed;
use exchange::delivery::outcome::Outcome;
use exchange::media::{Media, Source};
use exchange::message::{Content, Message};
use store::Op;

use super::{Means, Withdrawn};
use crate::engine::{Desk, StepError};
use crate::media::{Fetched, Fresh};

/// Fetches every file of a message and completes it. One that is complete (the exchange ended
/// between that and the end of the delivery) is done.
pub(super) async fn fetch(
    means: &Means,
    job: &Owed,
    message: &Message,
) -> Result<Outcome, Withdrawn> {
    let mut content = message.content.clone();
    let (mut known, mut rows, mut blobs) = (Vec::<(String, Media)>::new(), Vec::new(), Vec::new());
    for (kind, source) in content.sources_mut() {
        let Source::Link(url) = source else { continue };
        let url = url.clone();
        // The same link twice in one message, as the same file.
        let before = known.iter().find(|(link, media)| *link == url && kind.takes(&media.mime));
        if let Some((_, media)) = before {
            *source = Source::Kept(media.clone());
            continue;
        }
        let fetched = match means.links.fetch(job.assistant, kind, &url).await {
            Ok(fetched) => fetched,
            Err(outcome) => return Ok(outcome),
        };
        known.push((url, fetched.media().clone()));
        *source = Source::Kept(fetched.media().clone());
        if let Fetched::New(new) = fetched {
            blobs.push(new.0);
            rows.push(new.1);
        }
    }
    if rows.is_empty() && known.is_empty() {
        return Ok(DONE);
    }
    let (job, ids) = (*job, rows.iter().map(|row| row.media.id).collect::<Vec<_>>());
    let step = move |desk: &mut Desk| complete(desk, &job, content, rows);
    let kept = means.engine.step(step).await;
    let there = match &kept {
        Ok(()) => true,
        // Whether it happened is not known when even that cannot be read.
        Err(StepError::Unavailable) => may_be_there(means, ids).await,
        Err(_) => false,
    };
    if there {
        blobs.iter_mut().for_each(Fresh::keep);
    }
    match kept {
        Ok(()) => {
            for (url, media) in known {
                means.links.remember(job.assistant, &url, media);
            }
            Ok(DONE)
        }
        Err(StepError::Unavailable) => {
            Ok(Outcome::Unreachable("the exchange could not keep what it fetched"))
        }
        // The person has stopped the assistant, or is gone.
        Err(_) => Err(Withdrawn),
    }
}

const DONE: Outcome = Outcome::Answered { status: 200, retry_after_ms: None };

fn complete(
    desk: &mut Desk,
    job: &Owed,
    content: Content,
    rows: Vec<store::row::MediaRow>,
) -> Result<(), StepError> {
    for row in rows {
        desk.put(Op::Media(row));
    }
    desk.act(job.conversation, Event::Fetched { seq: job.seq, content }).map(drop)
}

async fn may_be_there(means: &Means, ids: Vec<exchange::media::MediaId>) -> bool {
    let Some(first) = ids.first().copied() else { return true };
    let found = means.readers.read(move |reader| reader.media(first)).await;
    !matches!(found, Ok(None))
}
