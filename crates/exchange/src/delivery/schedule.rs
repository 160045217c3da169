//! When to try again.
//!
//! Transient failures (time-outs, 408, 429, 5xx): the wait doubles from one second to an hour,
//! ±20 % so that tries do not come in step, for seven days from the first; `Retry-After` is
//! obeyed up to six hours. Other refusals: five tries within two minutes, then dead-lettered,
//! and the conversation goes on.

use super::outcome::{Outcome, Verdict};
use super::{Kind, Owed};
use crate::limits;
use crate::time::Millis;

/// What follows a try that did not deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Again, not before this.
    At(Millis),
    /// Given up.
    Dead,
}

/// Decides what follows the try that has just failed. `owed.attempt` counts it already;
/// `jitter` is uniform in 0..=65535.
pub fn after(owed: &Owed, outcome: &Outcome, now: Millis, jitter: u16) -> Next {
    if owed.kind == Kind::Fetch {
        // Somebody waits for it: soon, or not at all. What is there and unfit stays so.
        let again = outcome.verdict() == Verdict::Transient;
        let wait = limits::FETCH_WAITS_MS.get(owed.attempt.saturating_sub(1) as usize);
        return match wait.filter(|_| again) {
            Some(wait) => Next::At(now + jittered(*wait, jitter)),
            None => Next::Dead,
        };
    }
    match outcome.verdict() {
        Verdict::Delivered => Next::Dead,
        Verdict::Refused => {
            let waits = limits::REFUSED_WAITS_MS;
            let wait = waits.get(owed.attempt.saturating_sub(1) as usize);
            wait.map_or(Next::Dead, |wait| Next::At(now + jittered(*wait, jitter)))
        }
        Verdict::Transient => {
            let doublings = owed.attempt.saturating_sub(1).min(20);
            let wait = (limits::RETRY_FIRST_MS << doublings).min(limits::RETRY_LONGEST_MS);
            let asked = match outcome {
                Outcome::Answered { retry_after_ms: Some(ms), .. } => {
                    (*ms).clamp(0, limits::RETRY_AFTER_LONGEST_MS)
                }
                _ => 0,
            };
            let at = now + jittered(wait, jitter).max(asked);
            if at.since(owed.at) > limits::RETRY_HORIZON_MS { Next::Dead } else { Next::At(at) }
        }
    }
}

/// `wait_ms` ± 20 %.
fn jittered(wait_ms: i64, jitter: u16) -> i64 {
    let spread = wait_ms * 2 / 5;
    wait_ms - wait_ms / 5 + spread * i64::from(jitter) / i64::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{AssistantId, ConversationId, DeliveryId, Seq};
    use crate::time::{DAY_MS, HOUR_MS, MINUTE_MS};
    use proptest::prelude::*;

    fn owed() -> Owed {
        Owed {
            id: DeliveryId(1),
            assistant: AssistantId(1),
            conversation: ConversationId::from_random(1),
            seq: Seq(1),
            kind: Kind::Message,
            at: Millis(0),
            due: Millis(0),
            attempt: 0,
        }
    }

    /// All tries of one delivery whose endpoint always gives `outcome`.
    fn tries(outcome: &Outcome, jitter: u16) -> Vec<Millis> {
        let (mut owed, mut now, mut all) = (owed(), Millis(0), Vec::new());
        loop {
            all.push(now);
            owed.attempt += 1;
            match after(&owed, outcome, now, jitter) {
                Next::At(at) => now = at,
                Next::Dead => return all,
            }
        }
    }

    proptest! {
        #[test]
        fn a_refusal_is_tried_five_times_within_two_minutes(jitter: u16) {
            for status in [301, 400, 401, 404, 422] {
                let all = tries(&Outcome::Answered { status, retry_after_ms: None }, jitter);
                prop_assert_eq!(all.len(), 5);
                prop_assert!(all[4] <= Millis(2 * MINUTE_MS), "{:?}", all);
            }
        }

        #[test]
        fn a_transient_failure_is_tried_for_seven_days_and_backs_off(jitter: u16) {
            let all = tries(&Outcome::TimedOut, jitter);
            let last = all[all.len() - 1];
            prop_assert!(last > Millis(7 * DAY_MS - 2 * HOUR_MS), "{:?}", last);
            prop_assert!(last <= Millis(7 * DAY_MS));
            prop_assert!(all.windows(2).all(|w| w[1].since(w[0]) <= HOUR_MS * 6 / 5 + 1));
            prop_assert!(all.len() < 300);
        }
    }

    #[test]
    fn retry_after_is_obeyed_within_bounds() {
        let mut first = owed();
        first.attempt = 1;
        let wait = |ms| Outcome::Answered { status: 429, retry_after_ms: Some(ms) };
        assert_eq!(after(&first, &wait(60_000), Millis(0), 0), Next::At(Millis(60_000)));
        let capped = Next::At(Millis(6 * HOUR_MS));
        assert_eq!(after(&first, &wait(i64::MAX), Millis(0), 0), capped);
        assert_eq!(after(&first, &wait(-5), Millis(0), 0), Next::At(Millis(800)));
    }
}
