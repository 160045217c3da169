//! All assistants, in memory: read by every request, changed only after a commit.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use exchange::assistant::skeleton;
use exchange::delivery::signature::Signer;
use exchange::id::{AccountId, AppId, AssistantId};
use store::row::{AssistantRow, Callback, Digest};

use wire::cloud::signature::LegacySigner;

use crate::egress::Target;

/// An assistant as requests and deliveries need it: the kept row and what is prepared from it.
#[derive(Debug)]
pub struct Entry {
    /// What is kept.
    pub row: AssistantRow,
    /// Signs its webhooks.
    pub signer: Signer,
    /// Signs them the old way too.
    pub legacy: LegacySigner,
    /// Where its messages and statuses go; `None` without a subscribed, verified callback.
    pub target: Option<Target>,
    /// The app's own callback: what accounts are told beside messages goes there, overrides or
    /// not (Cloud API webhooks, overrides).
    pub app_target: Option<Target>,
}

impl Entry {
    /// Prepares a row.
    pub fn new(row: AssistantRow) -> Self {
        let signer = Signer::new(&row.app_secret);
        let target = destination(&row).and_then(|callback| Target::parse(&callback.url).ok());
        let app = row.callback.as_ref();
        let app_target = app.and_then(|callback| Target::parse(&callback.url).ok());
        let legacy = LegacySigner::new(&row.app_secret);
        Self { row, signer, legacy, target, app_target }
    }

    /// Whether the app takes a field beside `messages`: subscribed to it, and to the account.
    pub fn takes(&self, field: &str) -> bool {
        let callback = self.row.callback.as_ref().filter(|_| self.row.subscribed);
        callback.is_some_and(|callback| callback.fields.split(',').any(|it| it.trim() == field))
    }
}

/// Whose callback gets the `messages` field: number override, then account override, then the
/// app's (Cloud API webhooks, overrides), and only while the account is subscribed.
pub fn destination(row: &AssistantRow) -> Option<&Callback> {
    let of_app = row
        .callback
        .as_ref()
        .filter(|callback| callback.fields.split(',').any(|field| field.trim() == "messages"));
    let subscribed = || of_app.filter(|_| row.subscribed);
    row.number_override
        .as_ref()
        .or(row.account_override.as_ref().filter(|_| row.subscribed))
        .or_else(subscribed)
}

#[derive(Debug, Default)]
struct Tables {
    by_id: HashMap<AssistantId, Arc<Entry>>,
    by_token: HashMap<Digest, AssistantId>,
    by_app: HashMap<AppId, AssistantId>,
    by_account: HashMap<AccountId, AssistantId>,
    by_skeleton: HashMap<String, AssistantId>,
    listeners: HashMap<AssistantId, Vec<AssistantId>>,
}

/// The directory.
#[derive(Debug, Default)]
pub struct Directory(RwLock<Tables>);

impl Directory {
    /// From what is kept.
    pub fn new(rows: Vec<AssistantRow>) -> Self {
        let directory = Self::default();
        for row in rows {
            directory.put(row);
        }
        directory
    }

    fn tables(&self) -> std::sync::RwLockReadGuard<'_, Tables> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Inserts or replaces an assistant.
    pub fn put(&self, row: AssistantRow) {
        let mut tables = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = tables.by_id.get(&row.id).cloned() {
            tables.by_token.remove(&old.row.token);
            tables.by_skeleton.remove(&skeleton(&old.row.card.name));
        }
        tables.by_app.insert(row.app, row.id);
        if let Some(heard) = row.listens_to {
            let all = tables.listeners.entry(heard).or_default();
            if !all.contains(&row.id) {
                all.push(row.id);
            }
            tables.by_id.insert(row.id, Arc::new(Entry::new(row)));
            return;
        }
        tables.by_token.insert(row.token, row.id);
        tables.by_account.insert(row.account, row.id);
        tables.by_skeleton.insert(skeleton(&row.card.name), row.id);
        tables.by_id.insert(row.id, Arc::new(Entry::new(row)));
    }

    /// By its id.
    pub fn get(&self, id: AssistantId) -> Option<Arc<Entry>> {
        self.tables().by_id.get(&id).cloned()
    }

    /// Further apps that are told what an assistant is told.
    pub fn listeners(&self, id: AssistantId) -> Vec<Arc<Entry>> {
        let tables = self.tables();
        let Some(all) = tables.listeners.get(&id) else { return Vec::new() };
        all.iter().filter_map(|id| tables.by_id.get(id)).cloned().collect()
    }

    /// By the digest of its access token.
    pub fn by_token(&self, digest: &Digest) -> Option<Arc<Entry>> {
        let tables = self.tables();
        tables.by_token.get(digest).and_then(|id| tables.by_id.get(id)).cloned()
    }

    /// By its app.
    pub fn by_app(&self, app: AppId) -> Option<Arc<Entry>> {
        let tables = self.tables();
        tables.by_app.get(&app).and_then(|id| tables.by_id.get(id)).cloned()
    }

    /// By its account.
    pub fn by_account(&self, account: AccountId) -> Option<Arc<Entry>> {
        let tables = self.tables();
        tables.by_account.get(&account).and_then(|id| tables.by_id.get(id)).cloned()
    }

    /// The assistant whose name looks like this one.
    pub fn look_alike(&self, name: &str) -> Option<Arc<Entry>> {
        let tables = self.tables();
        tables.by_skeleton.get(&skeleton(name)).and_then(|id| tables.by_id.get(id)).cloned()
    }

    /// All of them, in no order.
    pub fn all(&self) -> Vec<Arc<Entry>> {
        self.tables().by_id.values().cloned().collect()
    }

    /// Those listed to people, by id: the order every drawn order is counted from.
    pub fn listed(&self) -> Vec<Arc<Entry>> {
        let listed = |entry: &&Arc<Entry>| entry.row.listed.is_some();
        let mut entries: Vec<_> = self.tables().by_id.values().filter(listed).cloned().collect();
        entries.sort_by_key(|entry| entry.row.id);
        entries
    }
}
