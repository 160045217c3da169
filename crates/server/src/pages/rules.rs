//! `GET /rules`: the published rules in plain words. Every number that the program works with
//! comes from `exchange::limits`, so that the page cannot say something else.

mod codes;
mod numbers;
mod templates;

use exchange::choice;
use exchange::limits;
use exchange::time::Millis;
use maud::{Markup, html};

use super::{Here, Page, time};
use numbers::span;

/// The key that the orders of one day were drawn with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayKey {
    /// Any moment of the day, UTC.
    pub day: Millis,
    /// SHA-256 of the key, hexadecimal: published before the day begins.
    pub commitment: String,
    /// The key, hexadecimal: published when the day is over.
    pub key: Option<String>,
}

/// The rules, with what the operator has set.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Whether a person is signed in.
    pub signed_in: bool,
    /// Registrations accepted from one address in an hour.
    pub registrations_per_hour: u32,
    /// Keys of days, newest first; may be empty.
    pub day_keys: &'a [DayKey],
}

/// The rules as markup.
pub fn page(view: &Rules<'_>) -> Markup {
    let shell =
        Page { title: "Rules", signed_in: view.signed_in, here: Here::Rules, ..Page::default() };
    let parts = [
        ("admission", "Who gets in"),
        ("names", "Names"),
        ("order", "The order on the choice screen"),
        ("consent", "Consent"),
        ("price", "Price"),
        ("limits", "Limits"),
        ("templates", "Templates"),
        ("retries", "Deliveries and retries"),
        ("errors", "Error codes"),
    ];
    shell.around(&html! {
        h1 { "Rules" }
        p.lead { "The same for every assistant, whoever runs it. A program applies them; nobody decides." }
        nav aria-label="On this page" {
            ul { @for (id, words) in parts { li { a href={ "#" (id) } { (words) } } } }
        }
        (admission(view.registrations_per_hour))
        (names())
        (order(view.day_keys))
        (consent())
        (price())
        (numbers::limits())
        (templates::section())
        (retries())
        (codes::table())
    })
}

fn admission(registrations_per_hour: u32) -> Markup {
    html! {
        section.stack {
            h2 #admission { "Who gets in" }
            p {
                "Everybody whose registration is complete. It works at once, and no human looks at \
                 it. The form checks that each field has its form and length, nothing else."
            }
            p {
                "People see an assistant as soon as its callback has answered a handshake. From \
                 one address, " (registrations_per_hour) " registrations are taken in an hour."
            }
        }
    }
}

fn names() -> Markup {
    html! {
        section.stack {
            h2 #names { "Names" }
            p {
                "A name has 1 to 30 characters on one line, and at least one letter or digit. The \
                 later of two names that look alike is refused. Two names look alike if the same \
                 is left of both after this:"
            }
            ol {
                li { "compatibility forms are resolved (Unicode NFKC) and capitals made small;" }
                li { "letters that look the same are made the same (Unicode TS 39, confusables);" }
                li { code { "i" } ", " code { "l" } " and " code { "1" } " count as one, and so do "
                     code { "o" } " and " code { "0" } ";" }
                li { "accents, spaces and everything else but letters and digits are dropped." }
            }
            p { "So “Birch”, “B1rch”, “BÍRCH” and “B i r c h” are one name, and “Beech” is another." }
        }
    }
}

/// What anybody can run to check an order; the test below keeps it true.
const RECOMPUTE: &str = r#"import hashlib, hmac

def order(day_key, showing, ids):
    ids, pool, counter = sorted(ids), [], 0
    for last in range(len(ids) - 1, 0, -1):
        fair = 2**64 - 1 - (2**64 - 1) % (last + 1)
        number = fair
        while number >= fair:
            if not pool:
                text = showing.to_bytes(8, "big") + counter.to_bytes(8, "big")
                block = hmac.new(day_key, text, hashlib.sha256).digest()
                pool = [int.from_bytes(block[i:i + 8], "big") for i in (0, 8, 16, 24)]
                counter += 1
            number = pool.pop()
        other = number % (last + 1)
        ids[last], ids[other] = ids[other], ids[last]
    return ids"#;

/// The example on the page: key, showing, ids.
const EXAMPLE: ([u8; 32], u64, usize) = ([7; 32], 17, 5);

fn order(day_keys: &[DayKey]) -> Markup {
    let (key, showing, count) = EXAMPLE;
    let drawn: Vec<String> =
        choice::order(&key, showing, count).iter().map(|place| (place + 1).to_string()).collect();
    html! {
        section.stack {
            h2 #order { "The order on the choice screen" }
            p {
                "All listed assistants stand on one screen, drawn anew for each showing. Showings \
                 are numbered one after the other; a gap would be a finding. The order is a \
                 Fisher–Yates shuffle of the assistants sorted by number, with random numbers from \
                 HMAC-SHA256 of the day's key and the showing's number, drawn again where they \
                 would not be even. Nothing about an assistant, a person or an earlier choice goes \
                 into it. This program gives the same order:"
            }
            pre tabindex="0" role="region" aria-label="Program in Python" { code { (RECOMPUTE) } }
            p {
                "To check the program: with a key of 32 bytes 07, showing " (showing) " and the \
                 numbers 1 to " (count) " it gives " (drawn.join(", ")) "."
            }
            (keys(day_keys))
        }
    }
}

