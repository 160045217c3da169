//! JSON in pure ASCII, as Graph writes it: `\uXXXX` in lower case for everything that is not
//! ASCII, `\/` for the slash (reference 1 and 11).
//!
//! Bodies are written once and signed as written, so verifiers over the raw bytes pass, and so do
//! those that escape again before they hash.

use serde_json::Value;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Writes JSON piece by piece; the caller keeps the grammar.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// With room for `size_bytes`, so that a body of the usual size is written without moving.
    pub fn with_room(size_bytes: usize) -> Self {
        Self(Vec::with_capacity(size_bytes))
    }

    /// Punctuation and names of ours: written as they are, must be ASCII JSON already.
    pub fn raw(&mut self, piece: &str) -> &mut Self {
        debug_assert!(piece.is_ascii());
        self.0.extend_from_slice(piece.as_bytes());
        self
    }

    /// A string of others, with its quotes.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.0.push(b'"');
        self.inside(text);
        self.0.push(b'"');
        self
    }

    /// A string of others without quotes, to be put between quotes of ours.
    pub fn inside(&mut self, text: &str) -> &mut Self {
        let mut rest = text;
        while let Some(plain) = rest.bytes().position(needs_escape) {
            self.0.extend_from_slice(&rest.as_bytes()[..plain]);
            // The position is that of an ASCII byte or of the first byte of a character.
            let mut chars = rest[plain..].chars();
            if let Some(c) = chars.next() {
                self.escaped(c);
            }
            rest = chars.as_str();
        }
        self.0.extend_from_slice(rest.as_bytes());
        self
    }

    /// A whole number.
    pub fn number(&mut self, number: i64) -> &mut Self {
        if number < 0 {
            self.0.push(b'-');
        }
        self.digits(number.unsigned_abs(), 1)
    }

    /// Decimal digits, zero-padded to at least `width` (at most 20).
    pub fn digits(&mut self, number: u64, width: usize) -> &mut Self {
        let mut digits = [b'0'; 20];
        let (mut at, mut rest) = (20, number);
        while rest > 0 {
            at -= 1;
            // A digit is below ten.
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        self.0.extend_from_slice(&digits[at.min(20 - width.clamp(1, 20))..]);
        self
    }

    /// Any JSON value.
    pub fn value(&mut self, value: &Value) -> &mut Self {
        match value {
            Value::Null => self.raw("null"),
            Value::Bool(true) => self.raw("true"),
            Value::Bool(false) => self.raw("false"),
            Value::Number(number) => self.raw(&number.to_string()),
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                self.raw("[");
                for (i, item) in items.iter().enumerate() {
                    self.raw(if i == 0 { "" } else { "," }).value(item);
                }
                self.raw("]")
            }
            Value::Object(members) => {
                self.raw("{");
                for (i, (name, member)) in members.iter().enumerate() {
                    self.raw(if i == 0 { "" } else { "," }).text(name).raw(":").value(member);
                }
                self.raw("}")
            }
        }
    }

    /// What was written.
    pub fn done(self) -> Vec<u8> {
        self.0
    }

    fn escaped(&mut self, c: char) {
        let short = match c {
            '"' => b"\\\"",
            '\\' => b"\\\\",
            '/' => b"\\/",
            '\n' => b"\\n",
            '\r' => b"\\r",
            '\t' => b"\\t",
            '\u{8}' => b"\\b",
            '\u{c}' => b"\\f",
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let digit = |shift: u16| HEX[usize::from((*unit >> shift) & 15)];
                    let escape = [b'\\', b'u', digit(12), digit(8), digit(4), digit(0)];
                    self.0.extend_from_slice(&escape);
                }
                return;
            }
        };
        self.0.extend_from_slice(short);
    }
}

fn needs_escape(byte: u8) -> bool {
    !(0x20..0x80).contains(&byte) || matches!(byte, b'"' | b'\\' | b'/')
}

/// A value of ours as the body of an answer.
pub fn to_vec(value: &Value) -> Vec<u8> {
    let mut writer = Writer::with_room(256);
    writer.value(value);
    writer.done()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn arbitrary_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".*".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::btree_map(".*", inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_value_reads_back_and_is_ascii(value in arbitrary_json()) {
            let written = to_vec(&value);
            prop_assert!(written.is_ascii());
            prop_assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), value);
        }

        #[test]
        fn numbers_are_what_they_were(number: i64, padded: u64) {
            let mut writer = Writer::default();
            writer.number(number);
            prop_assert_eq!(writer.done(), number.to_string().into_bytes());
            let mut writer = Writer::default();
            writer.digits(padded, 12);
            prop_assert_eq!(writer.done(), format!("{padded:012}").into_bytes());
        }
    }

    #[test]
    fn escapes_are_those_of_graph() {
        let written = to_vec(&Value::from("äöå a/b \"q\" \\ \n\u{1f} 😀 \u{7f}"));
        assert_eq!(
            String::from_utf8(written).unwrap(),
            "\"\\u00e4\\u00f6\\u00e5 a\\/b \\\"q\\\" \\\\ \\n\\u001f \\ud83d\\ude00 \u{7f}\""
        );
    }
}
