//! Where webhooks go: the app's subscription, the overrides of account and number, and the
//! handshake (reference 2, 5, 7 and 11).
//!
//! Precedence for messages: the number's override, then the account's, then the app's callback.

use std::fmt::Write as _;

use exchange::assistant::is_web_address;
use exchange::id::AppId;
use exchange::limits;
use serde_json::{Map, Value, json};

use super::VERSION;
use super::error::{GraphError, shortened};
use super::params::{Params, as_text, present};
use crate::ascii;

/// The only object that can be subscribed to.
pub const OBJECT: &str = "whatsapp_business_account";
/// What is subscribed to when nothing is said.
pub const DEFAULT_FIELDS: &str = "messages";

/// The platform's webhook fields (reference 11): all can be subscribed to, so that no client is
/// refused; so far only `messages` ever has anything to tell.
pub const FIELDS: [&str; 34] = [
    "account_alerts",
    "account_review_update",
    "account_settings_update",
    "account_update",
    "automatic_events",
    "business_capability_update",
    "business_status_update",
    "business_username_update",
    "calls",
    "flows",
    "group_lifecycle_update",
    "group_participants_update",
    "group_settings_update",
    "group_status_update",
    "history",
    "message_echoes",
    "message_template_components_update",
    "message_template_quality_update",
    "message_template_status_update",
    "messages",
    "messaging_handovers",
    "partner_solutions",
    "payment_configuration_update",
    "phone_number_name_update",
    "phone_number_quality_update",
    "security",
    "smb_app_state_sync",
    "smb_message_echoes",
    "standby",
    "template_category_update",
    "template_correct_category_detection",
    "tracking_events",
    "user_id_update",
    "user_preferences",
];

/// A callback to be set once its handshake has succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCallback {
    /// http(s) address, at most 200 characters.
    pub url: String,
    /// Sent in the handshake.
    pub verify_token: String,
}

/// `POST /{app}/subscriptions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscribe {
    /// Where to.
    pub callback: NewCallback,
    /// To what; `None` keeps what was subscribed, or means [`DEFAULT_FIELDS`].
    pub fields: Option<Vec<String>>,
}

/// Reads `POST /{app}/subscriptions`.
///
/// # Errors
/// 100, saying which parameter is missing or wrong.
pub fn subscribe(params: &Params) -> Result<Subscribe, GraphError> {
    object(params, true)?;
    let callback = NewCallback {
        url: address("callback_url", &params.required("callback_url")?)?,
        verify_token: verify_token("verify_token", &params.required("verify_token")?)?,
    };
    Ok(Subscribe { callback, fields: fields(params)? })
}

/// Reads `DELETE /{app}/subscriptions`: the fields to end, or `None` for all and the callback.
///
/// # Errors
/// 100, saying which parameter is wrong.
pub fn unsubscribe(params: &Params) -> Result<Option<Vec<String>>, GraphError> {
    object(params, false)?;
    fields(params)
}

fn object(params: &Params, needed: bool) -> Result<(), GraphError> {
    let object = params.text("object")?;
    match object.as_deref() {
        Some(OBJECT) => Ok(()),
        None if !needed => Ok(()),
        None => Err(GraphError::required("object")),
        Some(_) => Err(GraphError::parameter("object", &format!("must be one of {{{OBJECT}}}."))),
    }
}

fn fields(params: &Params) -> Result<Option<Vec<String>>, GraphError> {
    let Some(names) = params.list("fields")? else { return Ok(None) };
    if let Some(other) = names.iter().find(|name| !FIELDS.contains(&name.as_str())) {
        let rule = format!("must be one of {{{}}}.", FIELDS.join(", "));
        let details = format!("\"{}\" is no webhook field.", shortened(other));
        return Err(GraphError::parameter("fields", &rule).details(details));
    }
    Ok(Some(names).filter(|names| !names.is_empty()))
}

fn address(name: &str, url: &str) -> Result<String, GraphError> {
    if is_web_address(url, limits::CALLBACK_CHARS) {
        return Ok(url.to_owned());
    }
    let most = limits::CALLBACK_CHARS;
    Err(GraphError::parameter(name, "must be a valid URL.").details(format!(
        "{name} must be an http or https address of at most {most} characters, in ASCII."
    )))
}

fn verify_token(name: &str, token: &str) -> Result<String, GraphError> {
    if token.len() <= limits::CALLBACK_CHARS {
        return Ok(token.to_owned());
    }
    let rule = format!("must be at most {} bytes long.", limits::CALLBACK_CHARS);
    Err(GraphError::parameter(name, &rule))
}

/// `GET /{app}/subscriptions`: the callback and its comma-separated fields, if there is one.
pub fn subscriptions(callback: Option<(&str, &str)>) -> Vec<u8> {
    let version = VERSION.to_string();
    let data: Vec<Value> = callback
        .iter()
        .map(|(url, fields)| {
            let names = fields.split(',').filter(|name| !name.is_empty());
            let fields: Vec<Value> =
                names.map(|name| json!({"name": name, "version": version})).collect();
            json!({"object": OBJECT, "callback_url": url, "active": true, "fields": fields})
        })
        .collect();
    ascii::to_vec(&json!({ "data": data }))
}

/// What becomes of an override.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Override {
    /// It ends.
    Clear,
    /// It is set, once its handshake has succeeded.
    Set(NewCallback),
}

