//! The SQL of each op.

use exchange::consent;
use exchange::conversation::Conversation;
use exchange::delivery::Owed;
use exchange::fact;
use exchange::id::{AssistantId, ConversationId, PersonId, Seq};
use exchange::message::{Content, Failure, Message};
use exchange::time::Millis;
use rusqlite::{Connection, Params, params};

use super::encode::{Code, json, number, sought};
use super::shelf;
use crate::row::{
    Answer, AssistantRow, Callback, PRUNE_ROWS, Passkey, Person, Session, Settled, Showing,
};
use crate::{Error, Op};

/// Applies one op inside the running transaction.
pub(super) fn apply(to: &Connection, op: &Op) -> Result<(), Error> {
    match op {
        Op::Person(it) => person(to, it),
        Op::ErasePerson(it) => erase(to, *it),
        Op::Session(it) => session(to, it),
        Op::EndSession(digest) => {
            run(to, "DELETE FROM session WHERE digest = ?1", params![digest]).map(drop)
        }
        Op::Passkey(it) => passkey(to, it),
        Op::Assistant(it) => assistant(to, it),
        Op::Conversation(it) => conversation(to, it),
        Op::Message(conversation, it) => message(to, *conversation, it),
        Op::Fail(conversation, seq, failure) => fail(to, *conversation, *seq, *failure),
        Op::Content(conversation, seq, it) => content(to, *conversation, *seq, it),
        Op::ClientKey(conversation, key, seq) => client_key(to, *conversation, key, *seq),
        Op::Owe(it) => owe(to, it),
        Op::Retry(it, answer) => retry(to, it, answer),
        Op::Settle(it) => settle(to, it),
        Op::Consent(it) => consent(to, it),
        Op::Showing(it) => showing(to, it),
        Op::Fact(it) => fact(to, it),
        Op::Setting(name, value) => {
            let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)";
            run(to, sql, params![name, value]).map(drop)
        }
        Op::Media(it) => shelf::media(to, it),
        Op::UseMedia(conversation, id) => shelf::use_media(to, *conversation, *id),
        Op::DropMedia(id) => shelf::drop_media(to, *id),
        Op::Item(it) => shelf::item(to, it),
        Op::DropItem(kind, id) => shelf::drop_item(to, *kind, *id),
        Op::Prune { settled_before, sessions_before } => {
            prune(to, *settled_before, *sessions_before)
        }
    }
}

/// Runs a statement; how many rows it changed.
pub(super) fn run(to: &Connection, sql: &str, values: impl Params) -> Result<usize, Error> {
    Ok(to.prepare_cached(sql)?.execute(values)?)
}

fn person(to: &Connection, it: &Person) -> Result<(), Error> {
    let sql = "INSERT OR REPLACE INTO person (id, since, user_handle) VALUES (?1, ?2, ?3)";
    run(to, sql, params![number(it.id.0)?, it.since.0, it.user_handle]).map(drop)
}

fn session(to: &Connection, it: &Session) -> Result<(), Error> {
    let sql = "INSERT OR REPLACE INTO session (digest, person, expires) VALUES (?1, ?2, ?3)";
    run(to, sql, params![it.digest, number(it.person.0)?, it.expires.0]).map(drop)
}

fn passkey(to: &Connection, it: &Passkey) -> Result<(), Error> {
    let sql = "INSERT OR REPLACE INTO passkey (credential, person, key) VALUES (?1, ?2, ?3)";
    run(to, sql, params![it.credential, number(it.person.0)?, it.key]).map(drop)
}

fn callback(it: Option<&Callback>) -> Result<Option<String>, Error> {
    it.map(json).transpose()
}

fn assistant(to: &Connection, it: &AssistantRow) -> Result<(), Error> {
    let sql = "INSERT OR REPLACE INTO assistant
        (id, app, account, number, card, contact_email, app_secret, token, since, listed,
         callback, subscribed, account_override, number_override, listens_to)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
    let values = params![
        number(it.id.0)?,
        number(it.app.0)?,
        number(it.account.0)?,
        number(it.number)?,
        json(&it.card)?,
        it.contact_email,
        it.app_secret,
        it.token,
        it.since.0,
        it.listed.map(|at| at.0),
        callback(it.callback.as_ref())?,
        it.subscribed,
        callback(it.account_override.as_ref())?,
        callback(it.number_override.as_ref())?,
        it.listens_to.map(|id| number(id.0)).transpose()?,
    ];
    run(to, sql, values).map(drop)
}

