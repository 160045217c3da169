//! From a whole blob to a row of the store that names it.

use exchange::id::{AssistantId, ConversationId};
use exchange::media::{Media, MediaId};
use exchange::time::Millis;
use store::Op;
use store::row::MediaRow;

use super::writing::Fresh;
use crate::App;
use crate::clock::random_u64;
use crate::engine::{Desk, StepError};

/// Whose a file is, and until when it can be named.
#[derive(Debug, Clone)]
pub struct Owner {
    /// Whose number may use it.
    pub assistant: AssistantId,
    /// Of what a person adds: the conversation.
    pub conversation: Option<ConversationId>,
    /// The name it was given.
    pub filename: Option<String>,
    /// How long it can be named, ms.
    pub lasts_ms: i64,
}

impl Owner {
    /// The row of a blob, under an id that is not taken yet as far as this knows.
    pub fn row(self, fresh: &Fresh, mime: &str, now: Millis) -> MediaRow {
        MediaRow {
            media: fresh.media(MediaId::from_random(random_u64()), mime),
            assistant: self.assistant,
            conversation: self.conversation,
            blob: fresh.blob.clone(),
            filename: self.filename,
            created: now,
            expires: now + self.lasts_ms,
        }
    }
}

/// Puts a new row down. The one case in many billions in which its id is taken is refused: the
/// caller may try again.
///
/// # Errors
/// [`StepError::Unavailable`].
pub fn put(desk: &mut Desk, row: MediaRow) -> Result<Media, StepError> {
    if desk.read().media(row.media.id)?.is_some() {
        return Err(StepError::Unavailable);
    }
    let media = row.media.clone();
    desk.put(Op::Media(row));
    Ok(media)
}

/// Keeps a whole blob: on disk, and known, when this returns.
///
/// # Errors
/// [`StepError`]; the blob is deleted.
pub async fn keep(
    app: &App,
    mut fresh: Fresh,
    mime: &str,
    owner: Owner,
) -> Result<Media, StepError> {
    let row = owner.row(&fresh, mime, app.clock.now());
    let id = row.media.id;
    let kept = app.engine.step(move |desk| put(desk, row)).await;
    if kept.is_ok() || may_be_there(app, id).await {
        fresh.keep();
    }
    kept
}

/// Whether a row is there although its step gave no result, or cannot be looked for.
async fn may_be_there(app: &App, id: MediaId) -> bool {
    let found = app.readers.read(move |reader| reader.media(id)).await;
    !matches!(found, Ok(None))
}
