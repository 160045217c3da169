//! The transaction.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::encode::{corrupt, number};
use super::open::{self, Lock, Options};
use super::ops;
use super::read::SqliteReader;
use crate::{Batch, Error, Op, Reader, Writer};

/// The one writer; it holds the lock as long as it lives.
pub(super) struct SqliteWriter {
    // Before the lock: fields are dropped in this order, and the file is closed first.
    reader: SqliteReader,
    file: PathBuf,
    options: Options,
    /// A commit ended with an error: what is on disk may be more than what is in force.
    doubt: bool,
    _lock: Lock,
}

impl SqliteWriter {
    pub(super) fn new(connection: Connection, file: PathBuf, options: Options, lock: Lock) -> Self {
        Self { reader: SqliteReader::new(connection), file, options, doubt: false, _lock: lock }
    }

    pub(super) fn connection(&self) -> &Connection {
        self.reader.connection()
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    fn transact(&self, batch: &Batch) -> Result<u64, Error> {
        self.run("BEGIN IMMEDIATE")?;
        for op in batch {
            ops::apply(self.connection(), op)?;
        }
        let newest = batch.iter().map(newest_delivery).max().unwrap_or(0);
        let number: i64 = self
            .connection()
            .prepare_cached(
                "UPDATE batch SET number = number + 1, last_delivery = max(last_delivery, ?1)
                 WHERE one = 1 RETURNING number",
            )?
            .query_row(params![number(newest)?], |row| row.get(0))?;
        self.run("COMMIT")?;
        u64::try_from(number).map_err(|_| corrupt("batch"))
    }

    fn run(&self, sql: &str) -> Result<(), Error> {
        self.connection().prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    /// Ends a transaction that failed and, when the connection is not clear of it, takes a new
    /// one.
    fn recover(&mut self) -> Result<(), Error> {
        if !self.connection().is_autocommit() {
            let _ = self.run("ROLLBACK");
        }
        if !self.connection().is_autocommit() {
            self.reader = SqliteReader::new(open::connect(&self.file, self.options)?);
        }
        Ok(())
    }

    /// After a commit that failed while it was written, its pages may all be in the log without
    /// being in force; a crash before the next commit would bring them back. A commit that
    /// changes nothing takes their place and makes "it did not happen" true for good.
    fn dispel(&mut self) -> Result<(), Error> {
        if !self.doubt {
            return Ok(());
        }
        self.recover()?;
        self.run("UPDATE batch SET number = number")?;
        self.doubt = false;
        Ok(())
    }
}

fn newest_delivery(op: &Op) -> u64 {
    match op {
        Op::Owe(owed) => owed.id.0,
        Op::Settle(settled) => settled.owed.id.0,
        _ => 0,
    }
}

impl Writer for SqliteWriter {
    fn commit(&mut self, batch: &Batch) -> Result<u64, Error> {
        self.dispel()?;
        self.transact(batch).inspect_err(|_| {
            self.doubt = true;
            // If this fails too, `dispel` tries again before anything else is done.
            let _ = self.recover();
        })
    }

    fn last_batch(&mut self) -> Result<u64, Error> {
        self.dispel()?;
        let number: i64 =
            self.connection().query_row("SELECT number FROM batch", [], |row| row.get(0))?;
        u64::try_from(number).map_err(|_| corrupt("batch"))
    }

    fn read(&self) -> &dyn Reader {
        &self.reader
    }
}
