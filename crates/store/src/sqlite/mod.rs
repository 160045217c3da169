//! The embedded engine: SQLite, one file `strowger.db`, one writer with group commit, readers
//! with connections of their own.
//!
//! * [`open`] – lock, library and file-system checks, settings, migrations;
//! * `schema` – tables, and what each number in them means;
//! * `write` – the transaction; `ops` – the SQL of each op;
//! * `read` – the reads; `rows` – from columns to rows;
//! * `encode` – numbers and JSON.

mod encode;
mod mounts;
mod open;
mod ops;
mod read;
mod rows;
mod schema;
mod shelf;
#[cfg(test)]
mod tests;
mod write;

pub use open::{FILE, Options, open, open_with};

use crate::Error;

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Engine(error.to_string())
    }
}
