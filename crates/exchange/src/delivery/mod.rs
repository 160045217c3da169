//! Delivery: an obligation with a destination. One queue, one retry rule, one order.

pub mod fair;
pub mod outcome;
pub mod queue;
pub mod schedule;
pub mod signature;

use serde::{Deserialize, Serialize};

use crate::consent::Consented;
use crate::id::{AssistantId, ConversationId, DeliveryId, Seq};
use crate::time::Millis;

/// What is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A message of the person.
    Message,
    /// The exchange accepted the assistant's message.
    Sent,
    /// It reached a device of the person.
    Delivered,
    /// The person read it.
    Read,
    /// It will not arrive.
    Failed,
}

impl Kind {
    /// Statuses never hold back messages: they travel in a lane of their own.
    pub fn lane(self) -> Lane {
        if self == Self::Message { Lane::Messages } else { Lane::Statuses }
    }
}

/// The two lanes to a destination; neither waits for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// What people say.
    Messages,
    /// What became of what assistants said.
    Statuses,
}

/// A delivery that is owed to an assistant: at least once, with the same message id.
///
/// Made only from a [`Consented`] value, or read back from the store, which holds only such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// Its own id, time-ordered.
    pub id: DeliveryId,
    /// The destination.
    pub assistant: AssistantId,
    /// The conversation.
    pub conversation: ConversationId,
    /// The message it is about.
    pub seq: Seq,
    /// What is delivered.
    pub kind: Kind,
    /// When it became owed: the status's timestamp, and the start of the retry horizon.
    pub at: Millis,
    /// Not before.
    pub due: Millis,
    /// Tries so far.
    pub attempt: u32,
}

impl Owed {
    /// A new obligation towards an assistant that the person agreed to.
    pub fn new(consented: &Consented, id: DeliveryId, seq: Seq, kind: Kind, at: Millis) -> Self {
        let (assistant, conversation) = (consented.assistant(), consented.conversation());
        Self { id, assistant, conversation, seq, kind, at, due: at, attempt: 0 }
    }
}

/// How a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The endpoint answered 2xx.
    Delivered,
    /// Given up: dead letter.
    Dead,
    /// The person withdrew before it left.
    Cancelled,
}
