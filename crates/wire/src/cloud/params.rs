//! Graph's one parameter bag (reference 1): query, form, JSON body and multipart fields, whatever
//! a client likes. Where a name comes twice the body wins over the query, and the last wins within
//! each: the order of the platform's own language.
//!
//! `null` and empty strings count as absent, unknown names are ignored. A value that a query or a
//! form cannot carry – a list, an object – may be JSON in a string; lists may be separated by
//! commas instead.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::error::GraphError;
use super::multipart;

/// The parameters of one call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params(Map<String, Value>);

/// What a body is, by its `Content-Type` (and its first byte when the label says nothing).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// No body.
    Empty,
    /// `application/json`.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `multipart/form-data`.
    Multipart,
}

impl BodyKind {
    /// Parameters of the content type, such as a charset, are passed over.
    pub fn of(content_type: Option<&str>, body: &[u8]) -> Self {
        let label = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        let is = |name: &str| label.eq_ignore_ascii_case(name);
        if is("multipart/form-data") {
            Self::Multipart
        } else if body.iter().all(u8::is_ascii_whitespace) {
            Self::Empty
        } else if is("application/x-www-form-urlencoded") {
            Self::Form
        } else if is("application/json") || looks_like_json(body) {
            Self::Json
        } else {
            Self::Form
        }
    }
}

fn looks_like_json(body: &[u8]) -> bool {
    body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

impl Params {
    /// The bag of a call.
    ///
    /// # Errors
    /// 100, saying what is wrong with the query or the body.
    pub fn of(
        query: Option<&str>,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Result<Self, GraphError> {
        let mut params = Self::default();
        params.add_urlencoded(query.unwrap_or_default().as_bytes(), "query string")?;
        match BodyKind::of(content_type, body) {
            BodyKind::Empty => {}
            BodyKind::Json => params.add_json(body)?,
            BodyKind::Form if looks_like_json(body) => {
                return Err(malformed("form", "it is JSON: send it as application/json"));
            }
            BodyKind::Form => params.add_urlencoded(body, "form")?,
            BodyKind::Multipart => params.add_multipart(content_type.unwrap_or_default(), body)?,
        }
        Ok(params)
    }

    /// Adds one field, of a multipart body for instance.
    pub fn add(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), Value::String(value.to_owned()));
    }

    fn add_json(&mut self, body: &[u8]) -> Result<(), GraphError> {
        let text = std::str::from_utf8(body).map_err(|_| malformed("body", "it is not UTF-8"))?;
        match serde_json::from_str(text) {
            Ok(Value::Object(members)) => {
                self.0.extend(members.into_iter().filter(|(_, value)| !value.is_null()));
                Ok(())
            }
            Ok(_) => Err(malformed("body", "a JSON object {…} is expected")),
            Err(error) => Err(malformed("body", &format!("it is not valid JSON: {error}"))),
        }
    }

    /// Parts that are text become parameters, files among them.
    fn add_multipart(&mut self, content_type: &str, body: &[u8]) -> Result<(), GraphError> {
        let parts = multipart::parts(content_type, body)
            .ok_or_else(|| malformed("body", "it is not multipart/form-data"))?;
        for part in parts {
            match std::str::from_utf8(part.body) {
                Ok(text) => self.add(&part.name, text),
                Err(_) if part.filename.is_some() => {}
                Err(_) => return Err(malformed("body", "a part is not UTF-8")),
            }
        }
        Ok(())
    }

    fn add_urlencoded(&mut self, text: &[u8], what: &str) -> Result<(), GraphError> {
        for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let mut half = || {
                let plain = decoded(halves.next().unwrap_or_default());
                String::from_utf8(plain).map_err(|_| malformed(what, "it is not UTF-8"))
            };
            let (name, value) = (half()?, half()?);
            self.0.insert(name, Value::String(value));
        }
        Ok(())
    }

    /// A parameter that is there: neither `null` nor an empty string.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| present(value))
    }

    /// Whether a parameter was named at all, be it to empty it.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A parameter as text if it was named; an empty one is empty.
    ///
    /// # Errors
    /// 100, for lists and objects.
    pub fn given(&self, name: &str) -> Result<Option<String>, GraphError> {
        self.0.get(name).map(|value| as_text(value, name).map(Cow::into_owned)).transpose()
    }

    /// A parameter as a list of anything: a JSON list, or the same in a string. Absent: empty.
    ///
    /// # Errors
    /// 100, for anything else.
    pub fn items(&self, name: &str) -> Result<Vec<Value>, GraphError> {
        let Some(value) = self.get(name) else { return Ok(Vec::new()) };
        match (value, json_inside(value, '[')) {
            (Value::Array(items), _) => Ok(items.clone()),
            (_, Some(Cow::Owned(Value::Array(items)))) => Ok(items),
            _ => Err(GraphError::parameter(name, "must be an array.")),
        }
    }

    /// A parameter as text; numbers and truth values are written out.
    ///
    /// # Errors
    /// 100, for lists and objects.
    pub fn text(&self, name: &str) -> Result<Option<Cow<'_, str>>, GraphError> {
        self.get(name).map(|value| as_text(value, name)).transpose()
    }

    /// A parameter as text that must be there.
    ///
    /// # Errors
    /// 100, when it is missing, or a list or an object.
    pub fn required(&self, name: &str) -> Result<Cow<'_, str>, GraphError> {
        self.text(name)?.ok_or_else(|| GraphError::required(name))
    }

    /// A parameter as a list of texts: a JSON list, the same in a string, or comma-separated.
    ///
    /// # Errors
    /// 100, for anything else.
    pub fn list(&self, name: &str) -> Result<Option<Vec<String>>, GraphError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let wrong = || GraphError::parameter(name, "must be an array of strings.");
        let items = match json_inside(value, '[') {
            Some(inner) => inner,
            None => Cow::Borrowed(value),
        };
        let found = match items.as_ref() {
            Value::Array(items) => items
                .iter()
                .map(|item| as_text(item, name).map(Cow::into_owned).map_err(|_| wrong()))
                .collect::<Result<_, _>>()?,
            Value::String(text) => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                parts.map(str::to_owned).collect()
            }
            _ => return Err(wrong()),
        };
        Ok(Some(found))
    }

    /// A parameter as an object, or JSON of one in a string. An empty one counts as absent.
    ///
    /// # Errors
    /// 100, for anything else.
    pub fn object(&self, name: &str) -> Result<Option<Cow<'_, Map<String, Value>>>, GraphError> {
        self.get(name).map_or(Ok(None), |value| as_object(value, name))
    }
}

