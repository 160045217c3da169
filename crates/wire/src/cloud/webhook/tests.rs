//! Golden bodies (`testdata/webhook`), and properties over any text.

use exchange::message::NoticeKind;
use proptest::prelude::*;
use serde_json::Value;

use super::*;

const META: Metadata = Metadata {
    account: AccountId(102_290_129_340_398),
    number: 999_015_550_783_881,
    phone_number_id: AssistantId(106_540_352_242_922),
};
const RULES: &str = "https://exchange.example/rules";

fn contact(name: &str) -> Contact<'_> {
    Contact { conversation: ConversationId::new(12_345).unwrap(), name }
}

fn said(content: Content, context: Option<u32>) -> Message {
    Message {
        seq: Seq(5),
        author: Author::Person,
        at: Millis(1_749_416_383_900),
        context: context.map(Seq),
        content,
        opaque: None,
        failed: None,
        extra: None,
    }
}

fn there(id: MediaId) -> String {
    format!("https://exchange.example/f/{id}")
}

fn text(body: &str) -> Content {
    Content::Text { body: body.into(), preview_url: false }
}

fn golden(name: &str) -> String {
    let path = format!("{}/testdata/webhook/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn check(name: &str, body: Option<Vec<u8>>) {
    assert_eq!(String::from_utf8(body.unwrap()).unwrap(), golden(name), "{name}");
}

#[test]
fn messages_are_written_as_recorded() {
    let reacts = |emoji: &str| Content::Reaction { target: Seq(6), emoji: emoji.into() };
    let list = |description: Option<&str>| Content::ListReply {
        id: "r1".into(),
        title: "R1".into(),
        description: description.map(str::to_owned),
    };
    let button = Content::ButtonReply { id: "yes/1".into(), title: "Yes".into() };
    for (name, content, context, referred) in [
        ("text", text("Grüße 😀 a/b \"x\"\n"), None, Author::Assistant),
        ("text-quote", text("yes"), Some(4), Author::Assistant),
        ("text-quote-of-own", text("yes"), Some(4), Author::Person),
        ("reaction", reacts("👍"), None, Author::Assistant),
        ("reaction-taken-back", reacts(""), None, Author::Assistant),
        ("button-reply", button, Some(4), Author::Assistant),
        ("list-reply", list(Some("first")), Some(4), Author::Assistant),
        ("list-reply-plain", list(None), Some(4), Author::Assistant),
    ] {
        check(name, message(&META, &contact("Zoë / Ж"), &said(content, context), referred, &there));
    }
}

#[test]
fn statuses_are_written_as_recorded() {
    for (name, kind, opaque, failure) in [
        ("sent", Kind::Sent, Some("order-17/č"), None),
        ("delivered", Kind::Delivered, None, None),
        ("read", Kind::Read, None, None),
        ("failed-window", Kind::Failed, None, Some(Failure::WindowClosed)),
        ("failed-stopped", Kind::Failed, None, Some(Failure::Stopped)),
    ] {
        let it = Status {
            seq: Seq(6),
            kind,
            at: Millis(1_750_030_073_000),
            opaque,
            failure,
            category: Category::Service,
        };
        check(name, status(&META, &contact("Zoë / Ж"), &it, RULES));
    }
}

#[test]
fn what_no_assistant_is_told_has_no_body() {
    let notice = Content::Notice { kind: NoticeKind::Ai, text: "x".into() };
    let reaction = Content::Reaction { target: Seq(1), emoji: "👍".into() };
    let none =
        |content, referred| message(&META, &contact(""), &said(content, None), referred, &there);
    assert_eq!(none(notice, Author::Person), None);
    assert_eq!(none(Content::Withheld, Author::Person), None);
    assert_eq!(none(reaction, Author::Exchange), None);
    // A text that quotes a notice is told, the quote is not.
    let body =
        message(&META, &contact(""), &said(text("x"), Some(1)), Author::Exchange, &there).unwrap();
    assert!(!String::from_utf8(body).unwrap().contains("context"));
    let it = Status {
        seq: Seq(1),
        kind: Kind::Message,
        at: Millis(0),
        opaque: None,
        failure: None,
        category: Category::Service,
    };
    assert_eq!(status(&META, &contact(""), &it, RULES), None);
}

proptest! {
    #[test]
    fn every_body_is_ascii_json_that_says_what_was_said(
        name in ".{0,60}", body in ".{1,300}", seq in 1..u32::MAX, at in 0..4_102_444_800_000_i64,
    ) {
        let it = Message { seq: Seq(seq), at: Millis(at), ..said(text(&body), None) };
        let written = message(&META, &contact(&name), &it, Author::Assistant, &there).unwrap();
        prop_assert!(written.is_ascii());
        let read: Value = serde_json::from_slice(&written).unwrap();
        let value = &read["entry"][0]["changes"][0]["value"];
        prop_assert_eq!(&value["messages"][0]["text"]["body"], &body);
        prop_assert_eq!(&value["contacts"][0]["profile"]["name"], &name);
        prop_assert_eq!(&value["messages"][0]["timestamp"], &(at / 1000).to_string());
        let id = Wamid::decode(value["messages"][0]["id"].as_str().unwrap()).unwrap();
        prop_assert_eq!(id, Wamid { conversation: contact("").conversation, seq: Seq(seq), direction: Direction::Inbound });
    }

    #[test]
    fn every_status_is_ascii_json(opaque in proptest::option::of(".{0,300}"), url in "https://[a-z]{1,20}/[a-zé\"]{0,9}", which in 0..4_usize) {
        let kind = [Kind::Sent, Kind::Delivered, Kind::Read, Kind::Failed][which];
        let it = Status { seq: Seq(1), kind, at: Millis(0), opaque: opaque.as_deref(), failure: None, category: Category::Service };
        let written = status(&META, &contact("x"), &it, &url).unwrap();
        prop_assert!(written.is_ascii());
        let read: Value = serde_json::from_slice(&written).unwrap();
        let found = &read["entry"][0]["changes"][0]["value"]["statuses"][0];
        prop_assert_eq!(found["biz_opaque_callback_data"].as_str(), opaque.as_deref());
        prop_assert_eq!(found.get("errors").is_some(), kind == Kind::Failed);
        // Every price is nothing, for everybody.
        prop_assert_eq!(found["pricing"]["billable"].as_bool(), (kind != Kind::Failed).then_some(false));
    }
}
