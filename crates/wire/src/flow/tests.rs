//! A flow from its upload to its answer.

use proptest::prelude::*;
use serde_json::json;

use super::run::{Next, Standing, response};
use super::screen::{Ask, Part, entered, wrong};
use super::*;

const BOOK: &str = r#"{
  "version": "7.0",
  "data_api_version": "3.0",
  "screens": [
    {"id": "DAY", "title": "Book for ${data.who}",
     "data": {"who": {"type": "string", "__example__": "Ada"},
              "rooms": {"type": "array", "__example__": [{"id": "r1", "title": "Red"}]}},
     "layout": {"type": "SingleColumnLayout", "children": [
       {"type": "Form", "name": "f", "init-values": {"day": "2026-12-01"}, "children": [
         {"type": "DatePicker", "name": "day", "label": "Day", "required": true,
          "min-date": "2026-11-24"},
         {"type": "Dropdown", "name": "room", "label": "Room", "required": true,
          "data-source": "${data.rooms}"},
         {"type": "If", "condition": "${form.room} == 'r1'",
          "then": [{"type": "TextBody", "text": "Red it is"}],
          "else": [{"type": "TextCaption", "text": "Choose a room"}]},
         {"type": "CheckboxGroup", "name": "extras", "data-source": [
            {"id": "tea", "title": "Tea"}, {"id": "cake", "title": "Cake", "enabled": false}]},
         {"type": "Footer", "label": "Next", "on-click-action":
            {"name": "navigate", "next": {"type": "screen", "name": "NAME"},
             "payload": {"day": "${form.day}"}}}]}]}},
    {"id": "NAME", "title": "Your name", "terminal": true,
     "layout": {"type": "SingleColumnLayout", "children": [
       {"type": "TextHeading", "text": "For ${data.day}"},
       {"type": "TextInput", "name": "name", "label": "Name", "required": true, "max-chars": 5},
       {"type": "EmbeddedLink", "text": "Ask us", "on-click-action":
            {"name": "data_exchange", "payload": {"q": 1}}},
       {"type": "Footer", "label": "Done", "on-click-action": {"name": "complete",
         "payload": {"name": "${form.name}", "day": "${screen.DAY.form.day}",
                     "extras": "${screen.DAY.form.extras}"}}}]}}
  ]
}"#;

fn members(value: Value) -> Members {
    value.as_object().cloned().unwrap()
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_person_goes_through_it_and_back() {
    let script = Script::read(BOOK).unwrap();
    assert!(script.asks());
    let start = Standing::first(script.first(), members(json!({"who": "Bo"})));
    let shown = start.show(&script, &Members::new()).unwrap();
    assert_eq!(shown.title, "Book for Bo");
    assert!(shown.parts.contains(&Part::Text(screen::Weight::Caption, "Choose a room".into())));
    let day = shown.fields().next().unwrap();
    assert_eq!((&day.value, day.required), (&json!("2026-12-01"), true));
    let form =
        entered(&shown, &pairs(&[("day", "2026-11-01"), ("room", "r9"), ("extras", "cake")]));
    let names: Vec<String> = wrong(&shown, &form).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["day", "room"]);
    assert_eq!(form["extras"], json!([]), "what is not offered is not taken");
    let given = [("day", "2026-12-24"), ("room", "r1"), ("extras", "tea"), ("nobody", "asked")];
    let form = entered(&shown, &pairs(&given));
    assert_eq!(wrong(&shown, &form), []);
    assert_eq!(form.get("nobody"), None);
    let Some(Next::Show(second)) = start.press(&shown, 0, form) else { panic!("navigates") };
    let shown = second.show(&script, &Members::new()).unwrap();
    assert_eq!(shown.parts[0], Part::Text(screen::Weight::Heading, "For 2026-12-24".into()));
    assert!(matches!(&shown.fields().next().unwrap().ask, Ask::Line { most: Some(5), .. }));
    let back = second.back().unwrap();
    assert_eq!((back.screen.as_str(), back.back()), ("DAY", None));
    let form = entered(&shown, &pairs(&[("name", "Ada")]));
    let Some(Next::Done(values)) = second.press(&shown, 1, form) else { panic!("completes") };
    assert_eq!(
        serde_json::from_str::<Value>(&response(values, Some("t"))).unwrap(),
        json!({"name": "Ada", "day": "2026-12-24", "extras": ["tea"], "flow_token": "t"})
    );
    assert_eq!(second.press(&shown, 7, Members::new()), None);
}

