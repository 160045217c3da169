//! The door out, watched: every webhook with its body, signature and answer, and the faults that
//! befall it. A webhook that a fault takes away counts as delivered for the exchange, as it does
//! for the platform that believes it was.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use bytes::Bytes;
use exchange::consent::Consented;
use exchange::delivery::outcome::Outcome;
use exchange::delivery::schedule::{self, Next};
use exchange::delivery::{Kind, Owed};
use exchange::id::AssistantId;
use exchange::limits;
use serde_json::{Map, Value, json};
use tokio::sync::{Semaphore, watch};
use wire::cloud::id::parse_wa_id;

use super::faults::{Seen, WebhookFault};
use super::{Sandbox, log};
use crate::App;
use crate::clock::{Clock, random_u64};
use crate::deliver::Means;
use crate::directory::Entry;
use crate::egress::{Egress, SIGNATURE_256, Target};
use crate::readers::Readers;

/// Webhooks kept back at once; past it they go straight out (ours).
const KEPT_BACK: usize = 10_000;

/// A webhook, signed and ready to be posted.
#[derive(Debug, Clone)]
pub struct Letter {
    /// To whom.
    pub entry: Arc<Entry>,
    /// Where.
    pub target: Target,
    /// Its signatures.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Its body.
    pub body: Bytes,
}

/// What a webhook needs to go out.
#[derive(Debug, Clone)]
pub struct Road {
    clock: Clock,
    egress: Arc<Egress>,
    readers: Readers,
}

impl From<&Means> for Road {
    fn from(of: &Means) -> Self {
        let (clock, egress, readers) = (of.clock.clone(), of.egress.clone(), of.readers.clone());
        Self { clock, egress, readers }
    }
}

impl From<&App> for Road {
    fn from(of: &App) -> Self {
        let (clock, egress, readers) = (of.clock.clone(), of.egress.clone(), of.readers.clone());
        Self { clock, egress, readers }
    }
}

/// What is known of the door.
#[derive(Debug)]
pub struct Door {
    /// How many webhooks were posted to each assistant.
    posted: watch::Sender<BTreeMap<AssistantId, u64>>,
    places: Arc<Semaphore>,
}

impl Default for Door {
    fn default() -> Self {
        let places = Arc::new(Semaphore::new(KEPT_BACK));
        Self { posted: watch::Sender::default(), places }
    }
}

impl Letter {
    /// What the log says of it, whatever became of it.
    fn described(&self) -> Map<String, Value> {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let change = &body["entry"][0]["changes"][0];
        let (message, status) = (&change["value"]["messages"][0], &change["value"]["statuses"][0]);
        let signature = self.headers.iter().find(|(name, _)| *name == SIGNATURE_256);
        let signature = signature.and_then(|(_, value)| value.to_str().ok());
        let mut out = Map::new();
        let mut note = |name: &str, value: Value| {
            if !value.is_null() {
                out.insert(name.to_owned(), value);
            }
        };
        note("to", json!(self.target.to_string()));
        note("field", change["field"].clone());
        note("type", message["type"].clone());
        note("status", status["status"].clone());
        let id = if message.is_object() { &message["id"] } else { &status["id"] };
        note("id", id.clone());
        note("wa_id", change["value"]["contacts"][0]["wa_id"].clone());
        note("signature", json!(signature));
        note("body", json!(log::body(&self.body, self.body.len())));
        out
    }
}

/// A webhook on its way.
#[derive(Debug, Clone)]
struct Way {
    road: Road,
    letter: Letter,
    /// What is owed; nothing for a webhook that was asked for.
    job: Option<Owed>,
    /// The fault that befell it.
    fault: Option<&'static str>,
}

impl Sandbox {
    /// Posts a webhook that is owed, or lets a fault befall it.
    pub async fn post(self: &Arc<Self>, means: &Means, job: &Owed, letter: Letter) -> Outcome {
        self.pass(means.into(), Some(*job), letter).await
    }

    /// The same for one that may be owed to nobody.
    pub async fn pass(self: &Arc<Self>, road: Road, job: Option<Owed>, letter: Letter) -> Outcome {
        let seen = Seen::of(&serde_json::from_slice(&letter.body).unwrap_or_default());
        let mut way = Way { road, letter, job, fault: None };
        let Some((rule, fault)) = self.faults.on_webhook(&seen) else {
            return self.send(&way).await;
        };
        let believed = Outcome::Answered { status: 200, retry_after_ms: None };
        match fault {
            WebhookFault::Duplicate(copies) => {
                let outcome = self.send(&way).await;
                way.fault = Some("duplicate");
                for _ in 0..copies {
                    self.send(&way).await;
                }
                outcome
            }
            WebhookFault::Lose => {
                self.note(&way, "lose", "lost on the way", None);
                believed
            }
            WebhookFault::Fail(status) => {
                self.note(&way, "fail", "not posted, as if the bot had answered so", Some(status));
                Outcome::Answered { status, retry_after_ms: None }
            }
            WebhookFault::Late(ms) => {
                let (clock, due) = (way.road.clock.clone(), way.road.clock.now() + ms);
                way.fault = Some("late");
                self.keep_back(way, async move { clock.until(due).await }).await
            }
            WebhookFault::Reorder(ms) => {
                way.fault = Some("reorder");
                let next = self.next_one(&way, ms);
                self.keep_back(way, next).await
            }
            WebhookFault::Hold => {
                way.fault = Some("hold");
                let sandbox = self.clone();
                self.keep_back(way, async move { sandbox.faults.until_deleted(rule).await }).await
            }
        }
    }

