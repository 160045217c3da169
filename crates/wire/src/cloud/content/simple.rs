//! Files, places and contact cards (reference 3.1).

use std::collections::BTreeMap;

use exchange::content::parts::{ContactCard, Degrees, Location};
use exchange::limits;
use exchange::media::{MediaKind, Source};
use exchange::message::Content;
use serde_json::Value;

use super::{Members, member, object, string};
use crate::cloud::error::GraphError;
use crate::cloud::params::{Params, as_flag, as_object, as_text};

/// By the platform's word; one of those five.
pub(super) fn kind_of(word: &str) -> MediaKind {
    MediaKind::ALL.into_iter().find(|kind| kind.name() == word).unwrap_or(MediaKind::Document)
}

/// `id` or `link`, exactly one of them.
pub(in crate::cloud) fn source(media: &Members, path: &str) -> Result<Source, GraphError> {
    let id = string(media, "id", &format!("{path}['id']"))?;
    let link = string(media, "link", &format!("{path}['link']"))?;
    match (id, link) {
        (Some(_), Some(_)) => {
            let details = format!("{path}: give id or link, not both.");
            Err(GraphError::invalid_value(details))
        }
        (Some(id), None) => id.parse().map(Source::Id).map_err(|_| GraphError::unknown_media(&id)),
        (None, Some(link)) => Ok(Source::Link(link)),
        (None, None) => {
            let error = GraphError::required(&format!("{path}['id']"));
            Err(error.details(format!("{path}: one of id and link is needed.")))
        }
    }
}

pub(super) fn file(params: &Params, word: &str) -> Result<Content, GraphError> {
    let media = params.object(word)?.ok_or_else(|| GraphError::required(word))?;
    let kind = kind_of(word);
    let captioned = matches!(kind, MediaKind::Image | MediaKind::Video | MediaKind::Document);
    let part = |name: &str| string(&media, name, &format!("{word}['{name}']"));
    let caption = part("caption")?.filter(|_| captioned);
    let filename = part("filename")?.filter(|_| kind == MediaKind::Document);
    let voice = match member(&media, "voice").filter(|_| kind == MediaKind::Audio) {
        None => false,
        Some(flag) => as_flag(flag)
            .ok_or_else(|| GraphError::parameter("audio['voice']", "must be a boolean."))?,
    };
    let source = source(&media, word)?;
    Ok(Content::Media { kind, source, caption, filename, voice, animated: false })
}

fn degrees(place: &Members, name: &str) -> Result<Degrees, GraphError> {
    let path = format!("location['{name}']");
    let value = member(place, name).ok_or_else(|| GraphError::required(&path))?;
    let number = as_text(value, &path)?.trim().parse::<f64>().ok().and_then(Degrees::new);
    number.ok_or_else(|| GraphError::parameter(&path, "must be a number of degrees."))
}

/// The members of a place; templates have them too.
pub(in crate::cloud) fn place(place: &Members) -> Result<Location, GraphError> {
    let part = |name: &str| string(place, name, &format!("location['{name}']"));
    Ok(Location {
        latitude: degrees(place, "latitude")?,
        longitude: degrees(place, "longitude")?,
        name: part("name")?,
        address: part("address")?,
        url: part("url")?,
    })
}

pub(super) fn location(params: &Params) -> Result<Content, GraphError> {
    let it = params.object("location")?.ok_or_else(|| GraphError::required("location"))?;
    place(&it).map(Content::Location)
}

/// An object's members as texts; lists and objects among them are refused.
pub(super) fn texts(it: &Members, path: &str) -> Result<BTreeMap<String, String>, GraphError> {
    let mut found = BTreeMap::new();
    for (name, value) in it.iter().filter(|(_, value)| !value.is_null()).take(64) {
        let text = as_text(value, &format!("{path}['{name}']"))?;
        found.insert(name.clone(), text.into_owned());
    }
    Ok(found)
}

fn list<'a>(params: &'a Params, name: &str) -> Result<Vec<Value>, GraphError> {
    let wrong = || GraphError::parameter(name, "must be an array of objects.");
    let value: &'a Value = params.get(name).ok_or_else(|| GraphError::required(name))?;
    match value {
        Value::Array(items) => Ok(items.clone()),
        Value::String(text) => serde_json::from_str(text).map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

pub(super) fn contacts(params: &Params) -> Result<Content, GraphError> {
    let all = list(params, "contacts")?;
    if all.len() > limits::CONTACTS {
        let rule = format!("must hold 1 to {} contacts.", limits::CONTACTS);
        return Err(GraphError::parameter("contacts", &rule));
    }
    let cards = all.iter().map(card).collect::<Result<Vec<_>, _>>()?;
    Ok(Content::Contacts { cards, requested: false })
}

/// One contact card, of an assistant or of the messenger.
pub fn card(value: &Value) -> Result<ContactCard, GraphError> {
    let it = as_object(value, "contacts")?.unwrap_or_default();
    let one = |name: &str| -> Result<BTreeMap<String, String>, GraphError> {
        let path = format!("contacts['{name}']");
        let found = object(&it, name, &path)?;
        found.map(|found| texts(&found, &path)).transpose().map(Option::unwrap_or_default)
    };
    let many = |name: &str| -> Result<Vec<BTreeMap<String, String>>, GraphError> {
        let path = format!("contacts['{name}']");
        match member(&it, name) {
            None => Ok(Vec::new()),
            Some(Value::Array(all)) => all
                .iter()
                .take(limits::CONTACTS)
                .map(|one| texts(&as_object(one, &path)?.unwrap_or_default(), &path))
                .collect(),
            Some(_) => Err(GraphError::parameter(&path, "must be an array of objects.")),
        }
    };
    let name = one("name")?;
    if name.is_empty() {
        return Err(GraphError::missing_part("contacts['name']"));
    }
    Ok(ContactCard {
        name,
        phones: many("phones")?,
        emails: many("emails")?,
        addresses: many("addresses")?,
        org: one("org")?,
        urls: many("urls")?,
        birthday: string(&it, "birthday", "contacts['birthday']")?,
    })
}
