//! Where a person stands in a flow, and what pressing a button leads to.
//!
//! The standing travels with the page, in the person's own browser: it holds nothing but what
//! the assistant sent them and what they typed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::expression::Scope;
use super::screen::Screen;
use super::{Members, Script};

/// Where a person stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// The screen's id.
    pub screen: String,
    /// Its data.
    pub data: Members,
    /// What was entered on earlier screens, by screen.
    pub screens: Members,
    /// The screens gone through, for going back.
    pub path: Vec<String>,
}

/// What pressing a button leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Another screen.
    Show(Standing),
    /// The assistant's endpoint is asked (reference 8, data endpoint).
    Ask {
        /// What is sent: `action`, `screen`, `data`; `version` and `flow_token` are added.
        request: Value,
        /// Where the person stands meanwhile.
        standing: Standing,
    },
    /// The flow is over: the values of the answer.
    Done(Members),
}

/// Screens that one run may go through (ours: no loop without end).
const STEPS: usize = 100;

impl Standing {
    /// At the beginning.
    pub fn first(screen: &str, data: Members) -> Self {
        Self { screen: screen.to_owned(), data, ..Self::default() }
    }

    /// The screen as it is now shown; `form` is what has been entered on it.
    pub fn show(&self, script: &Script, form: &Members) -> Option<Screen> {
        Screen::of(script, &self.screen, &self.data, form, &self.screens)
    }

    /// What an action of the present screen leads to, with what was entered. `None` if there is
    /// no such action, or the run is too long.
    pub fn press(&self, screen: &Screen, action: usize, form: Members) -> Option<Next> {
        let action = screen.actions.get(action)?;
        let payload = self.payload(&action["payload"], &form);
        let mut next = self.clone();
        next.screens.insert(self.screen.clone(), Value::Object(form));
        match action["name"].as_str()? {
            "navigate" if self.path.len() < STEPS => {
                next.path.push(std::mem::take(&mut next.screen));
                next.screen = action["next"]["name"].as_str()?.to_owned();
                next.data = payload;
                Some(Next::Show(next))
            }
            "complete" => Some(Next::Done(payload)),
            "data_exchange" => {
                let request =
                    json!({"action": "data_exchange", "screen": self.screen, "data": payload});
                Some(Next::Ask { request, standing: next })
            }
            "update_data" => {
                next.data.extend(payload);
                Some(Next::Show(next))
            }
            _ => None,
        }
    }

    /// One screen back, as it was left; `None` on the first.
    pub fn back(&self) -> Option<Self> {
        let mut before = self.clone();
        before.screen = before.path.pop()?;
        Some(before)
    }

    fn payload(&self, payload: &Value, form: &Members) -> Members {
        let scope = Scope { data: &self.data, form, screens: &self.screens };
        match scope.fill(payload) {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }

    /// What the endpoint's answer leads to (reference 8): another screen with its data, the same
    /// one with an error, or the end.
    ///
    /// # Errors
    /// In words, when the answer is none of these.
    pub fn answered(mut self, script: &Script, answer: &Value) -> Result<Next, &'static str> {
        let data = answer["data"].as_object().cloned().unwrap_or_default();
        let to = answer["screen"].as_str().unwrap_or_default();
        if to == "SUCCESS" {
            let params = &answer["data"]["extension_message_response"]["params"];
            return Ok(Next::Done(params.as_object().cloned().unwrap_or_default()));
        }
        if script.screen(to).is_none() {
            return Err("it named a screen that the flow does not have");
        }
        if self.path.len() >= STEPS {
            return Err("the flow went through too many screens");
        }
        if to != self.screen && !self.screen.is_empty() {
            self.path.push(std::mem::take(&mut self.screen));
        }
        self.screen = to.to_owned();
        self.data = data;
        Ok(Next::Show(self))
    }
}

/// `response_json` of the person's answer: the values with the flow's token.
pub fn response(mut values: Members, token: Option<&str>) -> String {
    if let Some(token) = token {
        values.insert("flow_token".into(), token.into());
    }
    Value::Object(values).to_string()
}
