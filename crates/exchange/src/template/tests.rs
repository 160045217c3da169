use proptest::prelude::*;

use super::pattern::Pattern;
use super::render::{ButtonParam, Misfit, Param, Sent, SentButton};
use super::words::{LANGUAGES, about_codes};
use super::*;
use crate::content::parts::{Header, TemplateButton};
use crate::id::ItemId;
use crate::media::{MediaId, Source};

const ID: ItemId = ItemId(1);

fn pattern(text: &str, examples: &[&str]) -> Pattern {
    let names = super::pattern::variables(text);
    let pair = |(place, example): (usize, &&str)| {
        let name = names.get(place).map_or_else(|| place.to_string(), |name| (*name).to_owned());
        (name, (*example).to_owned())
    };
    Pattern { text: text.to_owned(), examples: examples.iter().enumerate().map(pair).collect() }
}

fn template(body: &str, examples: &[&str]) -> Template {
    Template {
        name: "hello_1".to_owned(),
        language: "en_US".to_owned(),
        category: Category::Marketing,
        previous_category: None,
        status: Status::Approved,
        named: false,
        parts: Parts { body: Some(pattern(body, examples)), ..Parts::default() },
        ttl_s: None,
        sub_category: None,
        library: None,
        untracked: false,
        created: Millis(0),
        edits: Vec::new(),
    }
}

fn with(change: impl FnOnce(&mut Template)) -> Template {
    let mut it = template("Hello {{1}}, good day", &["Ana"]);
    change(&mut it);
    it
}

fn reply(text: &str) -> Knob {
    Knob::QuickReply { text: text.to_owned() }
}

fn link(url: &str) -> Knob {
    let example = Some("https://x.example/1".to_owned());
    Knob::Url { text: "Open".to_owned(), url: url.to_owned(), example }
}

fn otp(way: OtpKind, apps: Vec<TakingApp>, terms: bool) -> Knob {
    Knob::Otp { way, text: String::new(), autofill: None, apps, terms }
}

fn image() -> Head {
    Head::Media { kind: MediaKind::Image, gif: false, sample: "4::x".to_owned() }
}

fn card(body: Option<&str>, buttons: Vec<Knob>) -> Parts {
    let body = body.map(|text| pattern(text, &[]));
    Parts { header: Some(image()), body, buttons, ..Parts::default() }
}

fn text(text: &str) -> Param {
    Param::Text { name: None, text: text.to_owned() }
}

fn body(values: &[&str]) -> Sent {
    Sent { body: values.iter().map(|value| text(value)).collect(), ..Sent::default() }
}

#[track_caller]
fn breaks(it: &Template, rule: Rule) {
    let mut it = it.clone();
    it.settle();
    assert_eq!(it.check().map_err(|fault| fault.rule), Err(rule), "{:?}", it.check());
}

#[test]
fn bodies_keep_the_published_rules() {
    assert_eq!(template("Hello", &[]).check(), Ok(()));
    assert_eq!(template("Hello {{1}}, it is {{2}} now", &["a", "b"]).check(), Ok(()));
    for (text, examples, rule) in [
        ("", &[][..], Rule::Missing),
        ("{{1}} hello you there", &["a"], Rule::Edge),
        ("Hello you there {{1}}", &["a"], Rule::Edge),
        ("Hello you {{1}} {{2}} there all", &["a", "b"], Rule::Body),
        ("Hello you {{1}}, {{3}} there all", &["a", "b"], Rule::Body),
        ("Hello you {{name}} there", &["a"], Rule::Body),
        ("Hello {{1} there", &["a"], Rule::Body),
        ("Hello     there", &[], Rule::Body),
        ("Hello\tthere", &[], Rule::Body),
        ("Hello {{1}} there", &[], Rule::Missing),
        ("Hello {{1}} there", &["a", "b"], Rule::Missing),
        ("Hello {{1}} there", &[" "], Rule::Missing),
        ("A {{1}} b {{2}}, – {{3}}.", &["a", "b", "c"], Rule::Ratio),
        (&"a".repeat(1025), &[], Rule::TooLong),
    ] {
        breaks(&template(text, examples), rule);
    }
    assert_eq!(template(&"é".repeat(1024), &[]).check(), Ok(()));
}

