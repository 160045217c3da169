//! What the exchange keeps: one contract with stated guarantees, a conformance suite that is the
//! contract's other half, one embedded engine (SQLite), and a wrapper that fails on purpose.
//!
//! # Guarantees of every engine
//!
//! 1. **All or nothing, in order.** The ops of one [`Batch`] are applied in order in one
//!    transaction. After an error, either all of them happened or none.
//! 2. **Durable when it returns.** `commit` returns `Ok` only after the batch is on disk
//!    (flushed); a process or machine that dies afterwards has it.
//! 3. **The answer may be lost, never the truth.** After an error the caller asks
//!    [`Writer::last_batch`]: it is the number of the last batch that happened.
//! 4. **One writer.** Opening a second writer on the same data is refused.
//! 5. **Readers see whole batches**, and every batch committed before the read began.
//! 6. **Schema versions.** A store of an older version is migrated when opened, data kept; a
//!    newer one is refused and left untouched.
//!
//! Deliberately absent: business rules (they are in `exchange`), JSON of others (in `wire`),
//! and any column that says who an assistant belongs to.

pub mod conformance;
pub mod faulty;
pub mod row;
pub mod sqlite;

use exchange::consent;
use exchange::conversation::Conversation;
use exchange::delivery::Owed;
use exchange::fact;
use exchange::id::{AssistantId, ConversationId, DeliveryId, ItemId, PersonId, Seq};
use exchange::media::MediaId;
use exchange::message::{Content, Failure, Message};
use exchange::time::Millis;

use row::{
    AssistantRow, Item, ItemKind, MediaRow, Passkey, Person, Session, Settled, Showing, Traffic,
};

/// Something to write.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "assistants are rare, and one batch's ops are few")]
pub enum Op {
    /// Inserts or replaces a person.
    Person(Person),
    /// Erases a person: sessions, passkeys, consent history, conversations, messages, client
    /// keys, and the owed and settled deliveries of these conversations. What an engine may keep
    /// until it is pruned is that some delivery to an assistant ended, with nothing that leads to
    /// whom it was for, and shown to nobody. Facts stay (they hold nothing personal), and so do
    /// the numbers of showings.
    ErasePerson(PersonId),
    /// Inserts or replaces a session.
    Session(Session),
    /// Ends a session.
    EndSession(row::Digest),
    /// Inserts or replaces a passkey.
    Passkey(Passkey),
    /// Inserts or replaces an assistant.
    Assistant(AssistantRow),
    /// Inserts or replaces the kept part of a conversation (not `last_seq` and `pair`, which
    /// follow from its messages). Whose it is and with whom never changes.
    Conversation(Conversation),
    /// Adds a message; a place that is taken is an error (the caller broke the order).
    Message(ConversationId, Message),
    /// Marks a message as not arrived, or, with `None`, as arrived after all (a dead letter that
    /// was replayed). Unknown messages are ignored (erased meanwhile).
    Fail(ConversationId, Seq, Option<Failure>),
    /// Replaces what a message says (its files have been fetched). Unknown messages are ignored.
    Content(ConversationId, Seq, Content),
    /// Remembers which message a client's own id stands for (idempotency of a person's sends).
    /// If there are several, the first message; an unknown message is ignored.
    ClientKey(ConversationId, String, Seq),
    /// Adds an obligation; an id that is owed already is an error.
    Owe(Owed),
    /// Puts off an obligation: its `attempt` and `due` are replaced; with the last answer.
    /// Unknown ones are ignored.
    Retry(Owed, row::Answer),
    /// Removes an obligation (if it is there) and adds it to the delivery log, unless it has
    /// ended before (the first end stands) or its conversation is gone (erased).
    Settle(Settled),
    /// Adds to a consent's history.
    Consent(consent::Event),
    /// Records a showing of the choice screen; a number that is taken is an error.
    Showing(Showing),
    /// Adds a fact: it gets the next number, from 1, without holes.
    Fact(fact::Recorded),
    /// Sets a small named value (keys, counters of the installation).
    Setting(&'static str, Vec<u8>),
    /// Inserts or replaces a file's row.
    Media(MediaRow),
    /// A message of the conversation shows the file: while the conversation is there, so is the
    /// file's row. An unknown conversation is ignored (erased meanwhile).
    UseMedia(ConversationId, MediaId),
    /// Forgets a file's row, if no conversation shows it.
    DropMedia(MediaId),
    /// Inserts or replaces an item, by kind and id. A name that another item of this kind and
    /// assistant has is an error. Whose it is never changes.
    Item(Item),
    /// Forgets an item.
    DropItem(ItemKind, ItemId),
    /// Forgets settled deliveries that finished and sessions that expired before then, at most
    /// `row::PRUNE_ROWS` of each.
    Prune {
        /// Settled deliveries that finished before this.
        settled_before: Millis,
        /// Sessions that expire before this.
        sessions_before: Millis,
    },
}

/// What is written in one transaction.
pub type Batch = [Op];

/// Why a store call failed. The message is for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process has the store open.
    #[error("the store is in use by another process")]
    InUse,
    /// Written by a newer version of this program.
    #[error("the store has schema version {found}, this program knows {known}")]
    TooNew {
        /// In the store.
        found: u32,
        /// Of this program.
        known: u32,
    },
    /// It cannot be opened here (network file system, old library, …).
    #[error("the store cannot be used: {0}")]
    Unusable(String),
    /// The engine failed.
    #[error("store: {0}")]
    Engine(String),
}

