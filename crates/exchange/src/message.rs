//! Messages: what people and assistants say, and the limits that hold for every one of them.

use serde::{Deserialize, Serialize};

use crate::id::Seq;
use crate::limits;
use crate::time::Millis;

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

/// A reply button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What the assistant gets back, 1-256 characters.
    pub id: String,
    /// What the person reads, 1-20 characters.
    pub title: String,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What the assistant gets back, 1-200 characters.
    pub id: String,
    /// 1-24 characters.
    pub title: String,
    /// 0-72 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A section of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// 1-24 characters; may be absent only if it is the only section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// At least one.
    pub rows: Vec<Row>,
}

/// What a notice of the exchange is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// At the first turn: you talk with an AI (AI Act Art. 50(1)).
    Ai,
    /// At the first turn: you talk with an automaton without AI.
    Automated,
    /// The person stopped the assistant.
    Stopped,
}

/// Content of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    /// Plain text, 1-4096 characters.
    Text {
        /// The text, with WhatsApp's marks.
        body: String,
        /// Whether the assistant asked for a link preview.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        preview_url: bool,
    },
    /// A question with one to three reply buttons.
    Buttons {
        /// ≤ 60 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        header: Option<String>,
        /// 1-1024 characters.
        body: String,
        /// ≤ 60 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        footer: Option<String>,
        /// One to three.
        buttons: Vec<Button>,
    },
    /// A question with a list of at most ten rows.
    List {
        /// ≤ 60 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        header: Option<String>,
        /// 1-4096 characters.
        body: String,
        /// ≤ 60 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        footer: Option<String>,
        /// Label of the button that opens it, 1-20 characters.
        button: String,
        /// One to ten.
        sections: Vec<Section>,
    },
    /// The person tapped a reply button (context: the question).
    ButtonReply {
        /// The button's id.
        id: String,
        /// The button's title.
        title: String,
    },
    /// The person chose a row (context: the question).
    ListReply {
        /// The row's id.
        id: String,
        /// The row's title.
        title: String,
        /// The row's description.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
    },
    /// One emoji on another message; empty takes it back.
    Reaction {
        /// The message reacted to.
        target: Seq,
        /// The emoji, or nothing.
        emoji: String,
    },
    /// A notice of the exchange.
    Notice {
        /// What it is about.
        kind: NoticeKind,
        /// Its words, as shown.
        text: String,
    },
    /// Nothing is kept: the message was accepted and then failed (window closed).
    Withheld,
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
}

impl Message {
    /// Whether the assistant is told when it is received and read: its own messages that did not
    /// fail; a reaction gets `sent` only (Cloud API, reactions).
    pub fn takes_receipts(&self) -> bool {
        let reaction = matches!(self.content, Content::Reaction { .. });
        self.author == Author::Assistant && self.failed.is_none() && !reaction
    }
}

/// Why content is refused: the field and the rule, in words for the sender.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {rule}")]
pub struct Invalid {
    /// Which field.
    pub field: &'static str,
    /// What it must be.
    pub rule: String,
}

fn between(field: &'static str, text: &str, least: usize, most: usize) -> Result<(), Invalid> {
    // Characters are counted only where bytes leave doubt: a text of N bytes has at most N.
    let enough = least == 0 || !text.trim().is_empty();
    if enough && (text.len() <= most || text.chars().count() <= most) {
        return Ok(());
    }
    let rule = if enough {
        format!("must be at most {most} characters long")
    } else {
        "must not be empty".to_owned()
    };
    Err(Invalid { field, rule })
}

fn optional(field: &'static str, text: Option<&String>, most: usize) -> Result<(), Invalid> {
    text.map_or(Ok(()), |text| between(field, text, 1, most))
}

impl Content {
    /// Checks the limits of the Cloud API (reference 3.1, 3.3, 16), the same for everybody.
    ///
    /// # Errors
    /// The first field that breaks its rule.
    pub fn check(&self) -> Result<(), Invalid> {
        match self {
            Self::Text { body, .. } => between("text.body", body, 1, limits::TEXT_BODY_CHARS),
            Self::Buttons { header, body, footer, buttons } => {
                optional("interactive.header.text", header.as_ref(), limits::HEADER_FOOTER_CHARS)?;
                between("interactive.body.text", body, 1, limits::BUTTONS_BODY_CHARS)?;
                optional("interactive.footer.text", footer.as_ref(), limits::HEADER_FOOTER_CHARS)?;
                check_buttons(buttons)
            }
            Self::List { header, body, footer, button, sections } => {
                optional("interactive.header.text", header.as_ref(), limits::HEADER_FOOTER_CHARS)?;
                between("interactive.body.text", body, 1, limits::LIST_BODY_CHARS)?;
                optional("interactive.footer.text", footer.as_ref(), limits::HEADER_FOOTER_CHARS)?;
                between("interactive.action.button", button, 1, limits::LIST_BUTTON_CHARS)?;
                check_sections(sections)
            }
            Self::Reaction { emoji, .. } => check_emoji(emoji),
            Self::ButtonReply { .. }
            | Self::ListReply { .. }
            | Self::Notice { .. }
            | Self::Withheld => Ok(()),
        }
    }

