//! Settings of a number in every encoding.

use proptest::prelude::*;

use super::*;

fn query(text: &str) -> Params {
    Params::of(Some(text), None, b"").unwrap()
}

fn body(value: &Value) -> Params {
    Params::of(None, Some("application/json"), value.to_string().as_bytes()).unwrap()
}

fn read(answer: &[u8]) -> Value {
    serde_json::from_slice(answer).unwrap()
}

#[test]
fn a_pin_is_six_digits_whatever_carries_it() {
    assert_eq!(register(&query("messaging_product=whatsapp&pin=012345")).unwrap(), "012345");
    let json = json!({"messaging_product": "whatsapp", "pin": 123_456});
    assert_eq!(register(&body(&json)).unwrap(), "123456");
    for bad in [
        "pin=123456",
        "messaging_product=sms&pin=123456",
        "messaging_product=whatsapp",
        "messaging_product=whatsapp&pin=12345",
        "messaging_product=whatsapp&pin=12345x",
        "messaging_product=whatsapp&pin=123456&data_localization_region=DE",
    ] {
        assert_eq!(register(&query(bad)).unwrap_err().code, 100, "{bad}");
    }
}

#[test]
fn codes_are_asked_for_as_documented() {
    assert_eq!(request_code(&query("code_method=SMS&language=en_US")), Ok(()));
    assert_eq!(request_code(&query("code_method=voice&locale=pt_BR")), Ok(()));
    for bad in [
        "language=en_US",
        "code_method=SMS",
        "code_method=FAX&language=en",
        "code_method=SMS&language=e+n",
    ] {
        assert_eq!(request_code(&query(bad)).unwrap_err().code, 100, "{bad}");
    }
}

#[test]
fn a_profile_keeps_what_is_not_named_and_empties_what_is_empty() {
    let kept = Profile { address: Some("1 Road".into()), ..Profile::default() };
    let new = json!({"messaging_product": "whatsapp", "about": "Hi", "email": "",
        "websites": ["https://a.example", ""]});
    let after = profile(&body(&new), &kept).unwrap();
    assert_eq!(after.address.as_deref(), Some("1 Road"));
    assert_eq!((after.about.as_deref(), after.email.as_deref()), (Some("Hi"), Some("")));
    assert_eq!(after.websites, Some(vec!["https://a.example".to_owned()]));
    let bad = json!({"messaging_product": "whatsapp", "vertical": "BAKERY"});
    assert!(profile(&body(&bad), &kept).unwrap_err().message.contains("must be one of"));
}

#[test]
fn components_are_read_from_lists_and_from_json_in_a_query() {
    let commands = r#"[{"command_name":"/help","command_description":"Helps"}]"#;
    let encoded: String = commands.bytes().map(|b| format!("%{b:02x}")).collect();
    let asked = query(&format!("enable_welcome_message=true&prompts=Hi?,Bye?&commands={encoded}"));
    let found = automation(&asked, &Automation::default()).unwrap();
    assert!(found.welcome);
    assert_eq!(found.prompts, ["Hi?", "Bye?"]);
    assert_eq!(found.commands, [("help".to_owned(), "Helps".to_owned())]);
    let told = automation_value("3", &found);
    assert_eq!(told["commands"][0]["command_name"], "help");
    let off = automation(&query("enable_welcome_message=false"), &found).unwrap();
    assert_eq!((off.welcome, off.prompts.len()), (false, 2));
    let none = automation(&body(&json!({"prompts": []})), &found).unwrap();
    assert!(none.prompts.is_empty() && none.commands.len() == 1);
    let wrong = json!({"commands": [{"command_name": "x"}]});
    assert_eq!(automation(&body(&wrong), &found).unwrap_err().code, 100);
}

#[test]
fn settings_of_calls_are_kept_and_what_cannot_be_is_refused() {
    let mut number = Number::default();
    let on = json!({"calling": {"status": "enabled", "call_hours": {"status": "DISABLED"}}});
    assert_eq!(set_settings(&body(&on), &mut number), Ok(true));
    assert_eq!(set_settings(&body(&on), &mut number), Ok(false), "nothing changed");
    assert!(number.calls_enabled());
    assert_eq!(read(&settings(&number))["calling"]["call_hours"]["status"], "DISABLED");
    let default = json!({"storage_configuration": {"status": "DEFAULT"}});
    assert_eq!(set_settings(&body(&default), &mut number), Ok(false));
    for bad in [
        json!({}),
        json!({"calling": {"status": "MAYBE"}}),
        json!({"calling": {"sip": {"status": "ENABLED"}}}),
        json!({"calling": {"call_hours": 5}}),
        json!({"user_identity_change": {"enable_identity_key_check": true}}),
        json!({"payload_encryption": {"status": "ENABLED"}}),
        json!({"storage_configuration": {"status": "NO_STORAGE_ENABLED"}}),
    ] {
        let before = number.clone();
        assert_eq!(set_settings(&body(&bad), &mut number).unwrap_err().code, 100, "{bad}");
        assert_eq!(number, before);
    }
}

#[test]
fn the_shop_takes_flags_from_the_query() {
    let after = set_commerce(&query("is_cart_enabled=false"), Commerce::default()).unwrap();
    assert_eq!(after, Commerce { cart: false, visible: false });
    assert!(set_commerce(&query("is_cart_enabled=perhaps"), after).is_err());
    assert_eq!(read(&commerce("3", after))["data"][0]["is_cart_enabled"], false);
}

proptest! {
    #[test]
    fn nothing_makes_settings_panic(name in "[a-z_]{1,20}", text in ".{0,40}") {
        let params = body(&json!({name: text, "calling": {"status": text}, "commands": text}));
        let mut number = Number::default();
        let _ = set_settings(&params, &mut number);
        let _ = automation(&params, &Automation::default());
        let _ = profile(&params, &Profile::default());
    }
}
