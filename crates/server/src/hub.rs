//! Live updates to people's open pages. Hints only: what is lost here is found again by `seq`
//! (`docs/api/messenger.md`), so a page that does not keep up is simply ended and comes back.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use exchange::id::{ConversationId, PersonId};
use exchange::message::Message;
use exchange::time::Millis;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Updates a page may lag behind by.
const BACKLOG: usize = 256;
/// Pages one person may have open.
const PAGES: usize = 16;

/// Something a page should show.
#[derive(Debug, Clone)]
pub enum Update {
    /// A message, with the client's own id of it.
    Message(ConversationId, Arc<Message>, Option<String>),
    /// Marks, consent or a failure changed: the chat is read again.
    Chat(ConversationId),
    /// The assistant is writing until then; 0 = no longer.
    Typing(ConversationId, Millis),
}

/// All open pages.
#[derive(Debug, Default)]
pub struct Hub(RwLock<HashMap<PersonId, Vec<Sender<Update>>>>);

impl Hub {
    /// Opens a page; the oldest of too many is ended.
    pub fn open(&self, person: PersonId) -> Receiver<Update> {
        let (page, updates) = channel(BACKLOG);
        let mut pages = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let theirs = pages.entry(person).or_default();
        theirs.retain(|page| !page.is_closed());
        if theirs.len() >= PAGES {
            theirs.remove(0);
        }
        theirs.push(page);
        updates
    }

    /// Tells a person's open pages. Never waits: a page that lags is ended.
    pub fn tell(&self, person: PersonId, update: &Update) {
        let lost = {
            let pages = self.0.read().unwrap_or_else(PoisonError::into_inner);
            let Some(theirs) = pages.get(&person) else { return };
            theirs.iter().filter(|page| page.try_send(update.clone()).is_err()).count()
        };
        if lost > 0 {
            self.sweep(person);
        }
    }

    /// Ends all pages of a person.
    pub fn end(&self, person: PersonId) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&person);
    }

    /// Ends all pages.
    pub fn end_all(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn sweep(&self, person: PersonId) {
        let mut pages = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(theirs) = pages.get_mut(&person) {
            theirs.retain(|page| !page.is_closed() && page.capacity() > 0);
            if theirs.is_empty() {
                pages.remove(&person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_lags_is_ended_and_the_others_are_not() {
        let (hub, person) = (Hub::default(), PersonId(1));
        let mut slow = hub.open(person);
        let chat = Update::Chat(ConversationId::from_random(1));
        for _ in 0..BACKLOG {
            hub.tell(person, &chat);
        }
        let mut quick = hub.open(person);
        hub.tell(person, &chat);
        assert!(quick.try_recv().is_ok());
        for _ in 0..BACKLOG {
            assert!(slow.try_recv().is_ok());
        }
        assert_eq!(
            slow.try_recv().err(),
            Some(tokio::sync::mpsc::error::TryRecvError::Disconnected)
        );
    }
}
