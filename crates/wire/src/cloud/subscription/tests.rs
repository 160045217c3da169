//! Subscriptions as clients send them, and the handshake.

use proptest::prelude::*;

use super::*;

fn json(body: Value) -> Params {
    Params::of(None, Some("application/json"), body.to_string().as_bytes()).unwrap()
}

fn set(url: &str, verify_token: &str) -> NewCallback {
    NewCallback { url: url.into(), verify_token: verify_token.into() }
}

#[test]
fn subscriptions_are_read_in_every_spelling() {
    let callback = set("https://bot.example/hook?a=b", "secret token");
    // pywa: all in the query, fields with commas, the app token beside them.
    let pywa = "object=whatsapp_business_account&callback_url=https%3A%2F%2Fbot.example%2Fhook%3Fa%3Db\
        &verify_token=secret+token&fields=messages%2Caccount_update&access_token=1%7Cs";
    let fields = Some(vec!["messages".to_owned(), "account_update".to_owned()]);
    let pywa = subscribe(&Params::of(Some(pywa), None, b"").unwrap());
    assert_eq!(pywa, Ok(Subscribe { callback: callback.clone(), fields }));
    // n8n: a form, fields as a JSON array.
    let n8n =
        b"object=whatsapp_business_account&callback_url=https%3A%2F%2Fbot.example%2Fhook%3Fa%3Db\
        &verify_token=secret+token&fields=%5B%22messages%22%5D&include_values=true";
    let n8n = Params::of(None, Some("application/x-www-form-urlencoded"), n8n).unwrap();
    let fields = Some(vec!["messages".to_owned()]);
    assert_eq!(subscribe(&n8n), Ok(Subscribe { callback: callback.clone(), fields }));
    let plain =
        json!({"object": OBJECT, "callback_url": callback.url, "verify_token": "secret token"});
    assert_eq!(subscribe(&json(plain)), Ok(Subscribe { callback, fields: None }));
}

