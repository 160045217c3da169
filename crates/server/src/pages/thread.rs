//! The messages of the open chat as rows, in UTC. Where the person can answer, the choices are
//! buttons of a form: they work without scripts.

use exchange::assistant::{Automation, Card};
use exchange::conversation::Marks;
use exchange::id::{ConversationId, Seq};
use exchange::message::{Author, Content, Failure, Message};
use maud::{Markup, html};

use super::answers::Answers;
use super::marks::Marked;
use super::parts::{name, sentence_about};
use super::says::Says;
use super::time;
use super::timeline::{self, Row, Standing};

/// As much of a message is quoted or shown in the list of chats.
const PREVIEW_CHARS: usize = 160;

/// More hops than this are many (reference 12).
const OFTEN: u32 = 5;

const WAITING_FOR: &str = "M5 12.5l4.5 4.5L19 7";
const ARRIVED: &str = "M3 12.5l4.5 4.5L17 7M13 16l1.5 1.5L25 7";
const NOT_SENT: &str = "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 8v5M12 16v.2";

/// What the rows need to know of the chat.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thread<'a> {
    pub(super) chat: ConversationId,
    pub(super) card: &'a Card,
    /// Ascending.
    pub(super) messages: &'a [Message],
    pub(super) marks: Marks,
    /// Whether the person can answer from here.
    pub(super) can_answer: bool,
    /// Makes the same answer sent twice one answer.
    pub(super) client_id: &'a str,
}

/// What answers, as it is heard before each message.
fn heard(automation: Automation) -> &'static str {
    match automation {
        Automation::Ai => "AI",
        Automation::Automated => "automated",
    }
}

/// A message in a few plain words.
pub(super) fn preview(content: &Content) -> String {
    let words = match content {
        Content::ButtonReply { title, .. }
        | Content::ListReply { title, .. }
        | Content::TemplateReply { text: title, .. } => title.clone(),
        Content::Reaction { .. } => content.words(),
        other => Marked::read(&other.words()).plain(),
    };
    match words.char_indices().nth(PREVIEW_CHARS) {
        Some((end, _)) => format!("{}…", words[..end].trim_end()),
        None => words,
    }
}

