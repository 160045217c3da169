//! The benchmark anyone can repeat.
//!
//! One job, measured twice in one run: an assistant's message is accepted over HTTP, is on disk
//! before the 200, and its signed `sent` webhook reaches a sink that checks every byte of it.
//! Once by the exchange, once by [`floor`], the least program that does that job; the ratio of
//! the two says what the exchange costs, whatever the machine.
//!
//! ```text
//!  load ──POST──► strowger | floor ──signed POST──► sink
//!    └───────────── tracker ◄───────────────────────┘
//! ```

pub mod clock;
pub mod connection;
pub mod figures;
pub mod floor;
pub mod http1;
pub mod load;
pub mod pace;
pub mod process;
pub mod report;
pub mod run;
pub mod setup;
pub mod sink;
pub mod tracker;
pub mod verify;
pub mod world;

/// What went wrong, in words for the one who started the benchmark.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;
/// A result whose error is a sentence.
pub type Outcome<T> = Result<T, Fault>;
