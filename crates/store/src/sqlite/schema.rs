//! The schema and its migrations.
//!
//! Numbers that stand for words: `author` 0 person, 1 assistant, 2 exchange; `failed` 0 window
//! closed, 1 undelivered, 2 stopped, 3 file unreachable, 4 file unfit, 5 marketing stopped,
//! 6 blocked, 7 template stopped; `kind` 0 message, 1 sent, 2 delivered, 3 read, 4 failed, 5 fetch,
//! 6 event, 7 played, 8 marketing stopped, 9 marketing resumed; an item's `kind` 0 template,
//! 1 flow, 2 QR code, 3 upload, 4 number, 5 event, 6 catalogue, 7 product, 8 run of a flow; `ended` 0 delivered, 1 dead, 2 cancelled; `consent` 0 given, 1 withdrawn. Times are
//! milliseconds since 1970 (UTC). Text in JSON is what serde makes of the types in `exchange`.
//!
//! A table without rowid is one b-tree ordered by its key: one page to touch where a rowid table
//! with an index has two. The tables of the hot path (`message`, `owed`, `delivery`) are that, and
//! `delivery` is ordered by how deliveries ended, so that "the dead ones of an assistant, newest
//! first" is as cheap as all of them.
//!
//! `delivery` names its conversation by a serial number that only the conversation's row can
//! translate. So an erasure, which deletes that row, leaves in the log what belongs to nobody and
//! is shown to nobody (a count, until it is pruned), and needs no index from conversations to
//! deliveries, which would be the dearest part of every settle.
//!
//! Deliberately absent: foreign keys. The writer is one program that puts parents first; a check
//! for every message would cost and could only fail a whole batch. Erasure is proved by a test
//! that looks through every table instead.

use rusqlite::{Connection, TransactionBehavior};

use crate::Error;

/// Marks the file as ours ("Strw"); the file command and other programs can tell.
const APPLICATION_ID: i32 = 0x5374_7277;

/// The steps from an empty file to the present schema; `user_version` counts those done. A step
/// that has been released is never edited, only followed.
pub(super) const MIGRATIONS: &[&str] = &[V1, V2, V3];

const V1: &str = "
CREATE TABLE batch (              -- one row
    one INTEGER PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL,      -- of the last batch that happened
    last_delivery INTEGER NOT NULL, -- largest delivery id ever stored
    last_serial INTEGER NOT NULL  -- of a conversation; serials are never used again
);
INSERT INTO batch VALUES (1, 0, 0, 0);

CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE person (
    id INTEGER PRIMARY KEY,
    since INTEGER NOT NULL,
    user_handle BLOB NOT NULL
);

