//! What a message says (reference 3.1, 3.3), from the parameter bag into the exchange's words.

use exchange::message::{Button, Content, Row, Section};
use serde_json::{Map, Value};

use super::error::{GraphError, shortened, unknown_message};
use super::id::Wamid;
use super::params::{Params, as_flag, as_object, as_text, present};

/// The platform's types that this exchange does not carry yet.
const NOT_YET: [&str; 10] = [
    "audio", "contacts", "document", "image", "location", "order", "pin", "sticker", "template",
    "video",
];
/// The platform's types, as its error names them.
const TYPES: &str = "must be one of {AUDIO, CONTACTS, DOCUMENT, IMAGE, INTERACTIVE, LOCATION, PIN, \
    REACTION, STICKER, TEMPLATE, TEXT, VIDEO}.";
/// Interactive types of the platform that this exchange does not carry yet.
const INTERACTIVE_NOT_YET: [&str; 13] = [
    "address_message",
    "call_permission_request",
    "carousel",
    "catalog_message",
    "cta_url",
    "flow",
    "location_request_message",
    "order_details",
    "order_status",
    "product",
    "product_list",
    "request_contact_info",
    "voice_call",
];

type Members = Map<String, Value>;

/// Reads the content, and the message that it points at (a reaction's).
pub(super) fn read(params: &Params) -> Result<(Content, Option<Wamid>), GraphError> {
    let kind = params.text("type")?;
    match kind.as_deref().unwrap_or("text") {
        "text" => text(params, kind.is_none()).map(|content| (content, None)),
        "reaction" => reaction(params),
        "interactive" => interactive(params).map(|content| (content, None)),
        known if NOT_YET.contains(&known) => {
            Err(GraphError::not_carried(&format!("Messages of type {known}")))
        }
        other => {
            let details = format!("type was \"{}\".", shortened(other));
            Err(GraphError::parameter("type", TYPES).details(details))
        }
    }
}

fn text(params: &Params, assumed: bool) -> Result<Content, GraphError> {
    let missing = |name: &str| {
        let error = GraphError::required(name);
        if assumed { error.details("type is missing, which means text.") } else { error }
    };
    let text = params.object("text")?.ok_or_else(|| missing("text"))?;
    let body = member(&text, "body").ok_or_else(|| missing("text['body']"))?;
    let body = as_text(body, "text['body']")?.into_owned();
    let preview_url = match member(&text, "preview_url") {
        None => false,
        Some(flag) => as_flag(flag)
            .ok_or_else(|| GraphError::parameter("text['preview_url']", "must be a boolean."))?,
    };
    Ok(Content::Text { body, preview_url })
}

fn reaction(params: &Params) -> Result<(Content, Option<Wamid>), GraphError> {
    let reaction = params.object("reaction")?.ok_or_else(|| GraphError::required("reaction"))?;
    let id = member(&reaction, "message_id")
        .ok_or_else(|| GraphError::required("reaction['message_id']"))?;
    let target =
        Wamid::decode(&as_text(id, "reaction['message_id']")?).ok_or_else(unknown_message)?;
    let emoji = match member(&reaction, "emoji") {
        None => String::new(),
        Some(emoji) => as_text(emoji, "reaction['emoji']")?.into_owned(),
    };
    Ok((Content::Reaction { target: target.seq, emoji }, Some(target)))
}

fn interactive(params: &Params) -> Result<Content, GraphError> {
    let it = params.object("interactive")?.ok_or_else(|| GraphError::required("interactive"))?;
    let kind = string(&it, "type", "interactive['type']")?
        .ok_or_else(|| GraphError::required("interactive['type']"))?;
    match kind.as_str() {
        "button" | "list" => {}
        known if INTERACTIVE_NOT_YET.contains(&known) => {
            let what = format!("Interactive messages of type {known}");
            return Err(GraphError::not_carried(&what));
        }
        other => {
            let rule = "must be one of {BUTTON, CTA_URL, FLOW, LIST, PRODUCT, PRODUCT_LIST, …}.";
            let details = format!("interactive.type was \"{}\".", shortened(other));
            return Err(GraphError::parameter("interactive['type']", rule).details(details));
        }
    }
    let header = header(&it)?;
    let body =
        words(&it, "body")?.ok_or_else(|| GraphError::missing_part("interactive.body.text"))?;
    let footer = words(&it, "footer")?;
    let action = object(&it, "action", "interactive['action']")?
        .ok_or_else(|| GraphError::missing_part("interactive.action"))?;
    if kind == "button" {
        return Ok(Content::Buttons { header, body, footer, buttons: buttons(&action)? });
    }
    let button = string(&action, "button", "interactive['action']['button']")?
        .ok_or_else(|| GraphError::missing_part("interactive.action.button"))?;
    Ok(Content::List { header, body, footer, button, sections: sections(&action)? })
}

