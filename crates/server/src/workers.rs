//! Loops beside the requests.

use std::collections::{HashMap, HashSet};

use exchange::id::ItemId;
use exchange::limits;
use exchange::time::{MINUTE_MS, Millis};
use store::row::{Item, ItemKind, MediaRow};
use store::{Op, Reader};

use crate::App;
use crate::engine::{Desk, StepError};
use crate::http::uploaded_pieces;

/// How often old rows are looked for.
const EVERY_MS: i64 = 10 * MINUTE_MS;

/// Files and uploads looked at in one step.
const SWEPT: u32 = 200;
/// Files are idle only this long after they could last be named: what was being sent then is
/// committed by now.
const IDLE_MS: i64 = MINUTE_MS;

/// Forgets settled deliveries past their time and sessions that have expired, for as long as the
/// exchange runs: a bounded number in a step, step after step until none is left.
pub async fn expire(app: App) {
    loop {
        let now = app.clock.now();
        while prune(&app, now).await {}
        app.clock.until(now + EVERY_MS).await;
    }
}

/// One step; whether there is more.
async fn prune(app: &App, now: Millis) -> bool {
    let settled_before = now - limits::DELIVERY_LOG_MS;
    let step = move |desk: &mut crate::engine::Desk| {
        desk.put(Op::Prune { settled_before, sessions_before: now });
        Ok::<_, StepError>(())
    };
    let pruned = app.engine.step(step).await;
    let left = app.readers.read(move |reader| reader.is_prunable(settled_before)).await;
    match (pruned, left) {
        (Ok(()), Ok(left)) => left,
        (pruned, left) => {
            tracing::warn!(?pruned, ?left, "old rows could not be pruned; tried again later");
            false
        }
    }
}

/// Deletes files that nobody can name or see any more, and uploads that never ended, for as long
/// as the exchange runs; first of all blobs among `found` that nothing names.
pub async fn sweep_media(app: App, found: HashSet<String>) {
    if let Err(why) = sweep_left_over(&app, found).await {
        tracing::warn!(why, "files left over could not be swept; tried again at the next start");
    }
    loop {
        let now = app.clock.now();
        while sweep_idle(&app, now - IDLE_MS).await {}
        sweep_uploads(&app, now - limits::UPLOAD_SESSION_MS).await;
        tokio::select! {
            () = app.clock.until(now + EVERY_MS) => {}
            () = app.vault.until_idle() => {}
        }
    }
}

async fn sweep_left_over(app: &App, found: HashSet<String>) -> Result<(), String> {
    if found.is_empty() {
        return Ok(());
    }
    let mut pieces = HashSet::new();
    for item in uploads(app, Millis(i64::MAX)).await? {
        pieces.extend(uploaded_pieces(&item));
    }
    for blob in found.difference(&pieces) {
        let name = blob.clone();
        let uses = app.readers.read(move |reader| reader.blob_uses(&name)).await;
        if uses.map_err(|error| error.to_string())? == 0 {
            app.vault.delete(blob).await.map_err(|fault| fault.to_string())?;
        }
    }
    Ok(())
}

/// One step; whether there is more. First the blob, then its row: what is lost between them is
/// looked for again.
async fn sweep_idle(app: &App, before: Millis) -> bool {
    let look = move |reader: &dyn Reader| {
        let rows = reader.idle_media(before, SWEPT)?;
        let with_uses = |row: MediaRow| Ok((reader.blob_uses(&row.blob)?, row));
        rows.into_iter().map(with_uses).collect::<Result<Vec<_>, store::Error>>()
    };
    let rows = match app.readers.read(look).await {
        Ok(rows) => rows,
        Err(error) => {
            tracing::warn!(%error, "idle files could not be looked for; tried again later");
            return false;
        }
    };
    let more = rows.len() == SWEPT as usize;
    let (mut gone, mut left) = (Vec::new(), HashMap::new());
    for (uses, row) in rows {
        // Several rows may name one blob: it goes with the last of them.
        let others = left.entry(row.blob.clone()).or_insert(uses);
        *others = others.saturating_sub(1);
        if *others > 0 || app.vault.delete(&row.blob).await.is_ok() {
            gone.push(row.media.id);
        }
    }
    let swept = !gone.is_empty();
    let step = move |desk: &mut Desk| {
        gone.into_iter().for_each(|id| desk.put(Op::DropMedia(id)));
        Ok::<_, StepError>(())
    };
    swept && app.engine.step(step).await.is_ok() && more
}

/// Every upload that was last added to before then.
async fn uploads(app: &App, before: Millis) -> Result<Vec<Item>, String> {
    let mut all = Vec::new();
    for entry in app.directory.all() {
        let assistant = entry.row.id;
        let mut after = ItemId(0);
        loop {
            let read = app
                .readers
                .read(move |reader| reader.items(assistant, ItemKind::Upload, after, SWEPT));
            let part = read.await.map_err(|error| error.to_string())?;
            let Some(last) = part.last() else { break };
            after = last.id;
            all.extend(part.into_iter().filter(|item| item.at < before));
        }
    }
    Ok(all)
}

async fn sweep_uploads(app: &App, before: Millis) {
    for item in uploads(app, before).await.unwrap_or_default() {
        let mut gone = true;
        for piece in uploaded_pieces(&item) {
            gone &= app.vault.delete(&piece).await.is_ok();
        }
        let step = move |desk: &mut Desk| {
            desk.put(Op::DropItem(ItemKind::Upload, item.id));
            Ok::<_, StepError>(())
        };
        if gone && app.engine.step(step).await.is_err() {
            tracing::warn!("an upload that never ended could not be forgotten; tried again later");
        }
    }
}
