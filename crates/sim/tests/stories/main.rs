//! Short conversations with the real exchange, from outside, and a look at everything the world
//! saw.

mod answers;
mod apps;
mod bad_input;
mod choice;
mod consent;
mod deliveries;
mod faults;
mod first;
mod flows;
mod hostile;
mod limits;
mod manage;
mod manage_lists;
mod media;
mod privacy;
mod provider;
mod templates;
mod ticks;
mod types;
