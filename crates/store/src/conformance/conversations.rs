//! Conversations and their messages.

use exchange::consent::State;
use exchange::conversation::{Conversation, PairLimit};
use exchange::id::{PersonId, Seq};
use exchange::limits;
use exchange::message::{Author, Content, Failure, Message};
use exchange::time::Millis;

use super::samples::{NOON, contents, conversation, conversation_id, full_message, message};
use super::{Ground, after};
use crate::{Op, Reader};

fn all(read: &dyn Reader, of: u64) -> Vec<Message> {
    read.messages(conversation_id(of), Seq(0), Seq(u32::MAX), u32::MAX, false).unwrap()
}

fn seqs(messages: &[Message]) -> Vec<u32> {
    messages.iter().map(|message| message.seq.0).collect()
}

/// `last_seq` and `pair` follow from the messages; everything else is kept as given.
pub fn a_conversation_is_replaced_but_for_what_follows_from_messages(ground: &dyn Ground) {
    let first = conversation(1, 1, 1);
    let mut second = Conversation::new(first.id, first.person, first.assistant, NOON);
    second.consent = State::Withdrawn;
    let told = Conversation { last_seq: Seq(77), ..first.clone() };
    let found = after(ground, &[Op::Conversation(told)], |read| read.conversation(first.id));
    assert_eq!(found.unwrap(), Some(first.clone()));
    let ops = [
        Op::Conversation(second.clone()),
        Op::Message(first.id, message(1, Author::Person)),
        Op::Message(first.id, message(2, Author::Exchange)),
    ];
    second.last_seq = Seq(2);
    let found = after(ground, &ops, |read| read.conversation(first.id));
    assert_eq!(found.unwrap(), Some(second));
}

/// Oldest first, each with its last place, and nobody else's.
pub fn conversations_come_oldest_first(ground: &dyn Ground) {
    let began = |number, since| Conversation { since, ..conversation(number, 1, number) };
    let (old, new) = (began(9, NOON), began(3, NOON + 1));
    let mut newest = began(4, NOON + 2);
    let other = conversation(5, 2, 9);
    let mut ops: Vec<Op> =
        [&newest, &other, &new, &old].map(|it| Op::Conversation(it.clone())).into();
    ops.push(Op::Message(newest.id, message(1, Author::Person)));
    newest.last_seq = Seq(1);
    after(ground, &ops, |read| {
        assert_eq!(read.conversations(PersonId(1)).unwrap(), [old, new, newest]);
        assert_eq!(read.conversations(PersonId(3)).unwrap(), []);
    });
}

