//! The sandbox (`strowger dev`): the same exchange, started by the same `assemble` and `serve`,
//! and beside it what somebody who writes a bot needs: people who do as they are told, a clock
//! that can be moved, faults on demand, a log of every call and webhook.
//!
//! Nothing here answers in the exchange's place, faults apart: people act through the messenger's
//! own routes, the sandbox's bot is registered like any provider, webhooks leave by the one door.
//! `docs/adr/0011-sandbox.md` says why; `docs/sandbox.md` is the guide.

pub mod actions;
pub mod calls;
pub mod client_lines;
pub mod door;
pub mod faults;
mod inside;
pub mod log;
mod moments;
mod page;
pub mod people;
mod redact;
pub mod replay;
pub mod routes;
mod says;
pub mod script;
pub mod start;
mod view;
pub mod webhooks;

use std::path::PathBuf;
use std::sync::OnceLock;

use exchange::id::{AccountId, AppId, AssistantId};
use serde::{Deserialize, Serialize};

use door::Door;
use faults::Faults;
use log::Log;
use people::People;

/// What `strowger dev` adds to an exchange.
#[derive(Debug, Default)]
pub struct Sandbox {
    /// What happened, newest last.
    pub log: Log,
    /// What goes wrong.
    pub faults: Faults,
    /// What is known of the door.
    door: Door,
    /// The scripted people.
    pub people: People,
    /// May others than this machine command it?
    pub anyone: bool,
    /// Where it is kept, if it is to be.
    pub keep: Option<PathBuf>,
    bot: OnceLock<Bot>,
}

/// The sandbox's own assistant: what its developer puts into a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bot {
    /// Its name.
    pub name: String,
    /// `phone_number_id`.
    pub phone_number_id: AssistantId,
    /// Its number in digits.
    pub number: String,
    /// The account's id.
    pub waba_id: AccountId,
    /// The app's id.
    pub app_id: AppId,
    /// Signs webhooks.
    pub app_secret: String,
    /// For the header `Authorization: Bearer`.
    pub access_token: String,
    /// Comes with the handshake.
    pub verify_token: String,
}

impl Sandbox {
    /// The sandbox's own assistant, once it is registered.
    pub fn bot(&self) -> Option<&Bot> {
        self.bot.get()
    }

    /// What must not stand in the log.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        self.bot().map_or_else(Vec::new, |bot| vec![bot.access_token.as_str(), &bot.app_secret])
    }
}
