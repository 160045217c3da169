//! Batches: guarantees 1 to 6.

use std::sync::atomic::{AtomicBool, Ordering};

use exchange::delivery::{End, Kind};
use exchange::id::{AssistantId, DeliveryId, PersonId, Seq};
use exchange::message::Author;

use super::samples::{NOON, conversation, conversation_id, message, owed, settled};
use super::{Ground, after};
use crate::faulty::{Fault, Faults, Faulty};
use crate::row::Person;
use crate::{Error, Op, Reader, Writer};

const START: (AssistantId, DeliveryId) = (AssistantId(0), DeliveryId(0));

fn person(id: u64) -> Op {
    Op::Person(Person { id: PersonId(id), since: NOON, user_handle: vec![1, 2] })
}

fn places(reader: &dyn Reader, of: u64) -> Vec<u32> {
    let all = reader.messages(conversation_id(of), Seq(0), Seq(u32::MAX), u32::MAX, false);
    all.unwrap().iter().map(|message| message.seq.0).collect()
}

/// Nothing is found, nothing is an error.
pub fn a_new_store_is_empty(ground: &dyn Ground) {
    let mut store = ground.open().unwrap();
    assert_eq!(store.writer.last_batch().unwrap(), 0);
    let read = (store.readers)().unwrap();
    assert_eq!(read.assistants().unwrap(), []);
    assert_eq!(read.person(PersonId(1)).unwrap(), None);
    assert_eq!(read.conversation(conversation_id(1)).unwrap(), None);
    assert_eq!(read.owed(START, 10).unwrap(), []);
    assert_eq!(read.last_delivery().unwrap(), DeliveryId(0));
    assert_eq!(read.last_showing().unwrap(), 0);
    assert_eq!(read.facts(0, 10).unwrap(), []);
    assert_eq!(read.setting("x").unwrap(), None);
}

/// By the writer, by a reader made before, and by one made after.
pub fn what_is_committed_is_read(ground: &dyn Ground) {
    let mut store = ground.open().unwrap();
    let early = (store.readers)().unwrap();
    assert_eq!(early.person(PersonId(1)).unwrap(), None);
    assert_eq!(store.writer.commit(&[person(1)]).unwrap(), 1);
    let late = (store.readers)().unwrap();
    for read in [store.writer.read(), &*early, &*late] {
        assert!(read.person(PersonId(1)).unwrap().is_some());
    }
}

/// Later ops see earlier ones; an empty batch counts.
pub fn a_batch_happens_in_order(ground: &dyn Ground) {
    let it = conversation(1, 1, 1);
    let duty = owed(1, &it, 1, Kind::Message);
    let batch = [
        Op::Setting("x", b"first".to_vec()),
        Op::Conversation(it),
        Op::Owe(duty),
        Op::Settle(settled(&duty, End::Delivered, NOON)),
        Op::Setting("x", b"second".to_vec()),
    ];
    let mut store = ground.open().unwrap();
    assert_eq!(store.writer.commit(&batch).unwrap(), 1);
    assert_eq!(store.writer.commit(&[]).unwrap(), 2);
    assert_eq!(store.writer.last_batch().unwrap(), 2);
    let read = store.writer.read();
    assert_eq!(read.setting("x").unwrap().unwrap(), b"second");
    assert_eq!(read.owed(START, 10).unwrap(), []);
    assert!(read.delivery(duty.assistant, duty.id).unwrap().is_some());
}

/// The last op of the batch breaks the order of messages; what came before it did not happen,
/// and the writer goes on.
pub fn a_batch_that_fails_leaves_nothing(ground: &dyn Ground) {
    let mut store = ground.open().unwrap();
    let it = conversation(1, 1, 1);
    let taken = Op::Message(it.id, message(1, Author::Person));
    store.writer.commit(&[Op::Conversation(it.clone()), taken.clone()]).unwrap();
    let bad = [
        person(7),
        Op::Message(it.id, message(2, Author::Person)),
        Op::Owe(owed(9, &it, 2, Kind::Message)),
        taken,
    ];
    for _ in 0..3 {
        assert!(matches!(store.writer.commit(&bad), Err(Error::Engine(_))));
        assert_eq!(store.writer.last_batch().unwrap(), 1);
        for read in [store.writer.read(), &*(store.readers)().unwrap()] {
            assert_eq!(read.person(PersonId(7)).unwrap(), None);
            assert_eq!(places(read, 1), [1]);
            assert_eq!(read.owed(START, 10).unwrap(), []);
            assert_eq!(read.last_delivery().unwrap(), DeliveryId(0));
        }
    }
    assert_eq!(store.writer.commit(&bad[..3]).unwrap(), 2);
    assert_eq!(places(store.writer.read(), 1), [1, 2]);
}

