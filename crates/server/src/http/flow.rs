//! Flows as people go through them: `/chats/{chat}/flow/{seq}` opens the flow of a message, and
//! `/flows/{flow}/preview` lets its provider try it. Where a person stands travels with the page
//! and is kept nowhere else.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use exchange::content::FormKind;
use exchange::content::parts::{FlowName, FlowStart};
use exchange::flow::Flow;
use exchange::id::{ItemId, Seq};
use exchange::limits;
use exchange::message::Content;
use serde::Deserialize;
use serde_json::{Value, json};
use store::row::ItemKind;
use wire::flow::run::{Next, Standing, response};
use wire::flow::screen::{entered, wrong};
use wire::flow::{Members, Script};

use super::error::HttpError;
use super::form::Form;
use super::messenger::{chat_id, send};
use super::session::Person;
use crate::App;
use crate::clock::random_secret;
use crate::directory::Entry;
use crate::flows::endpoint::{self, NoAnswer};
use crate::pages::flow::{View, page};

/// Where a flow can be tried.
pub fn preview_url(origin: &str, id: ItemId, flow: &Flow) -> String {
    format!("{origin}/flows/{id}/preview?token={}", flow.preview)
}

/// Where a flow's JSON is.
pub fn json_url(origin: &str, id: ItemId, flow: &Flow) -> String {
    format!("{origin}/flows/{id}/flow.json?token={}", flow.preview)
}

/// A flow that is being gone through.
struct Opened {
    entry: Arc<Entry>,
    flow: Flow,
    script: Script,
    public_key: Option<String>,
    /// How the message opened it; `None` in a preview.
    start: Option<FlowStart>,
}

/// What one request came to.
enum Shown {
    Screen { standing: Standing, form: Members, wrong: Vec<(String, String)> },
    Problem(String),
    Done(Members),
}

async fn open(app: &App, id: ItemId) -> Result<Opened, HttpError> {
    let read = app.readers.read(move |reader| {
        let Some(item) = reader.item(ItemKind::Flow, id)? else { return Ok(None) };
        let number = reader.item(ItemKind::Number, ItemId(item.assistant.0))?;
        Ok(Some((item, number)))
    });
    let (item, number) = read.await?.ok_or_else(HttpError::not_found)?;
    let flow: Flow = serde_json::from_str(&item.body).map_err(|_| HttpError::not_found())?;
    let entry = app.directory.get(item.assistant).ok_or_else(HttpError::not_found)?;
    let script = Script::read(&flow.json).map_err(|_| {
        HttpError::bad("This form has mistakes and cannot be shown.", "Tell the assistant.")
    })?;
    let number: Value =
        number.and_then(|number| serde_json::from_str(&number.body).ok()).unwrap_or_default();
    let public_key = number["encryption_key"].as_str().map(str::to_owned);
    Ok(Opened { entry, flow, script, public_key, start: None })
}

impl Opened {
    /// The first screen: by the message, by the endpoint, or the flow's first.
    async fn begin(&self, app: &App) -> Shown {
        let empty = |standing| Shown::Screen { standing, form: Members::new(), wrong: Vec::new() };
        let Some(start) = &self.start else {
            return empty(Standing::first(self.script.first(), Members::new()));
        };
        if start.exchange {
            return self.ask(app, json!({"action": "INIT"}), Standing::default()).await;
        }
        let data = start.data.as_deref().and_then(|data| serde_json::from_str(data).ok());
        let screen = start.screen.as_deref().unwrap_or(self.script.first());
        empty(Standing::first(screen, data.unwrap_or_default()))
    }

    async fn ask(&self, app: &App, mut request: Value, standing: Standing) -> Shown {
        let token = self.start.as_ref().and_then(|start| start.token.as_deref());
        request["flow_token"] = token.unwrap_or("unused").into();
        let Some(address) = &self.flow.endpoint else {
            return Shown::Problem("This form asks a server that it does not name.".into());
        };
        let key = self.public_key.as_deref();
        match endpoint::ask(&app.egress, &self.entry, address, key, request).await {
            Ok(answer) => self.follow(standing.answered(&self.script, &answer)),
            Err(NoAnswer::Over(words)) if words.is_empty() => {
                Shown::Problem("This form is no longer valid.".into())
            }
            Err(NoAnswer::Over(words)) => Shown::Problem(words),
            Err(why) => {
                tracing::info!(assistant = %self.entry.row.id, ?why, "a flow's endpoint");
                let name = &self.entry.row.card.name;
                Shown::Problem(format!("The server of {name} did not answer as it must."))
            }
        }
    }

