//! `POST /{waba}/message_templates` and `POST /{template}` (reference 6): types and formats in
//! either case, examples in every spelling.

use std::borrow::Cow;

use exchange::content::Category;
use exchange::media::MediaKind;
use exchange::template::pattern::{Pattern, variables};
use exchange::template::{Fault, Head, Offer, Parts, Rule, Status, Template};
use exchange::time::Millis;
use serde_json::{Map, Value};

use super::{buttons, fault, library};
use crate::cloud::error::{GraphError, shortened};
use crate::cloud::params::{Params, as_flag, as_object, as_text, present};

pub(super) type Members = Map<String, Value>;

/// Components within components, and buttons, at most: more is nobody's need.
const MOST: usize = 64;

/// What an edit changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// `category`.
    pub category: Option<Category>,
    /// `components`: the whole list is replaced.
    pub parts: Option<Parts>,
    /// `message_send_ttl_seconds`.
    pub ttl_s: Option<i64>,
    /// `parameter_format`.
    pub named: Option<bool>,
    /// `cta_url_link_tracking_opted_out`.
    pub untracked: Option<bool>,
}

/// A template to be created. Its rules are still to be checked (`Template::check`).
///
/// # Errors
/// 100.
pub fn create(params: &Params, now: Millis) -> Result<Template, GraphError> {
    let name = params.required("name")?.into_owned();
    let language = params.required("language")?.into_owned();
    let category = category(params)?.ok_or_else(|| GraphError::required("category"))?;
    let named = format(params)?.unwrap_or(false);
    let library = params.text("library_template_name")?.map(Cow::into_owned);
    let all = match &library {
        Some(from) => {
            let (all, of) = library::parts(from, &language, params)?;
            if !of.eq_ignore_ascii_case(category.name()) {
                let rule = format!("must be {of}, as that of the library's template.");
                return Err(GraphError::parameter("category", &rule));
            }
            Some(all)
        }
        None => components(params, "components")?,
    };
    let parts = parts(&all.ok_or_else(|| GraphError::required("components"))?, named)?;
    Ok(Template {
        name,
        language,
        category,
        previous_category: None,
        status: Status::Approved,
        named,
        parts,
        ttl_s: ttl(params)?,
        sub_category: params.text("sub_category")?.map(|text| shortened(&text)),
        library,
        untracked: flag(params, "cta_url_link_tracking_opted_out")?.unwrap_or(false),
        created: now,
        edits: Vec::new(),
    })
}

/// An edit. `named` is how the template's variables are.
///
/// # Errors
/// 100, also when it changes nothing.
pub fn change(params: &Params, named: bool) -> Result<Change, GraphError> {
    let form = format(params)?;
    let parts = components(params, "components")?
        .map(|all| parts(&all, form.unwrap_or(named)))
        .transpose()?;
    let change = Change {
        category: category(params)?,
        parts,
        ttl_s: ttl(params)?,
        named: form,
        untracked: flag(params, "cta_url_link_tracking_opted_out")?,
    };
    if change == Change::default() {
        return Err(GraphError::required("components")
            .details("Give what is to be changed: category, components or a time to live."));
    }
    Ok(change)
}

/// `category`, in any case.
pub(super) fn category(params: &Params) -> Result<Option<Category>, GraphError> {
    let Some(text) = params.text("category")? else { return Ok(None) };
    let all = [Category::Authentication, Category::Marketing, Category::Utility];
    let found = all.into_iter().find(|one| one.name().eq_ignore_ascii_case(&text));
    found.map(Some).ok_or_else(|| {
        let rule = "must be one of {AUTHENTICATION, MARKETING, UTILITY}.";
        GraphError::parameter("category", rule)
    })
}

fn format(params: &Params) -> Result<Option<bool>, GraphError> {
    let Some(text) = params.text("parameter_format")? else { return Ok(None) };
    match text.to_ascii_uppercase().as_str() {
        "NAMED" => Ok(Some(true)),
        "POSITIONAL" => Ok(Some(false)),
        _ => Err(GraphError::parameter("parameter_format", "must be one of {NAMED, POSITIONAL}.")),
    }
}

