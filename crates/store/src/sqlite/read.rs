//! The reads.

use exchange::consent;
use exchange::conversation::{Conversation, PairLimit};
use exchange::delivery::{End, Owed};
use exchange::fact;
use exchange::id::{AssistantId, ConversationId, DeliveryId, ItemId, PersonId, Seq};
use exchange::limits;
use exchange::media::MediaId;
use exchange::message::{Author, Message};
use exchange::time::Millis;
use rusqlite::{Connection, Params, Row, params};

use super::encode::{Code, bound, corrupt, from_json, sought};
use super::{rows, shelf};
use crate::row::{
    AssistantRow, Delivery, DeliveryState, Digest, Item, ItemKind, MediaRow, Passkey, Person,
    Session, Showing, Traffic,
};
use crate::{Error, Reader};

/// How many of the last messages are looked at for the pair limit: room for two bursts.
const PAIR_ROWS: i64 = 2 * limits::PAIR_BURST + 10;
/// After a pause this long the pair limit is as if nothing had been sent.
const PAIR_PAUSE_MS: i64 = limits::PAIR_BURST * limits::PAIR_INTERVAL_MS;

/// A connection that reads.
pub(super) struct SqliteReader(Connection);

impl SqliteReader {
    pub(super) fn new(connection: Connection) -> Self {
        Self(connection)
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.0
    }

    fn all<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl Fn(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut statement = self.0.prepare_cached(sql)?;
        let mut found = statement.query(values)?;
        let mut all = Vec::new();
        while let Some(row) = found.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }

    fn one<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl Fn(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut statement = self.0.prepare_cached(sql)?;
        let mut found = statement.query(values)?;
        found.next()?.map(read).transpose()
    }

    fn count(&self, sql: &str, values: impl Params) -> Result<u64, Error> {
        let found = self.one(sql, values, |row| Ok(row.get::<_, i64>(0)?))?;
        Ok(found.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
    }

    /// Several statements that see the same state.
    fn together<T>(&self, read: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        self.0.prepare_cached("BEGIN")?.execute([])?;
        let result = read();
        self.0.prepare_cached("ROLLBACK")?.execute([])?;
        result
    }

    /// `last_seq` and `pair` from the last messages. Going back ends at a pause after which the
    /// pair limit was empty.
    fn complete(&self, mut it: Conversation) -> Result<Conversation, Error> {
        let mut statement = self.0.prepare_cached(
            "SELECT seq, author, at FROM message WHERE conversation = ?1
             ORDER BY seq DESC LIMIT ?2",
        )?;
        let mut found = statement.query(params![sought(it.id.get()), PAIR_ROWS])?;
        let mut taken: Vec<Millis> = Vec::new();
        while let Some(row) = found.next()? {
            it.last_seq = it.last_seq.max(Seq(row.get(0)?));
            let at = Millis(row.get(2)?);
            if taken.last().is_some_and(|later| later.since(at) >= PAIR_PAUSE_MS) {
                break;
            }
            if Author::decode(row.get(1)?)? == Author::Assistant {
                taken.push(at);
            }
        }
        it.pair = PairLimit::after(taken.into_iter().rev());
        Ok(it)
    }

    fn pending(
        &self,
        assistant: AssistantId,
        before: DeliveryId,
        limit: u32,
    ) -> Result<Vec<Delivery>, Error> {
        let sql = format!(
            "SELECT {} FROM owed WHERE assistant = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
            rows::OWED_COLUMNS
        );
        self.all(&sql, params![sought(assistant.0), bound(before.0), limit], rows::pending)
    }

    fn ended(
        &self,
        assistant: AssistantId,
        end: End,
        before: DeliveryId,
        limit: u32,
    ) -> Result<Vec<Delivery>, Error> {
        let sql = format!(
            "SELECT {} FROM {} WHERE d.assistant = ?1 AND ended = ?2 AND d.id < ?3
             ORDER BY d.id DESC LIMIT ?4",
            rows::ENDED_COLUMNS,
            rows::ENDED_TABLES,
        );
        let values = params![sought(assistant.0), end.code(), bound(before.0), limit];
        self.all(&sql, values, rows::ended)
    }
}

impl Reader for SqliteReader {
    fn assistants(&self) -> Result<Vec<AssistantRow>, Error> {
        let sql = format!("SELECT {} FROM assistant ORDER BY id", rows::ASSISTANT_COLUMNS);
        self.all(&sql, [], rows::assistant)
    }