/// On the hot path: every message of a person moves `last_inbound`, every delivery a mark. Whose
/// it is and with whom never changes, so these columns (and the index on one) stay untouched.
fn conversation(to: &Connection, it: &Conversation) -> Result<(), Error> {
    let sql = "UPDATE conversation SET display_name = ?2, consent = ?3, notice_sha256 = ?4,
            since = ?5, last_inbound = ?6, assistant_received = ?7, assistant_read = ?8,
            person_received = ?9, person_read = ?10, blocked = ?11, no_marketing = ?12,
            calls_until = ?13
        WHERE id = ?1";
    let values = params![
        number(it.id.get())?,
        it.display_name,
        it.consent.code(),
        it.notice_sha256,
        it.since.0,
        it.last_inbound.map(|at| at.0),
        it.marks.assistant_received.0,
        it.marks.assistant_read.0,
        it.marks.person_received.0,
        it.marks.person_read.0,
        it.wishes.blocked,
        it.wishes.no_marketing,
        it.wishes.calls_until.map(|at| at.0),
    ];
    if run(to, sql, values)? == 0 { new_conversation(to, it) } else { Ok(()) }
}

fn new_conversation(to: &Connection, it: &Conversation) -> Result<(), Error> {
    run(to, "UPDATE batch SET last_serial = last_serial + 1 WHERE one = 1", [])?;
    let sql = "INSERT OR FAIL INTO conversation
        (id, serial, person, assistant, display_name, consent, notice_sha256, since,
         last_inbound, assistant_received, assistant_read, person_received, person_read,
         blocked, no_marketing, calls_until)
        SELECT ?1, last_serial, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15
        FROM batch";
    let values = params![
        number(it.id.get())?,
        number(it.person.0)?,
        number(it.assistant.0)?,
        it.display_name,
        it.consent.code(),
        it.notice_sha256,
        it.since.0,
        it.last_inbound.map(|at| at.0),
        it.marks.assistant_received.0,
        it.marks.assistant_read.0,
        it.marks.person_received.0,
        it.marks.person_read.0,
        it.wishes.blocked,
        it.wishes.no_marketing,
        it.wishes.calls_until.map(|at| at.0),
    ];
    run(to, sql, values).map(drop)
}

fn message(to: &Connection, conversation: ConversationId, it: &Message) -> Result<(), Error> {
    let sql = "INSERT INTO message
        (conversation, seq, author, at, failed, reaction, context, opaque, content, extra)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let values = params![
        number(conversation.get())?,
        it.seq.0,
        it.author.code(),
        it.at.0,
        it.failed.map(Code::code),
        !it.can_be_received(),
        it.context.map(|seq| seq.0),
        it.opaque,
        json(&it.content)?,
        it.extra.as_ref().map(json).transpose()?,
    ];
    run(to, sql, values).map(drop)
}

fn content(to: &Connection, of: ConversationId, seq: Seq, it: &Content) -> Result<(), Error> {
    let sql = "UPDATE message SET content = ?3, reaction = ?4 WHERE conversation = ?1 AND seq = ?2";
    let never = matches!(it, Content::Reaction { .. }) || it.is_pending();
    run(to, sql, params![number(of.get())?, seq.0, json(it)?, never]).map(drop)
}

fn fail(
    to: &Connection,
    of: ConversationId,
    seq: Seq,
    failure: Option<Failure>,
) -> Result<(), Error> {
    let sql = "UPDATE message SET failed = ?3 WHERE conversation = ?1 AND seq = ?2";
    run(to, sql, params![number(of.get())?, seq.0, failure.map(Code::code)]).map(drop)
}

/// In the message's own row, whose page the message has just touched.
fn client_key(to: &Connection, of: ConversationId, key: &str, seq: Seq) -> Result<(), Error> {
    let sql = "UPDATE message SET client_key = ?3 WHERE conversation = ?1 AND seq = ?2";
    run(to, sql, params![number(of.get())?, seq.0, key]).map(drop)
}

fn owe(to: &Connection, it: &Owed) -> Result<(), Error> {
    let sql = "INSERT INTO owed (assistant, id, conversation, seq, kind, at, due, attempt)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let values = params![
        number(it.assistant.0)?,
        number(it.id.0)?,
        number(it.conversation.get())?,
        it.seq.0,
        it.kind.code(),
        it.at.0,
        it.due.0,
        it.attempt,
    ];
    run(to, sql, values).map(drop)
}

fn retry(to: &Connection, it: &Owed, answer: &Answer) -> Result<(), Error> {
    let sql = "UPDATE owed SET due = ?3, attempt = ?4, status = ?5, reason = ?6, duration_ms = ?7
        WHERE assistant = ?1 AND id = ?2";
    let values = params![
        number(it.assistant.0)?,
        number(it.id.0)?,
        it.due.0,
        it.attempt,
        answer.status,
        answer.reason,
        answer.duration_ms,
    ];
    run(to, sql, values).map(drop)
}

