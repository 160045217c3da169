//! Every delivery of a provider: attempts, answer, reason, next retry, replay, dead letters.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use exchange::conversation::Event;
use exchange::delivery::{End, Kind};
use exchange::id::DeliveryId;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use store::row::{Delivery, DeliveryState};
use wire::cloud::id::{Direction, Wamid};

use super::{from_page, needs_token, provider, wants_json};
use crate::App;
use crate::directory::{Entry, destination};
use crate::engine::{Desk, StepError};
use crate::http::error::HttpError;
use crate::http::session::Person;
use crate::pages::deliveries::{
    CallbackProblem, Deliveries, Delivery as Row, Done, Filter, page, path,
};

/// Deliveries in one answer.
const PAGE: u32 = 50;
const MOST: u32 = 200;

/// Which deliveries.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    /// `pending`, `delivered`, `dead`, `cancelled`; all when absent.
    state: Option<String>,
    /// Before this id.
    before: Option<DeliveryId>,
    /// How many.
    limit: Option<u32>,
}

impl Asked {
    fn filter(&self) -> Result<Filter, HttpError> {
        Filter::read(self.state.as_deref().unwrap_or_default()).ok_or_else(|| {
            let hint = "One of pending, delivered, dead, cancelled.";
            HttpError::bad("state is not a state of a delivery.", hint)
        })
    }
}

fn kept(filter: Filter) -> Option<DeliveryState> {
    match filter {
        Filter::All => None,
        Filter::Pending => Some(DeliveryState::Pending),
        Filter::Ended(end) => Some(DeliveryState::Ended(end)),
    }
}

/// The words of a delivery's kind.
pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Message => "message",
        Kind::Sent => "sent",
        Kind::Delivered => "delivered",
        Kind::Read => "read",
        Kind::Failed => "failed",
        Kind::Fetch => "fetch",
        Kind::Event => "event",
        Kind::Played => "played",
        Kind::MarketingStopped => "marketing_stopped",
        Kind::MarketingResumed => "marketing_resumed",
    }
}

/// The words of a delivery's state.
pub fn state(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Pending => "pending",
        DeliveryState::Ended(End::Delivered) => "delivered",
        DeliveryState::Ended(End::Dead) => "dead",
        DeliveryState::Ended(End::Cancelled) => "cancelled",
    }
}

/// The id of the message a delivery is about, as the provider knows it.
pub fn wamid(of: &Delivery) -> String {
    let is_message = of.owed.kind == Kind::Message;
    let direction = if is_message { Direction::Inbound } else { Direction::Outbound };
    Wamid { conversation: of.owed.conversation, seq: of.owed.seq, direction }.encode()
}

fn one(of: &Delivery) -> Value {
    let pending = of.state == DeliveryState::Pending;
    let answer = of.answer.as_ref();
    json!({
        "id": of.owed.id.to_string(), "kind": kind(of.owed.kind), "wamid": wamid(of),
        "state": state(of.state), "attempts": of.owed.attempt,
        "answer": answer.map(|answer| answer.status).filter(|status| *status != 0),
        "reason": answer.map(|answer| &answer.reason),
        "next_retry": pending.then_some(of.owed.due.seconds()),
        "created": of.owed.at.seconds(),
        "finished": of.finished.map(exchange::time::Millis::seconds),
        "duration_ms": answer.map(|answer| answer.duration_ms),
    })
}

/// What is shown, and the id to go on from.
async fn find(
    app: &App,
    entry: &Entry,
    asked: &Asked,
) -> Result<(Vec<Delivery>, Option<DeliveryId>), HttpError> {
    let (id, wanted) = (entry.row.id, kept(asked.filter()?));
    let before = asked.before.unwrap_or(DeliveryId(i64::MAX.unsigned_abs()));
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, MOST);
    let mut found =
        app.readers.read(move |reader| reader.deliveries(id, wanted, before, limit + 1)).await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|last| last.owed.id);
    Ok((found, next))
}

/// `GET /providers/{id}/deliveries`
pub async fn deliveries(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    person: Option<Person>,
) -> Response {
    if wants_json(&headers) {
        return answer(&app, &id, &asked, &headers).await.into_response();
    }
    let signed_in = person.is_some();
    match provider(&app, &headers, &id) {
        Some(entry) => show(&app, &entry, &asked, signed_in, None, None).await,
        None => super::settings::ask_token(&id, signed_in, None),
    }
}

