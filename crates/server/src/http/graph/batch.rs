//! Several calls in one: `POST /` with `batch=`, `GET /?ids=` (reference 1).

use axum::body::{Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;
use exchange::limits;
use serde_json::{Map, Value};
use wire::ascii;
use wire::cloud::batch::{self, Part};
use wire::cloud::error::GraphError;
use wire::cloud::path;

use super::{Answer, Call, auth, one as one_node, serve};
use crate::App;

/// An answer within a batch, at most.
const ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// `POST /`: each part is a call like any other and counts like one.
pub async fn post(app: &App, version: &str, call: &Call<'_>) -> Answer {
    // Without any token nothing of it is looked at.
    auth::token_of(call)?;
    let batch = batch::read(&call.params()?, version)?;
    let mut answers = Vec::with_capacity(batch.parts.len());
    for part in &batch.parts {
        let response = one(app, call.headers, part).await;
        let status = response.status().as_u16();
        if part.omitted && status == 200 {
            answers.push(Value::Null);
            continue;
        }
        let headers = batch.headers.then(|| named(response.headers()));
        let body = to_bytes(response.into_body(), ANSWER_BYTES).await.unwrap_or_default();
        answers.push(batch::answer(status, headers.as_deref(), &body));
    }
    Ok(batch::answers(answers))
}

fn named(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

async fn one(app: &App, headers: &HeaderMap, part: &Part) -> Response {
    let mut headers = headers.clone();
    let is_json = part.body.trim_start().starts_with('{');
    let kind = if is_json { "application/json" } else { "application/x-www-form-urlencoded" };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let found = path::parse(&part.path).filter(|path| !path.segments().is_empty());
    let Some(found) = found else {
        return super::refuse(&GraphError::unknown_path(&part.path));
    };
    let method = Method::from_bytes(part.method.as_bytes()).unwrap_or(Method::GET);
    let body = Bytes::copy_from_slice(part.body.as_bytes());
    let call = Call {
        method: &method,
        headers: &headers,
        path: &part.path,
        query: Some(&part.query),
        body: &body,
    };
    // A batch may hold batches of none: what it holds is bounded by its own length.
    Box::pin(serve(app, &found, &call)).await
}

/// `GET /?ids=1,2`: each node under its id.
pub async fn ids(app: &App, call: &Call<'_>) -> Answer {
    auth::caller(app, call)?;
    let params = call.params()?;
    let ids = params.list("ids")?.ok_or_else(|| GraphError::required("ids"))?;
    if ids.len() > limits::BATCH {
        let rule = format!("must name at most {} objects.", limits::BATCH);
        return Err(GraphError::parameter("ids", &rule));
    }
    let mut all = Map::new();
    for id in ids {
        let node = match one_node(app, &id, call).await {
            Ok(node) => node,
            Err(error) if error.subcode == Some(33) => {
                return Err(GraphError::unknown_aliases(&id));
            }
            Err(error) => return Err(error),
        };
        let node = serde_json::from_slice(&node).map_err(|_| GraphError::internal())?;
        all.insert(id, node);
    }
    Ok(ascii::to_vec(&Value::Object(all)))
}
