//! The appointments and the steps of conversations, in the assistant's own database.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Result, params};

/// Most appointments ahead for one person, so that nobody can fill the calendar.
pub const MAX_AHEAD: i64 = 3;
/// How long an appointment is kept after its date, and a step after its last change.
const KEEP: SignedDuration = SignedDuration::from_hours(30 * 24);

/// `slot` is UNIQUE: the database itself makes a double booking impossible.
pub const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS booking (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  slot INTEGER NOT NULL UNIQUE,     -- start, unix seconds
  person TEXT NOT NULL,
  made INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS booking_person ON booking (person, slot);
CREATE TABLE IF NOT EXISTS step (
  person TEXT PRIMARY KEY,
  step TEXT NOT NULL,
  since INTEGER NOT NULL
);
";

/// An appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appointment {
    /// Its number.
    pub id: i64,
    /// Its start.
    pub slot: Timestamp,
}

/// What came of asking for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is this person's now.
    Booked(i64),
    /// It was this person's already.
    AlreadyYours(i64),
    /// Somebody else has it.
    Taken,
    /// The person has as many as one may have.
    TooMany,
    /// The appointment to move is not there any more.
    Gone,
}

/// Books `slot` for `person`, or moves the appointment `moving` there.
pub fn book(
    db: &Connection,
    person: &str,
    slot: Timestamp,
    moving: Option<i64>,
    now: Timestamp,
) -> Result<Outcome> {
    if moving.is_none() && count_ahead(db, person, now)? >= MAX_AHEAD {
        return Ok(held(db, person, slot)?.map_or(Outcome::TooMany, Outcome::AlreadyYours));
    }
    let tried = match moving {
        None => db.execute(
            "INSERT INTO booking (slot, person, made) VALUES (?, ?, ?)",
            params![slot.as_second(), person, now.as_second()],
        ),
        Some(id) => db.execute(
            "UPDATE booking SET slot = ? WHERE id = ? AND person = ?",
            params![slot.as_second(), id, person],
        ),
    };
    match tried {
        Ok(0) => Ok(Outcome::Gone),
        Ok(_) => Ok(Outcome::Booked(moving.unwrap_or_else(|| db.last_insert_rowid()))),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Ok(held(db, person, slot)?.map_or(Outcome::Taken, Outcome::AlreadyYours))
        }
        Err(error) => Err(error),
    }
}

/// The appointment by which this person has this time.
pub(crate) fn held(db: &Connection, person: &str, slot: Timestamp) -> Result<Option<i64>> {
    let sql = "SELECT id FROM booking WHERE slot = ? AND person = ?";
    db.query_row(sql, params![slot.as_second(), person], |row| row.get(0)).optional()
}

fn count_ahead(db: &Connection, person: &str, now: Timestamp) -> Result<i64> {
    let sql = "SELECT count(*) FROM booking WHERE person = ? AND slot > ?";
    db.query_row(sql, params![person, now.as_second()], |row| row.get(0))
}

/// Frees the person's appointment; its time, or `None` when there is no such thing.
pub fn cancel(db: &Connection, person: &str, id: i64) -> Result<Option<Timestamp>> {
    let sql = "DELETE FROM booking WHERE id = ? AND person = ? RETURNING slot";
    db.query_row(sql, params![id, person], |row| time(row.get(0)?)).optional()
}

/// The person's appointments from `now` on.
pub fn ahead(db: &Connection, person: &str, now: Timestamp) -> Result<Vec<Appointment>> {
    let mut query =
        db.prepare("SELECT id, slot FROM booking WHERE person = ? AND slot > ? ORDER BY slot")?;
    let rows = query.query_map(params![person, now.as_second()], |row| {
        Ok(Appointment { id: row.get(0)?, slot: time(row.get(1)?)? })
    })?;
    rows.collect()
}

/// Those of `slots` that nobody has.
pub fn free(db: &Connection, slots: Vec<Timestamp>) -> Result<Vec<Timestamp>> {
    let mut query = db.prepare("SELECT EXISTS (SELECT 1 FROM booking WHERE slot = ?)")?;
    let mut free = Vec::new();
    for slot in slots {
        if !query.query_row([slot.as_second()], |row| row.get::<_, bool>(0))? {
            free.push(slot);
        }
    }
    Ok(free)
}

/// The step this person is at, as it was kept.
pub(crate) fn step(db: &Connection, person: &str) -> Result<Option<String>> {
    db.query_row("SELECT step FROM step WHERE person = ?", [person], |row| row.get(0)).optional()
}

