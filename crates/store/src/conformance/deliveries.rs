//! What is owed, and what became of it.

use exchange::delivery::{End, Kind, Owed};
use exchange::id::{AssistantId, DeliveryId};
use exchange::time::Millis;

use super::samples::{NOON, answer, conversation, owed, settled};
use super::{Ground, after};
use crate::row::{Answer, Delivery, DeliveryState, PRUNE_ROWS, Settled};
use crate::{Op, Reader};

const KINDS: [Kind; 5] = [Kind::Message, Kind::Sent, Kind::Delivered, Kind::Read, Kind::Failed];
const ENDS: [End; 3] = [End::Delivered, End::Dead, End::Cancelled];
const ONE: AssistantId = AssistantId(1);

/// Everything owed, page by page.
fn queue(read: &dyn Reader, page: u32) -> Vec<Owed> {
    let (mut all, mut after) = (Vec::new(), (AssistantId(0), DeliveryId(0)));
    loop {
        let some = read.owed(after, page).unwrap();
        let Some(last) = some.last() else { return all };
        assert!(some.len() <= page as usize);
        after = (last.assistant, last.id);
        all.extend(some);
    }
}

fn pending(owed: Owed, answer: Option<Answer>) -> Delivery {
    Delivery { owed, state: DeliveryState::Pending, answer, finished: None }
}

fn ended(it: &Settled, answer: Option<Answer>) -> Delivery {
    let owed = Owed { due: it.at, ..it.owed };
    Delivery { owed, state: DeliveryState::Ended(it.end), answer, finished: Some(it.at) }
}

/// By assistant, then by id, whole, however it is paged.
pub fn what_is_owed_comes_in_order(ground: &dyn Ground) {
    let (one, two) = (conversation(1, 1, 1), conversation(2, 1, 2));
    let mut all: Vec<Owed> = (10..).zip(KINDS).map(|(id, kind)| owed(id, &one, 3, kind)).collect();
    all.extend([owed(5, &two, 1, Kind::Message), owed(20, &two, 2, Kind::Message)]);
    let ops: Vec<Op> = all.iter().rev().map(|it| Op::Owe(*it)).collect();
    after(ground, &ops, |read| {
        for page in [1, 3, 100] {
            assert_eq!(queue(read, page), all);
        }
    });
    assert!(ground.open().unwrap().writer.commit(&ops[..1]).is_err(), "an id is given once");
}

/// And nothing else of it.
pub fn a_retry_replaces_attempt_due_and_answer(ground: &dyn Ground) {
    let it = conversation(1, 1, 1);
    let first = owed(1, &it, 1, Kind::Sent);
    after(ground, &[Op::Conversation(it.clone()), Op::Owe(first)], |read| {
        assert_eq!(read.delivery(ONE, first.id).unwrap(), Some(pending(first, None)));
    });
    for (attempt, status) in [(1, 503), (2, 0)] {
        let again = Owed { attempt, due: NOON + i64::from(attempt), ..first };
        let told = Owed { at: Millis(1), kind: Kind::Read, ..again };
        after(ground, &[Op::Retry(told, answer(status))], |read| {
            let found = read.delivery(ONE, first.id).unwrap();
            assert_eq!(found, Some(pending(again, Some(answer(status)))));
            assert_eq!(queue(read, 10), [again]);
        });
    }
}

/// With its last answer if there was a try.
pub fn a_settled_delivery_is_logged(ground: &dyn Ground) {
    let it = conversation(1, 1, 1);
    let mut ops = vec![Op::Conversation(it.clone())];
    let mut expected = Vec::new();
    for (id, end) in (1..).zip(ENDS) {
        let duty = owed(id, &it, 1, KINDS[id as usize]);
        let end = settled(&duty, end, NOON + 9);
        expected.push(ended(&end, Some(answer(200))));
        ops.extend([Op::Owe(duty), Op::Settle(end)]);
    }
    let untried = Settled {
        owed: owed(9, &it, 2, Kind::Message),
        end: End::Cancelled,
        answer: Answer::default(),
        at: NOON,
    };
    expected.push(ended(&untried, None));
    ops.extend([Op::Owe(untried.owed), Op::Settle(untried)]);
    after(ground, &ops, |read| {
        assert_eq!(queue(read, 10), []);
        for delivery in &expected {
            assert_eq!(read.delivery(ONE, delivery.owed.id).unwrap().as_ref(), Some(delivery));
        }
        assert_eq!(read.delivery(AssistantId(2), DeliveryId(1)).unwrap(), None);
    });
}

/// The first end stands, whoever tells of another.
pub fn a_delivery_ends_once(ground: &dyn Ground) {
    let it = conversation(1, 1, 1);
    let duty = owed(1, &it, 1, Kind::Message);
    let first = settled(&duty, End::Delivered, NOON);
    let ops = [
        Op::Conversation(it),
        Op::Owe(duty),
        Op::Settle(first.clone()),
        Op::Settle(settled(&duty, End::Cancelled, NOON + 1)),
        Op::Settle(settled(&duty, End::Delivered, NOON + 2)),
        Op::Retry(duty, answer(500)),
    ];
    after(ground, &ops, |read| {
        let all = read.deliveries(ONE, None, DeliveryId(u64::MAX), 10).unwrap();
        assert_eq!(all, [ended(&first, Some(answer(200)))]);
    });
}

