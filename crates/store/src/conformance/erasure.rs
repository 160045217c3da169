//! Erasure: nothing that leads to the person is left.

use exchange::consent::{self, State};
use exchange::conversation::Conversation;
use exchange::delivery::{End, Kind};
use exchange::fact::{Fact, Recorded};
use exchange::id::{AssistantId, DeliveryId, PersonId, Seq};
use exchange::message::{Author, Content, Failure, Message};

use super::samples::{NOON, answer, conversation, message, owed, settled};
use super::{Ground, after};
use crate::Op;
use crate::row::{Passkey, Person, Session, Showing};

/// Two conversations of a person, with numbers and words that are found nowhere else.
fn conversations(person: u64) -> [Conversation; 2] {
    [1, 2].map(|n| {
        let mut it = conversation(person % 1_000_000 * 10 + 700_000_000_000 + n, person, n);
        it.display_name = format!("name of {person}");
        it
    })
}

/// Everything one person can leave behind, with deliveries numbered after `last`.
fn life(person: u64, showing: u64, last: u64) -> Vec<Op> {
    let id = PersonId(person);
    let words = format!("words of {person}");
    let digest = [person.to_le_bytes(); 4].concat().try_into().unwrap();
    let handle = format!("handle of {person}").into_bytes();
    let mut ops = vec![
        Op::Person(Person { id, since: NOON, user_handle: handle }),
        Op::Session(Session { digest, person: id, expires: NOON }),
        Op::Passkey(Passkey {
            credential: format!("credential of {person}").into_bytes(),
            person: id,
            key: words.clone(),
        }),
        Op::Showing(Showing { number: showing, person: id, at: NOON, order: vec![] }),
    ];
    for (n, it) in (0..).zip(conversations(person)) {
        let content = Content::Text { body: words.clone(), preview_url: false };
        let said = Message { content, ..message(1, Author::Person) };
        let duties = [1, 2].map(|k| owed(last + 2 * n + k, &it, 1, Kind::Message));
        let fact = Fact::ConsentGiven { assistant: it.assistant, notice: [1; 32] };
        ops.extend([
            Op::Conversation(it.clone()),
            Op::Consent(consent::Event {
                conversation: it.id,
                at: NOON,
                state: State::Given,
                notice_sha256: consent::notice_sha256(&words),
                notice: words.clone(),
            }),
            Op::Message(it.id, said),
            Op::ClientKey(it.id, format!("key of {person}"), Seq(1)),
            Op::Owe(duties[0]),
            Op::Retry(duties[0], answer(500)),
            Op::Owe(duties[1]),
            Op::Settle(settled(&duties[1], End::Delivered, NOON)),
            Op::Fact(Recorded { at: NOON, fact }),
        ]);
    }
    ops
}

const GONE: u64 = 5_551_234_567_000;
const STAYS: u64 = 6_661_234_765_000;

fn rows_that_mention(ground: &dyn Ground, person: u64) -> Vec<String> {
    let words = format!("of {person}");
    let bytes: String = words.bytes().map(|byte| format!("{byte:02x}")).collect();
    let [one, two] = conversations(person).map(|it| it.id.get().to_string());
    let traces = [person.to_string(), words, bytes, one, two];
    let mentions = |row: &String| traces.iter().any(|trace| row.contains(trace.as_str()));
    ground.dump().into_iter().filter(mentions).collect()
}

/// No row of any table names the person or a conversation of theirs; the reads find nothing;
/// facts and the showing's number stay.
pub fn erasing_leaves_no_trace(ground: &dyn Ground) {
    after(ground, &life(GONE, 1, 0), |_| ());
    assert!(rows_that_mention(ground, GONE).len() > 10, "the test looks at the right rows");
    after(ground, &[Op::ErasePerson(PersonId(GONE))], |read| {
        for it in conversations(GONE) {
            assert_eq!(read.conversation(it.id).unwrap(), None);
            assert_eq!(read.messages(it.id, Seq(0), Seq(9), 9, false).unwrap(), []);
            assert_eq!(read.consents(it.id).unwrap(), []);
            let all = read.deliveries(it.assistant, None, DeliveryId(u64::MAX), 9).unwrap();
            assert_eq!(all, []);
            assert_eq!(read.delivery(it.assistant, DeliveryId(2)).unwrap(), None);
        }
        assert_eq!(read.conversations(PersonId(GONE)).unwrap(), []);
        assert_eq!(read.passkeys(PersonId(GONE)).unwrap(), []);
        assert_eq!(read.facts(0, 9).unwrap().len(), 2);
        let showing = read.showing(1).unwrap().unwrap();
        assert_eq!((showing.person, read.last_showing().unwrap()), (PersonId(0), 1));
    });
    assert_eq!(rows_that_mention(ground, GONE), [] as [String; 0]);
}

/// Somebody else with the same assistants keeps everything; erasing nobody is harmless.
pub fn erasing_leaves_others_alone(ground: &dyn Ground) {
    after(ground, &life(STAYS, 1, 0), |_| ());
    let before = rows_that_mention(ground, STAYS);
    after(ground, &life(GONE, 2, 10), |_| ());
    after(ground, &[Op::ErasePerson(PersonId(GONE)), Op::ErasePerson(PersonId(1))], |_| ());
    assert_eq!(rows_that_mention(ground, STAYS), before);
    let again = life(GONE, 3, 20);
    after(ground, &again, |read| {
        let all = read.deliveries(AssistantId(1), None, DeliveryId(u64::MAX), 9).unwrap();
        assert_eq!(all.len(), 4, "somebody who comes back finds nothing of before");
    });
}

/// Deliveries that end, and messages that fail, after the person has gone.
pub fn what_comes_after_an_erasure_leaves_no_trace(ground: &dyn Ground) {
    let [it, _] = conversations(GONE);
    let late = owed(1, &it, 1, Kind::Message);
    let ops = [
        Op::ErasePerson(PersonId(GONE)),
        Op::Settle(settled(&late, End::Cancelled, NOON)),
        Op::Retry(late, answer(500)),
        Op::Fail(it.id, Seq(1), Some(Failure::Stopped)),
        Op::ClientKey(it.id, format!("key of {GONE}"), Seq(1)),
    ];
    after(ground, &life(GONE, 1, 0), |_| ());
    after(ground, &ops, |_| ());
    assert_eq!(rows_that_mention(ground, GONE), [] as [String; 0]);
}
