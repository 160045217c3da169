//! The WhatsApp Business Cloud API, served. "Reference" is this project's wire reference of it;
//! where we chose between its sources, or differ, `docs/divergences.md` says so.

pub mod analytics;
pub mod auth;
pub mod batch;
pub mod blocks;
pub mod catalog;
mod codes;
mod content;
mod denial;
pub mod error;
mod fields;
pub mod flows;
pub mod id;
pub mod media;
pub mod multipart;
pub mod node;
pub mod number;
pub mod paging;
pub mod params;
pub mod path;
pub mod qr;
mod refusal;
pub mod send;
pub mod signature;
pub mod subscription;
pub mod template;
pub mod token;
pub mod usage;
pub mod webhook;

/// The version that calls without one are served as, and that webhooks speak.
pub const VERSION: path::Version = path::Version { major: 25, minor: 0 };
