//! The choice screen and the question of consent.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use exchange::assistant::Card;
use exchange::choice;
use exchange::consent::{self, State as Consent};
use exchange::conversation::{Conversation, Event, Refusal, agrees_to};
use exchange::fact::Fact;
use exchange::id::{AssistantId, ConversationId, PersonId};
use exchange::limits;
use exchange::message::Content;
use exchange::time::{DAY_MS, Millis};
use hmac::{Hmac, Mac as _};
use serde::Deserialize;
use store::Op;
use store::row::Showing;

use super::error::HttpError;
use super::form::Form;
use super::session::Person;
use crate::App;
use crate::clock::random_u64;
use crate::directory::Entry;
use crate::engine::{Desk, StepError};
use crate::pages;
use crate::pages::choose::{Choose, Offer};
use crate::pages::consent::Problem;

/// A link that opened the screen; it changes nothing on it but one line.
#[derive(Debug, Deserialize)]
pub struct Opened {
    assistant: Option<AssistantId>,
}

/// `GET /choose`
pub async fn choose(
    State(app): State<App>,
    Person(person): Person,
    Query(opened): Query<Opened>,
) -> Result<Response, HttpError> {
    let opener = opened.assistant.and_then(|id| app.directory.get(id));
    let opener = opener.map(|entry| entry.row.card.name.clone());
    screen(&app, person, opener.as_deref(), false).await
}

/// Draws an order for this showing, records it, shows it.
async fn screen(
    app: &App,
    person: PersonId,
    opened_by: Option<&str>,
    nothing_chosen: bool,
) -> Result<Response, HttpError> {
    let listed = app.directory.listed();
    let ids: Vec<AssistantId> = listed.iter().map(|entry| entry.row.id).collect();
    let key = app.choice_key;
    let drawn = app.engine.step_alone(move |desk| draw(desk, person, &ids, &key)).await?;
    let (showing, order) = drawn;
    let agreed = agreed(app, person).await?;
    let offers: Vec<Offer<'_>> = order
        .iter()
        .filter_map(|place| listed.get(*place))
        .map(|entry| Offer {
            id: entry.row.id,
            card: &entry.row.card,
            listed: entry.row.listed.unwrap_or_default(),
            agreed: agreed.contains(&entry.row.id),
        })
        .collect();
    let view = Choose { showing, offers: &offers, opened_by, nothing_chosen };
    Ok(pages::choose::page(&view).into_response())
}

fn draw(
    desk: &mut Desk,
    person: PersonId,
    ids: &[AssistantId],
    key: &[u8; 32],
) -> Result<(u64, Vec<usize>), StepError> {
    let number = desk.read().last_showing()? + 1;
    let at = desk.now();
    let places = choice::order(&day_key(key, at), number, ids.len());
    let order = places.iter().filter_map(|place| ids.get(*place)).copied().collect();
    desk.put(Op::Showing(Showing { number, person, at, order }));
    let assistants = u32::try_from(ids.len()).unwrap_or(u32::MAX);
    desk.record(Fact::ChoiceShown { showing: number, assistants });
    Ok((number, places))
}

/// The key of a day: it can be published when the day is over without giving away the next.
pub fn day_key(key: &[u8; 32], at: Millis) -> [u8; 32] {
    let day = at.0.div_euclid(DAY_MS);
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).expect("HMAC takes any key");
    mac.update(&day.to_be_bytes());
    mac.finalize().into_bytes().into()
}

async fn agreed(app: &App, person: PersonId) -> Result<HashSet<AssistantId>, HttpError> {
    let theirs = app.readers.read(move |reader| reader.conversations(person)).await?;
    let given = theirs.iter().filter(|of| of.consent == Consent::Given);
    Ok(given.map(|of| of.assistant).collect())
}

/// `POST /choose`
pub async fn chosen(
    State(app): State<App>,
    Person(person): Person,
    form: Form,
) -> Result<Response, HttpError> {
    if form.get("then") == "later" {
        return Ok(Redirect::to("/chats").into_response());
    }
    let mut chosen: Vec<AssistantId> = Vec::new();
    for id in form.all("assistant").filter_map(|id| id.parse().ok()) {
        let listed = app.directory.get(id).is_some_and(|entry| entry.row.listed.is_some());
        if listed && !chosen.contains(&id) {
            chosen.push(id);
        }
    }
    if chosen.is_empty() {
        return screen(&app, person, None, true).await;
    }
    let agreed = agreed(&app, person).await?;
    chosen.retain(|id| !agreed.contains(id));
    let next = match chosen.split_first() {
        Some((first, rest)) => pages::consent::path(*first, 0, rest),
        None => "/chats".to_owned(),
    };
    Ok(Redirect::to(&next).into_response())
}

