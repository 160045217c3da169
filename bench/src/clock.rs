//! The only place of the benchmark that asks the system for the time.
#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark measures time; everything else takes it from here"
)]

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The monotonic clock: every latency and duration is a difference of two of these.
pub fn now() -> Instant {
    Instant::now()
}

/// Unix time in seconds, for names that must differ between runs and for payload timestamps.
pub fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
