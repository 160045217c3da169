//! The kit against a stand-in exchange: enrolment, deliveries, duplicates, order, crashes.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use assistant_kit::stand_in::{DEADLINE, Exchange, Running, options, quick_pace};
use assistant_kit::{
    Assistant, Card, Clock, Content, Desk, Error, Incoming, Outgoing, Setup, sign,
};
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::json;
use tokio::sync::Notify;

/// Repeats what it hears and counts, in its own table, how often it acted.
#[derive(Clone, Default)]
struct Echo {
    started: Arc<Notify>,
    go_on: Arc<Notify>,
    failures: Arc<AtomicU32>,
}

impl Assistant for Echo {
    type Thought = ();
    const SCHEMA: &'static str =
        "CREATE TABLE IF NOT EXISTS acts (n INTEGER PRIMARY KEY, wamid TEXT NOT NULL)";

    async fn think(&self, _desk: &Desk, message: &Incoming) {
        if message.content == Content::Text("wait".into()) {
            self.started.notify_one();
            self.go_on.notified().await;
        }
    }

    fn decide(
        &self,
        db: &Connection,
        message: &Incoming,
        (): (),
        _now: Timestamp,
    ) -> Result<Vec<Outgoing>, Error> {
        db.execute("INSERT INTO acts (wamid) VALUES (?)", [&message.id])?;
        let acts: u32 = db.query_row("SELECT count(*) FROM acts", [], |row| row.get(0))?;
        if message.content == Content::Text("fail".into()) {
            self.failures.fetch_add(1, Ordering::SeqCst);
            return Err(Error::Unreadable("mind".into()));
        }
        Ok(vec![Outgoing::Text(format!("{acts}: {:?}", message.content))])
    }
}

fn setup(exchange: &Exchange, folder: &Path, assistant: &Echo) -> Setup<Echo> {
    Setup {
        common: options(exchange, folder),
        kind: "echo",
        card: Card {
            name: "Echo".into(),
            purpose: "Repeats what it hears".into(),
            details: String::new(),
            retention: "not at all".into(),
            data_location: "this machine".into(),
            trains: false,
            automation: "automated",
        },
        privacy: "Nothing is kept.".into(),
        assistant: assistant.clone(),
        clock: Clock::system(),
        pace: quick_pace(),
    }
}

#[tokio::test]
async fn registers_once_and_answers_in_order() {
    let (mut exchange, dir) = (Exchange::start().await, tempfile::tempdir().unwrap());
    let echo = Echo::default();
    let running = Running::start(setup(&exchange, dir.path(), &echo));
    let card = exchange.enrolled().await;
    assert_eq!(card["name"], "Echo");
    assert_eq!(card["trains"], false);
    assert!(card["privacy_policy"].as_str().unwrap().ends_with("/privacy"));

    for said in ["a", "b", "c"] {
        exchange.says("3247", said).await;
    }
    for (nth, said) in ["a", "b", "c"].into_iter().enumerate() {
        assert_eq!(exchange.text().await, format!("{}: Text(\"{said}\")", nth + 1));
    }
    assert_eq!(exchange.typing().await, "wamid.1");
    running.stop().await;

    // A second start uses the same account and the same port: nothing to enrol.
    let running = Running::start(setup(&exchange, dir.path(), &echo));
    exchange.reachable().await;
    exchange.says("3247", "again").await;
    assert_eq!(exchange.text().await, "4: Text(\"again\")");
    assert!(exchange.nobody_enrolled());
    running.stop().await;
}

#[tokio::test]
async fn a_second_delivery_is_not_acted_on() {
    let (mut exchange, dir) = (Exchange::start().await, tempfile::tempdir().unwrap());
    let echo = Echo::default();
    let running = Running::start(setup(&exchange, dir.path(), &echo));
    exchange.enrolled().await;
    let hello = json!({"type": "text", "text": {"body": "hello"}});
    assert_eq!(exchange.deliver("3247", "wamid.x", hello.clone()).await, 200);
    assert_eq!(exchange.text().await, "1: Text(\"hello\")");
    // Again while running, and again after a restart.
    assert_eq!(exchange.deliver("3247", "wamid.x", hello.clone()).await, 200);
    running.stop().await;
    let running = Running::start(setup(&exchange, dir.path(), &echo));
    exchange.reachable().await;
    assert_eq!(exchange.deliver("3247", "wamid.x", hello.clone()).await, 200);
    exchange.says("3247", "next").await;
    assert_eq!(exchange.text().await, "2: Text(\"next\")", "the duplicates acted");
    running.stop().await;
}

#[tokio::test]
async fn a_message_accepted_before_a_crash_is_answered_after_it() {
    let (mut exchange, dir) = (Exchange::start().await, tempfile::tempdir().unwrap());
    let echo = Echo::default();
    let running = Running::start(setup(&exchange, dir.path(), &echo));
    exchange.enrolled().await;
    exchange.says("3247", "wait").await;
    tokio::time::timeout(DEADLINE, echo.started.notified()).await.unwrap();
    running.kill().await;

    let echo = Echo::default();
    let running = Running::start(setup(&exchange, dir.path(), &echo));
    tokio::time::timeout(DEADLINE, echo.started.notified()).await.unwrap();
    echo.go_on.notify_one();
    assert_eq!(exchange.text().await, "1: Text(\"wait\")", "acted once, in the second life");
    assert!(exchange.nobody_enrolled(), "the kept port was free and was used");
    running.stop().await;
}

