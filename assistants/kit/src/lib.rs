//! What the three sample assistants share.
//!
//! A sample assistant is a small program that knows only the public API: it registers itself
//! (`POST /providers`), takes signed webhooks, and sends through the Cloud API. It imports none
//! of the exchange's own code, so it proves that nobody needs to.
//!
//! An assistant is one type implementing [`Assistant`]: a slow part without effects (`think`)
//! and a quick part that only decides (`decide`), run in the very transaction that marks the
//! message as dealt with. So a message delivered twice is acted on once, crash or no crash.

mod account;
mod assistant;
mod backoff;
mod clock;
mod enroll;
mod error;
mod graph;
mod http;
mod incoming;
mod listener;
pub mod markdown;
mod options;
mod outgoing;
mod run;
mod signature;
mod store;
mod workers;

#[cfg(any(test, feature = "stand-in"))]
pub mod stand_in;
pub mod text;

pub use assistant::{Assistant, Desk};
pub use backoff::{Backoff, Pace};
pub use clock::{Clock, random_hex, random_unit};
pub use enroll::Card;
pub use error::Error;
pub use graph::{Fault, Graph};
pub use http::{Call, Http, HttpError, Opened, Reply};
pub use incoming::{Content, Incoming, Person, parse};
pub use options::Common;
pub use outgoing::{Choice, Outgoing, Section};
pub use run::{Setup, run, until_signal};
pub use signature::{sign, verify};
pub use store::Store;
