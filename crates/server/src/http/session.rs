//! Who is signed in, and that a request comes from our own pages.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use exchange::id::PersonId;
use exchange::limits;
use sha2::{Digest as _, Sha256};
use store::Op;
use store::row::{Digest, Session};

use super::error::HttpError;
use crate::App;
use crate::clock::random_secret;
use crate::engine::StepError;

/// The cookie's name.
pub const COOKIE: &str = "strowger_session";

/// The signed-in person.
#[derive(Debug, Clone, Copy)]
pub struct Person(pub PersonId);

/// SHA-256: what is kept of a secret that only needs to be recognised.
pub fn digest(secret: &str) -> Digest {
    Sha256::digest(secret.as_bytes()).into()
}

/// A cookie of the request.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// A `Set-Cookie` value: not readable by scripts, not sent from other sites.
pub fn set_cookie(name: &str, value: &str, path: &str, age_s: i64, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let text =
        format!("{name}={value}; Path={path}; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

async fn of(parts: &Parts, app: &App) -> Result<Option<PersonId>, HttpError> {
    let Some(secret) = cookie(&parts.headers, COOKIE) else { return Ok(None) };
    let digest = digest(secret);
    let session = match app.sessions.get(&digest) {
        Some(session) => Some(session),
        None => {
            let found = app.readers.read(move |reader| reader.session(&digest)).await?;
            if let Some(session) = &found {
                app.sessions.put(session.clone());
            }
            found
        }
    };
    let now = app.clock.now();
    Ok(session.filter(|session| session.expires > now).map(|session| session.person))
}

/// Whether an unsafe request comes from our own pages (forms and scripts send one of the two
/// headers; other programs, which have no cookies to abuse, send neither).
fn is_our_own(parts: &Parts, app: &App) -> bool {
    if matches!(parts.method, Method::GET | Method::HEAD) {
        return true;
    }
    let text = |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    text("origin").is_none_or(|origin| origin == app.origin(&parts.headers))
}

fn foreign() -> HttpError {
    let hint = "Open the page on the exchange itself and try again.";
    HttpError::new(StatusCode::FORBIDDEN, "This came from another site; nothing was done.", hint)
}

impl OptionalFromRequestParts<App> for Person {
    type Rejection = HttpError;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, HttpError> {
        if !is_our_own(parts, app) {
            return Err(foreign());
        }
        Ok(of(parts, app).await?.map(Self))
    }
}

/// Pages send people who are not signed in to the first page; JSON gets a 401.
impl FromRequestParts<App> for Person {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        if !is_our_own(parts, app) {
            return Err(foreign().into_response());
        }
        match of(parts, app).await {
            Ok(Some(person)) => Ok(Self(person)),
            Ok(None) if parts.uri.path().starts_with("/app/") => Err(HttpError::new(
                StatusCode::UNAUTHORIZED,
                "You are not signed in.",
                "Sign in on the first page.",
            )
            .into_response()),
            Ok(None) => Err(Redirect::to("/").into_response()),
            Err(error) => Err(error.into_response()),
        }
    }
}

/// Signs a person in within a step: returns the cookie's secret.
pub fn sign_in(desk: &mut crate::engine::Desk, person: PersonId) -> String {
    let secret = random_secret();
    let expires = desk.now() + limits::SESSION_MS;
    desk.put(Op::Session(Session { digest: digest(&secret), person, expires }));
    secret
}

/// A redirect that also sets the session cookie.
pub fn signed_in(app: &App, headers: &HeaderMap, secret: &str, next: &str) -> Response {
    let secure = app.origin(headers).starts_with("https://");
    let age_s = limits::SESSION_MS / 1000;
    let mut response = Redirect::to(next).into_response();
    let value = set_cookie(COOKIE, secret, "/", age_s, secure);
    response.headers_mut().insert(header::SET_COOKIE, value);
    response
}

/// Signs out: the session ends on the server, not only in the browser.
///
/// # Errors
/// When the store is unavailable.
pub async fn sign_out(app: &App, headers: &HeaderMap) -> Result<Response, HttpError> {
    if let Some(secret) = cookie(headers, COOKIE) {
        let digest = digest(secret);
        app.engine
            .step(move |desk| {
                desk.put(Op::EndSession(digest));
                Ok::<_, StepError>(())
            })
            .await?;
        app.sessions.drop_one(&digest);
    }
    let mut response = Redirect::to("/").into_response();
    let gone = set_cookie(COOKIE, "", "/", 0, false);
    response.headers_mut().insert(header::SET_COOKIE, gone);
    Ok(response)
}
