//! The world in a box: the real exchange, people and assistants around it as models with an HTTP
//! skin, a clock that moves only when told to, faults on command, and an oracle that looks at
//! everything the world saw.
//!
//! People and assistants know nothing but the public pages and APIs. Nothing here sleeps: every
//! wait is for a condition, with a deadline.

pub mod assistant;
pub mod chance;
pub mod chat;
pub mod endpoint;
pub mod files;
pub mod http;
pub mod journal;
pub mod oracle;
pub mod page;
pub mod person;
pub mod process;
pub mod wait;
pub mod world;

pub use assistant::Assistant;
pub use chat::Chat;
pub use endpoint::{Endpoint, Gives};
pub use person::Person;
pub use world::World;
