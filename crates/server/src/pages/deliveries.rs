//! `GET /providers/{number}/deliveries`: every delivery of one assistant, its callback, its token.
//!
//! Forms, all `POST` below `/providers/{number}`: `/deliveries` (`token`: signing in),
//! `/deliveries/{id}/replay`, `/callback` (`callback_url`, `verify_token`), `/token`, `/secret`,
//! `/sign-out`.

mod settings;
mod table;
#[cfg(test)]
mod tests;

use exchange::delivery::{End, Kind};
use exchange::id::{AssistantId, DeliveryId};
use exchange::time::Millis;
use maud::{Markup, Render, html};

use super::forms::{Field, FieldError, error_summary};
use super::parts::{code, name};
use super::{Here, Page, Width};
use settings::{callback, secret, token};
use table::table;

/// Where the page stands.
pub fn path(number: AssistantId) -> String {
    format!("/providers/{number}/deliveries")
}

/// The question for the token.
#[derive(Debug, Clone, Copy)]
pub struct TokenQuestion<'a> {
    /// Whether a person is signed in.
    pub signed_in: bool,
    /// Whose deliveries.
    pub number: AssistantId,
    /// Why the last token was not taken.
    pub problem: Option<&'a str>,
}

/// Which deliveries are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter {
    /// All of them.
    #[default]
    All,
    /// Those owed.
    Pending,
    /// Those that ended so.
    Ended(End),
}

impl Filter {
    /// All filters, in the order shown.
    pub const ALL: [Self; 5] = [
        Self::All,
        Self::Pending,
        Self::Ended(End::Delivered),
        Self::Ended(End::Dead),
        Self::Ended(End::Cancelled),
    ];

    /// As it stands in the address (`state=`); empty for all.
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Pending => "pending",
            Self::Ended(End::Delivered) => "delivered",
            Self::Ended(End::Dead) => "dead",
            Self::Ended(End::Cancelled) => "cancelled",
        }
    }

    /// The filter of an address; `None` for a word that is none.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.word() == word)
    }

    fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Pending => "Pending",
            Self::Ended(End::Delivered) => "Delivered",
            Self::Ended(End::Dead) => "Dead",
            Self::Ended(End::Cancelled) => "Cancelled",
        }
    }
}

/// One delivery.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// Which one.
    pub id: DeliveryId,
    /// What was delivered.
    pub kind: Kind,
    /// The message it is about.
    pub wamid: &'a str,
    /// How it ended; `None` while it is owed.
    pub end: Option<End>,
    /// Tries so far.
    pub attempts: u32,
    /// HTTP status of the last answer; 0 or `None` without one.
    pub answer: Option<u16>,
    /// What came of the last try, in words.
    pub reason: Option<&'a str>,
    /// How long the last try took.
    pub duration_ms: Option<u32>,
    /// When it became owed.
    pub created: Millis,
    /// When it is tried again.
    pub next_retry: Option<Millis>,
    /// When it ended.
    pub finished: Option<Millis>,
}

/// What has just been done from this page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done<'a> {
    /// A delivery is owed again, under this id.
    Replayed(DeliveryId),
    /// It cannot be, and why.
    NotReplayed(&'a str),
    /// The callback was changed.
    CallbackChanged,
}

/// The deliveries of an assistant.
#[derive(Debug, Clone, Copy)]
pub struct Deliveries<'a> {
    /// Whether a person is signed in.
    pub signed_in: bool,
    /// Whose.
    pub number: AssistantId,
    /// Its name.
    pub name: &'a str,
    /// Whether people see it.
    pub listed: bool,
    /// Which are shown.
    pub filter: Filter,
    /// Newest first.
    pub rows: &'a [Delivery<'a>],
    /// Address of the next page of older ones.
    pub older: Option<&'a str>,
    /// The verified callback, if there is one.
    pub callback: Option<&'a str>,
    /// What was typed into the callback form and is wrong with it.
    pub callback_problem: Option<CallbackProblem<'a>>,
    /// What has just been done.
    pub done: Option<Done<'a>>,
}

/// A callback that was not taken.
#[derive(Debug, Clone, Copy)]
pub struct CallbackProblem<'a> {
    /// The address typed.
    pub url: &'a str,
    /// The verify token typed.
    pub verify_token: &'a str,
    /// Which of the two fields is wrong, and what to do.
    pub error: &'a FieldError<'a>,
}

