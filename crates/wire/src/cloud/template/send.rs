//! `type: template` (reference 3.4): what is sent along with a template's name.

use exchange::content::parts::Product;
use exchange::media::MediaKind;
use exchange::template::render::{ButtonParam, Param, Sent, SentButton};
use serde_json::Value;

use super::read::{Members, list, member, text};
use crate::cloud::content::simple::{place, source};
use crate::cloud::error::{GraphError, shortened};
use crate::cloud::params::{Params, as_object};

/// A template to be filled in. That there is one is still to be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateSend {
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: String,
    /// What it is filled in with.
    pub sent: Sent,
}

/// Reads `template` of a send.
///
/// # Errors
/// 100, 131008, 131009.
pub fn read(params: &Params) -> Result<TemplateSend, GraphError> {
    let it = params.object("template")?.ok_or_else(|| GraphError::required("template"))?;
    let name = text(&it, "name")?.ok_or_else(|| GraphError::required("template['name']"))?;
    let language = it.get("language").cloned().unwrap_or_default();
    let code = match &language {
        Value::Object(language) => text(language, "code")?,
        _ => None,
    };
    let code = code.ok_or_else(|| {
        GraphError::required("template['language']['code']")
            .details("Give the template's language, such as {\"code\":\"en_US\"}.")
    })?;
    let sent = match it.get("components") {
        None | Some(Value::Null) => Sent::default(),
        Some(Value::Array(all)) if all.is_empty() => Sent::default(),
        // Some clients send an empty object, or an empty text, for no components.
        Some(Value::Object(none)) if none.is_empty() => Sent::default(),
        Some(_) => components(&it, true)?,
    };
    Ok(TemplateSend { name, language: code, sent })
}

fn components(it: &Members, cards: bool) -> Result<Sent, GraphError> {
    let mut sent = Sent::default();
    for (place, component) in list(it, "components")?.iter().enumerate() {
        let it = as_object(component, "components")?.unwrap_or_default();
        let kind = text(&it, "type")?
            .ok_or_else(|| GraphError::required("template['components']['type']"))?;
        match kind.to_ascii_lowercase().as_str() {
            "header" => sent.header.extend(all(&it)?),
            "body" => sent.body.extend(all(&it)?),
            "footer" if list(&it, "parameters")?.is_empty() => {}
            "button" | "buttons" => sent.buttons.push(button(&it, place)?),
            "limited_time_offer" => sent.offer_ends_ms = offer(&it)?,
            "carousel" if cards => {
                for card in list(&it, "cards")? {
                    let card = as_object(card, "cards")?.unwrap_or_default();
                    sent.cards.push((index(&card, "card_index")?, components(&card, false)?));
                }
            }
            other => {
                let rule = format!(
                    "has a component of type \"{}\", which this exchange does not carry there.",
                    shortened(other)
                );
                return Err(GraphError::parameter("template['components']", &rule));
            }
        }
    }
    Ok(sent)
}

/// A place, as a number or in a string.
fn index(it: &Members, name: &str) -> Result<usize, GraphError> {
    let text = text(it, name)?.ok_or_else(|| GraphError::missing_part(name))?;
    text.trim().parse().map_err(|_| GraphError::parameter(name, "must be a number from 0."))
}

fn offer(it: &Members) -> Result<Option<i64>, GraphError> {
    let path = "limited_time_offer['expiration_time_ms']";
    let Some(param) = list(it, "parameters")?.first() else { return Ok(None) };
    let inner = param.get("limited_time_offer").cloned().unwrap_or_default();
    let inner = as_object(&inner, "limited_time_offer")?.unwrap_or_default().into_owned();
    let text = text(&inner, "expiration_time_ms")?.ok_or_else(|| GraphError::missing_part(path))?;
    let at = text.parse().ok().filter(|at| (0..=i64::MAX / 2).contains(at));
    at.map(Some).ok_or_else(|| GraphError::parameter(path, "must be milliseconds since 1970."))
}

fn all(it: &Members) -> Result<Vec<Param>, GraphError> {
    list(it, "parameters")?.iter().map(param).collect()
}

