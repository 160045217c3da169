//! The deliveries page's own forms: the token, the callback, a new token, a new app secret.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use exchange::fact::Fact;
use exchange::id::{AppId, AssistantId};
use exchange::limits;
use serde::Deserialize;
use serde_json::json;
use store::row::AssistantRow;

use super::deliveries::{Asked, show};
use super::register::{new_secret, new_token};
use super::{COOKIE, callback, from_page, needs_token, provider};
use crate::App;
use crate::engine::{Desk, StepError};
use crate::http::error::HttpError;
use crate::http::form::Form;
use crate::http::session::{Person, digest, set_cookie};
use crate::pages::FieldError;
use crate::pages::deliveries::{self, CallbackProblem, Done, TokenQuestion};

/// The page remembers the token this long.
const REMEMBERED_S: i64 = 12 * 3600;

/// Asks for the token.
pub fn ask_token(id: &str, signed_in: bool, problem: Option<&str>) -> Response {
    let Ok(number) = id.parse() else { return HttpError::not_found().page(signed_in) };
    deliveries::token_question(&TokenQuestion { signed_in, number, problem }).into_response()
}

/// Which provider's deliveries.
#[derive(Debug, Deserialize)]
pub struct Find {
    provider_id: Option<AssistantId>,
}

/// `GET /providers/deliveries?provider_id=`: to that provider's page.
pub async fn find(Query(find): Query<Find>) -> Response {
    match find.provider_id {
        Some(id) => Redirect::to(&deliveries::path(id)).into_response(),
        None => Redirect::to("/providers").into_response(),
    }
}

fn remember(app: &App, headers: &HeaderMap, id: &str, token: &str, mut to: Response) -> Response {
    let secure = app.origin(headers).starts_with("https://");
    let age_s = if token.is_empty() { 0 } else { REMEMBERED_S };
    let cookie = set_cookie(COOKIE, token, &format!("/providers/{id}"), age_s, secure);
    to.headers_mut().insert(header::SET_COOKIE, cookie);
    to
}

/// `POST /providers/{id}/sign-in`: the page's own form for the token.
pub async fn sign_in(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    person: Option<Person>,
    form: Form,
) -> Response {
    let token = form.get("token").trim().to_owned();
    let entry = app.directory.by_token(&digest(&token));
    match entry.filter(|entry| id.parse() == Ok(entry.row.id)) {
        Some(entry) => {
            let to = Redirect::to(&deliveries::path(entry.row.id)).into_response();
            remember(&app, &headers, &id, &token, to)
        }
        None => ask_token(&id, person.is_some(), Some("This is not the token of this number.")),
    }
}

/// `POST /providers/{id}/sign-out`
pub async fn sign_out(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    _own: Option<Person>,
) -> Response {
    remember(&app, &headers, &id, "", Redirect::to("/providers").into_response())
}

/// `POST /providers/{id}/callback`
pub async fn set_callback(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    person: Option<Person>,
    form: Form,
) -> Response {
    let signed_in = person.is_some();
    let Some(entry) = provider(&app, &headers, &id) else {
        return if from_page(&headers) {
            ask_token(&id, signed_in, None)
        } else {
            needs_token().json()
        };
    };
    let (url, verify_token) = (form.get("callback_url").trim(), form.get("verify_token").trim());
    let which = callback::Which::App(None);
    let result = match verify_token.len() {
        1..=200 => callback::set(&app, entry.row.id, which, url, verify_token)
            .await
            .map_err(|error| ("callback_url", error.message)),
        _ => Err(("verify_token", "verify_token must be 1 to 200 characters long.".to_owned())),
    };
    match (result, from_page(&headers)) {
        (Ok(()), false) => {
            Json(json!({"callback": {"url": url, "verified": true}})).into_response()
        }
        (Err((field, why)), false) => {
            let hint = "Nothing was changed.";
            HttpError { field: Some(field), ..HttpError::bad(why, hint) }.json()
        }
        (Ok(()), true) => {
            let entry = app.directory.get(entry.row.id).unwrap_or(entry);
            let done = Some(Done::CallbackChanged);
            show(&app, &entry, &Asked::default(), signed_in, done, None).await
        }
        (Err((field, why)), true) => {
            let error = FieldError { field, message: &why };
            let problem = CallbackProblem { url, verify_token, error: &error };
            show(&app, &entry, &Asked::default(), signed_in, None, Some(problem)).await
        }
    }
}

/// `GET /providers/{id}/code`: the code that `request_code` of the Cloud API has made; here
/// nobody has a telephone that it could be sent to.
pub async fn code(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    person: Option<Person>,
) -> Response {
    let is_page = headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")));
    let signed_in = person.is_some();
    let Some(entry) = provider(&app, &headers, &id) else {
        return if is_page { ask_token(&id, signed_in, None) } else { needs_token().json() };
    };
    let number = match crate::http::graph::numbers::read(&app, entry.row.id).await {
        Ok(number) => number,
        Err(_) => return HttpError::from(StepError::Unavailable).page(signed_in),
    };
    let code = number.shown_code(app.clock.now());
    if is_page {
        return deliveries::verification_code(signed_in, entry.row.id, code).into_response();
    }
    Json(json!({ "code": code })).into_response()
}

