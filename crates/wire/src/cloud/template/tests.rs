use exchange::content::parts::FlowName;
use exchange::id::ItemId;
use exchange::template::render::Param;
use exchange::template::{Head, Knob, Template};
use exchange::time::Millis;
use serde_json::{Value, json};

use super::*;
use crate::cloud::error::GraphError;
use crate::cloud::params::Params;

fn made(body: &Value) -> Result<Template, GraphError> {
    let params = Params::of(None, Some("application/json"), body.to_string().as_bytes())?;
    let mut it = create(&params, Millis(0))?;
    it.settle();
    Ok(it)
}

fn with(components: Value) -> Value {
    json!({"name": "a", "language": "en_US", "category": "MARKETING", "components": components})
}

fn read_back(it: &Template) -> Value {
    let sample = |handle: &str| format!("https://x.example/{handle}");
    value(ItemId(7), it, &Params::default(), &sample).unwrap()
}

#[test]
fn what_is_made_reads_back_and_can_be_made_again() {
    for components in [
        json!([{"type": "body", "text": "Hi {{1}} you", "example": {"body_text": ["Ana"]}}]),
        json!([{"type": "HEADER", "format": "image", "example": {"header_handle": ["4::x"]}},
            {"type": "BODY", "text": "Hi"}, {"type": "FOOTER", "text": "bye"}]),
        json!([{"type": "HEADER", "format": "LOCATION"}, {"type": "BODY", "text": "Hi"},
            {"type": "BUTTONS", "buttons": [
                {"type": "quick_reply", "text": "a"},
                {"type": "copy_code", "example": ["X1"]},
                {"type": "phone_number", "text": "b", "phone_number": "+32470123456"},
                {"type": "url", "text": "c", "url": "https://x.example/{{1}}", "example": "https://x.example/1"},
                {"type": "flow", "text": "d", "flow_id": "77", "flow_action": "navigate",
                 "navigate_screen": "START"}]}]),
        json!([{"type": "BODY", "text": "Hi"}, {"type": "CAROUSEL", "cards": [
            {"components": [{"type": "HEADER", "format": "VIDEO", "example": {"header_handle": ["4::x"]}},
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "a"}]}]},
            {"components": [{"type": "HEADER", "format": "VIDEO", "example": {"header_handle": ["4::y"]}},
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "b"}]}]}]}]),
        json!([{"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Soon", "has_expiration": true}},
            {"type": "BODY", "text": "Hi"},
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "c", "url": "https://x.example/"}]}]),
    ] {
        let it = made(&with(components.clone())).unwrap();
        assert_eq!(it.check(), Ok(()), "{components}");
        let first = read_back(&it);
        let mut again = made(&with(first["components"].clone())).unwrap();
        // A sample reads back as its address.
        let second = |it: &Template| {
            read_back(it)["components"].to_string().replace("https://x.example/4", "4")
        };
        for parts in again.parts.cards.iter_mut().chain([]) {
            if let Some(Head::Media { sample, .. }) = &mut parts.header {
                *sample = sample.replace("https://x.example/", "");
            }
        }
        if let Some(Head::Media { sample, .. }) = &mut again.parts.header {
            *sample = sample.replace("https://x.example/", "");
        }
        assert_eq!(second(&again), second(&it));
    }
}

#[test]
fn one_time_codes_read_back_as_addresses_and_are_understood_again() {
    let body = |components: Value| json!({"name": "a", "language": "en_US", "category": "authentication", "components": components});
    let it = made(&body(json!([
        {"type": "BODY", "add_security_recommendation": true},
        {"type": "FOOTER", "code_expiration_minutes": 10},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "copy_code", "text": "Copy code"}]},
    ])))
    .unwrap();
    assert_eq!(it.check(), Ok(()));
    let back = read_back(&it);
    assert_eq!(
        back["components"][2]["buttons"][0]["url"],
        "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code_expiration_minutes=10&code=otp{{1}}"
    );
    let again = made(&body(back["components"].clone())).unwrap();
    assert_eq!(again.check(), Ok(()));
    assert_eq!(read_back(&again), back);
}

#[test]
fn forms_with_json_in_them_are_read_too() {
    let query = "name=a&language=en&category=utility&components=%5B%7B%22type%22%3A%22BODY%22%2C%22text%22%3A%22Hi%22%7D%5D";
    let it = create(&Params::of(Some(query), None, b"").unwrap(), Millis(0)).unwrap();
    assert_eq!(it.parts.body.unwrap().text, "Hi");
}

