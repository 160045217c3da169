//! `GET /chats` and `GET /chats/{chat}`: the messenger as the server shows it. Reading, writing a
//! text, answering a choice, stopping: all of it works without scripts; `chat.js` replaces what
//! stands inside `#messenger` by the same classes, alive.
//!
//! Forms: `POST /chats/{chat}/say` with `client_id` and either `body`, or `reply` (the id of a
//! button or row) and `context_seq` (the question); `POST /chats/{chat}/stop`.

use exchange::assistant::Card;
use exchange::consent::State;
use exchange::conversation::Marks;
use exchange::id::{AssistantId, ConversationId, Seq};
use exchange::limits;
use exchange::message::{Author, Message};
use exchange::time::{HOUR_MS, Millis};
use maud::{Markup, html};

use super::parts::{avatar, contact, lasting_badge, name};
use super::thread::{Thread, preview};
use super::{Here, Page, time};

/// The window is spoken of only when this little of it is left.
const WINDOW_SAID_MS: i64 = 2 * HOUR_MS;

/// One chat in the list.
#[derive(Debug, Clone, Copy)]
pub struct Contact<'a> {
    /// Which chat.
    pub chat: ConversationId,
    /// With whom.
    pub card: &'a Card,
    /// Where consent stands.
    pub state: State,
    /// The last message.
    pub last: Option<&'a Message>,
    /// Messages of the assistant the person has not seen.
    pub unread: u32,
}

/// The open chat.
#[derive(Debug, Clone, Copy)]
pub struct OpenChat<'a> {
    /// Which chat.
    pub chat: ConversationId,
    /// With whom.
    pub assistant: AssistantId,
    /// What its provider says.
    pub card: &'a Card,
    /// Where consent stands.
    pub state: State,
    /// The messages shown, ascending.
    pub messages: &'a [Message],
    /// Receipts.
    pub marks: Marks,
    /// Until when the assistant may write freely.
    pub window_until: Option<Millis>,
    /// Whether there are messages before these (`?before=SEQ` shows them).
    pub has_earlier: bool,
    /// Whether there are messages after these.
    pub has_later: bool,
    /// A new id for what is written from this page: the same post twice is one message.
    pub client_id: &'a str,
    /// What was typed and not sent.
    pub draft: &'a str,
    /// Why it was not sent.
    pub problem: Option<&'a str>,
}

/// What stands beside the list of chats.
#[derive(Debug, Clone, Copy)]
pub enum Beside<'a> {
    /// No chat is opened.
    Nothing,
    /// The address names no chat of this person.
    Unknown,
    /// An open chat.
    Chat(OpenChat<'a>),
}

/// The messenger.
#[derive(Debug, Clone, Copy)]
pub struct Messenger<'a> {
    /// All chats, in the order shown.
    pub contacts: &'a [Contact<'a>],
    /// What stands beside them.
    pub beside: Beside<'a>,
    /// Now.
    pub now: Millis,
}

/// The messenger as markup.
pub fn page(view: &Messenger<'_>) -> Markup {
    let open = match &view.beside {
        Beside::Chat(open) => Some(open),
        Beside::Nothing | Beside::Unknown => None,
    };
    let shell = Page {
        title: open.map_or("Chats", |open| &open.card.name),
        signed_in: true,
        here: Here::Chats,
        script: Some("/assets/chat.js"),
        ..Page::default()
    };
    let chat = open.map(|open| open.chat);
    shell.around_messenger(
        &chat.map(|chat| chat.to_string()).unwrap_or_default(),
        &html! {
            (contacts(view, chat))
            @match (open, view.contacts.is_empty()) {
                (Some(open), _) => (open_chat(open, view.now)),
                (None, none) => (no_chat(none, matches!(view.beside, Beside::Unknown))),
            }
        },
    )
}

fn contacts(view: &Messenger<'_>, open: Option<ConversationId>) -> Markup {
    html! {
        nav.contacts aria-label="Chats" {
            @if open.is_some() { h2 { "Chats" } } @else { h1 { "Chats" } }
            @if view.contacts.is_empty() {
                p.contacts-none { "You use no assistant. That is fine: nothing answers you unless you choose it." }
            }
            ul role="list" {
                @for contact in view.contacts { li { (entry(contact, open, view.now)) } }
            }
            p.contacts-foot { a.button.quiet href="/choose" { "Choose assistants" } }
        }
    }
}

fn entry(contact: &Contact<'_>, open: Option<ConversationId>, now: Millis) -> Markup {
    let Contact { chat, card, state, last, unread } = contact;
    let stopped = *state == State::Withdrawn;
    let current = (open == Some(*chat)).then_some("page");
    html! {
        a.contact href={ "/chats/" (chat) } aria-current=[current]
            data-state=(if stopped { "withdrawn" } else { "given" }) {
            (avatar(&card.name))
            span.contact-name { (name(&card.name)) }
            @if let Some(last) = last { (when(last.at, now)) }
            (lasting_badge(card, Some("contact-badge")))
            span.contact-last {
                @match last {
                    _ if stopped => "Stopped",
                    None => "No messages yet",
                    Some(last) => bdi {
                        @if last.author == Author::Person { "You: " }
                        (preview(&last.content))
                    },
                }
            }
            @if *unread > 0 {
                span.unread {
                    @if *unread > 99 { "99+" } @else { (unread) }
                    span.visually-hidden { " unread" }
                }
            }
        }
    }
}