fn param(value: &Value) -> Result<Param, GraphError> {
    let it = as_object(value, "parameters")?.unwrap_or_default();
    let kind = text(&it, "type")?.unwrap_or_else(|| "text".to_owned()).to_ascii_lowercase();
    let name = text(&it, "parameter_name")?;
    let inner = || -> Result<Members, GraphError> {
        let inner = member(&it, &kind).ok_or_else(|| GraphError::missing_part(&kind))?;
        let inner = as_object(inner, &kind)?.unwrap_or_default();
        Ok(inner.into_owned())
    };
    let media = |kind: MediaKind, gif: bool| -> Result<Param, GraphError> {
        let inner = inner()?;
        let word = if gif { "gif" } else { kind.name() };
        let source = source(&inner, word)?;
        Ok(Param::Media { kind, gif, source, filename: text(&inner, "filename")? })
    };
    match kind.as_str() {
        "text" => {
            let text =
                text(&it, "text")?.filter(|text| !text.trim().is_empty()).ok_or_else(|| {
                    GraphError::missing_part("text")
                        .details("Parameter of type text is missing text value")
                })?;
            Ok(Param::Text { name, text })
        }
        // Always shown as their fallback (reference 3.4).
        "currency" | "date_time" => {
            let path = format!("{kind}['fallback_value']");
            let text = text(&inner()?, "fallback_value")?;
            let text = text.ok_or_else(|| GraphError::missing_part(&path))?;
            Ok(Param::Text { name, text })
        }
        "image" => media(MediaKind::Image, false),
        "video" => media(MediaKind::Video, false),
        "gif" => media(MediaKind::Video, true),
        "document" => media(MediaKind::Document, false),
        "location" => place(&inner()?).map(Param::Location),
        "product" => product(&inner()?).map(Param::Product),
        other => {
            let rule = format!(
                "was \"{}\": must be one of {{TEXT, CURRENCY, DATE_TIME, IMAGE, VIDEO, GIF, \
                 DOCUMENT, LOCATION, PRODUCT}}.",
                shortened(other)
            );
            Err(GraphError::parameter("template['components']['parameters']['type']", &rule))
        }
    }
}

fn product(it: &Members) -> Result<Product, GraphError> {
    let part = |name: &str| -> Result<String, GraphError> {
        text(it, name)?.ok_or_else(|| GraphError::missing_part(&format!("product['{name}']")))
    };
    let catalog = part("catalog_id")?
        .parse()
        .map_err(|_| GraphError::parameter("product['catalog_id']", "must be a catalog's id."))?;
    Ok(Product {
        catalog,
        retailer_id: part("product_retailer_id")?,
        name: None,
        price_cents: None,
        currency: None,
        description: None,
    })
}

fn button(it: &Members, place: usize) -> Result<SentButton, GraphError> {
    let kind = text(it, "sub_type")?
        .ok_or_else(|| GraphError::missing_part("template['components']['sub_type']"))?
        .to_ascii_lowercase();
    match kind.as_str() {
        "order_details" => return Err(GraphError::payments_not_accepted()),
        "voice_call" => return Err(GraphError::calling_not_enabled()),
        _ => {}
    }
    let path = format!("template['components'][{place}]['index']");
    let index = match member(it, "index") {
        Some(_) => index(it, "index")?,
        None => return Err(GraphError::missing_part(&path)),
    };
    let params = list(it, "parameters")?.iter().map(button_param).collect::<Result<_, _>>()?;
    Ok(SentButton { index, kind, params })
}

fn button_param(value: &Value) -> Result<ButtonParam, GraphError> {
    let it = as_object(value, "parameters")?.unwrap_or_default();
    let kind = text(&it, "type")?.unwrap_or_default().to_ascii_lowercase();
    let needed = |name: &str| -> Result<String, GraphError> {
        text(&it, name)?.ok_or_else(|| {
            GraphError::missing_part(name)
                .details(format!("buttons: a parameter of type {kind} needs {name}."))
        })
    };
    match kind.as_str() {
        "payload" => needed("payload").map(ButtonParam::Payload),
        "text" => needed("text").map(ButtonParam::Text),
        "coupon_code" => needed("coupon_code").map(ButtonParam::Coupon),
        "action" => {
            let action = it.get("action").cloned().unwrap_or_default();
            let action = as_object(&action, "action")?.unwrap_or_default().into_owned();
            self::action(&action)
        }
        other => {
            let rule = format!(
                "was \"{}\": must be one of {{PAYLOAD, TEXT, COUPON_CODE, ACTION}}.",
                shortened(other)
            );
            Err(GraphError::parameter("template['components']['parameters']['type']", &rule))
        }
    }
}

fn action(it: &Members) -> Result<ButtonParam, GraphError> {
    if it.contains_key("order_details") {
        return Err(GraphError::payments_not_accepted());
    }
    let mut sections = Vec::new();
    for section in list(it, "sections")? {
        let section = as_object(section, "sections")?.unwrap_or_default();
        let mut ids = Vec::new();
        for item in list(&section, "product_items")? {
            let item = as_object(item, "product_items")?.unwrap_or_default();
            let id = text(&item, "product_retailer_id")?;
            ids.push(id.ok_or_else(|| GraphError::missing_part("product_retailer_id"))?);
        }
        sections.push((text(&section, "title")?, ids));
    }
    let data = match member(it, "flow_action_data") {
        None => None,
        Some(data) => {
            let data = as_object(data, "flow_action_data")?;
            data.map(|data| Value::Object(data.into_owned()).to_string())
        }
    };
    if data.as_ref().is_some_and(|data| data.len() > exchange::limits::FLOW_DATA_BYTES) {
        return Err(GraphError::invalid_value("flow_action_data: is too long."));
    }
    Ok(ButtonParam::Action {
        thumbnail: text(it, "thumbnail_product_retailer_id")?,
        sections,
        token: text(it, "flow_token")?,
        data,
    })
}
