//! Resumable uploads (reference 4): a session that is kept, pieces that are kept as blobs, and a
//! handle once they are all there. What breaks off goes on where it stands.

use axum::extract::Request;
use axum::http::HeaderName;
use exchange::id::{AssistantId, ItemId};
use exchange::limits;
use exchange::media::MediaId;
use serde::{Deserialize, Serialize};
use store::Op;
use store::row::{Item, ItemKind};
use wire::cloud::error::GraphError;
use wire::cloud::media::session;
use wire::cloud::params::query_value;

use super::media::checked_file;
use super::{Answer, Call, auth, failed};
use crate::App;
use crate::clock::random_u64;
use crate::directory::Entry;
use crate::engine::{Desk, StepError};
use crate::http::files::intake;
use crate::media::{Fault, Fresh, Owner, put};

const FILE_OFFSET: HeaderName = HeaderName::from_static("file_offset");

/// What is kept of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Session {
    name: Option<String>,
    length: u64,
    mime: String,
    /// Blobs in order, and how many bytes they are together.
    pieces: Vec<String>,
    received: u64,
    /// The file, once it is whole.
    media: Option<MediaId>,
}

/// The blobs that a session has so far.
pub fn pieces(item: &Item) -> Vec<String> {
    serde_json::from_str(&item.body).map_or(Vec::new(), |kept: Session| kept.pieces)
}

/// Whether a path's segment names a session.
pub fn is_session(segment: &str) -> bool {
    segment.starts_with(session::PREFIX) || segment.starts_with("upload%3A")
}

/// `POST /{app}/uploads`
pub async fn begin(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let caller = auth::caller(app, call)?;
    if id.parse() != Ok(caller.row.app) {
        return Err(GraphError::unknown_object("post", id));
    }
    let file = session::announced(&call.params()?)?;
    let kept = Session {
        name: file.name.as_deref().and_then(intake::bare_name),
        length: file.length,
        mime: file.mime,
        pieces: Vec::new(),
        received: 0,
        media: None,
    };
    let (assistant, item) = (caller.row.id, ItemId(random_u64() >> 2));
    let step = move |desk: &mut Desk| {
        let reader = desk.read();
        if reader.count_items(assistant, ItemKind::Upload)? >= limits::UPLOAD_SESSIONS {
            return Err(StepError::Denied("Too many uploads are open: end them, or wait a day."));
        }
        if reader.item(ItemKind::Upload, item)?.is_some() {
            return Err(StepError::Unavailable);
        }
        write(desk, assistant, item, &kept)
    };
    app.engine.step(step).await.map_err(failed)?;
    Ok(session::begun(&session::name(&app.media_key, item)))
}

fn write(
    desk: &mut Desk,
    assistant: AssistantId,
    id: ItemId,
    it: &Session,
) -> Result<(), StepError> {
    let body = serde_json::to_string(it).map_err(|_| StepError::Unavailable)?;
    let (kind, name, at) = (ItemKind::Upload, id.to_string(), desk.now());
    desk.put(Op::Item(Item { kind, id, assistant, name, at, body }));
    Ok(())
}

/// The session that a segment names, if it is the caller's.
async fn find(
    app: &App,
    caller: &Entry,
    segment: &str,
    call: &Call<'_>,
) -> Result<(ItemId, Session), GraphError> {
    let unknown = || GraphError::unknown_object(&call.method.as_str().to_lowercase(), segment);
    let sig = call.query.and_then(|query| query_value(query, "sig"));
    let id = session::of_path(&app.media_key, segment, sig.as_deref()).ok_or_else(unknown)?;
    let found = app.readers.read(move |reader| reader.item(ItemKind::Upload, id)).await;
    let item = found.map_err(|_| GraphError::unavailable(2_000))?;
    let item = item.filter(|item| {
        item.assistant == caller.row.id && app.clock.now() < item.at + limits::UPLOAD_SESSION_MS
    });
    let item = item.ok_or_else(unknown)?;
    let kept = serde_json::from_str(&item.body).map_err(|_| GraphError::internal())?;
    Ok((id, kept))
}

/// `GET /{upload:…}`: where to go on.
pub async fn progress(app: &App, segment: &str, call: &Call<'_>) -> Answer {
    let caller = auth::caller(app, call)?;
    let (id, kept) = find(app, &caller, segment, call).await?;
    Ok(session::progress(&session::name(&app.media_key, id), kept.received))
}

