//! What a store is, said as simply as possible: maps.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;

use exchange::conversation::Conversation;
use exchange::delivery::{End, Kind, Owed};
use exchange::id::{AssistantId, ConversationId, DeliveryId, PersonId, Seq};
use exchange::message::{Author, Failure, Message};
use exchange::time::Millis;
use proptest::prelude::*;
use proptest::sample::select;
use store::conformance::samples::{NOON, answer, conversation, conversation_id, message, settled};
use store::row::{Answer, Delivery, DeliveryState, Person, Settled};
use store::{Op, Reader};

const CONVERSATIONS: u64 = 3;
const ASSISTANTS: u64 = 2;

/// A conversation always has the same person and assistant.
fn chat(number: u64) -> Conversation {
    conversation(number, 1 + number % 2, 1 + number % ASSISTANTS)
}

fn duty(id: u64, number: u64) -> Owed {
    let it = chat(number);
    store::conformance::samples::owed(id, &it, 1, Kind::Message)
}

/// An op on few things, so that ops meet. A delivery always has the same conversation.
pub fn op() -> impl Strategy<Value = Op> {
    let ends = select(vec![End::Delivered, End::Dead, End::Cancelled]);
    let (chats, places, ids) = (1..=CONVERSATIONS, 1..5u32, 1..7u64);
    let of = |id: u64| 1 + id % CONVERSATIONS;
    let time = (0..4i64).prop_map(|ms| NOON + ms);
    prop_oneof![
        4 => (chats.clone(), places.clone())
            .prop_map(|(n, seq)| Op::Message(conversation_id(n), message(seq, Author::Person))),
        3 => chats.clone().prop_map(|n| Op::Conversation(chat(n))),
        3 => ids.clone().prop_map(move |id| Op::Owe(duty(id, of(id)))),
        3 => (ids.clone(), ends, time.clone())
            .prop_map(move |(id, end, at)| Op::Settle(settled(&duty(id, of(id)), end, at))),
        2 => (ids, 1..5u32, time.clone()).prop_map(move |(id, attempt, due)| {
            Op::Retry(Owed { attempt, due, ..duty(id, of(id)) }, answer(500))
        }),
        1 => (chats.clone(), places.clone())
            .prop_map(|(n, seq)| Op::Fail(conversation_id(n), Seq(seq), Some(Failure::Stopped))),
        1 => (chats, "[ab]", places)
            .prop_map(|(n, key, seq)| Op::ClientKey(conversation_id(n), key, Seq(seq))),
        1 => (1..3u64).prop_map(|id| {
            Op::Person(Person { id: PersonId(id), since: NOON, user_handle: vec![] })
        }),
        1 => (1..3u64).prop_map(|id| Op::ErasePerson(PersonId(id))),
        1 => time.prop_map(|settled_before| Op::Prune { settled_before, sessions_before: NOON }),
        1 => any::<u8>().prop_map(|byte| Op::Setting("s", vec![byte])),
    ]
}

/// Gives every obligation an id of its own, as the rules do. What is told of deliveries later is
/// about those of before, or about none; some end without having been owed.
pub fn numbered(mut batch: Vec<Op>, last: &mut u64) -> Vec<Op> {
    for op in &mut batch {
        let direct = matches!(op, Op::Settle(it) if it.owed.id.0 == 6);
        *last += u64::from(direct || matches!(op, Op::Owe(_)));
        match op {
            Op::Owe(owed) => *owed = duty(*last, 1 + *last % CONVERSATIONS),
            Op::Settle(Settled { owed, .. }) | Op::Retry(owed, _) => {
                let id = if direct { *last } else { *last - owed.id.0 % (*last + 1) };
                let Owed { attempt, due, .. } = *owed;
                *owed = Owed { attempt, due, ..duty(id, 1 + id % CONVERSATIONS) };
            }
            _ => (),
        }
    }
    batch
}

/// A delivery that ended: all of its row but the conversation, which may be gone.
type Ended = (Delivery, Option<ConversationId>);

/// The model.
#[derive(Debug, Default, Clone)]
pub struct Model {
    pub batch: u64,
    last_delivery: u64,
    people: BTreeMap<u64, Person>,
    conversations: BTreeMap<ConversationId, Conversation>,
    messages: BTreeMap<(ConversationId, Seq), Message>,
    keys: BTreeMap<(ConversationId, Seq), String>,
    owed: BTreeMap<(AssistantId, DeliveryId), (Owed, Option<Answer>)>,
    ended: BTreeMap<(AssistantId, DeliveryId), Ended>,
    setting: Option<Vec<u8>>,
}

impl Model {
    /// After a batch; `None` if it has to fail.
    pub fn after(&self, batch: &[Op]) -> Option<Self> {
        let mut next = self.clone();
        for op in batch {
            next.apply(op)?;
        }
        next.batch += 1;
        Some(next)
    }

