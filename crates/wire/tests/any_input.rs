//! Whatever anybody sends, the parsers neither panic nor grow without bound: they answer, or they
//! refuse with an error that is a sound answer itself.

use exchange::time::Millis;
use proptest::prelude::*;
use serde_json::Value;
use wire::cloud::error::GraphError;
use wire::cloud::params::{BodyKind, Params, query_value};
use wire::cloud::{
    auth, flows, id, media, multipart, number, paging, path, send, subscription, token,
};

/// Pieces that calls are made of, so that chance gets past the first check.
const WORDS: &[&str] = &[
    "messaging_product",
    "whatsapp",
    "to",
    "999000000012345",
    "type",
    "text",
    "body",
    "image",
    "id",
    "link",
    "https://x.example/a?b=c",
    "interactive",
    "action",
    "buttons",
    "sections",
    "rows",
    "title",
    "cards",
    "header",
    "template",
    "name",
    "language",
    "code",
    "components",
    "parameters",
    "context",
    "message_id",
    "wamid.",
    "reaction",
    "emoji",
    "fields",
    "limit",
    "after",
    "Yzox",
    "status",
    "read",
    "typing_indicator",
    "contacts",
    "location",
    "latitude",
    "1e400",
    "-0",
    "callback_url",
    "object",
    "whatsapp_business_account",
    "verify_token",
    "null",
    "true",
    "\u{0}",
    "🦉",
    "\\",
    "%",
    "&",
    "=",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
];

fn scraps() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            4 => prop::sample::select(WORDS).prop_map(str::to_owned),
            1 => ".{0,12}",
        ],
        0..40,
    )
    .prop_map(|words| words.concat())
}

/// JSON of any shape under the names that are looked for.
fn json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![prop::sample::select(WORDS).prop_map(str::to_owned), ".{0,8}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 96, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(word.clone(), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn sound<T>(answer: Result<T, GraphError>) {
    if let Err(error) = answer {
        assert!((400..500).contains(&error.http), "{error}");
        let body = error.to_json("A");
        assert!(body.is_ascii() && body.len() < 4096, "{error}");
        assert!(serde_json::from_slice::<Value>(&body).is_ok(), "{error}");
    }
}

fn all_of(params: &Params) {
    sound(send::parse_params(params));
    sound(subscription::subscribe(params));
    sound(subscription::unsubscribe(params));
    sound(subscription::account_override(params));
    sound(subscription::number_override(params));
    sound(token::grant(params));
    sound(flows::create(params));
    sound(flows::change(params));
    sound(flows::asset(params));
    sound(number::register(params));
    sound(number::request_code(params));
    sound(number::pin(params));
    sound(paging::asked(params));
}

proptest! {
    #[test]
    fn any_call_is_read_or_refused(query in scraps(), body in scraps(), kind in 0..4usize) {
        let kinds = ["application/json", "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x", "text/plain"];
        let (kind, body) = (Some(kinds[kind]), body.as_bytes());
        sound(send::parse(Some(&query), kind, body));
        let _ = (BodyKind::of(kind, body), query_value(&query, "access_token"));
        match Params::of(Some(&query), kind, body) {
            Ok(params) => all_of(&params),
            Err(error) => sound::<()>(Err(error)),
        }
    }

    #[test]
    fn any_json_is_read_or_refused(members in json()) {
        let mut call = serde_json::json!({"messaging_product": "whatsapp", "to": "999000000012345"});
        for kind in ["text", "image", "document", "location", "contacts", "interactive", "template",
            "reaction", "audio"] {
            call["type"] = kind.into();
            call[kind] = members.clone();
            let body = call.to_string();
            let kind = Some("application/json");
            sound(send::parse(None, kind, body.as_bytes()));
            if let Ok(params) = Params::of(None, kind, body.as_bytes()) {
                all_of(&params);
            }
            if let Ok(send::Request::Message(message)) = send::parse(None, kind, body.as_bytes()) {
                // Limits are checked by the rules; writing it back does no harm either way.
                let _ = (message.content.check(), message.content.words());
            }
        }
    }

    #[test]
    fn any_path_token_or_id_is_read_or_not(text in scraps(), at in any::<i64>()) {
        let _ = path::parse(&format!("/{text}"));
        let _ = (auth::credential(&text), auth::token(Some(&text), Some(&text)));
        let _ = (id::parse_wa_id(&text), id::parse_user_id(&text), id::Wamid::decode(&text));
        let _ = multipart::parts(&text, text.as_bytes());
        prop_assert!(media::of_url(&[0; 32], (&text, &text, &text), Millis(at)).is_err());
    }
}
