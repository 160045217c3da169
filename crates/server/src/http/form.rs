//! Bodies of our own pages and the provider API: a form or JSON, as fields by name.

use axum::extract::{FromRequest, Request};
use axum::http::header;
use std::collections::BTreeMap;

use super::body::{self, NoBody};
use super::error::HttpError;
use crate::App;

/// The fields of a body, in order; a name may repeat.
#[derive(Debug, Clone, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    /// Whether the body was JSON: the answer then is too.
    pub json: bool,
}

impl Form {
    /// The first value of a name, or nothing.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All values of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All fields by name; the last of a repeated name counts.
    pub fn by_name(&self) -> BTreeMap<String, String> {
        self.fields.iter().cloned().collect()
    }

    fn parse(content_type: &str, body: &[u8]) -> Result<Self, HttpError> {
        let label = content_type.split(';').next().unwrap_or_default().trim();
        if label.eq_ignore_ascii_case("application/json") {
            return Self::parse_json(body);
        }
        if std::str::from_utf8(body).is_err() {
            return Err(HttpError::bad("The body is not UTF-8.", "Send the form as UTF-8."));
        }
        let fields = form_urlencoded::parse(body).into_owned().collect();
        Ok(Self { fields, json: false })
    }

    fn parse_json(body: &[u8]) -> Result<Self, HttpError> {
        let wrong = |why: String| HttpError::bad(why, "Send a JSON object of strings.");
        let value: serde_json::Value = serde_json::from_slice(body)
            .map_err(|error| wrong(format!("The body is not valid JSON: {error}.")))?;
        let serde_json::Value::Object(members) = value else {
            return Err(wrong("The body is JSON but not an object.".to_owned()));
        };
        let mut fields = Vec::with_capacity(members.len());
        for (name, value) in members {
            let value = match value {
                serde_json::Value::Null => continue,
                serde_json::Value::String(text) => text,
                serde_json::Value::Bool(_) | serde_json::Value::Number(_) => value.to_string(),
                _ => return Err(wrong(format!("{name} must be a string."))),
            };
            fields.push((name, value));
        }
        Ok(Self { fields, json: true })
    }
}

impl FromRequest<App> for Form {
    type Rejection = HttpError;
    async fn from_request(request: Request, _: &App) -> Result<Self, HttpError> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let content_type =
            content_type.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let body = body::collect(request.into_body()).await.map_err(NoBody::refused)?;
        Self::parse(&content_type, &body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_json_are_the_same_fields() {
        let form = Form::parse("application/x-www-form-urlencoded", b"a=1&b=%C4%8D&b=2");
        let form = form.expect("a form");
        assert_eq!((form.get("a"), form.get("b"), form.get("c")), ("1", "č", ""));
        assert_eq!(form.all("b").collect::<Vec<_>>(), ["č", "2"]);
        let json = Form::parse("application/json; charset=utf-8", br#"{"a":1,"b":true,"c":null}"#);
        let json = json.expect("an object");
        assert_eq!((json.get("a"), json.get("b"), json.get("c")), ("1", "true", ""));
    }

    #[test]
    fn strange_bodies_are_refused_in_words() {
        for body in [&b"["[..], b"[]", b"{\"a\":{}}", b"\xff"] {
            assert!(Form::parse("application/json", body).is_err());
        }
        assert!(Form::parse("", b"a=\xff").is_err());
    }
}
