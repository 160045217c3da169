//! Consent: one state per person and assistant; only *given* lets anything through.
//!
//! A delivery to an assistant can be made only from a [`Consented`] value, and only this module
//! makes one. Withdrawal is therefore enforced where deliveries are made, not promised there.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::assistant::{Automation, Card};
use crate::id::{AssistantId, ConversationId};
use crate::time::Millis;

/// Where consent stands. Absence of a conversation is "never asked".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The person agreed to the notice.
    Given,
    /// The person took it back.
    Withdrawn,
}

/// Proof that consent was *given* when this step was decided. It cannot be made elsewhere:
///
/// ```compile_fail
/// # use exchange::consent::Consented;
/// # use exchange::id::{AssistantId, ConversationId};
/// let forged = Consented { assistant: AssistantId(1), conversation: ConversationId::from_random(1), private: () };
/// ```
#[derive(Debug)]
pub struct Consented {
    assistant: AssistantId,
    conversation: ConversationId,
    #[expect(dead_code, reason = "keeps the constructor inside this module")]
    private: (),
}

impl Consented {
    /// `Some` only while consent is given.
    pub fn of(state: State, conversation: ConversationId, assistant: AssistantId) -> Option<Self> {
        (state == State::Given).then_some(Self { assistant, conversation, private: () })
    }

    /// The assistant that may be reached.
    pub fn assistant(&self) -> AssistantId {
        self.assistant
    }

    /// The conversation it was given for.
    pub fn conversation(&self) -> ConversationId {
        self.conversation
    }
}

/// One event in a person's consent to one assistant; never edited, only followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The conversation it belongs to.
    pub conversation: ConversationId,
    /// When.
    pub at: Millis,
    /// What it is from then on.
    pub state: State,
    /// SHA-256, hexadecimal, of the notice that was shown (of the last one, for a withdrawal).
    pub notice_sha256: String,
    /// The notice itself, so that the record stays readable.
    pub notice: String,
}

/// The notice shown before the first word, made from the assistant's card alone, in the same
/// words for every assistant. One question; at most 120 words of ours (EDPB 03/2022).
pub fn notice(card: &Card) -> String {
    let kind = match card.automation {
        Automation::Ai => "an AI assistant",
        Automation::Automated => "an automated assistant without AI",
    };
    let training = if card.trains { "are" } else { "are not" };
    format!(
        "{name} is {kind} run by {provider} ({country}). If you agree, {provider} receives the \
         messages you write to {name} in this chat, when you received and read its messages, the \
         name you enter below if you enter one, and a number made for this chat alone. Purpose: \
         {purpose}. {provider} keeps them in {location}, for {retention}; they {training} used for \
         training. The exchange keeps this chat so that you can read it; it does not read it. \
         You can stop at any time in the chat; then nothing more reaches {name}. \
         Privacy policy: {policy}",
        name = card.name,
        provider = card.provider,
        country = card.country,
        purpose = card.purpose,
        location = card.data_location,
        retention = card.retention,
        policy = card.privacy_policy,
    )
}

/// SHA-256 of a notice, 64 hexadecimal digits.
pub fn notice_sha256(notice: &str) -> String {
    hex::encode(Sha256::digest(notice.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::tests::card;

    #[test]
    fn only_given_lets_through() {
        let conversation = ConversationId::from_random(7);
        assert!(Consented::of(State::Withdrawn, conversation, AssistantId(1)).is_none());
        let consented = Consented::of(State::Given, conversation, AssistantId(1));
        assert_eq!(consented.map(|c| c.conversation()), Some(conversation));
    }

    #[test]
    fn the_notice_names_everything_and_stays_short() {
        let card = card("Birch");
        let text = notice(&card);
        for part in [&card.name, &card.provider, &card.retention, &card.data_location] {
            assert!(text.contains(part.as_str()));
        }
        let of_the_card = 12;
        assert!(text.split_whitespace().count() <= 120 + of_the_card, "{text}");
        assert_ne!(notice_sha256(&text), notice_sha256(&notice(&super::tests::card("Alder"))));
    }
}
