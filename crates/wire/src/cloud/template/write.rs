//! Templates as they read back (reference 6): upper case, in the platform's order.

use exchange::id::ItemId;
use exchange::template::pattern::Pattern;
use exchange::template::{Head, Parts, Template};
use serde_json::{Map, Value, json};

use super::buttons;
use crate::ascii;
use crate::cloud::error::GraphError;
use crate::cloud::fields::{NodeType, asked};
use crate::cloud::params::Params;

const TEMPLATE: NodeType = NodeType {
    name: "MessageTemplate",
    known: &[
        "correct_category",
        "degrees_of_freedom_spec",
        "disabled_info",
        "library_template_name",
        "message_send_ttl_seconds",
        "previous_category",
        "specific_rejection_reason",
        "sub_category",
    ],
    default: &[
        "name",
        "parameter_format",
        "components",
        "language",
        "status",
        "category",
        "sub_category",
        "previous_category",
    ],
};

/// Where a header's sample is, by its handle.
pub type SampleUrl<'a> = &'a dyn Fn(&str) -> String;

/// What is asked for of a template.
///
/// # Errors
/// 100 for a field that no template has, 2500 for a selection that cannot be read.
pub fn value(
    id: ItemId,
    it: &Template,
    params: &Params,
    sample: SampleUrl<'_>,
) -> Result<Value, GraphError> {
    let all = json!({
        "id": id.to_string(),
        "name": it.name,
        "language": it.language,
        "status": it.status.name(),
        "category": it.category.name().to_uppercase(),
        "previous_category": it.previous_category.map(|one| one.name().to_uppercase()),
        "sub_category": it.sub_category,
        "parameter_format": if it.named { "NAMED" } else { "POSITIONAL" },
        "components": components(it, sample),
        "rejected_reason": "NONE",
        // Nobody rates templates here.
        "quality_score": {"score": "UNKNOWN", "date": it.created.seconds()},
        "message_send_ttl_seconds": it.ttl_s,
        "library_template_name": it.library,
        "cta_url_link_tracking_opted_out": it.untracked,
        "is_primary_device_delivery_only": false,
        "health_status": {
            "can_send_message": "AVAILABLE",
            "entities": [{
                "entity_type": "MESSAGE_TEMPLATE", "id": id.to_string(),
                "can_send_message": "AVAILABLE",
            }],
        },
    });
    TEMPLATE.select(&all, asked(params)?.as_deref())
}

/// `GET /{template}`.
///
/// # Errors
/// As for [`value`].
pub fn node(
    id: ItemId,
    it: &Template,
    params: &Params,
    sample: SampleUrl<'_>,
) -> Result<Vec<u8>, GraphError> {
    Ok(ascii::to_vec(&value(id, it, params, sample)?))
}

/// The answer to a creation.
pub fn created(id: ItemId, it: &Template) -> Value {
    json!({
        "id": id.to_string(), "status": it.status.name(),
        "category": it.category.name().to_uppercase(),
    })
}

/// The answer to an edit.
pub fn edited(id: ItemId, it: &Template) -> Vec<u8> {
    ascii::to_vec(&json!({
        "success": true, "id": id.to_string(), "name": it.name,
        "category": it.category.name().to_uppercase(),
    }))
}

fn components(it: &Template, sample: SampleUrl<'_>) -> Value {
    let mut all = of_parts(&it.parts, it, sample);
    if it.category == exchange::content::Category::Authentication {
        let body = json!({
            "type": "BODY", "text": it.code_body(it.parts.advice),
            "add_security_recommendation": it.parts.advice,
            "example": {"body_text": [["123456"]]},
        });
        for component in &mut all {
            if component["type"] == "BODY" {
                *component = body.clone();
            }
        }
    }
    all.into()
}

fn of_parts(parts: &Parts, it: &Template, sample: SampleUrl<'_>) -> Vec<Value> {
    let mut all: Vec<Value> = parts.header.iter().map(|head| of_head(head, it, sample)).collect();
    if let Some(offer) = &parts.offer {
        let inner = json!({"text": offer.text, "has_expiration": offer.expires});
        all.push(json!({"type": "LIMITED_TIME_OFFER", "limited_time_offer": inner}));
    }
    if let Some(body) = &parts.body {
        let mut component = json!({"type": "BODY", "text": body.text});
        put_examples(&mut component, "body_text", body, it.named);
        all.push(component);
    }
    let mut footer = Map::new();
    if let Some(text) = it.footer_words().filter(|_| parts.expires_minutes.is_some()) {
        footer.insert("text".to_owned(), text.into());
        let minutes = parts.expires_minutes.unwrap_or_default();
        footer.insert("code_expiration_minutes".to_owned(), minutes.into());
    } else if let Some(text) = &parts.footer {
        footer.insert("text".to_owned(), text.as_str().into());
    }
    if !footer.is_empty() {
        footer.insert("type".to_owned(), "FOOTER".into());
        all.push(footer.into());
    }
    if parts.asks_calls {
        all.push(json!({"type": "CALL_PERMISSION_REQUEST"}));
    }
    if !parts.buttons.is_empty() {
        let each = parts.buttons.iter().map(|one| buttons::write(one, parts.expires_minutes));
        all.push(json!({"type": "BUTTONS", "buttons": each.collect::<Vec<_>>()}));
    }
    if !parts.cards.is_empty() {
        let card = |card: &Parts| json!({"components": of_parts(card, it, sample)});
        let cards: Vec<Value> = parts.cards.iter().map(card).collect();
        all.push(json!({"type": "CAROUSEL", "cards": cards}));
    }
    all
}

fn of_head(head: &Head, it: &Template, sample: SampleUrl<'_>) -> Value {
    let mut component = json!({"type": "HEADER", "format": head.format()});
    match head {
        Head::Text(text) => {
            component["text"] = text.text.as_str().into();
            put_examples(&mut component, "header_text", text, it.named);
        }
        Head::Media { sample: handle, .. } => {
            component["example"] = json!({"header_handle": [sample(handle)]});
        }
        Head::Location | Head::Product => {}
    }
    component
}

fn put_examples(component: &mut Value, name: &str, text: &Pattern, named: bool) {
    if text.examples.is_empty() {
        return;
    }
    if named {
        let pair =
            |(name, example): &(String, String)| json!({"param_name": name, "example": example});
        let all: Vec<Value> = text.examples.iter().map(pair).collect();
        component["example"] = json!({format!("{name}_named_params"): all});
        return;
    }
    let all: Vec<&String> = text.examples.iter().map(|(_, example)| example).collect();
    let all = if name == "body_text" { json!([all]) } else { json!(all) };
    component["example"] = json!({name: all});
}
