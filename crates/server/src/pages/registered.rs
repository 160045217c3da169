//! What follows `POST /providers`: everything a bot needs, its secrets shown this once.

use exchange::id::{AccountId, AppId, AssistantId};
use maud::{Markup, html};

use super::parts::{code, name, web_link};
use super::{Here, Page, deliveries};

/// What came of the callback's handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callback<'a> {
    /// None was given.
    Absent,
    /// It answered.
    Verified(&'a str),
    /// It did not, and why.
    Failed(&'a str, &'a str),
}

/// A registration that has just been made; its secrets are shown this once.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the fields are those of docs/api/providers.md")]
pub struct Registered<'a> {
    /// Whether a person is signed in.
    pub signed_in: bool,
    /// The assistant's name.
    pub name: &'a str,
    pub phone_number_id: AssistantId,
    pub app_id: AppId,
    pub waba_id: AccountId,
    pub app_secret: &'a str,
    pub display_phone_number: &'a str,
    pub access_token: &'a str,
    pub verify_token: &'a str,
    pub api_base: &'a str,
    pub curl: &'a str,
    pub callback: Callback<'a>,
}

/// The result of a registration as markup: shown once, not to be cached.
pub fn page(view: &Registered<'_>) -> Markup {
    let shell = Page {
        title: "Registered",
        signed_in: view.signed_in,
        here: Here::Providers,
        ..Page::default()
    };
    shell.around(&html! {
        h1 { (name(view.name)) " is registered" }
        p.lead { "It works now and costs nothing, like every assistant here. No human decided this." }
        div.notice data-kind="warn" {
            p {
                strong { "Keep the token and the secret now." }
                " The token is shown this once: the exchange keeps only what it needs to \
                 recognise it. A new one can be made on the deliveries page."
            }
        }
        (secrets(view))
        (callback(view))
        (next_steps(view))
    })
}

fn secrets(view: &Registered<'_>) -> Markup {
    let (number, app) = (view.phone_number_id.to_string(), view.app_id.to_string());
    let account = view.waba_id.to_string();
    let rows = [
        ("access_token", "Access token", view.access_token),
        ("app_secret", "App secret", view.app_secret),
        ("verify_token", "Verify token", view.verify_token),
        ("phone_number_id", "Phone number id", &number),
        ("waba_id", "Business account id", &account),
        ("app_id", "App id", &app),
        ("display_phone_number", "Number", view.display_phone_number),
        ("api_base", "Base address", view.api_base),
    ];
    html! {
        section.stack {
            h2 { "What your bot needs" }
            @for (id, words, value) in rows {
                h3 { (words) }
                (code(id, words, value))
            }
        }
    }
}

fn callback(view: &Registered<'_>) -> Markup {
    html! {
        section.stack {
            h2 { "Your callback" }
            @match view.callback {
                Callback::Verified(url) => {
                    p { span.badge data-kind="good" { "Verified" } " " (web_link(url)) }
                    p { "People see your assistant from now on." }
                }
                Callback::Failed(url, why) => {
                    p { span.badge data-kind="bad" { "Not verified" } " " (web_link(url)) }
                    p { (why) }
                    p { "Your registration stands. Try again on the deliveries page; until then people do not see it." }
                }
                Callback::Absent => p {
                    "None was given. Set it on the deliveries page; people see your assistant as \
                     soon as it has answered."
                },
            }
        }
    }
}

fn next_steps(view: &Registered<'_>) -> Markup {
    let path = deliveries::path(view.phone_number_id);
    html! {
        section.stack {
            h2 { "Next steps" }
            ol {
                li {
                    "Try the token: your own number is the answer."
                    (code("curl", "Command", view.curl))
                }
                li { "Put the base address and the token into your bot." }
                li { "Choose your assistant in " a href="/choose" { "the messenger" } " and write to it." }
                li { "See every delivery, its tries and answers on " a href=(path) { "your deliveries page" } "." }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_shows_everything_a_bot_needs() {
        let view = Registered {
            signed_in: false,
            name: "Birch",
            phone_number_id: AssistantId(7201),
            app_id: AppId(7202),
            waba_id: AccountId(7203),
            app_secret: "5ec7e7",
            display_phone_number: "999012345678",
            access_token: "EAAtoken",
            verify_token: "verify",
            api_base: "http://127.0.0.1:8080",
            curl: "curl -H 'Authorization: Bearer EAAtoken' 'http://127.0.0.1:8080/v25.0/7201'",
            callback: Callback::Failed("https://birch.example/hook", "answered <404>"),
        };
        let page = page(&view).into_string();
        for part in [
            "EAAtoken",
            "5ec7e7",
            "7201",
            "7202",
            "7203",
            "999012345678",
            "answered &lt;404&gt;",
            "data-copy=\"#access_token\"",
            "/providers/7201/deliveries",
        ] {
            assert!(page.contains(part), "{part}");
        }
    }
}
