//! Buttons of templates: read, and written back (reference 6).

use exchange::content::parts::FlowName;
use exchange::template::{Knob, OtpKind, TakingApp};
use serde_json::{Map, Value, json};

use super::read::{Members, list, text, truth};
use crate::cloud::error::{GraphError, shortened};
use crate::cloud::params::{as_object, as_text};

/// What one-time codes' buttons read back as begins with: the platform's own words.
const CODE_URL: &str = "https://www.whatsapp.com/otp/code/";

pub(super) fn read(value: &Value) -> Result<Knob, GraphError> {
    let it = as_object(value, "buttons")?.unwrap_or_default();
    let words = text(&it, "text")?;
    let or = |usual: &str| words.clone().unwrap_or_else(|| usual.to_owned());
    let kind = text(&it, "type")?.unwrap_or_default().to_ascii_uppercase();
    Ok(match kind.as_str() {
        "QUICK_REPLY" => Knob::QuickReply { text: or("") },
        "URL" => {
            let url = text(&it, "url")?.unwrap_or_default();
            if url.starts_with(CODE_URL) {
                return Ok(Knob::Otp {
                    way: OtpKind::CopyCode,
                    text: or(""),
                    autofill: None,
                    apps: Vec::new(),
                    terms: false,
                });
            }
            Knob::Url { text: or(""), url, example: example(&it)? }
        }
        "PHONE_NUMBER" => {
            Knob::Phone { text: or(""), phone: text(&it, "phone_number")?.unwrap_or_default() }
        }
        "COPY_CODE" => {
            Knob::CopyCode { text: or("Copy code"), example: example(&it)?.unwrap_or_default() }
        }
        "OTP" => code(&it, or(""))?,
        "CATALOG" => Knob::Catalog { text: or("View catalog") },
        "MPM" => Knob::Products { text: or("View items") },
        "SPM" => Knob::Product { text: or("View") },
        "FLOW" => flow(&it, or(""))?,
        "REQUEST_CONTACT_INFO" => Knob::Contact { text: or("Share contact") },
        "ORDER_DETAILS" => return Err(GraphError::payments_not_accepted()),
        "VOICE_CALL" | "APP" => {
            let rule = format!("has a button of type {kind}, which this exchange does not carry.");
            return Err(GraphError::parameter("components", &rule));
        }
        other => {
            let rule = format!("has a button of the unknown type \"{}\".", shortened(other));
            return Err(GraphError::parameter("components", &rule));
        }
    })
}

fn example(it: &Members) -> Result<Option<String>, GraphError> {
    match it.get("example") {
        Some(Value::Array(all)) => {
            all.first().map(|one| Ok(as_text(one, "example")?.into_owned())).transpose()
        }
        _ => text(it, "example"),
    }
}

fn code(it: &Members, words: String) -> Result<Knob, GraphError> {
    let way = text(it, "otp_type")?.unwrap_or_default().to_ascii_uppercase();
    let all = [OtpKind::CopyCode, OtpKind::OneTap, OtpKind::ZeroTap];
    let way = all.into_iter().find(|one| one.name() == way).ok_or_else(|| {
        GraphError::parameter("otp_type", "must be one of {COPY_CODE, ONE_TAP, ZERO_TAP}.")
    })?;
    let app = |it: &Members| -> Result<TakingApp, GraphError> {
        Ok(TakingApp {
            package: text(it, "package_name")?.unwrap_or_default(),
            signature: text(it, "signature_hash")?.unwrap_or_default(),
        })
    };
    let mut apps = Vec::new();
    for one in list(it, "supported_apps")? {
        apps.push(app(&as_object(one, "supported_apps")?.unwrap_or_default())?);
    }
    if apps.is_empty() && it.contains_key("package_name") {
        apps.push(app(it)?);
    }
    let (autofill, terms) = (text(it, "autofill_text")?, truth(it, "zero_tap_terms_accepted")?);
    Ok(Knob::Otp { way, text: words, autofill, apps, terms })
}

fn flow(it: &Members, words: String) -> Result<Knob, GraphError> {
    let flow = match (text(it, "flow_id")?, text(it, "flow_name")?) {
        (Some(id), _) => FlowName::Id(
            id.parse().map_err(|_| GraphError::parameter("flow_id", "must be a flow's id."))?,
        ),
        (None, Some(name)) => FlowName::Name(name),
        (None, None) => {
            return Err(GraphError::required("flow_id").details(
                "A FLOW button names its flow by flow_id or flow_name: create the flow first \
                 (flow_json is not taken here).",
            ));
        }
    };
    let action = text(it, "flow_action")?.unwrap_or_default().to_ascii_lowercase();
    let exchange = match action.as_str() {
        "" | "navigate" => false,
        "data_exchange" => true,
        _ => {
            let rule = "must be one of {NAVIGATE, DATA_EXCHANGE}.";
            return Err(GraphError::parameter("flow_action", rule));
        }
    };
    let (screen, icon) = (text(it, "navigate_screen")?, text(it, "icon")?);
    Ok(Knob::Flow { text: words, flow, exchange, screen, icon })
}

/// As it reads back; `expires_minutes` for one-time codes.
pub(super) fn write(button: &Knob, expires_minutes: Option<u32>) -> Value {
    let mut it = Map::new();
    it.insert("type".to_owned(), button.name().into());
    it.insert("text".to_owned(), button.text().into());
    let mut put = |name: &str, value: Value| {
        it.insert(name.to_owned(), value);
    };
    match button {
        Knob::Url { url, example, .. } => {
            put("url", url.as_str().into());
            if let Some(example) = example {
                put("example", json!([example]));
            }
        }
        Knob::Phone { phone, .. } => put("phone_number", phone.as_str().into()),
        Knob::CopyCode { example, .. } => put("example", json!([example])),
        Knob::Otp { way, .. } => {
            let expires = expires_minutes
                .map_or_else(String::new, |m| format!("code_expiration_minutes={m}&"));
            let url = format!("{CODE_URL}?otp_type={}&{expires}code=otp", way.name());
            put("type", "URL".into());
            put("url", format!("{url}{{{{1}}}}").into());
            put("example", json!([format!("{url}123456")]));
        }
        Knob::Flow { flow, exchange, screen, icon, .. } => {
            if let FlowName::Id(id) = flow {
                put("flow_id", id.to_string().into());
            }
            put("flow_action", if *exchange { "DATA_EXCHANGE" } else { "NAVIGATE" }.into());
            for (name, value) in [("navigate_screen", screen), ("icon", icon)] {
                if let Some(value) = value {
                    put(name, value.as_str().into());
                }
            }
        }
        _ => {}
    }
    it.into()
}
