//! Recorded shapes of clients (`testdata/send`), and properties over broken ones.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const JSON: Option<&str> = Some("application/json; charset=utf-8");

fn table(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

fn accepted_cases() -> Vec<Value> {
    table(include_str!("../../../testdata/send/accepted.json"))
}

fn refused_cases() -> Vec<Value> {
    table(include_str!("../../../testdata/send/refused.json"))
}

fn read_cases() -> Vec<Value> {
    table(include_str!("../../../testdata/send/read.json"))
}

fn parse_json(body: &Value) -> Result<Request, GraphError> {
    parse(None, JSON, body.to_string().as_bytes())
}

/// The general way alone.
fn slow(body: &[u8]) -> Result<Request, GraphError> {
    parse_params(&Params::of(None, JSON, body)?)
}

fn shown(wamid: Option<Wamid>) -> Value {
    let direction = |wamid: Wamid| match wamid.direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    };
    wamid.map_or(Value::Null, |wamid| json!([wamid.seq, direction(wamid)]))
}

#[test]
fn every_spelling_of_clients_is_read() {
    for case in accepted_cases() {
        let (why, body, want) = (&case["why"], &case["body"], &case["want"]);
        let Request::Message(got) = parse_json(body).unwrap_or_else(|e| panic!("{why}: {e}"))
        else {
            panic!("{why}: a receipt")
        };
        assert_eq!(got.to.input, want["input"], "{why}");
        assert_eq!(json!(got.to.conversation), want["conversation"], "{why}");
        assert_eq!(
            json!(got.to.by_user_id),
            want.get("by_user_id").cloned().unwrap_or(false.into())
        );
        let number = want.get("number").cloned().unwrap_or(999_000_000_012_345_u64.into());
        assert_eq!(json!(got.to.number), number, "{why}");
        assert_eq!(serde_json::to_value(&got.content).unwrap(), content(&want["content"]), "{why}");
        assert_eq!(shown(got.context), want["context"], "{why}");
        assert_eq!(shown(got.target), want.get("target").cloned().unwrap_or_default(), "{why}");
        assert_eq!(json!(got.opaque), want["opaque"], "{why}");
    }
}

/// The exchange writes what is not there by leaving it out.
fn content(want: &Value) -> Value {
    let mut want = want.clone();
    if want["preview_url"] == json!(false) {
        want.as_object_mut().unwrap().remove("preview_url");
    }
    want
}

#[test]
fn receipts_are_read() {
    for case in read_cases() {
        let why = &case["why"];
        let Ok(Request::Read { message, typing }) = parse_json(&case["body"]) else {
            panic!("{why}")
        };
        assert_eq!(json!([message.seq, typing]), json!([case["seq"], case["typing"]]), "{why}");
    }
}

#[test]
fn the_quick_way_says_the_same_and_takes_the_common_calls() {
    for case in accepted_cases().iter().chain(&read_cases()) {
        let (why, body) = (&case["why"], case["body"].to_string());
        let quick = quick(body.as_bytes());
        assert_eq!(json!(quick.is_some()), case["quick"], "{why}");
        if let Some(quick) = quick {
            assert_eq!(Ok(quick), slow(body.as_bytes()), "{why}");
        }
    }
}

#[test]
fn what_is_wrong_is_said() {
    for case in refused_cases() {
        let why = &case["why"];
        assert_eq!(quick(case["body"].to_string().as_bytes()), None, "{why}");
        let error = parse_json(&case["body"]).expect_err(&why.to_string());
        assert_eq!(json!([error.http, error.code]), json!([case["http"], case["code"]]), "{why}");
        let says = case["says"].as_str().unwrap();
        assert!(error.to_string().contains(says), "{why}: {error}");
    }
}

