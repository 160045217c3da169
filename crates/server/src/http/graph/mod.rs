//! The Cloud API served (`docs/api/cloud.md`): every spelling of path, token and body that
//! clients use comes through `entry`; every answer, errors too, is Graph's JSON.

mod auth;
mod batch;
mod business;
mod flows;
mod lists;
mod manage;
pub mod media;
mod messages;
mod nodes;
pub mod numbers;
pub mod quota;
mod resolve;
mod shop;
mod subscriptions;
mod templates;
mod templates_keep;
mod templates_more;
mod uploads;

pub use uploads::pieces as uploaded_pieces;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use exchange::limits;
use wire::cloud::error::{GraphError, trace_id};
use wire::cloud::params::Params;
use wire::cloud::path::{self, GraphPath};
use wire::cloud::{VERSION, usage};

use crate::App;
use crate::clock::random;
use crate::engine::StepError;
use crate::http::body::{self, NoBody};

/// One call, taken apart.
pub struct Call<'a> {
    method: &'a Method,
    headers: &'a HeaderMap,
    path: &'a str,
    query: Option<&'a str>,
    body: &'a [u8],
}

impl Call<'_> {
    fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    fn content_type(&self) -> Option<&str> {
        self.header(header::CONTENT_TYPE)
    }

    /// Its address on our own origin, without the query.
    fn address(&self, app: &App) -> String {
        format!("{}{}", app.origin(self.headers), self.path)
    }

    /// All parameters, wherever they were put.
    fn params(&self) -> Result<Params, GraphError> {
        Params::of(self.query, self.content_type(), self.body)
    }
}

/// A JSON body that is ready to send.
type Answer = Result<Vec<u8>, GraphError>;

/// Every request that no page of ours takes. Paths that are not of the Graph API get a page.
pub async fn entry(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // `POST /` is a batch; every other `/` is the first page.
    let asked = if parts.uri.path() == "/" { DEFAULT_PATH } else { parts.uri.path() };
    let Some(path) = path::parse(asked) else {
        return super::error::HttpError::not_found().page(false);
    };
    // Files are not read here: whose they are is asked first, and they are never held whole.
    if let Some(streamed) = media::Streamed::of(&path, &parts.method) {
        let whole = Request::from_parts(parts.clone(), body);
        return media::entry(&app, streamed, &parts, whole).await;
    }
    let body = match collect(body).await {
        Ok(body) => body,
        Err(error) => return refuse(&error),
    };
    let call = Call {
        method: &parts.method,
        headers: &parts.headers,
        path: parts.uri.path(),
        query: parts.uri.query(),
        body: &body,
    };
    serve(&app, &path, &call).await
}

/// The answer to a call, in its version's words.
async fn serve(app: &App, path: &GraphPath<'_>, call: &Call<'_>) -> Response {
    let version = match usage::served(path.version) {
        Ok(version) => version,
        Err(error) => return refuse(&error),
    };
    let (counted, answer) = match quota::take(app, path, call).await {
        Ok(counted) => (counted, dispatch(app, path, call).await),
        Err(error) => (None, Err(error)),
    };
    let mut response = match answer {
        Ok(answer) => respond(StatusCode::OK, answer),
        Err(error) => refuse(&error.for_version(version)),
    };
    if let Some(counted) = counted {
        quota::tell(app, &counted, &mut response);
    }
    if version != VERSION
        && let Ok(value) = HeaderValue::from_str(&version.to_string())
    {
        response.headers_mut().insert("facebook-api-version", value);
    }
    response
}

/// What a call without a version is served as.
const DEFAULT_PATH: &str = "/v25.0";