fn settle(to: &Connection, it: &Settled) -> Result<(), Error> {
    let owed = &it.owed;
    let (to_whom, id) = (number(owed.assistant.0)?, number(owed.id.0)?);
    let sql = "DELETE FROM owed WHERE assistant = ?1 AND id = ?2";
    if run(to, sql, params![to_whom, id])? == 0 && has_ended(to, to_whom, id)? {
        return Ok(());
    }
    // Only if the conversation is still there: what comes in after an erasure leaves no trace.
    // OR FAIL: without it SQLite keeps a journal of this statement alone, to undo half of it; a
    // statement that fails takes the whole batch with it anyway.
    let sql = "INSERT OR FAIL INTO delivery (assistant, ended, id, serial, seq, kind, at, finished,
            attempt, status, reason, duration_ms)
        SELECT ?1, ?2, ?3, serial, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
        FROM conversation WHERE id = ?4";
    let tried = owed.attempt > 0 || it.answer != Answer::default();
    let values = params![
        to_whom,
        it.end.code(),
        id,
        number(owed.conversation.get())?,
        owed.seq.0,
        owed.kind.code(),
        owed.at.0,
        it.at.0,
        owed.attempt,
        tried.then_some(it.answer.status),
        tried.then_some(&it.answer.reason),
        tried.then_some(it.answer.duration_ms),
    ];
    run(to, sql, values).map(drop)
}

/// A delivery ends once: the first end stands.
fn has_ended(to: &Connection, assistant: i64, id: i64) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM delivery WHERE assistant = ?1 AND ended IN (0, 1, 2) AND id = ?2";
    Ok(to.prepare_cached(sql)?.exists(params![assistant, id])?)
}

fn consent(to: &Connection, it: &consent::Event) -> Result<(), Error> {
    let sql = "INSERT INTO consent (conversation, nth, at, state, notice_sha256, notice)
        SELECT ?1, coalesce(max(nth), 0) + 1, ?2, ?3, ?4, ?5 FROM consent WHERE conversation = ?1";
    let values = params![
        number(it.conversation.get())?,
        it.at.0,
        it.state.code(),
        it.notice_sha256,
        it.notice,
    ];
    run(to, sql, values).map(drop)
}

fn showing(to: &Connection, it: &Showing) -> Result<(), Error> {
    let sql = "INSERT INTO showing (number, person, at, shown) VALUES (?1, ?2, ?3, ?4)";
    let ids: Vec<AssistantId> = it.order.clone();
    run(to, sql, params![number(it.number)?, number(it.person.0)?, it.at.0, json(&ids)?]).map(drop)
}

fn fact(to: &Connection, it: &fact::Recorded) -> Result<(), Error> {
    let sql = "INSERT INTO fact (at, fact) VALUES (?1, ?2)";
    run(to, sql, params![it.at.0, json(&it.fact)?]).map(drop)
}

/// The log of deliveries loses its way to the conversations with the conversations' rows. A
/// showing keeps its number (a gap would be a finding) and loses its person.
fn erase(to: &Connection, person: PersonId) -> Result<(), Error> {
    // Nobody: the conversation of accounts' events is its.
    if person == PersonId(0) {
        return Ok(());
    }
    let theirs = "(SELECT id FROM conversation WHERE person = ?1)";
    for sql in [
        // By assistant, because that is how what is owed is ordered.
        "DELETE FROM owed WHERE assistant IN
            (SELECT assistant FROM conversation WHERE person = ?1 UNION SELECT id FROM assistant
             WHERE listens_to IN (SELECT assistant FROM conversation WHERE person = ?1))
            AND conversation IN THEIRS",
        "DELETE FROM message WHERE conversation IN THEIRS",
        "DELETE FROM media_use WHERE conversation IN THEIRS",
        // Whoever sweeps deletes the blob, and then the row.
        "UPDATE media SET conversation = NULL, filename = NULL, expires = 0
            WHERE conversation IN THEIRS",
        "DELETE FROM consent WHERE conversation IN THEIRS",
        "DELETE FROM conversation WHERE person = ?1",
        "DELETE FROM session WHERE person = ?1",
        "DELETE FROM passkey WHERE person = ?1",
        "UPDATE showing SET person = NULL WHERE person = ?1",
        "DELETE FROM person WHERE id = ?1",
    ] {
        run(to, &sql.replace("THEIRS", theirs), params![sought(person.0)])?;
    }
    Ok(())
}

fn prune(to: &Connection, settled_before: Millis, sessions_before: Millis) -> Result<(), Error> {
    let sql = "DELETE FROM delivery WHERE (assistant, ended, id) IN
        (SELECT assistant, ended, id FROM delivery WHERE finished < ?1 ORDER BY finished LIMIT ?2)";
    run(to, sql, params![settled_before.0, PRUNE_ROWS])?;
    let sql = "DELETE FROM session WHERE digest IN
        (SELECT digest FROM session WHERE expires < ?1 ORDER BY expires LIMIT ?2)";
    run(to, sql, params![sessions_before.0, PRUNE_ROWS]).map(drop)
}
