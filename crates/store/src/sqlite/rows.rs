//! From columns to rows. Each `…_COLUMNS` is what its function reads, in that order.

use exchange::consent;
use exchange::conversation::{Conversation, Marks, PairLimit, Wishes};
use exchange::delivery::{End, Owed};
use exchange::id::{AccountId, AppId, AssistantId, ConversationId, DeliveryId, PersonId, Seq};
use exchange::message::Message;
use exchange::time::Millis;
use rusqlite::Row;
use rusqlite::types::FromSql;

use super::encode::{Code, corrupt, from_json};
use crate::Error;
use crate::row::{
    Answer, AssistantRow, Callback, Delivery, DeliveryState, Passkey, Person, Session, Showing,
};

fn get<T: FromSql>(row: &Row<'_>, at: usize) -> Result<T, Error> {
    Ok(row.get(at)?)
}

fn id(row: &Row<'_>, at: usize) -> Result<u64, Error> {
    u64::try_from(get::<i64>(row, at)?).map_err(|_| corrupt("id"))
}

fn conversation_id(row: &Row<'_>, at: usize) -> Result<ConversationId, Error> {
    ConversationId::new(id(row, at)?).ok_or_else(|| corrupt("conversation"))
}

fn seq(row: &Row<'_>, at: usize) -> Result<Seq, Error> {
    get(row, at).map(Seq)
}

fn millis(row: &Row<'_>, at: usize) -> Result<Millis, Error> {
    get(row, at).map(Millis)
}

fn code<T: Code>(row: &Row<'_>, at: usize) -> Result<T, Error> {
    T::decode(get(row, at)?)
}

fn text(row: &Row<'_>, at: usize) -> Result<String, Error> {
    get(row, at)
}

pub(super) fn person(row: &Row<'_>) -> Result<Person, Error> {
    Ok(Person { id: PersonId(id(row, 0)?), since: millis(row, 1)?, user_handle: get(row, 2)? })
}

pub(super) fn session(row: &Row<'_>) -> Result<Session, Error> {
    let person = PersonId(id(row, 1)?);
    Ok(Session { digest: get(row, 0)?, person, expires: millis(row, 2)? })
}

pub(super) fn passkey(row: &Row<'_>) -> Result<Passkey, Error> {
    Ok(Passkey { credential: get(row, 0)?, person: PersonId(id(row, 1)?), key: text(row, 2)? })
}

pub(super) const ASSISTANT_COLUMNS: &str = "id, app, account, number, card, contact_email, \
    app_secret, token, since, listed, callback, subscribed, account_override, number_override, \
    listens_to";

pub(super) fn assistant(row: &Row<'_>) -> Result<AssistantRow, Error> {
    let callback = |at| -> Result<Option<Callback>, Error> {
        get::<Option<String>>(row, at)?.as_deref().map(from_json).transpose()
    };
    Ok(AssistantRow {
        id: AssistantId(id(row, 0)?),
        app: AppId(id(row, 1)?),
        account: AccountId(id(row, 2)?),
        number: id(row, 3)?,
        card: from_json(&text(row, 4)?)?,
        contact_email: text(row, 5)?,
        app_secret: text(row, 6)?,
        token: get(row, 7)?,
        since: millis(row, 8)?,
        listed: get::<Option<i64>>(row, 9)?.map(Millis),
        callback: callback(10)?,
        subscribed: get(row, 11)?,
        account_override: callback(12)?,
        number_override: callback(13)?,
        listens_to: get::<Option<i64>>(row, 14)?
            .map(|_| id(row, 14).map(AssistantId))
            .transpose()?,
    })
}

pub(super) const CONVERSATION_COLUMNS: &str = "id, person, assistant, display_name, consent, \
    notice_sha256, since, last_inbound, assistant_received, assistant_read, person_received, \
    person_read, blocked, no_marketing, calls_until";