/// `POST /providers/{id}/token`: a new token; the old one stops at once.
pub async fn rotate_token(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    person: Option<Person>,
) -> Response {
    let signed_in = person.is_some();
    let token = new_token();
    let kept = digest(&token);
    let fact = |assistant| Fact::TokenRotated { assistant };
    let number = match rotate(&app, &headers, &id, fact, move |row| row.token = kept).await {
        Ok(number) => number,
        Err(why) => return why.answer(&headers, &id, signed_in),
    };
    if !from_page(&headers) {
        return Json(json!({"access_token": token})).into_response();
    }
    let page = deliveries::new_token(signed_in, number, &token).into_response();
    remember(&app, &headers, &id, &token, page)
}

/// `POST /providers/{id}/secret`: a new app secret. Webhooks are signed with it and `app_id|old`
/// is refused from the answer on; the access token stays.
pub async fn rotate_secret(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    person: Option<Person>,
) -> Response {
    let signed_in = person.is_some();
    let secret = new_secret();
    let kept = secret.clone();
    let fact = |assistant| Fact::SecretRotated { assistant };
    match rotate(&app, &headers, &id, fact, move |row| row.app_secret = kept).await {
        Ok(number) if from_page(&headers) => {
            deliveries::new_secret(signed_in, number, &secret).into_response()
        }
        Ok(_) => Json(json!({"app_secret": secret})).into_response(),
        Err(why) => why.answer(&headers, &id, signed_in),
    }
}

/// `POST /providers/{id}/apps`: a further app on the account, told what the first one is told,
/// under its own secret (Cloud API: several apps subscribe to one account).
pub async fn add_app(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Form,
) -> Response {
    let Some(entry) = provider(&app, &headers, &id) else { return needs_token().json() };
    let name = form.get("name").trim().to_owned();
    if !(1..=30).contains(&name.chars().count()) {
        let mut error = HttpError::bad("name must be 1 to 30 characters long.", "Name the app.");
        error.field = Some("name");
        return error.json();
    }
    let of = entry.row.id;
    let secret = new_secret();
    let kept = secret.clone();
    let step = move |desk: &mut Desk| {
        let Some(entry) = desk.directory().get(of) else { return Err(StepError::Unavailable) };
        if desk.directory().listeners(of).len() >= limits::FURTHER_APPS {
            return Err(StepError::Denied("The account has as many apps as it can."));
        }
        let (own, app) = (AssistantId(some_id()), AppId(some_id()));
        if desk.directory().get(own).is_some() || desk.directory().by_app(app).is_some() {
            return Err(StepError::Unavailable);
        }
        let mut row = AssistantRow { id: own, app, app_secret: kept, ..entry.row.clone() };
        row.card.name = name;
        (row.callback, row.account_override, row.number_override) = (None, None, None);
        (row.token, row.since, row.listed) = (digest(&new_token()), desk.now(), None);
        (row.subscribed, row.listens_to) = (true, Some(of));
        desk.put_assistant(row);
        Ok(app)
    };
    match app.engine.step_alone(step).await {
        Ok(id) => Json(json!({"app_id": id.to_string(), "app_secret": secret})).into_response(),
        Err(error) => HttpError::from(error).json(),
    }
}

/// Fifteen digits that nobody has yet.
fn some_id() -> u64 {
    100_000_000_000_000 + crate::clock::random_u64() % 899_999_999_999_999
}

/// Why nothing was rotated.
enum NotRotated {
    NoToken,
    Failed(HttpError),
}

impl NotRotated {
    fn answer(self, headers: &HeaderMap, id: &str, signed_in: bool) -> Response {
        match (self, from_page(headers)) {
            (Self::NoToken, true) => ask_token(id, signed_in, None),
            (Self::NoToken, false) => needs_token().json(),
            (Self::Failed(error), true) => error.page(signed_in),
            (Self::Failed(error), false) => error.json(),
        }
    }
}

/// Changes a provider's row and records it, in one step.
async fn rotate(
    app: &App,
    headers: &HeaderMap,
    id: &str,
    fact: impl FnOnce(AssistantId) -> Fact + Send + 'static,
    change: impl FnOnce(&mut AssistantRow) + Send + 'static,
) -> Result<AssistantId, NotRotated> {
    let number = provider(app, headers, id).ok_or(NotRotated::NoToken)?.row.id;
    let step = move |desk: &mut Desk| {
        let Some(entry) = desk.directory().get(number) else { return Err(StepError::Unavailable) };
        let mut row = entry.row.clone();
        change(&mut row);
        desk.record(fact(number));
        desk.put_assistant(row);
        Ok(())
    };
    let done = app.engine.step_alone(step).await;
    done.map(|()| number).map_err(|error| NotRotated::Failed(error.into()))
}