/// Reads `POST /{account}/subscribed_apps`: without parameters it subscribes the token's app and
/// ends any override.
///
/// # Errors
/// 100, saying which parameter is missing or wrong.
pub fn account_override(params: &Params) -> Result<Override, GraphError> {
    override_of(|name| Ok(params.text(name)?.map(|text| text.into_owned())), str::to_owned)
}

/// Reads `POST /{phone}`: `webhook_configuration` is what can be changed so far.
///
/// # Errors
/// 100, saying which parameter is missing or wrong.
pub fn number_override(params: &Params) -> Result<Override, GraphError> {
    let Some(settings) = params.object("webhook_configuration")? else {
        return Err(GraphError::required("webhook_configuration").details(
            "Of a number's settings only webhook_configuration can be changed here so far.",
        ));
    };
    let path = |name: &str| format!("webhook_configuration['{name}']");
    override_of(|name| member(&settings, name, &path(name)), path)
}

fn member(
    settings: &Map<String, Value>,
    name: &str,
    path: &str,
) -> Result<Option<String>, GraphError> {
    let value = settings.get(name).filter(|value| present(value));
    value.map(|value| Ok(as_text(value, path)?.into_owned())).transpose()
}

fn override_of(
    text: impl Fn(&str) -> Result<Option<String>, GraphError>,
    path: impl Fn(&str) -> String,
) -> Result<Override, GraphError> {
    let Some(url) = text("override_callback_uri")? else { return Ok(Override::Clear) };
    let token_name = path("verify_token");
    let token = text("verify_token")?.ok_or_else(|| GraphError::required(&token_name))?;
    Ok(Override::Set(NewCallback {
        url: address(&path("override_callback_uri"), &url)?,
        verify_token: verify_token(&token_name, &token)?,
    }))
}

/// An app that receives an account's webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscribedApp<'a> {
    /// Which.
    pub app: AppId,
    /// Its name: the assistant's.
    pub name: &'a str,
    /// A page about it.
    pub link: &'a str,
    /// The account's override, if any.
    pub override_url: Option<&'a str>,
}

/// `GET /{account}/subscribed_apps`.
pub fn subscribed_apps(apps: &[SubscribedApp<'_>]) -> Vec<u8> {
    ascii::to_vec(&subscribed_apps_value(apps))
}

pub(super) fn subscribed_apps_value(apps: &[SubscribedApp<'_>]) -> Value {
    let data: Vec<Value> = apps
        .iter()
        .map(|it| {
            let api = json!({"id": it.app.to_string(), "link": it.link, "name": it.name});
            let mut entry = json!({ "whatsapp_business_api_data": api });
            if let Some(url) = it.override_url {
                entry["override_callback_uri"] = url.into();
            }
            entry
        })
        .collect();
    json!({ "data": data })
}

/// What a handshake asks to be echoed: ten decimal digits, below 2^31 because many endpoints turn
/// it into a number and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge(u32);

impl Challenge {
    /// From random bits.
    pub fn from_random(bits: u32) -> Self {
        Self(1_000_000_000 + bits % 1_147_483_648)
    }

    /// The address to GET: the callback with `hub.…` added to the parameters it has.
    pub fn url(self, callback: &str, verify_token: &str) -> String {
        let callback = callback.split('#').next().unwrap_or_default();
        let joint = match callback.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some((_, query)) if query.ends_with('&') => "",
            Some(_) => "&",
        };
        let challenge = self.0;
        let mut url = format!(
            "{callback}{joint}hub.mode=subscribe&hub.challenge={challenge}&hub.verify_token="
        );
        for byte in verify_token.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    url.push(char::from(byte));
                }
                // Writing to a string cannot fail.
                other => drop(write!(url, "%{other:02X}")),
            }
        }
        url
    }

    /// Whether an answer's body is exactly the challenge.
    pub fn is_echoed_by(self, body: &[u8]) -> bool {
        body == self.0.to_string().as_bytes()
    }
}

/// Why a handshake failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandshakeFault<'a> {
    /// The answer was not 200.
    Status(u16),
    /// 200, with another body than the challenge.
    OtherBody(Challenge),
    /// No answer within the time.
    TimedOut,
    /// No connection, in words.
    Unreachable(&'a str),
    /// An address that may not be called.
    Forbidden,
}

impl From<HandshakeFault<'_>> for GraphError {
    fn from(fault: HandshakeFault<'_>) -> Self {
        Self::handshake_failed(&match fault {
            HandshakeFault::Status(status) => format!("HTTP Status Code = {status}"),
            // What the endpoint said instead is not repeated: it may be no business of the caller.
            HandshakeFault::OtherBody(Challenge(expected)) => {
                format!("Response does not match challenge, expected value = {expected}")
            }
            HandshakeFault::TimedOut => format!(
                "curl_errno = 28; curl_error = Operation timed out after {} milliseconds",
                limits::HANDSHAKE_TIMEOUT_MS
            ),
            HandshakeFault::Unreachable(why) => {
                format!("curl_errno = 7; curl_error = {}", shortened(why))
            }
            HandshakeFault::Forbidden => "curl_errno = 7; curl_error = its address is private or \
                link-local, which this exchange does not call"
                .to_owned(),
        })
    }
}

#[cfg(test)]
mod tests;
