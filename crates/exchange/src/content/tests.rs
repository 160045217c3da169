//! Limits and answers.

use super::parts::*;
use super::*;

fn text(body: &str) -> Content {
    Content::Text { body: body.to_owned(), preview_url: false }
}

#[test]
fn text_length_counts_characters_not_bytes() {
    assert!(text(&"č".repeat(4096)).check().is_ok());
    assert!(text(&"č".repeat(4097)).check().is_err());
    assert!(text(" \n").check().is_err());
}

#[test]
fn buttons_need_unique_ids_and_titles() {
    let button = |id: &str, title: &str| Button { id: id.into(), title: title.into() };
    let ask = |buttons| Content::Buttons { header: None, body: "?".into(), footer: None, buttons };
    assert!(ask(vec![button("a", "A"), button("b", "B")]).check().is_ok());
    assert!(ask(vec![button("a", "A"), button("a", "B")]).check().is_err());
    assert!(ask(vec![button("a", "A"), button("b", "A")]).check().is_err());
    assert!(ask(vec![]).check().is_err());
    let four = (0..4).map(|i| button(&i.to_string(), &i.to_string())).collect();
    assert!(ask(four).check().is_err());
}

#[test]
fn only_an_offered_answer_can_be_given() {
    let row = Row { id: "r".into(), title: "R".into(), description: None };
    let list = Content::List {
        header: None,
        body: "?".into(),
        footer: None,
        button: "open".into(),
        sections: vec![Section { title: None, rows: vec![row] }],
    };
    assert!(list.check().is_ok());
    assert!(matches!(list.answer("r"), Some(Content::ListReply { title, .. }) if title == "R"));
    assert_eq!(list.answer("x"), None);
    assert_eq!(text("hi").answer("r"), None);
}

#[test]
fn a_reaction_is_an_emoji() {
    let react = |emoji: &str| Content::Reaction { target: Seq(1), emoji: emoji.into() };
    for good in ["👍", "", "👩‍👩‍👧‍👦", "❤️", "1️⃣"] {
        assert!(react(good).check().is_ok(), "{good}");
    }
    assert!(react("yes").check().is_err());
}
