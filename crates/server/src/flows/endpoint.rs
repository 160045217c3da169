//! The call to a provider's endpoint in the middle of a flow (reference 8): sealed, signed like a
//! webhook, answered within ten seconds. Nothing is owed: the person waits, and may try again.

use std::time::Duration;

use axum::http::HeaderValue;
use exchange::limits;
use serde_json::Value;

use super::seal::seal;
use crate::directory::Entry;
use crate::egress::{Egress, SIGNATURE_256};

/// Why there is no answer, for the person and for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAnswer {
    /// 427: the token is no longer valid; the endpoint's own words, if it gave any.
    Over(String),
    /// 421: the endpoint has another key than the number.
    OtherKey,
    /// Anything else, in words.
    Failed(String),
}

/// Asks an endpoint. `request` has everything but the version, which is added.
///
/// # Errors
/// [`NoAnswer`].
pub async fn ask(
    egress: &Egress,
    entry: &Entry,
    endpoint: &str,
    public_key: Option<&str>,
    mut request: Value,
) -> Result<Value, NoAnswer> {
    request["version"] = "3.0".into();
    let failed = |why: &str| NoAnswer::Failed(why.to_owned());
    let key = public_key.ok_or_else(|| failed("the number has no public key"))?;
    let (body, opener) = seal(key, &request).map_err(failed)?;
    let body = body.to_string().into_bytes();
    let signature = HeaderValue::try_from(entry.signer.header(&body))
        .map_err(|_| failed("the request could not be signed"))?;
    let limit = Duration::from_millis(limits::WEBHOOK_TIMEOUT_MS.unsigned_abs());
    let headers = [(SIGNATURE_256, signature)];
    let answer = egress
        .post_small(endpoint, headers, body.into(), limits::WEBHOOK_ANSWER_BYTES, limit)
        .await;
    match answer {
        Ok((200, body)) => opener.open(&body).map_err(failed),
        Ok((421, _)) => Err(NoAnswer::OtherKey),
        Ok((427, body)) => Err(NoAnswer::Over(error_message(&body))),
        Ok((432, _)) => Err(failed("it did not accept our signature")),
        Ok((status, _)) => Err(NoAnswer::Failed(format!("it answered {status}"))),
        Err(why) => Err(NoAnswer::Failed(why)),
    }
}

fn error_message(body: &[u8]) -> String {
    let found: Option<Value> = serde_json::from_slice(body).ok();
    let text = found.as_ref().and_then(|found| found["error_msg"].as_str());
    text.unwrap_or_default().chars().take(200).collect()
}