#[tokio::test]
async fn what_cannot_be_sent_now_is_sent_later() {
    let (mut exchange, dir) = (Exchange::start().await, tempfile::tempdir().unwrap());
    let running = Running::start(setup(&exchange, dir.path(), &Echo::default()));
    exchange.enrolled().await;
    let pair_limit = json!({"error": {"code": 131056, "message": "(#131056)"}});
    // More failures than the tries of one send: the sweep takes it up.
    exchange.answer_next(
        (0..12).map(|n| if n % 2 == 0 { (400, pair_limit.clone()) } else { (503, json!({})) }),
    );
    exchange.says("3247", "patience").await;
    assert_eq!(exchange.text().await, "1: Text(\"patience\")");
    // A refusal for good does not block what comes after it.
    exchange.answer_next([(400, json!({"error": {"code": 131009}}))]);
    exchange.says("3247", "refused").await;
    exchange.says("3247", "after").await;
    assert_eq!(exchange.text().await, "3: Text(\"after\")");
    running.stop().await;
}

#[tokio::test]
async fn a_message_that_always_fails_gets_an_apology_and_blocks_nobody() {
    let (mut exchange, dir) = (Exchange::start().await, tempfile::tempdir().unwrap());
    let echo = Echo::default();
    let running = Running::start(setup(&exchange, dir.path(), &echo));
    exchange.enrolled().await;
    exchange.says("3247", "fail").await;
    assert!(exchange.text().await.starts_with("Sorry"));
    assert_eq!(echo.failures.load(Ordering::SeqCst), 5);
    exchange.says("3247", "fine").await;
    assert_eq!(exchange.text().await, "1: Text(\"fine\")", "the failed acts were rolled back");
    running.stop().await;
}

#[tokio::test]
async fn one_slow_sender_does_not_hold_up_another() {
    let (mut exchange, dir) = (Exchange::start().await, tempfile::tempdir().unwrap());
    let echo = Echo::default();
    let running = Running::start(setup(&exchange, dir.path(), &echo));
    exchange.enrolled().await;
    exchange.says("1", "wait").await;
    exchange.says("1", "second").await;
    exchange.says("2", "quick").await;
    let sent = exchange.sent().await;
    assert_eq!(sent["to"], "2");
    // Meanwhile the typing sign is renewed for the first.
    for _ in 0..3 {
        exchange.typing().await;
    }
    echo.go_on.notify_one();
    let first = exchange.sent().await;
    assert_eq!(first["context"]["message_id"], "wamid.1", "quoted, for more was said meanwhile");
    assert!(exchange.sent().await.get("context").is_none());
    running.stop().await;
}

#[tokio::test]
async fn only_signed_deliveries_are_taken() {
    let (mut exchange, dir) = (Exchange::start().await, tempfile::tempdir().unwrap());
    let running = Running::start(setup(&exchange, dir.path(), &Echo::default()));
    exchange.enrolled().await;
    let body = r#"{"object":"whatsapp_business_account","entry":[]}"#;
    exchange.says("3247", "the line is up").await;
    assert_eq!(exchange.post(body.into(), &sign("wrong", body.as_bytes())).await, 401);
    assert_eq!(exchange.post(body.into(), "").await, 401);
    assert_eq!(exchange.post_signed("{".into()).await, 400);
    assert_eq!(exchange.post_signed(" ".repeat(3 * 1024 * 1024 + 1)).await, 413);
    assert_eq!(exchange.post_signed(body.into()).await, 200);
    running.stop().await;
}

#[tokio::test]
async fn waits_for_the_exchange_but_not_after_a_refusal() {
    let (mut exchange, dir) = (Exchange::start().await, tempfile::tempdir().unwrap());
    exchange.refuse_registrations([503, 429]);
    let running = Running::start(setup(&exchange, dir.path(), &Echo::default()));
    exchange.enrolled().await;
    running.stop().await;

    let other = tempfile::tempdir().unwrap();
    exchange.refuse_registrations([409]);
    let ended = Running::start(setup(&exchange, other.path(), &Echo::default())).end().await;
    assert_eq!(
        ended.unwrap_err().to_string(),
        "the exchange refused (409): Not now. Ask the test."
    );
}

#[tokio::test]
async fn subscribes_again_when_the_callback_moved_and_registers_anew_when_forgotten() {
    let (mut exchange, dir) = (Exchange::start().await, tempfile::tempdir().unwrap());
    let running = Running::start(setup(&exchange, dir.path(), &Echo::default()));
    exchange.enrolled().await;
    running.stop().await;

    // The kept port is taken by somebody else now, so another is chosen.
    let port: u16 = std::fs::read_to_string(dir.path().join("port")).unwrap().parse().unwrap();
    let squatter = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let running = Running::start(setup(&exchange, dir.path(), &Echo::default()));
    let subscribed = exchange.enrolled().await;
    assert_eq!(subscribed["fields"], "messages");
    assert!(!subscribed["callback_url"].as_str().unwrap().contains(&port.to_string()));
    exchange.says("3247", "hello").await;
    exchange.text().await;
    running.stop().await;
    drop(squatter);

    exchange.forget();
    let running = Running::start(setup(&exchange, dir.path(), &Echo::default()));
    assert_eq!(exchange.enrolled().await["name"], "Echo");
    exchange.says("3247", "hello again").await;
    exchange.text().await;
    assert!(dir.path().join("credentials.refused.json").exists());
    running.stop().await;
}
