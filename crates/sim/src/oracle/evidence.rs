//! Everything the world saw.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::assistant::Assistant;
use crate::endpoint::Webhook;
use crate::journal::{Conversation, Entry};
use crate::person::Person;

/// What one assistant saw.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Its `phone_number_id`.
    pub id: String,
    /// Its account.
    pub account: String,
    /// Everything that came to its endpoint, in order.
    pub webhooks: Vec<Webhook>,
    /// Its deliveries as its provider sees them.
    pub deliveries: Vec<Value>,
}

/// Everything.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// What was accepted.
    pub entries: Vec<(u64, Entry)>,
    /// What assistants saw.
    pub assistants: Vec<Seen>,
    /// What people see.
    pub chats: BTreeMap<Conversation, Vec<Value>>,
    /// Whether something may have been delivered again after it was taken.
    pub repeats: bool,
}

impl Evidence {
    /// Waits until nothing that can be delivered now is owed, and gathers everything.
    ///
    /// # Panics
    /// When deliveries do not come to rest, or something cannot be read.
    pub async fn gather(
        entries: Vec<(u64, Entry)>,
        assistants: &[Assistant],
        people: &[Person],
        repeats: bool,
    ) -> Self {
        let mut evidence = Self { entries, repeats, ..Self::default() };
        let erased: BTreeSet<Conversation> = evidence
            .entries
            .iter()
            .filter_map(|(_, entry)| match entry {
                Entry::Erased { conversation } => Some(*conversation),
                _ => None,
            })
            .collect();
        for assistant in assistants {
            if assistant.endpoint().is_well() {
                assistant.rests().await;
            }
            let own = |name: &str| assistant.card()[name].as_str().unwrap_or_default().to_owned();
            evidence.assistants.push(Seen {
                id: own("phone_number_id"),
                account: own("waba_id"),
                webhooks: assistant.endpoint().kept(),
                deliveries: assistant.deliveries("").await,
            });
        }
        for chat in people.iter().flat_map(Person::chats) {
            if !erased.contains(&chat.conversation()) {
                evidence.chats.insert(chat.conversation(), chat.messages().await);
            }
        }
        evidence
    }
}
