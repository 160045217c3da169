//! The rules of the exchange, pure.
//!
//! Nothing here does I/O, asks for the time or for chance, or knows HTTP, SQL or JSON of
//! others: state, event and now go in, a decision comes out (`conversation::step`). A decision
//! is data: the new state, the messages to keep, the deliveries now owed, the facts to record.
//!
//! Deliberately absent: affiliation. No type in this crate can say who an assistant belongs to,
//! so nothing here can route, limit, schedule or order by it.

pub mod assistant;
pub mod bucket;
pub mod catalog;
pub mod choice;
pub mod consent;
pub mod content;
pub mod conversation;
pub mod delivery;
pub mod fact;
pub mod flow;
pub mod id;
pub mod limits;
pub mod media;
pub mod message;
pub mod number;
pub mod template;
pub mod time;
