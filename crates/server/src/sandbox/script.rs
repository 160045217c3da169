//! People from a file (`--people`): who there is, and what they do once the bot is subscribed.

use std::path::Path;
use std::time::Duration;

use figment::Figment;
use figment::providers::{Format as _, Toml};
use serde::Deserialize;
use serde_json::{Value, json};

use super::people::{of, yes};
use super::{actions, view};
use crate::App;
use crate::hub::Update;

/// A script, in TOML or JSON.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    people: Vec<Scripted>,
}

/// One person of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scripted {
    name: String,
    profile_name: Option<String>,
    #[serde(default = "yes")]
    auto: bool,
    #[serde(default = "yes")]
    agrees: bool,
    #[serde(default)]
    does: Vec<Step>,
}

/// One thing that they do.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Step {
    /// A text, or the messenger's own JSON.
    Says(Value),
    /// The id or title of a button or row.
    Taps(String),
    /// An emoji on the assistant's last message.
    Reacts(String),
    /// Waits for a message of the assistant's that has this text somewhere; any, if empty.
    Awaits(String),
    /// Moves the clock.
    Advances(String),
    /// Stops the assistant.
    Stops(bool),
    /// Agrees to it (again).
    Agrees(bool),
}

impl Script {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong and where, in words.
    pub fn read(file: &Path) -> Result<Self, String> {
        let shown = file.display();
        if !file.is_file() {
            return Err(format!("{shown}: there is no such file"));
        }
        if file.extension().is_some_and(|kind| kind == "json") {
            let text = std::fs::read(file).map_err(|error| format!("{shown}: {error}"))?;
            return serde_json::from_slice(&text).map_err(|error| format!("{shown}: {error}"));
        }
        let toml = Figment::from(Toml::file_exact(file));
        toml.extract().map_err(|error| format!("{shown}: {error}"))
    }

    /// Makes its people.
    ///
    /// # Errors
    /// What the exchange refuses.
    pub async fn enter(&self, app: &App) -> Result<(), String> {
        for Scripted { name, profile_name, auto, agrees, .. } in &self.people {
            if of(app).is_ok_and(|sandbox| sandbox.people.get(name).is_ok()) {
                continue; // kept from before
            }
            let body = json!({
                "name": name, "profile_name": profile_name, "auto": auto, "agrees": agrees,
            });
            let made = actions::person(app, name, "is made", body).await;
            made.map_err(|refused| format!("{name}: {}", refused.words()))?;
        }
        Ok(())
    }

    /// Lets them do what they do, each for themselves; returns what did not go as written.
    pub async fn play(&self, app: &App, wait: Duration) -> Vec<String> {
        let mut tasks = tokio::task::JoinSet::new();
        for person in self.people.clone() {
            let app = app.clone();
            tasks.spawn(async move { person.play(&app, wait).await.err() });
        }
        tasks.join_all().await.into_iter().flatten().collect()
    }
}

impl Scripted {
    async fn play(&self, app: &App, wait: Duration) -> Result<(), String> {
        let mut seen = 0;
        for (n, step) in self.does.iter().enumerate() {
            let done = self.step(app, step, &mut seen, wait).await;
            done.map_err(|why| format!("{}, step {}: {why}", self.name, n + 1))?;
        }
        Ok(())
    }

    async fn step(
        &self,
        app: &App,
        step: &Step,
        seen: &mut u64,
        wait: Duration,
    ) -> Result<(), String> {
        let (does, body) = match step {
            Step::Says(Value::String(text)) => ("says", json!({"text": text})),
            Step::Says(body) => ("says", body.clone()),
            Step::Taps(tap) => ("says", json!({"tap": tap})),
            Step::Reacts(emoji) => ("says", json!({"react": emoji})),
            Step::Stops(true) => ("stops", Value::Null),
            Step::Agrees(true) => ("agrees", Value::Null),
            Step::Stops(false) | Step::Agrees(false) => return Ok(()),
            Step::Advances(by) => {
                return actions::advance(app, by).map_err(|refused| refused.words());
            }
            Step::Awaits(text) => {
                let awaited = tokio::time::timeout(wait, self.awaits(app, text, seen)).await;
                let late = |_| format!("{text:?} has not come within {} ms", wait.as_millis());
                return awaited.map_err(late)?;
            }
        };
        let said = actions::person(app, &self.name, does, body).await;
        said.map(|_| ()).map_err(|refused| refused.words())
    }

    async fn awaits(&self, app: &App, text: &str, seen: &mut u64) -> Result<(), String> {
        let person = of(app).and_then(|sandbox| sandbox.people.get(&self.name));
        let person = person.map_err(|refused| refused.words())?;
        let mut updates = app.hub.open(person.id);
        loop {
            let after = u32::try_from(*seen).unwrap_or(u32::MAX);
            let view = view::whole(app, &person, None, after).await;
            let view = view.map_err(|refused| refused.words())?;
            for message in view["messages"].as_array().into_iter().flatten() {
                *seen = message["seq"].as_u64().unwrap_or(*seen);
                if message["from"] == "assistant" && has(message, text) {
                    return Ok(());
                }
            }
            if view["more"] == true {
                continue;
            }
            loop {
                match updates.recv().await {
                    Some(Update::Message(..)) => break,
                    Some(_) => {}
                    None => {
                        updates = app.hub.open(person.id);
                        break;
                    }
                }
            }
        }
    }
}

/// Whether a text stands anywhere in a message.
fn has(value: &Value, text: &str) -> bool {
    match value {
        Value::String(own) => own.contains(text),
        Value::Array(items) => items.iter().any(|item| has(item, text)),
        Value::Object(members) => members.values().any(|member| has(member, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => text.is_empty(),
    }
}
