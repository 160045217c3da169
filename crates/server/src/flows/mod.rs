//! Flows at work: what is sealed for a provider's endpoint, and the call to it.

pub mod endpoint;
mod seal;