    fn apply(&mut self, op: &Op) -> Option<()> {
        match op.clone() {
            Op::Person(it) => drop(self.people.insert(it.id.0, it)),
            Op::Conversation(it) => drop(self.conversations.insert(it.id, it)),
            Op::Message(of, it) => {
                if self.messages.insert((of, it.seq), it).is_some() {
                    return None;
                }
            }
            Op::Fail(of, seq, failure) => {
                if let Some(it) = self.messages.get_mut(&(of, seq)) {
                    it.failed = failure;
                }
            }
            Op::ClientKey(of, key, seq) => {
                if self.messages.contains_key(&(of, seq)) {
                    self.keys.insert((of, seq), key);
                }
            }
            Op::Owe(it) => {
                self.last_delivery = self.last_delivery.max(it.id.0);
                self.owed.insert((it.assistant, it.id), (it, None));
            }
            Op::Retry(it, answer) => {
                if let Some(found) = self.owed.get_mut(&(it.assistant, it.id)) {
                    (found.0.due, found.0.attempt) = (it.due, it.attempt);
                    found.1 = Some(answer);
                }
            }
            Op::Settle(it) => return self.settle(&it),
            Op::ErasePerson(person) => self.erase(person),
            Op::Prune { settled_before, .. } => self.prune(settled_before),
            Op::Setting(_, value) => self.setting = Some(value),
            other => panic!("the world does not have {other:?}"),
        }
        Some(())
    }

    fn settle(&mut self, it: &Settled) -> Option<()> {
        self.last_delivery = self.last_delivery.max(it.owed.id.0);
        let place = (it.owed.assistant, it.owed.id);
        let was_owed = self.owed.remove(&place).is_some();
        let ended_before = self.ended.get(&place);
        if !was_owed && ended_before.is_some()
            || !self.conversations.contains_key(&it.owed.conversation)
        {
            return Some(());
        }
        let delivery = Delivery {
            owed: Owed { due: it.at, ..it.owed },
            state: DeliveryState::Ended(it.end),
            answer: Some(it.answer.clone()),
            finished: Some(it.at),
        };
        self.ended.insert(place, (delivery, Some(it.owed.conversation)));
        Some(())
    }

    fn erase(&mut self, person: PersonId) {
        self.people.remove(&person.0);
        let theirs: Vec<ConversationId> =
            self.conversations.values().filter(|it| it.person == person).map(|it| it.id).collect();
        self.conversations.retain(|id, _| !theirs.contains(id));
        self.messages.retain(|(id, _), _| !theirs.contains(id));
        self.keys.retain(|(id, _), _| !theirs.contains(id));
        self.owed.retain(|_, (owed, _)| !theirs.contains(&owed.conversation));
        for (_, of) in self.ended.values_mut() {
            *of = of.filter(|id| !theirs.contains(id));
        }
    }

    fn prune(&mut self, before: Millis) {
        self.ended.retain(|_, (delivery, _)| delivery.finished >= Some(before));
    }

    /// Asserts that a store holds what the model does.
    pub fn compare(&self, read: &dyn Reader) {
        assert_eq!(read.last_delivery().unwrap().0, self.last_delivery);
        assert_eq!(read.setting("s").unwrap(), self.setting);
        for id in 1..3 {
            assert_eq!(read.person(PersonId(id)).unwrap().as_ref(), self.people.get(&id));
        }
        for id in (1..=CONVERSATIONS).map(conversation_id) {
            self.compare_conversation(read, id);
        }
        let owed: Vec<Owed> = self.owed.values().map(|(owed, _)| *owed).collect();
        assert_eq!(read.owed((AssistantId(0), DeliveryId(0)), 99).unwrap(), owed);
        for assistant in (1..=ASSISTANTS).map(AssistantId) {
            self.compare_deliveries(read, assistant);
        }
    }

    fn compare_conversation(&self, read: &dyn Reader, id: ConversationId) {
        let theirs = || self.messages.range((id, Seq(0))..=(id, Seq(u32::MAX)));
        let messages: Vec<Message> = theirs().map(|(_, it)| it.clone()).collect();
        assert_eq!(read.messages(id, Seq(0), Seq(99), 99, false).unwrap(), messages);
        let last_seq = messages.last().map_or(Seq(0), |it| it.seq);
        let expected = self.conversations.get(&id).cloned();
        let expected = expected.map(|it| Conversation { last_seq, ..it });
        assert_eq!(read.conversation(id).unwrap(), expected);
        for key in ["a", "b"] {
            let first = self.keys.iter().find(|((of, _), k)| *of == id && *k == key);
            assert_eq!(read.client_key(id, key).unwrap(), first.map(|((_, seq), _)| *seq));
        }
    }

    fn compare_deliveries(&self, read: &dyn Reader, assistant: AssistantId) {
        let pending = self.owed.values().map(|(owed, answer)| Delivery {
            owed: *owed,
            state: DeliveryState::Pending,
            answer: answer.clone(),
            finished: None,
        });
        let ended = self.ended.values().filter(|(_, of)| of.is_some()).map(|(it, _)| it.clone());
        let mut all: Vec<Delivery> =
            pending.chain(ended).filter(|it| it.owed.assistant == assistant).collect();
        all.sort_by_key(|it| std::cmp::Reverse(it.owed.id));
        assert_eq!(read.deliveries(assistant, None, DeliveryId(u64::MAX), 99).unwrap(), all);
    }
}