fn keys(day_keys: &[DayKey]) -> Markup {
    html! {
        @if day_keys.is_empty() {
            p { "Each day (UTC) has a key of its own. This exchange has not published one yet." }
        } @else {
            p {
                "Each day (UTC) has a key of its own. Its SHA-256 stands here before the day \
                 begins and the key itself once it is over."
            }
            div.table-wrap role="region" aria-labelledby="keys" tabindex="0" {
                table.data {
                    caption #keys { "Keys of days" }
                    thead { tr { th scope="col" { "Day" } th scope="col" { "SHA-256 of the key, and the key" } } }
                    tbody {
                        @for day in day_keys {
                            tr {
                                th scope="row" { (time::date(day.day)) }
                                td data-label="SHA-256, key" {
                                    code { (day.commitment) } br;
                                    @if let Some(key) = &day.key { code { (key) } }
                                    @else { span.meta { "The key follows when the day is over." } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn consent() -> Markup {
    html! {
        section.stack {
            h2 #consent { "Consent" }
            ul {
                li { "Nothing reaches an assistant unless the person has agreed to it and not taken \
                      it back. Withdrawal holds at once, for what is on its way too." }
                li { "The notice is made from the provider's facts in the same words for every \
                      assistant, and kept with the consent." }
                li { "Links can open the choice screen. They tick nothing." }
                li { "An assistant sees a number made for one chat alone, so no two of them can find \
                      out that they talk with the same person." }
                li { "An assistant the person has stopped is told nothing: messages to that person \
                      are refused as if nobody had the number." }
                li { "An assistant may write freely for " (span(limits::WINDOW_MS)) " after the \
                      person's last message. What it writes later is not shown, and it is told so." }
            }
        }
    }
}

fn price() -> Markup {
    html! {
        section.stack {
            h2 #price { "Price" }
            p {
                "0, for every assistant, every person and every message. There is no paid tier, no \
                 free tier and no number of messages after which anything changes."
            }
        }
    }
}

fn retries() -> Markup {
    let waits: Vec<String> = limits::REFUSED_WAITS_MS.iter().map(|ms| span(*ms)).collect();
    html! {
        section.stack {
            h2 #retries { "Deliveries and retries" }
            p { "Each message is delivered at least once, in its conversation's order, with the same message id each time." }
            ul {
                li { "Any answer of 2xx within " (span(limits::WEBHOOK_TIMEOUT_MS)) " counts as delivered." }
                li {
                    "No answer, a broken connection, 408, 429 and 5xx are tried again for "
                    (span(limits::RETRY_HORIZON_MS)) ": after " (span(limits::RETRY_FIRST_MS))
                    ", then twice as long each time up to " (span(limits::RETRY_LONGEST_MS))
                    ", 20 % sooner or later by chance. " code { "Retry-After" } " is obeyed up to "
                    (span(limits::RETRY_AFTER_LONGEST_MS)) "."
                }
                li {
                    "Any other answer, redirects among them, is tried "
                    (limits::REFUSED_WAITS_MS.len() + 1) " times in all, with waits of "
                    (waits.join(", ")) "."
                }
                li { "What is given up is kept as dead for " (span(limits::DELIVERY_LOG_MS))
                     " and can be replayed on the deliveries page." }
                li { "Assistants take turns: one that is slow or flooded makes no other wait." }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the program on the page gives for the example, computed with it.
    #[test]
    fn the_example_is_what_the_published_program_gives() {
        let (key, showing, count) = EXAMPLE;
        assert_eq!(choice::order(&key, showing, count), PYTHON_GAVE.map(|id| id - 1));
    }

    const PYTHON_GAVE: [usize; 5] = [2, 5, 3, 4, 1];

    #[test]
    fn numbers_are_those_of_the_program() {
        let view = Rules { signed_in: false, registrations_per_hour: 23, day_keys: &[] };
        let page = page(&view).into_string();
        for part in ["23 registrations", "24 hours", "7 days", "2 s, 8 s, 25 s, 60 s", "80"] {
            assert!(page.contains(part), "{part}");
        }
        assert!(page.contains("not published one yet"));
    }

    #[test]
    fn a_key_is_shown_only_when_it_is_given() {
        let mut day = DayKey { day: Millis(0), commitment: "c0".repeat(32), key: None };
        let page = |day: &DayKey| {
            let day_keys = std::slice::from_ref(day);
            page(&Rules { signed_in: false, registrations_per_hour: 20, day_keys }).into_string()
        };
        assert!(page(&day).contains("follows when the day is over"));
        day.key = Some("4e".repeat(32));
        assert!(page(&day).contains(&"4e".repeat(32)));
    }
}
