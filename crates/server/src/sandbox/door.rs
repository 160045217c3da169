//! The door out, watched: every webhook with its body, signature and answer.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use bytes::Bytes;
use exchange::delivery::Owed;
use exchange::delivery::outcome::Outcome;
use exchange::limits;
use serde_json::{Map, Value, json};

use super::{Sandbox, log};
use crate::deliver::Means;
use crate::directory::Entry;
use crate::egress::{SIGNATURE_256, Target};

/// A webhook, signed and ready to be posted.
#[derive(Debug, Clone)]
pub struct Letter {
    /// To whom.
    pub entry: Arc<Entry>,
    /// Where.
    pub target: Target,
    /// Its signatures.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Its body.
    pub body: Bytes,
}

impl Letter {
    /// What the log says of it, whatever became of it.
    pub(super) fn described(&self) -> Map<String, Value> {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let change = &body["entry"][0]["changes"][0];
        let (message, status) = (&change["value"]["messages"][0], &change["value"]["statuses"][0]);
        let signature = self.headers.iter().find(|(name, _)| *name == SIGNATURE_256);
        let signature = signature.and_then(|(_, value)| value.to_str().ok());
        let mut out = Map::new();
        let mut note = |name: &str, value: Value| {
            if !value.is_null() {
                out.insert(name.to_owned(), value);
            }
        };
        note("to", json!(self.target.to_string()));
        note("field", change["field"].clone());
        note("type", message["type"].clone());
        note("status", status["status"].clone());
        let id = if message.is_object() { &message["id"] } else { &status["id"] };
        note("id", id.clone());
        note("wa_id", change["value"]["contacts"][0]["wa_id"].clone());
        note("signature", json!(signature));
        note("body", json!(log::body(&self.body, self.body.len())));
        out
    }
}

impl Sandbox {
    /// Posts a webhook that is owed.
    pub async fn post(&self, means: &Means, job: &Owed, letter: Letter) -> Outcome {
        self.send(means, &letter, Some(job)).await
    }

    /// Posts it and puts it down in the log.
    pub(super) async fn send(&self, means: &Means, letter: &Letter, job: Option<&Owed>) -> Outcome {
        let limit = Duration::from_millis(limits::WEBHOOK_TIMEOUT_MS.unsigned_abs());
        let (headers, body) = (letter.headers.clone(), letter.body.clone());
        let (outcome, took) = means.egress.post(&letter.target, headers, body, limit).await;
        let mut entry = letter.described();
        if let Some(job) = job {
            entry.insert("delivery".into(), json!(job.id.to_string()));
            entry.insert("attempt".into(), json!(job.attempt));
        }
        entry.insert("answered".into(), json!(Some(outcome.status()).filter(|s| *s != 0)));
        entry.insert("reason".into(), json!(outcome.reason()));
        entry.insert("duration_ms".into(), json!(took.as_millis()));
        self.log.add(means.clock.now(), "webhook", Value::Object(entry));
        outcome
    }
}
