//! What the hot paths cost: `cargo run --release -p wire --example speed`.
//!
//! The median of 21 rounds, in nanoseconds a call. Goals: a text read within 2 µs, a status
//! written within 1 µs.

#![expect(clippy::disallowed_methods, reason = "measures, and nothing else")]

use std::hint::black_box;
use std::time::Instant;

use exchange::delivery::Kind;
use exchange::id::{AccountId, AssistantId, ConversationId, Seq};
use exchange::message::{Author, Content, Message};
use exchange::time::Millis;
use wire::cloud::id::{Direction, Wamid};
use wire::cloud::{path, send, webhook};

fn measure(what: &str, mut call: impl FnMut()) {
    const CALLS: u128 = 20_000;
    let mut rounds: Vec<u128> = (0..21)
        .map(|_| {
            let start = Instant::now();
            (0..CALLS).for_each(|_| call());
            start.elapsed().as_nanos() / CALLS
        })
        .collect();
    rounds.sort_unstable();
    println!("{:>6} ns  {what}", rounds[rounds.len() / 2]);
}

fn main() {
    let json = Some("application/json");
    let text = br#"{"messaging_product":"whatsapp","recipient_type":"individual","to":"999000000012345","type":"text","text":{"preview_url":false,"body":"Your table for four is booked for tonight at eight. See you soon!"}}"#;
    let slow = br#"{"messaging_product":"WhatsApp","recipient_type":"individual","to":"999000000012345","type":"text","text":{"preview_url":false,"body":"Your table for four is booked for tonight at eight. See you soon!"}}"#;
    let buttons = br#"{"messaging_product":"whatsapp","to":"999000000012345","type":"interactive","interactive":{"type":"button","body":{"text":"Which?"},"action":{"buttons":[{"type":"reply","reply":{"id":"a","title":"A"}},{"type":"reply","reply":{"id":"b","title":"B"}}]}}}"#;
    let conversation = ConversationId::from_random(12_345);
    let wamid = Wamid { conversation, seq: Seq(5), direction: Direction::Inbound };
    let id = wamid.encode();
    let read = format!(r#"{{"messaging_product":"whatsapp","status":"read","message_id":"{id}"}}"#);
    for (what, body) in [
        ("read a text", &text[..]),
        ("read a receipt", read.as_bytes()),
        ("read a text, the general way", slow),
        ("read buttons, the general way", buttons),
    ] {
        measure(what, || drop(black_box(send::parse(None, json, black_box(body)))));
    }
    measure("take a path apart", || {
        black_box(path::parse(black_box("/v25.0/106540352242922/messages")));
    });
    measure("encode a wamid", || drop(black_box(black_box(wamid).encode())));
    measure("decode a wamid", || {
        black_box(Wamid::decode(black_box(&id)));
    });
    let Ok(send::Request::Message(sent)) = send::parse(None, json, text) else { return };
    measure("write an answer", || drop(black_box(send::accepted(&sent.to, conversation, Seq(6)))));
    let meta = webhook::Metadata {
        account: AccountId(102_290_129_340_398),
        number: 999_015_550_783_881,
        phone_number_id: AssistantId(106_540_352_242_922),
    };
    let contact = webhook::Contact { conversation, name: "Zoë" };
    let message = |body: &str| Message {
        seq: Seq(5),
        author: Author::Person,
        at: Millis(1_749_416_383_900),
        context: None,
        content: Content::Text { body: body.into(), preview_url: false },
        opaque: None,
        failed: None,
        extra: None,
    };
    for (what, body) in [
        (
            "write a text webhook, ASCII",
            "A table for four tonight at eight, please. Is it possible?",
        ),
        ("write a text webhook, Greek", "Ένα τραπέζι για τέσσερις απόψε στις οκτώ, παρακαλώ."),
    ] {
        let message = message(body);
        measure(what, || {
            drop(black_box(webhook::message(
                &meta,
                &contact,
                &message,
                Author::Assistant,
                &|_| String::new(),
            )));
        });
    }
    statuses(&meta, &contact);
}

fn statuses(meta: &webhook::Metadata, contact: &webhook::Contact<'_>) {
    let status = webhook::Status {
        seq: Seq(6),
        kind: Kind::Delivered,
        at: Millis(1_750_030_073_000),
        opaque: None,
        failure: None,
        category: exchange::content::Category::Service,
    };
    measure("write a status webhook", || {
        drop(black_box(webhook::status(meta, contact, &status, "https://exchange.example/rules")));
    });
}