#[test]
fn names_languages_and_times_to_live_are_checked() {
    for name in ["", "Hello", "a b", "a-b", "é"] {
        breaks(&with(|it| name.clone_into(&mut it.name)), Rule::Shape);
    }
    breaks(&with(|it| it.name = "a".repeat(513)), Rule::TooLong);
    breaks(&with(|it| "xx_XX".clone_into(&mut it.language)), Rule::Shape);
    for ttl in [0, 43_199, 2_592_001] {
        breaks(&with(|it| it.ttl_s = Some(ttl)), Rule::Shape);
    }
    assert_eq!(with(|it| it.ttl_s = Some(-1)).check(), Ok(()));
}

#[test]
fn headers_and_footers_are_checked() {
    let head = |words: &str, examples: &[&str]| {
        let words = pattern(words, examples);
        with(|it| it.parts.header = Some(Head::Text(words)))
    };
    assert_eq!(head("Our {{1}} is on", &["sale"]).check(), Ok(()));
    breaks(&head("Our {{1}} {{2}}", &["a", "b"]), Rule::Header);
    for broken in ["Our *sale*", "Our\nsale", "Our sale 🎉", "Our {{sale}}", "{{"] {
        breaks(&head(broken, &[]), Rule::Header);
    }
    breaks(&head("Our {{1}}", &[]), Rule::Missing);
    breaks(&head(&"a".repeat(61), &[]), Rule::TooLong);
    let sample = Head::Media { kind: MediaKind::Image, gif: false, sample: String::new() };
    breaks(&with(|it| it.parts.header = Some(sample)), Rule::Missing);
    for footer in ["a {{1}}", "a\nb"] {
        breaks(&with(|it| it.parts.footer = Some(footer.to_owned())), Rule::Footer);
    }
    breaks(&with(|it| it.parts.footer = Some("a".repeat(61))), Rule::TooLong);
    breaks(&with(|it| it.parts.advice = true), Rule::Shape);
}

#[test]
fn buttons_are_counted_and_ordered() {
    let of = |buttons: Vec<Knob>| with(|it| it.parts.buttons = buttons);
    let open = || link("https://x.example/{{1}}");
    assert_eq!(of(vec![reply("a"), reply("b"), open(), open()]).check(), Ok(()));
    assert_eq!(of(vec![open(), reply("a")]).check(), Ok(()));
    for broken in [
        vec![reply("a"), open(), reply("b")],
        vec![open(), open(), open()],
        (0..11).map(|n| reply(&n.to_string())).collect(),
        vec![reply("{{1}}")],
        vec![link("x.example")],
        vec![link("https://{{1}}")],
        vec![link("https://x.example{{1}}")],
        vec![link("https://x.example/{{1}}/more")],
        vec![link("https://x.example/{{2}}")],
        vec![Knob::Phone { text: "Call".to_owned(), phone: "call me".to_owned() }],
        vec![Knob::Catalog { text: "View".to_owned() }, reply("a")],
        vec![Knob::Product { text: "View".to_owned() }],
        vec![otp(OtpKind::CopyCode, vec![], false)],
    ] {
        breaks(
            &of(broken.clone()),
            if matches!(broken[0], Knob::Otp { .. }) { Rule::Missing } else { Rule::Buttons },
        );
    }
    breaks(&of(vec![reply(&"a".repeat(26))]), Rule::TooLong);
    let bare = Knob::Url {
        text: "Open".to_owned(),
        url: "https://x.example/{{1}}".to_owned(),
        example: None,
    };
    breaks(&of(vec![bare]), Rule::Missing);
}

