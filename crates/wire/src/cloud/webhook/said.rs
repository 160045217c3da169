//! What a person's message says, beyond texts and reactions (reference 12).

use exchange::content::FormKind;
use exchange::content::parts::{ContactCard, Location, OrderItem};
use exchange::media::{Media, MediaId, MediaKind};
use exchange::message::Content;
use serde_json::{Map, Value, json};

use crate::ascii::Writer;

/// Writes `,"type":…` and the member named after it. `None` for what only assistants and the
/// exchange say.
pub(super) fn members(
    out: &mut Writer,
    content: &Content,
    media_url: &dyn Fn(MediaId) -> String,
) -> Option<()> {
    let (name, value) = match content {
        Content::Media { kind, source, caption, filename, voice, animated } => {
            let mut it = file(source.kept()?, media_url);
            if let Some(caption) = caption {
                it["caption"] = caption.as_str().into();
            }
            match kind {
                MediaKind::Document => {
                    it["filename"] = filename.as_deref().unwrap_or("document").into();
                }
                MediaKind::Audio => it["voice"] = (*voice).into(),
                MediaKind::Sticker => it["animated"] = (*animated).into(),
                MediaKind::Image | MediaKind::Video => {}
            }
            (kind.name(), it)
        }
        Content::Location(place) => ("location", location(place)),
        Content::Contacts { cards, requested } => {
            let cards: Vec<Value> = cards.iter().map(contact).collect();
            out.raw(",\"type\":\"contacts\",\"contacts\":").value(&Value::Array(cards));
            if *requested {
                out.raw(",\"origin\":\"contact_request\"");
            }
            return Some(());
        }
        Content::TemplateReply { payload, text } => {
            ("button", json!({"payload": payload, "text": text}))
        }
        Content::Order { catalog, text, items } => {
            let items: Vec<Value> = items.iter().map(ordered).collect();
            let text = text.as_deref().unwrap_or_default();
            let catalog = catalog.to_string();
            ("order", json!({"catalog_id": catalog, "text": text, "product_items": items}))
        }
        Content::ButtonReply { id, title } => {
            out.raw(",\"type\":\"interactive\",\"interactive\":{\"type\":\"button_reply\",");
            out.raw("\"button_reply\":{\"id\":").text(id).raw(",\"title\":").text(title);
            out.raw("}}");
            return Some(());
        }
        Content::ListReply { id, title, description } => {
            out.raw(",\"type\":\"interactive\",\"interactive\":{\"type\":\"list_reply\",");
            out.raw("\"list_reply\":{\"id\":").text(id).raw(",\"title\":").text(title);
            // Always there, empty if the row has none: whatsapp-business-rs 0.5 refuses a list
            // reply without it.
            out.raw(",\"description\":").text(description.as_deref().unwrap_or_default());
            out.raw("}}");
            return Some(());
        }
        Content::Welcome => {
            out.raw(",\"type\":\"request_welcome\"");
            return Some(());
        }
        Content::Unsupported { what } => {
            out.raw(UNSUPPORTED).raw(",\"unsupported\":{\"type\":").text(what).raw("}");
            return Some(());
        }
        other => ("interactive", interactive(other)?),
    };
    out.raw(",\"type\":\"").raw(name).raw("\",\"").raw(name).raw("\":").value(&value);
    Some(())
}

const UNSUPPORTED: &str = ",\"type\":\"unsupported\",\"errors\":[{\"code\":131051,\
    \"title\":\"Message type unknown\",\"message\":\"Message type unknown\",\"error_data\":{\
    \"details\":\"Message type is currently not supported.\"}}]";

fn interactive(content: &Content) -> Option<Value> {
    Some(match content {
        Content::FormReply { form, response_json } => {
            let name = match form {
                FormKind::Flow => "flow",
                FormKind::Address => "address_message",
            };
            let reply = json!({"name": name, "body": "Sent", "response_json": response_json});
            json!({"type": "nfm_reply", "nfm_reply": reply})
        }
        Content::CallPermissionReply { accepted, until_ms } => {
            let mut reply = Map::new();
            let response = if *accepted { "accept" } else { "reject" };
            reply.insert("response".into(), response.into());
            match until_ms {
                Some(until) if *accepted => {
                    reply.insert("expiration_timestamp".into(), (until / 1000).into());
                }
                None if *accepted => {
                    reply.insert("is_permanent".into(), true.into());
                }
                _ => {}
            }
            reply.insert("response_source".into(), "user_action".into());
            json!({"type": "call_permission_reply", "call_permission_reply": reply})
        }
        _ => return None,
    })
}

/// A file as webhooks tell it: SHA-256 in base64 (reference 19).
fn file(media: &Media, media_url: &dyn Fn(MediaId) -> String) -> Value {
    use base64::Engine as _;
    let digest = hex::decode(&media.sha256).unwrap_or_default();
    json!({
        "mime_type": media.mime,
        "sha256": base64::engine::general_purpose::STANDARD.encode(digest),
        "id": media.id.to_string(),
        "url": media_url(media.id),
    })
}

fn location(place: &Location) -> Value {
    let mut it = json!({"latitude": place.latitude.get(), "longitude": place.longitude.get()});
    for (name, text) in [("name", &place.name), ("address", &place.address), ("url", &place.url)] {
        if let Some(text) = text {
            it[name] = text.as_str().into();
        }
    }
    it
}

fn contact(card: &ContactCard) -> Value {
    serde_json::to_value(card).unwrap_or_default()
}

/// The price is a number of the currency's units, as the platform writes it.
fn ordered(item: &OrderItem) -> Value {
    let price = item.price_cents as f64 / 100.0;
    json!({
        "product_retailer_id": item.retailer_id, "quantity": item.quantity,
        "item_price": price, "currency": item.currency,
    })
}