    fn follow(&self, next: Result<Next, &'static str>) -> Shown {
        match next {
            Ok(Next::Show(standing)) => {
                Shown::Screen { standing, form: Members::new(), wrong: Vec::new() }
            }
            Ok(Next::Done(values)) => Shown::Done(values),
            Ok(Next::Ask { .. }) => Shown::Problem("The form asks in circles.".into()),
            Err(why) => {
                tracing::info!(assistant = %self.entry.row.id, why, "a flow's endpoint");
                Shown::Problem(format!("The server's answer cannot be followed: {why}."))
            }
        }
    }

    /// What pressing a button came to.
    async fn press(&self, app: &App, sent: &Form) -> Result<Shown, HttpError> {
        let stale = || HttpError::bad("The form cannot be read.", "Open it again from the chat.");
        let text = Some(sent.get("standing")).filter(|t| t.len() <= limits::FORM_REPLY_BYTES);
        let standing: Standing =
            text.and_then(|text| serde_json::from_str(text).ok()).ok_or_else(stale)?;
        let before = standing.show(&self.script, &Members::new()).ok_or_else(stale)?;
        let pairs: Vec<(String, String)> = before
            .fields()
            .flat_map(|field| {
                let id = format!("f.{}", field.name);
                let all: Vec<_> =
                    sent.all(&id).map(|v| (field.name.clone(), v.to_owned())).collect();
                all
            })
            .collect();
        let form = entered(&before, &pairs);
        if sent.get("press") == "back" {
            let back = standing.back().ok_or_else(stale)?;
            let form = back.screens.get(&back.screen).and_then(Value::as_object).cloned();
            let form = form.unwrap_or_default();
            return Ok(Shown::Screen { standing: back, form, wrong: Vec::new() });
        }
        // What is shown may depend on what was entered.
        let screen = standing.show(&self.script, &form).ok_or_else(stale)?;
        let form = entered(&screen, &pairs);
        let wrong = wrong(&screen, &form);
        if !wrong.is_empty() {
            return Ok(Shown::Screen { standing, form, wrong });
        }
        let action = sent.get("press").parse().map_err(|_| stale())?;
        Ok(match standing.press(&screen, action, form).ok_or_else(stale)? {
            Next::Ask { request, standing } => self.ask(app, request, standing).await,
            next => self.follow(Ok(next)),
        })
    }

    fn page(&self, shown: &Shown, action: &str, leave: &str, problem: Option<&str>) -> Response {
        let (mut json, mut screen, mut can_go_back) = (String::new(), None, false);
        let (mut wrong, mut values) = (&[][..], None);
        let mut problem = problem;
        match shown {
            Shown::Screen { standing, form, wrong: of_form } => {
                json = serde_json::to_string(standing).unwrap_or_default();
                screen = standing.show(&self.script, form);
                (wrong, can_go_back) = (of_form, standing.back().is_some());
                if screen.is_none() {
                    problem = Some("The form names a screen that it does not have.");
                }
            }
            Shown::Problem(words) => problem = Some(words),
            Shown::Done(done) => values = Some(done),
        }
        page(&View {
            card: &self.entry.row.card,
            action,
            leave,
            preview: self.start.is_none(),
            screen: screen.as_ref(),
            standing: &json,
            client_id: &random_secret(),
            can_go_back,
            wrong,
            problem,
            values,
        })
        .into_response()
    }
}

/// The flow of a message in a person's chat.
async fn of_message(app: &App, person: Person, chat: &str, seq: u32) -> Result<Opened, HttpError> {
    let id = chat_id(chat)?;
    let read = app.readers.read(move |reader| {
        let Some(of) = reader.conversation(id)?.filter(|of| of.person == person.0) else {
            return Ok(None);
        };
        let before = Seq(seq.saturating_sub(1));
        Ok(reader.messages(of.id, before, before.next().next(), 1, false)?.pop())
    });
    let message = read.await?.filter(|message| message.failed.is_none());
    let start = message.and_then(|message| message.content.flow().cloned());
    let start = start.ok_or_else(HttpError::not_found)?;
    let FlowName::Id(flow) = &start.flow else { return Err(HttpError::not_found()) };
    let mut opened = open(app, *flow).await?;
    opened.start = Some(start);
    Ok(opened)
}

