//! The clock is moved, and what waits happens while one watches.

use serde_json::json;
use sim::Gives;

use crate::bench::Bench;

#[tokio::test(flavor = "multi_thread")]
async fn the_window_closes_after_a_day() {
    let bench = Bench::new().await;
    let ada = bench.person("Ada").await;
    bench.says("Ada", json!({"text": "hi"})).await;
    bench.replies(&ada, "in time").await.expect(200);
    let moved = bench.post("clock", json!({"advance": "25h"})).await.expect(200).json();
    assert_eq!(moved["ahead_ms"], 90_000_000);
    assert_eq!(bench.get("clock").await["ahead_ms"], 90_000_000);
    let late = bench.replies(&ada, "too late").await.expect(200).json()["messages"][0].clone();
    let failed = bench.status(&late["id"], "failed").await;
    assert_eq!(failed["errors"][0]["code"], 131_047);
    bench.says("Ada", json!({"text": "back"})).await;
    let id = bench.replies(&ada, "open again").await.expect(200).json()["messages"][0].clone();
    bench.status(&id["id"], "read").await;
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_happen_while_one_watches() {
    let bench = Bench::new().await;
    bench.person("Ada").await;
    bench.endpoint.gives(Gives::Status(503));
    bench.says("Ada", json!({"text": "hi"})).await;
    for tries in 1..6 {
        bench.endpoint.until("another try", |kept| (kept.len() > tries - 1).then_some(())).await;
        let try_logged = |entry: &serde_json::Value| {
            entry["kind"] == "webhook" && entry["attempt"] == tries && entry["answered"] == 503
        };
        bench.logged("the try is logged", try_logged).await;
        // the longest of the waits so far, 1 s doubled each time
        bench.post("clock", json!({"advance": "1m"})).await.expect(200);
    }
    bench.endpoint.gives(Gives::Status(200));
    bench.post("clock", json!({"advance": "1h"})).await.expect(200);
    bench.endpoint.until("it is taken", |kept| kept.iter().find(|w| w.is_taken()).cloned()).await;
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_session_outlives_a_year() {
    let bench = Bench::new().await;
    bench.person("Ada").await;
    bench.post("clock", json!({"advance": "365d"})).await.expect(200);
    bench.says("Ada", json!({"text": "a year later"})).await;
    bench.hears("a year later").await;
    bench.stops().await;
}