/// The time today, else the day.
fn when(at: Millis, now: Millis) -> Markup {
    let class = Some("contact-time meta");
    if time::day_number(at) == time::day_number(now) {
        return time::clock(at, class);
    }
    time::short_date(at, class)
}

fn no_chat(has_none: bool, is_unknown: bool) -> Markup {
    html! {
        section.chat.chat-empty aria-label="No chat open" {
            div {
                p {
                    @if is_unknown { "There is no such chat." }
                    @else if has_none { "No assistant, no chats. You can leave it so, or choose." }
                    @else { "Choose a chat." }
                }
                @if has_none { p { a.button.quiet href="/choose" { "Choose assistants" } } }
            }
        }
    }
}

fn open_chat(open: &OpenChat<'_>, now: Millis) -> Markup {
    let given = open.state == State::Given;
    let thread = Thread {
        chat: open.chat,
        card: open.card,
        messages: open.messages,
        marks: open.marks,
        can_answer: given && !open.has_later,
        client_id: open.client_id,
    };
    html! {
        section.chat aria-label={ "Chat with " (open.card.name) } {
            (head(open, given))
            ol.messages role="list" aria-label="Messages" tabindex="0" {
                @if let (true, Some(first)) = (open.has_earlier, open.messages.first()) {
                    li.older { (pager(open.chat, Some(first.seq), "Earlier messages")) }
                }
                (thread.rows())
                @if open.has_later {
                    li.older { (pager(open.chat, None, "Newest messages")) }
                }
            }
            @if given { (composer(open, now)) } @else { (stopped()) }
        }
    }
}

fn pager(chat: ConversationId, before: Option<Seq>, words: &str) -> Markup {
    let query = before.map(|seq| format!("?before={seq}")).unwrap_or_default();
    html! { a.button.quiet.small href={ "/chats/" (chat) (query) } { (words) } }
}

fn head(open: &OpenChat<'_>, given: bool) -> Markup {
    let card = open.card;
    html! {
        header.chat-head {
            a.icon-button.back href="/chats" aria-label="All chats" { "←" }
            (avatar(&card.name))
            div.chat-who {
                h1 { (name(&card.name)) }
                (lasting_badge(card, None))
                @if !card.human_contact.is_empty() {
                    span.chat-human.meta { "A human: " (contact(&card.human_contact)) }
                }
            }
            div.chat-tools {
                a.button.quiet.small href="/choose" { "Change" }
                @if given {
                    details.stop {
                        summary.button.quiet.small { "Stop" }
                        form method="post" action={ "/chats/" (open.chat) "/stop" } data-once {
                            button.button { "Stop " (name(&card.name)) }
                        }
                    }
                }
            }
        }
    }
}

fn stopped() -> Markup {
    html! {
        p.composer-note {
            "You stopped this assistant. Nothing you write reaches it. "
            a href="/choose" { "Choose again" }
        }
    }
}

fn composer(open: &OpenChat<'_>, now: Millis) -> Markup {
    let problem = open.problem.map(|_| "composer-problem");
    html! {
        (window_line(open, now))
        form.composer method="post" action={ "/chats/" (open.chat) "/say" } data-once {
            input type="hidden" name="client_id" value=(open.client_id);
            @if let Some(why) = open.problem {
                p.error-text.composer-count #composer-problem role="alert" { "Not sent. " (why) }
            }
            label.visually-hidden for="composer-text" { "Message " (name(&open.card.name)) }
            textarea #composer-text name="body" rows="1" dir="auto" autocomplete="off" required
                maxlength=(limits::TEXT_BODY_CHARS) aria-describedby=[problem]
                aria-invalid=[problem.map(|_| "true")]
                placeholder={ "Message " (open.card.name) } { (open.draft) }
            button.send {
                svg.icon viewBox="0 0 24 24" aria-hidden="true" focusable="false" {
                    path d="M12 19V5M6 11l6-6 6 6" {}
                }
                span.visually-hidden { "Send" }
            }
        }
    }
}

/// How long the assistant may write: said when little of it is left, and once it is over.
fn window_line(open: &OpenChat<'_>, now: Millis) -> Markup {
    let Some(until) = open.window_until else { return html! {} };
    let left_ms = until.since(now);
    html! {
        @if left_ms <= 0 {
            p.window-line.meta { (name(&open.card.name)) " can write to you again once you write." }
        } @else if left_ms <= WINDOW_SAID_MS {
            p.window-line.meta {
                (name(&open.card.name)) " can write to you until " (time::moment(until))
                ". Write, and the time starts anew."
            }
        }
    }
}

#[cfg(test)]
mod tests;
