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

    /// Now.
    #[allow(clippy::disallowed_methods, reason = "the clock itself")]
    pub fn now(&self) -> Millis {
        match &self.0 {
            Source::System(_) => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Source::Manual(manual) => Millis(manual.0.load(Ordering::SeqCst)),
        }
    }

    /// Microseconds since some start, never backwards: for durations.
    pub fn monotonic_us(&self) -> u64 {
        match &self.0 {
            Source::System(start) => u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX),
            Source::Manual(manual) => manual.0.load(Ordering::SeqCst).unsigned_abs() * 1000,
        }
    }

    /// Moves a manual clock forward; the system's clock is not moved.
    pub fn advance(&self, ms: i64) {
        if let Source::Manual(manual) = &self.0 {
            manual.0.fetch_add(ms, Ordering::SeqCst);
            manual.1.notify_waiters();
        }
    }

    /// Waits until then.
    pub async fn until(&self, at: Millis) {
        match &self.0 {
            Source::System(_) => {
                let wait_ms = u64::try_from(at.since(self.now())).unwrap_or(0);
                tokio::time::sleep(std::time::Duration::from_millis(wait_ms)).await;
            }
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

/// Fills with random bytes from the system.
///
/// # Panics
/// When the system has no randomness to give: nothing secret could be made then.
pub fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the system gives random bytes");
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
