//! Changing the callback, and making a new token or a new app secret.

use exchange::limits;
use maud::{Markup, Render, html};

use super::super::forms::Field;
use super::super::parts::web_link;
use super::Deliveries;

pub(super) fn callback(view: &Deliveries<'_>) -> Markup {
    let problem = view.callback_problem;
    let error = |field: &str| {
        problem.filter(|problem| problem.error.field == field).map(|problem| problem.error.message)
    };
    let url = Field {
        name: "callback_url",
        label: "Callback address",
        hint: "It is called once; if it does not answer, nothing changes.",
        value: problem.map_or(view.callback.unwrap_or_default(), |problem| problem.url),
        error: error("callback_url"),
        kind: "url",
        max: Some(limits::CALLBACK_CHARS),
        required: true,
        ..Field::default()
    };
    let verify = Field {
        name: "verify_token",
        label: "Verify token",
        hint: "What your bot expects in that call.",
        value: problem.map_or("", |problem| problem.verify_token),
        error: error("verify_token"),
        max: Some(200),
        required: true,
        ..Field::default()
    };
    html! {
        section.card.stack {
            h2 { "Callback" }
            p {
                @match view.callback {
                    Some(url) => { span.badge data-kind="good" { "Verified" } " " (web_link(url)) }
                    None => "None has answered yet.",
                }
            }
            form.stack method="post" action={ "/providers/" (view.number) "/callback" } data-once {
                (url.render()) (verify.render())
                div.actions { button.button { "Change callback" } }
            }
        }
    }
}

pub(super) fn token(view: &Deliveries<'_>) -> Markup {
    html! {
        section.card.stack {
            h2 { "Token" }
            details {
                summary { "Make a new token" }
                form.stack method="post" action={ "/providers/" (view.number) "/token" } data-once {
                    p { "The old token stops working at once, for your bot too." }
                    div.actions { button.button { "Make a new token" } }
                }
            }
            p { a href={ "/providers/" (view.number) "/code" } { "Verification code" } }
            form method="post" action={ "/providers/" (view.number) "/sign-out" } {
                button.button.quiet.small { "Forget the token in this browser" }
            }
        }
    }
}

pub(super) fn secret(view: &Deliveries<'_>) -> Markup {
    html! {
        section.card.stack {
            h2 { "App secret" }
            details {
                summary { "Make a new app secret" }
                form.stack method="post" action={ "/providers/" (view.number) "/secret" } data-once {
                    p {
                        "Webhooks are signed with the new one at once: a bot that checks them and \
                         does not know it yet refuses them, and they are tried again later."
                    }
                    div.actions { button.button { "Make a new app secret" } }
                }
            }
        }
    }
}
