//! The sandbox's page: people, the clock, faults, the log. Plain forms and links, nothing runs.

use exchange::time::Millis;
use maud::{Markup, html};

use super::{Page, Width, time};

/// What the page shows.
#[derive(Debug)]
pub struct Sandbox<'a> {
    /// Now, by the sandbox's clock.
    pub now: Millis,
    /// How far that is ahead, in words.
    pub ahead: &'a str,
    /// Names and values to put into a client.
    pub bot: &'a [(&'a str, String)],
    /// Where webhooks go.
    pub callback: Option<&'a str>,
    /// The scripted people.
    pub people: &'a [Person<'a>],
    /// The faults that stand: number, words, how often still.
    pub faults: &'a [(u64, String, String)],
    /// The newest entries of the log, newest first.
    pub log: &'a [Entry],
    /// Whether the page comes again by itself.
    pub refreshes: bool,
    /// What a form has just failed at.
    pub problem: Option<&'a str>,
}

/// A scripted person.
#[derive(Debug)]
pub struct Person<'a> {
    /// Their name.
    pub name: &'a str,
    /// Whether they receive and read by themselves.
    pub auto: bool,
}

/// A line of the log.
#[derive(Debug)]
pub struct Entry {
    /// Its number.
    pub n: u64,
    /// When.
    pub at: Millis,
    /// `call`, `webhook`, `person`, …
    pub kind: String,
    /// What it was.
    pub what: String,
    /// What came of it.
    pub outcome: String,
    /// Whether that was what one wants.
    pub good: Option<bool>,
}

/// How far the clock can be moved by a button.
const MOVES: [(&str, &str); 4] =
    [("1m", "1 minute"), ("1h", "1 hour"), ("25h", "25 hours"), ("7d", "7 days")];

/// The page.
pub fn page(view: &Sandbox<'_>) -> Markup {
    let page = Page { title: "Sandbox", width: Width::Wide, ..Page::default() };
    page.around(&html! {
        h1 { "Sandbox" }
        @if let Some(problem) = view.problem {
            p.notice role="alert" { (problem) }
        }
        p {
            @if view.refreshes {
                "This page comes again every five seconds. "
                a href="/sandbox" { "Stop that" }
            } @else {
                a href="/sandbox" { "Look again" } ", or "
                a href="/sandbox?refresh=5" { "look again every five seconds" }
            }
            ". As JSON: " a href="/sandbox/log" { "the log" } ", "
            a href="/sandbox/people" { "people" } ", " a href="/sandbox/faults" { "faults" } "."
        }
        (bot(view))
        (clock(view))
        (people(view))
        (faults(view))
        (log(view.log))
    })
}

fn bot(view: &Sandbox<'_>) -> Markup {
    html! {
        section aria-labelledby="bot" {
            h2 #bot { "The bot" }
            dl.facts {
                @for (name, value) in view.bot {
                    div { dt { (name) } dd { code { (value) } } }
                }
                div {
                    dt { "callback" }
                    dd {
                        @if let Some(url) = view.callback { code { (url) } } @else {
                            "None is subscribed yet: webhooks wait."
                        }
                    }
                }
            }
        }
    }
}

fn clock(view: &Sandbox<'_>) -> Markup {
    html! {
        section aria-labelledby="clock" {
            h2 #clock { "The clock" }
            p { "It is " (time::moment(view.now)) " here, " (view.ahead) "." }
            form method="post" action="/sandbox/page/clock" {
                p {
                    @for (value, words) in MOVES {
                        button.button.quiet.small name="advance" value=(value) {
                            "Move on by " (words)
                        }
                        " "
                    }
                }
            }
        }
    }
}

fn people(view: &Sandbox<'_>) -> Markup {
    html! {
        section aria-labelledby="people" {
            h2 #people { "People" }
            @if view.people.is_empty() { p { "Nobody yet." } }
            @for (n, person) in view.people.iter().enumerate() {
                form method="post" action="/sandbox/page/say" {
                    input type="hidden" name="person" value=(person.name);
                    div.field {
                        label for={ "says-" (n) } {
                            bdi { (person.name) } " says"
                            @if !person.auto { " (receives and reads only when told)" }
                        }
                        input id={ "says-" (n) } name="text" autocomplete="off" required;
                    }
                    button.button.quiet.small { "Say it" }
                }
            }
            form method="post" action="/sandbox/page/person" {
                div.field {
                    label for="name" { "Somebody new, who agrees at once" }
                    input #name name="name" autocomplete="off" maxlength="64" required;
                }
                button.button.quiet.small { "Let them in" }
            }
        }
    }
}

fn faults(view: &Sandbox<'_>) -> Markup {
    html! {
        section aria-labelledby="faults" {
            h2 #faults { "Faults" }
            @if view.faults.is_empty() { p { "None stands." } }
            @for (id, words, left) in view.faults {
                form method="post" action="/sandbox/page/fault" {
                    p {
                        code { (words) } " " (left) " "
                        button.button.quiet.small name="id" value=(id) {
                            "Delete" span.visually-hidden { " fault " (id) }
                        }
                    }
                }
            }
        }
    }
}

fn log(entries: &[Entry]) -> Markup {
    html! {
        section aria-labelledby="log" {
            h2 #log { "Log" }
            div.table-wrap role="region" aria-labelledby="entries" tabindex="0" {
                table.data {
                    caption #entries { "Newest first, times in UTC by the sandbox's clock." }
                    thead {
                        tr {
                            @for column in ["No.", "When", "What", "Outcome"] {
                                th scope="col" { (column) }
                            }
                        }
                    }
                    tbody { @for entry in entries { (row(entry)) } }
                }
            }
        }
    }
}

fn row(entry: &Entry) -> Markup {
    let kind = entry.good.map(|good| if good { "good" } else { "bad" });
    html! {
        tr {
            td.num data-label="No." { (entry.n) }
            td data-label="When" { (time::exact(entry.at)) }
            td data-label="What" {
                div { span.badge data-kind=[kind] { (entry.kind) } " " (entry.what) }
            }
            td data-label="Outcome" { div { (entry.outcome) } }
        }
    }
}
