//! What a provider changes of its number, from the parameter bag (reference 5).

use exchange::message::Invalid;
use exchange::number::{Automation, Commerce, Number, Profile, is_pin};
use serde_json::{Map, Value, json};

use super::error::GraphError;
use super::params::{Params, as_flag, as_object, as_text};
use crate::ascii;

fn wrong(invalid: &Invalid) -> GraphError {
    GraphError::parameter(invalid.field, &format!("{}.", invalid.rule))
}

fn product(params: &Params) -> Result<(), GraphError> {
    match params.text("messaging_product")?.as_deref() {
        Some("whatsapp") => Ok(()),
        Some(_) => Err(GraphError::parameter("messaging_product", "must be one of {whatsapp}.")),
        None => Err(GraphError::required("messaging_product")),
    }
}

/// A PIN under `name`: six digits.
///
/// # Errors
/// 100: it is missing or is none.
pub fn pin(params: &Params) -> Result<String, GraphError> {
    let pin = params.required("pin")?.into_owned();
    if is_pin(&pin) { Ok(pin) } else { Err(GraphError::parameter("pin", "must be six digits.")) }
}

/// `POST /{phone}/register`: the PIN.
///
/// # Errors
/// 100: something is missing or wrong, or is asked for that is not here.
pub fn register(params: &Params) -> Result<String, GraphError> {
    product(params)?;
    if params.get("data_localization_region").is_some() || params.get("backup").is_some() {
        let name =
            if params.get("backup").is_some() { "backup" } else { "data_localization_region" };
        return Err(GraphError::parameter(name, "must be absent.").details(
            "Data is kept where this exchange runs, and nothing can be taken over from elsewhere.",
        ));
    }
    pin(params)
}

/// `POST /{phone}/request_code`: checks the parameters; here the code is always shown on the
/// provider's page.
///
/// # Errors
/// 100: something is missing or wrong.
pub fn request_code(params: &Params) -> Result<(), GraphError> {
    let method = params.required("code_method")?;
    if !matches!(method.to_ascii_uppercase().as_str(), "SMS" | "VOICE") {
        return Err(GraphError::parameter("code_method", "must be one of {SMS, VOICE}."));
    }
    let language = params.text("language")?.or(params.text("locale")?);
    let Some(language) = language else { return Err(GraphError::required("language")) };
    let sound = (2..=11).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if sound { Ok(()) } else { Err(GraphError::parameter("language", "must be as in en_US.")) }
}

/// `POST /{phone}/whatsapp_business_profile`: the profile after it.
///
/// # Errors
/// 100: a member breaks its rule.
pub fn profile(params: &Params, kept: &Profile) -> Result<Profile, GraphError> {
    product(params)?;
    let mut profile = kept.clone();
    for (name, place) in [
        ("about", &mut profile.about),
        ("address", &mut profile.address),
        ("description", &mut profile.description),
        ("email", &mut profile.email),
        ("vertical", &mut profile.vertical),
    ] {
        if let Some(text) = params.given(name)? {
            *place = Some(text);
        }
    }
    if params.has("websites") {
        let sites = params.list("websites")?.unwrap_or_default();
        profile.websites = Some(sites.into_iter().filter(|site| !site.is_empty()).collect());
    }
    profile.check().map_err(|invalid| wrong(&invalid))?;
    Ok(profile)
}

/// `GET /{phone}/whatsapp_commerce_settings`.
pub fn commerce(id: &str, kept: Commerce) -> Vec<u8> {
    let one = json!({"is_cart_enabled": kept.cart, "is_catalog_visible": kept.visible, "id": id});
    ascii::to_vec(&json!({ "data": [one] }))
}

fn flag(params: &Params, name: &str) -> Result<Option<bool>, GraphError> {
    let Some(value) = params.get(name) else { return Ok(None) };
    as_flag(value).map(Some).ok_or_else(|| GraphError::parameter(name, "must be a boolean."))
}

/// `POST /{phone}/whatsapp_commerce_settings`: the settings after it.
///
/// # Errors
/// 100: not a truth value.
pub fn set_commerce(params: &Params, kept: Commerce) -> Result<Commerce, GraphError> {
    Ok(Commerce {
        cart: flag(params, "is_cart_enabled")?.unwrap_or(kept.cart),
        visible: flag(params, "is_catalog_visible")?.unwrap_or(kept.visible),
    })
}

/// `POST /{phone}/conversational_automation`: the components after it; a list that is not named
/// stays.
///
/// # Errors
/// 100: a member breaks its rule.
pub fn automation(params: &Params, kept: &Automation) -> Result<Automation, GraphError> {
    let mut found = kept.clone();
    if let Some(welcome) = flag(params, "enable_welcome_message")? {
        found.welcome = welcome;
    }
    if params.has("prompts") {
        found.prompts = params.list("prompts")?.unwrap_or_default();
    }
    if params.has("commands") {
        let mut commands = Vec::new();
        for item in params.items("commands")? {
            let it = as_object(&item, "commands")?.unwrap_or_default();
            let text = |name: &str| {
                let path = format!("commands['{name}']");
                let value = it.get(name).ok_or_else(|| GraphError::required(&path))?;
                Ok::<_, GraphError>(as_text(value, &path)?.into_owned())
            };
            let name = text("command_name")?;
            let name = name.strip_prefix('/').map_or_else(|| name.clone(), str::to_owned);
            commands.push((name, text("command_description")?));
        }
        found.commands = commands;
    }
    found.check().map_err(|invalid| wrong(&invalid))?;
    Ok(found)
}

