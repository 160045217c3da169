//! Every call of the Cloud API, watched from outside: what came, what was answered, and why it
//! was refused. The exchange behind it does not know.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use exchange::id::ConversationId;
use http_body_util::BodyExt as _;
use serde_json::{Map, Value, json};
use wire::cloud::id::{Wamid, parse_user_id, parse_wa_id};
use wire::cloud::path;

use super::faults::{CallFault, plain};
use super::log::{self, BODY_BYTES};
use super::{Sandbox, redact};
use crate::App;
use crate::http::{body, graph};

/// The first bytes of a body that goes by, and how many there were.
type Copied = Arc<Mutex<(Vec<u8>, usize)>>;

/// A layer around the exchange's routes: watches calls of the Cloud API and lets the rest pass.
pub async fn watch(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some(sandbox) = app.sandbox.clone() else { return next.run(request).await };
    if path::parse(request.uri().path()).is_none() {
        return next.run(request).await;
    }
    let started_us = app.clock.monotonic_us();
    let mut seen = Seen::of(&request, &sandbox);
    let fault = sandbox.faults.on_call(request.method().as_str(), request.uri().path());
    let (parts, body) = request.into_parts();
    let copied = Copied::default();
    let request = Request::from_parts(parts, copying(body, copied.clone()));
    if let Some((rule, _)) = &fault {
        seen.note("fault", json!(rule));
    }
    let answer = with(&app, fault.map(|(_, fault)| fault), request, next).await;
    let (answer, body) = small(answer).await;
    let (bytes, length) =
        std::mem::take(&mut *copied.lock().unwrap_or_else(PoisonError::into_inner));
    seen.sent(&bytes, length, &sandbox);
    seen.answered(&answer, body.as_deref(), &sandbox);
    let took_us = app.clock.monotonic_us().saturating_sub(started_us);
    seen.note("duration_ms", json!(took_us / 1000));
    sandbox.log.add(app.clock.now(), "call", Value::Object(seen.0));
    answer
}

/// The exchange's answer, or what a fault makes of it.
async fn with(app: &App, fault: Option<CallFault>, request: Request, next: Next) -> Response {
    match fault {
        None => next.run(request).await,
        Some(CallFault::Refuse(error)) => {
            // read to its end: a client that is still writing would not read the answer
            let _ = body::collect(request.into_body()).await;
            graph::refuse(&error)
        }
        Some(CallFault::AcceptThen(status)) => {
            let answer = next.run(request).await;
            if answer.status().is_success() { graph::refuse(&plain(status)) } else { answer }
        }
        Some(CallFault::Slow(ms)) => {
            app.clock.until(app.clock.now() + ms).await;
            next.run(request).await
        }
    }
}

/// A call as the log shows it.
struct Seen(Map<String, Value>);

impl Seen {
    fn of(request: &Request, sandbox: &Sandbox) -> Self {
        let mut seen = Self(Map::new());
        seen.note("method", json!(request.method().as_str()));
        seen.note("path", json!(request.uri().path()));
        if let Some(query) = request.uri().query() {
            seen.note("query", json!(redact::query(query, &sandbox.secrets())));
        }
        let kind = content_type(request.headers());
        seen.note("content_type", json!(kind));
        seen
    }

    fn note(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// What came in the body; whom it is meant for.
    fn sent(&mut self, bytes: &[u8], length: usize, sandbox: &Sandbox) {
        let kind = self.0.get("content_type").and_then(Value::as_str).unwrap_or_default();
        let is_form = kind.starts_with("application/x-www-form-urlencoded");
        let body = shown(bytes, length, is_form, sandbox);
        if let Some(to) = addressee(&body) {
            self.note("person", json!(sandbox.people.name_of(to)));
        }
        self.note("request", body);
    }

    fn answered(&mut self, answer: &Response, body: Option<&[u8]>, sandbox: &Sandbox) {
        self.note("status", json!(answer.status().as_u16()));
        let Some(body) = body else { return };
        let body = shown(body, body.len(), false, sandbox);
        let error = &body["error"];
        if error.is_object() {
            let details = error["error_data"]["details"].as_str().unwrap_or_default();
            let message = error["message"].as_str().unwrap_or_default();
            let reason = format!("{message} {details}").trim_end().to_owned();
            self.note("code", error["code"].clone());
            self.note("reason", json!(reason));
        }
        self.note("answer", body);
    }
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// A body as JSON if it is, else as text; without secrets.
fn shown(bytes: &[u8], length: usize, is_form: bool, sandbox: &Sandbox) -> Value {
    let secrets = sandbox.secrets();
    if length == 0 {
        return Value::Null;
    }
    if bytes.len() == length
        && let Ok(mut value) = serde_json::from_slice::<Value>(bytes)
    {
        redact::json(&mut value, &secrets);
        return value;
    }
    let text = log::body(bytes, length);
    Value::from(if is_form {
        redact::query(&text, &secrets)
    } else {
        redact::plain(&text, &secrets)
    })
}

/// Whose conversation a call is about: by number, user id or message.
fn addressee(body: &Value) -> Option<ConversationId> {
    let text = |name: &str| body[name].as_str();
    let number = |to: &str| {
        let digits: String = to.chars().filter(char::is_ascii_digit).collect();
        parse_wa_id(&digits)
    };
    text("to")
        .and_then(number)
        .or_else(|| text("recipient").and_then(parse_user_id))
        .or_else(|| Some(Wamid::decode(text("message_id")?)?.conversation))
}

/// The body, with its beginning copied as it goes by.
fn copying(body: Body, into: Copied) -> Body {
    Body::new(body.map_frame(move |frame| {
        if let Some(data) = frame.data_ref() {
            let mut into = into.lock().unwrap_or_else(PoisonError::into_inner);
            let room = BODY_BYTES.saturating_sub(into.0.len());
            into.0.extend_from_slice(&data[..data.len().min(room)]);
            into.1 += data.len();
        }
        frame
    }))
}

/// Reads an answer's JSON to its end; anything else (a download) is left to flow.
async fn small(answer: Response) -> (Response, Option<Bytes>) {
    if !content_type(answer.headers()).contains("json") {
        return (answer, None);
    }
    let (head, body) = answer.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    (Response::from_parts(head, Body::from(bytes.clone())), Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_whom_a_call_is_about() {
        let id = ConversationId::from_random(5);
        let (wa_id, user) = (wire::cloud::id::wa_id(id), wire::cloud::id::user_id(id));
        let seq = exchange::id::Seq(3);
        let direction = wire::cloud::id::Direction::Inbound;
        let wamid = Wamid { conversation: id, seq, direction }.encode();
        for body in [
            json!({"to": wa_id}),
            json!({"to": format!("+{wa_id}")}),
            json!({"recipient": user}),
            json!({"status": "read", "message_id": wamid}),
        ] {
            assert_eq!(addressee(&body), Some(id), "{body}");
        }
        assert_eq!(addressee(&json!({"to": "15550001"})), None);
        assert_eq!(addressee(&Value::Null), None);
    }

    #[tokio::test]
    async fn the_beginning_of_a_body_is_copied_and_all_of_it_arrives() {
        let (copied, long) = (Copied::default(), vec![b'x'; BODY_BYTES + 10]);
        let body = copying(Body::from(long.clone()), copied.clone());
        let arrived = body.collect().await.expect("whole").to_bytes();
        assert_eq!(arrived, long);
        let copied = copied.lock().expect("free");
        assert_eq!((copied.0.len(), copied.1), (BODY_BYTES, BODY_BYTES + 10));
    }
}
