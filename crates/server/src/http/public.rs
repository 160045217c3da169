//! What everybody may read: the assistants, the rules, whether we are well.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use exchange::time::{DAY_MS, Millis};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::choice::day_key;
use super::messenger::view::automation;
use super::session::Person;
use crate::App;
use crate::pages;
use crate::pages::assistants::{Assistants, Listed, alphabetical};
use crate::pages::rules::{DayKey, Rules};

/// `GET /assistants`
pub async fn assistants(
    State(app): State<App>,
    headers: HeaderMap,
    person: Option<Person>,
) -> Response {
    let wants = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if wants.is_some_and(|wants| wants.starts_with("application/json")) {
        return assistants_json(State(app)).await.into_response();
    }
    let entries = app.directory.listed();
    let listed: Vec<Listed<'_>> = entries
        .iter()
        .map(|entry| Listed {
            id: entry.row.id,
            card: &entry.row.card,
            since: entry.row.listed.unwrap_or_default(),
        })
        .collect();
    let view = Assistants { signed_in: person.is_some(), listed: &listed };
    pages::assistants::page(&view).into_response()
}

/// `GET /assistants.json`: alphabetical, never ranked.
pub async fn assistants_json(State(app): State<App>) -> Json<Value> {
    let mut entries = app.directory.listed();
    entries
        .sort_by(|a, b| alphabetical((&a.row.card.name, a.row.id), (&b.row.card.name, b.row.id)));
    let one = |entry: &std::sync::Arc<crate::directory::Entry>| {
        let card = &entry.row.card;
        json!({
            "id": entry.row.id.to_string(), "name": card.name, "purpose": card.purpose,
            "details": card.details, "provider": card.provider, "country": card.country,
            "data_location": card.data_location, "retention": card.retention,
            "trains": card.trains, "automation": automation(card),
            "human_contact": (!card.human_contact.is_empty()).then_some(&card.human_contact),
            "privacy_policy": card.privacy_policy,
            "since": entry.row.listed.unwrap_or_default().seconds(),
        })
    };
    Json(json!({"assistants": entries.iter().map(one).collect::<Vec<_>>()}))
}

/// `GET /rules`
pub async fn rules(State(app): State<App>, person: Option<Person>) -> Response {
    let now = app.clock.now();
    let view = Rules {
        signed_in: person.is_some(),
        registrations_per_hour: app.config.registrations_per_hour,
        day_keys: &day_keys(&app.choice_key, app.choice_since, now),
    };
    pages::rules::page(&view).into_response()
}

/// Commitments from tomorrow back a fortnight, or to the first whole day; the keys themselves of
/// days that are over. The first, part day is left out: nothing could be published before it.
fn day_keys(key: &[u8; 32], since: Millis, now: Millis) -> Vec<DayKey> {
    let today = now.0.div_euclid(DAY_MS);
    let first = since.0.div_euclid(DAY_MS) + 1;
    (-1..14)
        .filter(|ago| today - ago >= first)
        .map(|ago| {
            let day = Millis((today - ago) * DAY_MS);
            let of_day = day_key(key, day);
            DayKey {
                day,
                commitment: hex::encode(Sha256::digest(of_day)),
                key: (ago > 0).then(|| hex::encode(of_day)),
            }
        })
        .collect()
}

/// `GET /health`: 200 while the exchange can answer.
pub async fn health() -> &'static str {
    "ok\n"
}