/// The page, with what a form has just done or what is wrong with it.
pub(super) async fn show(
    app: &App,
    entry: &Arc<Entry>,
    asked: &Asked,
    signed_in: bool,
    done: Option<Done<'_>>,
    callback_problem: Option<CallbackProblem<'_>>,
) -> Response {
    let (filter, found) = match (asked.filter(), find(app, entry, asked).await) {
        (Ok(filter), Ok(found)) => (filter, found),
        (Err(error), _) | (_, Err(error)) => return error.page(signed_in),
    };
    let (found, next) = found;
    let wamids: Vec<String> = found.iter().map(wamid).collect();
    let rows: Vec<Row<'_>> = found.iter().zip(&wamids).map(|(of, wamid)| row(of, wamid)).collect();
    let id = entry.row.id;
    let older = next.map(|next| format!("{}?state={}&before={next}", path(id), filter.word()));
    page(&Deliveries {
        signed_in,
        number: id,
        name: &entry.row.card.name,
        listed: entry.row.listed.is_some(),
        filter,
        rows: &rows,
        older: older.as_deref(),
        callback: destination(&entry.row).map(|callback| callback.url.as_str()),
        callback_problem,
        done,
    })
    .into_response()
}

fn row<'a>(of: &'a Delivery, wamid: &'a str) -> Row<'a> {
    let (answer, end) = (
        of.answer.as_ref(),
        match of.state {
            DeliveryState::Pending => None,
            DeliveryState::Ended(end) => Some(end),
        },
    );
    Row {
        id: of.owed.id,
        kind: of.owed.kind,
        wamid,
        end,
        attempts: of.owed.attempt,
        answer: answer.map(|answer| answer.status),
        reason: answer.map(|answer| answer.reason.as_str()),
        duration_ms: answer.map(|answer| answer.duration_ms),
        created: of.owed.at,
        next_retry: end.is_none().then_some(of.owed.due),
        finished: of.finished,
    }
}

/// `GET /providers/{id}/deliveries.json`
pub async fn deliveries_json(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Json<Value>, HttpError> {
    answer(&app, &id, &asked, &headers).await
}

async fn answer(
    app: &App,
    id: &str,
    asked: &Asked,
    headers: &HeaderMap,
) -> Result<Json<Value>, HttpError> {
    let entry = provider(app, headers, id).ok_or_else(needs_token)?;
    let (found, next) = find(app, &entry, asked).await?;
    let origin = app.origin(headers);
    let limit = asked.limit.map_or(String::new(), |limit| format!("&limit={limit}"));
    let state = asked.state.as_deref().map_or(String::new(), |state| format!("&state={state}"));
    let next = next
        .map(|next| format!("{origin}/providers/{id}/deliveries.json?before={next}{state}{limit}"));
    let url = destination(&entry.row).map(|callback| &callback.url);
    Ok(Json(json!({
        "deliveries": found.iter().map(one).collect::<Vec<_>>(),
        "callback": {"url": url, "verified": url.is_some()},
        "next": next,
    })))
}

/// `POST /providers/{id}/deliveries/{delivery}/replay`
pub async fn replay(
    State(app): State<App>,
    Path((id, delivery)): Path<(String, String)>,
    headers: HeaderMap,
    person: Option<Person>,
) -> Response {
    let signed_in = person.is_some();
    let Some(entry) = provider(&app, &headers, &id) else {
        return if from_page(&headers) {
            super::settings::ask_token(&id, signed_in, None)
        } else {
            needs_token().json()
        };
    };
    let result = owe_again(&app, &entry, &delivery).await;
    if !from_page(&headers) {
        return match result {
            Ok(new) => (StatusCode::ACCEPTED, Json(json!({"id": new.to_string()}))).into_response(),
            Err(error) => error.json(),
        };
    }
    let asked = Asked::default();
    match result {
        Ok(new) => show(&app, &entry, &asked, signed_in, Some(Done::Replayed(new)), None).await,
        Err(error) => {
            let done = Some(Done::NotReplayed(&error.message));
            show(&app, &entry, &asked, signed_in, done, None).await
        }
    }
}

async fn owe_again(app: &App, entry: &Entry, delivery: &str) -> Result<DeliveryId, HttpError> {
    let assistant = entry.row.id;
    let delivery = delivery.parse().map_err(|_| HttpError::not_found())?;
    let found = app.readers.read(move |reader| reader.delivery(assistant, delivery)).await?;
    let found = found.ok_or_else(HttpError::not_found)?;
    if found.state == DeliveryState::Pending {
        let hint = "It will be tried again by itself.";
        return Err(HttpError::new(StatusCode::CONFLICT, "This is still being delivered.", hint));
    }
    let owed = found.owed;
    let step = move |desk: &mut Desk| {
        if desk.is_full(assistant) {
            return Err(StepError::Denied("As many deliveries are owed as may be."));
        }
        desk.act(owed.conversation, Event::Replays { seq: owed.seq, kind: owed.kind })?;
        desk.last_owed().ok_or(StepError::Unavailable)
    };
    app.engine.step(step).await.map_err(|error| match error {
        StepError::Refused(_) => HttpError::new(
            StatusCode::CONFLICT,
            "The person has withdrawn; nothing more of theirs is delivered.",
            "There is nothing to do.",
        ),
        other => other.into(),
    })
}
