//! What the sandbox answers to, from this machine alone unless told otherwise.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::{ConnectInfo, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use exchange::id::AssistantId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::inside::Refused;
use super::{actions, calls, inside, page, people, view, webhooks};
use crate::App;
use crate::http::json::Json as Body;
use crate::hub::Update;

/// The longest a request waits for something new, ms (ours).
const WAIT_MS: u64 = 60_000;

type Answer = Result<Json<Value>, Refused>;

/// The sandbox's routes in front of the exchange's, whose calls are watched.
pub fn around(table: Router, app: App) -> Router {
    let watched = table.layer(from_fn_with_state(app.clone(), calls::watch));
    let people = Router::new()
        .route("/sandbox/people", get(everybody).post(make))
        .route("/sandbox/people/{name}", get(one))
        .route("/sandbox/people/{name}/{does}", post(does))
        .route("/sandbox/people/{name}/app/{*path}", get(as_them).post(as_them));
    let page = Router::new()
        .route("/sandbox", get(page::page))
        .route("/sandbox/page/clock", post(page::clock))
        .route("/sandbox/page/say", post(page::say))
        .route("/sandbox/page/person", post(page::person))
        .route("/sandbox/page/fault", post(page::fault))
        .layer(map_response(crate::http::dress));
    people
        .merge(page)
        .route("/sandbox/bot", get(bot))
        .route("/sandbox/clock", get(clock).post(advance))
        .route("/sandbox/faults", get(faults).post(add_fault).delete(delete_faults))
        .route("/sandbox/faults/{id}", axum::routing::delete(delete_fault))
        .route("/sandbox/webhooks", get(samples).post(webhook))
        .route("/sandbox/log", get(log))
        .layer(from_fn_with_state(app.clone(), gate))
        .with_state(app)
        .fallback_service(watched)
}

/// From this machine, by a name of this machine, and from no other site's page.
async fn gate(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let anyone = app.sandbox.as_ref().is_some_and(|sandbox| sandbox.anyone);
    if may_command(request.headers(), from, anyone) {
        return next.run(request).await;
    }
    let hint = "Ask from the machine it runs on, as http://localhost, or start it with --anyone.";
    Refused::new(StatusCode::FORBIDDEN, "The sandbox is commanded from its own machine.", hint)
        .into_response()
}

fn may_command(headers: &HeaderMap, from: SocketAddr, anyone: bool) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text("host").unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let local = from.ip().to_canonical().is_loopback()
        && matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    let foreign = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin != format!("http://{host}"),
        (None, None) => false,
    };
    !foreign && (anyone || local)
}

/// `GET /sandbox/people`
async fn everybody(State(app): State<App>) -> Answer {
    let people = people::of(&app)?.people.all();
    Ok(Json(json!({"people": people.iter().map(|person| view::brief(person)).collect::<Vec<_>>()})))
}

/// `POST /sandbox/people`
async fn make(State(app): State<App>, Body(new): Body<Value>) -> Result<Response, Refused> {
    let name = new["name"].as_str().unwrap_or_default().to_owned();
    let view = actions::person(&app, &name, "is made", new).await?;
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

/// Which part of a conversation, and how long it is waited for.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    after: u32,
    #[serde(default)]
    wait_ms: u64,
    assistant: Option<AssistantId>,
}

/// `GET /sandbox/people/{name}?after=&wait_ms=`: waits for a message after that place.
async fn one(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let person = people::of(&app)?.people.get(&name)?;
    let mut updates = app.hub.open(person.id);
    let look = async || view::whole(&app, &person, asked.assistant, asked.after).await;
    let waiting = async {
        loop {
            let view = look().await?;
            if view["messages"].as_array().is_some_and(|messages| !messages.is_empty()) {
                return Ok(view);
            }
            loop {
                match updates.recv().await {
                    Some(Update::Message(..)) => break,
                    Some(_) => {}
                    // the page was ended: open another, and look at what was missed
                    None => {
                        updates = app.hub.open(person.id);
                        break;
                    }
                }
            }
        }
    };
    match tokio::time::timeout(Duration::from_millis(asked.wait_ms.min(WAIT_MS)), waiting).await {
        Ok(found) => found.map(Json),
        Err(_) => look().await.map(Json),
    }
}

/// `POST /sandbox/people/{name}/{does}`: says, receives, reads, stops, agrees, auto.
async fn does(
    State(app): State<App>,
    Path((name, does)): Path<(String, String)>,
    body: String,
) -> Answer {
    let body = if body.is_empty() { Ok(Value::Null) } else { serde_json::from_str(&body) };
    let body = body.map_err(|error| {
        let message = format!("The body is not JSON: {error}.");
        Refused::bad(message, "docs/sandbox.md shows what is expected.")
    })?;
    if does == "is made" {
        return Err(crate::http::error::HttpError::not_found().into());
    }
    actions::person(&app, &name, &does, body).await.map(Json)
}

