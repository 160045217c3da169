//! The first page, signing in and out.

use std::net::{IpAddr, SocketAddr};

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use exchange::id::PersonId;
use serde_json::{Value, json};
use store::Op;

use super::error::HttpError;
use super::json::Json as Body;
use super::session::{self, Person};
use crate::App;
use crate::clock::{random, random_u64};
use crate::engine::Desk;
use crate::listen::came_by_tls;
use crate::pages::home::{self, Home, SignIn};

/// `GET /`
pub async fn home(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    person: Option<Person>,
) -> Response {
    let (local, passkeys) = (is_local(&app, from, &headers), is_secure(&app, &headers));
    let sign_in = match (person, local || passkeys) {
        (Some(_), _) => SignIn::Done,
        (None, true) => SignIn::Ways { local, passkeys },
        (None, false) => SignIn::Refused(home::NEEDS_HTTPS),
    };
    home::page(&Home { sign_in }).into_response()
}

/// The address a request came from; behind the operator's proxy, what the proxy says. The proxy
/// comes by the plain listener: over TLS anybody may come, and say anything.
pub fn address(app: &App, from: SocketAddr, headers: &HeaderMap) -> IpAddr {
    let forwarded = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let last = forwarded.and_then(|list| list.rsplit(',').next()?.trim().parse().ok());
    match last {
        Some(address) if app.config.public_url.is_some() && !came_by_tls(headers) => address,
        _ => from.ip(),
    }
}

/// Whether a request was typed on this very machine: from loopback, to a loopback name (so that
/// no foreign page can point its own name at us), without a proxy in between.
fn is_local(app: &App, from: SocketAddr, headers: &HeaderMap) -> bool {
    let origin = app.origin(headers);
    let host = origin.split_once("://").map_or("", |(_, host)| host);
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let loopback = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    app.config.public_url.is_none() && from.ip().to_canonical().is_loopback() && loopback
}

/// Where browsers let passkeys work: https, or the name localhost.
fn is_secure(app: &App, headers: &HeaderMap) -> bool {
    let origin = app.origin(headers);
    let local = origin.strip_prefix("http://localhost");
    origin.starts_with("https://")
        || local.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

fn needs_https() -> HttpError {
    let hint = "Open this exchange by https, or as http://localhost on its own machine.";
    HttpError::new(axum::http::StatusCode::FORBIDDEN, home::NEEDS_HTTPS, hint)
}

/// `POST /sign-in/local`: one tap, on this machine only. A new person each time.
pub async fn sign_in_local(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    person: Option<Person>,
) -> Result<Response, Response> {
    if person.is_some() {
        return Ok(Redirect::to("/chats").into_response());
    }
    if !is_local(&app, from, &headers) {
        return Err(needs_https().page(false));
    }
    let secret = begin(&app, from, &headers, Vec::new(), |_, _| ())
        .await
        .map_err(|error| error.page(false))?;
    Ok(session::signed_in(&app, &headers, &secret, "/choose"))
}

/// A new person, signed in: returns the session's secret.
async fn begin(
    app: &App,
    from: SocketAddr,
    headers: &HeaderMap,
    user_handle: Vec<u8>,
    also: impl FnOnce(&mut Desk, PersonId) + Send + 'static,
) -> Result<String, HttpError> {
    let (now, address) = (app.clock.now(), address(app, from, headers));
    app.people.take(address, now).map_err(|wait| HttpError::too_many("new people", wait))?;
    let step = move |desk: &mut Desk| {
        // 62 bits: never negative where a database counts with a sign.
        let person = PersonId(random_u64() >> 2);
        let since = desk.now();
        desk.put(Op::Person(store::row::Person { id: person, since, user_handle }));
        also(desk, person);
        Ok(session::sign_in(desk, person))
    };
    Ok(app.engine.step(step).await?)
}

/// `POST /sign-out`
pub async fn sign_out(
    State(app): State<App>,
    headers: HeaderMap,
    _own: Option<Person>,
) -> Result<Response, HttpError> {
    session::sign_out(&app, &headers).await
}

/// `POST /sign-in/passkey/register/start`
pub async fn register_start(
    State(app): State<App>,
    headers: HeaderMap,
    _own: Option<Person>,
) -> Result<Json<Value>, HttpError> {
    let origin = passkey_origin(&app, &headers)?;
    let mut handle = [0; 16];
    random(&mut handle);
    let now = app.clock.now();
    let options = app.passkeys.start_registration(&origin, handle, now).map_err(broken)?;
    Ok(Json(options))
}

/// `POST /sign-in/passkey/register/finish`
pub async fn register_finish(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    _own: Option<Person>,
    Body(credential): Body<Value>,
) -> Result<Response, HttpError> {
    let origin = passkey_origin(&app, &headers)?;
    let now = app.clock.now();
    let made = app.passkeys.finish_registration(&origin, &credential, now).map_err(broken)?;
    let handle = made.user_handle.to_vec();
    let secret = begin(&app, from, &headers, handle, move |desk, person| {
        let (credential, key) = (made.credential, made.key);
        desk.put(Op::Passkey(store::row::Passkey { credential, person, key }));
    })
    .await?;
    Ok(with_session(&app, &headers, &secret, "/choose"))
}

/// `POST /sign-in/passkey/login/start`
pub async fn login_start(
    State(app): State<App>,
    headers: HeaderMap,
    _own: Option<Person>,
) -> Result<Json<Value>, HttpError> {
    let origin = passkey_origin(&app, &headers)?;
    Ok(Json(app.passkeys.start_login(&origin, app.clock.now()).map_err(broken)?))
}

/// `POST /sign-in/passkey/login/finish`
pub async fn login_finish(
    State(app): State<App>,
    headers: HeaderMap,
    _own: Option<Person>,
    Body(credential): Body<Value>,
) -> Result<Response, HttpError> {
    let origin = passkey_origin(&app, &headers)?;
    let id = app.passkeys.credential_id(&credential).map_err(broken)?;
    let known = app.readers.read(move |reader| reader.passkey(&id)).await?;
    let unknown = || {
        let hint = "Make a new account, or use another passkey.";
        HttpError::new(
            axum::http::StatusCode::UNAUTHORIZED,
            "This passkey is not known here.",
            hint,
        )
    };
    let known = known.ok_or_else(unknown)?;
    let now = app.clock.now();
    let updated =
        app.passkeys.finish_login(&origin, &credential, &known.key, now).map_err(broken)?;
    let step = move |desk: &mut Desk| {
        let person = known.person;
        desk.put(Op::Passkey(store::row::Passkey { key: updated, ..known }));
        Ok(session::sign_in(desk, person))
    };
    let secret = app.engine.step(step).await?;
    Ok(with_session(&app, &headers, &secret, "/chats"))
}

fn passkey_origin(app: &App, headers: &HeaderMap) -> Result<String, HttpError> {
    if is_secure(app, headers) { Ok(app.origin(headers)) } else { Err(needs_https()) }
}

fn broken(error: crate::passkeys::PasskeyError) -> HttpError {
    tracing::debug!(%error, "a passkey was not accepted");
    HttpError::bad("The passkey was not accepted.", "Try again from the first page.")
}

fn with_session(app: &App, headers: &HeaderMap, secret: &str, next: &str) -> Response {
    let mut response = Json(json!({"next": next})).into_response();
    let redirect = session::signed_in(app, headers, secret, next);
    if let Some(cookie) = redirect.headers().get(header::SET_COOKIE) {
        response.headers_mut().insert(header::SET_COOKIE, cookie.clone());
    }
    response
}