/// `POST /{upload:…}`: bytes from `file_offset` on.
pub async fn piece(
    app: &App,
    caller: &Entry,
    segment: &str,
    call: &Call<'_>,
    request: Request,
) -> Answer {
    let found = find(app, caller, segment, call).await;
    let (id, kept) = match (found, offset(call)) {
        (Ok((id, kept)), Ok(offset)) if kept.media.is_some() || offset == kept.received => {
            (id, kept)
        }
        (Ok((_, kept)), Ok(_)) => {
            return drop_and(request, session::wrong_offset(kept.received)).await;
        }
        (Err(error), _) | (_, Err(error)) => return drop_and(request, error).await,
    };
    if let Some(media) = kept.media {
        // The answer was lost: it is given again.
        intake::drop_body(request.into_body()).await;
        return Ok(session::done(&session::handle(&app.media_key, media, &kept.mime)));
    }
    let left = kept.length - kept.received;
    let fresh = match intake::raw_part(&app.vault, request.into_body(), left).await {
        Ok(fresh) => fresh,
        Err(Fault::TooLong) => {
            let rule = format!("must have {left} bytes more, and no more.");
            return Err(GraphError::parameter("file", &rule));
        }
        Err(Fault::Failed) => return Err(GraphError::unavailable(2_000)),
    };
    let received = kept.received + fresh.size_bytes;
    if received == kept.length {
        return whole(app, caller.row.id, id, kept, fresh).await;
    }
    grown(app, caller.row.id, id, (kept, fresh)).await?;
    Ok(session::progress(&session::name(&app.media_key, id), received))
}

async fn drop_and(request: Request, error: GraphError) -> Answer {
    intake::drop_body(request.into_body()).await;
    Err(error)
}

fn offset(call: &Call<'_>) -> Result<u64, GraphError> {
    let value = call.header(FILE_OFFSET).map(str::to_owned);
    let value = value.or_else(|| call.query.and_then(|query| query_value(query, "file_offset")));
    let wrong = |_| GraphError::parameter("file_offset", "must be a number of bytes.");
    value.map_or(Ok(0), |value| value.trim().parse().map_err(wrong))
}

/// One more piece, of several.
async fn grown(
    app: &App,
    assistant: AssistantId,
    id: ItemId,
    (before, mut fresh): (Session, Fresh),
) -> Result<(), GraphError> {
    if fresh.size_bytes == 0 {
        return Ok(());
    }
    let mut after = before.clone();
    if after.pieces.len() >= limits::UPLOAD_PIECES {
        return Err(GraphError::parameter("file", "must come in fewer, larger pieces."));
    }
    after.pieces.push(fresh.blob.clone());
    after.received += fresh.size_bytes;
    let step = move |desk: &mut Desk| {
        unchanged(desk, id, &before)?;
        write(desk, assistant, id, &after)
    };
    // Alone: of two that say the same offset, one comes first.
    app.engine.step_alone(step).await.map_err(failed)?;
    fresh.keep();
    Ok(())
}

/// Nobody has added to the session meanwhile.
fn unchanged(desk: &Desk, id: ItemId, before: &Session) -> Result<(), StepError> {
    let now = desk.read().item(ItemKind::Upload, id)?;
    let now = now.and_then(|item| serde_json::from_str::<Session>(&item.body).ok());
    let moved = StepError::Denied("The upload went on elsewhere: ask where it stands.");
    if now.as_ref() == Some(before) { Ok(()) } else { Err(moved) }
}

/// The last piece: they are put together, looked at, and become a file.
async fn whole(
    app: &App,
    assistant: AssistantId,
    id: ItemId,
    before: Session,
    last: Fresh,
) -> Answer {
    let joined = if before.pieces.is_empty() { Ok(last) } else { join(app, &before, last).await };
    let (mut fresh, mime) = checked_file(joined, Some(&before.mime), None)?;
    let owner = Owner {
        assistant,
        conversation: None,
        filename: before.name.clone(),
        lasts_ms: limits::MEDIA_UPLOADED_MS,
    };
    let row = owner.row(&fresh, &mime, app.clock.now());
    let (pieces, media) = (before.pieces.clone(), row.media.id);
    let length = before.length;
    let done =
        Session { pieces: Vec::new(), received: length, media: Some(media), ..before.clone() };
    let step = move |desk: &mut Desk| {
        unchanged(desk, id, &before)?;
        write(desk, assistant, id, &done)?;
        put(desk, row)
    };
    app.engine.step_alone(step).await.map_err(failed)?;
    fresh.keep();
    for piece in pieces {
        // One that stays is swept at the next start.
        let _ = app.vault.delete(&piece).await;
    }
    Ok(session::done(&session::handle(&app.media_key, media, &mime)))
}

async fn join(app: &App, before: &Session, last: Fresh) -> Result<Fresh, Fault> {
    use futures_util::TryStreamExt as _;
    let mut writing = app.vault.begin(before.length).await?;
    for blob in before.pieces.iter().chain([&last.blob]) {
        let mut bytes = app.vault.read(blob, None).await?.ok_or(Fault::Failed)?;
        while let Some(part) = bytes.0.try_next().await? {
            writing.write(&part).await?;
        }
    }
    writing.finish().await
}
