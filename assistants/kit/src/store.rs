//! The assistant's own database: what it keeps, plus the kit's inbox and outbox.
//!
//! A delivery is answered 200 only once its message stands in the inbox on disk. Dealing with
//! it is one transaction: the assistant's own changes, the messages now owed (outbox) and the
//! mark that it is done. The message id stays behind, so a second delivery is recognised.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::{Error, Incoming, Outgoing};

/// Most messages waiting to be dealt with; beyond, the exchange is asked to come back.
const MAX_WAITING: i64 = 10_000;
/// Tries of one message before it is given up: a message that crashes us must not do so for ever.
const MAX_ATTEMPTS: i64 = 5;
/// How long a message id is remembered; the platform stops retrying after 7 days.
const REMEMBER: SignedDuration = SignedDuration::from_hours(8 * 24);
/// A question older than this is not answered any more: the window to answer has closed.
const STALE_QUESTION: SignedDuration = SignedDuration::from_hours(24);
/// An answer that could not be sent for this long is of no use any more.
const STALE_ANSWER: SignedDuration = SignedDuration::from_hours(1);

const SCHEMA: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS kit_inbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  wamid TEXT NOT NULL UNIQUE,
  sender TEXT NOT NULL,             -- emptied, like body, once done
  body TEXT NOT NULL,
  received INTEGER NOT NULL,        -- unix seconds
  attempts INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS kit_inbox_waiting ON kit_inbox (sender, seq) WHERE done = 0;
CREATE TABLE IF NOT EXISTS kit_outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  sender TEXT NOT NULL,
  payload TEXT NOT NULL,
  created INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS kit_outbox_sender ON kit_outbox (sender, seq);
";

/// A message waiting to be dealt with.
#[derive(Debug)]
pub(crate) struct Waiting {
    /// Its row.
    pub(crate) seq: i64,
    /// The message.
    pub(crate) message: Incoming,
    /// Whether it was tried too often.
    pub(crate) given_up: bool,
}

/// The database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store(Arc<Mutex<Connection>>);

impl Store {
    /// Opens or makes the database at `path`, with the kit's tables and those of `schema`.
    pub fn open(path: &Path, schema: &str) -> Result<Self, Error> {
        let db = Connection::open(path)?;
        db.busy_timeout(std::time::Duration::from_secs(10))?;
        db.execute_batch(SCHEMA)?;
        db.execute_batch(schema)?;
        Ok(Self(Arc::new(Mutex::new(db))))
    }

    /// Runs `work` on the database, off the async threads.
    pub async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let db = Arc::clone(&self.0);
        let locked = move || work(&mut db.lock().unwrap_or_else(PoisonError::into_inner));
        tokio::task::spawn_blocking(locked).await.map_err(|_| Error::Task)?
    }
}

/// Writes messages into the inbox; those already known are passed over. Returns the senders
/// with something new, or `None` when the inbox is full and nothing was taken.
pub(crate) fn accept(
    db: &mut Connection,
    messages: &[Incoming],
    now: Timestamp,
) -> Result<Option<Vec<String>>, Error> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let waiting: i64 =
        tx.query_row("SELECT count(*) FROM kit_inbox WHERE done = 0", [], |row| row.get(0))?;
    if waiting >= MAX_WAITING {
        return Ok(None);
    }
    let mut senders = Vec::new();
    for message in messages {
        let body = serde_json::to_string(message)
            .map_err(|_| Error::Unreadable("message for the inbox".into()))?;
        let sender = message.person.key();
        let new = tx.execute(
            "INSERT OR IGNORE INTO kit_inbox (wamid, sender, body, received) VALUES (?, ?, ?, ?)",
            params![message.id, sender, body, now.as_second()],
        )?;
        if new == 1 && !senders.contains(&sender) {
            senders.push(sender);
        }
    }
    tx.commit()?;
    Ok(Some(senders))
}

/// The sender's oldest waiting message, counting this as one more try of it.
pub(crate) fn take(db: &mut Connection, sender: &str) -> Result<Option<Waiting>, Error> {
    let row: Option<(i64, String, i64)> = db
        .query_row(
            "UPDATE kit_inbox SET attempts = attempts + 1 WHERE seq =
               (SELECT min(seq) FROM kit_inbox WHERE sender = ? AND done = 0)
             RETURNING seq, body, attempts",
            [sender],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    let Some((seq, body, attempts)) = row else { return Ok(None) };
    let message = serde_json::from_str(&body)
        .map_err(|_| Error::Unreadable("message in the inbox".into()))?;
    Ok(Some(Waiting { seq, message, given_up: attempts > MAX_ATTEMPTS }))
}

/// Deals with a message in one transaction: what `decide` changes, what it says, and the mark.
pub(crate) fn settle(
    db: &mut Connection,
    seq: i64,
    message: &Incoming,
    now: Timestamp,
    decide: impl FnOnce(&Connection) -> Result<Vec<Outgoing>, Error>,
) -> Result<(), Error> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let says = decide(&tx)?;
    let sender = message.person.key();
    // A quote is noise unless more was said meanwhile and the answer could be to either.
    let more_was_said: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM kit_inbox WHERE sender = ? AND done = 0 AND seq > ?)",
        params![sender, seq],
        |row| row.get(0),
    )?;
    let mut quote = more_was_said.then_some(message.id.as_str());
    for outgoing in &says {
        let payload = outgoing.payload(&message.person, quote.take()).to_string();
        tx.execute(
            "INSERT INTO kit_outbox (sender, payload, created) VALUES (?, ?, ?)",
            params![sender, payload, now.as_second()],
        )?;
    }
    tx.execute("UPDATE kit_inbox SET done = 1, sender = '', body = '' WHERE seq = ?", [seq])?;
    tx.commit()?;
    Ok(())
}

/// The oldest message owed to this person.
pub(crate) fn owed(db: &Connection, sender: &str) -> Result<Option<(i64, String)>, Error> {
    let sql = "SELECT seq, payload FROM kit_outbox WHERE sender = ? ORDER BY seq LIMIT 1";
    Ok(db.query_row(sql, [sender], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Forgets a message that was sent, or never can be.
pub(crate) fn forget(db: &Connection, seq: i64) -> Result<(), Error> {
    db.execute("DELETE FROM kit_outbox WHERE seq = ?", [seq])?;
    Ok(())
}

/// Everybody with something to deal with or to send.
pub(crate) fn open_senders(db: &Connection) -> Result<Vec<String>, Error> {
    let mut query = db.prepare(
        "SELECT sender FROM kit_outbox UNION SELECT sender FROM kit_inbox WHERE done = 0",
    )?;
    let senders = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(senders)
}

/// Deletes what has no use any more.
pub(crate) fn prune(db: &Connection, now: Timestamp) -> Result<(), Error> {
    let before = |age: SignedDuration| now.as_second() - age.as_secs();
    db.execute("DELETE FROM kit_outbox WHERE created < ?", [before(STALE_ANSWER)])?;
    db.execute(
        "UPDATE kit_inbox SET done = 1, sender = '', body = '' WHERE done = 0 AND received < ?",
        [before(STALE_QUESTION)],
    )?;
    db.execute("DELETE FROM kit_inbox WHERE done = 1 AND received < ?", [before(REMEMBER)])?;
    Ok(())
}
