//! Loops beside the requests: one so far.

use exchange::limits;
use exchange::time::{MINUTE_MS, Millis};
use store::Op;

use crate::App;
use crate::engine::StepError;

/// How often old rows are looked for.
const EVERY_MS: i64 = 10 * MINUTE_MS;

/// Forgets settled deliveries past their time and sessions that have expired, a bounded number
/// at once, for as long as the exchange runs.
pub async fn expire(app: App) {
    loop {
        let now = app.clock.now();
        prune(&app, now).await;
        app.clock.until(now + EVERY_MS).await;
    }
}

async fn prune(app: &App, now: Millis) {
    let step = move |desk: &mut crate::engine::Desk| {
        desk.put(Op::Prune { settled_before: now - limits::DELIVERY_LOG_MS, sessions_before: now });
        Ok::<_, StepError>(())
    };
    if let Err(error) = app.engine.step(step).await {
        tracing::warn!(%error, "old rows could not be pruned; tried again later");
    }
}