/// Where in a series of questions this one stands.
#[derive(Debug, Default, Deserialize)]
pub struct Series {
    #[serde(default)]
    done: usize,
    #[serde(default)]
    next: String,
}

impl Series {
    fn next(&self) -> Vec<AssistantId> {
        let ids = self.next.split(',').filter_map(|id| id.parse().ok());
        ids.take(limits::CONVERSATIONS_PER_PERSON).collect()
    }
}

fn listed(app: &App, id: &str) -> Result<Arc<Entry>, HttpError> {
    let entry = id.parse().ok().and_then(|id| app.directory.get(id));
    entry.filter(|entry| entry.row.listed.is_some()).ok_or_else(HttpError::not_found)
}

fn ask(
    entry: &Entry,
    series: &Series,
    display_name: &str,
    problem: Option<Problem<'_>>,
) -> Response {
    let next = series.next();
    let view = pages::consent::Consent {
        assistant: entry.row.id,
        card: &entry.row.card,
        done: series.done,
        next: &next,
        display_name,
        problem,
    };
    pages::consent::page(&view).into_response()
}

/// `GET /consent/{assistant}`
pub async fn consent(
    State(app): State<App>,
    Person(_): Person,
    Path(assistant): Path<String>,
    Query(series): Query<Series>,
) -> Result<Response, Response> {
    let entry = listed(&app, &assistant).map_err(|error| error.page(true))?;
    Ok(ask(&entry, &series, "", None))
}

/// `POST /consent/{assistant}`
pub async fn consented(
    State(app): State<App>,
    Person(person): Person,
    Path(assistant): Path<String>,
    Query(series): Query<Series>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Response> {
    let entry = listed(&app, &assistant).map_err(|error| error.page(true))?;
    let display_name = form.get("display_name").to_owned();
    let chat = match form.get("answer") {
        "agree" => {
            let shown = consent::notice_sha256(&consent::notice(&entry.row.card));
            if form.get("notice") != shown {
                return Ok(ask(&entry, &series, &display_name, Some(Problem::NoticeChanged)));
            }
            let (id, card, name) = (entry.row.id, entry.row.card.clone(), display_name.clone());
            let step = move |desk: &mut Desk| agree(desk, person, id, &card, name);
            match app.engine.step_alone(step).await {
                Ok(chat) => Some(chat),
                Err(StepError::Refused(Refusal::Invalid(rule))) => {
                    let problem = Some(Problem::DisplayName(&rule.rule));
                    return Ok(ask(&entry, &series, &display_name, problem));
                }
                Err(error) => return Err(HttpError::from(error).page(true)),
            }
        }
        "not_now" => None,
        _ => return Ok(ask(&entry, &series, &display_name, Some(Problem::NoAnswer))),
    };
    let next = match (series.next().split_first(), chat) {
        (Some((first, rest)), _) => pages::consent::path(*first, series.done + 1, rest),
        (None, Some(chat)) => {
            super::links::came_by(&headers).unwrap_or_else(|| format!("/chats/{chat}"))
        }
        (None, None) => "/chats".to_owned(),
    };
    Ok(Redirect::to(&next).into_response())
}

/// One conversation per person and assistant: the old one goes on, or a new one begins.
fn agree(
    desk: &mut Desk,
    person: PersonId,
    assistant: AssistantId,
    card: &Card,
    display_name: String,
) -> Result<ConversationId, StepError> {
    let theirs = desk.read().conversations(person)?;
    let known = theirs.iter().find(|of| of.assistant == assistant);
    let is_new = known.is_none();
    let id = match known {
        Some(of) => of.id,
        None if theirs.len() >= limits::CONVERSATIONS_PER_PERSON => {
            return Err(StepError::Denied("You use as many assistants as one person can."));
        }
        None => {
            let id = ConversationId::from_random(random_u64());
            if desk.conversation(id)?.is_some() {
                return Err(StepError::Unavailable);
            }
            desk.begin(Conversation::new(id, person, assistant, desk.now()));
            id
        }
    };
    desk.act(id, agrees_to(card, display_name))?;
    // Only the first time, and only for assistants that asked for it (Cloud API,
    // conversational components).
    if is_new && desk.number(assistant)?.automation.welcome {
        let (content, context, extra) = (Content::Welcome, None, None);
        desk.act(id, Event::PersonSends { content, context, extra })?;
    }
    Ok(id)
}
