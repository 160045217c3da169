//! What a template's provider is told (reference 13): `value` of the webhook, by its field.

use exchange::content::Category;
use exchange::id::ItemId;
use exchange::template::{Head, Knob, Template};
use serde_json::{Value, json};

/// `message_template_status_update`.
pub const STATUS: &str = "message_template_status_update";
/// `message_template_components_update`.
pub const COMPONENTS: &str = "message_template_components_update";
/// `template_category_update`.
pub const CATEGORY: &str = "template_category_update";

fn about(id: ItemId, it: &Template) -> Value {
    json!({
        "message_template_id": id.0, "message_template_name": it.name,
        "message_template_language": it.language,
    })
}

/// Its status is now `event`: `APPROVED`, `PENDING_DELETION`, `DELETED`, `ARCHIVED`, ….
pub fn status(id: ItemId, it: &Template, event: &str) -> Value {
    let mut value = about(id, it);
    value["event"] = event.into();
    value["reason"] = "NONE".into();
    value["message_template_category"] = it.category.name().to_uppercase().into();
    value
}

/// Its category was changed.
pub fn category(id: ItemId, it: &Template, before: Category) -> Value {
    let mut value = about(id, it);
    value["previous_category"] = before.name().to_uppercase().into();
    value["new_category"] = it.category.name().to_uppercase().into();
    value
}

/// Its components were changed.
pub fn components(id: ItemId, it: &Template) -> Value {
    let mut value = about(id, it);
    if let Some(Head::Text(text)) = &it.parts.header {
        value["message_template_title"] = text.text.as_str().into();
    }
    let body = it.parts.body.as_ref().map_or("", |body| body.text.as_str());
    value["message_template_element"] = body.into();
    if let Some(footer) = it.footer_words() {
        value["message_template_footer"] = footer.into();
    }
    if !it.parts.buttons.is_empty() {
        let all: Vec<Value> = it.parts.buttons.iter().map(button).collect();
        value["message_template_buttons"] = all.into();
    }
    value
}

fn button(button: &Knob) -> Value {
    let mut value = json!({
        "message_template_button_type": button.name(),
        "message_template_button_text": button.text(),
    });
    match button {
        Knob::Url { url, .. } => value["message_template_button_url"] = url.as_str().into(),
        Knob::Phone { phone, .. } => {
            value["message_template_button_phone_number"] = phone.as_str().into();
        }
        _ => {}
    }
    value
}