#[test]
fn carousels_and_offers_have_their_shape() {
    let of = |cards: Vec<Parts>| with(|it| it.parts.cards = cards);
    let usual = || card(Some("Look"), vec![reply("a")]);
    assert_eq!(of(vec![usual(), usual()]).check(), Ok(()));
    for broken in [
        vec![usual()],
        vec![usual(); 11],
        vec![usual(), card(None, vec![reply("a")])],
        vec![usual(), card(Some("Look"), vec![link("https://x.example/")])],
        vec![Parts { footer: Some("no".to_owned()), ..usual() }; 2],
        vec![Parts { header: None, ..usual() }; 2],
    ] {
        breaks(&of(broken), Rule::Shape);
    }
    breaks(&of(vec![card(Some("Look"), vec![]); 2]), Rule::Buttons);
    breaks(&of(vec![card(Some(&"a".repeat(161)), vec![reply("a")]); 2]), Rule::TooLong);
    let offer = |change: fn(&mut Template)| {
        with(|it| {
            it.parts.offer = Some(Offer { text: "Soon over".to_owned(), expires: true });
            it.parts.buttons = vec![link("https://x.example/")];
            change(it);
        })
    };
    assert_eq!(offer(|_| ()).check(), Ok(()));
    breaks(&offer(|it| it.category = Category::Utility), Rule::Shape);
    breaks(&offer(|it| it.parts.footer = Some("no".to_owned())), Rule::Shape);
    breaks(&offer(|it| it.parts.buttons.clear()), Rule::Shape);
    breaks(&offer(|it| it.parts.body = Some(pattern(&"a".repeat(601), &[]))), Rule::TooLong);
}

fn codes(change: impl FnOnce(&mut Template)) -> Template {
    let mut it = template("", &[]);
    it.category = Category::Authentication;
    it.parts = Parts {
        advice: true,
        expires_minutes: Some(10),
        buttons: vec![otp(OtpKind::CopyCode, vec![], false)],
        ..Parts::default()
    };
    change(&mut it);
    it.settle();
    it
}

#[test]
fn one_time_codes_come_in_words_of_the_exchange() {
    assert_eq!(codes(|_| ()).check(), Ok(()));
    let app =
        TakingApp { package: "com.example.a".to_owned(), signature: "K8a/AINcGX7".to_owned() };
    let taken = |terms| {
        codes(|it| it.parts.buttons = vec![otp(OtpKind::ZeroTap, vec![app.clone()], terms)])
    };
    assert_eq!(taken(true).check(), Ok(()));
    breaks(&taken(false), Rule::Buttons);
    breaks(&codes(|it| it.parts.buttons = vec![otp(OtpKind::OneTap, vec![], true)]), Rule::Buttons);
    breaks(&codes(|it| it.parts.buttons = vec![reply("a")]), Rule::Buttons);
    breaks(&codes(|it| it.parts.body = Some(pattern("Code {{1}} here", &["1"]))), Rule::Body);
    breaks(&codes(|it| it.parts.footer = Some("mine".to_owned())), Rule::Footer);
    breaks(&codes(|it| it.parts.expires_minutes = Some(91)), Rule::Footer);
    breaks(&codes(|it| it.parts.header = Some(image())), Rule::Shape);

    let sent = Sent {
        buttons: vec![button(0, "url", ButtonParam::Text("0123".to_owned()))],
        ..body(&["0123"])
    };
    let shown = codes(|_| ()).render(ID, &sent, None).unwrap();
    assert_eq!(
        shown.body,
        "*0123* is your verification code. For your security, do not share this code."
    );
    assert_eq!(shown.footer.as_deref(), Some("This code expires in 10 minutes."));
    let copy = TemplateButton::Copy { text: "Copy code".to_owned(), code: "0123".to_owned() };
    assert_eq!(shown.buttons, [copy]);
    let long = Sent { buttons: sent.buttons.clone(), ..body(&["0123456789abcdef"]) };
    assert!(matches!(codes(|_| ()).render(ID, &long, None), Err(Misfit::Value(_))));
    assert!(matches!(
        codes(|_| ()).render(ID, &body(&["1"]), None),
        Err(Misfit::ButtonValue { .. })
    ));
    for language in LANGUAGES {
        let words = about_codes(language);
        assert_eq!(super::pattern::variables(words.body), ["1"], "{language}");
        assert_eq!(super::pattern::variables(words.expires), ["1"], "{language}");
    }
}

