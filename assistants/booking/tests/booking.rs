//! The booking assistant against a stand-in exchange, through the public API alone.

use assistant_booking::{Options, setup};
use assistant_kit::Clock;
use assistant_kit::stand_in::{Exchange, Running, options, quick_pace};
use serde_json::Value;

/// Wednesday, 9:40 in Brussels.
const NOW: &str = "2026-10-14T07:40:00Z";

async fn start(exchange: &Exchange, folder: &std::path::Path) -> Running {
    let options = Options {
        common: options(exchange, folder),
        time_zone: "Europe/Brussels".into(),
        opens: "09:00".parse().expect("a time"),
        closes: "17:00".parse().expect("a time"),
        slot_minutes: 30,
        days_ahead: 14,
        closed: vec![],
    };
    let now = NOW.parse().expect("a timestamp");
    let setup = setup(options, Clock::new(move || now), quick_pace()).expect("good options");
    Running::start(setup)
}

/// The choices under a message: (id, title).
fn choices(message: &Value) -> Vec<(String, String)> {
    let action = &message["interactive"]["action"];
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let rows = action["sections"].as_array().into_iter().flatten();
    let rows = rows.flat_map(|section| section["rows"].as_array().into_iter().flatten());
    let buttons = action["buttons"].as_array().into_iter().flatten().map(|b| &b["reply"]);
    rows.chain(buttons).map(|c| (text(&c["id"]), text(&c["title"]))).collect()
}

fn body(message: &Value) -> String {
    message["interactive"]["body"]["text"].as_str().expect("an interactive message").to_owned()
}

/// A person who taps what it reads, and returns the next message.
async fn taps(exchange: &mut Exchange, person: &str, message: &Value, title: &str) -> Value {
    let found = choices(message).into_iter().find(|(_, t)| t == title);
    let (id, _) = found.unwrap_or_else(|| panic!("no {title:?} in {message}"));
    exchange.chooses(person, &id).await;
    exchange.sent().await
}

#[tokio::test]
async fn from_hello_to_booked_moved_and_cancelled() {
    let (mut exchange, dir) = (Exchange::start().await, tempfile::tempdir().expect("a folder"));
    let running = start(&exchange, dir.path()).await;
    assert_eq!(exchange.enrolled().await["automation"], "automated");

    exchange.says("3247", "hi").await;
    let menu = exchange.sent().await;
    let titles: Vec<String> = choices(&menu).into_iter().map(|(_, title)| title).collect();
    assert_eq!(titles, ["Book", "My bookings", "Help"]);

    let days = taps(&mut exchange, "3247", &menu, "Book").await;
    assert_eq!(choices(&days).len(), 10);
    let times = taps(&mut exchange, "3247", &days, "Wednesday 14 October").await;
    assert_eq!(choices(&times)[0].1, "10:30", "10:00 is too soon");
    let later = taps(&mut exchange, "3247", &times, "More…").await;
    let confirm = taps(&mut exchange, "3247", &later, "16:30").await;
    let booked = taps(&mut exchange, "3247", &confirm, "Confirm").await;
    assert_eq!(body(&booked), "Booked: *Wednesday 14 October, 16:30*.");

    let days = taps(&mut exchange, "3247", &booked, "Move").await;
    let times = taps(&mut exchange, "3247", &days, "Thursday 15 October").await;
    let confirm = taps(&mut exchange, "3247", &times, "09:00").await;
    assert!(body(&confirm).starts_with("Move it to"));
    let moved = taps(&mut exchange, "3247", &confirm, "Confirm").await;
    assert_eq!(body(&moved), "Moved to *Thursday 15 October, 09:00*.");

    let sure = taps(&mut exchange, "3247", &moved, "Cancel it").await;
    let gone = taps(&mut exchange, "3247", &sure, "Yes, cancel it").await;
    assert!(body(&gone).starts_with("Cancelled"));
    let none = taps(&mut exchange, "3247", &gone, "My bookings").await;
    assert_eq!(body(&none), "You have no appointments.");
    running.stop().await;
}

#[tokio::test]
async fn a_time_that_is_gone_is_said_politely_and_others_are_offered() {
    let (mut exchange, dir) = (Exchange::start().await, tempfile::tempdir().expect("a folder"));
    let running = start(&exchange, dir.path()).await;
    exchange.enrolled().await;
    let slot = "2026-10-15T07:00:00Z".parse::<jiff::Timestamp>().expect("a time").as_second();
    let id = format!("confirm/{slot}/new");

    // Twelve people confirm the same time at once.
    let people: Vec<String> = (0..12).map(|n| format!("3247{n}")).collect();
    let mut bodies = Vec::new();
    for person in &people {
        exchange.chooses(person, &id).await;
    }
    for _ in &people {
        bodies.push(body(&exchange.sent().await));
    }
    assert_eq!(bodies.iter().filter(|b| b.starts_with("Booked")).count(), 1, "{bodies:?}");
    let sorry = "Sorry, Thursday 15 October, 09:00 is not free any more. At what time on";
    assert_eq!(bodies.iter().filter(|b| b.starts_with(sorry)).count(), 11, "{bodies:?}");

    // A time that never was on offer, one of the past, and a button we never made.
    exchange.chooses("3248", &format!("confirm/{}/new", slot + 60)).await;
    assert!(exchange.text().await.starts_with("Sorry"));
    exchange.chooses("3248", "confirm/1000/new").await;
    assert!(exchange.text().await.starts_with("Sorry"));
    exchange.chooses("3248", "pay/1000000").await;
    assert!(exchange.text().await.starts_with("Hello"));
    running.stop().await;
}

#[tokio::test]
async fn a_conversation_goes_on_after_a_restart() {
    let (mut exchange, dir) = (Exchange::start().await, tempfile::tempdir().expect("a folder"));
    let running = start(&exchange, dir.path()).await;
    exchange.enrolled().await;
    exchange.chooses("3247", "times/2026-10-15/0/new").await;
    exchange.sent().await;
    running.stop().await;

    // It remembers that a time was asked for, and reads a typed one.
    let running = start(&exchange, dir.path()).await;
    exchange.reachable().await;
    exchange.says("3247", "9:30").await;
    assert_eq!(exchange.text().await, "Book *Thursday 15 October, 09:30*?");
    exchange.says("3247", "yes").await;
    assert_eq!(exchange.text().await, "Booked: *Thursday 15 October, 09:30*.");
    let slot = "2026-10-15T07:30:00Z".parse::<jiff::Timestamp>().expect("a time").as_second();
    exchange.chooses("3247", &format!("confirm/{slot}/new")).await;
    assert!(exchange.text().await.ends_with("is yours already."));
    running.stop().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_said() {
    let (mut exchange, dir) = (Exchange::start().await, tempfile::tempdir().expect("a folder"));
    let running = start(&exchange, dir.path()).await;
    exchange.enrolled().await;
    let image = serde_json::json!({"type": "image", "image": {"id": "1"}});
    assert_eq!(exchange.deliver("3247", "wamid.i", image).await, 200);
    assert!(exchange.text().await.starts_with("I can read text and buttons only."));
    running.stop().await;
}
