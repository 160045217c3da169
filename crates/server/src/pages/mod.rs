//! The pages: plain views go in, markup comes out.
//!
//! Nothing here knows the store, HTTP or the clock. Every page works without JavaScript; what the
//! server sends is the evidence of what was shown, so order and wording stand in the markup.
//! Classes and shells are those of `web/README.md`.
//!
//! Deliberately absent: inline script and style (the Content-Security-Policy allows none), and
//! anything that makes one assistant look different from another.

pub mod account;
mod answers;
pub mod assistants;
pub mod chats;
pub mod choose;
pub mod consent;
pub mod deliveries;
pub mod error;
pub mod flow;
mod forms;
pub mod home;
mod marks;
mod parts;
pub mod providers;
pub mod registered;
pub mod rules;
pub mod sandbox;
mod says;
#[cfg(test)]
mod tests;
mod thread;
pub mod time;
mod timeline;

use maud::{DOCTYPE, Markup, html};

pub use forms::FieldError;

/// The entry of the main navigation that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Here {
    /// None of them.
    #[default]
    Elsewhere,
    /// The messenger.
    Chats,
    /// The choice screen.
    Choose,
    /// What is kept about the person.
    Account,
    /// Registration and deliveries.
    Providers,
    /// The published rules.
    Rules,
}

/// How wide the text of a page runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Width {
    /// A reading column.
    #[default]
    Reading,
    /// One question.
    Narrow,
    /// Cards and tables.
    Wide,
}

/// The shell of a page.
#[derive(Debug, Clone, Copy, Default)]
pub struct Page<'a> {
    /// Stands before "– Strowger" in the window's title.
    pub title: &'a str,
    /// Whether a person is signed in.
    pub signed_in: bool,
    /// Marked in the navigation.
    pub here: Here,
    /// How wide.
    pub width: Width,
    /// Path of the same content as JSON.
    pub json: Option<&'a str>,
    /// Path of one more script module.
    pub script: Option<&'a str>,
}

impl Page<'_> {
    /// The whole page around what stands in `main`.
    pub fn around(&self, main: &Markup) -> Markup {
        let class = match self.width {
            Width::Reading => "page",
            Width::Narrow => "page narrow",
            Width::Wide => "page wide",
        };
        html! {
            (DOCTYPE)
            html lang="en" {
                (self.head(false))
                body {
                    a.skip href="#main" { "Skip to content" }
                    (self.header())
                    main #main class=(class) { (main) }
                    (footer())
                }
            }
        }
    }

    /// The messenger's page: `main` is the messenger itself, and there is no footer.
    pub fn around_messenger(&self, chat: &str, main: &Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                (self.head(true))
                body.app {
                    a.skip href="#messenger" { "Skip to content" }
                    (self.header())
                    main #messenger .messenger data-chat=(chat) { (main) }
                }
            }
        }
    }

    fn head(&self, messenger: bool) -> Markup {
        html! {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (self.title) " – Strowger" }
                link rel="stylesheet" href="/assets/app.css";
                @if messenger { link rel="stylesheet" href="/assets/messenger.css"; }
                link rel="icon" href="/assets/favicon.svg" type="image/svg+xml";
                link rel="manifest" href="/assets/manifest.webmanifest";
                @if let Some(path) = self.json {
                    link rel="alternate" type="application/json" href=(path);
                }
                script type="module" src="/assets/forms.js" {}
                @if let Some(path) = self.script {
                    script type="module" src=(path) {}
                }
            }
        }
    }

    fn header(&self) -> Markup {
        let of_people = [("/chats", "Chats", Here::Chats), ("/choose", "Choose", Here::Choose)];
        let of_account = [("/account", "Account", Here::Account)];
        let of_all =
            [("/providers", "Providers", Here::Providers), ("/rules", "Rules", Here::Rules)];
        let account = of_account.iter().filter(|_| self.signed_in);
        let entries = of_people.iter().chain(account).chain(&of_all);
        html! {
            header.site {
                a.brand href="/" {
                    img.mark src="/assets/favicon.svg" alt="" width="28" height="28";
                    "Strowger"
                }
                nav aria-label="Main" {
                    ul role="list" {
                        @for (path, word, here) in entries {
                            li {
                                a href=(path) aria-current=[(self.here == *here).then_some("page")] {
                                    (word)
                                }
                            }
                        }
                        @if self.signed_in {
                            li {
                                form method="post" action="/sign-out" data-clear-local {
                                    button { "Sign out" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn footer() -> Markup {
    html! {
        footer.site {
            p { "Strowger, the automatic exchange for assistants. You choose, the machine connects." }
            ul role="list" {
                li { a href="/assistants" { "All assistants" } }
                li { a href="/rules" { "Rules" } }
                li { a href="/providers" { "For providers" } }
            }
        }
    }
}