/// The question for the token as markup.
pub fn token_question(view: &TokenQuestion<'_>) -> Markup {
    let shell = Page {
        title: "Deliveries",
        signed_in: view.signed_in,
        here: Here::Providers,
        width: Width::Narrow,
        ..Page::default()
    };
    let field = Field {
        name: "token",
        label: "Access token",
        hint: "The one you were given when you registered, or the last one made since.",
        error: view.problem,
        kind: "password",
        required: true,
        ..Field::default()
    };
    shell.around(&html! {
        @if let Some(message) = view.problem {
            (error_summary(&[FieldError { field: "token", message }]))
        }
        h1 { "Deliveries of number " (view.number) }
        form.stack method="post" action=(path(view.number)) {
            (field.render())
            div.actions { button.button { "Show deliveries" } }
        }
    })
}

/// The deliveries as markup.
pub fn page(view: &Deliveries<'_>) -> Markup {
    let json = format!("{}.json", path(view.number));
    let shell = Page {
        title: "Deliveries",
        signed_in: view.signed_in,
        here: Here::Providers,
        width: Width::Wide,
        json: Some(&json),
        ..Page::default()
    };
    shell.around(&html! {
        @if let Some(problem) = view.callback_problem {
            (error_summary(std::slice::from_ref(problem.error)))
        }
        h1 { "Deliveries of " (name(view.name)) }
        (done(view.done))
        p.lead {
            @if view.listed { "People see it and can choose it." }
            @else { "People do not see it yet: its callback has not answered a handshake." }
        }
        (filters(view))
        (table(view))
        (callback(view))
        (token(view))
        (secret(view))
    })
}

fn done(done: Option<Done<'_>>) -> Markup {
    html! {
        @match done {
            None => {},
            Some(Done::Replayed(id)) => div.notice data-kind="good" role="status" {
                p { "Done: it is owed again, as delivery " (id) ", with the same message id." }
            },
            Some(Done::NotReplayed(why)) => div.notice data-kind="bad" role="alert" {
                p { "Not replayed: " (why) }
            },
            Some(Done::CallbackChanged) => div.notice data-kind="good" role="status" {
                p { "Done: the callback answered and is used from now on." }
            },
        }
    }
}

fn filters(view: &Deliveries<'_>) -> Markup {
    let path = path(view.number);
    html! {
        nav aria-label="Which deliveries" {
            ul.actions role="list" {
                @for filter in Filter::ALL {
                    @let word = filter.word();
                    @let query = if word.is_empty() { String::new() } else { format!("?state={word}") };
                    li {
                        @if filter == view.filter {
                            a.button.small href={ (path) (query) } aria-current="page" { (filter.label()) }
                        } @else {
                            a.button.quiet.small href={ (path) (query) } { (filter.label()) }
                        }
                    }
                }
            }
        }
    }
}

/// A new token as markup: shown once, not to be cached.
pub fn new_token(signed_in: bool, number: AssistantId, access_token: &str) -> Markup {
    let lead = "The old one has stopped working. This one is shown once.";
    let shown = code("access_token", "Access token", access_token);
    made("New token", lead, &shown, signed_in, number)
}

/// A new app secret as markup: shown once, not to be cached.
pub fn new_secret(signed_in: bool, number: AssistantId, app_secret: &str) -> Markup {
    let lead = "Webhooks are signed with it from now on, and the old one has stopped working. \
                This one is shown once.";
    let shown = code("app_secret", "App secret", app_secret);
    made("New app secret", lead, &shown, signed_in, number)
}

fn made(title: &str, lead: &str, shown: &Markup, signed_in: bool, number: AssistantId) -> Markup {
    let shell = Page { title, signed_in, here: Here::Providers, ..Page::default() };
    shell.around(&html! {
        h1 { (title) }
        p.lead { (lead) }
        (shown)
        div.actions { a.button href=(path(number)) { "Back to deliveries" } }
    })
}

/// The code that proves whose number it is, as markup: not to be cached.
pub fn verification_code(signed_in: bool, number: AssistantId, digits: Option<&str>) -> Markup {
    let shell =
        Page { title: "Verification code", signed_in, here: Here::Providers, ..Page::default() };
    shell.around(&html! {
        h1 { "Verification code" }
        @match digits {
            Some(digits) => {
                p.lead { "Give it back with verify_code within ten minutes of request_code." }
                (code("code", "Code", digits))
            }
            None => p.lead { "None is waiting. POST /{phone}/request_code makes one." },
        }
        div.actions { a.button href=(path(number)) { "Back to deliveries" } }
    })
}
