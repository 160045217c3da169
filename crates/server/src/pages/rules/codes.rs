//! The error codes that assistants meet, each with an anchor: webhooks point at `/rules#<code>`.

use maud::{Markup, html};

/// A code, what happened, what to do.
struct Code(u32, &'static str, &'static str);

const CODES: [Code; 21] = [
    Code(4, "Too many calls of one app", "Wait as long as Retry-After says."),
    Code(10, "The token is good, and not for this", "Use the token of the account in the path."),
    Code(15, "Only the app itself may call this", "Use the app's token: app_id|app_secret."),
    Code(
        100,
        "A parameter or an object is wrong",
        "The message names it. Codes and ids are compared with what the token owns.",
    ),
    Code(101, "Wrong pair of app id and secret", "Use those given at registration."),
    Code(104, "There is no token", "Send the header Authorization: Bearer and the token."),
    Code(190, "The token is not known here", "Make a new one on the deliveries page."),
    Code(
        2200,
        "The callback did not answer the handshake",
        "Answer the GET with status 200 and hub.challenge alone. Nothing was changed.",
    ),
    Code(2500, "The address is none of the interface's", "Check version, id and path."),
    Code(80_007, "Too many calls on one account", "Wait as long as Retry-After says."),
    Code(
        130_429,
        "Too many messages of one number",
        "Wait as long as Retry-After says; the limit stands above.",
    ),
    Code(
        131_000,
        "A fault of this exchange",
        "Nothing was stored. Try again; tell the operator the fbtrace_id if it stays.",
    ),
    Code(131_008, "A part of the message is missing", "Add the part the details name."),
    Code(
        131_009,
        "A part of the message is not as it must be",
        "Correct the part the details name.",
    ),
    Code(131_016, "Not just now", "Nothing was stored. Try again as Retry-After says."),
    Code(131_021, "The recipient is the sender", "Give the person's wa_id."),
    Code(
        131_026,
        "The person cannot be reached",
        "They have not agreed, have stopped the assistant, or do not exist: one answer for all three. Write only to people who chose the assistant.",
    ),
    Code(
        131_047,
        "More than 24 hours have passed since the person's last message",
        "Nothing was shown to the person. Wait until they write.",
    ),
    Code(
        131_051,
        "This kind of message is not carried yet",
        "Send text, a reaction, reply buttons or a list.",
    ),
    Code(
        131_056,
        "Too many messages to one person",
        "Wait as long as Retry-After says; the limit stands above.",
    ),
    Code(131_059, "The cursor is none of ours", "Use the one of an earlier answer."),
];

/// The table of codes.
pub(super) fn table() -> Markup {
    html! {
        section.stack {
            h2 #errors { "Error codes" }
            p { "Errors have the form and the codes of the WhatsApp Business Cloud API. These are in use:" }
            div.table-wrap role="region" aria-labelledby="errors-table" tabindex="0" {
                table.data {
                    caption #errors-table { "Error codes" }
                    thead {
                        tr { th scope="col" { "Code" } th scope="col" { "What happened" } th scope="col" { "What to do" } }
                    }
                    tbody {
                        @for Code(code, what, hint) in &CODES {
                            tr id=(code) {
                                th scope="row" { (code) }
                                td data-label="What happened" { (what) "." }
                                td data-label="What to do" { (hint) }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exchange::message::Failure;

    #[test]
    fn webhooks_point_at_rows_that_are_there() {
        let table = table().into_string();
        for failure in [Failure::WindowClosed, Failure::Undelivered, Failure::Stopped] {
            let code = wire::cloud::webhook::fault(failure).code;
            assert!(table.contains(&format!("<tr id=\"{code}\">")), "{failure:?}");
        }
        assert!(CODES.is_sorted_by_key(|Code(code, ..)| *code));
    }
}
