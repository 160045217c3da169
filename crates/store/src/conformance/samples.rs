//! Rows to test with.

use exchange::assistant::{Automation, Card};
use exchange::consent::{self, Consented, State};
use exchange::content::FormKind;
use exchange::content::parts::{Degrees, Header, Location, OrderItem};
use exchange::conversation::{Conversation, Marks};
use exchange::delivery::{End, Kind, Owed};
use exchange::id::{
    AccountId, AppId, AssistantId, ConversationId, DeliveryId, ItemId, PersonId, Seq,
};
use exchange::media::{Media, MediaId, MediaKind, Source};
use exchange::message::{Author, Button, Content, Failure, Message, NoticeKind, Row, Section};
use exchange::time::Millis;

use crate::row::{Answer, AssistantRow, Callback, Settled};

/// When the samples happen.
pub const NOON: Millis = Millis(1_800_000_000_000);

/// A conversation's id.
///
/// # Panics
/// If the number has more than twelve digits.
pub fn conversation_id(number: u64) -> ConversationId {
    ConversationId::new(number).unwrap()
}

/// A conversation with something in every kept field.
pub fn conversation(number: u64, person: u64, assistant: u64) -> Conversation {
    let (person, assistant) = (PersonId(person), AssistantId(assistant));
    let mut it = Conversation::new(conversation_id(number), person, assistant, NOON);
    it.display_name = "Zoë \"Z\" O'Neil".to_owned();
    it.consent = State::Given;
    it.notice_sha256 = consent::notice_sha256("a notice");
    it.last_inbound = Some(NOON + 5);
    it.marks = Marks {
        assistant_received: Seq(4),
        assistant_read: Seq(3),
        person_received: Seq(2),
        person_read: Seq(1),
    };
    it
}

/// A message of text.
pub fn message(seq: u32, author: Author) -> Message {
    let content = Content::Text { body: format!("words no. {seq}"), preview_url: false };
    let at = NOON + i64::from(seq);
    Message {
        seq: Seq(seq),
        author,
        at,
        context: None,
        content,
        opaque: None,
        failed: None,
        extra: None,
    }
}

/// A picture, kept.
pub fn picture() -> Media {
    Media {
        id: MediaId(123_456_789_012_345),
        mime: "image/png".to_owned(),
        sha256: "cd".repeat(32),
        size_bytes: 5,
        width: Some(16),
        height: None,
    }
}

/// A picture as a message.
pub fn media(source: Source) -> Content {
    Content::Media {
        kind: MediaKind::Image,
        source,
        caption: Some("a picture".to_owned()),
        filename: None,
        voice: false,
        animated: false,
    }
}

/// The two questions that nearly every bot asks.
fn questions() -> [Content; 2] {
    let row = |n: u32, description: Option<&str>| Row {
        id: format!("r{n}"),
        title: format!("Row {n}"),
        description: description.map(str::to_owned),
    };
    let button = |id: &str, title: &str| Button { id: id.to_owned(), title: title.to_owned() };
    let sections = vec![
        Section { title: Some("One".to_owned()), rows: vec![row(1, Some("first")), row(2, None)] },
        Section { title: Some("Two".to_owned()), rows: vec![row(3, None)] },
    ];
    [
        Content::Buttons {
            header: Some(Header::Text("head".to_owned())),
            body: "which?".to_owned(),
            footer: None,
            buttons: vec![button("a", "A"), button("b", "B")],
        },
        Content::List {
            header: None,
            body: "which?".to_owned(),
            footer: Some("foot".to_owned()),
            button: "open".to_owned(),
            sections,
        },
    ]
}

