//! A general-purpose assistant whose brain is any endpoint that speaks the OpenAI chat format.
//!
//! It knows only the public API of the exchange and the chat format of the model; it has no
//! answers of its own. While the model cannot be reached it is not registered, and when the
//! model fails the person is told what happened.

mod draft;
mod memory;
mod model;
mod options;
mod sse;

use std::future::Future;

use assistant_kit::text::{MAX_BODY, split};
use assistant_kit::{
    Assistant, Clock, Content, Desk, Error, Incoming, Outgoing, Pace, Setup, markdown, random_unit,
    until_signal,
};
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

pub use model::Patience;
use model::{Answer, Fault, Model};
pub use options::{Options, Secret};

/// The length at which a long answer is cut into messages where a sentence ends.
const PREFERRED: usize = 1500;

/// Runs until SIGTERM or SIGINT.
pub async fn run(options: Options) -> Result<(), Error> {
    let patience = options.patience();
    let setup = setup(options, Clock::system(), Pace::default(), patience)?;
    assistant_kit::run(setup, until_signal()).await
}

/// Runs until `stop` resolves, with a clock, a pace and a patience of the caller's.
pub async fn run_until(
    options: Options,
    clock: Clock,
    pace: Pace,
    patience: Patience,
    stop: impl Future<Output = ()>,
) -> Result<(), Error> {
    assistant_kit::run(setup(options, clock, pace, patience)?, stop).await
}

/// What [`run_until`] runs.
pub fn setup(
    options: Options,
    clock: Clock,
    pace: Pace,
    patience: Patience,
) -> Result<Setup<Connect>, Error> {
    let assistant = Connect {
        model: options.model(patience)?,
        system_prompt: options.system_prompt.clone(),
        history: options.history,
        questions: Semaphore::new(usize::try_from(options.parallel).unwrap_or(1)),
    };
    let (card, privacy) = (options.card()?, options.privacy()?);
    Ok(Setup { common: options.common, kind: "connect", card, privacy, assistant, clock, pace })
}

/// The assistant.
pub struct Connect {
    model: Model,
    system_prompt: String,
    history: u32,
    questions: Semaphore,
}

/// What came of a message.
#[derive(Debug)]
pub enum Thought {
    /// The model's answer, to be kept, and a note on it.
    Answered {
        /// What the model said, in Markdown.
        answer: String,
        /// That it is not all of it.
        note: Option<String>,
    },
    /// No answer; what the person is told. Not kept: it may be asked again.
    Failed(String),
    /// The person asked to be forgotten.
    Forget,
    /// Not something a model could be asked.
    NotText,
}

impl Connect {
    async fn messages(&self, desk: &Desk, person: String, text: &str) -> Result<Vec<Value>, Error> {
        let window = self.history;
        let recalled = desk.store.with(move |db| Ok(memory::recall(db, &person, window)?)).await?;
        let mut messages = vec![json!({"role": "system", "content": self.system_prompt})];
        messages.extend(recalled);
        messages.push(json!({"role": "user", "content": text}));
        Ok(messages)
    }

    async fn ask(&self, desk: &Desk, person: String, text: &str) -> Thought {
        // The semaphore is never closed; without a permit the model is just asked.
        let _turn = self.questions.acquire().await;
        let messages = match self.messages(desk, person, text).await {
            Ok(messages) => messages,
            Err(error) => {
                tracing::error!(%error, "the conversation could not be read");
                return Thought::Failed("Something went wrong here. Please try again.".into());
            }
        };
        match self.model.ask(&desk.http, &messages).await {
            Ok(Answer { text, note }) => Thought::Answered { answer: text, note },
            Err(fault) => {
                tracing::warn!(?fault, "the model did not answer");
                Thought::Failed(fault.told())
            }
        }
    }
}

fn text_of(message: &Incoming) -> Option<&str> {
    match &message.content {
        Content::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
        _ => None,
    }
}

impl Assistant for Connect {
    type Thought = Thought;
    const SCHEMA: &'static str = memory::SCHEMA;

    async fn ready(&self, desk: &Desk) {
        let mut failure = 0;
        while let Err(why) = self.model.probe(&desk.http).await {
            tracing::warn!(why, "the model cannot be used: not registering until it can");
            let wait = self.model.patience.probe.wait(failure, random_unit());
            failure += 1;
            tokio::time::sleep(wait).await;
        }
    }

    async fn think(&self, desk: &Desk, message: &Incoming) -> Thought {
        match text_of(message) {
            Some("/forget") => Thought::Forget,
            Some(text) => self.ask(desk, message.person.key(), text).await,
            None => Thought::NotText,
        }
    }

    fn decide(
        &self,
        db: &Connection,
        message: &Incoming,
        thought: Thought,
        now: Timestamp,
    ) -> Result<Vec<Outgoing>, Error> {
        let person = message.person.key();
        let (answer, note) = match thought {
            Thought::Answered { answer, note } => (answer, note),
            Thought::Failed(told) => return Ok(vec![Outgoing::Text(told)]),
            Thought::Forget => {
                memory::forget(db, &person)?;
                let told = "Forgotten. The next question begins a new conversation.";
                return Ok(vec![Outgoing::Text(told.into())]);
            }
            Thought::NotText => {
                return Ok(vec![Outgoing::Text("I can read text only.".into())]);
            }
        };
        if let Some(question) = text_of(message) {
            memory::keep(db, &person, question, &answer, self.history, now)?;
        }
        let mut says = split(&markdown::to_whatsapp(&answer), PREFERRED, MAX_BODY);
        if says.is_empty() {
            // Markdown that shows nothing, an empty link for instance.
            says.push(Fault::Empty.told());
        }
        says.extend(note.map(|note| format!("_({note})_")));
        Ok(says.into_iter().map(Outgoing::Text).collect())
    }

    fn prune(&self, db: &Connection, now: Timestamp) -> Result<(), Error> {
        Ok(memory::prune(db, now)?)
    }
}
