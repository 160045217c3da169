//! The webhook: handshake, signature, inbox; and the privacy page the card points to.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::workers::Workers;
use crate::{Assistant, incoming, signature, store};

/// Largest webhook the platform sends (Cloud API reference 11).
const MAX_WEBHOOK: usize = 3 * 1024 * 1024;
/// Longest challenge echoed.
const MAX_CHALLENGE: usize = 256;

/// What the listener needs to know.
pub(crate) struct Door<A> {
    pub(crate) workers: Arc<Workers<A>>,
    pub(crate) verify_token: String,
    pub(crate) privacy: String,
}

/// The routes of an assistant.
pub(crate) fn router<A: Assistant>(door: Door<A>) -> Router {
    Router::new()
        .route("/webhook", get(handshake::<A>).post(deliver::<A>))
        .route("/privacy", get(privacy::<A>))
        .layer(DefaultBodyLimit::max(MAX_WEBHOOK))
        .with_state(Arc::new(door))
}

const PLAIN: [(header::HeaderName, &str); 2] = [
    (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

async fn handshake<A: Assistant>(
    State(door): State<Arc<Door<A>>>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let given = |name: &str| query.get(name).map(String::as_str);
    let ours = given("hub.verify_token") == Some(&door.verify_token);
    match given("hub.challenge") {
        Some(challenge)
            if ours
                && given("hub.mode") == Some("subscribe")
                && challenge.len() <= MAX_CHALLENGE =>
        {
            (PLAIN, challenge.to_owned()).into_response()
        }
        _ => StatusCode::FORBIDDEN.into_response(),
    }
}

/// 200 only once the message is on disk; dealing with it happens afterwards.
async fn deliver<A: Assistant>(
    State(door): State<Arc<Door<A>>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    // Between the registration and its answer we have no key to check with: come back later.
    let Some(line) = door.workers.line() else { return StatusCode::SERVICE_UNAVAILABLE };
    let given = headers.get("x-hub-signature-256").and_then(|value| value.to_str().ok());
    if !given.is_some_and(|given| signature::verify(&line.app_secret, given, &body)) {
        tracing::warn!("a delivery with a wrong signature was turned away");
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(messages) = incoming::parse(&body, &line.phone_number_id) else {
        return StatusCode::BAD_REQUEST;
    };
    if messages.is_empty() {
        return StatusCode::OK;
    }
    let now = door.workers.desk().clock.now();
    let accepted = door.workers.desk().store.with(move |db| store::accept(db, &messages, now));
    match accepted.await {
        Ok(Some(senders)) => {
            senders.into_iter().for_each(|sender| door.workers.wake(sender));
            StatusCode::OK
        }
        Ok(None) => StatusCode::SERVICE_UNAVAILABLE,
        Err(error) => {
            tracing::error!(%error, "a delivery could not be stored");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

async fn privacy<A: Assistant>(State(door): State<Arc<Door<A>>>) -> Response {
    (PLAIN, door.privacy.clone()).into_response()
}
