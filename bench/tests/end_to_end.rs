//! Floor, load and sink together, small: every message arrives once, and what is wrong is seen.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use bench::floor::{self, Config};
use bench::load::Target;
use bench::run::{self, Findings, Phase, Settings};
use bench::setup;
use bench::sink::Sink;
use bench::world::{Plan, World};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn settings(scratch: &std::path::Path) -> Settings {
    Settings {
        lasting: Duration::from_millis(300),
        connections: 4,
        phases: vec![Phase::Closed, Phase::Open(200)],
        ceiling: 400,
        scratch: scratch.to_path_buf(),
        relays: 2,
    }
}

async fn start_floor(sink: &Sink, log: std::path::PathBuf, numbers: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = Config { sink: sink.address, log, numbers, relays: 2 };
    tokio::spawn(floor::serve(listener, config));
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_message_of_both_loops_arrives_once_and_is_on_disk() {
    let scratch = tempfile::tempdir().unwrap();
    let settings = settings(scratch.path());
    let sink = Sink::start().unwrap();
    let log = scratch.path().join("floor.log");
    let address = start_floor(&sink, log.clone(), 7).await;
    let target = run::floor_target(address, &sink, &settings, 7);
    let mut findings = Findings::default();
    run::measure("floor", &target, &settings, 400, None, &mut findings).await.unwrap();

    assert_eq!(findings.failures, Vec::<String>::new());
    let [closed, open] = &findings.phases[..] else { panic!("{findings:?}") };
    for phase in [closed, open] {
        assert!(phase.errors.is_empty(), "{phase}");
        assert_eq!((phase.accepted, phase.missing, phase.duplicates), (phase.delivered, 0, 0));
        assert!(
            phase.end_to_end.p50_ms > 0.0 && phase.end_to_end.max_ms >= phase.end_to_end.p50_ms
        );
    }
    assert!(closed.accepted > 0 && closed.accepted <= 130, "the ceiling is 400 a second: {closed}");
    assert_eq!(open.accepted, 60, "200 a second for 0.3 s");
    let kept = std::fs::read(log).unwrap();
    let kept = kept.windows(6).filter(|six| six == b"wamid.").count() as u64;
    assert!(kept >= closed.accepted + open.accepted, "accepted means on disk: {kept}");
    let json = serde_json::to_value(&findings).unwrap();
    assert_eq!(json["phases"][1]["delivered"], 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_token_is_counted_by_code_and_nothing_is_delivered() {
    let scratch = tempfile::tempdir().unwrap();
    let mut settings = settings(scratch.path());
    settings.phases = vec![Phase::Open(100)];
    let sink = Sink::start().unwrap();
    let address = start_floor(&sink, scratch.path().join("floor.log"), 1).await;
    let mut app = World::synthetic(1, 1).apps()[0].clone();
    app.token = "stolen".to_owned();
    let world = World::new(vec![app], vec![vec!["1".into(), "2".into(), "3".into()]]);
    let target = Arc::new(Target { address, world, book: Arc::clone(&sink.book) });
    let mut findings = Findings::default();
    run::measure("floor", &target, &settings, 100, None, &mut findings).await.unwrap();
    assert_eq!(findings.phases[0].errors["HTTP 401"], 30);
    assert_eq!(findings.failures.len(), 1, "nothing was accepted: {findings:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_webhooks_fail_the_run() {
    let scratch = tempfile::tempdir().unwrap();
    let mut settings = settings(scratch.path());
    settings.phases = vec![Phase::Open(50)];
    let sink = Sink::start().unwrap();
    let address = start_floor(&sink, scratch.path().join("floor.log"), 1).await;
    let target = run::floor_target(address, &sink, &settings, 1);
    let app = &target.world.apps()[0];
    let invented = floor::webhook(app, "wamid.invented", "1", 1);
    let key = bench::verify::key(&app.secret);
    let signature = bench::verify::signature(&key, invented.as_bytes());
    post(sink.address, &invented, &signature).await;
    post(sink.address, &invented, "sha256=0000").await;
    // Without this the wait for the invention's acceptance would take its full 30 s.
    sink.book.tracker.answer_lost();
    let again = invented.replace("wamid.invented", "wamid.another");
    let signature = bench::verify::signature(&key, again.as_bytes());
    let mut findings = Findings::default();
    run::measure("floor", &target, &settings, 100, None, &mut findings).await.unwrap();
    post(sink.address, &again, &signature).await;
    let verdict = sink.book.tracker.verdict();
    assert_eq!((verdict.missing, verdict.invented, verdict.badly_signed), (0, 1, 1));
    assert!(findings.failures[0].contains("badly signed 1"), "{findings:?}");
    assert!(run::conclude(findings, None).is_err());
}

#[tokio::test]
async fn a_set_up_that_is_refused_says_where_and_what() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut some = [0; 4096];
            let _ = stream.read(&mut some).await.unwrap();
            let body = r#"{"error":{"message":"too many registrations"}}"#;
            let head =
                format!("HTTP/1.1 429 Too Many Requests\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        }
    });
    let sink = Sink::start().unwrap();
    let plan = Plan::new(10, 10);
    let error = setup::world(address, &sink.callback(), &sink.book, plan).await.unwrap_err();
    let said = error.to_string();
    assert!(said.contains("POST /providers answered 429 instead of 201"), "{said}");
    assert!(said.contains("too many registrations"), "{said}");
}

async fn post(sink: SocketAddr, body: &str, signature: &str) {
    let mut connection = bench::connection::Connection::open(sink).await.unwrap();
    let request = format!(
        "POST /webhook HTTP/1.1\r\ncontent-length: {}\r\nx-hub-signature-256: {signature}\r\n\r\n{body}",
        body.len()
    );
    let status = connection.exchange(request.as_bytes(), |answer| answer.head.status().unwrap());
    assert_eq!(status.await.unwrap(), 200);
}
