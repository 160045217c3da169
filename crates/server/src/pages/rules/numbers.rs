//! The limits as a table, from the constants the program works with.

use exchange::limits::{self as all};
use exchange::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use maud::{Markup, html};

/// A span of time in words: "7 days", "24 hours", "60 s".
pub(super) fn span(ms: i64) -> String {
    let units = [
        (DAY_MS, "days", "day", 2),
        (HOUR_MS, "hours", "hour", 1),
        (MINUTE_MS, "minutes", "minute", 2),
    ];
    for (unit_ms, many, one, least) in units {
        let count = ms / unit_ms;
        if ms % unit_ms == 0 && count >= least {
            return format!("{count} {}", if count == 1 { one } else { many });
        }
    }
    format!("{} s", ms / SECOND_MS)
}

/// "100,000".
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let (mut out, length) = (String::new(), digits.len());
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (length - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The limits as markup.
pub(super) fn limits() -> Markup {
    html! {
        section.stack {
            h2 #limits { "Limits" }
            p { "The same numbers for everybody; where the WhatsApp Business Cloud API has one, it is that one." }
            div.table-wrap role="region" aria-labelledby="limits-table" tabindex="0" {
                table.data {
                    caption #limits-table { "Limits of every assistant" }
                    thead { tr { th scope="col" { "What" } th scope="col" { "How much" } } }
                    tbody {
                        @for (what, much) in rows() {
                            tr { th scope="row" { (what) } td data-label="How much" { (much) } }
                        }
                    }
                }
            }
        }
    }
}

fn rows() -> Vec<(&'static str, String)> {
    let characters = |most: usize| format!("{most} characters");
    let pair = format!(
        "1 in {} on average, {} at once borrowed from later",
        span(all::PAIR_INTERVAL_MS),
        all::PAIR_BURST
    );
    vec![
        ("Messages to one person", pair),
        ("Messages of one number, in and out", format!("{} a second", all::NUMBER_PER_SECOND)),
        ("Writing freely after the person's last message", span(all::WINDOW_MS)),
        ("“Writing…” without a message", span(all::TYPING_MS)),
        ("Age of a message marked read, reacted to or quoted", span(all::REFERENCE_AGE_MS)),
        ("Text of a message", characters(all::TEXT_BODY_CHARS)),
        ("Text above reply buttons", characters(all::BUTTONS_BODY_CHARS)),
        ("Text above a list", characters(all::LIST_BODY_CHARS)),
        ("Header and footer", characters(all::HEADER_FOOTER_CHARS)),
        (
            "Reply buttons",
            format!("{}, titles of {}", all::BUTTONS, characters(all::BUTTON_TITLE_CHARS)),
        ),
        (
            "Rows of a list",
            format!("{} in all, titles of {}", all::LIST_ROWS, characters(all::LIST_TITLE_CHARS)),
        ),
        ("Description of a row", characters(all::LIST_DESCRIPTION_CHARS)),
        ("Own data with a message (biz_opaque_callback_data)", characters(all::OPAQUE_CHARS)),
        ("Body of a request", format!("{} kB", all::BODY_BYTES / 1024)),
        ("Time for a webhook to answer", span(all::WEBHOOK_TIMEOUT_MS)),
        ("Time for the handshake", span(all::HANDSHAKE_TIMEOUT_MS)),
        (
            "Webhooks under way at once",
            format!("{} for each assistant and lane", all::IN_FLIGHT_PER_FLOW),
        ),
        ("Deliveries owed to one assistant", thousands(all::OWED_PER_ASSISTANT)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_naturally() {
        let cases = [
            (24 * HOUR_MS, "24 hours"),
            (7 * DAY_MS, "7 days"),
            (HOUR_MS, "1 hour"),
            (60 * SECOND_MS, "60 s"),
            (6 * SECOND_MS, "6 s"),
            (30 * MINUTE_MS, "30 minutes"),
        ];
        for (ms, words) in cases {
            assert_eq!(span(ms), words);
        }
        assert_eq!(["7", "100,000"], [thousands(7).as_str(), thousands(100_000).as_str()]);
    }
}
