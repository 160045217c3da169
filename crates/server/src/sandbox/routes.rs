//! What the sandbox answers to, from this machine alone unless told otherwise.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::{ConnectInfo, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use exchange::id::{AssistantId, Seq};
use serde::Deserialize;
use serde_json::{Value, json};

use super::inside::Refused;
use super::people::{self, NewPerson};
use super::{calls, moments, view};
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
        .route("/sandbox/people/{name}/says", post(says))
        .route("/sandbox/people/{name}/receives", post(receives))
        .route("/sandbox/people/{name}/reads", post(reads))
        .route("/sandbox/people/{name}/stops", post(stops))
        .route("/sandbox/people/{name}/agrees", post(agrees))
        .route("/sandbox/people/{name}/auto", post(auto));
    people
        .route("/sandbox/bot", get(bot))
        .route("/sandbox/clock", get(clock).post(advance))
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
async fn make(State(app): State<App>, Body(new): Body<NewPerson>) -> Result<Response, Refused> {
    let (given, action) = (new.assistant, json!(new));
    let person = people::make(&app, new).await?;
    acted(&app, &person.name, "is made", action)?;
    let view = view::whole(&app, &person, given, 0).await?;
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

/// What a person did, for the log.
fn acted(app: &App, name: &str, what: &str, body: Value) -> Result<(), Refused> {
    let entry = json!({"person": name, "does": what, "body": body});
    people::of(app)?.log.add(app.clock.now(), "person", entry);
    Ok(())
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

/// `POST /sandbox/people/{name}/says`
async fn says(State(app): State<App>, Path(name): Path<String>, Body(body): Body<Value>) -> Answer {
    let person = people::of(&app)?.people.get(&name)?;
    let said = people::say(&app, &person, body.clone()).await?;
    acted(&app, &name, "says", body)?;
    Ok(Json(said))
}

/// To whom, and up to where.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Upto {
    #[serde(default, deserialize_with = "people::id")]
    assistant: Option<AssistantId>,
    upto: Option<Seq>,
}

/// A body that may be absent.
fn upto(body: &[u8]) -> Result<Upto, Refused> {
    if body.is_empty() {
        return Ok(Upto::default());
    }
    serde_json::from_slice(body).map_err(|error| {
        let hint = "Send nothing, or {\"assistant\": its phone_number_id, \"upto\": a seq}.";
        Refused::bad(format!("The body is not what is expected here: {error}."), hint)
    })
}

/// `POST /sandbox/people/{name}/receives`
async fn receives(State(app): State<App>, Path(name): Path<String>, body: String) -> Answer {
    received(&app, &name, &body, false).await
}

/// `POST /sandbox/people/{name}/reads`
async fn reads(State(app): State<App>, Path(name): Path<String>, body: String) -> Answer {
    received(&app, &name, &body, true).await
}

async fn received(app: &App, name: &str, body: &str, read: bool) -> Answer {
    let (person, asked) = (people::of(app)?.people.get(name)?, upto(body.as_bytes())?);
    people::receive(app, &person, asked.assistant, asked.upto, read).await?;
    acted(app, name, if read { "reads" } else { "receives" }, json!({"upto": asked.upto}))?;
    view::whole(app, &person, asked.assistant, 0).await.map(Json)
}

/// `POST /sandbox/people/{name}/stops`
async fn stops(State(app): State<App>, Path(name): Path<String>, body: String) -> Answer {
    let (person, asked) = (people::of(&app)?.people.get(&name)?, upto(body.as_bytes())?);
    people::stop(&app, &person, asked.assistant).await?;
    acted(&app, &name, "stops", Value::Null)?;
    view::whole(&app, &person, asked.assistant, 0).await.map(Json)
}

/// `POST /sandbox/people/{name}/agrees`
async fn agrees(State(app): State<App>, Path(name): Path<String>, body: String) -> Answer {
    let (person, asked) = (people::of(&app)?.people.get(&name)?, upto(body.as_bytes())?);
    people::agree(&app, &person, asked.assistant).await?;
    people::attend(&app, &person);
    acted(&app, &name, "agrees", Value::Null)?;
    view::whole(&app, &person, asked.assistant, 0).await.map(Json)
}

/// Whether somebody receives and reads by themselves.
#[derive(Debug, Deserialize)]
struct Auto {
    auto: bool,
}

/// `POST /sandbox/people/{name}/auto`
async fn auto(
    State(app): State<App>,
    Path(name): Path<String>,
    Body(Auto { auto }): Body<Auto>,
) -> Answer {
    let person = people::of(&app)?.people.get(&name)?;
    person.set_auto(auto);
    acted(&app, &name, "auto", json!({"auto": auto}))?;
    Ok(Json(view::brief(&person)))
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
    let hint = "Send {\"advance\":\"25h\"}. The clock is never moved back.";
    let ms = moments::duration_ms(&advance).map_err(|why| Refused::bad(why, hint))?;
    if app.clock.ahead_ms() + ms > moments::FARTHEST_MS {
        return Err(Refused::bad("That is more than ten years ahead.", hint));
    }
    app.clock.advance(ms);
    people::of(&app)?.log.add(app.clock.now(), "clock", json!({"advance_ms": ms}));
    Ok(time(&app))
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
