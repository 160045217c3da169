//! HTTP in: the router is the table of contents; a handler authenticates, parses, makes one step
//! and answers.

mod account;
mod assets;
mod body;
mod chats;
mod choice;
pub mod error;
mod form;
mod graph;
mod json;
mod messenger;
mod people;
mod provider;
mod public;
mod router;
mod session;

pub use router::router;