    fn person(&self, person: PersonId) -> Result<Option<Person>, Error> {
        let sql = "SELECT id, since, user_handle FROM person WHERE id = ?1";
        self.one(sql, params![sought(person.0)], rows::person)
    }

    fn session(&self, digest: &Digest) -> Result<Option<Session>, Error> {
        let sql = "SELECT digest, person, expires FROM session WHERE digest = ?1";
        self.one(sql, params![digest], rows::session)
    }

    fn passkey(&self, credential: &[u8]) -> Result<Option<Passkey>, Error> {
        let sql = "SELECT credential, person, key FROM passkey WHERE credential = ?1";
        self.one(sql, params![credential], rows::passkey)
    }

    fn passkeys(&self, person: PersonId) -> Result<Vec<Passkey>, Error> {
        let sql =
            "SELECT credential, person, key FROM passkey WHERE person = ?1 ORDER BY credential";
        self.all(sql, params![sought(person.0)], rows::passkey)
    }

    fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, Error> {
        let sql = format!(
            "SELECT {} FROM conversation WHERE id = ?1 AND id > 0",
            rows::CONVERSATION_COLUMNS
        );
        self.together(|| {
            let found = self.one(&sql, params![sought(id.get())], rows::conversation)?;
            found.map(|it| self.complete(it)).transpose()
        })
    }

    fn conversations(&self, person: PersonId) -> Result<Vec<Conversation>, Error> {
        let sql = format!(
            "SELECT {} FROM conversation WHERE person = ?1 ORDER BY since, id",
            rows::CONVERSATION_COLUMNS
        );
        self.together(|| {
            let found = self.all(&sql, params![sought(person.0)], rows::conversation)?;
            found.into_iter().map(|it| self.complete(it)).collect()
        })
    }

    fn messages(
        &self,
        conversation: ConversationId,
        after: Seq,
        before: Seq,
        limit: u32,
        from_end: bool,
    ) -> Result<Vec<Message>, Error> {
        let sql = format!(
            "SELECT {} FROM message WHERE conversation = ?1 AND seq > ?2 AND seq < ?3
             ORDER BY seq {} LIMIT ?4",
            rows::MESSAGE_COLUMNS,
            if from_end { "DESC" } else { "ASC" },
        );
        let values = params![sought(conversation.get()), after.0, before.0, limit];
        let mut found = self.all(&sql, values, rows::message)?;
        if from_end {
            found.reverse();
        }
        Ok(found)
    }

    fn receivable(
        &self,
        conversation: ConversationId,
        after: Seq,
        upto: Seq,
        limit: u32,
    ) -> Result<Vec<Seq>, Error> {
        let sql = "SELECT seq FROM message WHERE conversation = ?1 AND seq > ?2 AND seq <= ?3
             AND author = ?4 AND failed IS NULL AND reaction = 0 ORDER BY seq LIMIT ?5";
        let author = Author::Assistant.code();
        let values = params![sought(conversation.get()), after.0, upto.0, author, limit];
        self.all(sql, values, |row| Ok(Seq(row.get(0)?)))
    }

    fn client_key(&self, conversation: ConversationId, key: &str) -> Result<Option<Seq>, Error> {
        let sql = "SELECT seq FROM message WHERE conversation = ?1 AND client_key = ?2
             ORDER BY seq LIMIT 1";
        self.one(sql, params![sought(conversation.get()), key], |row| Ok(Seq(row.get(0)?)))
    }

    fn client_keys(
        &self,
        conversation: ConversationId,
        after: Seq,
        before: Seq,
    ) -> Result<Vec<(Seq, String)>, Error> {
        // The plus keeps SQLite from the index on client keys, which is not ordered by place.
        let sql = "SELECT seq, client_key FROM message WHERE conversation = ?1 AND seq > ?2
             AND seq < ?3 AND +client_key IS NOT NULL ORDER BY seq";
        let values = params![sought(conversation.get()), after.0, before.0];
        self.all(sql, values, |row| Ok((Seq(row.get(0)?), row.get(1)?)))
    }

