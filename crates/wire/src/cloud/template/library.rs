//! The library: templates to begin with, in words of this project (reference 6).

use serde_json::{Map, Value, json};

use super::read::{components, member, text};
use crate::ascii;
use crate::cloud::error::{GraphError, shortened};
use crate::cloud::paging;
use crate::cloud::params::{Params, as_object};

const TEXT: &str = include_str!("library.json");
/// What ids of the library's templates begin at; no item of anybody's has one so small.
const FIRST_ID: u64 = 1_000_001;
/// The library is in this language, which goes for all of English.
const LANGUAGE: &str = "en_US";

/// (id, template).
fn all() -> Vec<(u64, Map<String, Value>)> {
    let all: Vec<Map<String, Value>> = serde_json::from_str(TEXT).unwrap_or_default();
    (FIRST_ID..).zip(all).collect()
}

fn is(entry: &Map<String, Value>, name: &str, asked: &[String]) -> bool {
    let same = |value: &Value| {
        asked.iter().any(|one| value.as_str().is_some_and(|own| own.eq_ignore_ascii_case(one)))
    };
    match entry.get(name) {
        Some(Value::Array(own)) => own.iter().any(same),
        Some(own) => same(own),
        None => false,
    }
}

/// `GET /message_template_library`; `at` is the address called, without and with its query.
///
/// # Errors
/// 100, 131059.
pub fn answer(params: &Params, at: (&str, Option<&str>)) -> Result<Vec<u8>, GraphError> {
    let mut found = all();
    for name in ["name", "topic", "usecase", "industry", "category"] {
        if let Some(asked) = params.list(name)? {
            found.retain(|(_, entry)| is(entry, name, &asked));
        }
    }
    if let Some(asked) = params.text("language")?
        && asked != LANGUAGE
        && asked != "en"
    {
        found.clear();
    }
    if let Some(asked) = params.text("search")? {
        let asked = asked.to_lowercase();
        let says = |entry: &Map<String, Value>| {
            entry.values().any(|value| value.to_string().to_lowercase().contains(&asked))
        };
        found.retain(|(_, entry)| says(entry));
    }
    let show = |(id, entry): &(u64, Map<String, Value>)| {
        let mut entry = entry.clone();
        entry.insert("language".to_owned(), LANGUAGE.into());
        entry.insert("id".to_owned(), id.to_string().into());
        (*id, entry.into())
    };
    let shown = found.iter().map(show).collect();
    Ok(ascii::to_vec(&paging::page(shown, &paging::asked(params)?, at.0, at.1)))
}

/// The components of a template made from the library, and its category.
///
/// # Errors
/// 100 when the library has no such template in this language, or what its buttons need is not
/// given.
pub(super) fn parts(
    name: &str,
    language: &str,
    params: &Params,
) -> Result<(Vec<Value>, String), GraphError> {
    let found = all().into_iter().find(|(_, entry)| entry.get("name") == Some(&name.into()));
    let found = found.filter(|_| language == LANGUAGE || language == "en");
    let (_, entry) = found.ok_or_else(|| {
        GraphError::parameter("library_template_name", "is not a template of the library.").details(
            format!(
                "The library has no template {} in that language; GET message_template_library \
                 lists it.",
                shortened(name)
            ),
        )
    })?;
    let category = entry["category"].as_str().unwrap_or_default().to_owned();
    let codes = category == "AUTHENTICATION";
    let mut all = Vec::new();
    if let Some(header) = member(&entry, "header") {
        all.push(json!({"type": "HEADER", "format": "TEXT", "text": header}));
    }
    if codes {
        all.push(json!({"type": "BODY"}));
    } else {
        let example = json!({"body_text": [entry["body_params"]]});
        all.push(json!({"type": "BODY", "text": entry["body"], "example": example}));
    }
    let inputs = components(params, "library_template_button_inputs")?.unwrap_or_default();
    let buttons = entry["buttons"].as_array().cloned().unwrap_or_default();
    let mut filled = Vec::with_capacity(buttons.len());
    for button in &buttons {
        filled.push(button_of(button, &inputs)?);
    }
    if !filled.is_empty() {
        all.push(json!({"type": "BUTTONS", "buttons": filled}));
    }
    Ok((all, category))
}

/// A button with what the provider gives for it: an address, a number, apps.
fn button_of(button: &Value, inputs: &[Value]) -> Result<Value, GraphError> {
    let mut button = as_object(button, "buttons")?.unwrap_or_default().into_owned();
    let kind = button["type"].as_str().unwrap_or_default().to_owned();
    if kind == "QUICK_REPLY" {
        return Ok(button.into());
    }
    let own =
        |input: &&Value| input["type"].as_str().is_some_and(|t| t.eq_ignore_ascii_case(&kind));
    let Some(input) = inputs.iter().find(own) else {
        if kind == "OTP" {
            return Ok(button.into());
        }
        let details =
            format!("The library's template has a button of type {kind}: give its value.");
        return Err(GraphError::required("library_template_button_inputs").details(details));
    };
    let input =
        as_object(input, "library_template_button_inputs")?.unwrap_or_default().into_owned();
    match input.get("url") {
        Some(Value::Object(url)) => {
            button.insert("url".to_owned(), text(url, "base_url")?.unwrap_or_default().into());
            if let Some(example) = text(url, "url_suffix_example")? {
                button.insert("example".to_owned(), json!([example]));
            }
        }
        Some(Value::String(url)) => {
            button.insert("url".to_owned(), url.as_str().into());
        }
        _ => {}
    }
    for name in ["phone_number", "otp_type", "supported_apps", "zero_tap_terms_accepted"] {
        if let Some(value) = input.get(name) {
            button.insert(name.to_owned(), value.clone());
        }
    }
    Ok(button.into())
}