/// A retry of one that is not owed does nothing; an end of one is logged (it was never queued).
pub fn unknown_deliveries_are_harmless(ground: &dyn Ground) {
    let it = conversation(1, 1, 1);
    let (never, direct) = (owed(1, &it, 1, Kind::Message), owed(2, &it, 1, Kind::Sent));
    let end = settled(&direct, End::Dead, NOON);
    let ops = [Op::Conversation(it), Op::Retry(never, answer(500)), Op::Settle(end.clone())];
    after(ground, &ops, |read| {
        assert_eq!(queue(read, 10), []);
        assert_eq!(read.delivery(ONE, never.id).unwrap(), None);
        let found = read.delivery(ONE, direct.id).unwrap();
        assert_eq!(found, Some(ended(&end, Some(answer(200)))));
    });
}

/// All of them or those of one state, before an id, within the limit, of one assistant.
pub fn deliveries_come_newest_first(ground: &dyn Ground) {
    let (it, other) = (conversation(1, 1, 1), conversation(2, 1, 2));
    let mut ops = vec![Op::Conversation(it.clone()), Op::Conversation(other.clone())];
    for id in 1..=20 {
        let duty = owed(id, &it, 1, Kind::Message);
        ops.push(Op::Owe(duty));
        if let Some(end) = ENDS.get(id as usize % 4) {
            ops.push(Op::Settle(settled(&duty, *end, NOON)));
        }
    }
    ops.push(Op::Owe(owed(21, &other, 1, Kind::Message)));
    after(ground, &ops, |read| {
        let some = |filter, before, limit| -> Vec<u64> {
            let found = read.deliveries(ONE, filter, DeliveryId(before), limit).unwrap();
            found.iter().map(|delivery| delivery.owed.id.0).collect()
        };
        let everything: Vec<u64> = (1..=20).rev().collect();
        assert_eq!(some(None, u64::MAX, 100), everything);
        assert_eq!(some(None, 12, 5), [11, 10, 9, 8, 7]);
        assert_eq!(some(Some(DeliveryState::Pending), 16, 2), [15, 11]);
        assert_eq!(some(Some(DeliveryState::Ended(End::Delivered)), u64::MAX, 2), [20, 16]);
        assert_eq!(some(Some(DeliveryState::Ended(End::Dead)), 17, 9), [13, 9, 5, 1]);
        assert_eq!(some(Some(DeliveryState::Ended(End::Cancelled)), 3, 9), [2]);
        assert!(some(None, 1, 9).is_empty());
    });
}

/// Even when it has been settled, pruned and erased: an id is never given twice.
pub fn the_last_delivery_is_remembered(ground: &dyn Ground) {
    let it = conversation(1, 1, 1);
    let (low, high) = (owed(7, &it, 1, Kind::Message), owed(1 << 60, &it, 1, Kind::Message));
    let ops = [
        Op::Conversation(it.clone()),
        Op::Owe(high),
        Op::Owe(low),
        Op::Settle(settled(&high, End::Delivered, NOON)),
    ];
    let last = |read: &dyn Reader| read.last_delivery().unwrap().0;
    assert_eq!(after(ground, &ops, last), 1 << 60);
    let prune = Op::Prune { settled_before: NOON + 1, sessions_before: NOON };
    assert_eq!(after(ground, &[prune, Op::ErasePerson(it.person)], last), 1 << 60);
}

/// What ended before, the oldest first, no more than is allowed in one step.
pub fn pruning_is_bounded_and_exact(ground: &dyn Ground) {
    let it = conversation(1, 1, 1);
    let many = u64::from(PRUNE_ROWS) + 10;
    let mut ops = vec![Op::Conversation(it.clone())];
    for id in 1..=many {
        let duty = owed(id, &it, 1, Kind::Message);
        ops.extend([Op::Owe(duty), Op::Settle(settled(&duty, End::Delivered, NOON + 1))]);
    }
    let still = owed(many + 1, &it, 2, Kind::Message);
    let later = owed(many + 2, &it, 2, Kind::Message);
    ops.extend([Op::Owe(still), Op::Owe(later)]);
    ops.push(Op::Settle(settled(&later, End::Dead, NOON + 2)));
    let left = |read: &dyn Reader| {
        read.deliveries(ONE, None, DeliveryId(u64::MAX), u32::MAX).unwrap().len() as u64
    };
    assert_eq!(after(ground, &ops, left), many + 2);
    let prune = |before| [Op::Prune { settled_before: before, sessions_before: NOON }];
    let more = |read: &dyn Reader| [1, 2, 3].map(|ms| read.is_prunable(NOON + ms).unwrap());
    assert_eq!(after(ground, &prune(NOON + 1), left), many + 2);
    assert_eq!(after(ground, &[], more), [false, true, true]);
    assert_eq!(after(ground, &prune(NOON + 2), left), 12);
    assert_eq!(after(ground, &[], more), [false, true, true]);
    assert_eq!(after(ground, &prune(NOON + 2), left), 2);
    assert_eq!(after(ground, &[], more), [false, false, true]);
    assert_eq!(after(ground, &prune(NOON + 2), left), 2);
}
