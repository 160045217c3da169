//! What persons send, as webhooks tell it: the shapes of reference 12.

use exchange::content::FormKind;
use exchange::content::parts::{ContactCard, Degrees, Location, OrderItem};
use exchange::id::ItemId;
use exchange::media::{Media, MediaKind, Source};
use exchange::message::{Extra, Referral};
use serde_json::{Value, json};

use super::*;

fn file(kind: MediaKind, mime: &str) -> Content {
    let media = Media {
        id: MediaId(123_456_789_012_345),
        mime: mime.into(),
        sha256: "00ff".into(),
        size_bytes: 7,
        width: None,
        height: None,
    };
    Content::Media {
        kind,
        source: Source::Kept(media),
        caption: (kind != MediaKind::Audio && kind != MediaKind::Sticker).then(|| "Öl".into()),
        filename: (kind == MediaKind::Document).then(|| "a/b.pdf".into()),
        voice: kind == MediaKind::Audio,
        animated: kind == MediaKind::Sticker,
    }
}

fn value(message: &Message) -> Value {
    let meta = Metadata { account: AccountId(1), number: 2, phone_number_id: AssistantId(3) };
    let conversation = ConversationId::new(5).unwrap();
    let contact = Contact { conversation, name: "Zoë" };
    let url = |id: MediaId| format!("https://exchange.example/{id}");
    let body = super::message(&meta, &contact, message, Author::Assistant, &url).unwrap();
    assert!(body.is_ascii());
    let all: Value = serde_json::from_slice(&body).unwrap();
    let mut said = all["entry"][0]["changes"][0]["value"]["messages"][0].clone();
    let members = said.as_object_mut().unwrap();
    for same in ["from", "from_user_id", "id", "timestamp"] {
        members.remove(same).unwrap();
    }
    said
}

fn said(content: Content) -> Message {
    Message {
        seq: Seq(4),
        author: Author::Person,
        at: Millis(1_000),
        context: None,
        content,
        opaque: None,
        failed: None,
        extra: None,
    }
}

#[test]
fn files_have_their_hash_in_base64_and_an_address() {
    let common = |mime: &str| {
        json!({
            "mime_type": mime, "sha256": "AP8=", "id": "123456789012345",
            "url": "https://exchange.example/123456789012345",
        })
    };
    for (kind, mime, more) in [
        (MediaKind::Image, "image/jpeg", json!({"caption": "Öl"})),
        (MediaKind::Video, "video/mp4", json!({"caption": "Öl"})),
        (MediaKind::Audio, "audio/ogg; codecs=opus", json!({"voice": true})),
        (MediaKind::Document, "application/pdf", json!({"caption": "Öl", "filename": "a/b.pdf"})),
        (MediaKind::Sticker, "image/webp", json!({"animated": true})),
    ] {
        let mut want = common(mime);
        want.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let want = json!({"type": kind.name(), kind.name(): want});
        assert_eq!(value(&said(file(kind, mime))), want);
    }
}

#[test]
fn places_and_contacts_have_the_platforms_shapes() {
    let place = Location {
        latitude: Degrees::new(50.85).unwrap(),
        longitude: Degrees::new(-4.35).unwrap(),
        name: Some("Here".into()),
        address: None,
        url: None,
    };
    let name = [("formatted_name", "Ada L"), ("first_name", "Ada")];
    let card = ContactCard {
        name: name.map(|(part, text)| (part.to_owned(), text.to_owned())).into(),
        ..ContactCard::default()
    };
    let contacts = |requested| Content::Contacts { cards: vec![card.clone()], requested };
    let card = json!({"name": {"formatted_name": "Ada L", "first_name": "Ada"}});
    for (content, want) in [
        (
            Content::Location(place),
            json!({"type": "location",
                "location": {"latitude": 50.85, "longitude": -4.35, "name": "Here"}}),
        ),
        (contacts(false), json!({"type": "contacts", "contacts": [card]})),
        (
            contacts(true),
            json!({"type": "contacts", "contacts": [card], "origin": "contact_request"}),
        ),
    ] {
        assert_eq!(value(&said(content)), want);
    }
}