#[test]
fn what_is_wrong_with_a_subscription_is_said() {
    let good = json!({"object": OBJECT, "callback_url": "https://b.example", "verify_token": "t"});
    for (name, value, says) in [
        ("object", json!(null), "The parameter object is required"),
        ("object", json!("page"), "must be one of {whatsapp_business_account}"),
        ("callback_url", json!(""), "The parameter callback_url is required"),
        ("callback_url", json!("ftp://b.example"), "must be an http or https address"),
        ("callback_url", json!(format!("https://b.example/{}", "x".repeat(200))), "at most 200"),
        ("verify_token", json!(null), "The parameter verify_token is required"),
        ("verify_token", json!("x".repeat(201)), "at most 200"),
        ("fields", json!("messages,smells"), "\"smells\" is no webhook field"),
    ] {
        let mut body = good.clone();
        body[name] = value;
        let error = subscribe(&json(body)).unwrap_err();
        assert_eq!((error.http, error.code), (400, 100));
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn a_subscription_ends_in_whole_or_in_part() {
    assert_eq!(unsubscribe(&Params::default()), Ok(None));
    assert_eq!(unsubscribe(&json(json!({ "object": OBJECT }))), Ok(None));
    let part = json(json!({"object": OBJECT, "fields": ["messages"]}));
    assert_eq!(unsubscribe(&part), Ok(Some(vec!["messages".into()])));
    assert!(unsubscribe(&json(json!({"object": "user"}))).is_err());
}

#[test]
fn subscriptions_are_shown_as_n8n_compares_them() {
    let read: Value =
        serde_json::from_slice(&subscriptions(Some(("https://b.example/x", "messages,calls"))))
            .unwrap();
    assert_eq!(
        read,
        json!({"data": [{
            "object": "whatsapp_business_account",
            "callback_url": "https://b.example/x",
            "active": true,
            "fields": [{"name": "messages", "version": "v25.0"}, {"name": "calls", "version": "v25.0"}],
        }]})
    );
    assert_eq!(subscriptions(None), b"{\"data\":[]}");
}

#[test]
fn overrides_are_set_and_cleared() {
    let body = json!({"override_callback_uri": "https://b.example", "verify_token": "t"});
    let wanted = Ok(Override::Set(set("https://b.example", "t")));
    assert_eq!(account_override(&json(body.clone())), wanted);
    assert_eq!(number_override(&json(json!({"webhook_configuration": body.clone()}))), wanted);
    let text = json!({"webhook_configuration": body.to_string()});
    assert_eq!(number_override(&json(text)), wanted);
    assert_eq!(account_override(&Params::default()), Ok(Override::Clear));
    // pywa takes a number's override back like this.
    let empty = json!({"webhook_configuration": {"override_callback_uri": ""}});
    assert_eq!(number_override(&json(empty)), Ok(Override::Clear));
    for (body, says) in [
        (json!({"pin": "123456"}), "webhook_configuration is required"),
        (
            json!({"webhook_configuration": {"override_callback_uri": "https://b.example"}}),
            "webhook_configuration['verify_token'] is required",
        ),
        (
            json!({"webhook_configuration": {"override_callback_uri": "x", "verify_token": "t"}}),
            "webhook_configuration['override_callback_uri'] must be a valid URL",
        ),
    ] {
        let error = number_override(&json(body)).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn subscribed_apps_are_shown() {
    let mut app = SubscribedApp {
        app: AppId(7),
        name: "Birch",
        link: "https://x.example/a",
        override_url: None,
    };
    let read = |apps: &[SubscribedApp<'_>]| {
        serde_json::from_slice::<Value>(&subscribed_apps(apps)).unwrap()
    };
    let api = json!({"id": "7", "link": "https://x.example/a", "name": "Birch"});
    assert_eq!(read(&[app]), json!({"data": [{"whatsapp_business_api_data": api}]}));
    app.override_url = Some("https://b.example");
    assert_eq!(read(&[app])["data"][0]["override_callback_uri"], "https://b.example");
    assert_eq!(read(&[]), json!({"data": []}));
}

#[test]
fn the_handshake_keeps_the_callbacks_own_parameters() {
    let challenge = Challenge::from_random(0);
    let rest = "hub.mode=subscribe&hub.challenge=1000000000&hub.verify_token=a%20%2Bb%C3%A9~";
    for (callback, start) in [
        ("https://b.example/x", "https://b.example/x?"),
        ("https://b.example/x?", "https://b.example/x?"),
        ("https://b.example/x?a=b", "https://b.example/x?a=b&"),
        ("https://b.example/x?a=b&", "https://b.example/x?a=b&"),
        ("https://b.example/x?a=b#part", "https://b.example/x?a=b&"),
    ] {
        assert_eq!(challenge.url(callback, "a +bé~"), format!("{start}{rest}"));
    }
    assert!(challenge.is_echoed_by(b"1000000000"));
    for other in ["", "1000000001", "\"1000000000\"", "1000000000\n", " 1000000000", "01000000000"]
    {
        assert!(!challenge.is_echoed_by(other.as_bytes()), "{other:?}");
    }
}

#[test]
fn failed_handshakes_say_why() {
    for (fault, says) in [
        (HandshakeFault::Status(404), "HTTP Status Code = 404"),
        (HandshakeFault::OtherBody(Challenge(1_234_567_890)), "expected value = 1234567890"),
        (HandshakeFault::TimedOut, "curl_errno = 28; curl_error = Operation timed out after 6000"),
        (HandshakeFault::Unreachable("connection refused"), "connection refused"),
        (HandshakeFault::Forbidden, "private or link-local"),
    ] {
        let error = GraphError::from(fault);
        assert_eq!((error.http, error.code), (400, 2200));
        assert!(error.message.starts_with("(#2200) Callback verification failed"), "{error}");
        assert!(error.message.contains(says), "{error}");
    }
}

proptest! {
    #[test]
    fn challenges_are_ten_digits_that_fit_a_signed_integer(bits: u32) {
        let Challenge(number) = Challenge::from_random(bits);
        prop_assert!((1_000_000_000..=i32::MAX as u32).contains(&number));
    }

    #[test]
    fn a_verify_token_arrives_as_it_was(token in ".{1,60}") {
        let url = Challenge::from_random(1).url("https://b.example/x?y=z", &token);
        let (_, query) = url.split_once('?').unwrap();
        let read = Params::of(Some(query), None, b"").unwrap();
        prop_assert_eq!(read.required("hub.verify_token").unwrap(), token);
        prop_assert_eq!(read.required("y").unwrap(), "z");
        prop_assert!(url.is_ascii());
    }

    #[test]
    fn any_parameters_do_no_harm(text in ".{0,120}") {
        let params = Params::of(Some(&text), None, b"").unwrap_or_default();
        let _ = (subscribe(&params).is_ok(), unsubscribe(&params).is_ok());
        let _ = (account_override(&params).is_ok(), number_override(&params).is_ok());
        let _ = Challenge(1).url(&text, &text);
    }
}
