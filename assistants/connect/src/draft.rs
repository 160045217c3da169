//! An answer as it grows, from the OpenAI chat format, streamed or whole; pure.

use assistant_kit::text::length;
use serde_json::Value;

/// The longest answer passed on, in UTF-16 units: about eight messages.
pub(crate) const MAX_ANSWER: usize = 12_000;

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The model was done.
    Done,
    /// The model came to the length it was allowed.
    Length,
    /// A filter at the model's side stopped it.
    Filtered,
    /// It was longer than we pass on.
    TooLong,
}

/// The answer so far.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    text: String,
    units: usize,
    end: Option<End>,
    /// Whether anything came that has the form of an answer.
    readable: bool,
    failed: bool,
}

impl Draft {
    /// Takes the data of one event of a stream.
    pub(crate) fn event(&mut self, data: &str) {
        if data.trim() == "[DONE]" {
            self.readable = true;
            self.end = self.end.or(Some(End::Done));
            return;
        }
        let Ok(chunk) = serde_json::from_str::<Value>(data) else { return };
        // Some servers begin with status 200 and tell of their failure in the stream.
        self.failed |= chunk.get("error").is_some_and(|error| !error.is_null());
        let Some(choice) = chunk["choices"].get(0) else { return };
        self.readable = true;
        self.add(&choice["delta"]["content"]);
        self.finish(&choice["finish_reason"]);
    }

    /// Takes a whole answer that was not streamed.
    pub(crate) fn whole(&mut self, body: &[u8]) {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let Some(choice) = answer["choices"].get(0) else { return };
        self.readable = true;
        self.end = Some(End::Done);
        self.add(&choice["message"]["content"]);
        self.finish(&choice["finish_reason"]);
    }

    fn add(&mut self, content: &Value) {
        match content {
            Value::String(text) => self.push(text),
            Value::Array(parts) => {
                for part in parts {
                    self.push(part["text"].as_str().unwrap_or_default());
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        for c in text.chars() {
            // Thoughts are cut away at the end, so they may take as much room again.
            if self.units + c.len_utf16() > 2 * MAX_ANSWER {
                self.end = Some(End::TooLong);
                return;
            }
            self.units += c.len_utf16();
            self.text.push(c);
        }
    }

    fn finish(&mut self, reason: &Value) {
        if self.end == Some(End::TooLong) {
            return;
        }
        self.end = match reason.as_str() {
            None => return,
            Some("length") => Some(End::Length),
            Some("content_filter") => Some(End::Filtered),
            Some(_) => Some(End::Done),
        };
    }

    /// Why it ended, or `None` while more may come.
    pub(crate) fn end(&self) -> Option<End> {
        self.end
    }

    /// Whether nothing in the form of an answer has come.
    pub(crate) fn is_unreadable(&self) -> bool {
        !self.readable
    }

    /// Whether the model told of its own failure.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed
    }

    /// The text without the thoughts that some models write before their answer, and whether
    /// it had to be cut.
    pub(crate) fn text(&self) -> (String, bool) {
        let text = without_thoughts(&self.text).trim();
        if length(text) <= MAX_ANSWER {
            return (text.to_owned(), false);
        }
        let mut units = 0;
        let fits = |c: &char| {
            units += c.len_utf16();
            units <= MAX_ANSWER
        };
        (text.chars().take_while(fits).collect(), true)
    }
}

/// Cuts a leading `<think>…</think>` away; an unfinished thought leaves nothing.
fn without_thoughts(text: &str) -> &str {
    match text.trim_start().strip_prefix("<think>") {
        None => text,
        Some(thoughts) => thoughts.split_once("</think>").map_or("", |(_, answer)| answer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn delta(text: &str) -> String {
        serde_json::json!({"choices": [{"index": 0, "delta": {"content": text}}]}).to_string()
    }

    #[test]
    fn a_stream_adds_up() {
        let mut draft = Draft::default();
        draft.event(r#"{"choices":[{"delta":{"role":"assistant","content":null}}]}"#);
        for text in ["Hel", "lo", " there"] {
            draft.event(&delta(text));
        }
        assert_eq!(draft.end(), None);
        draft.event(r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#);
        draft.event(r#"{"choices":[],"usage":{"total_tokens":3}}"#);
        draft.event("[DONE]");
        assert_eq!((draft.text().0.as_str(), draft.end()), ("Hello there", Some(End::Done)));
    }

    #[test]
    fn whole_answers_in_both_forms() {
        for body in [
            r#"{"choices":[{"message":{"content":"Hi"},"finish_reason":"length"}]}"#,
            r#"{"choices":[{"message":{"content":[{"type":"text","text":"Hi"}]},"finish_reason":"length"}]}"#,
        ] {
            let mut draft = Draft::default();
            draft.whole(body.as_bytes());
            assert_eq!((draft.text().0.as_str(), draft.end()), ("Hi", Some(End::Length)));
        }
    }

    #[test]
    fn garbage_and_failures_are_told_apart() {
        let mut draft = Draft::default();
        draft.event("not json");
        draft.whole(b"<html>");
        assert!(draft.is_unreadable() && !draft.has_failed());
        draft.event(r#"{"error":{"message":"out of memory"}}"#);
        assert!(draft.is_unreadable() && draft.has_failed());
    }

    #[test]
    fn thoughts_are_not_passed_on() {
        let text = |text: &str| {
            let mut draft = Draft::default();
            draft.event(&delta(text));
            draft.text().0
        };
        assert_eq!(text("<think>hm, 4?</think>\n\nFour."), "Four.");
        assert_eq!(text("<think>still thinking"), "");
        assert_eq!(text("the tag <think> is kept here"), "the tag <think> is kept here");
    }

    proptest! {
        #[test]
        fn never_longer_than_the_bound(texts in prop::collection::vec("\\PC{0,400}", 0..100)) {
            let mut draft = Draft::default();
            for text in &texts {
                draft.event(&delta(text));
            }
            let (text, cut) = draft.text();
            prop_assert!(length(&text) <= MAX_ANSWER);
            prop_assert!(cut || texts.concat().trim().starts_with(&text));
        }
    }
}
