//! Every kind of message on a page without scripts.

use exchange::content::parts::{
    AddressForm, ContactCard, Degrees, FlowName, FlowStart, Header, Location, Rendered,
};
use exchange::content::{Category, FormKind};
use exchange::id::ItemId;
use exchange::media::{Media, MediaId, MediaKind, Source};
use exchange::message::Author;
use exchange::time::Millis;

use super::*;

fn kept(mime: &str) -> Source {
    Source::Kept(Media {
        id: MediaId(123_456_789_012_345),
        mime: mime.to_owned(),
        sha256: String::new(),
        size_bytes: 2_500_000,
        width: Some(640),
        height: Some(480),
    })
}

fn product(id: &str, price_cents: Option<i64>) -> Product {
    Product {
        catalog: ItemId(1),
        retailer_id: id.into(),
        name: Some("<Tea>".into()),
        price_cents,
        currency: Some("EUR".into()),
        description: None,
    }
}

fn shown(content: Content, chosen: Option<&str>, can_answer: bool) -> String {
    let chat = ConversationId::from_random(0xabcdef);
    let message = Message {
        seq: Seq(7),
        author: Author::Assistant,
        at: Millis(0),
        context: None,
        content,
        opaque: None,
        failed: None,
        extra: None,
    };
    let answers = Answers { chat, seq: Seq(7), client_id: "c1", chosen, can_answer };
    let bubble = Says { chat }.body(&message.content).into_string();
    bubble + &answers.below(&message).into_string()
}

fn open(content: Content) -> String {
    shown(content, None, true)
}

fn media(kind: MediaKind, mime: &str) -> Content {
    Content::Media {
        kind,
        source: kept(mime),
        caption: Some("*Sea* <b>".into()),
        filename: Some("a.pdf".into()),
        voice: false,
        animated: false,
    }
}

#[test]
fn files_come_from_here_and_have_words() {
    let src = "/app/chats/0000abcdf0/media/123456789012345";
    for (kind, mime, tag) in [
        (MediaKind::Image, "image/png", "<img src"),
        (MediaKind::Video, "video/mp4", "<video class=\"film\" controls"),
        (MediaKind::Audio, "audio/ogg", "<audio controls"),
        (MediaKind::Document, "application/pdf", "download=\"a.pdf\""),
        (MediaKind::Sticker, "image/webp", "<img class=\"sticker\""),
    ] {
        let page = open(media(kind, mime));
        assert!(page.contains(tag) && page.contains(src), "{page}");
        assert!(page.contains("<strong>Sea</strong> &lt;b&gt;"), "{page}");
    }
    assert!(
        open(media(MediaKind::Image, "image/png")).contains("alt=\"Sea &lt;b&gt;\" width=\"640\"")
    );
    assert!(open(media(MediaKind::Document, "application/pdf")).contains("application/pdf, 2 MB"));
    let mut gone = media(MediaKind::Image, "image/png");
    for (_, source) in gone.sources_mut() {
        *source = Source::Link("https://elsewhere.example/a.png".into());
    }
    let page = open(gone);
    assert!(page.contains("Photo: not here.") && !page.contains("elsewhere"), "{page}");
}

#[test]
fn a_link_says_its_true_host_and_only_web_addresses_are_links() {
    let cta = |url: &str| {
        let url = url.to_owned();
        open(Content::CtaUrl {
            header: None,
            body: "b".into(),
            footer: None,
            label: "Go".into(),
            url,
        })
    };
    let page = cta("https://bank.example@evil.example/path?x");
    assert!(page.contains("<span class=\"meta option-host\">evil.example</span>"), "{page}");
    assert!(page.contains("rel=\"noopener noreferrer\""));
    assert!(!cta("javascript:alert(1)").contains("href"));
}

