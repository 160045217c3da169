//! Names of people and messages as an assistant sees them, all made from the conversation's
//! number and nothing else (reference 16): no two assistants can find out that they talk with the
//! same person.
//!
//! * `wa_id`: `999` and twelve digits. Country code 999 is given to nobody by the ITU, so no
//!   number of ours is anybody's telephone.
//! * business-scoped user id: `ZZ.` and the same fifteen digits. `ZZ` is ISO 3166's and CLDR's
//!   "unknown or unspecified": the exchange neither knows nor tells where a person is.
//! * `wamid`: the platform's own layout, the id in it being conversation and place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exchange::id::{CONVERSATION_LIMIT, ConversationId, Seq};
use exchange::message::Author;

/// Before the conversation's twelve digits.
const PREFIX: &str = "999";
/// Before a user id's digits.
const NOWHERE: &str = "ZZ.";
/// Digits of a `wa_id`.
const WA_ID_LEN: usize = 15;

/// The person's number as this assistant sees it: fifteen digits.
pub fn wa_id(conversation: ConversationId) -> String {
    format!("{PREFIX}{:012}", conversation.get())
}

/// The conversation of a number in digits; `None` if it is none of ours.
pub fn parse_wa_id(digits: &str) -> Option<ConversationId> {
    let own = digits.strip_prefix(PREFIX)?;
    if digits.len() != WA_ID_LEN || !own.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    ConversationId::new(own.parse().ok()?)
}

/// The person's business-scoped user id.
pub fn user_id(conversation: ConversationId) -> String {
    format!("{NOWHERE}{PREFIX}{:012}", conversation.get())
}

/// The conversation of a business-scoped user id; `None` if it is none of ours.
pub fn parse_user_id(text: &str) -> Option<ConversationId> {
    parse_wa_id(text.strip_prefix(NOWHERE)?)
}

/// Whether it has the form of a business-scoped user id, anybody's: two capital letters, a dot,
/// at most 128 letters and digits (with `ENT.` in the parent form).
pub fn is_user_id(text: &str) -> bool {
    let Some((country, own)) = text.split_once('.') else { return false };
    let own = own.strip_prefix("ENT.").unwrap_or(own);
    let letters = country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase());
    letters && (1..=128).contains(&own.len()) && own.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// A business number in digits, as webhooks show it.
pub fn number_digits(number: u64) -> String {
    number.to_string()
}

/// A business number as `GET /{phone}` shows it: `+999 0123 4567 8901`.
pub fn number_pretty(number: u64) -> String {
    let digits = number.to_string();
    let Some(own) = digits.strip_prefix(PREFIX) else { return format!("+{digits}") };
    let mut pretty = format!("+{PREFIX}");
    for (i, digit) in own.chars().enumerate() {
        if i % 4 == 0 {
            pretty.push(' ');
        }
        pretty.push(digit);
    }
    pretty
}

/// Who wrote the message that a wamid names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The person.
    Inbound,
    /// The assistant.
    Outbound,
}

impl Direction {
    /// That of an author; notices of the exchange have none, no assistant ever sees them.
    pub fn of(author: Author) -> Option<Self> {
        match author {
            Author::Person => Some(Self::Inbound),
            Author::Assistant => Some(Self::Outbound),
            Author::Exchange => None,
        }
    }
}

/// A message's id, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wamid {
    /// The conversation.
    pub conversation: ConversationId,
    /// The message's place in it.
    pub seq: Seq,
    /// Who wrote it.
    pub direction: Direction,
}

/// `wamid.` and sixty characters of base64, whatever the message.
pub const WAMID_LEN: usize = 66;
/// Inbound ids are two characters longer than outbound ones; ours always begin with these.
const INBOUND_MARK: &[u8] = b"3A";
const UPPER_HEX: &[u8; 16] = b"0123456789ABCDEF";
/// An inbound id's bytes before base64; an outbound one's are two fewer.
const RAW_LEN: usize = 45;

impl Wamid {
    /// The id as clients see it. Thrift's compact form as the platform uses it: the number, who
    /// wrote, and the message's own id in capital hexadecimal digits.
    pub fn encode(&self) -> String {
        let mut raw = Raw { bytes: [0; RAW_LEN], len: 0 };
        raw.put(&[0x1c, 0x18, WA_ID_LEN as u8]);
        raw.put(PREFIX.as_bytes());
        let mut scale = CONVERSATION_LIMIT / 10;
        while scale > 0 {
            raw.put(&[b'0' + (self.conversation.get() / scale % 10) as u8]);
            scale /= 10;
        }
        match self.direction {
            Direction::Outbound => raw.put(&[0x15, 0x02, 0x00, 0x11, 0x18, 18]),
            Direction::Inbound => {
                raw.put(&[0x15, 0x02, 0x00, 0x12, 0x18, 20]);
                raw.put(INBOUND_MARK);
            }
        }
        raw.hex(self.conversation.get(), 10);
        raw.hex(u64::from(self.seq.0), 8);
        raw.put(&[0]);
        let mut text = String::with_capacity(WAMID_LEN);
        text.push_str("wamid.");
        STANDARD.encode_string(&raw.bytes[..raw.len], &mut text);
        text
    }

