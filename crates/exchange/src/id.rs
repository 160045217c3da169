//! Identifiers: opaque, typed, and each with the rule of who may see it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The text is not an identifier of the expected kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid identifier")]
pub struct BadId;

macro_rules! decimal_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                if text.is_empty() || text.len() > 19 || !text.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(BadId);
                }
                text.parse().map(Self).map_err(|_| BadId)
            }
        }
    };
}

decimal_id! {
    /// A person. Never leaves the exchange: assistants see a [`ConversationId`] instead, so that
    /// no two assistants can find out that they talk with the same person.
    PersonId
}
decimal_id! {
    /// An assistant, which is one business phone number: the Cloud API's `phone_number_id`.
    /// Public.
    AssistantId
}
decimal_id! {
    /// A provider's app (Graph `app_id`): the owner of the webhook secret. Public to the provider.
    AppId
}
decimal_id! {
    /// A WhatsApp business account (Graph WABA id). Public to the provider.
    AccountId
}
decimal_id! {
    /// One owed delivery: time-ordered (milliseconds in the high 44 bits, a counter below).
    /// Seen by the assistant's provider.
    DeliveryId
}

decimal_id! {
    /// Something a provider keeps here beside messages: a template, a flow, a catalogue, ….
    /// Random; known to its provider.
    ItemId
}

impl ItemId {
    /// Made then: ordered by time to the millisecond; sixteen digits, so that clients which read
    /// it as a floating point number lose nothing.
    pub fn made(at: crate::time::Millis, bits: u64) -> Self {
        Self(at.0.clamp(0, 9_000_000_000_000).unsigned_abs() * 1000 + bits % 1000)
    }

    /// From random bits: fifteen or sixteen digits, so that clients which read it as a floating
    /// point number lose nothing.
    pub fn from_random(bits: u64) -> Self {
        Self(100_000_000_000_000 + bits % 8_900_000_000_000_000)
    }
}

/// One more than the largest conversation number: twelve decimal digits.
pub const CONVERSATION_LIMIT: u64 = 1_000_000_000_000;

/// One person's conversation with one assistant: a random number of at most twelve decimal
/// digits. It is also the whole of the pseudonym that the assistant sees (`wa_id`, business-scoped
/// id, message ids), so nothing an assistant is given points beyond this one conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConversationId(u64);

impl ConversationId {
    /// From a number; `None` if it needs more than twelve digits.
    pub fn new(number: u64) -> Option<Self> {
        (number < CONVERSATION_LIMIT).then_some(Self(number))
    }

    /// No conversation: what an account itself is told (`delivery::Kind::Event`).
    pub const NONE: Self = Self(0);

    /// From random bits: uniform enough for an identifier (bias below 2^-24); never `NONE`.
    pub fn from_random(bits: u64) -> Self {
        Self(1 + bits % (CONVERSATION_LIMIT - 1))
    }

    /// The number.
    pub fn get(self) -> u64 {
        self.0
    }
}

/// Ten hexadecimal digits: the form used in the messenger's addresses.
impl fmt::Display for ConversationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010x}", self.0)
    }
}

impl FromStr for ConversationId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        if text.len() != 10 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(BadId);
        }
        let number = u64::from_str_radix(text, 16).map_err(|_| BadId)?;
        Self::new(number).ok_or(BadId)
    }
}

/// A message's place in its conversation: dense from 1, so that a hole means a loss.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct Seq(pub u32);

impl Seq {
    /// The next place.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_what_they_write() {
        let id = ConversationId::from_random(u64::MAX);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("123".parse(), Ok(AppId(123)));
    }

    #[test]
    fn strange_ids_are_refused() {
        for text in ["", "-1", "+1", " 1", "1e3", "99999999999999999999"] {
            assert_eq!(text.parse::<AppId>(), Err(BadId), "{text:?}");
        }
        for text in ["", "00", "zz00000000", "ffffffffff"] {
            assert_eq!(text.parse::<ConversationId>(), Err(BadId), "{text:?}");
        }
    }
}
