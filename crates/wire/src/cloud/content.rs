//! What a message says (reference 3.1, 3.3), from the parameter bag into the exchange's words.

mod cards;
mod interactive;
pub(super) mod simple;

use std::borrow::Cow;

use exchange::message::Content;
use serde_json::{Map, Value};

use super::error::{GraphError, shortened, unknown_message};
use super::id::Wamid;
use super::params::{Params, as_flag, as_object, as_text, present};
use simple::{contacts, file, location};

/// The platform's types that this exchange does not carry.
const NOT_CARRIED: [&str; 2] = ["order", "pin"];
/// The platform's types, as its error names them.
const TYPES: &str = "must be one of {AUDIO, CONTACTS, DOCUMENT, IMAGE, INTERACTIVE, LOCATION, PIN, \
    REACTION, STICKER, TEMPLATE, TEXT, VIDEO}.";
type Members = Map<String, Value>;

/// Reads the content, and the message that it points at (a reaction's).
pub(super) fn read(params: &Params) -> Result<(Content, Option<Wamid>), GraphError> {
    let kind = params.text("type")?;
    match kind.as_deref().unwrap_or("text") {
        "text" => text(params, kind.is_none()).map(|content| (content, None)),
        "reaction" => reaction(params),
        "interactive" => interactive::read(params).map(|content| (content, None)),
        "location" => location(params).map(|content| (content, None)),
        "contacts" => contacts(params).map(|content| (content, None)),
        media @ ("image" | "video" | "audio" | "document" | "sticker") => {
            file(params, media).map(|content| (content, None))
        }
        known if NOT_CARRIED.contains(&known) => {
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

/// A part that must be there.
fn needed(members: &Members, name: &str, path: &str) -> Result<String, GraphError> {
    string(members, name, path)?.ok_or_else(|| GraphError::missing_part(path))
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
) -> Result<Option<Cow<'a, Members>>, GraphError> {
    member(members, name).map_or(Ok(None), |value| as_object(value, path))
}

fn items<'a>(members: &'a Members, name: &str, path: &str) -> Result<&'a [Value], GraphError> {
    match member(members, name) {
        None => Err(GraphError::missing_part(path)),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(GraphError::parameter(path, "must be an array.")),
    }
}
