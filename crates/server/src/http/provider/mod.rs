//! The provider API and its pages (`docs/api/providers.md`).

pub mod callback;
mod deliveries;
mod register;
mod settings;

pub use deliveries::{deliveries, deliveries_json, replay};
pub use register::{Registered, form, post as register, register_with};
pub use settings::{
    add_app, code, find, rotate_secret, rotate_token, set_callback, sign_in, sign_out,
};

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode, header};

use super::error::HttpError;
use super::session::{cookie, digest};
use crate::App;
use crate::directory::Entry;

/// The cookie with which the deliveries page remembers the token, for that page's path only.
const COOKIE: &str = "strowger_provider";

/// Whether JSON is asked for.
fn wants_json(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    text(header::ACCEPT).contains("application/json")
        || text(header::CONTENT_TYPE).starts_with("application/json")
}

/// The provider whose token came with the request, in the header or by the page's cookie.
fn provider(app: &App, headers: &HeaderMap, id: &str) -> Option<Arc<Entry>> {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token =
        wire::cloud::auth::token(authorization, None).or_else(|| cookie(headers, COOKIE))?;
    let entry = app.directory.by_token(&digest(token))?;
    (id.parse() == Ok(entry.row.id)).then_some(entry)
}

/// A stranger's token and an unknown provider get the same answer.
fn needs_token() -> HttpError {
    let hint = "Send the access token of this provider as Authorization: Bearer.";
    HttpError::new(StatusCode::UNAUTHORIZED, "This needs the provider's token.", hint)
}

/// Whether a form of the page was sent, and not a program's request with a token of its own.
fn from_page(headers: &HeaderMap) -> bool {
    !headers.contains_key(header::AUTHORIZATION) && !wants_json(headers)
}
