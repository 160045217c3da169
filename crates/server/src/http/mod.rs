//! HTTP in: the router is the table of contents; a handler authenticates, parses, makes one step
//! and answers.

mod account;
mod assets;
pub(crate) mod body;
mod chats;
mod choice;
pub mod error;
mod files;
mod flow;
pub(crate) mod form;
pub mod graph;
pub(crate) mod json;
mod links;
pub(crate) mod messenger;
mod people;
pub(crate) mod provider;
mod public;
mod router;
pub(crate) mod session;

pub use graph::uploaded_pieces;
pub(crate) use router::dress;
pub use router::{router, table};