fn ttl(params: &Params) -> Result<Option<i64>, GraphError> {
    let name = "message_send_ttl_seconds";
    let Some(text) = params.text(name)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| GraphError::parameter(name, "must be a number of seconds."))
}

pub(super) fn flag(params: &Params, name: &str) -> Result<Option<bool>, GraphError> {
    let Some(value) = params.get(name) else { return Ok(None) };
    as_flag(value).map(Some).ok_or_else(|| GraphError::parameter(name, "must be a boolean."))
}

/// A list of objects, or JSON of one in a string.
pub(super) fn components(params: &Params, name: &str) -> Result<Option<Vec<Value>>, GraphError> {
    let Some(value) = params.get(name) else { return Ok(None) };
    let wrong = || GraphError::parameter(name, "must be an array of objects.");
    match value {
        Value::Array(all) => Ok(Some(all.clone())),
        Value::String(text) => serde_json::from_str(text).map(Some).map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

/// A member that is there: neither `null` nor an empty string.
pub(super) fn member<'a>(members: &'a Members, name: &str) -> Option<&'a Value> {
    members.get(name).filter(|value| present(value))
}

pub(super) fn text(members: &Members, name: &str) -> Result<Option<String>, GraphError> {
    member(members, name).map(|value| Ok(as_text(value, name)?.into_owned())).transpose()
}

pub(super) fn truth(members: &Members, name: &str) -> Result<bool, GraphError> {
    let Some(value) = member(members, name) else { return Ok(false) };
    as_flag(value).ok_or_else(|| GraphError::parameter(name, "must be a boolean."))
}

pub(super) fn list<'a>(members: &'a Members, name: &str) -> Result<&'a [Value], GraphError> {
    match member(members, name) {
        None => Ok(&[]),
        Some(Value::Array(all)) if all.len() <= MOST => Ok(all),
        Some(_) => Err(GraphError::parameter(name, "must be an array, of at most 64 entries.")),
    }
}

/// The components of a template or of a card.
pub(super) fn parts(all: &[Value], named: bool) -> Result<Parts, GraphError> {
    if all.len() > MOST {
        return Err(GraphError::parameter("components", "must be at most 64."));
    }
    let (mut parts, mut seen) = (Parts::default(), Vec::new());
    for component in all {
        let it = as_object(component, "components")?.unwrap_or_default();
        let kind = text(&it, "type")?.unwrap_or_default().to_ascii_uppercase();
        if seen.contains(&kind) {
            let words = format!("There is more than one component of type {kind}.");
            return Err(fault(&Fault::new(Rule::Shape, words)));
        }
        match kind.as_str() {
            "HEADER" => parts.header = Some(head(&it, named)?),
            "BODY" => {
                parts.advice = truth(&it, "add_security_recommendation")?;
                let words = text(&it, "text")?;
                let given = examples(&it, "body_text", named)?;
                parts.body = words.map(|words| pattern(words, given, named));
            }
            "FOOTER" => {
                parts.footer = text(&it, "text")?;
                parts.expires_minutes = number(&it, "code_expiration_minutes")?;
            }
            "BUTTONS" => {
                let each = list(&it, "buttons")?.iter().map(buttons::read);
                parts.buttons = each.collect::<Result<_, _>>()?;
            }
            "LIMITED_TIME_OFFER" => {
                let offer = it.get("limited_time_offer").cloned().unwrap_or_default();
                let offer =
                    as_object(&offer, "limited_time_offer")?.unwrap_or_default().into_owned();
                parts.offer = Some(Offer {
                    text: text(&offer, "text")?.unwrap_or_default(),
                    expires: truth(&offer, "has_expiration")?,
                });
            }
            "CAROUSEL" => parts.cards = cards(&it, named)?,
            "CALL_PERMISSION_REQUEST" => parts.asks_calls = true,
            other => {
                let rule = format!("has a component of the unknown type \"{}\".", shortened(other));
                return Err(GraphError::parameter("components", &rule));
            }
        }
        seen.push(kind);
    }
    Ok(parts)
}