#[test]
fn what_is_asked_for_is_answered_by_a_form_and_once() {
    let form = AddressForm {
        country: "SG".into(),
        values: [("name".to_owned(), "Ada".to_owned())].into(),
        saved: Vec::new(),
        errors: std::collections::BTreeMap::new(),
    };
    let body = || "Please".to_owned();
    let address = Content::AddressRequest { header: None, body: body(), footer: None, form };
    for (content, field) in [
        (Content::LocationRequest { body: body() }, "name=\"latitude\""),
        (Content::ContactRequest { body: body() }, "name=\"phone\""),
        (address, "name=\"address.sg_post_code\""),
        (Content::CallPermissionRequest { body: String::new() }, "name=\"calls\" value=\"once\""),
    ] {
        let page = open(content.clone());
        assert!(
            page.contains(field) && page.contains("name=\"context_seq\" value=\"7\""),
            "{page}"
        );
        assert!(page.contains("name=\"client_id\" value=\"c1-7\""));
        for page in [shown(content.clone(), Some("sent"), true), shown(content, None, false)] {
            assert!(!page.contains(field), "{page}");
        }
    }
}

#[test]
fn products_have_prices_and_only_those_with_one_can_be_ordered() {
    let one = |price| Content::ProductItem {
        body: String::new(),
        footer: None,
        product: product("tea", price),
    };
    let page = open(one(Some(250)));
    assert!(page.contains("&lt;Tea&gt;") && page.contains("2.50 EUR"), "{page}");
    assert!(page.contains("name=\"quantity.tea\""));
    assert!(!open(one(None)).contains("quantity."));
}

#[test]
fn a_template_shows_all_its_parts_and_its_replies_by_place() {
    let flow = FlowStart {
        flow: FlowName::Id(ItemId(3)),
        label: "Fill in".into(),
        token: None,
        draft: false,
        exchange: false,
        screen: None,
        data: None,
    };
    let place = Location {
        latitude: Degrees(508_467_000),
        longitude: Degrees(43_525_000),
        name: None,
        address: None,
        url: None,
    };
    let it = Rendered {
        template: ItemId(1),
        name: "offer".into(),
        language: "en".into(),
        category: Category::Marketing,
        header: Some(Header::Location(place)),
        body: "Come".into(),
        footer: Some("Bye".into()),
        buttons: vec![
            TemplateButton::Url { text: "Page".into(), url: "https://a.example/".into() },
            TemplateButton::Reply { text: "Yes".into(), payload: "secret".into() },
            TemplateButton::Copy { text: "Copy".into(), code: "SAVE10".into() },
            TemplateButton::Phone { text: "Call".into(), phone: "+32 (2) 1".into() },
            TemplateButton::Flow { flow },
        ],
        cards: Vec::new(),
        offer: Some("Half price".into()),
        offer_ends_ms: Some(0),
        call_permission: true,
    };
    let page = open(Content::Template(it.clone()));
    for part in [
        "50.84670, 4.35250",
        "Half price",
        "Come",
        "Bye",
        "a.example",
        "SAVE10",
        "tel:+3221",
        "/chats/0000abcdf0/flow/7",
        "name=\"calls\" value=\"once\"",
        "name=\"reply\" value=\"1\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("secret"), "payloads are the assistant's");
    assert!(shown(Content::Template(it), Some("1"), true).contains("data-chosen=\"true\""));
}

#[test]
fn contacts_and_unknown_kinds_are_words() {
    let map = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    let card = ContactCard {
        name: map(&[("formatted_name", "Ada")]),
        phones: vec![map(&[("phone", "+32 2")])],
        urls: vec![map(&[("url", "javascript:alert(1)")])],
        ..ContactCard::default()
    };
    let page = open(Content::Contacts { cards: vec![card], requested: false });
    assert!(page.contains("tel:+322") && !page.contains("href=\"javascript"), "{page}");
    let sent = Content::FormReply { form: FormKind::Flow, response_json: "{}".into() };
    assert!(open(sent).contains("Form sent"));
    assert!(open(Content::Unsupported { what: "poll".into() }).contains("Not carried here: poll"));
}
