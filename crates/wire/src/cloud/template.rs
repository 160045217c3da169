//! Message templates on the wire (reference 3.4, 6, 13): creating, reading, sending, and what
//! their provider is told.

mod buttons;
pub mod codes;
pub mod event;
mod fault;
pub mod library;
pub mod list;
mod read;
pub mod send;
#[cfg(test)]
mod tests;
mod write;

pub use fault::{
    duplicate, edited_too_often, fault, misfit, not_found, not_marketing, too_many, unknown_flow,
    unknown_sample,
};
pub use read::{Change, change, create};
pub use write::{created, edited, node, value};