/// Neither `null` nor an empty string.
pub(super) fn present(value: &Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}

/// A value as text. `name` is for the error.
pub(super) fn as_text<'a>(value: &'a Value, name: &str) -> Result<Cow<'a, str>, GraphError> {
    match value {
        Value::String(text) => Ok(Cow::Borrowed(text)),
        Value::Number(number) => Ok(Cow::Owned(number.to_string())),
        Value::Bool(flag) => Ok(Cow::Borrowed(if *flag { "true" } else { "false" })),
        _ => Err(GraphError::parameter(name, "must be a string.")),
    }
}

/// A value as an object with at least one member. `name` is for the error.
pub(super) fn as_object<'a>(
    value: &'a Value,
    name: &str,
) -> Result<Option<Cow<'a, Map<String, Value>>>, GraphError> {
    let found = match (value, json_inside(value, '{')) {
        (Value::Object(members), _) => Cow::Borrowed(members),
        (_, Some(Cow::Owned(Value::Object(members)))) => Cow::Owned(members),
        // What it was is not said: it may be what somebody wrote.
        _ => return Err(GraphError::parameter(name, "must be a JSON object.")),
    };
    Ok(Some(found).filter(|members| !members.is_empty()))
}

/// A truth value in any of its spellings; `None` if it is none.
pub(super) fn as_flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => number.as_u64().filter(|n| *n <= 1).map(|n| n == 1),
        Value::String(text) if text.eq_ignore_ascii_case("true") || text == "1" => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") || text == "0" => Some(false),
        _ => None,
    }
}

/// JSON that begins with `open`, inside a string.
fn json_inside(value: &Value, open: char) -> Option<Cow<'static, Value>> {
    let text = value.as_str()?.trim_start();
    if !text.starts_with(open) {
        return None;
    }
    serde_json::from_str(text).ok().map(Cow::Owned)
}

fn malformed(what: &str, why: &str) -> GraphError {
    GraphError::new(400, 100, &format!("Invalid parameter: the {what} cannot be read"))
        .details(format!("The {what} cannot be read: {why}."))
}

/// `application/x-www-form-urlencoded` undone. A `%` that begins no escape stands for itself.
fn decoded(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| text.get(at).and_then(|b| char::from(*b).to_digit(16));
    let (mut plain, mut at) = (Vec::with_capacity(text.len()), 0);
    while let Some(&byte) = text.get(at) {
        at += 1;
        plain.push(match byte {
            b'+' => b' ',
            b'%' => match (digit(at), digit(at + 1)) {
                (Some(high), Some(low)) => {
                    at += 2;
                    // Two hexadecimal digits are a byte.
                    (high * 16 + low) as u8
                }
                _ => b'%',
            },
            other => other,
        });
    }
    plain
}

/// One parameter of a query, without building the bag: for `access_token` on the way in.
pub fn query_value(query: &str, name: &str) -> Option<String> {
    let value = |pair: &str| -> Option<String> {
        let (found, value) = pair.split_once('=')?;
        if found != name { None } else { String::from_utf8(decoded(value.as_bytes())).ok() }
    };
    query.split('&').filter_map(value).next_back().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests;