impl Thread<'_> {
    /// The rows: days, notices, messages.
    pub(super) fn rows(&self) -> Markup {
        let standing = Standing::of(self.messages);
        html! {
            @for row in timeline::rows(self.messages) {
                @match row {
                    Row::Day(at) => li.day { span { (time::day_words(at)) ", UTC" } },
                    Row::Note(message, text) => {
                        li.note id={ "m" (message.seq) } data-seq=(message.seq) {
                            span.visually-hidden { "Strowger: " }
                            p { (sentence_about(self.card, text)) }
                        }
                    }
                    Row::Pending(message) => {
                        li.note data-kind="quiet" id={ "m" (message.seq) } data-seq=(message.seq) {
                            p {
                                @if message.failed.is_some() { "A file of this message could not be fetched." }
                                @else { "A file is being fetched from where it is kept." }
                            }
                        }
                    }
                    Row::Message { message, first } => (self.row(message, first, &standing)),
                }
            }
        }
    }

    fn row(&self, message: &Message, first: bool, standing: &Standing<'_>) -> Markup {
        let by_person = message.author == Author::Person;
        let tick = by_person.then(|| self.tick(message));
        let from = if by_person { "person" } else { "assistant" };
        html! {
            li.message id={ "m" (message.seq) } data-from=(from) data-first=[first.then_some("true")]
                data-seq=(message.seq) data-tick=[tick.map(|tick| tick.0)] {
                div.bubble {
                    span.visually-hidden {
                        @if by_person { "You: " } @else {
                            (name(&self.card.name)) ", " (heard(self.card.automation)) " assistant: "
                        }
                    }
                    @if let Some(seq) = message.context { (self.quote(seq)) }
                    @if let Some(extra) = message.extra.as_ref().filter(|extra| extra.forwards > 0) {
                        p.forwarded.meta {
                            @if extra.forwards > OFTEN { "Forwarded many times" } @else { "Forwarded" }
                        }
                    }
                    (Says { chat: self.chat }.body(&message.content))
                    span.stamp {
                        (time::clock(message.at, None)) " "
                        @if let Some((tick, word, path)) = tick {
                            span.tick data-tick=(tick) {
                                (icon(path)) span.visually-hidden { (word) }
                            }
                        }
                    }
                }
                @if !by_person && message.failed.is_none() {
                    (Answers {
                        chat: self.chat,
                        seq: message.seq,
                        client_id: self.client_id,
                        chosen: standing.answers.get(&message.seq).map(String::as_str),
                        can_answer: self.can_answer,
                    }.below(message))
                }
                (self.reactions(message.seq, standing))
                @if let (true, Some(failure)) = (by_person, message.failed) {
                    (self.failed(message, failure))
                }
            }
        }
    }

    /// How far a message of the person got: state, word, icon.
    fn tick(&self, message: &Message) -> (&'static str, &'static str, &'static str) {
        if message.failed.is_some() {
            return ("failed", "Not sent", NOT_SENT);
        }
        if message.seq <= self.marks.assistant_read {
            return ("read", "Read", ARRIVED);
        }
        if message.seq <= self.marks.assistant_received {
            return ("delivered", "Delivered", ARRIVED);
        }
        ("sent", "Sent", WAITING_FOR)
    }

    fn quote(&self, seq: Seq) -> Markup {
        let quoted = self.messages.iter().find(|message| message.seq == seq);
        html! {
            @if let Some(quoted) = quoted {
                a.quote href={ "#m" (seq) } {
                    span.visually-hidden { "In reply to " }
                    span.quote-who {
                        @if quoted.author == Author::Person { "You" } @else { (name(&self.card.name)) }
                    }
                    span.quote-text dir="auto" { (preview(&quoted.content)) }
                }
            } @else {
                p.quote { "In reply to an earlier message" }
            }
        }
    }

    fn reactions(&self, seq: Seq, standing: &Standing<'_>) -> Markup {
        let of = |by_person| {
            standing.reactions.get(&(seq, by_person)).copied().filter(|emoji| !emoji.is_empty())
        };
        let (assistant, person) = (of(false), of(true));
        html! {
            @if assistant.is_some() || person.is_some() {
                p.reactions {
                    @if let Some(emoji) = assistant {
                        span.reaction {
                            span.visually-hidden { (name(&self.card.name)) " reacted " } (emoji)
                        }
                    }
                    @if let Some(emoji) = person {
                        span.reaction { span.visually-hidden { "You reacted " } (emoji) }
                    }
                }
            }
        }
    }

    /// Not sent: the cause, then trying again.
    fn failed(&self, message: &Message, failure: Failure) -> Markup {
        let text = match &message.content {
            Content::Text { body, .. } if self.can_answer => Some(body),
            _ => None,
        };
        html! {
            form.failed method="post" action={ "/chats/" (self.chat) "/say" } data-once {
                "Not sent. "
                @match failure {
                    Failure::Stopped => "You stopped this assistant before it left.",
                    Failure::Blocked => { (name(&self.card.name)) " does not take your messages." }
                    _ => {
                        (name(&self.card.name)) " did not take it."
                    }
                }
                @if let Some(body) = text {
                    input type="hidden" name="client_id" value={ (self.client_id) "-again-" (message.seq) };
                    input type="hidden" name="body" value=(body);
                    " " button.link-button { "Try again" }
                }
            }
        }
    }
}

fn icon(path: &str) -> Markup {
    let width = if path == ARRIVED { 28 } else { 24 };
    html! {
        svg.icon viewBox={ "0 0 " (width) " 24" } aria-hidden="true" focusable="false" {
            path d=(path) {}
        }
    }
}
