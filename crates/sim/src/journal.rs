//! What the exchange has said yes to, in order: what the oracle holds it to.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// The number of a conversation: what `chat`, `wa_id` and message ids are made from.
pub type Conversation = u64;

/// Something that was accepted (200), or whose answer was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A person agreed to an assistant.
    Agreed {
        /// Which person of this world.
        person: u64,
        /// Which assistant.
        assistant: String,
        /// Their conversation.
        conversation: Conversation,
    },
    /// A person's message was accepted.
    Said {
        /// Where.
        conversation: Conversation,
        /// Its place.
        seq: u32,
        /// Its text, if it is one.
        text: Option<String>,
    },
    /// An assistant's message was accepted.
    Sent {
        /// Where.
        conversation: Conversation,
        /// Its place.
        seq: u32,
        /// Its text, if it is one.
        text: Option<String>,
    },
    /// An assistant's message whose answer was lost: it may be there, once.
    MaybeSent {
        /// Where.
        conversation: Conversation,
        /// Its text, used only once in a world.
        text: String,
    },
    /// A provider asked for a delivery once more.
    Replayed {
        /// Where.
        conversation: Conversation,
        /// Which message.
        seq: u32,
    },
    /// A person stopped the assistant, and was told so.
    Stopped {
        /// Where.
        conversation: Conversation,
    },
    /// A person was erased, and was told so.
    Erased {
        /// Where.
        conversation: Conversation,
    },
}

/// The journal; its numbers order everything that happens in a world.
#[derive(Debug, Default)]
pub struct Journal {
    last: AtomicU64,
    entries: Mutex<Vec<(u64, Entry)>>,
}

impl Journal {
    /// The next number.
    pub fn number(&self) -> u64 {
        self.last.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Notes what has just been answered.
    pub fn note(&self, entry: Entry) {
        let number = self.number();
        self.note_as_of(number, entry);
    }

    /// Notes it unless it is noted already: the same answer given again.
    pub fn note_once(&self, entry: Entry) {
        let number = self.number();
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if !entries.iter().rev().any(|(_, known)| *known == entry) {
            entries.push((number, entry));
        }
    }

    /// Notes something under a number taken earlier: from then on it may have effects.
    pub fn note_as_of(&self, number: u64, entry: Entry) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.push((number, entry));
    }

    /// Everything, by number.
    pub fn entries(&self) -> Vec<(u64, Entry)> {
        let mut all = self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.sort_by_key(|(number, _)| *number);
        all
    }
}