    /// Waits until another webhook of the same assistant was posted, or so long (ms).
    fn next_one(&self, way: &Way, ms: i64) -> impl Future<Output = ()> + Send + use<> {
        let (clock, due) = (way.road.clock.clone(), way.road.clock.now() + ms);
        let (assistant, mut posted) = (way.letter.entry.row.id, self.door.posted.subscribe());
        let before = posted.borrow().get(&assistant).copied();
        async move {
            tokio::select! {
                _ = posted.wait_for(|posted| posted.get(&assistant).copied() > before) => {}
                () = clock.until(due) => {}
            }
        }
    }

    /// Lets it go only after something has happened, in nobody's way. For the exchange it is
    /// delivered; a try that fails is made again by the exchange's own rule, in memory.
    async fn keep_back(
        self: &Arc<Self>,
        way: Way,
        until: impl Future<Output = ()> + Send + 'static,
    ) -> Outcome {
        let Ok(place) = self.door.places.clone().try_acquire_owned() else {
            return self.send(&way).await;
        };
        self.note(&way, way.fault.unwrap_or_default(), "kept back", None);
        let sandbox = self.clone();
        tokio::spawn(async move {
            until.await;
            sandbox.send_late(way).await;
            drop(place);
        });
        Outcome::Answered { status: 200, retry_after_ms: None }
    }

    async fn send_late(&self, mut way: Way) {
        loop {
            if !is_wanted(&way).await {
                let fault = way.fault.unwrap_or_default();
                self.note(&way, fault, "not sent: the person has withdrawn", None);
                return;
            }
            let outcome = self.send(&way).await;
            let Some(job) = &mut way.job else { return };
            job.attempt += 1;
            match schedule::after(job, &outcome, way.road.clock.now(), random_u64() as u16) {
                Next::At(at) => way.road.clock.until(at).await,
                Next::Dead => return,
            }
        }
    }

    /// Posts it and puts it down in the log.
    async fn send(&self, way: &Way) -> Outcome {
        let limit = Duration::from_millis(limits::WEBHOOK_TIMEOUT_MS.unsigned_abs());
        let Letter { entry, target, headers, body } = &way.letter;
        let sent = way.road.egress.post(target, headers.clone(), body.clone(), limit).await;
        let (outcome, took) = sent;
        let mut fields = self.fields(way);
        fields.insert("answered".into(), json!(Some(outcome.status()).filter(|s| *s != 0)));
        fields.insert("reason".into(), json!(outcome.reason()));
        fields.insert("duration_ms".into(), json!(took.as_millis()));
        self.log.add(way.road.clock.now(), "webhook", Value::Object(fields));
        let assistant = entry.row.id;
        self.door.posted.send_modify(|posted| *posted.entry(assistant).or_default() += 1);
        outcome
    }

    /// Puts down what befell a webhook that was not posted now.
    fn note(&self, way: &Way, fault: &str, reason: &str, answered: Option<u16>) {
        let mut fields = self.fields(way);
        fields.insert("fault".into(), json!(fault));
        fields.insert("answered".into(), json!(answered));
        fields.insert("reason".into(), json!(reason));
        self.log.add(way.road.clock.now(), "webhook", Value::Object(fields));
    }

    fn fields(&self, way: &Way) -> Map<String, Value> {
        let mut fields = way.letter.described();
        let of = fields.remove("wa_id").and_then(|id| parse_wa_id(id.as_str()?));
        if let Some(name) = of.and_then(|id| self.people.name_of(id)) {
            fields.insert("person".into(), json!(name));
        }
        if let Some(job) = &way.job {
            fields.insert("delivery".into(), json!(job.id.to_string()));
            fields.insert("attempt".into(), json!(job.attempt));
        }
        if let Some(fault) = way.fault {
            fields.insert("fault".into(), json!(fault));
        }
        fields
    }
}

/// Whether it may still be sent: what is about a person only while they consent.
async fn is_wanted(way: &Way) -> bool {
    let Some(job) = way.job.filter(|job| job.kind != Kind::Event) else { return true };
    let found = way.road.readers.read(move |reader| reader.conversation(job.conversation)).await;
    let found = found.ok().flatten();
    found.is_some_and(|of| Consented::of(of.consent, of.id, of.assistant).is_some())
}
