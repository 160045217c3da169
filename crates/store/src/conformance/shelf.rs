//! Files, what providers keep beside messages, and what is counted.

use exchange::delivery::{End, Kind, Owed};
use exchange::id::{AssistantId, ConversationId, DeliveryId, ItemId, PersonId, Seq};
use exchange::media::{Media, MediaId};
use exchange::message::{Author, Content, Extra, Message, Referral};
use exchange::time::Millis;

use super::samples::{
    NOON, contents, conversation, conversation_id, full_message, message, owed, settled,
};
use super::{Ground, after};
use crate::Op;
use crate::row::{Item, ItemKind, MediaRow, Traffic};

fn row(id: u64, assistant: u64, of: Option<u64>) -> MediaRow {
    MediaRow {
        media: Media {
            id: MediaId(id),
            mime: "audio/ogg; codecs=opus".to_owned(),
            sha256: "ab".repeat(32),
            size_bytes: 104_857_600,
            width: None,
            height: Some(7),
        },
        assistant: AssistantId(assistant),
        conversation: of.map(conversation_id),
        blob: format!("blob {id}"),
        filename: Some("naïve.ogg".to_owned()),
        created: NOON,
        expires: NOON + i64::try_from(id).unwrap(),
    }
}

fn item(kind: ItemKind, id: u64, assistant: u64, name: &str) -> Item {
    let (id, assistant) = (ItemId(id), AssistantId(assistant));
    Item { kind, id, assistant, name: name.to_owned(), at: NOON, body: "{\"a\":\"é\"}".to_owned() }
}

/// Files are replaced by id, and several rows may name one blob.
pub fn files_are_kept(ground: &dyn Ground) {
    let (one, other) = (row(1, 1, None), row(2, 1, Some(7)));
    let changed = MediaRow { filename: None, blob: "blob 2".to_owned(), ..row(1, 1, None) };
    after(ground, &[Op::Media(one.clone()), Op::Media(other.clone())], |read| {
        assert_eq!(read.media(MediaId(1)).unwrap(), Some(one));
        assert_eq!(read.media(MediaId(2)).unwrap(), Some(other));
        assert_eq!(read.media(MediaId(u64::MAX)).unwrap(), None);
        assert_eq!(read.blob_uses("blob 2").unwrap(), 1);
    });
    after(ground, &[Op::Media(changed.clone())], |read| {
        assert_eq!(read.media(MediaId(1)).unwrap(), Some(changed));
        let uses = ["blob 1", "blob 2"].map(|blob| read.blob_uses(blob).unwrap());
        assert_eq!(uses, [0, 2]);
    });
}

/// What a conversation shows stays as long as it does; the rest is idle once it has expired.
pub fn files_are_idle_when_expired_and_unseen(ground: &dyn Ground) {
    let shown = conversation(1, 1, 1);
    let ops = [
        Op::Conversation(shown.clone()),
        Op::Media(row(1, 1, None)),
        Op::Media(row(2, 1, None)),
        Op::Media(row(3, 1, None)),
        Op::UseMedia(shown.id, MediaId(1)),
        Op::UseMedia(shown.id, MediaId(1)),
        // A conversation that is not there shows nothing.
        Op::UseMedia(conversation_id(9), MediaId(2)),
        Op::DropMedia(MediaId(1)),
    ];
    after(ground, &ops, |read| {
        let idle = |before| -> Vec<u64> {
            let rows = read.idle_media(NOON + before, 9).unwrap();
            rows.iter().map(|row| row.media.id.0).collect()
        };
        assert_eq!((idle(2), idle(3), idle(4)), (vec![], vec![2], vec![2, 3]));
        assert_eq!(read.idle_media(NOON + 4, 1).unwrap().len(), 1);
        assert!(read.media(MediaId(1)).unwrap().is_some(), "it is shown");
        assert!(read.shows_media(shown.id, MediaId(1)).unwrap());
        assert!(!read.shows_media(shown.id, MediaId(2)).unwrap());
        assert!(!read.shows_media(conversation_id(9), MediaId(2)).unwrap());
    });
    after(ground, &[Op::DropMedia(MediaId(2)), Op::DropMedia(MediaId(8))], |read| {
        assert_eq!(read.media(MediaId(2)).unwrap(), None);
        assert!(read.media(MediaId(3)).unwrap().is_some());
    });
}

