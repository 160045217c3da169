//! The error codes that assistants meet, each with an anchor: webhooks point at `/rules#<code>`.

use maud::{Markup, html};

/// A code, what happened, what to do.
struct Code(u32, &'static str, &'static str);

const CODES: &[Code] = &[
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
    Code(803, "One of the ids does not exist", "Check them, and that the token belongs to them."),
    Code(
        2200,
        "The callback did not answer the handshake",
        "Answer the GET with status 200 and hub.challenge alone. Nothing was changed.",
    ),
    Code(2500, "The address is none of the interface's", "Check version, id and path."),
    Code(80_007, "Too many calls on one account", "Wait as long as Retry-After says."),
    Code(130_403, "The number has blocked the person", "Take them off the block list first."),
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
        131_050,
        "The person stopped promotional messages",
        "Write when they write, or with a template of another category.",
    ),
    Code(
        131_051,
        "This kind of message is not carried",
        "The page about the Cloud API lists those that are.",
    ),
    Code(
        131_053,
        "A file could not be fetched from its link, or is not what it is sent as",
        "The page of deliveries has the reason.",
    ),
    Code(
        131_056,
        "Too many messages to one person",
        "Wait as long as Retry-After says; the limit stands above.",
    ),
    Code(131_059, "The cursor is none of ours", "Use the one of an earlier answer."),
    Code(131_215, "Groups are not for this number", "Conversations here are of two."),
    Code(132_000, "Another number of parameters than the template has", "Give each variable one."),
    Code(
        132_001,
        "No such template in this language",
        "Create it, or correct its name and language.",
    ),
    Code(132_005, "The template is too long once it is filled in", "Shorten the values."),
    Code(132_007, "Characters that a template may not have", "Take them out."),
    Code(132_008, "A value that the template may not have", "Correct it."),
    Code(
        132_012,
        "A parameter of another form than the template's",
        "Send what the template asks for.",
    ),
    Code(132_015, "The template may not be sent any more", "Send another one."),
    Code(132_018, "A part that does not fit the template", "The details name it."),
    Code(133_005, "Another PIN", "Try again, or set a new one while the number is in service."),
    Code(
        133_006,
        "The number's code has to be given back first",
        "Ask for a code: it is on the provider's page.",
    ),
    Code(133_008, "Too many wrong PINs", "Wait an hour, or give back a code."),
    Code(133_009, "A wrong PIN too soon after the last", "Wait a few seconds."),
    Code(133_010, "The number is not registered", "Register it."),
    Code(133_016, "Registered or deregistered too often", "Ten times in three days; wait."),
    Code(134_011, "Payments are not carried", "There are none here."),
    Code(134_100, "Only promotional templates go this way", "Send others as usual."),
    Code(136_024, "Too many codes were asked for", "Ten in three days; wait."),
    Code(138_000, "Calls are not carried", "Permission and settings are kept."),
    Code(138_001, "Nobody can be called there", "The person has not agreed to this assistant."),
    Code(138_006, "The person has not allowed calls", "Ask with a call permission request."),
    Code(138_013, "Calls begun by assistants are not carried", "Write instead."),
    Code(139_001, "The form cannot be changed", "Only drafts can."),
    Code(139_002, "The form cannot be published", "The details say what is missing."),
    Code(139_003, "The form cannot be withdrawn", "Only published ones can."),
    Code(139_004, "The form cannot be deleted", "Only drafts can; withdraw it instead."),
    Code(
        139_100,
        "Some people could not be blocked or unblocked",
        "The answer names them and why.",
    ),
    Code(139_101, "The block list is full", "Take somebody off it."),
    Code(200_007, "There are no figures for templates", "Count the webhooks instead."),
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
                        @for Code(code, what, hint) in CODES {
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

    const ALL: [Failure; 8] = [
        Failure::WindowClosed,
        Failure::Undelivered,
        Failure::Stopped,
        Failure::MediaUnreachable,
        Failure::MediaUnfit,
        Failure::MarketingStopped,
        Failure::Blocked,
        Failure::TemplateStopped,
    ];

    #[test]
    fn webhooks_point_at_rows_that_are_there() {
        let table = table().into_string();
        for failure in ALL {
            let code = wire::cloud::webhook::fault(failure).code;
            assert!(table.contains(&format!("<tr id=\"{code}\">")), "{failure:?}");
        }
        assert!(CODES.is_sorted_by_key(|Code(code, ..)| *code));
    }
}
