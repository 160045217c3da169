//! The only place that asks the system for the time or for chance. Everything else takes them
//! as arguments, so that tests and simulations can set them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use exchange::time::Millis;

/// Where time comes from.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System(Instant),
    Shifted(Instant, Arc<(AtomicI64, tokio::sync::Notify)>),
    Manual(Arc<(AtomicI64, tokio::sync::Notify)>),
}

impl Clock {
    /// The system's clock.
    #[allow(clippy::disallowed_methods, reason = "the clock itself")]
    pub fn system() -> Self {
        Self(Source::System(Instant::now()))
    }

    /// A clock that moves only when told to.
    pub fn manual(now: Millis) -> Self {
        Self(Source::Manual(Arc::new((AtomicI64::new(now.0), tokio::sync::Notify::new()))))
    }

    /// A clock that runs with the system's and can be moved forward: the sandbox's.
    #[allow(clippy::disallowed_methods, reason = "the clock itself")]
    pub fn shifted() -> Self {
        let ahead = Arc::new((AtomicI64::new(0), tokio::sync::Notify::new()));
        Self(Source::Shifted(Instant::now(), ahead))
    }

    /// Now.
    pub fn now(&self) -> Millis {
        match &self.0 {
            Source::System(_) => system_now(),
            Source::Shifted(_, ahead) => system_now() + ahead.0.load(Ordering::SeqCst),
            Source::Manual(manual) => Millis(manual.0.load(Ordering::SeqCst)),
        }
    }

    /// Microseconds since some start, never backwards: for durations.
    pub fn monotonic_us(&self) -> u64 {
        match &self.0 {
            Source::System(start) | Source::Shifted(start, _) => {
                u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX)
            }
            Source::Manual(manual) => manual.0.load(Ordering::SeqCst).unsigned_abs() * 1000,
        }
    }

    /// Moves a manual or a shifted clock forward; the system's clock is not moved.
    pub fn advance(&self, ms: i64) {
        if let Source::Manual(moved) | Source::Shifted(_, moved) = &self.0 {
            moved.0.fetch_add(ms, Ordering::SeqCst);
            moved.1.notify_waiters();
        }
    }

    /// How far it has been moved ahead of the system's clock, ms; 0 for one that is not moved so.
    pub fn ahead_ms(&self) -> i64 {
        match &self.0 {
            Source::Shifted(_, ahead) => ahead.0.load(Ordering::SeqCst),
            Source::System(_) | Source::Manual(_) => 0,
        }
    }

    /// Waits until then.
    pub async fn until(&self, at: Millis) {
        match &self.0 {
            Source::System(_) => {
                let wait_ms = u64::try_from(at.since(self.now())).unwrap_or(0);
                tokio::time::sleep(std::time::Duration::from_millis(wait_ms)).await;
            }
            Source::Shifted(_, ahead) => loop {
                let moved = ahead.1.notified();
                let wait_ms = u64::try_from(at.since(self.now())).unwrap_or(0);
                if wait_ms == 0 {
                    return;
                }
                let passed = tokio::time::sleep(std::time::Duration::from_millis(wait_ms));
                tokio::select! {
                    () = passed => {}
                    () = moved => {}
                }
            },
            Source::Manual(manual) => loop {
                let moved = manual.1.notified();
                if self.now() >= at {
                    return;
                }
                moved.await;
            },
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "the clock itself")]
fn system_now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Fills with random bytes from the system.
///
/// # Panics
/// When the system has no randomness to give: nothing secret could be made then.
pub fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the system gives random bytes");
}

/// The system's randomness in the form that ciphers take it.
#[derive(Debug, Clone, Copy)]
pub struct SystemChance;

impl rsa::rand_core::CryptoRng for SystemChance {}

impl rsa::rand_core::RngCore for SystemChance {
    fn next_u32(&mut self) -> u32 {
        random_u64() as u32
    }

    fn next_u64(&mut self) -> u64 {
        random_u64()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        random(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        random(bytes);
        Ok(())
    }
}

/// A random number of 64 bits.
pub fn random_u64() -> u64 {
    let mut bytes = [0; 8];
    random(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// A secret of 32 random bytes in 43 letters, digits, `-` and `_`.
pub fn random_secret() -> String {
    use base64::Engine as _;
    let mut bytes = [0; 32];
    random(&mut bytes);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_on_a_shifted_clock_wakes_when_it_is_moved() {
        let clock = Clock::shifted();
        let before = clock.now();
        let (due, of_task) = (before + 25 * 3_600_000, clock.clone());
        let waiting = tokio::spawn(async move { of_task.until(due).await });
        tokio::task::yield_now().await;
        clock.advance(24 * 3_600_000);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished(), "an hour is left");
        clock.advance(3_600_000);
        let deadline = std::time::Duration::from_secs(20);
        tokio::time::timeout(deadline, waiting).await.expect("in time").expect("it woke");
        assert_eq!(clock.ahead_ms(), 25 * 3_600_000);
        assert!(clock.now() >= due && clock.now() < due + 60_000);
        assert!(clock.monotonic_us() < 60_000_000, "durations are not moved");
        let system = Clock::system();
        system.advance(1_000_000);
        assert_eq!(system.ahead_ms(), 0);
    }
}
