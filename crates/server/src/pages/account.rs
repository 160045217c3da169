//! `GET /account`: what is kept about the person, and taking it away.

use exchange::assistant::Card;
use exchange::id::ConversationId;
use exchange::time::Millis;
use maud::{Markup, html};

use super::parts::{facts, name};
use super::{Here, Page, Width, time};

/// Consent to one assistant.
#[derive(Debug, Clone, Copy)]
pub struct Agreement<'a> {
    /// The chat it belongs to.
    pub chat: ConversationId,
    /// What the provider says.
    pub card: &'a Card,
    /// Whether it is given now.
    pub given: bool,
    /// Since when it stands so.
    pub at: Millis,
    /// The name given to the assistant; may be empty.
    pub display_name: &'a str,
}

/// What is kept about a person.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// Since when the person is known.
    pub since: Millis,
    /// How many passkeys open this account.
    pub passkeys: usize,
    /// Consents, given and withdrawn.
    pub agreements: &'a [Agreement<'a>],
}

/// The account as markup.
pub fn page(view: &Account<'_>) -> Markup {
    let shell =
        Page { title: "Your account", signed_in: true, here: Here::Account, ..Page::default() };
    shell.around(&html! {
        h1 { "Your account" }
        p.lead { "Everything the exchange keeps about you, and how to take it back." }
        (kept(view))
        (agreements(view.agreements))
        (away())
    })
}

fn kept(view: &Account<'_>) -> Markup {
    html! {
        section.stack {
            h2 { "What is kept" }
            ul {
                li { "That you exist, since " (time::date(view.since)) ". No name, address or number." }
                li {
                    "Your consents, with the notice you read each time, and your chats, so that \
                     you can read them."
                }
                li {
                    "Your sign-ins on this and other browsers"
                    @match view.passkeys {
                        0 => ".",
                        1 => ", and the public half of one passkey.",
                        many => { ", and the public halves of " (many) " passkeys." }
                    }
                }
            }
            p {
                "An assistant knows you by a number made for one chat alone, and by what you \
                 write or enter there."
            }
            div.actions {
                a.button.quiet href="/account/export" download { "Export everything (JSON)" }
            }
        }
    }
}

fn agreements(agreements: &[Agreement<'_>]) -> Markup {
    html! {
        section.stack {
            h2 { "Your consents" }
            @if agreements.is_empty() {
                p { "You have agreed to no assistant. That is fine." }
            } @else {
                ul.cards role="list" { @for agreement in agreements { (entry(agreement)) } }
            }
            p { a href="/choose" { "Choose assistants" } }
        }
    }
}

fn entry(agreement: &Agreement<'_>) -> Markup {
    let Agreement { chat, card, given, at, display_name } = agreement;
    let calls_you = if display_name.is_empty() {
        html! { "no name" }
    } else {
        name(display_name)
    };
    html! {
        li.card {
            h3 { a href={ "/chats/" (chat) } { (name(&card.name)) } }
            (facts(&[
                ("Run by", name(&card.provider)),
                ("Consent", html! { @if *given { "Given" } @else { "Withdrawn" } }),
                ("Since", time::date(*at)),
                ("It calls you", calls_you),
            ]))
            @if *given {
                form method="post" action={ "/chats/" (chat) "/stop" } data-once {
                    button.button.quiet.small aria-label={ "Stop " (card.name) } { "Stop" }
                }
            } @else {
                p { a href="/choose" { "Choose " (name(&card.name)) " again" } }
            }
        }
    }
}

fn away() -> Markup {
    html! {
        section.stack {
            h2 { "Leaving" }
            form method="post" action="/sign-out" data-clear-local {
                div.actions { button.button.quiet { "Sign out" } }
            }
            details {
                summary { "Erase everything about me" }
                form.card.stack method="post" action="/account/delete" data-once {
                    p {
                        "Your consents are withdrawn, and your chats, consents and sign-ins are \
                         erased here. This cannot be undone. What assistants have received before \
                         stays with their providers: their privacy policies say how to have it \
                         erased there."
                    }
                    label.check {
                        input type="checkbox" name="confirm" value="delete" required;
                        "Yes, erase everything"
                    }
                    div.actions { button.button.danger { "Erase everything" } }
                }
            }
        }
    }
}

/// The page after everything was erased.
pub fn deleted() -> Markup {
    let shell = Page { title: "Everything was erased", width: Width::Narrow, ..Page::default() };
    shell.around(&html! {
        h1 data-clear-local { "Everything was erased" }
        p.lead { "The exchange keeps nothing about you any more, and nothing of yours reaches any assistant." }
        p {
            "What assistants received before is with their providers. Their privacy policies stand \
             in " a href="/assistants" { "the list of all assistants" } "."
        }
        div.actions { a.button href="/" { "Go to the start page" } }
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{card, count};
    use super::*;

    #[test]
    fn each_consent_can_be_taken_back_from_here() {
        let card = card("Birch");
        let chat = |n| ConversationId::from_random(n);
        let agreements = [
            Agreement {
                chat: chat(1),
                card: &card,
                given: true,
                at: Millis(0),
                display_name: "Jo",
            },
            Agreement { chat: chat(2), card: &card, given: false, at: Millis(0), display_name: "" },
        ];
        let view = Account { since: Millis(0), passkeys: 1, agreements: &agreements };
        let page = page(&view).into_string();
        assert_eq!(count(&page, "/stop\""), 1);
        assert!(page.contains(&format!("action=\"/chats/{}/stop\"", chat(1))));
        assert!(page.contains("Withdrawn") && page.contains("/account/export"));
    }

    #[test]
    fn erasing_needs_a_second_yes_that_is_not_given_beforehand() {
        let view = Account { since: Millis(0), passkeys: 0, agreements: &[] };
        let page = page(&view).into_string();
        let tick = "<input type=\"checkbox\" name=\"confirm\" value=\"delete\" required>";
        assert!(page.contains(tick), "{page}");
    }

    #[test]
    fn after_erasing_the_browser_forgets_too() {
        let page = deleted().into_string();
        assert!(page.contains("data-clear-local") && !page.contains("/sign-out"));
    }
}
