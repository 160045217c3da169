//! People, sessions, passkeys, assistants, settings, showings, facts, consents.

use exchange::consent::{self, State};
use exchange::fact::{Fact, Recorded};
use exchange::id::{AssistantId, PersonId};

use super::samples::{NOON, assistant, conversation_id};
use super::{Ground, after};
use crate::Op;
use crate::row::{Passkey, Person, Session, Showing};

/// Kept as given, and replaced.
pub fn people_are_kept(ground: &dyn Ground) {
    let anonymous = Person { id: PersonId(1), since: NOON, user_handle: vec![] };
    let known = Person { user_handle: vec![0, 255, 7], ..anonymous.clone() };
    for it in [anonymous, known] {
        let found = after(ground, &[Op::Person(it.clone())], |read| read.person(PersonId(1)));
        assert_eq!(found.unwrap(), Some(it));
    }
}

/// By order, or by time.
pub fn sessions_end_and_expire(ground: &dyn Ground) {
    let session =
        |n: u8| Session { digest: [n; 32], person: PersonId(1), expires: NOON + i64::from(n) };
    let ops: Vec<Op> = (1..=4).map(|n| Op::Session(session(n))).collect();
    after(ground, &ops, |read| {
        assert_eq!(read.session(&[2; 32]).unwrap(), Some(session(2)));
    });
    let later = Session { expires: NOON + 99, ..session(2) };
    let prune = Op::Prune { settled_before: NOON, sessions_before: NOON + 4 };
    let ops = [Op::EndSession([1; 32]), Op::EndSession([9; 32]), Op::Session(later.clone()), prune];
    after(ground, &ops, |read| {
        let left = [1, 2, 3, 4].map(|n| read.session(&[n; 32]).unwrap());
        assert_eq!(left, [None, Some(later), None, Some(session(4))]);
    });
}

/// Two ways to the same row.
pub fn passkeys_are_found_by_credential_and_by_person(ground: &dyn Ground) {
    let passkey = |credential: &[u8], person| Passkey {
        credential: credential.to_vec(),
        person: PersonId(person),
        key: "{\"counter\":0}".to_owned(),
    };
    let (one, two, other) = (passkey(b"one", 1), passkey(b"two", 1), passkey(b"", 2));
    let used = Passkey { key: "{\"counter\":1}".to_owned(), ..two.clone() };
    let ops = [&one, &two, &other, &used].map(|it| Op::Passkey(it.clone()));
    after(ground, &ops, |read| {
        assert_eq!(read.passkey(b"two").unwrap(), Some(used.clone()));
        assert_eq!(read.passkey(b"").unwrap(), Some(other));
        assert_eq!(read.passkey(b"three").unwrap(), None);
        assert_eq!(read.passkeys(PersonId(1)).unwrap(), [one, used]);
        assert_eq!(read.passkeys(PersonId(3)).unwrap(), []);
    });
}

/// With everything in every field, with nothing in the optional ones, and in order of ids.
pub fn assistants_are_replaced_whole(ground: &dyn Ground) {
    let (full, mut bare) = (assistant(10), assistant(2));
    bare.listed = None;
    bare.callback = None;
    bare.subscribed = false;
    bare.account_override = None;
    bare.number_override = None;
    let ops = [Op::Assistant(full.clone()), Op::Assistant(assistant(2))];
    after(ground, &ops, |read| {
        assert_eq!(read.assistants().unwrap(), [assistant(2), full.clone()]);
    });
    after(ground, &[Op::Assistant(bare.clone())], |read| {
        assert_eq!(read.assistants().unwrap(), [bare, full]);
    });
}

/// The last one stands.
pub fn settings_are_replaced(ground: &dyn Ground) {
    let ops = [Op::Setting("a", vec![1]), Op::Setting("b", vec![]), Op::Setting("a", vec![0, 2])];
    after(ground, &ops, |read| {
        assert_eq!(read.setting("a").unwrap(), Some(vec![0, 2]));
        assert_eq!(read.setting("b").unwrap(), Some(vec![]));
        assert_eq!(read.setting("c").unwrap(), None);
    });
}

/// The largest number is known; a number is given once.
pub fn showings_are_counted(ground: &dyn Ground) {
    let showing = |number, ids: &[u64]| Showing {
        number,
        person: PersonId(5),
        at: NOON,
        order: ids.iter().copied().map(AssistantId).collect(),
    };
    let (first, second) = (showing(1, &[3, 1, 2]), showing(2, &[]));
    let ops = [&first, &second].map(|it| Op::Showing(it.clone()));
    after(ground, &ops, |read| {
        assert_eq!(read.showing(1).unwrap(), Some(first.clone()));
        assert_eq!(read.showing(2).unwrap(), Some(second));
        assert_eq!(read.showing(3).unwrap(), None);
        assert_eq!(read.last_showing().unwrap(), 2);
    });
    assert!(ground.open().unwrap().writer.commit(&[Op::Showing(first)]).is_err());
}

/// From 1, without holes, whatever fails in between.
pub fn facts_are_numbered_densely(ground: &dyn Ground) {
    let one = AssistantId(1);
    let all = [
        Fact::Registered { assistant: one, card: [9; 32] },
        Fact::Listed { assistant: one },
        Fact::TokenRotated { assistant: one },
        Fact::SecretRotated { assistant: one },
        Fact::ChoiceShown { showing: 1, assistants: 3 },
        Fact::ConsentGiven { assistant: one, notice: [255; 32] },
        Fact::ConsentWithdrawn { assistant: one },
        Fact::DeadLettered { assistant: one, attempts: 5, answer: 404 },
    ];
    let all = all.map(|fact| Recorded { at: NOON, fact });
    let mut store = ground.open().unwrap();
    let clash = Op::Showing(Showing { number: 1, person: PersonId(1), at: NOON, order: vec![] });
    for fact in all {
        store.writer.commit(&[Op::Fact(fact)]).unwrap();
        assert!(store.writer.commit(&[Op::Fact(fact), clash.clone(), clash.clone()]).is_err());
    }
    let numbered: Vec<_> = (1..).zip(all).collect();
    assert_eq!(store.writer.read().facts(0, 100).unwrap(), numbered);
    assert_eq!(store.writer.read().facts(2, 3).unwrap(), numbered[2..5]);
    assert_eq!(store.writer.read().facts(u64::MAX, 3).unwrap(), []);
}

/// Oldest first, even within one moment.
pub fn consents_keep_their_order(ground: &dyn Ground) {
    let event = |conversation, notice: &str| consent::Event {
        conversation: conversation_id(conversation),
        at: NOON,
        state: if notice.is_empty() { State::Withdrawn } else { State::Given },
        notice_sha256: consent::notice_sha256(notice),
        notice: notice.to_owned(),
    };
    let (first, stop, again) = (event(1, "first"), event(1, ""), event(1, "again"));
    let ops = [&first, &event(2, "other"), &stop, &again].map(|it| Op::Consent(it.clone()));
    after(ground, &ops, |read| {
        assert_eq!(read.consents(conversation_id(1)).unwrap(), [first, stop, again]);
        assert_eq!(read.consents(conversation_id(3)).unwrap(), []);
    });
}
