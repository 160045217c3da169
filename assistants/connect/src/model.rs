//! The way to the model: any endpoint that speaks the OpenAI chat format.

use std::sync::OnceLock;
use std::time::Duration;

use assistant_kit::{Backoff, Call, Http, HttpError, Opened, random_unit};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::draft::{Draft, End};
use crate::sse::Events;

/// Longest answer read that is not a stream, and longest stream.
const MAX_BODY: usize = 2 * 1024 * 1024;
const MAX_STREAM: usize = 16 * 1024 * 1024;

/// The longest waits for a model, and how often it is tried.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// The longest silence: before the first word, and between two.
    pub silence: Duration,
    /// The longest for a whole answer once it has begun.
    pub whole: Duration,
    /// Waits between tries when the model is busy or not reached.
    pub backoff: Backoff,
    /// Tries of one question.
    pub tries: u32,
    /// Waits between looks whether the model is there at all, before registering.
    pub probe: Backoff,
}

impl Default for Patience {
    fn default() -> Self {
        let backoff = Backoff { first: Duration::from_secs(1), cap: Duration::from_secs(20) };
        Self {
            silence: Duration::from_secs(60),
            whole: Duration::from_secs(300),
            backoff,
            tries: 4,
            probe: Backoff { cap: Duration::from_secs(60), ..backoff },
        }
    }
}

/// An answer, with a note when it is not all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) note: Option<String>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Silent(Duration),
    Busy { status: u16, retry_after: Option<Duration> },
    Refused { status: u16 },
    Unreachable,
    Unreadable,
    Empty,
}

impl Fault {
    fn passes(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Unreachable)
    }

    /// What the person is told: what happened, and what helps.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::Silent(limit) => format!(
                "The model did not answer in {} s. Please try again.",
                limit.as_secs_f64().ceil()
            ),
            Self::Busy { status: 429, .. } => {
                "The model has too much to do at the moment. Please try again in a minute.".into()
            }
            Self::Busy { status, .. } => {
                format!("The model has a failure at the moment (HTTP {status}). Please try again.")
            }
            Self::Refused { status } => format!(
                "The model refused the question (HTTP {status}). Trying again will not help; \
                 the provider of this assistant has to look at it."
            ),
            Self::Unreachable => {
                "The model cannot be reached at the moment. Please try again.".into()
            }
            Self::Unreadable => {
                "The model sent something that is not an answer. Please try again.".into()
            }
            Self::Empty => "The model sent an empty answer. Please put it differently.".into(),
        }
    }
}

/// A model behind an endpoint.
pub(crate) struct Model {
    pub(crate) url: String,
    pub(crate) key: Option<String>,
    /// The name asked for, if any.
    pub(crate) name: Option<String>,
    /// The first name that the endpoint listed, once it was asked.
    pub(crate) listed: OnceLock<String>,
    pub(crate) max_tokens: Option<u32>,
    pub(crate) patience: Patience,
}

