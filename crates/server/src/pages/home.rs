//! `GET /`: what this is, and signing in.

use maud::{Markup, html};

use super::{Here, Page};

/// Why nobody can sign in at an address that is neither this machine nor https.
pub const NEEDS_HTTPS: &str = "This exchange was opened over plain http from another machine. \
    Anybody between you and it could read along, so signing in is switched off here. Open it \
    over https, or on the machine it runs on.";

/// How a person can sign in here and now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn<'a> {
    /// They have.
    Done,
    /// One or both of two ways.
    Ways {
        /// One tap: the exchange listens on loopback only.
        local: bool,
        /// Passkeys.
        passkeys: bool,
    },
    /// Not at all, and why ([`NEEDS_HTTPS`]).
    Refused(&'a str),
}

/// The home page.
#[derive(Debug, Clone, Copy)]
pub struct Home<'a> {
    /// How a person can sign in.
    pub sign_in: SignIn<'a>,
}

/// The home page as markup.
pub fn page(view: &Home<'_>) -> Markup {
    let passkeys = matches!(view.sign_in, SignIn::Ways { passkeys: true, .. });
    let shell = Page {
        title: "You choose your assistants",
        signed_in: view.sign_in == SignIn::Done,
        here: Here::Elsewhere,
        script: passkeys.then_some("/assets/sign-in.js"),
        ..Page::default()
    };
    shell.around(&html! {
        section.hero {
            h1 { "You choose." br; "The machine connects." }
            p.lead {
                "In 1889 Almon Strowger suspected that the operator was putting his callers \
                 through to a rival, so he invented the automatic exchange. This is one for \
                 assistants: you choose whom you talk with, every assistant gets the same access \
                 for nothing, and nobody in the middle can steer."
            }
            (sign_in(view.sign_in))
        }
        (for_people())
        (for_builders())
    })
}

fn sign_in(ways: SignIn<'_>) -> Markup {
    match ways {
        SignIn::Done => html! {
            div.actions {
                a.button href="/chats" { "Open your chats" }
                a.button href="/choose" { "Choose assistants" }
            }
        },
        SignIn::Refused(why) => html! {
            div.notice data-kind="warn" {
                p { strong { "You cannot sign in here." } }
                p { (why) }
            }
        },
        SignIn::Ways { local, passkeys } => html! {
            @if local {
                form.stack method="post" action="/sign-in/local" data-once {
                    div.actions { button.button { "Start on this machine" } }
                    p.meta {
                        "No name and no password: this works only on the machine the exchange \
                         runs on."
                    }
                }
            }
            @if passkeys { (passkey_ways()) }
        },
    }
}

fn passkey_ways() -> Markup {
    html! {
        section.card.stack #passkey hidden aria-labelledby="passkey-title" {
            h2 #passkey-title { "Sign in" }
            div.actions {
                button.button type="button" #passkey-login { "Sign in with a passkey" }
                button.button type="button" #passkey-register { "Create a passkey" }
            }
            p.meta {
                "A passkey stays on your device. The exchange learns neither your name nor your \
                 address nor your number."
            }
            p.error-text role="alert" #passkey-error {}
        }
        noscript {
            p.notice { "Signing in with a passkey needs JavaScript; the other pages do not." }
        }
    }
}

fn for_people() -> Markup {
    html! {
        section.stack {
            h2 { "For you" }
            ul {
                li { "Every assistant is shown alike, in an order drawn anew each time. None is \
                      chosen for you." }
                li { "Before your first word reaches an assistant, you read who receives it, where \
                      it is kept, how long and whether it trains anything." }
                li { "You can stop, switch, export or erase at any time. Having no assistant at \
                      all is fine too: nothing answers you unless you asked for it." }
            }
            p { a href="/assistants" { "See all assistants" } }
        }
    }
}

fn for_builders() -> Markup {
    html! {
        section.stack {
            h2 { "For those who build assistants" }
            p {
                a href="/providers" { "Register an assistant" }
                ": it works at once, costs nothing and needs no approval. It speaks the WhatsApp \
                 Business Cloud API, so a bot you already have changes its base address and \
                 nothing else. "
                a href="/rules" { "The rules" } " are the same for all and stand in public."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sign_in: SignIn<'_>) -> String {
        page(&Home { sign_in }).into_string()
    }

    #[test]
    fn one_tap_is_offered_only_where_it_is_safe() {
        let tap = "action=\"/sign-in/local\"";
        assert!(shown(SignIn::Ways { local: true, passkeys: false }).contains(tap));
        for other in [
            SignIn::Ways { local: false, passkeys: true },
            SignIn::Refused(NEEDS_HTTPS),
            SignIn::Done,
        ] {
            assert!(!shown(other).contains(tap), "{other:?}");
        }
    }

    #[test]
    fn passkeys_bring_their_script_and_only_they_do() {
        let with = shown(SignIn::Ways { local: false, passkeys: true });
        for id in ["passkey-login", "passkey-register", "/assets/sign-in.js"] {
            assert!(with.contains(id), "{id}");
        }
        let without = shown(SignIn::Ways { local: true, passkeys: false });
        assert!(!without.contains("sign-in.js") && !without.contains("passkey"));
    }

    #[test]
    fn a_refusal_says_why_and_offers_nothing() {
        let refused = shown(SignIn::Refused(NEEDS_HTTPS));
        assert!(refused.contains("plain http") && !refused.contains("<button"));
    }
}
