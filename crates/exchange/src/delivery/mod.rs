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
    /// Files of the assistant's message are to be fetched from their links.
    Fetch,
    /// The account is told of something that concerns no person.
    Event,
    /// The person has played the assistant's voice note.
    Played,
    /// The person wants no marketing templates any more.
    MarketingStopped,
    /// The person takes marketing templates again.
    MarketingResumed,
}

impl Kind {
    /// Statuses never hold back messages: they travel in a lane of their own.
    pub fn lane(self) -> Lane {
        match self {
            Self::Message => Lane::Messages,
            Self::Sent | Self::Delivered | Self::Read | Self::Failed | Self::Played => {
                Lane::Statuses
            }
            Self::Fetch => Lane::Fetches,
            Self::Event | Self::MarketingStopped | Self::MarketingResumed => Lane::Events,
        }
    }
}

/// The lanes to a destination; none waits for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// What people say.
    Messages,
    /// What became of what assistants said.
    Statuses,
    /// What is fetched for what assistants said.
    Fetches,
    /// What accounts are told beside messages.
    Events,
}

impl Lane {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Messages, Self::Statuses, Self::Fetches, Self::Events];
}

/// A delivery that is owed to an assistant: at least once, with the same message id.
///
/// Made only from a [`Consented`] value, or read back from the store, which holds only such; an
/// event of an account, which concerns no person, needs none.
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

    /// Something that an account is told about itself: nothing in it is about a person.
    pub fn event(assistant: AssistantId, id: DeliveryId, at: Millis) -> Self {
        let (conversation, seq) = (ConversationId::NONE, Seq(0));
        Self { id, assistant, conversation, seq, kind: Kind::Event, at, due: at, attempt: 0 }
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
