//! The exchange as a server: HTTP in, workers, egress, pages. `serve` starts it.

pub mod clock;
pub mod config;
pub mod deliver;
pub mod directory;
pub mod egress;
pub mod engine;
mod flows;
pub mod http;
pub mod hub;
mod listen;
pub mod media;
pub mod pages;
pub mod passkeys;
pub mod rate;
pub mod readers;
pub mod sandbox;
pub mod sessions;
pub mod start;
pub mod tls;
pub mod workers;

use std::sync::Arc;

use axum::http::{HeaderMap, header};

use clock::Clock;
use config::Config;
use directory::Directory;
use egress::Egress;
use engine::Engine;
use hub::Hub;
use passkeys::Passkeys;
use rate::PerHour;
use readers::Readers;
use sandbox::Sandbox;
use sessions::Sessions;

/// Everything a request may need. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App(Arc<Parts>);

/// The parts of [`App`].
#[derive(Debug)]
pub struct Parts {
    /// Settings.
    pub config: Config,
    /// Time.
    pub clock: Clock,
    /// All assistants.
    pub directory: Arc<Directory>,
    /// The one writer.
    pub engine: Engine,
    /// For reads.
    pub readers: Readers,
    /// Open pages.
    pub hub: Arc<Hub>,
    /// The only door out.
    pub egress: Arc<Egress>,
    /// The bytes of files.
    pub vault: media::Vault,
    /// Files of numbers that are being taken in.
    pub uploads: media::Places,
    /// Files of people that are being taken in.
    pub people_uploads: media::Places,
    /// Remembered sessions.
    pub sessions: Sessions,
    /// Passkeys, by the origin they are for.
    pub passkeys: Passkeys,
    /// Registrations by address.
    pub registrations: PerHour,
    /// New people by address.
    pub people: PerHour,
    /// Management calls by account.
    pub quota: http::graph::quota::Quota,
    /// Keys the choice screen's orders are drawn with.
    pub choice_key: [u8; 32],
    /// Since when.
    pub choice_since: exchange::time::Millis,
    /// The key that addresses of files are proved with.
    pub media_key: [u8; 32],
    /// What `strowger dev` adds; nobody else has it.
    pub sandbox: Option<Arc<Sandbox>>,
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// From its parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The scheme, host and port by which the caller reached us, or the configured public URL:
    /// what every address we give out begins with. No slash at the end.
    pub fn origin(&self, headers: &HeaderMap) -> String {
        if self.config.public_url.is_some() {
            return self.config.origin();
        }
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let plain =
            |host: &&str| host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b));
        let scheme = if listen::came_by_tls(headers) { "https" } else { "http" };
        match host.filter(plain) {
            Some(host) => format!("{scheme}://{host}"),
            None => self.config.origin(),
        }
    }
}
