//! Several calls in one (Graph API batch requests): `batch=[{method,relative_url,body}]`.

use exchange::limits;
use serde_json::{Value, json};

use super::error::GraphError;
use super::params::{Params, as_flag, as_object, as_text};
use crate::ascii;

/// One of the calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: String,
    /// The path with its leading slash.
    pub path: String,
    /// What follows the question mark.
    pub query: String,
    /// A form, or JSON.
    pub body: String,
    /// Whether its answer is left out when it succeeds.
    pub omitted: bool,
}

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// At least one, at most fifty.
    pub parts: Vec<Part>,
    /// Whether answers have their headers.
    pub headers: bool,
}

/// Reads a batch. `version` is put before addresses that have none, and the outer call's token
/// behind those that have none.
///
/// # Errors
/// 100: it is missing, empty, too long, or a part cannot be read.
pub fn read(params: &Params, version: &str) -> Result<Batch, GraphError> {
    if params.get("batch").is_none() {
        return Err(GraphError::required("batch"));
    }
    let items = params.items("batch")?;
    if items.is_empty() || items.len() > limits::BATCH {
        let rule = format!("must hold 1 to {} requests.", limits::BATCH);
        return Err(GraphError::parameter("batch", &rule));
    }
    let token = params.text("access_token")?;
    let parts = items.iter().map(|item| part(item, version, token.as_deref()));
    let headers = params.get("include_headers").and_then(as_flag).unwrap_or(true);
    Ok(Batch { parts: parts.collect::<Result<_, _>>()?, headers })
}

fn part(item: &Value, version: &str, token: Option<&str>) -> Result<Part, GraphError> {
    let it = as_object(item, "batch")?.unwrap_or_default();
    let text = |name: &str| match it.get(name).filter(|value| !value.is_null()) {
        None => Ok(None),
        Some(value) => as_text(value, &format!("batch['{name}']")).map(Some),
    };
    let method = text("method")?.map_or_else(|| "GET".to_owned(), |it| it.to_ascii_uppercase());
    if !matches!(method.as_str(), "GET" | "POST" | "PUT" | "DELETE") {
        return Err(GraphError::parameter("batch['method']", "must be GET, POST, PUT or DELETE."));
    }
    let url = text("relative_url")?.ok_or_else(|| GraphError::required("batch['relative_url']"))?;
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    let path = path.trim_start_matches('/');
    let first = path.split('/').next().unwrap_or_default();
    let versioned = first.starts_with('v') && first.contains('.');
    let path = if versioned { format!("/{path}") } else { format!("/{version}/{path}") };
    let mut query = query.to_owned();
    if let Some(token) = token.filter(|_| !query.contains("access_token=")) {
        let encoded: String = token.bytes().map(|b| format!("%{b:02X}")).collect();
        query = format!("{query}&access_token={encoded}");
    }
    let body = text("body")?.unwrap_or_default().into_owned();
    let omitted = it.get("omit_response_on_success").and_then(as_flag).unwrap_or(false);
    Ok(Part { method, path, query, body, omitted })
}

/// One answer of a batch.
pub fn answer(status: u16, headers: Option<&[(String, String)]>, body: &[u8]) -> Value {
    let mut value = json!({"code": status, "body": String::from_utf8_lossy(body)});
    if let Some(headers) = headers {
        let one = |(name, text): &(String, String)| json!({"name": name, "value": text});
        value["headers"] = headers.iter().map(one).collect();
    }
    value
}

/// All answers, in order; `null` for one that was left out.
pub fn answers(all: Vec<Value>) -> Vec<u8> {
    ascii::to_vec(&Value::Array(all))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(batch: &Value) -> Result<Batch, GraphError> {
        let body = json!({"batch": batch, "access_token": "T|x"}).to_string();
        read(&Params::of(None, None, body.as_bytes()).unwrap(), "v25.0")
    }

    #[test]
    fn parts_get_a_version_and_the_token() {
        let batch = json!([
            {"method": "GET", "relative_url": "3?fields=id"},
            {"method": "post", "relative_url": "/v19.0/3/messages?access_token=U", "body": "a=b",
             "omit_response_on_success": true},
        ]);
        let parts = of(&batch).unwrap().parts;
        assert_eq!(
            (parts[0].path.as_str(), parts[1].path.as_str()),
            ("/v25.0/3", "/v19.0/3/messages")
        );
        assert_eq!(parts[0].query, "fields=id&access_token=%54%7C%78");
        assert_eq!((parts[1].query.as_str(), parts[1].omitted), ("access_token=U", true));
        let fifty: Vec<Value> = vec![json!({"relative_url": "me"}); 51];
        for bad in [
            json!([]),
            json!("x"),
            json!([5]),
            json!([{}]),
            Value::Array(fifty),
            json!([{"method": "HEAD", "relative_url": "me"}]),
        ] {
            assert_eq!(of(&bad).unwrap_err().code, 100, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_address_is_a_path(url in ".{0,40}") {
            if let Ok(batch) = of(&json!([{"relative_url": url}])) {
                prop_assert!(batch.parts[0].path.starts_with('/'));
            }
        }
    }
}
