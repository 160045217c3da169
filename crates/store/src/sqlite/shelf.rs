//! The SQL of files and of what providers keep beside messages.

use exchange::id::{AssistantId, ConversationId, ItemId};
use exchange::media::MediaId;
use exchange::time::Millis;
use rusqlite::{Connection, Row, params};

use super::encode::{Code, corrupt, from_json, json, number, sought};
use super::ops::run;
use crate::Error;
use crate::row::{Item, ItemKind, MediaRow};

pub(super) fn media(to: &Connection, it: &MediaRow) -> Result<(), Error> {
    let sql = "INSERT OR REPLACE INTO media
        (id, assistant, conversation, blob, filename, created, expires, media)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let values = params![
        number(it.media.id.0)?,
        number(it.assistant.0)?,
        it.conversation.map(|of| number(of.get())).transpose()?,
        it.blob,
        it.filename,
        it.created.0,
        it.expires.0,
        json(&it.media)?,
    ];
    run(to, sql, values).map(drop)
}

pub(super) fn use_media(to: &Connection, of: ConversationId, id: MediaId) -> Result<(), Error> {
    let sql = "INSERT OR IGNORE INTO media_use (conversation, media)
        SELECT id, ?2 FROM conversation WHERE id = ?1";
    run(to, sql, params![number(of.get())?, number(id.0)?]).map(drop)
}

pub(super) fn drop_media(to: &Connection, id: MediaId) -> Result<(), Error> {
    let sql = "DELETE FROM media
        WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM media_use WHERE media = ?1)";
    run(to, sql, params![sought(id.0)]).map(drop)
}

/// A name that is another's is an error: the unique index refuses it.
pub(super) fn item(to: &Connection, it: &Item) -> Result<(), Error> {
    let sql = "INSERT INTO item (kind, id, assistant, name, at, body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (kind, id) DO UPDATE SET
            name = excluded.name, at = excluded.at, body = excluded.body";
    let values = params![
        it.kind.code(),
        number(it.id.0)?,
        number(it.assistant.0)?,
        it.name,
        it.at.0,
        it.body,
    ];
    run(to, sql, values).map(drop)
}

pub(super) fn drop_item(to: &Connection, kind: ItemKind, id: ItemId) -> Result<(), Error> {
    let sql = "DELETE FROM item WHERE kind = ?1 AND id = ?2";
    run(to, sql, params![kind.code(), sought(id.0)]).map(drop)
}

pub(super) const MEDIA_COLUMNS: &str =
    "assistant, conversation, blob, filename, created, expires, media";

pub(super) fn media_row(row: &Row<'_>) -> Result<MediaRow, Error> {
    let id = |at| -> Result<u64, Error> {
        u64::try_from(row.get::<_, i64>(at)?).map_err(|_| corrupt("media"))
    };
    let conversation = match row.get::<_, Option<i64>>(1)? {
        None => None,
        Some(_) => Some(ConversationId::new(id(1)?).ok_or_else(|| corrupt("media"))?),
    };
    Ok(MediaRow {
        assistant: AssistantId(id(0)?),
        conversation,
        blob: row.get(2)?,
        filename: row.get(3)?,
        created: Millis(row.get(4)?),
        expires: Millis(row.get(5)?),
        media: from_json(&row.get::<_, String>(6)?)?,
    })
}

pub(super) const ITEM_COLUMNS: &str = "kind, id, assistant, name, at, body";

pub(super) fn item_row(row: &Row<'_>) -> Result<Item, Error> {
    let id = |at| -> Result<u64, Error> {
        u64::try_from(row.get::<_, i64>(at)?).map_err(|_| corrupt("item"))
    };
    Ok(Item {
        kind: ItemKind::decode(row.get(0)?)?,
        id: ItemId(id(1)?),
        assistant: AssistantId(id(2)?),
        name: row.get(3)?,
        at: Millis(row.get(4)?),
        body: row.get(5)?,
    })
}
