//! A leaky bucket in GCRA form: all it remembers is when it will be empty again.

use crate::limits;
use crate::time::Millis;

/// One per `INTERVAL_US` microseconds on average, `BURST` at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bucket<const INTERVAL_US: i64, const BURST: i64> {
    empty_at_us: i64,
}

/// Messages of one number, in and out together (Cloud API: 80 a second).
pub type NumberLimit =
    Bucket<{ 1_000_000 / limits::NUMBER_PER_SECOND }, { limits::NUMBER_PER_SECOND }>;

impl<const INTERVAL_US: i64, const BURST: i64> Bucket<INTERVAL_US, BURST> {
    /// Takes one, or says how long to wait for the next, in milliseconds (rounded up).
    ///
    /// # Errors
    /// The wait, when the bucket is full.
    pub fn take(&mut self, now: Millis) -> Result<(), i64> {
        let now_us = now.0 * 1000;
        let from = self.empty_at_us.max(now_us);
        let over_us = from - now_us - (BURST - 1) * INTERVAL_US;
        if over_us > 0 {
            return Err((over_us + 999) / 1000);
        }
        self.empty_at_us = from + INTERVAL_US;
        Ok(())
    }

    /// The bucket as it is after these, in order: how it is found again after a restart.
    pub fn after(taken: impl IntoIterator<Item = Millis>) -> Self {
        let mut bucket = Self::default();
        for at in taken {
            let _ = bucket.take(at);
        }
        bucket
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Over any stretch of time, no more than the burst and the average rate allow.
        #[test]
        fn never_more_than_burst_plus_rate(waits in prop::collection::vec(0i64..40, 1..500)) {
            let mut bucket = NumberLimit::default();
            let (mut now, mut taken) = (Millis(1_000_000), 0i64);
            let start = now;
            for wait in waits {
                now = now + wait;
                taken += i64::from(bucket.take(now).is_ok());
                prop_assert!(taken <= 80 + now.since(start) * 80 / 1000 + 1);
            }
        }

        #[test]
        fn waiting_as_told_is_enough(burst in 1u32..200) {
            let mut bucket = NumberLimit::default();
            let now = Millis(0);
            for _ in 0..burst {
                if let Err(wait) = bucket.take(now) {
                    prop_assert!(bucket.clone().take(now + wait).is_ok());
                    prop_assert!(bucket.clone().take(now + wait - 1).is_err());
                }
            }
        }
    }
}