/// What the person sent loses whose it was, and is idle at once; what was uploaded stays.
pub fn erasing_leaves_files_idle(ground: &dyn Ground) {
    let (theirs, others) = (conversation(1, 1, 1), conversation(2, 2, 1));
    let ops = [
        Op::Conversation(theirs.clone()),
        Op::Conversation(others.clone()),
        Op::Media(row(1, 1, Some(1))),
        Op::Media(row(2, 1, None)),
        Op::Media(row(3, 1, Some(2))),
        Op::UseMedia(theirs.id, MediaId(1)),
        Op::UseMedia(theirs.id, MediaId(2)),
        Op::UseMedia(others.id, MediaId(3)),
        Op::ErasePerson(PersonId(1)),
    ];
    after(ground, &ops, |read| {
        let gone = read.media(MediaId(1)).unwrap().unwrap();
        assert_eq!((gone.conversation, gone.filename.clone()), (None, None));
        assert_eq!(read.idle_media(Millis(1), 9).unwrap(), [gone]);
        assert_eq!(read.media(MediaId(2)).unwrap(), Some(row(2, 1, None)));
        assert_eq!(read.media(MediaId(3)).unwrap(), Some(row(3, 1, Some(2))));
        assert!(!read.shows_media(theirs.id, MediaId(2)).unwrap());
        assert!(read.shows_media(others.id, MediaId(3)).unwrap());
    });
}

/// By kind and id, by name, in order; a name belongs to one.
pub fn items_are_found_by_id_and_name(ground: &dyn Ground) {
    let flow = |id, name| item(ItemKind::Flow, id, 1, name);
    let (one, two) = (flow(5, "one"), flow(3, "two"));
    let (template, foreign) =
        (item(ItemKind::Template, 5, 1, "one"), item(ItemKind::Flow, 6, 2, "one"));
    let all = [&one, &two, &template, &foreign].map(|it| Op::Item(it.clone()));
    let renamed = Item { at: NOON + 1, body: "{}".to_owned(), ..flow(5, "new") };
    after(ground, &all, |read| {
        let (of, kind) = (AssistantId(1), ItemKind::Flow);
        assert_eq!(read.item(kind, ItemId(5)).unwrap(), Some(one.clone()));
        assert_eq!(read.item(ItemKind::Template, ItemId(5)).unwrap(), Some(template));
        assert_eq!(read.item(kind, ItemId(u64::MAX)).unwrap(), None);
        assert_eq!(read.item_named(of, kind, "one").unwrap(), Some(one));
        assert_eq!(read.item_named(AssistantId(2), kind, "one").unwrap(), Some(foreign));
        assert_eq!(read.item_named(AssistantId(3), kind, "one").unwrap(), None);
        let ids = |after, limit| -> Vec<u64> {
            let items = read.items(of, kind, ItemId(after), limit).unwrap();
            items.iter().map(|item| item.id.0).collect()
        };
        assert_eq!((ids(0, 9), ids(3, 9), ids(0, 1)), (vec![3, 5], vec![5], vec![3]));
        assert_eq!(read.count_items(of, kind).unwrap(), 2);
    });
    let taken = Op::Item(flow(7, "two"));
    assert!(ground.open().unwrap().writer.commit(&[taken]).is_err(), "the name is another's");
    let ops = [
        Op::Item(renamed.clone()),
        Op::Item(flow(8, "one")),
        Op::DropItem(ItemKind::Flow, ItemId(3)),
        Op::DropItem(ItemKind::Flow, ItemId(99)),
    ];
    after(ground, &ops, |read| {
        assert_eq!(read.item(ItemKind::Flow, ItemId(5)).unwrap(), Some(renamed));
        assert_eq!(read.item(ItemKind::Flow, ItemId(3)).unwrap(), None);
        assert_eq!(read.count_items(AssistantId(1), ItemKind::Flow).unwrap(), 2);
    });
}

/// Blocked people of one assistant, by conversation; what the person wishes is kept.
pub fn wishes_and_blocks_are_kept(ground: &dyn Ground) {
    let mut all = [1, 2, 3].map(|n| conversation(n, n, 1));
    all[0].wishes.blocked = true;
    all[1].wishes.no_marketing = true;
    all[1].wishes.calls_until = Some(Millis(i64::MAX));
    all[2].wishes.blocked = true;
    let mut foreign = conversation(4, 1, 2);
    foreign.wishes.blocked = true;
    let ops: Vec<Op> = all.iter().chain([&foreign]).cloned().map(Op::Conversation).collect();
    after(ground, &ops, |read| {
        let of = AssistantId(1);
        for it in &all {
            assert_eq!(read.conversation(it.id).unwrap().unwrap().wishes, it.wishes);
        }
        let ids = |after, limit| read.blocked(of, after, limit).unwrap();
        assert_eq!(ids(ConversationId::NONE, 9), [all[0].id, all[2].id]);
        assert_eq!(ids(ConversationId::NONE, 1), [all[0].id]);
        assert_eq!(ids(all[0].id, 9), [all[2].id]);
    });
    all[0].wishes.blocked = false;
    after(ground, &[Op::Conversation(all[0].clone())], |read| {
        assert_eq!(read.blocked(AssistantId(1), ConversationId::NONE, 9).unwrap(), [all[2].id]);
    });
}

