//! The only place where the sample assistants ask the system for time or chance.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

/// A source of the present moment: the system's in the program, a hand-held one in tests.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Arc::new(Timestamp::now))
    }

    /// A clock that reads whatever `read` returns.
    pub fn new(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// `N` random bytes as lower-case hex; for the verify token.
pub fn random_hex<const N: usize>() -> Result<String, crate::Error> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|_| crate::Error::Chance)?;
    Ok(hex::encode(bytes))
}

/// A random number in `0.0..1.0`, to spread retries. Falls back to the middle when the system
/// gives no randomness: a retry that is not spread is better than none.
pub fn random_unit() -> f64 {
    let mut bytes = [0_u8; 4];
    match getrandom::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0),
        Err(_) => 0.5,
    }
}
