//! Messages as they are kept: who said it, when, in answer to what, and what became of it. What
//! they say is `content`.

use serde::{Deserialize, Serialize};

use crate::id::{ItemId, Seq};
use crate::time::Millis;

pub use crate::content::parts::{Button, Row, Section};
pub use crate::content::{Content, Invalid, NoticeKind};

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The person.
    Person,
    /// The assistant.
    Assistant,
    /// The exchange itself: notices, never sent to assistants.
    Exchange,
}

/// Why a message did not reach the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The assistant wrote more than 24 hours after the person's last message.
    WindowClosed,
    /// The assistant's endpoint did not take the person's message.
    Undelivered,
    /// The person stopped the assistant before the message left.
    Stopped,
    /// A file of the assistant's message could not be fetched from its link.
    MediaUnreachable,
    /// What was fetched is not what it was sent as, or too large.
    MediaUnfit,
    /// The person stopped marketing messages.
    MarketingStopped,
    /// The assistant has blocked the person.
    Blocked,
    /// The template may not be sent any more.
    TemplateStopped,
}

/// How a person came to write, as assistants are told it (reference 12, `referral`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    /// The members of the webhook's `referral`, JSON of an object.
    pub json: String,
}

/// What comes beside the content.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Extra {
    /// How often it had been forwarded when it came here; more than five is "often".
    #[serde(skip_serializing_if = "is_zero")]
    pub forwards: u32,
    /// The product that a question is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<(ItemId, String)>,
    /// Where the person came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A message as kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Place in the conversation.
    pub seq: Seq,
    /// Who wrote it.
    pub author: Author,
    /// When it was accepted.
    pub at: Millis,
    /// The message it answers.
    pub context: Option<Seq>,
    /// What it says.
    pub content: Content,
    /// `biz_opaque_callback_data`: echoed in statuses, shown to nobody.
    pub opaque: Option<String>,
    /// Set when it did not arrive and will not.
    pub failed: Option<Failure>,
    /// What comes beside the content; usually nothing.
    pub extra: Option<Box<Extra>>,
}

impl Message {
    /// Whether the assistant is told when it is received and read: its own messages that did not
    /// fail; a reaction gets `sent` only (Cloud API, reactions); not while a file of it is still
    /// to be fetched.
    pub fn takes_receipts(&self) -> bool {
        self.author == Author::Assistant && self.failed.is_none() && self.can_be_received()
    }

    /// Whether its content is such that it is received.
    pub fn can_be_received(&self) -> bool {
        !matches!(self.content, Content::Reaction { .. }) && !self.content.is_pending()
    }
}