#[test]
fn orders_forms_and_answers_have_the_platforms_shapes() {
    let item = OrderItem {
        retailer_id: "p1".into(),
        quantity: 2,
        price_cents: 1_250,
        currency: "EUR".into(),
    };
    let form = |form| Content::FormReply { form, response_json: "{\"a\":1}".into() };
    let reply = |name: &str| {
        let reply = json!({"name": name, "body": "Sent", "response_json": "{\"a\":1}"});
        json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": reply}})
    };
    let call = |accepted, until_ms| Content::CallPermissionReply { accepted, until_ms };
    let answered = |members: Value| {
        let name = "call_permission_reply";
        json!({"type": "interactive", "interactive": {"type": name, name: members}})
    };
    for (content, want) in [
        (
            Content::Order { catalog: ItemId(9), text: None, items: vec![item] },
            json!({"type": "order", "order": {"catalog_id": "9", "text": "", "product_items": [
                {"product_retailer_id": "p1", "quantity": 2, "item_price": 12.5,
                 "currency": "EUR"}]}}),
        ),
        (form(FormKind::Flow), reply("flow")),
        (form(FormKind::Address), reply("address_message")),
        (
            Content::TemplateReply { payload: "p".into(), text: "Yes".into() },
            json!({"type": "button", "button": {"payload": "p", "text": "Yes"}}),
        ),
        (
            call(true, Some(5_000)),
            answered(json!({"response": "accept", "expiration_timestamp": 5,
                "response_source": "user_action"})),
        ),
        (
            call(true, None),
            answered(json!({"response": "accept", "is_permanent": true,
                "response_source": "user_action"})),
        ),
        (
            call(false, None),
            answered(json!({"response": "reject", "response_source": "user_action"})),
        ),
        (Content::Welcome, json!({"type": "request_welcome"})),
    ] {
        assert_eq!(value(&said(content)), want);
    }
    let poll = value(&said(Content::Unsupported { what: "poll".into() }));
    assert_eq!(
        (&poll["type"], &poll["errors"][0]["code"]),
        (&"unsupported".into(), &131_051.into())
    );
    assert_eq!(poll["unsupported"], json!({"type": "poll"}));
}

#[test]
fn what_comes_beside_stands_in_context_and_referral() {
    let text = || Content::Text { body: "x".into(), preview_url: false };
    let with = |context: Option<u32>, extra: Extra| {
        let extra = Some(Box::new(extra));
        value(&Message { context: context.map(Seq), extra, ..said(text()) })
    };
    let forwarded = |forwards| Extra { forwards, ..Extra::default() };
    assert_eq!(with(None, forwarded(1))["context"], json!({"forwarded": true}));
    assert_eq!(with(None, forwarded(5))["context"], json!({"forwarded": true}));
    assert_eq!(with(None, forwarded(6))["context"], json!({"frequently_forwarded": true}));
    let asked = Extra { product: Some((ItemId(9), "p1".into())), ..Extra::default() };
    let product = json!({"catalog_id": "9", "product_retailer_id": "p1"});
    assert_eq!(with(None, asked.clone())["context"], json!({"referred_product": product}));
    let both = with(Some(1), asked);
    assert_eq!(
        (&both["context"]["from"], &both["context"]["referred_product"]),
        (&"2".into(), &product)
    );
    let referral = |json: &str| {
        with(None, Extra { referral: Some(Referral { json: json.into() }), ..Extra::default() })
    };
    assert_eq!(referral("{\"source_type\":\"ad\"}")["referral"], json!({"source_type": "ad"}));
    assert_eq!(referral("[1]").get("referral"), None);
}

#[test]
fn events_and_preferences_are_written_for_their_fields() {
    let value = json!({"event": "APPROVED", "reason": null});
    let body = event(AccountId(1), Millis(9_000), "message_template_status_update", &value);
    assert_eq!(
        serde_json::from_slice::<Value>(&body).unwrap(),
        json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "time": 9, "changes": [
            {"field": "message_template_status_update", "value": value}]}]})
    );
    let meta = Metadata { account: AccountId(1), number: 2, phone_number_id: AssistantId(3) };
    let contact = Contact { conversation: ConversationId::new(5).unwrap(), name: "" };
    for (kind, said) in [(Kind::MarketingStopped, "stop"), (Kind::MarketingResumed, "resume")] {
        let it = Status {
            seq: Seq(1),
            kind,
            at: Millis(7_000),
            opaque: None,
            failure: None,
            category: Category::Service,
        };
        let body = status(&meta, &contact, &it, "https://x.example/rules").unwrap();
        let all: Value = serde_json::from_slice(&body).unwrap();
        let change = &all["entry"][0]["changes"][0];
        assert_eq!(change["field"], "user_preferences");
        let one = &change["value"]["user_preferences"][0];
        assert_eq!((&one["value"], &one["timestamp"]), (&said.into(), &7.into()));
        assert_eq!(one["wa_id"], "999000000000005");
    }
}