/// What a message says can be replaced; everything beside it stays.
pub fn what_a_message_says_is_replaced(ground: &dyn Ground) {
    let of = conversation(1, 1, 1);
    let referral = Some(Referral { json: "{\"source_id\":\"1\"}".to_owned() });
    let extra = Extra { forwards: 3, product: Some((ItemId(4), "tea".to_owned())), referral };
    let mut said = full_message(1, contents()[0].clone());
    said.extra = Some(Box::new(extra));
    let plain = message(2, Author::Person);
    let content = Content::LocationRequest { body: "where?".to_owned() };
    let ops = [
        Op::Conversation(of.clone()),
        Op::Message(of.id, said.clone()),
        Op::Message(of.id, plain.clone()),
        Op::Content(of.id, Seq(1), content.clone()),
        Op::Content(of.id, Seq(9), content.clone()),
        Op::Content(conversation_id(9), Seq(1), content.clone()),
    ];
    after(ground, &ops, |read| {
        let all = read.messages(of.id, Seq(0), Seq(99), 99, false).unwrap();
        assert_eq!(all, [Message { content, ..said }, plain]);
        assert_eq!(read.messages(conversation_id(9), Seq(0), Seq(99), 9, false).unwrap(), []);
    });
}

/// A file still to be fetched is not received; when it is there, it is.
pub fn what_is_still_fetched_takes_no_receipt(ground: &dyn Ground) {
    let of = conversation(1, 1, 1);
    let pending = super::samples::media(exchange::media::Source::Link("https://x.example".into()));
    let there = super::samples::media(exchange::media::Source::Kept(row(1, 1, None).media));
    let said = Message { content: pending, ..message(1, Author::Assistant) };
    let receivable = |read: &dyn crate::Reader| read.receivable(of.id, Seq(0), Seq(9), 9).unwrap();
    let ops = [Op::Conversation(of.clone()), Op::Message(of.id, said)];
    after(ground, &ops, |read| assert_eq!(receivable(read), []));
    let ops = [Op::Content(of.id, Seq(1), there)];
    after(ground, &ops, |read| assert_eq!(receivable(read), [Seq(1)]));
}

/// What an account is told stands in the log like everything else, in nobody's conversation.
pub fn events_of_accounts_are_logged(ground: &dyn Ground) {
    let id = DeliveryId(5 << 20);
    let told = Owed::event(AssistantId(1), id, NOON);
    after(ground, &[Op::Owe(told)], |read| {
        assert_eq!(read.owed((AssistantId(0), DeliveryId(0)), 9).unwrap(), [told]);
    });
    after(ground, &[Op::Settle(settled(&told, End::Delivered, NOON + 1))], |read| {
        assert_eq!(read.owed((AssistantId(0), DeliveryId(0)), 9).unwrap(), []);
        let logged = read.delivery(AssistantId(1), id).unwrap().unwrap();
        assert_eq!(
            (logged.owed.kind, logged.owed.conversation),
            (Kind::Event, ConversationId::NONE)
        );
        assert_eq!(
            read.deliveries(AssistantId(1), None, DeliveryId(u64::MAX), 9).unwrap().len(),
            1
        );
    });
}

/// By stretches of time and kind; stretches without anything are left out.
pub fn traffic_is_counted(ground: &dyn Ground) {
    let of = conversation(1, 1, 1);
    let mut ops =
        vec![Op::Conversation(of.clone()), Op::Message(of.id, message(1, Author::Person))];
    let times = [(0, Kind::Message), (9, Kind::Message), (10, Kind::Sent), (35, Kind::Message)];
    for (n, (ms, kind)) in (0u64..).zip(times) {
        let at = NOON + ms;
        let id = (u64::try_from(at.0).unwrap() << 20) + n;
        let duty = Owed { at, ..owed(id, &of, 1, kind) };
        ops.push(Op::Owe(duty));
        if n % 2 == 0 {
            ops.push(Op::Settle(settled(&duty, End::Delivered, NOON + 100)));
        }
    }
    after(ground, &ops, |read| {
        let stretch = |ms, kind, count| Traffic { start: NOON + ms, kind, count };
        let all = read.traffic(AssistantId(1), NOON, NOON + 40, 10).unwrap();
        let expected = [
            stretch(0, Kind::Message, 2),
            stretch(10, Kind::Sent, 1),
            stretch(30, Kind::Message, 1),
        ];
        assert_eq!(all, expected);
        let part = read.traffic(AssistantId(1), NOON + 9, NOON + 35, 100).unwrap();
        assert_eq!(part, [stretch(9, Kind::Message, 1), stretch(9, Kind::Sent, 1)]);
        assert_eq!(read.traffic(AssistantId(2), NOON, NOON + 40, 10).unwrap(), []);
    });
}
