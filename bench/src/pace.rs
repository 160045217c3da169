//! When messages are meant to be sent.
//!
//! In an open loop the send times are fixed beforehand. A latency is counted from the time a
//! message was *meant* to be sent, so that a server that stalls is charged for every message
//! that had to wait, not for the one that was under way (coordinated omission).

use crate::clock;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// Evenly spaced send times.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// When the first message is due.
    pub start: Instant,
    /// Messages a second.
    pub rate: u32,
    /// How many messages there are.
    pub count: u64,
}

impl Schedule {
    /// When message `index` (from 0) is due.
    pub fn due(&self, index: u64) -> Instant {
        let nanoseconds = u128::from(index) * 1_000_000_000 / u128::from(self.rate.max(1));
        self.start + Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }
}

/// Sends every due time at that time, from a thread of its own: an async timer counts in whole
/// milliseconds, which is more than what is measured here. Returns when all are sent or nobody
/// listens any more.
pub fn keep(schedule: Schedule, slots: &UnboundedSender<Instant>) {
    for index in 0..schedule.count {
        let due = schedule.due(index);
        let left = due.saturating_duration_since(clock::now());
        if !left.is_zero() {
            std::thread::sleep(left);
        }
        if slots.send(due).is_err() {
            return;
        }
    }
}

/// Asks the kernel not to round this process's sleeps up by its usual 50 µs. Threads started
/// afterwards inherit it. Only a nicety: where it is refused, sleeps are a little longer, and
/// the printed send lag shows it.
pub fn sleep_finely() {
    let _ = std::fs::write("/proc/self/timerslack_ns", "1000");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::Latencies;

    /// One server, one connection, 0.1 ms of work per message, but it stands still for 200 ms.
    fn simulate(intended: impl Fn(&Schedule, u64, Instant) -> Instant) -> Latencies {
        let schedule = Schedule { start: clock::now(), rate: 1_000, count: 1_000 };
        let stall_at = schedule.due(500);
        let mut free = schedule.start;
        let mut latencies = Latencies::default();
        for index in 0..schedule.count {
            let sent = schedule.due(index).max(free);
            let work = if index == 500 { 200_000 } else { 100 };
            free =
                sent.max(if index == 500 { stall_at } else { sent }) + Duration::from_micros(work);
            latencies.record(free - intended(&schedule, index, sent));
        }
        latencies
    }

    #[test]
    fn a_stall_is_charged_to_all_who_waited() {
        let corrected = simulate(|schedule, index, _| schedule.due(index));
        // 200 messages came due during the stall, a fifth of all: every one of them waited.
        assert!(corrected.quantile_ms(0.50) < 1.0);
        assert!(corrected.quantile_ms(0.90) > 90.0, "{}", corrected.quantile_ms(0.90));
        assert!(corrected.quantile_ms(0.99) > 180.0);
        assert!(corrected.max_ms() >= 199.0);
    }

    #[test]
    fn counted_from_the_real_send_time_the_stall_would_hide() {
        let naive = simulate(|_, _, sent| sent);
        assert!(naive.quantile_ms(0.99) < 1.0, "this is the error the schedule corrects");
        assert!(naive.max_ms() >= 199.0);
    }

    #[test]
    fn due_times_do_not_drift() {
        let schedule = Schedule { start: clock::now(), rate: 3, count: 4 };
        assert_eq!(schedule.due(3) - schedule.start, Duration::from_secs(1));
        assert_eq!(schedule.due(3_000_000) - schedule.start, Duration::from_secs(1_000_000));
    }

    #[test]
    fn every_slot_is_handed_out_not_before_its_time() {
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        let schedule = Schedule { start: clock::now(), rate: 10_000, count: 50 };
        keep(schedule, &sender);
        let done = clock::now();
        assert!(done >= schedule.due(49));
        for index in 0..50 {
            assert_eq!(receiver.try_recv().unwrap(), schedule.due(index));
        }
        assert!(receiver.try_recv().is_err());
    }
}