/// As it was before a restart: after a burst, in steady use, after a pause.
pub fn the_pair_limit_is_found_again(ground: &dyn Ground) {
    let burst = u32::try_from(limits::PAIR_BURST).unwrap();
    let steady = |n: u32| i64::from(n.saturating_sub(burst)) * limits::PAIR_INTERVAL_MS;
    type When<'a> = &'a dyn Fn(u32) -> i64;
    let cases: [(u64, u32, When<'_>); 4] = [
        (1, 10, &|_| 0),
        (2, burst, &|n| i64::from(n)),
        (3, 2 * burst, &steady),
        (4, 30, &|n| if n < 20 { 0 } else { limits::PAIR_BURST * limits::PAIR_INTERVAL_MS }),
    ];
    for (number, count, when) in cases {
        let mut it = conversation(number, number, 1);
        let mut ops = vec![Op::Conversation(it.clone())];
        for n in 1..=count {
            let at = NOON + when(n);
            it.pair.take(at).unwrap();
            ops.push(Op::Message(it.id, Message { at, ..message(n, Author::Assistant) }));
        }
        it.last_seq = Seq(count);
        let found = after(ground, &ops, |read| read.conversation(it.id)).unwrap().unwrap();
        assert_eq!(found.pair, it.pair, "case {number}");
        assert_ne!(found.pair, PairLimit::default());
    }
}

/// Every kind, whole; by range, from either end, within the limit.
pub fn messages_come_by_place(ground: &dyn Ground) {
    let mut kept: Vec<Message> =
        (1..).zip(contents()).map(|(seq, content)| full_message(seq, content)).collect();
    kept.push(message(101, Author::Person));
    kept.push(Message { at: Millis(0), ..message(102, Author::Exchange) });
    let of = conversation_id(1);
    let mut ops: Vec<Op> = kept.iter().map(|it| Op::Message(of, it.clone())).collect();
    ops.push(Op::Message(conversation_id(2), message(u32::MAX - 1, Author::Person)));
    after(ground, &ops, |read| {
        assert_eq!(all(read, 1), kept);
        let some = |after, before, limit, from_end| {
            seqs(&read.messages(of, Seq(after), Seq(before), limit, from_end).unwrap())
        };
        assert_eq!(some(3, 8, 10, false), [4, 5, 6, 7]);
        assert_eq!(some(3, 8, 10, true), [4, 5, 6, 7]);
        assert_eq!(some(3, 8, 2, false), [4, 5]);
        assert_eq!(some(3, 8, 2, true), [6, 7]);
        assert_eq!(some(0, u32::MAX, 1, true), [102]);
        assert!(some(0, u32::MAX, 0, true).is_empty());
        assert!(some(8, 3, 10, false).is_empty());
        assert_eq!(seqs(&all(read, 2)), [u32::MAX - 1]);
        assert!(all(read, 3).is_empty());
    });
}

/// And only that changes; unknown ones are ignored.
pub fn messages_can_fail_later(ground: &dyn Ground) {
    let of = conversation_id(1);
    let failures = [Failure::WindowClosed, Failure::Undelivered, Failure::Stopped];
    let mut ops: Vec<Op> = (1..=3).map(|n| Op::Message(of, message(n, Author::Person))).collect();
    for (seq, failure) in (1..).zip(failures) {
        ops.push(Op::Fail(of, Seq(seq), Some(failure)));
    }
    ops.push(Op::Fail(of, Seq(9), Some(Failure::Stopped)));
    ops.push(Op::Fail(conversation_id(9), Seq(1), Some(Failure::Stopped)));
    after(ground, &ops, |read| {
        for (n, (found, failure)) in (1..).zip(all(read, 1).into_iter().zip(failures)) {
            assert_eq!(found, Message { failed: Some(failure), ..message(n, Author::Person) });
        }
        assert!(all(read, 9).is_empty());
    });
    after(ground, &[Op::Fail(of, Seq(2), None)], |read| {
        assert_eq!(all(read, 1)[1], message(2, Author::Person), "arrived after all");
    });
}

/// The assistant's, not failed, no reactions.
pub fn receipts_are_for_what_can_have_them(ground: &dyn Ground) {
    let of = conversation_id(1);
    let reaction = Content::Reaction { target: Seq(1), emoji: "👍".to_owned() };
    let failed = Message { failed: Some(Failure::WindowClosed), ..message(4, Author::Assistant) };
    let kept = [
        message(1, Author::Exchange),
        message(2, Author::Person),
        message(3, Author::Assistant),
        failed,
        Message { content: reaction, ..message(5, Author::Assistant) },
        message(6, Author::Assistant),
        message(7, Author::Assistant),
    ];
    let ops = kept.map(|it| Op::Message(of, it));
    after(ground, &ops, |read| {
        let some = |after, upto, limit| {
            let found = read.receivable(of, Seq(after), Seq(upto), limit).unwrap();
            found.iter().map(|seq| seq.0).collect::<Vec<_>>()
        };
        assert_eq!(some(0, 7, 10), [3, 6, 7]);
        assert_eq!(some(3, 6, 10), [6]);
        assert_eq!(some(0, 7, 2), [3, 6]);
    });
}

/// Within one conversation; the first message of a key stands; unknown messages have none.
pub fn client_keys_stand_for_messages(ground: &dyn Ground) {
    let (of, other) = (conversation_id(1), conversation_id(2));
    let mut ops = Vec::new();
    for conversation in [of, other] {
        ops.extend((1..=4).map(|n| Op::Message(conversation, message(n, Author::Person))));
    }
    let key = |conversation, key: &str, seq| Op::ClientKey(conversation, key.to_owned(), Seq(seq));
    ops.extend([key(of, "k", 2), key(of, "k", 4), key(of, "", 3), key(other, "k", 1)]);
    ops.extend([key(of, "lost", 9), key(conversation_id(3), "lost", 1)]);
    after(ground, &ops, |read| {
        assert_eq!(read.client_key(of, "k").unwrap(), Some(Seq(2)));
        assert_eq!(read.client_key(of, "").unwrap(), Some(Seq(3)));
        assert_eq!(read.client_key(of, "lost").unwrap(), None);
        assert_eq!(read.client_key(other, "k").unwrap(), Some(Seq(1)));
        let keys = |after, before| read.client_keys(of, Seq(after), Seq(before)).unwrap();
        let kept = |seq, key: &str| (Seq(seq), key.to_owned());
        assert_eq!(keys(0, 9), [kept(2, "k"), kept(3, ""), kept(4, "k")]);
        assert_eq!(keys(2, 4), [kept(3, "")]);
        assert_eq!(all(read, 1)[1], message(2, Author::Person));
    });
}