#[test]
fn what_is_not_carried_is_refused() {
    let button = |button: Value| {
        made(&with(
            json!([{"type": "BODY", "text": "Hi"}, {"type": "BUTTONS", "buttons": [button]}]),
        ))
    };
    assert_eq!(button(json!({"type": "order_details", "text": "Pay"})).unwrap_err().code, 134_011);
    for (what, members) in [
        ("calls", json!({"type": "voice_call", "text": "Call"})),
        ("apps", json!({"type": "app", "text": "Open"})),
        ("nothing known", json!({"type": "hat"})),
        ("no object", json!("hat")),
        ("no flow", json!({"type": "flow", "text": "a", "flow_json": "{}"})),
        ("no way", json!({"type": "otp", "otp_type": "hat"})),
    ] {
        assert_eq!(button(members).unwrap_err().code, 100, "{what}");
    }
    let named = button(json!({"type": "flow", "text": "a", "flow_name": "mine"})).unwrap();
    let Knob::Flow { flow, .. } = &named.parts.buttons[0] else { panic!("a flow") };
    assert_eq!(*flow, FlowName::Name("mine".to_owned()));
    for components in
        [json!([{"type": "BODY"}, {"type": "BODY"}]), json!({"type": "BODY"}), json!("[")]
    {
        assert_eq!(made(&with(components)).unwrap_err().code, 100);
    }
}

fn sent(template: &Value) -> Result<send::TemplateSend, GraphError> {
    let body = json!({ "template": template }).to_string();
    send::read(&Params::of(None, Some("application/json"), body.as_bytes())?)
}

#[test]
fn sends_are_read_in_every_spelling() {
    let it =
        sent(&json!({"name": "a", "language": {"code": "en", "policy": "deterministic"}})).unwrap();
    assert_eq!((it.name.as_str(), it.language.as_str()), ("a", "en"));
    let it = sent(&json!({"name": "a", "language": {"code": "en"}, "components": [
        {"type": "Body", "parameters": [
            {"type": "currency", "currency": {"fallback_value": "5 EUR", "code": "EUR", "amount_1000": 5000}},
            {"type": "date_time", "date_time": {"fallback_value": "today"}}]},
        {"type": "button", "sub_type": "COPY_CODE", "index": 0,
         "parameters": [{"type": "coupon_code", "coupon_code": "X"}]},
        {"type": "button", "sub_type": "flow", "index": "1",
         "parameters": [{"type": "action", "action": {"flow_token": "t", "flow_action_data": {"a": 1}}}]},
        {"type": "limited_time_offer", "parameters": [
            {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1_700_000_000_000_i64}}]},
        {"type": "footer"},
    ]}))
    .unwrap()
    .sent;
    let text = |text: &str| Param::Text { name: None, text: text.to_owned() };
    assert_eq!(it.body, [text("5 EUR"), text("today")]);
    assert_eq!((it.buttons[0].kind.as_str(), it.buttons[1].index), ("copy_code", 1));
    assert_eq!(it.offer_ends_ms, Some(1_700_000_000_000));
}

#[test]
fn sends_that_cannot_be_read_say_why() {
    let of = |component: Value| {
        sent(&json!({"name": "a", "language": {"code": "en"}, "components": [component]}))
            .unwrap_err()
            .code
    };
    assert_eq!(sent(&json!({"language": {"code": "en"}})).unwrap_err().code, 100);
    assert_eq!(sent(&json!({"name": "a"})).unwrap_err().code, 100);
    assert_eq!(sent(&json!({"name": "a", "language": "en"})).unwrap_err().code, 100);
    assert_eq!(of(json!({"type": "hat"})), 100);
    assert_eq!(of(json!({"type": "body", "parameters": {}})), 100);
    assert_eq!(of(json!({"type": "body", "parameters": [{"type": "text"}]})), 131_008);
    assert_eq!(
        of(
            json!({"type": "header", "parameters": [{"type": "image", "image": {"id": "1", "link": "x"}}]})
        ),
        131_009
    );
    assert_eq!(of(json!({"type": "button", "index": 0})), 131_008);
    assert_eq!(of(json!({"type": "button", "sub_type": "url"})), 131_008);
    assert_eq!(of(json!({"type": "button", "sub_type": "url", "index": -1})), 100);
    assert_eq!(of(json!({"type": "button", "sub_type": "order_details", "index": 0})), 134_011);
    assert_eq!(of(json!({"type": "button", "sub_type": "voice_call", "index": 0})), 138_000);
}
