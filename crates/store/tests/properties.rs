//! Properties of every engine: what is written is read back, whatever it is, and any history of
//! batches and faults is the one that a simple model tells.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;
mod model;

use exchange::consent::State;
use exchange::content::parts::Header;
use exchange::conversation::{Conversation, Marks};
use exchange::delivery::{End, Kind, Owed};
use exchange::id::{AssistantId, DeliveryId, PersonId, Seq};
use exchange::message::{Author, Button, Content, Failure, Message, NoticeKind, Row, Section};
use exchange::time::Millis;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use store::conformance::Ground;
use store::conformance::samples::{conversation_id, settled};
use store::faulty::{Fault, Faults, Faulty};
use store::row::{Answer, DeliveryState};
use store::{Op, Writer};

use common::SqliteGround;
use model::Model;

fn time() -> impl Strategy<Value = Millis> {
    prop_oneof![any::<i64>().prop_map(Millis), (0..4_000_000_000_000i64).prop_map(Millis)]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "\\PC{0,2000}", "[\\x00-\\x7f]{0,20}"]
}

fn content() -> impl Strategy<Value = Content> {
    let button = (text(), text()).prop_map(|(id, title)| Button { id, title });
    let row = (text(), text(), option::of(text())).prop_map(|(id, title, description)| Row {
        id,
        title,
        description,
    });
    let section =
        (option::of(text()), vec(row, 0..3)).prop_map(|(title, rows)| Section { title, rows });
    let kinds = select(vec![NoticeKind::Ai, NoticeKind::Automated, NoticeKind::Stopped]);
    prop_oneof![
        (text(), any::<bool>()).prop_map(|(body, preview_url)| Content::Text { body, preview_url }),
        (option::of(text()), text(), option::of(text()), vec(button, 0..4)).prop_map(
            |(header, body, footer, buttons)| {
                let header = header.map(Header::Text);
                Content::Buttons { header, body, footer, buttons }
            }
        ),
        (option::of(text()), text(), option::of(text()), text(), vec(section, 0..3)).prop_map(
            |(header, body, footer, button, sections)| Content::List {
                header: header.map(Header::Text),
                body,
                footer,
                button,
                sections
            }
        ),
        (text(), text()).prop_map(|(id, title)| Content::ButtonReply { id, title }),
        (text(), text(), option::of(text()))
            .prop_map(|(id, title, description)| Content::ListReply { id, title, description }),
        (any::<u32>(), text())
            .prop_map(|(target, emoji)| Content::Reaction { target: Seq(target), emoji }),
        (kinds, text()).prop_map(|(kind, text)| Content::Notice { kind, text }),
        Just(Content::Withheld),
    ]
}

fn failure() -> impl Strategy<Value = Failure> {
    select(vec![Failure::WindowClosed, Failure::Undelivered, Failure::Stopped])
}

fn author() -> impl Strategy<Value = Author> {
    select(vec![Author::Person, Author::Assistant, Author::Exchange])
}

fn message(seq: impl Strategy<Value = u32>) -> impl Strategy<Value = Message> {
    let context = option::of(any::<u32>().prop_map(Seq));
    let rest = (option::of(text()), option::of(failure()));
    (seq, author(), time(), context, content(), rest).prop_map(
        |(seq, author, at, context, content, (opaque, failed))| Message {
            seq: Seq(seq),
            author,
            at,
            context,
            content,
            opaque,
            failed,
            extra: None,
        },
    )
}

fn conversation() -> impl Strategy<Value = Conversation> {
    let ids = (1..1_000_000_000_000u64, 0..=i64::MAX as u64, 0..=i64::MAX as u64);
    let state = select(vec![State::Given, State::Withdrawn]);
    let times = (time(), option::of(time()));
    (ids, text(), state, text(), times, any::<[u32; 4]>()).prop_map(
        |((id, person, assistant), display_name, consent, notice_sha256, times, marks)| {
            let (id, since) = (conversation_id(id), times.0);
            let [assistant_received, assistant_read, person_received, person_read] = marks.map(Seq);
            let marks = Marks { assistant_received, assistant_read, person_received, person_read };
            let new = Conversation::new(id, PersonId(person), AssistantId(assistant), since);
            let last_inbound = times.1;
            Conversation { display_name, consent, notice_sha256, last_inbound, marks, ..new }
        },
    )
}

