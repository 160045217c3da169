//! Flow JSON, the platform's language for forms of several screens (reference 8): what is wrong
//! with one (`check`), what a screen shows (`screen`), and what an answer leads to (`run`).
//!
//! The language is large; what is not known here is an error when the flow is uploaded, never a
//! hole when a person opens it. Absent: `PhotoPicker`, `DocumentPicker` (media inside forms),
//! `ImageCarousel`, and actions of components other than buttons, links and lists.

pub mod check;
mod expression;
pub mod run;
pub mod screen;

use serde_json::{Map, Value};

/// Names and values.
pub type Members = Map<String, Value>;

/// A flow's JSON, read and found sound.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// `version`.
    pub version: String,
    /// `data_api_version`: it asks an endpoint.
    pub data_api_version: Option<String>,
    screens: Vec<Value>,
}

impl Script {
    /// Reads Flow JSON.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(json: &str) -> Result<Self, Vec<check::Problem>> {
        let problems = check::check(json);
        if !problems.is_empty() {
            return Err(problems);
        }
        let all: Value = serde_json::from_str(json).unwrap_or_default();
        let text = |name: &str| all[name].as_str().map(str::to_owned);
        Ok(Self {
            version: text("version").unwrap_or_default(),
            data_api_version: text("data_api_version"),
            screens: all["screens"].as_array().cloned().unwrap_or_default(),
        })
    }

    /// The id of the first screen.
    pub fn first(&self) -> &str {
        self.screens.first().and_then(|screen| screen["id"].as_str()).unwrap_or_default()
    }

    /// A screen by its id.
    pub fn screen(&self, id: &str) -> Option<&Value> {
        self.screens.iter().find(|screen| screen["id"] == id)
    }

    /// Whether any screen asks the endpoint.
    pub fn asks(&self) -> bool {
        fn within(value: &Value) -> bool {
            match value {
                Value::Object(members) => {
                    members.get("name").is_some_and(|name| name == "data_exchange")
                        || members.values().any(within)
                }
                Value::Array(items) => items.iter().any(within),
                _ => false,
            }
        }
        self.screens.iter().any(within)
    }
}

#[cfg(test)]
mod tests;