/// `/sandbox/people/{name}/app/…`: a call of theirs to the messenger's own `/app/…`, whatever it
/// is; `-` as a chat is the one with the sandbox's bot.
async fn as_them(
    State(app): State<App>,
    Path((name, path)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Refused> {
    let person = people::of(&app)?.people.get(&name)?;
    let path = match path.strip_prefix("chats/-/") {
        Some(rest) => format!("chats/{}/{rest}", people::chat(&app, &person, None).await?.id),
        None => path,
    };
    let query = request.uri().query().map_or(String::new(), |query| format!("?{query}"));
    let content_type = request.headers().get("content-type").and_then(|it| it.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let entry = json!({"person": name, "does": request.method().as_str(), "body": path});
    people::of(&app)?.log.add(app.clock.now(), "app", entry);
    // a new session, which cannot have run out: the body cannot be sent twice
    let cookie = person.signs_in(&app).await;
    let (method, path) = (request.method().clone(), format!("/app/{path}{query}"));
    let body = request.into_body();
    let answer = inside::pass(&app, method, &path, &cookie, &content_type, body).await;
    Ok((answer.status, [("content-type", "application/json")], answer.body).into_response())
}

/// `GET /sandbox/bot`: what its developer puts into a client.
async fn bot(State(app): State<App>) -> Answer {
    let bot = people::of(&app)?.bot();
    let mut value = json!(bot);
    for name in ["phone_number_id", "waba_id", "app_id"] {
        value[name] = value[name].to_string().into();
    }
    value["api_base"] = format!("http://{}", app.config.listen).into();
    let entry = bot.and_then(|bot| app.directory.get(bot.phone_number_id));
    let callback = entry.and_then(|entry| entry.target.as_ref().map(ToString::to_string));
    value["callback"] = json!(callback);
    Ok(Json(value))
}

fn time(app: &App) -> Json<Value> {
    let now = app.clock.now();
    Json(json!({"now": now, "now_s": now.seconds(), "ahead_ms": app.clock.ahead_ms()}))
}

/// `GET /sandbox/clock`
async fn clock(State(app): State<App>) -> Json<Value> {
    time(&app)
}

/// How far.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance: String,
}

/// `POST /sandbox/clock`
async fn advance(State(app): State<App>, Body(Advance { advance }): Body<Advance>) -> Answer {
    actions::advance(&app, &advance)?;
    Ok(time(&app))
}

/// `GET /sandbox/faults`
async fn faults(State(app): State<App>) -> Answer {
    Ok(Json(json!({"faults": people::of(&app)?.faults.all()})))
}

/// `POST /sandbox/faults`: a rule, or a list of rules.
async fn add_fault(State(app): State<App>, Body(body): Body<Value>) -> Result<Response, Refused> {
    let ids = actions::add_faults(&app, body).await?;
    let faults = people::of(&app)?.faults.all();
    Ok((StatusCode::CREATED, Json(json!({"ids": ids, "faults": faults}))).into_response())
}

/// `DELETE /sandbox/faults`: all; what they hold back is let go.
async fn delete_faults(State(app): State<App>) -> Answer {
    deleted(&app, None)
}

/// `DELETE /sandbox/faults/{id}`
async fn delete_fault(State(app): State<App>, Path(id): Path<u64>) -> Answer {
    deleted(&app, Some(id))
}

fn deleted(app: &App, id: Option<u64>) -> Answer {
    let gone = actions::delete_faults(app, id)?;
    Ok(Json(json!({"deleted": gone, "faults": people::of(app)?.faults.all()})))
}

/// `GET /sandbox/webhooks`: the fields that have a sample.
async fn samples() -> Json<Value> {
    Json(json!({"fields": webhooks::fields()}))
}

/// `POST /sandbox/webhooks`: sends one of any field.
async fn webhook(State(app): State<App>, Body(wanted): Body<Value>) -> Answer {
    actions::webhook(&app, wanted).await.map(Json)
}

/// Which part of the log.
#[derive(Debug, Deserialize)]
struct Part {
    #[serde(default)]
    after: u64,
    #[serde(default)]
    wait_ms: u64,
    kind: Option<String>,
    limit: Option<usize>,
}

/// `GET /sandbox/log?after=&kind=&limit=&wait_ms=`: waits for an entry after that number.
async fn log(State(app): State<App>, Query(part): Query<Part>) -> Answer {
    let log = &people::of(&app)?.log;
    let mut news = log.news();
    let limit = part.limit.unwrap_or(1_000).clamp(1, 10_000);
    let look = || log.after(part.after, part.kind.as_deref(), limit);
    let waiting = async {
        loop {
            news.borrow_and_update();
            let found = look();
            if !found.is_empty() || news.changed().await.is_err() {
                return found;
            }
        }
    };
    let limit = Duration::from_millis(part.wait_ms.min(WAIT_MS));
    let entries = tokio::time::timeout(limit, waiting).await.unwrap_or_else(|_| look());
    Ok(Json(json!({"entries": entries, "last": log.last()})))
}
