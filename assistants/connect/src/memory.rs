//! What was said, per person, in the assistant's own database; bounded in number, size and time.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Result, params};
use serde_json::{Value, json};

/// How long a conversation without a new message is kept.
const KEEP: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Most text given to the model from memory, in bytes; older messages are left out first.
const MAX_BYTES: usize = 48 * 1024;

/// The table.
pub(crate) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS said (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  person TEXT NOT NULL,
  role TEXT NOT NULL,               -- user or assistant
  content TEXT NOT NULL,
  at INTEGER NOT NULL               -- unix seconds
);
CREATE INDEX IF NOT EXISTS said_person ON said (person, seq);
";

/// The last messages, oldest first, as the model takes them; at most `window` of them.
pub(crate) fn recall(db: &Connection, person: &str, window: u32) -> Result<Vec<Value>> {
    let mut query =
        db.prepare("SELECT role, content FROM said WHERE person = ? ORDER BY seq DESC LIMIT ?")?;
    let rows = query.query_map(params![person, window], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    let (mut messages, mut bytes) = (Vec::new(), 0);
    for row in rows {
        let (role, content) = row?;
        bytes += content.len();
        if bytes > MAX_BYTES {
            break;
        }
        messages.push(json!({"role": role, "content": content}));
    }
    messages.reverse();
    Ok(messages)
}

/// Keeps a question and its answer, and lets go of what the window no longer holds.
pub(crate) fn keep(
    db: &Connection,
    person: &str,
    question: &str,
    answer: &str,
    window: u32,
    now: Timestamp,
) -> Result<()> {
    for (role, content) in [("user", question), ("assistant", answer)] {
        db.execute(
            "INSERT INTO said (person, role, content, at) VALUES (?, ?, ?, ?)",
            params![person, role, content, now.as_second()],
        )?;
    }
    db.execute(
        "DELETE FROM said WHERE person = ?1 AND seq NOT IN
           (SELECT seq FROM said WHERE person = ?1 ORDER BY seq DESC LIMIT ?2)",
        params![person, window],
    )?;
    Ok(())
}

/// Forgets a person.
pub(crate) fn forget(db: &Connection, person: &str) -> Result<()> {
    db.execute("DELETE FROM said WHERE person = ?", [person])?;
    Ok(())
}

/// Forgets everybody who has been silent for as long as the card promises.
pub(crate) fn prune(db: &Connection, now: Timestamp) -> Result<()> {
    db.execute(
        "DELETE FROM said WHERE person IN
           (SELECT person FROM said GROUP BY person HAVING max(at) < ?)",
        [now.as_second() - KEEP.as_secs()],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn memory() -> Connection {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(SCHEMA).unwrap();
        db
    }

    #[test]
    fn only_the_window_is_kept_for_each_person() {
        let db = memory();
        for n in 0..10 {
            keep(&db, "ada", &format!("q{n}"), &format!("a{n}"), 4, at(n)).unwrap();
        }
        keep(&db, "bob", "q", "a", 4, at(0)).unwrap();
        let recalled = recall(&db, "ada", 4).unwrap();
        let contents: Vec<&str> = recalled.iter().map(|m| m["content"].as_str().unwrap()).collect();
        assert_eq!(contents, ["q8", "a8", "q9", "a9"]);
        let rows: u32 = db.query_row("SELECT count(*) FROM said", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 6);
        assert!(recall(&db, "ada", 0).unwrap().is_empty());
    }

    #[test]
    fn long_messages_push_older_ones_out_of_the_question() {
        let db = memory();
        keep(&db, "ada", "old", "old", 20, at(0)).unwrap();
        keep(&db, "ada", "new", &"x".repeat(MAX_BYTES - 10), 20, at(1)).unwrap();
        assert_eq!(recall(&db, "ada", 20).unwrap().len(), 4);
        keep(&db, "ada", &"y".repeat(100), "newest", 20, at(2)).unwrap();
        assert_eq!(recall(&db, "ada", 20).unwrap().len(), 2);
    }

    #[test]
    fn forgetting_is_complete() {
        let db = memory();
        keep(&db, "ada", "q", "a", 20, at(0)).unwrap();
        keep(&db, "bob", "q", "a", 20, at(0)).unwrap();
        forget(&db, "ada").unwrap();
        assert!(recall(&db, "ada", 20).unwrap().is_empty());
        prune(&db, at(29 * 86_400)).unwrap();
        assert_eq!(recall(&db, "bob", 20).unwrap().len(), 2);
        prune(&db, at(31 * 86_400)).unwrap();
        assert!(recall(&db, "bob", 20).unwrap().is_empty());
    }
}
