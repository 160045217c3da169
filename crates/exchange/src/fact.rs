//! Facts: what happened, for the public record. A fact's fields are limited to types that cannot
//! hold text, names or phone numbers; it is saved in the same transaction as the step it tells of.

use serde::{Deserialize, Serialize};

use crate::id::AssistantId;
use crate::time::Millis;

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// One fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// An assistant registered and works at once.
    Registered {
        /// Which one.
        assistant: AssistantId,
        /// SHA-256 of its card as JSON.
        card: Hash,
    },
    /// Its webhook answered a handshake: listed to people from here on.
    Listed {
        /// Which one.
        assistant: AssistantId,
    },
    /// Its token was rotated.
    TokenRotated {
        /// Which one.
        assistant: AssistantId,
    },
    /// Its app secret was rotated.
    SecretRotated {
        /// Which one.
        assistant: AssistantId,
    },
    /// A choice screen was shown.
    ChoiceShown {
        /// Consecutive number; a gap is a finding.
        showing: u64,
        /// How many assistants it listed.
        assistants: u32,
    },
    /// Consent was given to an assistant.
    ConsentGiven {
        /// To which one.
        assistant: AssistantId,
        /// SHA-256 of the notice shown.
        notice: Hash,
    },
    /// Consent was withdrawn.
    ConsentWithdrawn {
        /// From which one.
        assistant: AssistantId,
    },
    /// A delivery was given up.
    DeadLettered {
        /// Whose endpoint.
        assistant: AssistantId,
        /// How many tries.
        attempts: u32,
        /// Its last answer; 0 = none.
        answer: u16,
    },
}

/// A fact with its moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// When.
    pub at: Millis,
    /// What.
    #[serde(flatten)]
    pub fact: Fact,
}
