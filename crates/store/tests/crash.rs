//! Killed at any point, the store has every batch it told of, whole, and nothing is broken.
//!
//! The test runs itself as a child that commits batches and prints each number once it is told;
//! the parent kills it (SIGKILL) and looks, or lets the next child go on from what the crash left. (This proves the order of writes and recovery; that a flush
//! reaches the disk needs a machine that loses power.)

#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use exchange::conversation::Conversation;
use exchange::delivery::{End, Kind};
use exchange::id::{AssistantId, DeliveryId, Seq};
use exchange::message::Author;
use rusqlite::Connection;
use store::conformance::samples::{NOON, conversation, message, owed, settled};
use store::sqlite::{FILE, Options, open, open_with};
use store::{Error, Op, Reader, Store};

const DIR: &str = "STROWGER_TEST_CRASH_DIR";
const CHECKPOINT: &str = "STROWGER_TEST_CRASH_CHECKPOINT";
const ROUNDS: u64 = 16;
const CONVERSATIONS: u64 = 5;

fn conversations() -> Vec<Conversation> {
    (1..=CONVERSATIONS).map(|n| conversation(n, n, 1 + n % 2)).collect()
}

/// Batch `number`: a message everywhere with its obligation; what was owed before is settled.
fn batch(number: u32) -> Vec<Op> {
    let mut ops = vec![Op::Setting("batch", number.to_le_bytes().to_vec())];
    for (n, it) in (0..).zip(conversations()) {
        let id = |batch: u32| u64::from(batch) * CONVERSATIONS + n;
        if number == 1 {
            ops.push(Op::Conversation(it.clone()));
        } else {
            let before = owed(id(number - 1), &it, number - 1, Kind::Message);
            ops.push(Op::Settle(settled(&before, End::Delivered, NOON)));
        }
        ops.push(Op::Message(it.id, message(number, Author::Person)));
        ops.push(Op::Owe(owed(id(number), &it, number, Kind::Message)));
    }
    ops
}

#[test]
#[ignore = "the child of the test below"]
fn child() {
    let Ok(dir) = std::env::var(DIR) else { return };
    let checkpoint_pages = std::env::var(CHECKPOINT).unwrap().parse().unwrap();
    let options = Options { checkpoint_pages, ..Options::default() };
    let mut store = open_with(Path::new(&dir), options).unwrap();
    let mut number = u32::try_from(store.writer.last_batch().unwrap()).unwrap();
    println!("open {number}");
    loop {
        number += 1;
        assert_eq!(store.writer.commit(&batch(number)).unwrap(), u64::from(number));
        println!("batch {number}");
    }
}

fn start(dir: &Path, checkpoint_pages: u32) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(DIR, dir)
        .env(CHECKPOINT, checkpoint_pages.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Kills the child some time after it has told of `more` batches; the last one it told of. It
/// has to go on from what was `told` before.
fn kill_after(mut child: Child, dir: &Path, told: u64, more: u64, spin: u64) -> u64 {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (mut last, mut seen) = (0, 0);
    for line in lines {
        let line = line.unwrap();
        let mut words = line.split(' ').skip_while(|word| !["open", "batch"].contains(word));
        let (Some(_), Some(number)) = (words.next(), words.next()) else { continue };
        last = number.parse().unwrap();
        seen += 1;
        if seen == 1 {
            assert!(last >= told, "told of {told}, the next one found {last}");
            assert!(matches!(open(dir), Err(Error::InUse)), "two processes with one store");
        }
        if seen == more {
            for _ in 0..spin {
                std::hint::spin_loop();
            }
            // What it tells until it is dead is read, too: the loop ends with the pipe.
            child.kill().unwrap();
        }
    }
    assert!(!child.wait().unwrap().success(), "it was killed");
    assert!(seen >= more);
    last
}

fn check(store: &mut Store, dir: &Path, told: u64) {
    let last = store.writer.last_batch().unwrap();
    assert!(last >= told, "told of {told}, found {last}");
    let number = u32::try_from(last).unwrap();
    let read = store.writer.read();
    let setting = read.setting("batch").unwrap().unwrap_or(vec![0; 4]);
    assert_eq!(setting, number.to_le_bytes());
    for it in conversations() {
        let all = read.messages(it.id, Seq(0), Seq(u32::MAX), u32::MAX, false).unwrap();
        let expected: Vec<_> = (1..=number).map(|seq| message(seq, Author::Person)).collect();
        assert!(all == expected, "messages have a hole");
    }
    check_deliveries(read, last);
    let connection = Connection::open(dir.join(FILE)).unwrap();
    let sound: String =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
}

/// Owed: those of the last batch; ended: those of all before.
fn check_deliveries(read: &dyn Reader, last: u64) {
    let owed = read.owed((AssistantId(0), DeliveryId(0)), u32::MAX).unwrap();
    let expected = if last == 0 { 0 } else { CONVERSATIONS };
    assert_eq!(owed.len() as u64, expected);
    assert!(owed.iter().all(|it| u64::from(it.seq.0) == last));
    let ended: usize = [AssistantId(1), AssistantId(2)]
        .map(|to| read.deliveries(to, None, DeliveryId(u64::MAX), u32::MAX).unwrap().len())
        .into_iter()
        .sum();
    assert_eq!(ended as u64, last * CONVERSATIONS);
}

#[test]
fn what_was_told_survives_a_kill_at_any_point() {
    let dir = tempfile::tempdir().unwrap();
    let (mut chance, mut told) = (42u64, 0);
    for round in 1..=ROUNDS {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(round);
        // A log so short that the kill may come in the midst of copying it back, too.
        let checkpoint_pages = if chance >> 63 == 0 { 65_536 } else { 20 };
        let (more, spin) = (1 + (chance >> 33) % 40, (chance >> 40) % 200_000);
        told = kill_after(start(dir.path(), checkpoint_pages), dir.path(), told, more, spin);
        if round % 3 == 0 {
            check(&mut open(dir.path()).unwrap(), dir.path(), told);
        }
    }
}
