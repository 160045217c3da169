//! How long a step took: the only use of the time here.

use std::time::{Duration, Instant};

/// Runs `work` and tells how long it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    #[expect(clippy::disallowed_methods, reason = "the clock file of this crate")]
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}