fn header(it: &Members) -> Result<Option<String>, GraphError> {
    let Some(header) = object(it, "header", "interactive['header']")? else { return Ok(None) };
    let kind = string(&header, "type", "interactive['header']['type']")?;
    match kind.as_deref() {
        None | Some("text") => string(&header, "text", "interactive['header']['text']"),
        Some(known @ ("image" | "video" | "document")) => {
            Err(GraphError::not_carried(&format!("Interactive headers of type {known}")))
        }
        Some(_) => {
            let rule = "must be one of {DOCUMENT, IMAGE, TEXT, VIDEO}.";
            Err(GraphError::parameter("interactive['header']['type']", rule))
        }
    }
}

/// `{"text":"…"}` under `name`: body and footer.
fn words(it: &Members, name: &str) -> Result<Option<String>, GraphError> {
    let path = format!("interactive['{name}']");
    let Some(part) = object(it, name, &path)? else { return Ok(None) };
    string(&part, "text", &format!("{path}['text']"))
}

fn buttons(action: &Members) -> Result<Vec<Button>, GraphError> {
    let mut buttons = Vec::new();
    for (i, item) in items(action, "buttons", "interactive.action.buttons")?.iter().enumerate() {
        let name = format!("interactive['action']['buttons'][{i}]");
        let button = as_object(item, &name)?.unwrap_or_default();
        let kind = string(&button, "type", &name)?;
        if kind.is_some_and(|kind| kind != "reply") {
            return Err(GraphError::parameter(
                &format!("{name}['type']"),
                "must be one of {REPLY}.",
            ));
        }
        let reply = object(&button, "reply", &format!("{name}['reply']"))?
            .ok_or_else(|| GraphError::missing_part(&format!("{name}['reply']")))?;
        let needed = |part: &str| {
            let path = format!("{name}['reply']['{part}']");
            string(&reply, part, &path)?.ok_or_else(|| GraphError::missing_part(&path))
        };
        buttons.push(Button { id: needed("id")?, title: needed("title")? });
    }
    Ok(buttons)
}

fn sections(action: &Members) -> Result<Vec<Section>, GraphError> {
    let mut sections = Vec::new();
    for (i, item) in items(action, "sections", "interactive.action.sections")?.iter().enumerate() {
        let name = format!("interactive['action']['sections'][{i}]");
        let section = as_object(item, &name)?.unwrap_or_default();
        let title = string(&section, "title", &format!("{name}['title']"))?;
        let mut rows = Vec::new();
        for (j, item) in items(&section, "rows", &format!("{name}['rows']"))?.iter().enumerate() {
            rows.push(row(item, &format!("{name}['rows'][{j}]"))?);
        }
        sections.push(Section { title, rows });
    }
    Ok(sections)
}

fn row(item: &Value, name: &str) -> Result<Row, GraphError> {
    let row = as_object(item, name)?.unwrap_or_default();
    let part = |part: &str| string(&row, part, &format!("{name}['{part}']"));
    let needed = |name_of: &str| {
        part(name_of)?.ok_or_else(|| GraphError::missing_part(&format!("{name}['{name_of}']")))
    };
    Ok(Row { id: needed("id")?, title: needed("title")?, description: part("description")? })
}

/// A member that is there: neither `null` nor an empty string.
fn member<'a>(members: &'a Members, name: &str) -> Option<&'a Value> {
    members.get(name).filter(|value| present(value))
}

fn string(members: &Members, name: &str, path: &str) -> Result<Option<String>, GraphError> {
    member(members, name).map(|value| Ok(as_text(value, path)?.into_owned())).transpose()
}

fn object<'a>(
    members: &'a Members,
    name: &str,
    path: &str,
) -> Result<Option<std::borrow::Cow<'a, Members>>, GraphError> {
    member(members, name).map_or(Ok(None), |value| as_object(value, path))
}

fn items<'a>(members: &'a Members, name: &str, path: &str) -> Result<&'a [Value], GraphError> {
    match member(members, name) {
        None => Err(GraphError::missing_part(path)),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(GraphError::parameter(path, "must be an array.")),
    }
}
