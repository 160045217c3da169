//! The sandbox, driven over HTTP as a bot's developer does.

mod bench;
mod clock;
mod faults;
mod log;
mod page;
mod people;
mod replay;