async fn dispatch(app: &App, path: &GraphPath<'_>, call: &Call<'_>) -> Answer {
    let (get, post, delete) =
        (call.method == Method::GET, call.method == Method::POST, call.method == Method::DELETE);
    match path.segments() {
        [] if post => {
            let version = path.version.unwrap_or(VERSION).to_string();
            batch::post(app, &version, call).await
        }
        [] if get => batch::ids(app, call).await,
        [number, "messages"] if post || call.method == Method::PUT => {
            messages::post(app, number, call).await
        }
        [number, "marketing_messages"] if post => messages::marketing(app, number, call).await,
        [id, "subscriptions"] if get || post || delete => {
            subscriptions::of_app(app, id, call).await
        }
        [id, "subscribed_apps"] if get || post || delete => {
            subscriptions::of_account(app, id, call).await
        }
        ["oauth", "access_token"] if get || post => nodes::access_token(app, call),
        ["debug_token"] if get => nodes::debug_token(app, call),
        [id, "flows"] if get || post => flows::of_account(app, id, call).await,
        [_, "migrate_flows"] if post => flows::migrate(app, call),
        [id, "assets"] if get || post => flows::assets(app, id, call).await,
        [id, doing @ ("publish" | "deprecate")] if post => {
            flows::turn(app, id, doing == &"publish", call).await
        }
        ["message_template_library"] if get => templates::library(app, call),
        [id, "phone_numbers"] if get => nodes::phone_numbers(app, id, call).await,
        [id, "uploads"] if post => uploads::begin(app, id, call).await,
        [session] if get && uploads::is_session(session) => {
            uploads::progress(app, session, call).await
        }
        [id] if get || post || delete => one(app, id, call).await,
        segments => {
            if let Some(answer) = templates::route(app, segments, call).await {
                return answer;
            }
            if let Some(answer) = manage::route(app, segments, call).await {
                return answer;
            }
            auth::caller(app, call)?;
            let method = call.method.as_str();
            let id = segments.first().copied().unwrap_or_default();
            Err(GraphError::unknown_object(&method.to_lowercase(), id))
        }
    }
}

/// `GET|POST|DELETE /{id}`: whatever of the caller's has this id.
async fn one(app: &App, id: &str, call: &Call<'_>) -> Answer {
    if let Some(answer) = flows::one(app, id, call).await {
        return answer;
    }
    if templates::is_one(app, id).await {
        return templates::node(app, id, call).await;
    }
    if let Some(answer) = media::one(app, id, call).await? {
        return Ok(answer);
    }
    if call.method == Method::GET {
        return nodes::node(app, id, call).await;
    }
    if let Some(answer) = manage::route(app, &[id], call).await {
        return answer;
    }
    auth::caller(app, call)?;
    Err(GraphError::unknown_object(&call.method.as_str().to_lowercase(), id))
}

async fn collect(body: Body) -> Result<Bytes, GraphError> {
    body::collect(body).await.map_err(|why| match why {
        NoBody::TooLong => {
            let rule = format!("must be at most {} bytes long.", limits::BODY_BYTES);
            GraphError::parameter("body", &rule).with_http(413)
        }
        NoBody::Broken => GraphError::parameter("body", "could not be read to its end."),
    })
}

/// A step's failure in Graph's words.
fn failed(error: StepError) -> GraphError {
    match error {
        StepError::Refused(refusal) => GraphError::from(&refusal),
        StepError::Throughput(wait_ms) => GraphError::throughput(wait_ms),
        StepError::Denied(why) => GraphError::invalid_value(why),
        StepError::Unavailable => GraphError::unavailable(2_000),
    }
}

fn respond(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let json = HeaderValue::from_static("application/json; charset=UTF-8");
    headers.insert(header::CONTENT_TYPE, json);
    headers.insert("facebook-api-version", HeaderValue::from_static("v25.0"));
    let fixed = HeaderValue::from_static;
    headers.insert(header::CACHE_CONTROL, fixed("private, no-cache, no-store, must-revalidate"));
    headers.insert(header::PRAGMA, fixed("no-cache"));
    headers.insert(header::EXPIRES, fixed("Sat, 01 Jan 2000 00:00:00 GMT"));
    headers.insert(header::VARY, fixed("Origin, Accept-Encoding"));
    response
}

/// An error as every refusal of the Cloud API looks.
pub fn refuse(error: &GraphError) -> Response {
    let mut bytes = [0; 16];
    random(&mut bytes);
    let trace = trace_id(bytes);
    let status = StatusCode::from_u16(error.http).unwrap_or(StatusCode::BAD_REQUEST);
    tracing::debug!(code = error.code, http = error.http, %trace, "refused");
    let mut response = respond(status, error.to_json(&trace));
    if let Ok(value) = HeaderValue::from_str(&trace) {
        response.headers_mut().insert("x-fb-trace-id", value);
    }
    let challenge = error.www_authenticate().and_then(|text| HeaderValue::from_str(&text).ok());
    if let Some(challenge) = challenge {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    if let Some(wait_ms) = error.retry_after_ms {
        let seconds = HeaderValue::from((wait_ms + 999) / 1000);
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}
