//! The table of deliveries.

use exchange::delivery::{End, Kind};
use exchange::id::AssistantId;
use exchange::limits;
use exchange::time::DAY_MS;
use maud::{Markup, html};

use super::super::time;
use super::{Deliveries, Delivery, Filter, path};

pub(super) fn table(view: &Deliveries<'_>) -> Markup {
    html! {
        @if view.rows.is_empty() {
            p {
                @if view.filter == Filter::All {
                    "None yet. Choose your assistant in " a href="/choose" { "the messenger" }
                    " and write to it."
                } @else {
                    "None of this kind."
                }
            }
        } @else {
            div.table-wrap role="region" aria-labelledby="deliveries" tabindex="0" {
                table.data {
                    caption #deliveries {
                        "Newest first, times in UTC. Kept for " (limits::DELIVERY_LOG_MS / DAY_MS)
                        " days after they end."
                    }
                    thead {
                        tr {
                            @for column in ["Owed since", "What", "State", "Tries", "Last answer", "Replay"] {
                                th scope="col" { (column) }
                            }
                        }
                    }
                    tbody { @for row in view.rows { (delivery(view.number, row)) } }
                }
            }
        }
        @if let Some(address) = view.older {
            p { a.button.quiet href=(address) { "Older" } }
        }
    }
}

fn delivery(number: AssistantId, row: &Delivery<'_>) -> Markup {
    let what = match row.kind {
        Kind::Message => "message",
        Kind::Sent => "status sent",
        Kind::Delivered => "status delivered",
        Kind::Read => "status read",
        Kind::Failed => "status failed",
        Kind::Fetch => "fetch of files",
        Kind::Event => "account event",
        Kind::Played => "status played",
        Kind::MarketingStopped => "marketing stopped",
        Kind::MarketingResumed => "marketing resumed",
    };
    let action = format!("{}/{}/replay", path(number), row.id);
    let label = format!("Replay {what} of {}", time::iso(row.created));
    // One element in each cell: on narrow screens it stands beside the cell's label.
    html! {
        tr {
            td data-label="Owed since" { (time::exact(row.created)) }
            td data-label="What" { div { (what) br; (breakable(row.wamid)) } }
            td data-label="State" { div { (state(row)) } }
            td.num data-label="Tries" { (row.attempts) }
            td data-label="Last answer" { div { (answer(row)) } }
            td data-label="Replay" {
                @if row.end.is_some_and(|end| end != End::Cancelled) {
                    form method="post" action=(action) data-once {
                        button.button.quiet.small aria-label=(label) { "Replay" }
                    }
                } @else {
                    span.meta { "–" }
                }
            }
        }
    }
}

/// A long id that may be broken over lines and is copied whole.
fn breakable(id: &str) -> Markup {
    let characters: Vec<char> = id.chars().collect();
    html! {
        code.meta {
            @for part in characters.chunks(16) { (part.iter().collect::<String>()) wbr; }
        }
    }
}

fn state(row: &Delivery<'_>) -> Markup {
    let (kind, word) = match row.end {
        None => (None, "pending"),
        Some(End::Delivered) => (Some("good"), "delivered"),
        Some(End::Dead) => (Some("bad"), "dead"),
        Some(End::Cancelled) => (None, "cancelled"),
    };
    html! {
        span.badge data-kind=[kind] { (word) }
        @if let Some(at) = row.finished { br; span.meta { (time::exact(at)) } }
        @if let Some(at) = row.next_retry { br; span.meta { "next try " (time::exact(at)) } }
    }
}

fn answer(row: &Delivery<'_>) -> Markup {
    let status = row.answer.filter(|status| *status != 0).map(|status| status.to_string());
    let reason = row.reason.unwrap_or_default();
    // Reasons often name the status themselves.
    let status = status.filter(|status| !reason.contains(status.as_str()));
    html! {
        @if let Some(status) = &status { (status) " " }
        @if status.is_none() && reason.is_empty() { span.meta { "None" } } @else { (reason) }
        @if let Some(duration_ms) = row.duration_ms { br; span.meta { (duration_ms) " ms" } }
    }
}
