//! A certificate for a public name from an authority that speaks ACME (RFC 8555), proved by
//! TLS-ALPN-01 (RFC 8737): port 443 alone is needed. Renewed in time; kept in the data directory.

mod answering;
mod http;
mod kept;
mod order;

use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::Duration;

use exchange::time::{HOUR_MS, MINUTE_MS, Millis};
use tokio::time::timeout;

pub use answering::Answering;
use kept::Kept;

use super::settings::Wanted;
use super::validity;
use crate::clock::Clock;

/// Looked at this often (ours).
pub const LOOK_MS: i64 = HOUR_MS;
/// One order with everything that belongs to it (ours).
const ORDER: Duration = Duration::from_secs(300);
/// After a first failure; four times as long after each further one, up to the longest pause
/// (ours): four orders in the first hour, of the five that Let's Encrypt lets fail.
const PAUSE_MS: i64 = MINUTE_MS;
const LONGEST_PAUSE_MS: i64 = 6 * HOUR_MS;

/// Shows a certificate for the wanted name: the kept one while it holds, a new one in time.
/// Until there is one, handshakes fail.
///
/// # Errors
/// When the data directory or the file of authorities cannot be used, in words.
pub fn keep(data: &Path, wanted: Wanted, clock: Clock) -> Result<Arc<Answering>, String> {
    let kept = Kept::open(data, &wanted)?;
    let http = http::Http::new(wanted.root.as_deref())?;
    let answering = Arc::new(Answering::default());
    match kept.certificate() {
        Ok(Some(certificate)) => answering.shown.put(certificate),
        Ok(None) => {}
        Err(why) => tracing::warn!(%why, "the kept certificate cannot be used"),
    }
    tokio::spawn(renew(wanted, kept, http, Arc::downgrade(&answering), clock));
    Ok(answering)
}

async fn renew(
    wanted: Wanted,
    kept: Kept,
    http: http::Http,
    answering: Weak<Answering>,
    clock: Clock,
) {
    let mut failures = 0;
    loop {
        let Some(answering) = answering.upgrade() else { return };
        let shown = answering.shown.now().and_then(|it| validity(it.cert.first()?));
        let mut next_ms = LOOK_MS;
        if shown.is_none_or(|(from, until)| clock.now() >= due(from, until)) {
            let order = order::certificate(&wanted, &kept, &http, &answering);
            let ordered = timeout(ORDER, order).await;
            answering.proof.clear();
            match ordered.unwrap_or_else(|_| Err("it took too long".to_owned())) {
                Ok(certificate) => {
                    failures = 0;
                    answering.shown.put(certificate);
                    tracing::info!(name = wanted.name, "a new certificate is shown");
                }
                Err(why) => {
                    failures += 1;
                    next_ms = pause(failures);
                    let minutes = next_ms / MINUTE_MS;
                    tracing::warn!(%why, minutes, "no certificate by ACME; tried again then");
                }
            }
        }
        drop(answering);
        clock.until(clock.now() + next_ms).await;
    }
}

/// When to renew: with a third of the time left, whatever the time is (Let's Encrypt's advice).
fn due(from: Millis, until: Millis) -> Millis {
    until - until.since(from) / 3
}

fn pause(failures: u32) -> i64 {
    let factor = 4_i64.saturating_pow(failures.saturating_sub(1));
    PAUSE_MS.saturating_mul(factor).min(LONGEST_PAUSE_MS)
}

#[cfg(test)]
mod tests {
    use exchange::time::DAY_MS;

    use super::*;

    #[test]
    fn a_third_is_left() {
        assert_eq!(due(Millis(0), Millis(90 * DAY_MS)), Millis(60 * DAY_MS));
        assert_eq!(due(Millis(DAY_MS), Millis(7 * DAY_MS)), Millis(5 * DAY_MS));
    }

    #[test]
    fn pauses_grow_and_end_growing() {
        let minutes: Vec<_> = (1..=7).map(|n| pause(n) / MINUTE_MS).collect();
        assert_eq!(minutes, [1, 4, 16, 64, 256, 360, 360]);
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE_MS);
    }
}