/// What was committed is there when the store is opened again, and the count goes on.
pub fn a_batch_survives_reopening(ground: &dyn Ground) {
    for round in 1..=3 {
        let mut store = ground.open().unwrap();
        assert_eq!(store.writer.last_batch().unwrap(), round - 1);
        assert_eq!(store.writer.commit(&[person(round)]).unwrap(), round);
    }
    let store = ground.open().unwrap();
    for id in 1..=3 {
        assert!(store.writer.read().person(PersonId(id)).unwrap().is_some());
    }
}

/// Both faces of a failure look alike; `last_batch` tells them apart.
pub fn a_lost_answer_is_found_again(ground: &dyn Ground) {
    let (store, faults) = (ground.open().unwrap(), Faults::default());
    let mut writer = Faulty::new(store.writer, faults.clone());
    assert_eq!(writer.commit(&[person(1)]).unwrap(), 1);
    faults.fail_next(Fault::Before);
    assert!(writer.commit(&[person(2)]).is_err());
    assert_eq!(writer.last_batch().unwrap(), 1);
    faults.fail_next(Fault::After);
    assert!(writer.commit(&[person(3)]).is_err());
    assert_eq!(writer.last_batch().unwrap(), 2);
    assert_eq!(writer.read().person(PersonId(2)).unwrap(), None);
    assert!(writer.read().person(PersonId(3)).unwrap().is_some());
    assert_eq!(writer.commit(&[person(4)]).unwrap(), 3);
    assert_eq!(faults.failed(), 2);
}

/// The second is refused while the first lives.
pub fn there_is_one_writer(ground: &dyn Ground) {
    let mut first = ground.open().unwrap();
    first.writer.commit(&[person(1)]).unwrap();
    assert!(matches!(ground.open(), Err(Error::InUse)));
    first.writer.commit(&[person(2)]).unwrap();
    drop(first);
    assert_eq!(ground.open().unwrap().writer.last_batch().unwrap(), 2);
}

/// Says that it is over when the writing ends, also when it ends with a panic.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// While batches are committed, a reader never sees a part of one.
pub fn readers_see_whole_batches(ground: &dyn Ground) {
    const ROUNDS: u32 = 150;
    let mut store = ground.open().unwrap();
    let it = conversation(1, 1, 1);
    store.writer.commit(&[Op::Conversation(it.clone())]).unwrap();
    let read = (store.readers)().unwrap();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let over = &over;
        let watcher = scope.spawn(move || {
            let duties = || read.owed(START, u32::MAX).unwrap().len();
            let mut looks = 0u32;
            while !over.load(Ordering::Relaxed) || looks == 0 {
                let first = duties();
                let seen = places(&*read, 1).len();
                let last = duties();
                assert_eq!(seen % 2, 0, "half a batch");
                assert!(first <= seen && seen <= last, "{first} {seen} {last}");
                looks += 1;
            }
        });
        let ended = Over(over);
        for round in 0..ROUNDS {
            let pair = [2 * round + 1, 2 * round + 2];
            let ops = pair.map(|seq| {
                let duty = owed(u64::from(seq), &it, seq, Kind::Message);
                [Op::Message(it.id, message(seq, Author::Person)), Op::Owe(duty)]
            });
            store.writer.commit(&ops.concat()).unwrap();
        }
        drop(ended);
        watcher.join().unwrap();
    });
}

/// Guarantee 6: refused, with nothing changed.
pub fn a_newer_schema_is_refused_untouched(ground: &dyn Ground) {
    after(ground, &[person(1)], |_| ());
    let newer = ground.age();
    let before = ground.dump();
    let Err(Error::TooNew { found, known }) = ground.open() else {
        panic!("a newer store was opened");
    };
    assert_eq!((found, known < newer), (newer, true));
    assert_eq!(ground.dump(), before);
}

/// Engines' numbers have a sign; ours have not. What does not fit is an error when written, and
/// nowhere when sought.
pub fn numbers_too_large_are_refused_and_not_found(ground: &dyn Ground) {
    let mut store = ground.open().unwrap();
    assert!(store.writer.commit(&[person(u64::MAX)]).is_err());
    assert_eq!(store.writer.last_batch().unwrap(), 0);
    store.writer.commit(&[person(i64::MAX as u64)]).unwrap();
    let read = store.writer.read();
    assert_eq!(read.person(PersonId(u64::MAX)).unwrap(), None);
    assert!(read.person(PersonId(i64::MAX as u64)).unwrap().is_some());
}