    /// The answer to this question that has `id`: the tap becomes a message of the person.
    pub fn answer(&self, id: &str) -> Option<Self> {
        match self {
            Self::Buttons { buttons, .. } => buttons
                .iter()
                .find(|button| button.id == id)
                .map(|button| Self::ButtonReply { id: id.to_owned(), title: button.title.clone() }),
            Self::List { sections, .. } => {
                let row = sections.iter().flat_map(|s| &s.rows).find(|row| row.id == id)?;
                Some(Self::ListReply {
                    id: id.to_owned(),
                    title: row.title.clone(),
                    description: row.description.clone(),
                })
            }
            _ => None,
        }
    }
}

fn check_emoji(emoji: &str) -> Result<(), Invalid> {
    let plain = |c: char| c.is_alphabetic() || c.is_whitespace() || c.is_control();
    if emoji.len() > limits::EMOJI_BYTES || emoji.chars().any(plain) {
        let rule = "must be one emoji, or empty to take it back".to_owned();
        return Err(Invalid { field: "reaction.emoji", rule });
    }
    Ok(())
}

fn check_buttons(buttons: &[Button]) -> Result<(), Invalid> {
    let field = "interactive.action.buttons";
    if buttons.is_empty() || buttons.len() > limits::BUTTONS {
        return Err(Invalid { field, rule: format!("must hold 1 to {} buttons", limits::BUTTONS) });
    }
    for (i, button) in buttons.iter().enumerate() {
        between("interactive.action.buttons.reply.id", &button.id, 1, limits::BUTTON_ID_CHARS)?;
        let title = "interactive.action.buttons.reply.title";
        between(title, &button.title, 1, limits::BUTTON_TITLE_CHARS)?;
        if buttons[..i].iter().any(|b| b.id == button.id || b.title == button.title) {
            return Err(Invalid { field, rule: "ids and titles must be unique".to_owned() });
        }
    }
    Ok(())
}

fn check_sections(sections: &[Section]) -> Result<(), Invalid> {
    let field = "interactive.action.sections";
    if sections.is_empty() || sections.len() > limits::LIST_SECTIONS {
        let rule = format!("must hold 1 to {} sections", limits::LIST_SECTIONS);
        return Err(Invalid { field, rule });
    }
    let rows: Vec<&Row> = sections.iter().flat_map(|s| &s.rows).collect();
    if rows.len() > limits::LIST_ROWS || sections.iter().any(|s| s.rows.is_empty()) {
        let rule = format!("must hold 1 to {} rows in all, none empty", limits::LIST_ROWS);
        return Err(Invalid { field, rule });
    }
    if sections.len() > 1 && sections.iter().any(|s| s.title.is_none()) {
        let rule = "every section needs a title when there is more than one".to_owned();
        return Err(Invalid { field, rule });
    }
    for section in sections {
        optional(
            "interactive.action.sections.title",
            section.title.as_ref(),
            limits::LIST_TITLE_CHARS,
        )?;
    }
    for (i, row) in rows.iter().enumerate() {
        between("interactive.action.sections.rows.id", &row.id, 1, limits::LIST_ROW_ID_CHARS)?;
        between("interactive.action.sections.rows.title", &row.title, 1, limits::LIST_TITLE_CHARS)?;
        let description = "interactive.action.sections.rows.description";
        optional(description, row.description.as_ref(), limits::LIST_DESCRIPTION_CHARS)?;
        if rows[..i].iter().any(|r| r.id == row.id) {
            return Err(Invalid { field, rule: "row ids must be unique".to_owned() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str) -> Content {
        Content::Text { body: body.to_owned(), preview_url: false }
    }

    #[test]
    fn text_length_counts_characters_not_bytes() {
        assert!(text(&"č".repeat(4096)).check().is_ok());
        assert!(text(&"č".repeat(4097)).check().is_err());
        assert!(text(" \n").check().is_err());
    }

    #[test]
    fn buttons_need_unique_ids_and_titles() {
        let button = |id: &str, title: &str| Button { id: id.into(), title: title.into() };
        let ask =
            |buttons| Content::Buttons { header: None, body: "?".into(), footer: None, buttons };
        assert!(ask(vec![button("a", "A"), button("b", "B")]).check().is_ok());
        assert!(ask(vec![button("a", "A"), button("a", "B")]).check().is_err());
        assert!(ask(vec![button("a", "A"), button("b", "A")]).check().is_err());
        assert!(ask(vec![]).check().is_err());
        let four = (0..4).map(|i| button(&i.to_string(), &i.to_string())).collect();
        assert!(ask(four).check().is_err());
    }

    #[test]
    fn only_an_offered_answer_can_be_given() {
        let row = Row { id: "r".into(), title: "R".into(), description: None };
        let list = Content::List {
            header: None,
            body: "?".into(),
            footer: None,
            button: "open".into(),
            sections: vec![Section { title: None, rows: vec![row] }],
        };
        assert!(list.check().is_ok());
        assert!(matches!(list.answer("r"), Some(Content::ListReply { title, .. }) if title == "R"));
        assert_eq!(list.answer("x"), None);
        assert_eq!(text("hi").answer("r"), None);
    }

    #[test]
    fn a_reaction_is_an_emoji() {
        let react = |emoji: &str| Content::Reaction { target: Seq(1), emoji: emoji.into() };
        for good in ["👍", "", "👩‍👩‍👧‍👦", "❤️", "1️⃣"] {
            assert!(react(good).check().is_ok(), "{good}");
        }
        assert!(react("yes").check().is_err());
    }
}
