//! What a person sent, read from a webhook (Cloud API reference 12).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, text};

/// Longest text kept of one message, in UTF-16 units; people's clients stop at 4096.
const MAX_TEXT: usize = 8192;
/// Longest message id or person id taken; the platform's are far shorter.
const MAX_ID: usize = 255;

/// How to address a person: the phone number when we were given it, else the id that is
/// theirs with this business alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Person {
    /// Digits without `+`; answered by `to`.
    Phone(String),
    /// A business-scoped user id; answered by `recipient`.
    User(String),
}

impl Person {
    /// One text that names the person in the assistant's own database.
    pub fn key(&self) -> String {
        match self {
            Self::Phone(digits) => format!("phone:{digits}"),
            Self::User(id) => format!("user:{id}"),
        }
    }
}

/// What was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// Typed text.
    Text(String),
    /// A button or list row was chosen; its id.
    Choice(String),
    /// Something these samples do not read; the platform's name of the type.
    Other(String),
}

/// One message of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incoming {
    /// The message id, the same on every delivery of the message.
    pub id: String,
    /// Who sent it.
    pub person: Person,
    /// The name the person shows; may be empty.
    pub name: String,
    /// What was said.
    pub content: Content,
}

/// Reads every message for our number out of a webhook body. Statuses and what nobody expects
/// an answer to (reactions, system notes) are passed over; so are messages for other numbers.
pub fn parse(body: &[u8], phone_number_id: &str) -> Result<Vec<Incoming>, Error> {
    let unreadable = |_| Error::Unreadable("webhook body".into());
    let root: Value = serde_json::from_slice(body).map_err(unreadable)?;
    if root["object"] != "whatsapp_business_account" {
        return Err(Error::Unreadable("webhook: not for a WhatsApp business account".into()));
    }
    let mut found = Vec::new();
    for entry in list(&root["entry"]) {
        for change in list(&entry["changes"]) {
            let value = &change["value"];
            if value["metadata"]["phone_number_id"] == phone_number_id {
                found.extend(list(&value["messages"]).filter_map(|m| message(m, value)));
            }
        }
    }
    Ok(found)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text_of(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty() && text.len() <= MAX_ID).map(str::to_owned)
}

fn message(message: &Value, value: &Value) -> Option<Incoming> {
    let phone = text_of(&message["from"]).map(Person::Phone);
    let person = phone.or_else(|| text_of(&message["from_user_id"]).map(Person::User))?;
    Some(Incoming {
        id: text_of(&message["id"])?,
        name: name_of(&person, value),
        content: content(message)?,
        person,
    })
}

fn name_of(person: &Person, value: &Value) -> String {
    let theirs = |contact: &&Value| match person {
        Person::Phone(digits) => contact["wa_id"] == **digits,
        Person::User(id) => contact["user_id"] == **id,
    };
    let name = list(&value["contacts"]).find(theirs).and_then(|c| c["profile"]["name"].as_str());
    text::clip(name.unwrap_or_default(), 60)
}

fn content(message: &Value) -> Option<Content> {
    let kind = message["type"].as_str()?;
    let choice = |value: &Value| text_of(value).map(Content::Choice);
    match kind {
        "text" => Some(Content::Text(text::clip(message["text"]["body"].as_str()?, MAX_TEXT))),
        "interactive" => {
            let reply = &message["interactive"];
            choice(&reply["button_reply"]["id"])
                .or_else(|| choice(&reply["list_reply"]["id"]))
                .or_else(|| Some(Content::Other(kind.to_owned())))
        }
        "button" => choice(&message["button"]["payload"]),
        // Nobody waits for an answer to these, and nothing answers who did not ask.
        "reaction" | "system" | "request_welcome" | "edit" | "revoke" => None,
        other => Some(Content::Other(text::clip(other, 40))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn hook(messages: &Value) -> Vec<u8> {
        json!({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages",
          "value":{"messaging_product":"whatsapp",
            "metadata":{"display_phone_number":"999","phone_number_id":"42"},
            "contacts":[{"profile":{"name":"Ada"},"wa_id":"32470","user_id":"BE.1"}],
            "messages":messages}}]}]})
        .to_string()
        .into_bytes()
    }

    #[test]
    fn reads_text_choices_and_the_rest() {
        let body = hook(&json!([
            {"from":"32470","id":"wamid.1","timestamp":"1","type":"text","text":{"body":"hi"}},
            {"from":"32470","id":"wamid.2","type":"interactive",
             "interactive":{"type":"button_reply","button_reply":{"id":"yes","title":"Yes"}}},
            {"from_user_id":"BE.1","id":"wamid.3","type":"interactive",
             "interactive":{"type":"list_reply","list_reply":{"id":"row","title":"Row"}}},
            {"from":"32470","id":"wamid.4","type":"image","image":{"id":"7"}},
            {"from":"32470","id":"wamid.5","type":"reaction","reaction":{"emoji":"x"}},
            {"id":"wamid.6","type":"text","text":{"body":"from nobody"}},
        ]));
        let read = parse(&body, "42").unwrap();
        let contents: Vec<&Content> = read.iter().map(|m| &m.content).collect();
        assert_eq!(
            contents,
            [
                &Content::Text("hi".into()),
                &Content::Choice("yes".into()),
                &Content::Choice("row".into()),
                &Content::Other("image".into())
            ]
        );
        assert_eq!(read[0].person, Person::Phone("32470".into()));
        assert_eq!(read[2].person, Person::User("BE.1".into()));
        assert!(read.iter().all(|m| m.name == "Ada"));
    }

    #[test]
    fn passes_over_other_numbers_and_statuses() {
        let text = json!([{"from":"3","id":"w","type":"text","text":{"body":"x"}}]);
        assert!(parse(&hook(&text), "43").unwrap().is_empty());
        let status = br#"{"object":"whatsapp_business_account","entry":[{"changes":[{"value":
            {"metadata":{"phone_number_id":"42"},"statuses":[{"id":"w","status":"sent"}]}}]}]}"#;
        assert!(parse(status, "42").unwrap().is_empty());
        assert!(parse(b"{", "42").is_err());
        assert!(parse(br#"{"object":"page"}"#, "42").is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&body, "42");
        }
    }
}
