//! The log, who may read it, and what is left in the end.

use hyper::header;
use serde_json::{Value, json};
use server::sandbox::start::Options;

use crate::bench::{Bench, options};

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_the_reason_of_a_refusal_and_no_token() {
    let bench = Bench::new().await;
    let ada = bench.person("Ada").await;
    bench.says("Ada", json!({"text": "hi"})).await;
    bench.replies("15550001", "hello?").await;
    let refused = bench.logged("the refusal", |entry| entry["code"] == 131_026).await;
    assert_eq!((&refused["kind"], &refused["status"]), (&json!("call"), &json!(400)));
    assert!(refused["reason"].as_str().expect("words").contains("consented"), "{refused}");
    assert_eq!(refused["request"]["text"]["body"], "hello?");
    bench.replies(&ada, "hello").await.expect(200);
    let token = bench.bot["access_token"].as_str().expect("a token");
    let path = format!(
        "/v25.0/{}?access_token={token}",
        bench.bot["phone_number_id"].as_str().expect("id")
    );
    bench.http.get(&path).send().await.expect(200);
    let webhook = bench.logged("the webhook", |entry| entry["type"] == "text").await;
    let secret = bench.bot["app_secret"].as_str().expect("a secret");
    let signature = webhook["signature"].as_str().expect("signed");
    assert_eq!(signature.len(), 71);
    assert!(webhook["body"].as_str().is_some_and(|body| body.contains("\"hi\"")), "{webhook}");
    let log = bench.http.get("/sandbox/log").send().await.text();
    assert!(!log.contains(token) && !log.contains(secret), "{log}");
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_can_be_awaited() {
    let bench = Bench::new().await;
    let last = bench.get("log").await["last"].clone();
    let path = format!("log?after={last}&kind=clock&wait_ms=20000");
    let (awaited, _) =
        tokio::join!(bench.get(&path), bench.post("clock", json!({"advance": "1s"})));
    assert_eq!(awaited["entries"][0]["advance_ms"], 1000);
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_and_other_names_cannot_command_it() {
    let bench = Bench::new().await;
    let body = json!({"advance": "1h"});
    let post = || bench.http.post("/sandbox/clock").json(&body);
    let origin = |site: &str| post().with(header::ORIGIN, site);
    assert_eq!(origin("https://evil.example").send().await.status, 403);
    assert_eq!(post().with(header::HOST, "evil.example").send().await.status, 403);
    let site = header::HeaderName::from_static("sec-fetch-site");
    assert_eq!(post().with(site, "cross-site").send().await.status, 403);
    assert_eq!(origin(bench.http.base()).send().await.status, 200);
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_exchange_has_no_sandbox() {
    let world = sim::World::new().await;
    for path in ["/sandbox", "/sandbox/people", "/sandbox/log", "/sandbox/clock", "/sandbox/bot"] {
        assert_eq!(world.http().get(path).send().await.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_on_disk() {
    let bench = Bench::new().await;
    bench.person("Ada").await;
    let folder = bench.folder().to_owned();
    assert!(folder.exists());
    bench.stops().await;
    assert!(!folder.exists(), "{} is left", folder.display());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_there_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = || Options { keep: Some(folder.path().to_owned()), ..options() };
    let bench = Bench::with(kept()).await;
    let ada = bench.person("Ada").await;
    bench.says("Ada", json!({"text": "hi"})).await;
    let bot = bench.bot.clone();
    bench.stops().await;
    let bench = Bench::with(kept()).await;
    let same = |name: &str| assert_eq!(bench.bot[name], bot[name], "{name}");
    ["phone_number_id", "access_token", "app_secret", "waba_id"].into_iter().for_each(same);
    let person = bench.get("people/Ada").await;
    assert_eq!(person["wa_id"], Value::from(ada));
    assert_eq!(person["messages"][1]["text"]["body"], "hi");
    bench.says("Ada", json!({"text": "still me"})).await;
    bench.hears("still me").await;
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_the_same_at_every_start() {
    let (one, other) = (Bench::new().await, Bench::new().await);
    for name in ["phone_number_id", "access_token", "app_id", "app_secret", "waba_id"] {
        assert_eq!(one.bot[name], other.bot[name], "{name}");
    }
    let named = Bench::with(Options { name: "Other".to_owned(), ..options() }).await;
    assert_ne!(one.bot["access_token"], named.bot["access_token"]);
    for bench in [one, other, named] {
        bench.stops().await;
    }
}