    fn owed(&self, after: (AssistantId, DeliveryId), limit: u32) -> Result<Vec<Owed>, Error> {
        let sql = format!(
            "SELECT {} FROM owed WHERE (assistant, id) > (?1, ?2)
             ORDER BY assistant, id LIMIT ?3",
            rows::OWED_COLUMNS
        );
        self.all(&sql, params![bound(after.0.0), bound(after.1.0), limit], rows::owed)
    }

    fn deliveries(
        &self,
        assistant: AssistantId,
        filter: Option<DeliveryState>,
        before: DeliveryId,
        limit: u32,
    ) -> Result<Vec<Delivery>, Error> {
        self.together(|| match filter {
            Some(DeliveryState::Pending) => self.pending(assistant, before, limit),
            Some(DeliveryState::Ended(end)) => self.ended(assistant, end, before, limit),
            None => {
                let mut all = self.pending(assistant, before, limit)?;
                for end in End::ALL {
                    all.extend(self.ended(assistant, *end, before, limit)?);
                }
                all.sort_unstable_by_key(|delivery| std::cmp::Reverse(delivery.owed.id));
                all.truncate(limit as usize);
                Ok(all)
            }
        })
    }

    fn delivery(&self, assistant: AssistantId, id: DeliveryId) -> Result<Option<Delivery>, Error> {
        let pending =
            format!("SELECT {} FROM owed WHERE assistant = ?1 AND id = ?2", rows::OWED_COLUMNS);
        let ended = format!(
            "SELECT {} FROM {} WHERE d.assistant = ?1 AND ended IN (0, 1, 2) AND d.id = ?2",
            rows::ENDED_COLUMNS,
            rows::ENDED_TABLES,
        );
        let values = (sought(assistant.0), sought(id.0));
        self.together(|| match self.one(&pending, values, rows::pending)? {
            Some(found) => Ok(Some(found)),
            None => self.one(&ended, values, rows::ended),
        })
    }

    fn last_delivery(&self) -> Result<DeliveryId, Error> {
        let last: i64 =
            self.0.query_row("SELECT last_delivery FROM batch", [], |row| row.get(0))?;
        u64::try_from(last).map(DeliveryId).map_err(|_| corrupt("last_delivery"))
    }

    fn consents(&self, conversation: ConversationId) -> Result<Vec<consent::Event>, Error> {
        let sql = "SELECT conversation, at, state, notice_sha256, notice FROM consent
             WHERE conversation = ?1 ORDER BY nth";
        self.all(sql, params![sought(conversation.get())], rows::consent)
    }

    fn showing(&self, number: u64) -> Result<Option<Showing>, Error> {
        let sql = "SELECT number, person, at, shown FROM showing WHERE number = ?1";
        self.one(sql, params![sought(number)], rows::showing)
    }