/// Keeps the step.
pub(crate) fn keep_step(db: &Connection, person: &str, step: &str, now: Timestamp) -> Result<()> {
    db.execute(
        "INSERT INTO step (person, step, since) VALUES (?, ?, ?)
         ON CONFLICT (person) DO UPDATE SET step = excluded.step, since = excluded.since",
        params![person, step, now.as_second()],
    )?;
    Ok(())
}

/// Deletes what the privacy page promises to delete.
pub(crate) fn prune(db: &Connection, now: Timestamp) -> Result<()> {
    let before = now.as_second() - KEEP.as_secs();
    db.execute("DELETE FROM booking WHERE slot < ?", [before])?;
    db.execute("DELETE FROM step WHERE since < ?", [before])?;
    Ok(())
}

fn time(seconds: i64) -> Result<Timestamp> {
    Timestamp::from_second(seconds)
        .map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::time::Duration;

    const NOW: i64 = 1_790_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(NOW + seconds).unwrap()
    }

    fn open(path: &std::path::Path) -> Connection {
        let db = Connection::open(path).unwrap();
        db.busy_timeout(Duration::from_secs(20)).unwrap();
        db.execute_batch(SCHEMA).unwrap();
        db
    }

    fn memory() -> Connection {
        open(std::path::Path::new(":memory:"))
    }

    #[test]
    fn of_many_at_once_exactly_one_gets_the_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("book.sqlite");
        open(&path).pragma_update(None, "journal_mode", "WAL").unwrap();
        for round in 0..10 {
            let barrier = Barrier::new(8);
            let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..8)
                    .map(|n| {
                        let (path, barrier) = (&path, &barrier);
                        scope.spawn(move || {
                            let db = open(path);
                            barrier.wait();
                            let person = format!("phone:{round}-{n}");
                            book(&db, &person, at(3600 * (round + 1)), None, at(0)).unwrap()
                        })
                    })
                    .collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let booked = outcomes.iter().filter(|o| matches!(o, Outcome::Booked(_))).count();
            let taken = outcomes.iter().filter(|o| **o == Outcome::Taken).count();
            assert_eq!((booked, taken), (1, 7), "{outcomes:?}");
        }
    }

    #[test]
    fn only_ones_own_can_be_cancelled_or_moved() {
        let db = memory();
        let Outcome::Booked(id) = book(&db, "ada", at(60), None, at(0)).unwrap() else { panic!() };
        assert_eq!(cancel(&db, "bob", id).unwrap(), None);
        assert_eq!(book(&db, "bob", at(90), Some(id), at(0)).unwrap(), Outcome::Gone);
        assert_eq!(book(&db, "ada", at(60), None, at(0)).unwrap(), Outcome::AlreadyYours(id));
        assert_eq!(book(&db, "ada", at(90), Some(id), at(0)).unwrap(), Outcome::Booked(id));
        assert_eq!(ahead(&db, "ada", at(0)).unwrap(), [Appointment { id, slot: at(90) }]);
        assert_eq!(cancel(&db, "ada", id).unwrap(), Some(at(90)));
        assert_eq!(free(&db, vec![at(60), at(90)]).unwrap().len(), 2);
    }

    #[test]
    fn a_move_onto_a_taken_time_changes_nothing() {
        let db = memory();
        let Outcome::Booked(id) = book(&db, "ada", at(60), None, at(0)).unwrap() else { panic!() };
        book(&db, "bob", at(90), None, at(0)).unwrap();
        assert_eq!(book(&db, "ada", at(90), Some(id), at(0)).unwrap(), Outcome::Taken);
        assert_eq!(ahead(&db, "ada", at(0)).unwrap()[0].slot, at(60));
    }

    #[test]
    fn nobody_fills_the_calendar() {
        let db = memory();
        for n in 1..=MAX_AHEAD {
            assert!(matches!(book(&db, "ada", at(n * 60), None, at(0)), Ok(Outcome::Booked(_))));
        }
        assert_eq!(book(&db, "ada", at(999), None, at(0)).unwrap(), Outcome::TooMany);
        assert!(matches!(book(&db, "ada", at(60), None, at(0)), Ok(Outcome::AlreadyYours(_))));
        assert!(matches!(book(&db, "ada", at(999), None, at(61)), Ok(Outcome::Booked(_))));
    }

    #[test]
    fn old_appointments_are_deleted_when_promised() {
        let db = memory();
        book(&db, "ada", at(60), None, at(0)).unwrap();
        keep_step(&db, "ada", "{}", at(0)).unwrap();
        prune(&db, at(29 * 86_400)).unwrap();
        assert!(step(&db, "ada").unwrap().is_some());
        prune(&db, at(31 * 86_400)).unwrap();
        assert!(step(&db, "ada").unwrap().is_none());
        assert_eq!(free(&db, vec![at(60)]).unwrap().len(), 1);
    }
}