fn owed(assistant: u64, conversation: u64) -> impl Strategy<Value = Owed> {
    let kinds = vec![Kind::Message, Kind::Sent, Kind::Delivered, Kind::Read, Kind::Failed];
    let id = 0..=i64::MAX as u64;
    (id, any::<u32>(), select(kinds), time(), time(), any::<u32>()).prop_map(
        move |(id, seq, kind, at, due, attempt)| Owed {
            id: DeliveryId(id),
            assistant: AssistantId(assistant),
            conversation: conversation_id(conversation),
            seq: Seq(seq),
            kind,
            at,
            due,
            attempt,
        },
    )
}

fn answer() -> impl Strategy<Value = Answer> {
    (any::<u16>(), text(), any::<u32>()).prop_map(|(status, reason, duration_ms)| Answer {
        status,
        reason,
        duration_ms,
    })
}

fn end() -> impl Strategy<Value = End> {
    select(vec![End::Delivered, End::Dead, End::Cancelled])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_messages_read_back(kept in vec(message(Just(0)), 1..20)) {
        let ground = SqliteGround::new();
        let mut store = ground.open().unwrap();
        let of = conversation_id(1);
        let mut kept = kept;
        for (place, message) in (1..).zip(&mut kept) {
            message.seq = Seq(place);
        }
        let ops: Vec<Op> = kept.iter().map(|it| Op::Message(of, it.clone())).collect();
        store.writer.commit(&ops).unwrap();
        let read = (store.readers)().unwrap();
        prop_assert_eq!(read.messages(of, Seq(0), Seq(u32::MAX), 99, false).unwrap(), kept);
    }

    #[test]
    fn any_conversations_read_back(kept in vec(conversation(), 1..10)) {
        let ground = SqliteGround::new();
        let mut store = ground.open().unwrap();
        let ops: Vec<Op> = kept.iter().map(|it| Op::Conversation(it.clone())).collect();
        store.writer.commit(&ops).unwrap();
        store.writer.commit(&ops).unwrap();
        let read = (store.readers)().unwrap();
        for it in kept {
            prop_assert_eq!(read.conversation(it.id).unwrap(), Some(it));
        }
    }

    #[test]
    fn any_delivery_reads_back(
        it in conversation(), owed in owed(7, 1), answer in answer(), end in end(), at in time()
    ) {
        let ground = SqliteGround::new();
        let mut store = ground.open().unwrap();
        let it = Conversation { id: owed.conversation, ..it };
        store.writer.commit(&[Op::Conversation(it), Op::Owe(owed)]).unwrap();
        let found = |store: &store::Store| {
            store.writer.read().delivery(owed.assistant, owed.id).unwrap().unwrap()
        };
        prop_assert_eq!(found(&store).owed, owed);
        store.writer.commit(&[Op::Retry(owed, answer.clone())]).unwrap();
        prop_assert_eq!(found(&store).answer, Some(answer.clone()));
        let mut over = settled(&owed, end, at);
        (over.owed.attempt, over.answer) = (owed.attempt.max(1), answer);
        store.writer.commit(&[Op::Settle(over.clone())]).unwrap();
        let found = found(&store);
        prop_assert_eq!(found.state, DeliveryState::Ended(end));
        prop_assert_eq!(found.owed, Owed { due: at, ..over.owed });
        prop_assert_eq!((found.finished, found.answer), (Some(at), Some(over.answer)));
    }

    /// Small worlds, so that ops meet: batches that break the order, batches with a fault
    /// before or after, and stores that are opened again.
    #[test]
    fn any_history_is_as_the_model_tells(
        history in vec((vec(model::op(), 0..6), option::of(any::<bool>()), 0..8u8), 1..25)
    ) {
        let ground = SqliteGround::new();
        let (mut model, faults) = (Model::default(), Faults::default());
        let open = || Faulty::new(ground.open().unwrap().writer, faults.clone());
        let mut writer = Some(open());
        let mut last = 0;
        for (batch, fault, reopen) in history {
            let batch = model::numbered(batch, &mut last);
            let expected = model.after(&batch);
            let fault = fault.map(|before| if before { Fault::Before } else { Fault::After });
            faults.heal();
            if let Some(fault) = fault {
                faults.fail_next(fault);
            }
            let now = writer.as_mut().unwrap();
            let result = now.commit(&batch);
            prop_assert_eq!(result.is_ok(), expected.is_some() && fault.is_none());
            if let Some(next) = expected.filter(|_| fault != Some(Fault::Before)) {
                model = next;
            }
            prop_assert_eq!(now.last_batch().unwrap(), model.batch);
            if reopen == 0 {
                drop(writer.take());
                writer = Some(open());
            }
            model.compare(writer.as_ref().unwrap().read());
        }
    }
}
