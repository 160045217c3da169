//! No identifier is shared between two assistants of one person: every string of every webhook
//! that was not said by somebody is compared with every string that the other one got.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{Evidence, subject};
use crate::journal::Entry;

/// Words of the wire, and what people and assistants chose themselves.
const NO_IDENTIFIERS: [&str; 13] = [
    "object",
    "field",
    "messaging_product",
    "type",
    "status",
    "timestamp",
    "pricing",
    "errors",
    "text",
    "emoji",
    "interactive",
    "profile",
    "biz_opaque_callback_data",
];

/// Names each string that two assistants of one person both got.
pub(super) fn shared(evidence: &Evidence, found: &mut Vec<String>) {
    let mut people = BTreeMap::new();
    for (_, entry) in &evidence.entries {
        if let Entry::Agreed { person, conversation, .. } = entry {
            people.insert(*conversation, *person);
        }
    }
    let mut heard: BTreeMap<u64, BTreeMap<&str, BTreeSet<String>>> = BTreeMap::new();
    for seen in &evidence.assistants {
        for webhook in &seen.webhooks {
            let person = subject(webhook).and_then(|(place, ..)| people.get(&place.0));
            let Some(person) = person else { continue };
            let all = heard.entry(*person).or_default().entry(seen.id.as_str()).or_default();
            strings(&webhook.body, all);
        }
    }
    for (person, heard) in heard {
        let all: Vec<_> = heard.into_iter().collect();
        for (at, (one, theirs)) in all.iter().enumerate() {
            for (other, others) in &all[at + 1..] {
                for text in theirs.intersection(others) {
                    found.push(format!("{one} and {other} both got {text:?} of person {person}"));
                }
            }
        }
    }
}

/// Every string and number, and the words inside message ids.
fn strings(value: &Value, all: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| strings(item, all)),
        Value::Object(members) => {
            let told = members.iter().filter(|(name, _)| !NO_IDENTIFIERS.contains(&name.as_str()));
            told.for_each(|(_, value)| strings(value, all));
        }
        Value::String(text) => {
            if let Some(bytes) = text.strip_prefix("wamid.").and_then(|id| STANDARD.decode(id).ok())
            {
                let words = bytes.split(|byte| !byte.is_ascii_alphanumeric());
                let words = words.filter(|word| word.len() > 2);
                all.extend(words.map(|word| String::from_utf8_lossy(word).into_owned()));
            }
            // The same digits in another spelling are the same identifier.
            all.insert(text.trim_start_matches("ZZ.").to_owned());
        }
        Value::Number(number) => {
            all.insert(number.to_string());
        }
        Value::Null | Value::Bool(_) => {}
    }
}
