//! What an assistant says, and its Cloud API form (reference 3.1 and 3.3).

use serde_json::{Value, json};

use crate::Person;
use crate::text::{MAX_BODY, clip};

/// A reply button or a list row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Comes back when it is chosen; unique within the message.
    pub id: String,
    /// What the person reads: 20 units on a button, 24 in a row.
    pub title: String,
    /// A second line, in rows only: 72 units.
    pub description: String,
}

impl Choice {
    /// A choice without a second line.
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self { id: id.into(), title: title.into(), description: String::new() }
    }
}

/// A titled group of list rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// 24 units.
    pub title: String,
    /// At most ten rows in all sections together.
    pub rows: Vec<Choice>,
}

/// One message to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// Plain text, 4096 units.
    Text(String),
    /// Text with one to three buttons under it.
    Buttons {
        /// 1024 units.
        body: String,
        /// What can be tapped.
        choices: Vec<Choice>,
    },
    /// Text with a list to open.
    List {
        /// 4096 units.
        body: String,
        /// The label that opens the list, 20 units.
        button: String,
        /// What can be chosen.
        sections: Vec<Section>,
    },
}

impl Outgoing {
    /// The request body for `POST /{phone-number-id}/messages`, quoting `quote` when given.
    /// Whatever exceeds the platform's limits is cut here, so that a long article title can
    /// never make a whole answer fail.
    pub fn payload(&self, person: &Person, quote: Option<&str>) -> Value {
        let (kind, content) = match self {
            Self::Text(body) => ("text", json!({"body": clip(body, MAX_BODY)})),
            Self::Buttons { body, choices } => ("interactive", buttons(body, choices)),
            Self::List { body, button, sections } => ("interactive", list(body, button, sections)),
        };
        let mut payload = json!({
            "messaging_product": "whatsapp", "recipient_type": "individual",
            "type": kind, kind: content,
        });
        match person {
            Person::Phone(digits) => payload["to"] = json!(digits),
            Person::User(id) => payload["recipient"] = json!(id),
        }
        if let Some(wamid) = quote {
            payload["context"] = json!({"message_id": wamid});
        }
        payload
    }
}

fn buttons(body: &str, choices: &[Choice]) -> Value {
    let buttons: Vec<Value> = choices
        .iter()
        .take(3)
        .map(|c| json!({"type": "reply", "reply": {"id": c.id, "title": clip(&c.title, 20)}}))
        .collect();
    json!({"type": "button", "body": {"text": clip(body, 1024)}, "action": {"buttons": buttons}})
}

fn row(choice: &Choice) -> Value {
    let mut row = json!({"id": choice.id, "title": clip(&choice.title, 24)});
    if !choice.description.is_empty() {
        row["description"] = json!(clip(&choice.description, 72));
    }
    row
}

fn list(body: &str, button: &str, sections: &[Section]) -> Value {
    let mut room = 10_usize;
    let mut shown = Vec::new();
    for section in sections.iter().filter(|section| !section.rows.is_empty()) {
        let rows: Vec<Value> = section.rows.iter().take(room).map(row).collect();
        room -= rows.len();
        if !rows.is_empty() {
            shown.push(json!({"title": clip(&section.title, 24), "rows": rows}));
        }
    }
    json!({
        "type": "list", "body": {"text": clip(body, MAX_BODY)},
        "action": {"button": clip(button, 20), "sections": shown},
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::length;
    use proptest::prelude::*;

    #[test]
    fn a_text_with_a_quote() {
        let payload =
            Outgoing::Text("hi".into()).payload(&Person::Phone("32470".into()), Some("wamid.1"));
        assert_eq!(
            payload,
            json!({"messaging_product":"whatsapp","recipient_type":"individual","to":"32470",
                   "type":"text","text":{"body":"hi"},"context":{"message_id":"wamid.1"}})
        );
    }

    #[test]
    fn buttons_for_a_person_without_a_number() {
        let says = Outgoing::Buttons { body: "?".into(), choices: vec![Choice::new("y", "Yes")] };
        let payload = says.payload(&Person::User("BE.1".into()), None);
        assert_eq!(payload["recipient"], "BE.1");
        assert!(payload.get("to").is_none());
        assert_eq!(payload["interactive"]["action"]["buttons"][0]["reply"]["title"], "Yes");
    }

    proptest! {
        #[test]
        fn lists_stay_within_the_platforms_limits(
            sizes in prop::collection::vec(0usize..8, 0..12), title in "\\PC{1,60}",
        ) {
            let sections: Vec<Section> = sizes.iter().enumerate().map(|(s, n)| Section {
                title: title.clone(),
                rows: (0..*n).map(|r| Choice {
                    id: format!("{s}.{r}"), title: title.clone(), description: title.repeat(3),
                }).collect(),
            }).collect();
            let says = Outgoing::List { body: title.repeat(200), button: title.clone(), sections };
            let payload = says.payload(&Person::Phone("1".into()), None);
            let action = &payload["interactive"]["action"];
            let shown = action["sections"].as_array().unwrap();
            let rows: Vec<&Value> = shown.iter().flat_map(|s| s["rows"].as_array().unwrap()).collect();
            prop_assert!(shown.len() <= 10 && rows.len() <= 10);
            prop_assert!(shown.iter().all(|s| !s["rows"].as_array().unwrap().is_empty()));
            prop_assert!(rows.iter().all(|r| length(r["title"].as_str().unwrap()) <= 24
                && length(r["description"].as_str().unwrap()) <= 72));
            prop_assert!(length(payload["interactive"]["body"]["text"].as_str().unwrap()) <= 4096);
            prop_assert!(length(action["button"].as_str().unwrap()) <= 20);
        }
    }
}
