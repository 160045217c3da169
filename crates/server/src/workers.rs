//! Loops beside the requests: one so far.

use exchange::limits;
use exchange::time::{MINUTE_MS, Millis};
use store::Op;

use crate::App;
use crate::engine::StepError;

/// How often old rows are looked for.
const EVERY_MS: i64 = 10 * MINUTE_MS;

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
