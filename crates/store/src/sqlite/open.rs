//! Opening: everything that makes a store unusable is found here, before anything is written.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::read::SqliteReader;
use super::write::SqliteWriter;
use super::{mounts, schema};
use crate::{Error, Reader, Store};

/// The file in the store's directory.
pub const FILE: &str = "strowger.db";
/// Beside it; locked as long as a writer lives.
const LOCK: &str = "lock";
/// The first library without the WAL-reset bug (3.7.0 to 3.51.2 could corrupt a file).
const OLDEST_LIBRARY: i32 = 3_051_003;
/// What one page takes in the log; the log file is cut to as many after a copy.
const PAGE_AND_FRAME_BYTES: u64 = 4096 + 24;
const BUSY_TIMEOUT_MS: u32 = 5_000;
/// Page cache of one reader, KiB: it reads a few pages at a time.
const READER_CACHE_KIB: u32 = 8 * 1024;
/// More than there are different statements, so that none is ever prepared twice.
const STATEMENTS: usize = 96;

/// What an operator may set.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Page cache of the writer, KiB.
    pub cache_kib: u32,
    /// Pages (4 KiB) in the write-ahead log before the writer copies them back to the file. Rare
    /// copies write hot pages back once instead of again and again; the log takes that much disk.
    pub checkpoint_pages: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { cache_kib: 256 * 1024, checkpoint_pages: 65_536 }
    }
}

/// Opens the store in a directory, which is made (mode 0700) if it is not there, with the default
/// options.
///
/// # Errors
/// [`Error::InUse`], [`Error::TooNew`], [`Error::Unusable`]; nothing was changed then.
pub fn open(dir: &Path) -> Result<Store, Error> {
    open_with(dir, Options::default())
}

/// The same with options.
///
/// # Errors
/// As [`open`].
pub fn open_with(dir: &Path, options: Options) -> Result<Store, Error> {
    let writer = Box::new(open_writer(dir, options, schema::MIGRATIONS)?);
    let file = writer.file().to_owned();
    let readers = Box::new(move || -> Result<Box<dyn Reader>, Error> {
        Ok(Box::new(SqliteReader::new(connect_reader(&file)?)))
    });
    Ok(Store { writer, readers })
}

/// The writer, of a version with these steps.
pub(super) fn open_writer(
    dir: &Path,
    options: Options,
    steps: &[&str],
) -> Result<SqliteWriter, Error> {
    if rusqlite::version_number() < OLDEST_LIBRARY {
        let found = rusqlite::version();
        return Err(Error::Unusable(format!("SQLite {found} is older than 3.51.3")));
    }
    let unusable = |what: &str, error: std::io::Error| {
        Error::Unusable(format!("{what} {}: {error}", dir.display()))
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|error| unusable("cannot make the directory", error))?;
    let dir = dir.canonicalize().map_err(|error| unusable("cannot resolve", error))?;
    if let Some(kind) = mounts::network_kind(&dir) {
        return Err(Error::Unusable(format!(
            "{} is on a network file system ({kind}), which cannot keep the promises of locks and \
             flushes; use a local disk",
            dir.display()
        )));
    }
    let lock = Lock::take(&dir)?;
    let file = dir.join(FILE);
    refuse_newer(&file, steps)?;
    owner_only(&file).map_err(|error| unusable("cannot make the file in", error))?;
    let mut connection = connect(&file, options)?;
    schema::migrate(&mut connection, steps)?;
    Ok(SqliteWriter::new(connection, file, options, lock))
}

/// The lock file, locked. The operating system lets go when the process ends, however it ends.
pub(super) struct Lock(#[expect(dead_code, reason = "holds the lock")] File);

impl Lock {
    fn take(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(LOCK);
        let file = open_owner_only(&path)
            .map_err(|error| Error::Unusable(format!("{}: {error}", path.display())))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(Error::InUse),
            Err(TryLockError::Error(error)) => {
                Err(Error::Unusable(format!("{} cannot be locked: {error}", path.display())))
            }
        }
    }
}

fn open_owner_only(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(path)
}

/// Makes the file before SQLite does, because SQLite would let the group and others read it. Its
/// companions (`-wal`, `-shm`) take its mode.
fn owner_only(file: &Path) -> std::io::Result<()> {
    open_owner_only(file).map(drop)
}

/// A look that writes nothing: a newer version's file is left as it is.
fn refuse_newer(file: &Path, steps: &[&str]) -> Result<(), Error> {
    if !file.exists() {
        return Ok(());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let found = schema::version(&Connection::open_with_flags(file, flags)?)?;
    let known = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    if found > known { Err(Error::TooNew { found, known }) } else { Ok(()) }
}

/// The writer's connection.
pub(super) fn connect(file: &Path, options: Options) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let Options { cache_kib, checkpoint_pages } = options;
    let log_bytes = u64::from(checkpoint_pages) * PAGE_AND_FRAME_BYTES;
    // FULL: the log is flushed at every commit (guarantee 2). secure_delete: erased words do not
    // stay in free pages; older images of these pages do stay in the log until it has gone
    // round once, or until a clean stop.
    connection.execute_batch(&format!(
        "PRAGMA busy_timeout = {BUSY_TIMEOUT_MS};
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA wal_autocheckpoint = {checkpoint_pages};
         PRAGMA journal_size_limit = {log_bytes};
         PRAGMA cache_size = -{cache_kib};
         PRAGMA mmap_size = 0;
         PRAGMA temp_store = MEMORY;
         PRAGMA secure_delete = ON;"
    ))?;
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(Error::Unusable(format!("write-ahead logging is refused here ({mode})")));
    }
    Ok(connection)
}

/// A reader's connection: it cannot write, whatever it is asked.
fn connect_reader(file: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch(&format!(
        "PRAGMA busy_timeout = {BUSY_TIMEOUT_MS};
         PRAGMA query_only = ON;
         PRAGMA cache_size = -{READER_CACHE_KIB};
         PRAGMA mmap_size = 0;
         PRAGMA temp_store = MEMORY;"
    ))?;
    Ok(connection)
}