/// `conversational_automation` as it is read.
pub fn automation_value(id: &str, kept: &Automation) -> Value {
    let command = |(name, words): &(String, String)| json!({"command_name": name, "command_description": words});
    json!({
        "enable_welcome_message": kept.welcome,
        "prompts": kept.prompts,
        "commands": kept.commands.iter().map(command).collect::<Vec<_>>(),
        "id": id,
    })
}

/// `GET /{phone}/whatsapp_business_encryption`.
pub fn encryption(key: Option<&str>) -> Vec<u8> {
    let one = key.map(
        |key| json!({"business_public_key": key, "business_public_key_signature_status": "VALID"}),
    );
    ascii::to_vec(&json!({ "data": one.into_iter().collect::<Vec<_>>() }))
}

/// Members of `calling`, and what each may be (reference 5).
const CALLING: [(&str, &[&str]); 4] = [
    ("status", &["ENABLED", "DISABLED"]),
    ("call_icon_visibility", &["DEFAULT", "DISABLE_ALL"]),
    ("callback_permission_status", &["ENABLED", "DISABLED"]),
    ("srtp_key_exchange_protocol", &["DTLS", "SDES"]),
];

fn calling(new: &Map<String, Value>, kept: Option<&str>) -> Result<Value, GraphError> {
    let kept: Option<Value> = kept.and_then(|kept| serde_json::from_str(kept).ok());
    let mut all = kept.and_then(|kept| kept.as_object().cloned()).unwrap_or_default();
    for (name, value) in new {
        let path = format!("calling['{name}']");
        if let Some((_, words)) = CALLING.iter().find(|(known, _)| known == name) {
            let word = as_text(value, &path)?.to_ascii_uppercase();
            if !words.contains(&word.as_str()) {
                let rule = format!("must be one of {{{}}}.", words.join(", "));
                return Err(GraphError::parameter(&path, &rule));
            }
            all.insert(name.clone(), word.into());
        } else if matches!(name.as_str(), "call_icons" | "call_hours") {
            as_object(value, &path)?;
            all.insert(name.clone(), value.clone());
        } else if name == "sip" {
            let status = value.get("status").and_then(Value::as_str).unwrap_or("DISABLED");
            if status != "DISABLED" {
                return Err(GraphError::parameter("calling['sip']['status']", "must be DISABLED.")
                    .details("This exchange has no SIP."));
            }
        }
    }
    Ok(Value::Object(all))
}

/// What `POST /{phone}/settings` changes.
///
/// # Errors
/// 100: a member breaks its rule, or wants what is not here; nothing is changed then.
pub fn set_settings(params: &Params, number: &mut Number) -> Result<bool, GraphError> {
    let only = |name: &str, member: &str, allowed: &[&str], why: &str| {
        let Some(it) = params.object(name)? else { return Ok(()) };
        let Some(value) = it.get(member) else { return Ok(()) };
        let path = format!("{name}['{member}']");
        let said = as_text(value, &path)?.to_ascii_lowercase();
        if allowed.contains(&said.as_str()) {
            return Ok(());
        }
        let rule = format!("must be {}.", allowed[0]);
        Err(GraphError::parameter(&path, &rule).details(why))
    };
    only(
        "user_identity_change",
        "enable_identity_key_check",
        &["false", "0"],
        "People here have no identity keys: the person of a conversation never changes.",
    )?;
    only(
        "payload_encryption",
        "status",
        &["disabled"],
        "Messages travel under TLS; this exchange does not encrypt payloads beyond it.",
    )?;
    only(
        "storage_configuration",
        "status",
        &["default"],
        "What the exchange keeps of messages is the same for every assistant.",
    )?;
    let Some(new) = params.object("calling")? else {
        let known = ["user_identity_change", "payload_encryption", "storage_configuration"];
        let any = known.iter().any(|name| params.get(name).is_some());
        return if any { Ok(false) } else { Err(GraphError::required("calling")) };
    };
    let after = calling(&new, number.calling.as_deref())?.to_string();
    let changed = number.calling.as_deref() != Some(after.as_str());
    number.calling = Some(after);
    Ok(changed)
}

/// Settings of calls as they are read.
pub fn calling_value(number: &Number) -> Value {
    let kept = number.calling.as_deref().and_then(|kept| serde_json::from_str(kept).ok());
    let mut all: Value = json!({
        "status": "DISABLED",
        "call_icon_visibility": "DEFAULT",
        "callback_permission_status": "DISABLED",
    });
    if let (Some(all), Some(Value::Object(kept))) = (all.as_object_mut(), kept) {
        all.extend(kept);
    }
    all
}

/// `GET /{phone}/settings`: the union of what is set.
pub fn settings(number: &Number) -> Vec<u8> {
    ascii::to_vec(&json!({
        "calling": calling_value(number),
        "user_identity_change": {"enable_identity_key_check": false},
        "payload_encryption": {"status": "DISABLED"},
        "storage_configuration": {"status": "DEFAULT"},
    }))
}

/// Webhook `account_settings_update` (reference 13).
pub fn settings_update(id: &str, number: &Number, now_s: i64) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "timestamp": now_s.to_string(),
        "type": "phone_number_settings",
        "phone_number_settings": {"phone_number_id": id, "calling": calling_value(number)},
    })
}

/// Webhook `phone_number_name_update` (reference 13).
pub fn name_update(digits: &str, name: &str, approved: bool) -> Value {
    json!({
        "display_phone_number": digits,
        "decision": if approved { "APPROVED" } else { "REJECTED" },
        "requested_verified_name": name,
        "rejection_reason": if approved { Value::Null } else { "NAME_NOT_CONSISTENT".into() },
    })
}

/// Webhook `security` (reference 13).
pub fn pin_changed(digits: &str) -> Value {
    json!({"display_phone_number": digits, "event": "PIN_CHANGED"})
}

#[cfg(test)]
mod tests;
