//! What only this engine can get wrong: migrations, full disks, file modes, what stays in files.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use exchange::id::PersonId;
use exchange::message::{Author, Content, Message};

use super::open::open_writer;
use super::schema::{self, MIGRATIONS};
use super::write::SqliteWriter;
use super::{FILE, Options};
use crate::conformance::samples::{NOON, conversation, message};
use crate::row::Person;
use crate::{Error, Op, Writer};

fn open(dir: &Path, steps: &[&str]) -> Result<SqliteWriter, Error> {
    open_writer(dir, Options::default(), steps)
}

fn person(id: u64) -> Op {
    Op::Person(Person { id: PersonId(id), since: NOON, user_handle: vec![] })
}

fn with_steps<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [MIGRATIONS, more].concat()
}

/// A step that changes what rows look like, as a real one would.
const NEXT: &str = "ALTER TABLE person ADD COLUMN colour TEXT NOT NULL DEFAULT 'none';
    UPDATE person SET colour = 'blue' WHERE id = 1;";

#[test]
fn an_older_store_is_migrated_with_its_data() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path(), MIGRATIONS).unwrap().commit(&[person(1), person(2)]).unwrap();
    let steps = with_steps(&[NEXT, "CREATE TABLE more (id INTEGER PRIMARY KEY)"]);
    for _ in 0..2 {
        let mut writer = open(dir.path(), &steps).unwrap();
        let connection = writer.connection();
        assert_eq!(schema::version(connection).unwrap() as usize, MIGRATIONS.len() + 2);
        let colours: String = connection
            .query_row("SELECT group_concat(colour) FROM person", [], |row| row.get(0))
            .unwrap();
        assert_eq!(colours, "blue,none");
        assert_eq!(writer.last_batch().unwrap(), 1);
        assert!(writer.read().person(PersonId(2)).unwrap().is_some());
    }
}

#[test]
fn a_step_that_fails_leaves_the_step_before() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path(), MIGRATIONS).unwrap().commit(&[person(1)]).unwrap();
    let bad = with_steps(&["CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1);"]);
    assert!(open(dir.path(), &bad).is_err());
    let writer = open(dir.path(), MIGRATIONS).unwrap();
    assert!(writer.connection().prepare("SELECT * FROM half").is_err());
    assert!(writer.read().person(PersonId(1)).unwrap().is_some());
}

#[test]
fn a_newer_file_is_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path(), &with_steps(&[NEXT])).unwrap().commit(&[person(1)]).unwrap();
    let file = dir.path().join(FILE);
    // As that version might have: our settings would change the file.
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).unwrap();
    drop(connection);
    let before = std::fs::read(&file).unwrap();
    assert!(matches!(open(dir.path(), MIGRATIONS), Err(Error::TooNew { .. })));
    assert!(std::fs::read(&file).unwrap() == before);
}

#[test]
fn something_else_is_not_a_store() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(FILE), "a text about storage ".repeat(100)).unwrap();
    assert!(open(dir.path(), MIGRATIONS).is_err());
}

/// A disk that is full makes commits fail and nothing else; with room again it goes on.
#[test]
fn a_full_disk_is_survived() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = open(dir.path(), MIGRATIONS).unwrap();
    let pages: u32 =
        writer.connection().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    let allow = |writer: &SqliteWriter, pages: u32| {
        let sql = format!("PRAGMA max_page_count = {pages}");
        writer.connection().query_row(&sql, [], |row| row.get::<_, u32>(0)).unwrap();
    };
    allow(&writer, pages);
    let it = conversation(1, 1, 1);
    let many: Vec<Op> =
        (1..=1000).map(|seq| Op::Message(it.id, message(seq, Author::Person))).collect();
    for _ in 0..3 {
        let Err(Error::Engine(text)) = writer.commit(&many) else { panic!("there was room") };
        assert!(text.contains("full"), "{text}");
        assert_eq!(writer.last_batch().unwrap(), 0);
    }
    assert_eq!(writer.commit(&[person(1)]).unwrap(), 1);
    allow(&writer, pages + 1000);
    assert_eq!(writer.commit(&many).unwrap(), 2);
}

/// A connection that is stuck inside a transaction is replaced.
#[test]
fn a_writer_stuck_in_a_transaction_recovers() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = open(dir.path(), MIGRATIONS).unwrap();
    writer.commit(&[person(1)]).unwrap();
    writer.connection().execute_batch("BEGIN; DELETE FROM person").unwrap();
    assert!(writer.commit(&[person(2)]).is_err());
    assert_eq!(writer.last_batch().unwrap(), 1);
    assert!(writer.read().person(PersonId(1)).unwrap().is_some());
    assert_eq!(writer.commit(&[person(2)]).unwrap(), 2);
}

#[test]
fn only_the_owner_can_look() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("a/b");
    let mut writer = open(&data, MIGRATIONS).unwrap();
    writer.commit(&[person(1)]).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    let names: Vec<_> =
        std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(names.len(), 4, "the file, its log, its index, the lock: {names:?}");
    for name in names {
        assert_eq!(mode(&name), 0o600, "{}", name.display());
    }
}

/// Not only unreachable but overwritten, once the log has been copied back.
#[test]
fn erased_words_are_gone_from_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let words = "once upon a midnight dreary ";
    let contains = |expected: bool| {
        let bytes = std::fs::read(dir.path().join(FILE)).unwrap();
        let found = bytes.windows(words.len()).any(|window| window == words.as_bytes());
        assert_eq!(found, expected);
        assert!(!dir.path().join(format!("{FILE}-wal")).exists());
    };
    let it = conversation(1, 1, 1);
    let mut ops = vec![Op::Conversation(it.clone())];
    // Of all lengths, so that some are in leaves, some in overflow pages.
    ops.extend((1..=60).map(|seq| {
        let content = Content::Text { body: words.repeat(seq as usize), preview_url: false };
        Op::Message(it.id, Message { content, ..message(seq, Author::Person) })
    }));
    open(dir.path(), MIGRATIONS).unwrap().commit(&ops).unwrap();
    contains(true);
    open(dir.path(), MIGRATIONS).unwrap().commit(&[Op::ErasePerson(PersonId(1))]).unwrap();
    contains(false);
}