/// Without `last_seq` and `pair`, which follow from the messages.
pub(super) fn conversation(row: &Row<'_>) -> Result<Conversation, Error> {
    Ok(Conversation {
        id: conversation_id(row, 0)?,
        person: PersonId(id(row, 1)?),
        assistant: AssistantId(id(row, 2)?),
        display_name: text(row, 3)?,
        consent: code(row, 4)?,
        notice_sha256: text(row, 5)?,
        since: millis(row, 6)?,
        last_inbound: get::<Option<i64>>(row, 7)?.map(Millis),
        marks: Marks {
            assistant_received: seq(row, 8)?,
            assistant_read: seq(row, 9)?,
            person_received: seq(row, 10)?,
            person_read: seq(row, 11)?,
        },
        last_seq: Seq(0),
        pair: PairLimit::default(),
        wishes: Wishes {
            blocked: get(row, 12)?,
            no_marketing: get(row, 13)?,
            calls_until: get::<Option<i64>>(row, 14)?.map(Millis),
        },
    })
}

pub(super) const MESSAGE_COLUMNS: &str = "seq, author, at, failed, context, opaque, content, extra";

pub(super) fn message(row: &Row<'_>) -> Result<Message, Error> {
    let content = row.get_ref(6)?.as_str().map_err(|error| corrupt(&error.to_string()))?;
    Ok(Message {
        seq: seq(row, 0)?,
        author: code(row, 1)?,
        at: millis(row, 2)?,
        failed: get::<Option<i64>>(row, 3)?.map(Code::decode).transpose()?,
        context: get::<Option<u32>>(row, 4)?.map(Seq),
        opaque: get(row, 5)?,
        content: from_json(content)?,
        extra: get::<Option<String>>(row, 7)?.as_deref().map(from_json).transpose()?,
    })
}

pub(super) const OWED_COLUMNS: &str =
    "id, assistant, conversation, seq, kind, at, due, attempt, status, reason, duration_ms";

pub(super) fn owed(row: &Row<'_>) -> Result<Owed, Error> {
    Ok(Owed {
        id: DeliveryId(id(row, 0)?),
        assistant: AssistantId(id(row, 1)?),
        conversation: conversation_id(row, 2)?,
        seq: seq(row, 3)?,
        kind: code(row, 4)?,
        at: millis(row, 5)?,
        due: millis(row, 6)?,
        attempt: get(row, 7)?,
    })
}

pub(super) fn pending(row: &Row<'_>) -> Result<Delivery, Error> {
    let (owed, answer) = (owed(row)?, answer(row)?);
    Ok(Delivery { owed, state: DeliveryState::Pending, answer, finished: None })
}

/// As those of [`OWED_COLUMNS`], with when it ended in the place of when it is due; from
/// [`ENDED_TABLES`].
pub(super) const ENDED_COLUMNS: &str = "d.id, d.assistant, c.id, seq, kind, at, finished, \
    attempt, status, reason, duration_ms, ended";

/// Only deliveries whose conversation is still there.
pub(super) const ENDED_TABLES: &str =
    "delivery AS d CROSS JOIN conversation AS c ON c.serial = d.serial";

pub(super) fn ended(row: &Row<'_>) -> Result<Delivery, Error> {
    let owed = owed(row)?;
    let state = DeliveryState::Ended(code::<End>(row, 11)?);
    Ok(Delivery { owed, state, answer: answer(row)?, finished: Some(owed.due) })
}

fn answer(row: &Row<'_>) -> Result<Option<Answer>, Error> {
    let Some(status) = get(row, 8)? else { return Ok(None) };
    Ok(Some(Answer { status, reason: text(row, 9)?, duration_ms: get(row, 10)? }))
}

pub(super) fn consent(row: &Row<'_>) -> Result<consent::Event, Error> {
    Ok(consent::Event {
        conversation: conversation_id(row, 0)?,
        at: millis(row, 1)?,
        state: code(row, 2)?,
        notice_sha256: text(row, 3)?,
        notice: text(row, 4)?,
    })
}

pub(super) fn showing(row: &Row<'_>) -> Result<Showing, Error> {
    let person = get::<Option<i64>>(row, 1)?.map_or(Ok(0), u64::try_from);
    Ok(Showing {
        number: id(row, 0)?,
        person: PersonId(person.map_err(|_| corrupt("person"))?),
        at: millis(row, 2)?,
        order: from_json(&text(row, 3)?)?,
    })
}