fn button(index: usize, kind: &str, param: ButtonParam) -> SentButton {
    SentButton { index, kind: kind.to_owned(), params: vec![param] }
}

#[test]
fn values_are_counted_named_and_looked_at() {
    let it = template("Hello {{1}}, it is {{2}} now", &["a", "b"]);
    assert_eq!(
        it.render(ID, &body(&["Ana", "{{1}}"]), None).unwrap().body,
        "Hello Ana, it is {{1}} now"
    );
    let misfit = |sent: &Sent| it.render(ID, sent, None).unwrap_err();
    assert_eq!(misfit(&body(&["a"])), Misfit::Count { part: "body", sent: 1, expected: 2 });
    assert_eq!(misfit(&body(&["a", "b\nc"])), Misfit::Spaces);
    assert_eq!(misfit(&body(&["a", "b     c"])), Misfit::Spaces);
    assert_eq!(misfit(&body(&["a", "b\u{1}"])), Misfit::Characters { part: "body" });
    assert_eq!(
        misfit(&body(&["a", &"b".repeat(1024)])),
        Misfit::TooLong { part: "body", most: 1024 }
    );
    let stray = Sent { header: vec![text("x")], ..body(&["a", "b"]) };
    assert_eq!(misfit(&stray), Misfit::Count { part: "header", sent: 1, expected: 0 });

    let mut named = template("Hello {{who}}, it is {{time}} now", &["a", "b"]);
    named.named = true;
    assert_eq!(named.check(), Ok(()));
    let value = |name: &str, value: &str| Param::Text {
        name: Some(name.to_owned()),
        text: value.to_owned(),
    };
    let sent = |all: Vec<Param>| Sent { body: all, ..Sent::default() };
    let shown =
        named.render(ID, &sent(vec![value("time", "six"), value("who", "Ana")]), None).unwrap();
    assert_eq!(shown.body, "Hello Ana, it is six now");
    assert_eq!(named.render(ID, &body(&["a", "b"]), None), Err(Misfit::Nameless));
    let strange = named.render(ID, &sent(vec![value("time", "six"), value("x", "Ana")]), None);
    assert!(matches!(strange, Err(Misfit::Format { .. })));
    let twice = named.render(ID, &sent(vec![value("time", "six"), value("time", "Ana")]), None);
    assert!(matches!(twice, Err(Misfit::Format { .. })));
}

#[test]
fn headers_take_what_the_template_says() {
    let it = with(|it| it.parts.header = Some(image()));
    let file =
        |kind| Param::Media { kind, gif: false, source: Source::Id(MediaId(5)), filename: None };
    let send = |header: Vec<Param>| it.render(ID, &Sent { header, ..body(&["Ana"]) }, None);
    let shown = send(vec![file(MediaKind::Image)]).unwrap().header;
    assert!(matches!(shown, Some(Header::Media { kind: MediaKind::Image, .. })));
    let received = |found: super::render::Misfit| match found {
        Misfit::Format { part: "header", expected, received } => format!("{expected} {received}"),
        other => other.to_string(),
    };
    assert_eq!(received(send(vec![]).unwrap_err()), "IMAGE UNKNOWN");
    assert_eq!(received(send(vec![text("x")]).unwrap_err()), "IMAGE TEXT");
    assert_eq!(received(send(vec![file(MediaKind::Video)]).unwrap_err()), "IMAGE VIDEO");
}

