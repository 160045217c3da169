//! Sessions remembered between requests, bounded; the store is the truth.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use exchange::id::PersonId;
use store::row::{Digest, Session};

/// Sessions remembered; past it all are forgotten and read again as needed.
const REMEMBERED: usize = 100_000;

/// The table.
#[derive(Debug, Default)]
pub struct Sessions(RwLock<HashMap<Digest, Session>>);

impl Sessions {
    /// A remembered session.
    pub fn get(&self, digest: &Digest) -> Option<Session> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }

    /// Remembers a session that is in the store.
    pub fn put(&self, session: Session) {
        let mut sessions = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= REMEMBERED {
            sessions.clear();
        }
        sessions.insert(session.digest, session);
    }

    /// Forgets one.
    pub fn drop_one(&self, digest: &Digest) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(digest);
    }

    /// Forgets a person's.
    pub fn drop_person(&self, person: PersonId) {
        let mut sessions = self.0.write().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, session| session.person != person);
    }
}
