//! Webhooks on demand, of any field: as the dashboard's Test button sends them. Signed like any
//! other, sent at once, to the callback that the field goes to; not owed, so not tried again.

use std::borrow::Cow;

use axum::http::{HeaderName, HeaderValue, StatusCode};
use exchange::id::AssistantId;
use rust_embed::RustEmbed;
use serde::Deserialize;
use serde_json::{Value, json};

use super::door::{Letter, Road};
use super::inside::Refused;
use super::people;
use crate::App;
use crate::directory::Entry;
use crate::egress::SIGNATURE_256;

/// A value for each field whose shape is known (reference 12 and 13).
#[derive(RustEmbed)]
#[folder = "src/sandbox/samples"]
#[include = "*.json"]
struct Samples;

const LEGACY: HeaderName = HeaderName::from_static("x-hub-signature");

/// Fields whose entry carries no `time` (reference 11): what people do, and what is said.
const TIMELESS: [&str; 11] = [
    "calls",
    "group_lifecycle_update",
    "group_participants_update",
    "group_settings_update",
    "group_status_update",
    "history",
    "messages",
    "message_echoes",
    "smb_app_state_sync",
    "smb_message_echoes",
    "standby",
];

/// Which webhook.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The field.
    pub field: String,
    /// `value` of the change; the sample of the field when absent.
    #[serde(default)]
    pub value: Option<Value>,
    /// Which assistant's; the sandbox's own when absent.
    #[serde(default, deserialize_with = "people::id")]
    pub assistant: Option<AssistantId>,
}

/// The fields that have a sample.
pub fn fields() -> Vec<String> {
    let name = |file: Cow<'static, str>| file.strip_suffix(".json").map(str::to_owned);
    let mut fields: Vec<String> = Samples::iter().filter_map(name).collect();
    fields.sort();
    fields
}

/// A field's sample, about this assistant.
pub fn sample(field: &str, entry: &Entry, now_s: i64) -> Option<Value> {
    let file = Samples::get(&format!("{field}.json"))?;
    let mut value = serde_json::from_slice(&file.data).ok()?;
    fill(&mut value, entry, now_s);
    Some(value)
}

fn fill(value: &mut Value, entry: &Entry, now_s: i64) {
    match value {
        Value::Object(members) => members.values_mut().for_each(|it| fill(it, entry, now_s)),
        Value::Array(items) => items.iter_mut().for_each(|it| fill(it, entry, now_s)),
        Value::String(text) => {
            *value = match text.as_str() {
                "{{display_phone_number}}" => json!(entry.row.number.to_string()),
                "{{phone_number_id}}" => json!(entry.row.id.to_string()),
                "{{now}}" => json!(now_s.to_string()),
                "{{now#}}" => json!(now_s),
                _ => return,
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Sends one and tells what the bot answered.
///
/// # Errors
/// 400 for a field without a sample when no value is given; 409 without a callback.
pub async fn send(app: &App, wanted: Wanted) -> Result<Value, Refused> {
    let sandbox = app.sandbox.as_ref().ok_or_else(crate::http::error::HttpError::not_found)?;
    let own = || sandbox.bot().map(|bot| bot.phone_number_id);
    let entry = wanted.assistant.or_else(own).and_then(|id| app.directory.get(id));
    let entry = entry.ok_or_else(|| Refused::bad("There is no such assistant.", "Whose is it?"))?;
    let now = app.clock.now();
    let field = wanted.field.as_str();
    let value = wanted.value.or_else(|| sample(field, &entry, now.seconds()));
    let value = value.ok_or_else(|| {
        let message = format!("There is no sample of the field {field:.64?}.");
        Refused::bad(message, "Give a value, or take a field of GET /sandbox/webhooks.")
    })?;
    let of_messages = field == "messages";
    let target = if of_messages { entry.target.clone() } else { entry.app_target.clone() };
    let target = target.ok_or_else(|| {
        let hint = "Subscribe one, or start the sandbox with --callback.";
        Refused::new(StatusCode::CONFLICT, "There is no verified callback.", hint)
    })?;
    let body = if TIMELESS.contains(&field) {
        let change = json!({"field": field, "value": value});
        let account = entry.row.account.to_string();
        let entry = json!([{"id": account, "changes": [change]}]);
        wire::ascii::to_vec(&json!({"object": "whatsapp_business_account", "entry": entry}))
    } else {
        wire::cloud::webhook::event(entry.row.account, now, field, &value)
    };
    let signature = entry.signer.header(&body);
    let both = [(SIGNATURE_256, signature.clone()), (LEGACY, entry.legacy.header(&body))];
    let headers = both
        .into_iter()
        .filter_map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?)))
        .collect();
    let text = String::from_utf8_lossy(&body).into_owned();
    let letter = Letter { entry, target, headers, body: body.into() };
    let outcome = sandbox.pass(Road::from(app), None, letter).await;
    Ok(json!({
        "answered": Some(outcome.status()).filter(|status| *status != 0),
        "reason": outcome.reason(), "signature": signature, "body": text,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_an_object_of_a_field_that_can_be_subscribed_to() {
        let fields = fields();
        assert!(fields.len() >= 29, "{fields:?}");
        for field in fields {
            assert!(wire::cloud::subscription::FIELDS.contains(&field.as_str()), "{field}");
            let file = Samples::get(&format!("{field}.json")).expect("there");
            let value: Value = serde_json::from_slice(&file.data).expect("JSON");
            assert!(value.is_object(), "{field}");
        }
    }
}