    /// Takes an id apart. Strict: whatever `encode` would not have written is refused.
    pub fn decode(text: &str) -> Option<Self> {
        let mut raw = [0; RAW_LEN];
        let encoded = text.strip_prefix("wamid.").filter(|_| text.len() == WAMID_LEN)?;
        let len = STANDARD.decode_slice(encoded, &mut raw).ok()?;
        let (direction, start) = match len {
            43 => (Direction::Outbound, 24),
            RAW_LEN => (Direction::Inbound, 26),
            _ => return None,
        };
        let hex = |from: usize, to: usize| {
            let digits = std::str::from_utf8(raw.get(from..to)?).ok()?;
            u64::from_str_radix(digits, 16).ok()
        };
        let conversation = ConversationId::new(hex(start, start + 10)?)?;
        let seq = Seq(u32::try_from(hex(start + 10, start + 18)?).ok()?);
        let found = Self { conversation, seq, direction };
        (found.encode() == text).then_some(found)
    }
}

struct Raw {
    bytes: [u8; RAW_LEN],
    len: usize,
}

impl Raw {
    fn put(&mut self, piece: &[u8]) {
        self.bytes[self.len..self.len + piece.len()].copy_from_slice(piece);
        self.len += piece.len();
    }

    fn hex(&mut self, number: u64, digits: u32) {
        for place in (0..digits).rev() {
            self.put(&[UPPER_HEX[(number >> (4 * place)) as usize & 15]]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_wamid() -> impl Strategy<Value = Wamid> {
        (0..CONVERSATION_LIMIT, any::<u32>(), any::<bool>()).prop_map(|(number, seq, inbound)| {
            let direction = if inbound { Direction::Inbound } else { Direction::Outbound };
            let conversation = ConversationId::new(number).unwrap();
            Wamid { conversation, seq: Seq(seq), direction }
        })
    }

    #[test]
    fn ids_are_of_the_published_form() {
        let conversation = ConversationId::new(12_345).unwrap();
        assert_eq!(wa_id(conversation), "999000000012345");
        assert_eq!(user_id(conversation), "ZZ.999000000012345");
        assert!(is_user_id(&user_id(conversation)));
        assert_eq!(number_pretty(999_012_345_678_901), "+999 0123 4567 8901");
        assert_eq!(number_pretty(15_550_783_881), "+15550783881");
        let mut wamid = Wamid { conversation, seq: Seq(7), direction: Direction::Outbound };
        let raw = |wamid: Wamid| STANDARD.decode(&wamid.encode()[6..]).unwrap();
        assert_eq!(
            raw(wamid),
            b"\x1c\x18\x0f999000000012345\x15\x02\0\x11\x18\x12000000303900000007\0"
        );
        assert!(wamid.encode()["wamid.".len()..].starts_with("HBgP"));
        assert!(wamid.encode().contains("FQIAERgS"));
        wamid.direction = Direction::Inbound;
        assert_eq!(
            raw(wamid),
            b"\x1c\x18\x0f999000000012345\x15\x02\0\x12\x18\x143A000000303900000007\0"
        );
        assert!(wamid.encode().contains("FQIAEhgU"));
    }

    #[test]
    fn strange_ids_are_refused() {
        for text in
            ["", "999", "16505551234", "99900000001234", "9990000000123456", "999+00000012345"]
        {
            assert_eq!(parse_wa_id(text), None, "{text}");
        }
        for text in ["ZZ.", "zz.1", "US.1 2", "US", "USA.1", "US.ENT.", "US.é", "ZZ.999"] {
            assert_eq!(parse_user_id(text), None, "{text}");
        }
        assert!(is_user_id("US.ENT.13491208655302741918"));
        assert!(!is_user_id(&format!("US.{}", "1".repeat(129))));
        for text in ["", "wamid.", "wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI1RjQyNUE3NEYxMzAzMzQ5MkEA"] {
            assert_eq!(Wamid::decode(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn ids_read_back_what_they_write(wamid in any_wamid()) {
            let text = wamid.encode();
            prop_assert_eq!(text.len(), WAMID_LEN);
            prop_assert_eq!(Wamid::decode(&text), Some(wamid));
            prop_assert_eq!(parse_wa_id(&wa_id(wamid.conversation)), Some(wamid.conversation));
            prop_assert_eq!(parse_user_id(&user_id(wamid.conversation)), Some(wamid.conversation));
        }

        /// One changed character is refused, or names another message: never the same one twice.
        #[test]
        fn a_changed_wamid_is_never_the_same_message(
            wamid in any_wamid(), at in 0..WAMID_LEN, to in "[A-Za-z0-9+/=]",
        ) {
            let text = wamid.encode();
            let changed = format!("{}{to}{}", &text[..at], &text[at + 1..]);
            if changed != text {
                let found = Wamid::decode(&changed);
                prop_assert_ne!(found, Some(wamid));
                // The conversation stands in it twice, so only the place can be changed.
                prop_assert!(found.is_none_or(|found| found.conversation == wamid.conversation));
            }
        }

        #[test]
        fn nothing_makes_decoding_panic(text in ".*", tail in "[A-Za-z0-9+/=é]{55,62}") {
            let _ = (Wamid::decode(&text), parse_wa_id(&text), parse_user_id(&text), is_user_id(&text));
            let _ = Wamid::decode(&format!("wamid.{tail}"));
        }
    }
}