/// `GET /chats/{chat}/flow/{seq}`
pub async fn show(
    State(app): State<App>,
    person: Person,
    Path((chat, seq)): Path<(String, u32)>,
) -> Result<Response, Response> {
    let opened = of_message(&app, person, &chat, seq).await.map_err(|error| error.page(true))?;
    let shown = opened.begin(&app).await;
    let action = format!("/chats/{chat}/flow/{seq}");
    if let Shown::Done(_) = shown {
        let done = Shown::Problem("This form ended before it began.".into());
        return Ok(opened.page(&done, &action, &format!("/chats/{chat}"), None));
    }
    Ok(opened.page(&shown, &action, &format!("/chats/{chat}"), None))
}

/// `POST /chats/{chat}/flow/{seq}`
pub async fn press(
    State(app): State<App>,
    person: Person,
    Path((chat, seq)): Path<(String, u32)>,
    form: Form,
) -> Result<Response, Response> {
    let failed = |error: HttpError| error.page(true);
    let opened = of_message(&app, person, &chat, seq).await.map_err(failed)?;
    let shown = opened.press(&app, &form).await.map_err(failed)?;
    let (action, leave) = (format!("/chats/{chat}/flow/{seq}"), format!("/chats/{chat}"));
    let Shown::Done(values) = &shown else {
        return Ok(opened.page(&shown, &action, &leave, None));
    };
    let token = opened.start.as_ref().and_then(|start| start.token.as_deref());
    let content =
        Content::FormReply { form: FormKind::Flow, response_json: response(values.clone(), token) };
    let id = chat_id(&chat).map_err(failed)?;
    let client_id = form.get("client_id").to_owned();
    match send::say_form(&app, person.0, id, client_id, content, Seq(seq)).await {
        Ok(_) => Ok(Redirect::to(&leave).into_response()),
        Err(error) => {
            let problem = Shown::Problem(format!("{} {}", error.message, error.hint));
            Ok(opened.page(&problem, &action, &leave, None))
        }
    }
}

/// What proves that the caller was given the address.
#[derive(Debug, Deserialize)]
pub struct Proof {
    #[serde(default)]
    token: String,
}

async fn previewed(app: &App, id: &str, proof: &Proof) -> Result<Opened, HttpError> {
    let id: ItemId = id.parse().map_err(|_| HttpError::not_found())?;
    let opened = open(app, id).await?;
    let good = opened.flow.preview.to_string() == proof.token
        && app.clock.now() < opened.flow.preview_until;
    if good { Ok(opened) } else { Err(HttpError::not_found()) }
}

fn preview_path(id: &str, proof: &Proof) -> String {
    format!("/flows/{id}/preview?token={}", proof.token)
}

/// `GET /flows/{flow}/preview`
pub async fn preview(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(proof): Query<Proof>,
) -> Result<Response, Response> {
    let opened = previewed(&app, &id, &proof).await.map_err(|error| error.page(false))?;
    let path = preview_path(&id, &proof);
    Ok(opened.page(&opened.begin(&app).await, &path, &path, None))
}

/// `POST /flows/{flow}/preview`
pub async fn press_preview(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(proof): Query<Proof>,
    form: Form,
) -> Result<Response, Response> {
    let failed = |error: HttpError| error.page(false);
    let opened = previewed(&app, &id, &proof).await.map_err(failed)?;
    let shown = opened.press(&app, &form).await.map_err(failed)?;
    let path = preview_path(&id, &proof);
    Ok(opened.page(&shown, &path, &path, None))
}

/// `GET /flows/{flow}/flow.json`
pub async fn json(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(proof): Query<Proof>,
) -> Result<Response, HttpError> {
    let flow: ItemId = id.parse().map_err(|_| HttpError::not_found())?;
    let read = app.readers.read(move |reader| reader.item(ItemKind::Flow, flow)).await?;
    let flow: Option<Flow> = read.and_then(|item| serde_json::from_str(&item.body).ok());
    let now = app.clock.now();
    let flow = flow
        .filter(|flow| flow.preview.to_string() == proof.token && now < flow.preview_until)
        .ok_or_else(HttpError::not_found)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], flow.json).into_response())
}
