//! Grounds to test on.
#![allow(dead_code, reason = "not every test needs everything")]
#![allow(clippy::unwrap_used, reason = "for tests")]

use std::path::PathBuf;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use store::conformance::Ground;
use store::{Error, Store};

/// SQLite in a directory that goes when the test does.
pub struct SqliteGround(tempfile::TempDir);

impl SqliteGround {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn dir(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn file(&self) -> PathBuf {
        self.dir().join(store::sqlite::FILE)
    }

    fn connection(&self) -> Connection {
        Connection::open(self.file()).unwrap()
    }
}

impl Ground for SqliteGround {
    fn open(&self) -> Result<Store, Error> {
        store::sqlite::open(&self.dir())
    }

    fn dump(&self) -> Vec<String> {
        dump(&self.connection())
    }

    fn age(&self) -> u32 {
        let connection = self.connection();
        let version: u32 =
            connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        connection.pragma_update(None, "user_version", version + 1).unwrap();
        version + 1
    }
}

/// Every row of every table.
pub fn dump(connection: &Connection) -> Vec<String> {
    let mut tables =
        connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let tables: Vec<String> =
        tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut rows = Vec::new();
    for table in tables {
        let mut all = connection.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns = all.column_count();
        let mut found = all.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            let values = (0..columns).map(|at| text(row.get_ref(at).unwrap()));
            rows.push(format!("{table}: {}", values.collect::<Vec<_>>().join(" | ")));
        }
    }
    rows
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}
