//! The sandbox, driven over HTTP as a bot's developer does.

mod bench;
mod clock;
mod log;
mod people;
