//! Who calls: a number's token, or an app's own `id|secret`.

use std::sync::Arc;

use axum::http::header;
use sha2::{Digest as _, Sha256};
use wire::cloud::auth::{self, Credential};
use wire::cloud::error::GraphError;
use wire::cloud::params::query_value;
use wire::cloud::signature::proves;

use super::Call;
use crate::App;
use crate::directory::Entry;
use crate::http::session::digest;

/// The token that came with a call: query, then body, then header.
pub fn token_of(call: &Call<'_>) -> Result<String, GraphError> {
    let in_query = call.query.and_then(|query| query_value(query, "access_token"));
    let header = call.header(header::AUTHORIZATION);
    if let Some(token) = auth::token(header, in_query.as_deref()) {
        return Ok(token.to_owned());
    }
    let in_body = call.params()?.text("access_token")?.map(std::borrow::Cow::into_owned);
    in_body.filter(|token| !token.is_empty()).ok_or_else(GraphError::missing_token)
}

/// The assistant whose token this is.
///
/// # Errors
/// 190 without a token or with an unknown one; a wrong `appsecret_proof`.
pub fn caller(app: &App, call: &Call<'_>) -> Result<Arc<Entry>, GraphError> {
    let entry = any_caller(app, call)?;
    if entry.row.listens_to.is_some() {
        let details = "A further app of an account is told things; it asks and sends nothing.";
        return Err(GraphError::not_here(details));
    }
    Ok(entry)
}

/// The same, a further app of an account among them.
///
/// # Errors
/// As [`caller`].
pub fn any_caller(app: &App, call: &Call<'_>) -> Result<Arc<Entry>, GraphError> {
    let token = token_of(call)?;
    let entry = match auth::credential(&token) {
        Credential::Token(token) => app.directory.by_token(&digest(token)),
        Credential::App { app: id, secret } => of_app(app, id, secret),
    };
    let entry = entry.ok_or_else(GraphError::bad_token)?;
    prove(call, &entry, &token)?;
    Ok(entry)
}

/// The app that calls with its own token.
///
/// # Errors
/// As [`caller`]; any other token is refused.
pub fn app_caller(app: &App, call: &Call<'_>) -> Result<Arc<Entry>, GraphError> {
    let token = token_of(call)?;
    let Credential::App { app: id, secret } = auth::credential(&token) else {
        return Err(match app.directory.by_token(&digest(&token)) {
            Some(_) => GraphError::app_token_required(),
            None => GraphError::bad_token(),
        });
    };
    let entry = of_app(app, id, secret).ok_or_else(GraphError::bad_token)?;
    prove(call, &entry, &token)?;
    Ok(entry)
}

/// The app with this id and secret.
pub fn of_app(app: &App, id: exchange::id::AppId, secret: &str) -> Option<Arc<Entry>> {
    app.directory.by_app(id).filter(|entry| same(&entry.row.app_secret, secret))
}

/// Compares by digest: how long it takes tells nothing about where two secrets differ.
fn same(one: &str, other: &str) -> bool {
    Sha256::digest(one.as_bytes()) == Sha256::digest(other.as_bytes())
}

const PROOF: &str = "appsecret_proof";

fn prove(call: &Call<'_>, entry: &Entry, token: &str) -> Result<(), GraphError> {
    let in_query = call.query.and_then(|query| query_value(query, "appsecret_proof"));
    // Looked for in the body only when it is there to be found: the usual call has none.
    let in_body = || -> Result<Option<String>, GraphError> {
        if !call.body.windows(PROOF.len()).any(|part| part == PROOF.as_bytes()) {
            return Ok(None);
        }
        Ok(call.params()?.text(PROOF)?.map(std::borrow::Cow::into_owned))
    };
    match in_query.map_or_else(in_body, |proof| Ok(Some(proof)))? {
        Some(proof) if !proves(&entry.row.app_secret, token, &proof) => {
            Err(GraphError::bad_proof())
        }
        _ => Ok(()),
    }
}