fn cards(it: &Members, named: bool) -> Result<Vec<Parts>, GraphError> {
    let card = |card: &Value| -> Result<Parts, GraphError> {
        let card = as_object(card, "cards")?.unwrap_or_default();
        let inner = list(&card, "components")?;
        let nested = inner
            .iter()
            .any(|c| c["type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("CAROUSEL")));
        if nested {
            return Err(GraphError::parameter("cards", "must not hold carousels."));
        }
        parts(inner, named)
    };
    list(it, "cards")?.iter().map(card).collect()
}

pub(super) fn number(it: &Members, name: &str) -> Result<Option<u32>, GraphError> {
    let Some(text) = text(it, name)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| GraphError::parameter(name, "must be a number."))
}

fn head(it: &Members, named: bool) -> Result<Head, GraphError> {
    let format = text(it, "format")?.unwrap_or_default().to_ascii_uppercase();
    let (kind, gif) = match format.as_str() {
        "TEXT" => {
            let words = text(it, "text")?.unwrap_or_default();
            let given = examples(it, "header_text", named)?;
            return Ok(Head::Text(pattern(words, given, named)));
        }
        "LOCATION" => return Ok(Head::Location),
        "PRODUCT" => return Ok(Head::Product),
        "IMAGE" => (MediaKind::Image, false),
        "VIDEO" => (MediaKind::Video, false),
        "GIF" => (MediaKind::Video, true),
        "DOCUMENT" => (MediaKind::Document, false),
        _ => {
            let rule = "must be one of {TEXT, IMAGE, VIDEO, GIF, DOCUMENT, LOCATION, PRODUCT}.";
            return Err(GraphError::parameter("format", rule));
        }
    };
    let sample = flat(it, "header_handle")?.into_iter().next().unwrap_or_default();
    Ok(Head::Media { kind, gif, sample })
}

/// A member of `example`: a list, a list of lists (the first one counts), or a single text.
fn flat(it: &Members, name: &str) -> Result<Vec<String>, GraphError> {
    let example = it.get("example").filter(|value| present(value));
    let Some(value) = example.and_then(|e| e.get(name)) else { return Ok(Vec::new()) };
    let mut value = value;
    while let Value::Array(all) = value {
        match all.first() {
            Some(inner @ Value::Array(_)) => value = inner,
            _ => return all.iter().map(|one| Ok(as_text(one, name)?.into_owned())).collect(),
        }
    }
    Ok(vec![as_text(value, name)?.into_owned()])
}

/// (variable, example); for numbers in their order.
fn examples(it: &Members, name: &str, named: bool) -> Result<Vec<(String, String)>, GraphError> {
    if !named {
        let all = flat(it, name)?.into_iter().enumerate();
        return Ok(all.map(|(place, example)| ((place + 1).to_string(), example)).collect());
    }
    let member = format!("{name}_named_params");
    let Some(all) = it.get("example").and_then(|e| e.get(&member)).and_then(Value::as_array) else {
        return Ok(Vec::new());
    };
    let pair = |one: &Value| -> Result<(String, String), GraphError> {
        let one = as_object(one, &member)?.unwrap_or_default();
        let part = |name| Ok::<_, GraphError>(text(&one, name)?.unwrap_or_default());
        let name = part("param_name")?;
        let name = name.trim_start_matches("{{").trim_end_matches("}}").trim().to_owned();
        Ok((name, part("example")?))
    };
    all.iter().take(MOST).map(pair).collect()
}

fn pattern(text: String, mut examples: Vec<(String, String)>, named: bool) -> Pattern {
    let needed = variables(&text);
    if needed.is_empty() {
        examples.clear();
    }
    if named {
        let place = |name: &String| needed.iter().position(|found| found == name);
        examples.sort_by_key(|(name, _)| place(name));
    }
    Pattern { text, examples }
}