impl Model {
    /// Asks, trying again while the fault is a passing one.
    pub(crate) async fn ask(&self, http: &Http, messages: &[Value]) -> Result<Answer, Fault> {
        let mut question =
            json!({"model": self.name(http).await, "messages": messages, "stream": true});
        if let Some(limit) = self.max_tokens {
            question["max_tokens"] = json!(limit);
        }
        let mut failure = 0;
        loop {
            let fault = match self.attempt(http, &question).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            failure += 1;
            if !fault.passes() || failure >= self.patience.tries {
                return Err(fault);
            }
            let asked = match fault {
                Fault::Busy { retry_after, .. } => retry_after,
                _ => None,
            };
            let wait = self.patience.backoff.wait_at_least(failure - 1, random_unit(), asked);
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(&self, http: &Http, question: &Value) -> Result<Answer, Fault> {
        let silence = self.patience.silence;
        let url = format!("{}/chat/completions", self.url);
        let mut call = Call::post(&url, self.key.as_deref(), question);
        call.accept = "text/event-stream, application/json";
        let opened = timeout(silence, http.open(&call)).await;
        let mut opened = opened.map_err(|_| Fault::Silent(silence))?.map_err(unreachable)?;
        match opened.status {
            200..=299 => {}
            status @ (429 | 500..=599) => {
                return Err(Fault::Busy { status, retry_after: opened.retry_after });
            }
            status => return Err(Fault::Refused { status }),
        }
        let mut draft = Draft::default();
        // The draft lives outside, so that what has come is not lost when the time is up.
        let read = timeout(self.patience.whole, self.read(&mut opened, &mut draft)).await;
        judge(&draft, read.unwrap_or(Err(Fault::Silent(self.patience.whole))))
    }

    async fn read(&self, opened: &mut Opened, draft: &mut Draft) -> Result<(), Fault> {
        let silence = self.patience.silence;
        if !opened.event_stream {
            let body = timeout(silence, opened.rest(MAX_BODY)).await;
            let body = body.map_err(|_| Fault::Silent(silence))?.map_err(unreachable)?;
            draft.whole(&body);
            return Ok(());
        }
        let (mut events, mut bytes) = (Events::default(), 0);
        while draft.end().is_none() {
            let chunk = timeout(silence, opened.chunk()).await;
            let chunk = chunk.map_err(|_| Fault::Silent(silence))?.map_err(unreachable)?;
            let Some(chunk) = chunk else { break };
            bytes += chunk.len();
            if bytes > MAX_STREAM {
                return Err(Fault::Unreadable);
            }
            for data in events.feed(&chunk).map_err(|_| Fault::Unreadable)? {
                draft.event(&data);
            }
        }
        Ok(())
    }

    /// The name asked for, else the first listed, else the word that servers with a single
    /// model take.
    async fn name(&self, http: &Http) -> String {
        if let Some(name) = self.name.as_ref().or_else(|| self.listed.get()) {
            return name.clone();
        }
        if let Err(why) = self.probe(http).await {
            tracing::warn!(why, "the models could not be listed");
        }
        self.listed.get().cloned().unwrap_or_else(|| "default".into())
    }

    /// Whether the endpoint is there, and if not, why: for the log.
    pub(crate) async fn probe(&self, http: &Http) -> Result<(), String> {
        let url = format!("{}/models", self.url);
        let call = Call::get(&url, self.key.as_deref());
        let reply = http.call(&call, self.patience.silence, MAX_BODY).await;
        let reply = reply.map_err(|error| error.to_string())?;
        if let Some(first) = reply.json()["data"][0]["id"].as_str() {
            self.listed.get_or_init(|| first.to_owned());
        }
        match reply.status {
            // Not every endpoint has a list of models; that it answers at all is what counts.
            200..=299 | 404 | 405 | 501 => Ok(()),
            401 | 403 => Err("it refuses the key (--model-key)".into()),
            status => Err(format!("it answers with HTTP {status}")),
        }
    }
}

fn unreachable(error: HttpError) -> Fault {
    match error {
        HttpError::TooLarge(_) => Fault::Unreadable,
        HttpError::Malformed => Fault::Refused { status: 0 },
        _ => Fault::Unreachable,
    }
}

/// What has come, and how reading ended, into an answer or a fault. Text that came is passed
/// on even when its end is missing, with a note that says so.
fn judge(draft: &Draft, read: Result<(), Fault>) -> Result<Answer, Fault> {
    let (text, cut) = draft.text();
    if text.is_empty() {
        read?;
        return Err(match draft.end() {
            _ if draft.has_failed() => Fault::Busy { status: 500, retry_after: None },
            _ if draft.is_unreadable() => Fault::Unreadable,
            None => Fault::Unreachable,
            Some(_) => Fault::Empty,
        });
    }
    let note = match (read, draft.end()) {
        _ if cut => Some("The answer was longer than I can pass on; this is its beginning."),
        (Err(_), _) | (Ok(()), None) => Some("The model stopped in the middle of its answer."),
        (_, Some(End::Length)) => Some("The model reached its length limit here."),
        (_, Some(End::Filtered)) => Some("A filter at the model's side ended the answer here."),
        (_, Some(End::TooLong)) => Some("The answer was longer than I can pass on."),
        (_, Some(End::Done)) => None,
    };
    Ok(Answer { text, note: note.map(str::to_owned) })
}
