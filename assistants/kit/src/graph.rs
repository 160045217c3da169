//! The Cloud API as the kit's client: send, and mark read with the typing sign.

use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::random_unit;
use crate::http::{Call, Http, HttpError};
use crate::{Error, Pace};

/// Longest answer read from the exchange.
const MAX_ANSWER: usize = 256 * 1024;

/// Codes that pass by themselves (reference 15): unknown and temporary trouble, the app's, the
/// account's, the number's and the pair's rate limits, service unavailable, maintenance.
const PASSING: [u64; 10] = [1, 2, 4, 80007, 130429, 131000, 131016, 131048, 131056, 131057];

/// Why a send failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It may succeed later.
    Passing {
        /// What the exchange asked us to wait.
        retry_after: Option<Duration>,
        /// For the log; never a body.
        why: String,
    },
    /// It will never succeed.
    Final {
        /// For the log; never a body.
        why: String,
    },
}

impl Fault {
    /// For the log.
    pub fn why(&self) -> &str {
        match self {
            Self::Passing { why, .. } | Self::Final { why } => why,
        }
    }
}

impl From<HttpError> for Fault {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Malformed => Self::Final { why: error.to_string() },
            other => Self::Passing { retry_after: None, why: other.to_string() },
        }
    }
}

/// One assistant's number, ready to send.
#[derive(Clone)]
pub struct Graph {
    http: Http,
    url: String,
    token: String,
    pace: Pace,
}

impl Graph {
    /// A client for the number `phone_number_id` behind the exchange at `base`.
    pub fn new(http: Http, base: &str, phone_number_id: &str, token: &str, pace: Pace) -> Self {
        let url = format!("{base}/v25.0/{phone_number_id}/messages");
        Self { http, url, token: token.to_owned(), pace }
    }

    /// Sends one message, trying again while the fault is a passing one.
    ///
    /// The Cloud API has no idempotency key: when an answer is lost the message is sent
    /// again, and the person may see it twice. Never seeing it would be worse.
    pub async fn send(&self, payload: &Value) -> Result<(), Fault> {
        let mut failure = 0;
        loop {
            let fault = match self.post(payload, self.pace.call).await {
                Ok(()) => return Ok(()),
                Err(fault) => fault,
            };
            let Fault::Passing { retry_after, why } = &fault else { return Err(fault) };
            failure += 1;
            if failure >= self.pace.tries {
                return Err(fault);
            }
            tracing::debug!(failure, why, "a send failed and is tried again");
            let wait = self.pace.backoff.wait_at_least(failure - 1, random_unit(), *retry_after);
            tokio::time::sleep(wait).await;
        }
    }

    /// Marks a message read and shows the typing sign, in one call. Tried once: by the time a
    /// second try got through, the answer would be there.
    pub async fn typing(&self, wamid: &str) {
        let payload = json!({
            "messaging_product": "whatsapp", "status": "read", "message_id": wamid,
            "typing_indicator": {"type": "text"},
        });
        if let Err(fault) = self.post(&payload, self.pace.typing_call).await {
            tracing::debug!(why = fault.why(), "the typing sign was not shown");
        }
    }

    async fn post(&self, payload: &Value, limit: Duration) -> Result<(), Fault> {
        let call = Call::post(&self.url, Some(&self.token), payload);
        let reply = self.http.call(&call, limit, MAX_ANSWER).await?;
        if reply.status == 200 {
            return Ok(());
        }
        Err(classify(reply.status, reply.retry_after, &reply.json()))
    }
}

fn classify(status: u16, retry_after: Option<Duration>, body: &Value) -> Fault {
    let code = body["error"]["code"].as_u64();
    let why = format!("HTTP {status}, code {}", code.map_or("-".into(), |c| c.to_string()));
    let passing = status == 429 || status >= 500 || code.is_some_and(|c| PASSING.contains(&c));
    if passing { Fault::Passing { retry_after, why } } else { Fault::Final { why } }
}

/// What the exchange said was wrong, from either of its error forms.
pub(crate) fn refusal(status: u16, body: &Value) -> Error {
    let error = &body["error"];
    let mut message = error["message"].as_str().unwrap_or("no reason given").to_owned();
    for more in [&error["hint"], &error["error_data"]["details"]] {
        if let Some(more) = more.as_str() {
            message = format!("{message} {more}");
        }
    }
    Error::Refused { status, message: crate::text::clip(&message, 500) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_faults_pass() {
        let coded = |status, code: u64| classify(status, None, &json!({"error": {"code": code}}));
        for (status, code) in [(429, 0), (400, 131056), (400, 130429), (500, 131000), (503, 2)] {
            assert!(matches!(coded(status, code), Fault::Passing { .. }), "{status} {code}");
        }
        for (status, code) in [(400, 100), (401, 190), (403, 131031), (400, 131009)] {
            assert!(matches!(coded(status, code), Fault::Final { .. }), "{status} {code}");
        }
        assert!(matches!(classify(502, None, &Value::Null), Fault::Passing { .. }));
        assert!(matches!(classify(404, None, &Value::Null), Fault::Final { .. }));
    }

    #[test]
    fn a_refusal_tells_what_to_do() {
        let body =
            json!({"error":{"message":"Name taken.","hint":"Choose another.","field":"name"}});
        assert_eq!(
            refusal(409, &body).to_string(),
            "the exchange refused (409): Name taken. Choose another."
        );
    }
}
