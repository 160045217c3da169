//! Foreign languages, pure: what others' formats say, in the exchange's own words and back.
//!
//! The WhatsApp Business Cloud API, served ([`cloud`]), and its forms ([`flow`]). Nothing here does
//! I/O, asks for the time or for chance, or knows an HTTP library or the store.

pub mod ascii;
pub mod cloud;
pub mod flow;
