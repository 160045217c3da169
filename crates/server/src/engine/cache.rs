//! Conversations remembered between steps, bounded: two generations, the older one is dropped
//! when the younger is full, so what is in use stays.

use std::collections::HashMap;

use exchange::conversation::Conversation;
use exchange::id::ConversationId;

/// Conversations in one generation (some 250 bytes each: 16 MB for both).
const GENERATION: usize = 32_768;

#[derive(Default)]
pub(super) struct Cache {
    young: HashMap<ConversationId, Conversation>,
    old: HashMap<ConversationId, Conversation>,
}

impl Cache {
    pub(super) fn contains(&self, id: ConversationId) -> bool {
        self.young.contains_key(&id) || self.old.contains_key(&id)
    }

    pub(super) fn get(&self, id: ConversationId) -> Option<&Conversation> {
        self.young.get(&id).or_else(|| self.old.get(&id))
    }

    pub(super) fn put(&mut self, conversation: Conversation) {
        self.young.insert(conversation.id, conversation);
    }

    pub(super) fn remove(&mut self, id: ConversationId) {
        self.young.remove(&id);
        self.old.remove(&id);
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Between batches: nothing that a batch under way has changed may be dropped.
    pub(super) fn turn(&mut self) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
    }
}