    fn is_prunable(&self, settled_before: Millis) -> Result<bool, Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM delivery WHERE finished < ?1)";
        Ok(self.0.query_row(sql, [settled_before.0], |row| row.get(0))?)
    }

    fn last_showing(&self) -> Result<u64, Error> {
        let sql = "SELECT coalesce(max(number), 0) FROM showing";
        let last: i64 = self.0.query_row(sql, [], |row| row.get(0))?;
        u64::try_from(last).map_err(|_| corrupt("showing"))
    }

    fn facts(&self, after: u64, limit: u32) -> Result<Vec<(u64, fact::Recorded)>, Error> {
        let sql = "SELECT number, at, fact FROM fact WHERE number > ?1 ORDER BY number LIMIT ?2";
        self.all(sql, params![bound(after), limit], |row| {
            let number = u64::try_from(row.get::<_, i64>(0)?).map_err(|_| corrupt("fact"))?;
            let fact = from_json(&row.get::<_, String>(2)?)?;
            Ok((number, fact::Recorded { at: Millis(row.get(1)?), fact }))
        })
    }

    fn media(&self, id: MediaId) -> Result<Option<MediaRow>, Error> {
        let sql = format!("SELECT {} FROM media WHERE id = ?1", shelf::MEDIA_COLUMNS);
        self.one(&sql, params![sought(id.0)], shelf::media_row)
    }

    fn shows_media(&self, conversation: ConversationId, id: MediaId) -> Result<bool, Error> {
        let sql = "SELECT 1 FROM media_use WHERE conversation = ?1 AND media = ?2";
        Ok(self.0.prepare_cached(sql)?.exists(params![sought(conversation.get()), sought(id.0)])?)
    }

    fn idle_media(&self, expired_before: Millis, limit: u32) -> Result<Vec<MediaRow>, Error> {
        let sql = format!(
            "SELECT {} FROM media AS m WHERE expires < ?1
             AND NOT EXISTS (SELECT 1 FROM media_use WHERE media = m.id)
             ORDER BY expires LIMIT ?2",
            shelf::MEDIA_COLUMNS
        );
        self.all(&sql, params![expired_before.0, limit], shelf::media_row)
    }

    fn blob_uses(&self, blob: &str) -> Result<u64, Error> {
        self.count("SELECT count(*) FROM media WHERE blob = ?1", params![blob])
    }

    fn item(&self, kind: ItemKind, id: ItemId) -> Result<Option<Item>, Error> {
        let sql = format!("SELECT {} FROM item WHERE kind = ?1 AND id = ?2", shelf::ITEM_COLUMNS);
        self.one(&sql, params![kind.code(), sought(id.0)], shelf::item_row)
    }

    fn item_named(
        &self,
        assistant: AssistantId,
        kind: ItemKind,
        name: &str,
    ) -> Result<Option<Item>, Error> {
        let sql = format!(
            "SELECT {} FROM item WHERE assistant = ?1 AND kind = ?2 AND name = ?3",
            shelf::ITEM_COLUMNS
        );
        self.one(&sql, params![sought(assistant.0), kind.code(), name], shelf::item_row)
    }

    fn items(
        &self,
        assistant: AssistantId,
        kind: ItemKind,
        after: ItemId,
        limit: u32,
    ) -> Result<Vec<Item>, Error> {
        let sql = format!(
            "SELECT {} FROM item WHERE assistant = ?1 AND kind = ?2 AND id > ?3
             ORDER BY id LIMIT ?4",
            shelf::ITEM_COLUMNS
        );
        let values = params![sought(assistant.0), kind.code(), bound(after.0), limit];
        self.all(&sql, values, shelf::item_row)
    }

    fn count_items(&self, assistant: AssistantId, kind: ItemKind) -> Result<u64, Error> {
        let sql = "SELECT count(*) FROM item WHERE assistant = ?1 AND kind = ?2";
        self.count(sql, params![sought(assistant.0), kind.code()])
    }

    fn blocked(
        &self,
        assistant: AssistantId,
        after: ConversationId,
        limit: u32,
    ) -> Result<Vec<ConversationId>, Error> {
        let sql = "SELECT id FROM conversation
            WHERE assistant = ?1 AND blocked = 1 AND id > ?2 ORDER BY id LIMIT ?3";
        let values = params![sought(assistant.0), bound(after.get()), limit];
        self.all(sql, values, |row| {
            let id = u64::try_from(row.get::<_, i64>(0)?).ok().and_then(ConversationId::new);
            id.ok_or_else(|| corrupt("conversation"))
        })
    }

    fn traffic(
        &self,
        assistant: AssistantId,
        from: Millis,
        to: Millis,
        step_ms: i64,
    ) -> Result<Vec<Traffic>, Error> {
        // Ids of deliveries begin with the time, so that a stretch of time is a stretch of ids;
        // a burst may push an id a little ahead of its time, hence `at` too.
        let sql = "SELECT (at - ?3) / ?5 AS stretch, kind, count(*) FROM (
                SELECT at, kind FROM owed WHERE assistant = ?1 AND id >= ?2
                UNION ALL SELECT at, kind FROM delivery
                    WHERE assistant = ?1 AND ended IN (0, 1, 2) AND id >= ?2
            ) WHERE at >= ?3 AND at < ?4 GROUP BY stretch, kind ORDER BY stretch, kind";
        let first = from.0.max(0).checked_shl(20).unwrap_or(i64::MAX);
        let step_ms = step_ms.max(1);
        self.all(sql, params![sought(assistant.0), first, from.0, to.0, step_ms], |row| {
            Ok(Traffic {
                start: from + row.get::<_, i64>(0)? * step_ms,
                kind: Code::decode(row.get(1)?)?,
                count: u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
            })
        })
    }

    fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let sql = "SELECT value FROM setting WHERE name = ?1";
        self.one(sql, params![name], |row| Ok(row.get(0)?))
    }
}