#[test]
fn buttons_take_what_they_need() {
    let of = |knob: Knob| with(|it| it.parts.buttons = vec![knob]);
    let send = |it: &Template, buttons: Vec<SentButton>| {
        it.render(ID, &Sent { buttons, ..body(&["Ana"]) }, None)
    };
    let open = of(link("https://x.example/{{1}}"));
    let end = |text: &str| vec![button(0, "url", ButtonParam::Text(text.to_owned()))];
    assert!(send(&open, end("a?b=c#d")).is_ok());
    assert!(matches!(send(&open, vec![]), Err(Misfit::ButtonValue { index: 0, kind: "Url" })));
    assert!(matches!(send(&open, end("a b")), Err(Misfit::Value(_))));
    assert!(matches!(send(&open, end(&"a".repeat(2000))), Err(Misfit::Value(_))));
    let other = vec![button(0, "quick_reply", ButtonParam::Payload("x".to_owned()))];
    assert!(matches!(send(&open, other), Err(Misfit::Format { .. })));
    let outside = vec![button(1, "url", ButtonParam::Text("x".to_owned()))];
    assert!(matches!(send(&open, outside), Err(Misfit::Shape(_))));
    assert!(matches!(send(&of(link("https://x.example/")), end("x")), Err(Misfit::Count { .. })));
    let coupon = of(Knob::CopyCode { text: "Copy".to_owned(), example: "X".to_owned() });
    let code = |code: &str| vec![button(0, "copy_code", ButtonParam::Coupon(code.to_owned()))];
    assert!(send(&coupon, code("SPRING")).is_ok());
    assert!(matches!(send(&coupon, code(&"x".repeat(21))), Err(Misfit::Value(_))));
    assert!(matches!(send(&coupon, vec![]), Err(Misfit::ButtonValue { .. })));
    let payload = vec![button(0, "quick_reply", ButtonParam::Payload("x".repeat(513)))];
    assert!(matches!(send(&of(reply("a")), payload), Err(Misfit::Value(_))));
    let catalog = of(Knob::Catalog { text: "View".to_owned() });
    assert!(matches!(send(&catalog, vec![]), Err(Misfit::Shape(_))));
    assert!(catalog.render(ID, &body(&["Ana"]), Some(ItemId(7))).is_ok());
}

#[test]
fn cards_are_all_there() {
    let it = with(|it| it.parts.cards = vec![card(Some("Look"), vec![reply("a")]); 2]);
    let file = Param::Media {
        kind: MediaKind::Image,
        gif: false,
        source: Source::Id(MediaId(5)),
        filename: None,
    };
    let one = Sent { header: vec![file], ..Sent::default() };
    let send = |cards: Vec<(usize, Sent)>| it.render(ID, &Sent { cards, ..body(&["Ana"]) }, None);
    assert_eq!(send(vec![(1, one.clone()), (0, one.clone())]).unwrap().cards.len(), 2);
    assert!(matches!(send(vec![(0, one.clone())]), Err(Misfit::Count { part: "carousel", .. })));
    assert!(matches!(send(vec![(0, one.clone()), (0, one)]), Err(Misfit::Shape(_))));
}

proptest! {
    #[test]
    fn a_sound_template_can_always_be_filled_in(
        words in proptest::collection::vec("[a-z]{1,8}", 3..8),
        values in proptest::collection::vec("[a-zA-Z0-9 ]{0,3}[a-z]", 1..3),
    ) {
        let mut text = words[0].clone();
        for (place, _) in values.iter().enumerate() {
            text += &format!(" {{{{{}}}}} {}", place + 1, words[place + 1]);
        }
        let examples: Vec<&str> = values.iter().map(String::as_str).collect();
        let it = template(&text, &examples);
        prop_assert_eq!(it.check(), Ok(()));
        let shown = it.render(ID, &body(&examples), None).unwrap();
        for value in &values {
            prop_assert!(shown.body.contains(value.as_str()));
        }
        prop_assert!(!shown.body.contains("{{"));
    }

    #[test]
    fn no_text_makes_the_rules_panic(text in "[a-z{}0-9 _*\\n]{0,60}", named: bool) {
        let mut it = template(&text, &["x"]);
        it.named = named;
        it.parts.header = Some(Head::Text(pattern(&text, &["x"])));
        it.parts.footer = Some(text.clone());
        it.parts.buttons = vec![link(&text), reply(&text)];
        let _ = it.check();
        let _ = it.render(ID, &body(&[&text]), None);
    }
}