#[test]
fn an_endpoint_leads_on_and_ends_it() {
    let script = Script::read(BOOK).unwrap();
    let standing = Standing::first("NAME", Members::new());
    let shown = standing.show(&script, &Members::new()).unwrap();
    let Some(Next::Ask { request, standing }) = standing.press(&shown, 0, Members::new()) else {
        panic!("asks")
    };
    assert_eq!(request, json!({"action": "data_exchange", "screen": "NAME", "data": {"q": 1}}));
    let on = json!({"screen": "DAY", "data": {"who": "Cy"}});
    let Ok(Next::Show(next)) = standing.clone().answered(&script, &on) else { panic!("goes on") };
    assert_eq!((next.screen.as_str(), &next.data["who"]), ("DAY", &json!("Cy")));
    let params = json!({"flow_token": "t", "ok": true});
    let end =
        json!({"screen": "SUCCESS", "data": {"extension_message_response": {"params": params}}});
    assert_eq!(standing.clone().answered(&script, &end), Ok(Next::Done(members(params))));
    assert!(standing.answered(&script, &json!({"screen": "ELSEWHERE"})).is_err());
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let of = |json: &str| -> Vec<(&'static str, usize)> {
        check::check(json).into_iter().map(|problem| (problem.error, problem.line)).collect()
    };
    assert_eq!(of("{\n  \"version\": "), [("INVALID_JSON", 2)]);
    assert_eq!(of("[]"), [("INVALID_PROPERTY_TYPE", 1)]);
    let unknown = BOOK.replace("\"TextHeading\"", "\"Hologram\"");
    let line = unknown.lines().position(|line| line.contains("Hologram")).unwrap() + 1;
    assert_eq!(of(&unknown), [("INVALID_PROPERTY_VALUE", line)]);
    let nowhere = BOOK.replace("\"name\": \"NAME\"}", "\"name\": \"NOWHERE\"}");
    assert_eq!(of(&nowhere).len(), 1);
    let nameless = BOOK.replace("\"name\": \"name\", ", "");
    assert_eq!(of(&nameless)[0].0, "REQUIRED_PROPERTY_MISSING");
    let endless = BOOK.replace("\"terminal\": true,", "");
    assert_eq!(of(&endless).len(), 1);
    let twice = BOOK.replace("\"id\": \"NAME\"", "\"id\": \"DAY\"");
    assert!(of(&twice).len() >= 2);
    assert_eq!(of(BOOK), []);
    let told = check::check(&unknown)[0].to_json();
    assert_eq!(told["pointers"][0]["path"], "screens[1].layout.children[0]");
}

proptest! {
    #[test]
    fn no_json_does_harm(json in "[\\[\\]{}\",:a-z0-9 \\\\]{0,120}", at in 0..BOOK.len(), byte in 32u8..127) {
        let _ = check::check(&json);
        let mut bytes = BOOK.as_bytes().to_vec();
        bytes[at] = byte;
        if let Ok(script) = Script::read(&String::from_utf8(bytes).unwrap()) {
            let standing = Standing::first(script.first(), Members::new());
            if let Some(shown) = standing.show(&script, &Members::new()) {
                for action in 0..shown.actions.len() {
                    let _ = standing.press(&shown, action, Members::new());
                }
            }
        }
    }
}
