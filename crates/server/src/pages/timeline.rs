//! From messages to rows: days, groups, and what was answered to what.

use std::collections::HashMap;

use exchange::id::Seq;
use exchange::message::{Author, Content, Message};
use exchange::time::{MINUTE_MS, Millis};

use super::time;

/// Messages of one author nearer than this stand in one group.
const GROUP_MS: i64 = 5 * MINUTE_MS;

/// A row of the open chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row<'a> {
    /// A new day begins.
    Day(Millis),
    /// A notice of the exchange and its words.
    Note(&'a Message, &'a str),
    /// A file of it is still to be fetched: it is not shown.
    Pending(&'a Message),
    /// Something said.
    Message {
        message: &'a Message,
        /// Whether it begins a group of its author's.
        first: bool,
    },
}

/// Messages, ascending, as rows. Reactions stand at their target; what was withheld says nothing.
pub(super) fn rows(messages: &[Message]) -> Vec<Row<'_>> {
    let mut rows = Vec::with_capacity(messages.len() + 8);
    let mut before: Option<&Message> = None;
    for message in messages {
        if matches!(
            message.content,
            Content::Reaction { .. } | Content::Withheld | Content::Welcome
        ) {
            continue;
        }
        let same_day = |b: &&Message| time::day_number(b.at) == time::day_number(message.at);
        let same_group =
            |b: &&Message| b.author == message.author && message.at.since(b.at) <= GROUP_MS;
        let today = before.filter(same_day);
        if today.is_none() {
            rows.push(Row::Day(message.at));
        }
        rows.push(match &message.content {
            Content::Notice { text, .. } => Row::Note(message, text),
            pending if pending.is_pending() => Row::Pending(message),
            _ => Row::Message { message, first: today.filter(same_group).is_none() },
        });
        before = Some(message);
    }
    rows
}

/// What each message has been given: the last emoji of each side, and the answer chosen.
#[derive(Debug, Default)]
pub(super) struct Standing<'a> {
    pub(super) reactions: HashMap<(Seq, bool), &'a str>,
    pub(super) answers: HashMap<Seq, String>,
}

impl<'a> Standing<'a> {
    pub(super) fn of(messages: &'a [Message]) -> Self {
        let mut standing = Self::default();
        let by_seq: HashMap<Seq, &Content> =
            messages.iter().map(|message| (message.seq, &message.content)).collect();
        for message in messages.iter().filter(|message| message.failed.is_none()) {
            match (&message.content, message.context) {
                (Content::Reaction { target, emoji }, _) => {
                    let by_person = message.author == Author::Person;
                    standing.reactions.insert((*target, by_person), emoji);
                }
                (answer, Some(seq)) => {
                    let word = by_seq.get(&seq).and_then(|asked| answered(answer, asked));
                    if let Some(word) = word {
                        standing.answers.insert(seq, word);
                    }
                }
                _ => {}
            }
        }
        standing
    }
}

/// What stands at a question once this has been said about it: the chosen id, or a word.
fn answered(answer: &Content, asked: &Content) -> Option<String> {
    match (answer, asked) {
        (Content::ButtonReply { id, .. } | Content::ListReply { id, .. }, _) => Some(id.clone()),
        (Content::TemplateReply { .. }, Content::Template(it)) => {
            let of_cards = it.cards.iter().enumerate().flat_map(|(card, of)| {
                (0..of.buttons.len()).map(move |place| format!("{card}.{place}"))
            });
            let own = (0..it.buttons.len()).map(|place| place.to_string());
            own.chain(of_cards).find(|place| asked.answer(place).as_ref() == Some(answer))
        }
        (Content::CallPermissionReply { accepted, until_ms }, _) => {
            let word = match (accepted, until_ms) {
                (false, _) => "no",
                (true, Some(_)) => "once",
                (true, None) => "always",
            };
            Some(word.to_owned())
        }
        (Content::Location(_), Content::LocationRequest { .. })
        | (Content::FormReply { .. }, _)
        | (Content::Contacts { requested: true, .. }, _) => Some("sent".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(seq: u32, author: Author, at: i64, content: Content) -> Message {
        Message {
            seq: Seq(seq),
            author,
            at: Millis(at),
            context: None,
            content,
            opaque: None,
            failed: None,
            extra: None,
        }
    }

    fn text(seq: u32, author: Author, at: i64) -> Message {
        message(seq, author, at, Content::Text { body: "x".into(), preview_url: false })
    }

    #[test]
    fn groups_break_by_author_time_and_day() {
        let day = exchange::time::DAY_MS;
        let messages = [
            text(1, Author::Person, 0),
            text(2, Author::Person, GROUP_MS),
            text(3, Author::Person, 2 * GROUP_MS + 1),
            text(4, Author::Assistant, 2 * GROUP_MS + 1),
            text(5, Author::Assistant, day),
        ];
        let firsts: Vec<Option<bool>> = rows(&messages)
            .iter()
            .map(|row| match row {
                Row::Message { first, .. } => Some(*first),
                Row::Day(_) | Row::Note(..) | Row::Pending(_) => None,
            })
            .collect();
        let expected = [None, Some(true), Some(false), Some(true), Some(true), None, Some(true)];
        assert_eq!(firsts, expected);
    }

    #[test]
    fn the_last_reaction_of_each_side_stands() {
        let react = |seq, author, emoji: &str| {
            message(seq, author, 0, Content::Reaction { target: Seq(1), emoji: emoji.into() })
        };
        let messages = [
            text(1, Author::Assistant, 0),
            react(2, Author::Person, "👍"),
            react(3, Author::Person, ""),
            react(4, Author::Assistant, "🙂"),
        ];
        assert_eq!(rows(&messages).len(), 2);
        let standing = Standing::of(&messages);
        assert_eq!(standing.reactions.get(&(Seq(1), true)), Some(&""));
        assert_eq!(standing.reactions.get(&(Seq(1), false)), Some(&"🙂"));
    }
}
