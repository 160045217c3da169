//! How long to wait before trying again; pure.

use std::time::Duration;

/// Doubling waits between a first one and a cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The wait after the first failure.
    pub first: Duration,
    /// No wait is longer.
    pub cap: Duration,
}

impl Backoff {
    /// The wait after failure number `failure` (0 is the first), with `chance` in `0.0..1.0`
    /// spreading it over the upper half, so that many clients do not return in step.
    pub fn wait(&self, failure: u32, chance: f64) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(failure.min(16)));
        let whole = doubled.min(self.cap);
        whole.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
    }

    /// Like [`Backoff::wait`], but at least what the other side asked for by `Retry-After`,
    /// and never more than the cap: a hostile header must not put us to sleep for a year.
    pub fn wait_at_least(&self, failure: u32, chance: f64, asked: Option<Duration>) -> Duration {
        let own = self.wait(failure, chance);
        asked.map_or(own, |asked| own.max(asked.min(self.cap)))
    }
}

/// Every duration and bound of the kit, in one place so that tests can be quick.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Waits between tries of anything sent to the exchange.
    pub backoff: Backoff,
    /// Tries of one send before it is put aside until the next sweep.
    pub tries: u32,
    /// The longest a call to the exchange may take.
    pub call: Duration,
    /// The longest the read mark with the typing sign may take; it is not worth more.
    pub typing_call: Duration,
    /// How often the typing sign is renewed; it fades after 25 s (Cloud API reference 3.2).
    pub typing_every: Duration,
    /// How often what was put aside is taken up again and what is old is deleted.
    pub sweep_every: Duration,
    /// How long work in progress may go on after the signal to stop.
    pub drain: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            backoff: Backoff { first: Duration::from_millis(500), cap: Duration::from_secs(30) },
            tries: 8,
            call: Duration::from_secs(15),
            typing_call: Duration::from_secs(3),
            typing_every: Duration::from_secs(20),
            sweep_every: Duration::from_secs(60),
            drain: Duration::from_secs(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const B: Backoff = Backoff { first: Duration::from_millis(100), cap: Duration::from_secs(2) };

    #[test]
    fn doubles_until_the_cap() {
        let waits: Vec<u128> = (0..7).map(|n| B.wait(n, 1.0).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1600, 2000, 2000]);
    }

    #[test]
    fn what_was_asked_for_counts_up_to_the_cap() {
        assert_eq!(B.wait_at_least(0, 1.0, Some(Duration::from_secs(1))), Duration::from_secs(1));
        assert_eq!(B.wait_at_least(0, 1.0, Some(Duration::MAX)), B.cap);
        assert_eq!(B.wait_at_least(3, 1.0, Some(Duration::ZERO)), Duration::from_millis(800));
    }

    proptest! {
        #[test]
        fn never_zero_never_past_the_cap(n in any::<u32>(), chance in -1.0..2.0_f64) {
            let wait = B.wait(n, chance);
            prop_assert!(wait >= B.first / 2 && wait <= B.cap);
        }
    }
}
