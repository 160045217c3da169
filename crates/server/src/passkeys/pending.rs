//! Registrations and logins under way: few, short-lived, each usable once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use exchange::time::{MINUTE_MS, Millis};
use webauthn_rp::request::register::UserHandle16;
use webauthn_rp::response::SentChallenge;
use webauthn_rp::{DiscoverableAuthenticationServerState, RegistrationServerState};

/// How long one may take (ours; the library tells the browser the same).
const LIFE_MS: i64 = 5 * MINUTE_MS;
/// Under way at once; past it the oldest is forgotten, so that who begins thousands cannot keep
/// others from beginning one (ours: about 2 MB).
const AT_ONCE: usize = 10_000;

/// What was begun.
pub(super) enum Ceremony {
    Registration(RegistrationServerState<{ size_of::<UserHandle16>() }>),
    Login(DiscoverableAuthenticationServerState),
}

impl Ceremony {
    fn challenge(&self) -> SentChallenge {
        match self {
            Self::Registration(state) => *std::borrow::Borrow::borrow(state),
            Self::Login(state) => *std::borrow::Borrow::borrow(state),
        }
    }
}

/// All that is under way, by its challenge: 128 random bits that nobody can guess.
#[derive(Default)]
pub(super) struct Pending(Mutex<Table>);

#[derive(Default)]
struct Table {
    begun: HashMap<SentChallenge, Begun>,
    /// In the order of their ends; some are gone from `begun` already.
    ends: VecDeque<(Millis, SentChallenge)>,
}

struct Begun {
    ceremony: Ceremony,
    origin: String,
    end: Millis,
}

impl Pending {
    /// Keeps it until it is taken or five minutes have passed.
    pub(super) fn put(&self, ceremony: Ceremony, origin: &str, now: Millis) {
        let mut table = self.table();
        while let Some((end, challenge)) = table.ends.front().copied()
            && (end <= now || table.ends.len() >= AT_ONCE)
        {
            table.ends.pop_front();
            table.begun.remove(&challenge);
        }
        let (challenge, end) = (ceremony.challenge(), now + LIFE_MS);
        table.ends.push_back((end, challenge));
        table.begun.insert(challenge, Begun { ceremony, origin: origin.to_owned(), end });
    }

    /// Gives it back once, to the origin at which it was begun. Whatever comes of the answer, its
    /// challenge is used up.
    pub(super) fn take(
        &self,
        challenge: SentChallenge,
        origin: &str,
        now: Millis,
    ) -> Option<Ceremony> {
        let begun = self.table().begun.remove(&challenge)?;
        (begun.end > now && begun.origin == origin).then_some(begun.ceremony)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use webauthn_rp::DiscoverableCredentialRequestOptions;
    use webauthn_rp::request::{AsciiDomain, RpId};

    use super::*;

    const HERE: &str = "https://exchange.example";

    fn begin(pending: &Pending, now: i64) -> SentChallenge {
        let rp_id = RpId::Domain(AsciiDomain::try_from("exchange.example".to_owned()).unwrap());
        let options = DiscoverableCredentialRequestOptions::passkey(&rp_id);
        let ceremony = Ceremony::Login(options.start_ceremony().unwrap().0);
        let challenge = ceremony.challenge();
        pending.put(ceremony, HERE, Millis(now));
        challenge
    }

    #[test]
    fn each_is_taken_once_in_time_and_at_its_own_origin() {
        let pending = Pending::default();
        let challenge = begin(&pending, 0);
        assert!(pending.take(challenge, HERE, Millis(LIFE_MS - 1)).is_some());
        assert!(pending.take(challenge, HERE, Millis(1)).is_none());
        let late = begin(&pending, 0);
        assert!(pending.take(late, HERE, Millis(LIFE_MS)).is_none());
        let elsewhere = begin(&pending, 0);
        assert!(pending.take(elsewhere, "https://other.example", Millis(1)).is_none());
        assert!(pending.take(elsewhere, HERE, Millis(1)).is_none());
    }

    #[test]
    fn the_table_stays_small() {
        let pending = Pending::default();
        let first = begin(&pending, 0);
        let second = begin(&pending, 0);
        for _ in 2..=AT_ONCE {
            begin(&pending, 1);
        }
        assert_eq!(pending.table().begun.len(), AT_ONCE);
        assert!(pending.take(first, HERE, Millis(2)).is_none(), "the oldest gave way");
        assert!(pending.take(second, HERE, Millis(2)).is_some());
        begin(&pending, LIFE_MS + 1);
        let table = pending.table();
        assert_eq!((table.begun.len(), table.ends.len()), (1, 1));
    }
}