/// One content of nearly every kind, and of every shape that is kept.
pub fn contents() -> Vec<Content> {
    let notice = |kind| Content::Notice { kind, text: "told".to_owned() };
    vec![
        Content::Text { body: "a\0b\n\"quoted\" 🦉".to_owned(), preview_url: true },
        Content::ButtonReply { id: "a".to_owned(), title: "A".to_owned() },
        Content::ListReply { id: "r1".to_owned(), title: "Row 1".to_owned(), description: None },
        Content::Reaction { target: Seq(1), emoji: "👍".to_owned() },
        media(Source::Link("https://birch.example/a.png".to_owned())),
        media(Source::Kept(picture())),
        Content::Location(Location {
            latitude: Degrees(-899_999_999),
            longitude: Degrees(1),
            name: Some("Hall".to_owned()),
            address: None,
            url: None,
        }),
        Content::CtaUrl {
            header: Some(Header::Media {
                kind: MediaKind::Image,
                source: Source::Kept(picture()),
                filename: None,
            }),
            body: "look".to_owned(),
            footer: None,
            label: "Open".to_owned(),
            url: "https://birch.example/?a=1&b=2".to_owned(),
        },
        Content::LocationRequest { body: "where?".to_owned() },
        Content::ContactRequest { body: "who?".to_owned() },
        Content::CallPermissionRequest { body: String::new() },
        Content::CallPermissionReply { accepted: true, until_ms: Some(i64::MAX) },
        Content::TemplateReply { payload: "p".to_owned(), text: "Yes".to_owned() },
        Content::FormReply { form: FormKind::Flow, response_json: "{\"a\":1}".to_owned() },
        Content::Order {
            catalog: ItemId(u64::MAX >> 1),
            text: None,
            items: vec![OrderItem {
                retailer_id: "tea".to_owned(),
                quantity: 2,
                price_cents: 250,
                currency: "EUR".to_owned(),
            }],
        },
        Content::Welcome,
        Content::Unsupported { what: "poll".to_owned() },
        notice(NoticeKind::Ai),
        notice(NoticeKind::Automated),
        notice(NoticeKind::Stopped),
        Content::Withheld,
    ]
    .into_iter()
    .chain(questions())
    .collect()
}

/// A message with every field set.
pub fn full_message(seq: u32, content: Content) -> Message {
    Message {
        context: Some(Seq(1)),
        content,
        opaque: Some("for the assistant alone".to_owned()),
        failed: Some(Failure::WindowClosed),
        ..message(seq, Author::Assistant)
    }
}

/// An obligation towards the assistant of a conversation.
///
/// # Panics
/// If consent is not given in it.
pub fn owed(id: u64, of: &Conversation, seq: u32, kind: Kind) -> Owed {
    let consented = Consented::of(of.consent, of.id, of.assistant).unwrap();
    Owed::new(&consented, DeliveryId(id), Seq(seq), kind, NOON)
}

/// Its end, after one more try.
pub fn settled(owed: &Owed, end: End, at: Millis) -> Settled {
    let owed = Owed { attempt: owed.attempt + 1, ..*owed };
    Settled { owed, end, answer: answer(200), at }
}

/// What came of a try.
pub fn answer(status: u16) -> Answer {
    Answer { status, reason: format!("answered {status}"), duration_ms: 12 }
}

/// An assistant with something in every field.
pub fn assistant(id: u64) -> AssistantRow {
    let callback = |place: &str| Callback {
        url: format!("https://birch.example/{place}"),
        verify_token: format!("token of {place}"),
        fields: "messages,account_update".to_owned(),
    };
    AssistantRow {
        id: AssistantId(id),
        app: AppId(id + 1),
        account: AccountId(id + 2),
        number: 3_225_550_100 + id,
        card: Card {
            name: "Birch".to_owned(),
            purpose: "Helps with everyday questions".to_owned(),
            details: "Two\nlines".to_owned(),
            provider: "Birch Works".to_owned(),
            country: "BE".to_owned(),
            data_location: "Belgium".to_owned(),
            retention: "30 days".to_owned(),
            trains: true,
            automation: Automation::Automated,
            human_contact: "help@birch.example".to_owned(),
            privacy_policy: "https://birch.example/privacy".to_owned(),
        },
        contact_email: "ops@birch.example".to_owned(),
        app_secret: "a secret".to_owned(),
        token: [7; 32],
        since: NOON,
        listed: Some(NOON + 1),
        callback: Some(callback("app")),
        subscribed: true,
        account_override: Some(callback("account")),
        number_override: Some(callback("number")),
        listens_to: id.is_multiple_of(2).then_some(AssistantId(1)),
    }
}
