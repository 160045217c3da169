//! The bag, in all the ways clients fill it.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const FORM: Option<&str> = Some("application/x-www-form-urlencoded");
const JSON: Option<&str> = Some("application/json");

fn query(text: &str) -> Params {
    Params::of(Some(text), None, b"").unwrap()
}

#[test]
fn lists_come_in_three_spellings() {
    let want = vec!["messages".to_owned(), "account_update".to_owned()];
    for text in [
        "fields=messages,account_update",
        "fields=messages%2C+account_update%2C",
        "fields=[\"messages\",\"account_update\"]",
        "fields=%5B%22messages%22%2C%20%22account_update%22%5D",
    ] {
        assert_eq!(query(text).list("fields"), Ok(Some(want.clone())), "{text}");
    }
    let body = br#"{"fields":["messages","account_update"],"ids":[1,2],"bad":[{}],"one":7}"#;
    let params = Params::of(None, JSON, body).unwrap();
    assert_eq!(params.list("fields"), Ok(Some(want)));
    assert_eq!(params.list("ids"), Ok(Some(vec!["1".into(), "2".into()])));
    assert_eq!(params.list("none"), Ok(None));
    for name in ["bad", "one"] {
        let error = params.list(name).unwrap_err();
        assert_eq!(error.message, format!("(#100) Param {name} must be an array of strings."));
    }
}

#[test]
fn objects_may_be_json_in_a_string() {
    let want = json!({"a": 1});
    for params in [
        query("it={\"a\":1}"),
        Params::of(None, FORM, b"it=%7B%22a%22%3A1%7D").unwrap(),
        Params::of(None, JSON, br#"{"it":{"a":1}}"#).unwrap(),
        Params::of(None, JSON, br#"{"it":"{\"a\":1}"}"#).unwrap(),
    ] {
        assert_eq!(params.object("it").unwrap().unwrap().as_ref(), want.as_object().unwrap());
    }
    assert_eq!(query("it={}").object("it"), Ok(None));
    for text in ["it=x", "it={", "it=[1]", "it=7"] {
        assert_eq!(query(text).object("it").unwrap_err().code, 100, "{text}");
    }
}

#[test]
fn absent_null_and_empty_are_the_same() {
    let params = Params::of(Some("d="), JSON, br#"{"a":null,"b":"","c":0}"#).unwrap();
    for name in ["a", "b", "d", "e"] {
        assert_eq!(params.text(name), Ok(None), "{name}");
        let error = params.required(name).unwrap_err();
        assert_eq!(error.message, format!("(#100) The parameter {name} is required."));
    }
    assert_eq!(params.required("c").unwrap(), "0");
}

#[test]
fn the_body_wins_and_a_null_in_it_does_not() {
    let params = Params::of(Some("a=1&a=2&b=3"), JSON, br#"{"b":4,"a":null}"#).unwrap();
    assert_eq!(
        (params.required("a").unwrap(), params.required("b").unwrap()),
        ("2".into(), "4".into())
    );
    let mut params = query("type=image");
    params.add("type", "image/png");
    assert_eq!(params.required("type").unwrap(), "image/png");
}

#[test]
fn escapes_are_undone_and_lone_percents_stay() {
    let params = query("a=100%&b=%zz&c=%2&d=1+1%2B1&e=%E2%82%AC&f&=g&h=i=j&&");
    for (name, value) in
        [("a", "100%"), ("b", "%zz"), ("c", "%2"), ("d", "1 1+1"), ("e", "€"), ("h", "i=j")]
    {
        assert_eq!(params.required(name).unwrap(), value, "{name}");
    }
    assert_eq!(params.text("f"), Ok(None));
    let error = Params::of(Some("a=%ff"), None, b"").unwrap_err();
    assert!(error.to_string().contains("query string cannot be read: it is not UTF-8"), "{error}");
}

#[test]
fn the_label_decides_and_the_first_byte_where_there_is_none() {
    for (label, body, kind) in [
        (Some("Application/JSON; charset=utf-8"), &b"{}"[..], BodyKind::Json),
        (Some("application/json"), b"a=b", BodyKind::Json),
        (Some("application/json"), b"  \n", BodyKind::Empty),
        (FORM, b"{}", BodyKind::Form),
        (Some("text/plain"), b" {}", BodyKind::Json),
        (None, b"a=b", BodyKind::Form),
        (Some("multipart/form-data; boundary=x"), b"", BodyKind::Multipart),
    ] {
        assert_eq!(BodyKind::of(label, body), kind, "{label:?} {body:?}");
    }
}

#[test]
fn one_value_is_found_without_the_bag() {
    assert_eq!(query_value("a=1&access_token=x%7Cy&b", "access_token"), Some("x|y".into()));
    assert_eq!(query_value("access_token=&a=1", "access_token"), None);
    assert_eq!(query_value("xaccess_token=1", "access_token"), None);
}

proptest! {
    #[test]
    fn any_bytes_do_no_harm(
        text in ".{0,80}", label in ".{0,40}", body in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        for label in [Some(label.as_str()), FORM, JSON, None] {
            if let Ok(params) = Params::of(Some(&text), label, &body) {
                for name in params.0.keys() {
                    let _ = (params.text(name), params.list(name).is_ok(), params.object(name).is_ok());
                }
            }
        }
        let _ = query_value(&text, "a");
    }

    #[test]
    fn what_a_form_says_is_read_back(value in ".{1,60}") {
        let escaped: String = value.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let read = Params::of(None, FORM, format!("name={escaped}").as_bytes()).unwrap();
        prop_assert_eq!(read.required("name").unwrap(), value);
    }
}