#[test]
fn bodies_that_are_no_json_object_are_refused() {
    for (kind, body, says) in [
        (JSON, &b"{\"messaging_product\":"[..], "not valid JSON"),
        (JSON, b"[]", "a JSON object {…} is expected"),
        (JSON, b"", "messaging_product is required"),
        (JSON, b"{\"a\":\"\xff\"}", "not UTF-8"),
        (JSON, b"--x\r\nContent-Disposition: form-data\r\n\r\n", "not valid JSON"),
        (Some("multipart/form-data; boundary=x"), b"x", "not multipart"),
        (Some("application/x-www-form-urlencoded"), b"{\"to\":1}", "send it as application/json"),
        (None, b"{\"to\":1}", "messaging_product is required"),
    ] {
        let error = parse(None, kind, body).unwrap_err();
        assert_eq!((error.http, error.code), (400, 100), "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn query_and_form_and_json_are_one_bag() {
    let form =
        "messaging_product=whatsapp&to=%2B999000000012345&text=%7B%22body%22%3A%22Hello+you%22%7D";
    let query = "access_token=EAA&messaging_product=whatsapp&to=999000000012345&text={\"body\":\"Hello+you\"}";
    let json =
        br#"{"messaging_product":"whatsapp","to":"999000000012345","text":{"body":"Hello you"}}"#;
    let form_type = Some("application/x-www-form-urlencoded; charset=UTF-8");
    for (query, kind, body) in [
        (None, form_type, form.as_bytes()),
        (None, None, form.as_bytes()),
        (Some(query), None, &b""[..]),
        (Some("access_token=EAA"), JSON, json),
        (Some("appsecret_proof=00&access_token=EAA"), None, json),
        // The body wins over the query.
        (Some("to=999000000054321&type=image"), JSON, &br#"{"messaging_product":"whatsapp","to":"999000000012345","type":"text","text":{"body":"Hello you"}}"#[..]),
    ] {
        let Ok(Request::Message(got)) = parse(query, kind, body) else { panic!("{query:?}") };
        assert_eq!(got.to.conversation, ConversationId::new(12_345));
        assert_eq!(got.content, Content::Text { body: "Hello you".into(), preview_url: false });
    }
}

#[test]
fn answers_are_those_of_the_reference() {
    let conversation = ConversationId::new(12_345).unwrap();
    let Ok(Request::Message(got)) = parse_json(&accepted_cases()[3]["body"]) else { panic!() };
    let answer = accepted(&got.to, conversation, Seq(6));
    assert_eq!(
        String::from_utf8(answer).unwrap(),
        "{\"messaging_product\":\"whatsapp\",\"contacts\":[{\"input\":\"+999 (000) 000-012345\",\
         \"wa_id\":\"999000000012345\"}],\"messages\":[{\"id\":\
         \"wamid.HBgPOTk5MDAwMDAwMDEyMzQ1FQIAERgSMDAwMDAwMzAzOTAwMDAwMDA2AA==\"}]}"
    );
    let to = Recipient {
        input: "ZZ.999000000012345".into(),
        conversation: Some(conversation),
        number: None,
        by_user_id: true,
    };
    let answer: Value = serde_json::from_slice(&accepted(&to, conversation, Seq(6))).unwrap();
    let contact = json!({"input": "ZZ.999000000012345", "user_id": "ZZ.999000000012345"});
    assert_eq!(answer["contacts"], json!([contact]));
}

/// One of the recorded bodies with a few bytes changed.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let all: Vec<String> = accepted_cases()
        .iter()
        .chain(&refused_cases())
        .chain(&read_cases())
        .map(|case| case["body"].to_string())
        .collect();
    let change = (any::<proptest::sample::Index>(), any::<u8>(), any::<bool>());
    let changes = proptest::collection::vec(change, 0..4);
    (proptest::sample::select(all), changes).prop_map(|(body, changes)| {
        let mut body = body.into_bytes();
        for (at, byte, replaces) in changes {
            let at = at.index(body.len().max(1));
            match body.get_mut(at) {
                Some(place) if replaces => *place = byte,
                _ => body.insert(at.min(body.len()), byte),
            }
        }
        body
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn broken_bodies_do_no_harm(body in mutated()) {
        let parsed = parse(None, JSON, &body);
        if let Err(error) = &parsed {
            prop_assert!((400..500).contains(&error.http) && !error.message.is_empty());
            serde_json::from_slice::<Value>(&error.to_json("A")).unwrap();
        }
        if let (Some(quick), Ok(slow)) = (quick(&body), slow(&body)) {
            prop_assert_eq!(quick, slow);
        }
    }

    #[test]
    fn any_bytes_do_no_harm(
        body in proptest::collection::vec(any::<u8>(), 0..300), query in ".{0,60}", kind in ".{0,40}",
    ) {
        let _ = parse(None, JSON, &body);
        let _ = parse(Some(&query), Some(&kind), &body);
    }

    #[test]
    fn every_text_arrives_as_it_was(text in ".{1,200}", id in 0..exchange::id::CONVERSATION_LIMIT) {
        let body = json!({"messaging_product": "whatsapp", "to": format!("999{id:012}"), "text": {"body": text}});
        let Ok(Request::Message(got)) = parse_json(&body) else { panic!() };
        prop_assert_eq!(got.content, Content::Text { body: text, preview_url: false });
        prop_assert_eq!(got.to.conversation, ConversationId::new(id));
    }
}