/// The one writer.
pub trait Writer: Send {
    /// Applies a batch; on disk when it returns `Ok` (guarantees 1 and 2). Returns its number.
    ///
    /// # Errors
    /// [`Error`]; whether the batch happened then tells [`Writer::last_batch`].
    fn commit(&mut self, batch: &Batch) -> Result<u64, Error>;

    /// The number of the last batch that happened; 0 before the first.
    ///
    /// # Errors
    /// [`Error`] when it cannot be read.
    fn last_batch(&mut self) -> Result<u64, Error>;

    /// Reads for the writer itself, which sees what it has committed.
    fn read(&self) -> &dyn Reader;
}

/// Reads. Cheap to call from a blocking thread; short.
pub trait Reader: Send {
    /// All assistants, by id.
    fn assistants(&self) -> Result<Vec<AssistantRow>, Error>;
    /// A person.
    fn person(&self, person: PersonId) -> Result<Option<Person>, Error>;
    /// A session by the digest of its secret.
    fn session(&self, digest: &row::Digest) -> Result<Option<Session>, Error>;
    /// A passkey by its credential id.
    fn passkey(&self, credential: &[u8]) -> Result<Option<Passkey>, Error>;
    /// A person's passkeys.
    fn passkeys(&self, person: PersonId) -> Result<Vec<Passkey>, Error>;
    /// A conversation, with `last_seq` and `pair` worked out from its messages (the last
    /// `PAIR_BURST` of the assistant's).
    fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, Error>;
    /// A person's conversations, oldest first.
    fn conversations(&self, person: PersonId) -> Result<Vec<Conversation>, Error>;
    /// Messages with `after < seq < before`, ascending: the first `limit` of them, or the last if
    /// `from_end`.
    fn messages(
        &self,
        conversation: ConversationId,
        after: Seq,
        before: Seq,
        limit: u32,
        from_end: bool,
    ) -> Result<Vec<Message>, Error>;
    /// The assistant's messages with `after < seq <= upto` that can have a receipt (not failed,
    /// not a reaction), ascending, at most `limit`.
    fn receivable(
        &self,
        conversation: ConversationId,
        after: Seq,
        upto: Seq,
        limit: u32,
    ) -> Result<Vec<Seq>, Error>;
    /// Which message a client's own id stands for.
    fn client_key(&self, conversation: ConversationId, key: &str) -> Result<Option<Seq>, Error>;
    /// Client keys of messages in `after < seq < before`.
    fn client_keys(
        &self,
        conversation: ConversationId,
        after: Seq,
        before: Seq,
    ) -> Result<Vec<(Seq, String)>, Error>;
    /// Everything owed, by (assistant, id), after `after`, at most `limit`: how the queue is found
    /// again. A line (one conversation) has one assistant, so lines keep their order. Start with
    /// `(AssistantId(0), DeliveryId(0))`.
    fn owed(&self, after: (AssistantId, DeliveryId), limit: u32) -> Result<Vec<Owed>, Error>;
    /// One assistant's deliveries, newest first, before an id, at most `limit`.
    fn deliveries(
        &self,
        assistant: AssistantId,
        filter: Option<row::DeliveryState>,
        before: DeliveryId,
        limit: u32,
    ) -> Result<Vec<row::Delivery>, Error>;
    /// One delivery of an assistant.
    fn delivery(
        &self,
        assistant: AssistantId,
        id: DeliveryId,
    ) -> Result<Option<row::Delivery>, Error>;
    /// The largest delivery id ever stored.
    fn last_delivery(&self) -> Result<DeliveryId, Error>;
    /// Whether a settled delivery that finished before then is still kept.
    fn is_prunable(&self, settled_before: Millis) -> Result<bool, Error>;
    /// A consent's history, oldest first.
    fn consents(&self, conversation: ConversationId) -> Result<Vec<consent::Event>, Error>;
    /// A showing.
    fn showing(&self, number: u64) -> Result<Option<Showing>, Error>;
    /// The largest showing number; 0 before the first.
    fn last_showing(&self) -> Result<u64, Error>;
    /// Facts after a number, with their numbers, at most `limit`.
    fn facts(&self, after: u64, limit: u32) -> Result<Vec<(u64, fact::Recorded)>, Error>;
    /// A file's row.
    fn media(&self, id: MediaId) -> Result<Option<MediaRow>, Error>;
    /// Whether a message of the conversation shows the file.
    fn shows_media(&self, conversation: ConversationId, id: MediaId) -> Result<bool, Error>;
    /// Rows that expired before then and that no conversation shows, at most `limit`.
    fn idle_media(&self, expired_before: Millis, limit: u32) -> Result<Vec<MediaRow>, Error>;
    /// How many rows name a blob.
    fn blob_uses(&self, blob: &str) -> Result<u64, Error>;
    /// An item.
    fn item(&self, kind: ItemKind, id: ItemId) -> Result<Option<Item>, Error>;
    /// An item of an assistant by its name.
    fn item_named(
        &self,
        assistant: AssistantId,
        kind: ItemKind,
        name: &str,
    ) -> Result<Option<Item>, Error>;
    /// An assistant's items of a kind after an id, by id, at most `limit`.
    fn items(
        &self,
        assistant: AssistantId,
        kind: ItemKind,
        after: ItemId,
        limit: u32,
    ) -> Result<Vec<Item>, Error>;
    /// How many items of a kind an assistant has.
    fn count_items(&self, assistant: AssistantId, kind: ItemKind) -> Result<u64, Error>;
    /// Conversations whose person the assistant has blocked, by id after `after`, at most `limit`.
    fn blocked(
        &self,
        assistant: AssistantId,
        after: ConversationId,
        limit: u32,
    ) -> Result<Vec<ConversationId>, Error>;
    /// What became owed to an assistant in `from <= at < to`, counted by stretches of `step_ms`
    /// from `from` on and by kind, without stretches where nothing did; what has been pruned is
    /// not in it.
    fn traffic(
        &self,
        assistant: AssistantId,
        from: Millis,
        to: Millis,
        step_ms: i64,
    ) -> Result<Vec<Traffic>, Error>;
    /// A small named value.
    fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, Error>;
}

/// An opened store.
pub struct Store {
    /// The one writer.
    pub writer: Box<dyn Writer>,
    /// Makes a reader; each has its own connection.
    pub readers: Box<dyn Fn() -> Result<Box<dyn Reader>, Error> + Send + Sync>,
}