CREATE TABLE session (
    digest BLOB PRIMARY KEY,      -- SHA-256 of the cookie's secret
    person INTEGER NOT NULL,
    expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_person ON session (person);
CREATE INDEX session_expires ON session (expires);

CREATE TABLE passkey (
    credential BLOB PRIMARY KEY,
    person INTEGER NOT NULL,
    key TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX passkey_person ON passkey (person);

CREATE TABLE assistant (
    id INTEGER PRIMARY KEY,       -- phone_number_id
    app INTEGER NOT NULL,
    account INTEGER NOT NULL,
    number INTEGER NOT NULL,
    card TEXT NOT NULL,           -- JSON
    contact_email TEXT NOT NULL,
    app_secret TEXT NOT NULL,
    token BLOB NOT NULL,          -- SHA-256
    since INTEGER NOT NULL,
    listed INTEGER,
    callback TEXT,                -- JSON, like the two overrides
    subscribed INTEGER NOT NULL,
    account_override TEXT,
    number_override TEXT
);

CREATE TABLE conversation (
    id INTEGER PRIMARY KEY,
    serial INTEGER NOT NULL UNIQUE, -- known inside this file alone
    person INTEGER NOT NULL,
    assistant INTEGER NOT NULL,
    display_name TEXT NOT NULL,
    consent INTEGER NOT NULL,
    notice_sha256 TEXT NOT NULL,
    since INTEGER NOT NULL,
    last_inbound INTEGER,
    assistant_received INTEGER NOT NULL, -- marks: places of messages
    assistant_read INTEGER NOT NULL,
    person_received INTEGER NOT NULL,
    person_read INTEGER NOT NULL
);
CREATE INDEX conversation_person ON conversation (person);

CREATE TABLE message (
    conversation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    author INTEGER NOT NULL,
    at INTEGER NOT NULL,
    failed INTEGER,
    reaction INTEGER NOT NULL,    -- 1: its content is a reaction, which has no receipt
    context INTEGER,              -- the message it answers
    client_key TEXT,              -- the client's own id of it
    opaque TEXT,                  -- biz_opaque_callback_data
    content TEXT NOT NULL,        -- JSON
    PRIMARY KEY (conversation, seq)
) WITHOUT ROWID;
CREATE INDEX message_client_key ON message (conversation, client_key)
    WHERE client_key IS NOT NULL;

CREATE TABLE consent (
    conversation INTEGER NOT NULL,
    nth INTEGER NOT NULL,
    at INTEGER NOT NULL,
    state INTEGER NOT NULL,
    notice_sha256 TEXT NOT NULL,
    notice TEXT NOT NULL,
    PRIMARY KEY (conversation, nth)
) WITHOUT ROWID;

CREATE TABLE owed (
    assistant INTEGER NOT NULL,
    id INTEGER NOT NULL,
    conversation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    at INTEGER NOT NULL,
    due INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    status INTEGER,               -- the last answer; null before the first try
    reason TEXT,
    duration_ms INTEGER,
    PRIMARY KEY (assistant, id)
) WITHOUT ROWID;

CREATE TABLE delivery (           -- those that ended
    assistant INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    id INTEGER NOT NULL,
    serial INTEGER NOT NULL,      -- of the conversation
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    at INTEGER NOT NULL,
    finished INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    status INTEGER,               -- the last answer; null if there was no try
    reason TEXT,
    duration_ms INTEGER,
    PRIMARY KEY (assistant, ended, id)
) WITHOUT ROWID;
CREATE INDEX delivery_finished ON delivery (finished);

CREATE TABLE showing (
    number INTEGER PRIMARY KEY,
    person INTEGER,               -- null once erased
    at INTEGER NOT NULL,
    shown TEXT NOT NULL           -- JSON: ids of assistants in order
);
CREATE INDEX showing_person ON showing (person) WHERE person IS NOT NULL;

CREATE TABLE fact (
    number INTEGER PRIMARY KEY,   -- dense from 1
    at INTEGER NOT NULL,
    fact TEXT NOT NULL            -- JSON
);
";

/// Further apps of an account.
const V3: &str = "
ALTER TABLE assistant ADD COLUMN listens_to INTEGER;
CREATE INDEX assistant_listens_to ON assistant (listens_to) WHERE listens_to IS NOT NULL;
";

/// Conversation 0 is nobody's: it lets events of accounts, which concern no person, stand in the
/// log of deliveries like everything else.
const V2: &str = "
ALTER TABLE conversation ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN no_marketing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN calls_until INTEGER;
CREATE INDEX conversation_blocked ON conversation (assistant, id) WHERE blocked = 1;
INSERT INTO conversation (id, serial, person, assistant, display_name, consent, notice_sha256,
    since, assistant_received, assistant_read, person_received, person_read)
    VALUES (0, 0, 0, 0, '', 1, '', 0, 0, 0, 0, 0);

ALTER TABLE message ADD COLUMN extra TEXT; -- JSON

CREATE TABLE media (
    id INTEGER PRIMARY KEY,
    assistant INTEGER NOT NULL,
    conversation INTEGER,         -- of what a person sent
    blob TEXT NOT NULL,
    filename TEXT,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    media TEXT NOT NULL           -- JSON
);
CREATE INDEX media_conversation ON media (conversation) WHERE conversation IS NOT NULL;
CREATE INDEX media_expires ON media (expires);
CREATE INDEX media_blob ON media (blob);

CREATE TABLE media_use (          -- which conversations show it
    conversation INTEGER NOT NULL,
    media INTEGER NOT NULL,
    PRIMARY KEY (conversation, media)
) WITHOUT ROWID;
CREATE INDEX media_use_media ON media_use (media);

CREATE TABLE item (
    kind INTEGER NOT NULL,
    id INTEGER NOT NULL,
    assistant INTEGER NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,           -- JSON
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX item_name ON item (assistant, kind, name);
CREATE INDEX item_assistant ON item (assistant, kind, id);
";

/// The version of the schema that a file has; 0 for a new one.
pub(super) fn version(connection: &Connection) -> Result<u32, Error> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Brings a file to the last of `steps`, each step in a transaction of its own; refuses a file
/// that has more.
pub(super) fn migrate(connection: &mut Connection, steps: &[&str]) -> Result<(), Error> {
    let known = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    let found = version(connection)?;
    if found > known {
        return Err(Error::TooNew { found, known });
    }
    for (number, step) in (1u32..).zip(steps).skip(found as usize) {
        let step_transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        step_transaction.execute_batch(step)?;
        step_transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        step_transaction.pragma_update(None, "user_version", number)?;
        step_transaction.commit()?;
    }
    Ok(())
}
