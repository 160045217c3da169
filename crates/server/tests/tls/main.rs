//! The TLS listener, by real TLS clients: files, their change, the local authority,
//! ACME.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod acme;
mod files;
mod local;
mod place;
