//! Faults on demand, and what the bot and the exchange make of each.

use serde_json::{Value, json};
use sim::endpoint::Webhook;

use crate::bench::Bench;

/// The texts that the bot has heard, in order.
fn texts(kept: &[Webhook]) -> Vec<String> {
    let text = |webhook: &Webhook| {
        let body = webhook.message()?["text"]["body"].as_str()?;
        Some(body.to_owned())
    };
    kept.iter().filter_map(text).collect()
}

impl Bench {
    async fn fault(&self, rule: Value) -> u64 {
        let answer = self.post("faults", rule).await.expect(201).json();
        answer["ids"][0].as_u64().expect("a number")
    }

    /// Waits until the bot has heard these, in this order, and nothing else.
    async fn hears_exactly(&self, expected: &[&str]) {
        let enough = |kept: &[Webhook]| (texts(kept).len() >= expected.len()).then(|| texts(kept));
        let heard = self.endpoint.until(&format!("{expected:?}"), enough).await;
        assert_eq!(heard, expected);
    }

    async fn logged_fault(&self, fault: &str) -> Value {
        self.logged(&format!("the fault {fault}"), |entry| entry["fault"] == fault).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_comes_again_with_the_same_id() {
    let bench = Bench::new().await;
    bench.person("Ada").await;
    bench.fault(json!({"on": "webhook", "do": "duplicate", "copies": 2})).await;
    bench.says("Ada", json!({"text": "once"})).await;
    bench.says("Ada", json!({"text": "twice"})).await;
    bench.hears_exactly(&["once", "once", "once", "twice"]).await;
    let kept = bench.endpoint.kept();
    assert_eq!(kept[0].body, kept[1].body);
    assert!(kept.iter().all(|webhook| webhook.signed));
    bench.logged_fault("duplicate").await;
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_lost_never_comes_and_counts_as_delivered() {
    let bench = Bench::new().await;
    bench.person("Ada").await;
    bench.fault(json!({"on": "webhook", "do": "lose", "match": {"person": "Ada"}})).await;
    let lost = bench.says("Ada", json!({"text": "lost"})).await;
    bench.says("Ada", json!({"text": "found"})).await;
    bench.hears_exactly(&["found"]).await;
    bench.post("clock", json!({"advance": "8d"})).await.expect(200);
    bench.says("Ada", json!({"text": "later"})).await;
    bench.hears_exactly(&["found", "later"]).await;
    let entry = bench.logged_fault("lose").await;
    assert_eq!((&entry["id"], &entry["answered"]), (&lost["id"], &Value::Null));
    let ada = bench.get("people/Ada").await;
    assert_eq!(ada["messages"][1]["state"], "delivered");
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_late_comes_when_the_clock_is_moved_and_others_pass_it() {
    let bench = Bench::new().await;
    bench.person("Ada").await;
    bench.fault(json!({"on": "webhook", "do": "late", "ms": 3_600_000})).await;
    bench.says("Ada", json!({"text": "slow"})).await;
    bench.says("Ada", json!({"text": "quick"})).await;
    bench.hears_exactly(&["quick"]).await;
    bench.post("clock", json!({"advance": "61m"})).await.expect(200);
    bench.hears_exactly(&["quick", "slow"]).await;
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_are_reordered() {
    let bench = Bench::new().await;
    bench.person("Ada").await;
    bench.fault(json!({"on": "webhook", "do": "reorder", "ms": 3_600_000})).await;
    for text in ["first", "second", "third"] {
        bench.says("Ada", json!({"text": text})).await;
    }
    let three = |kept: &[Webhook]| (texts(kept).len() == 3).then(|| texts(kept));
    let heard = bench.endpoint.until("all three", three).await;
    assert_eq!(heard[0], "second");
    assert!(heard.contains(&"first".to_owned()), "{heard:?}");
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_comes_when_the_rule_is_deleted_but_not_after_a_stop() {
    let bench = Bench::new().await;
    bench.person("Ada").await;
    bench.person("Bob").await;
    let rule = json!({"on": "webhook", "do": "hold", "times": 0, "match": {"type": "text"}});
    let id = bench.fault(rule).await;
    bench.says("Ada", json!({"text": "held"})).await;
    bench.says("Bob", json!({"text": "withdrawn"})).await;
    for who in ["held", "withdrawn"] {
        let held = |entry: &Value| {
            entry["fault"] == "hold" && entry["body"].as_str().is_some_and(|it| it.contains(who))
        };
        bench.logged("it is held", held).await;
    }
    bench.http.post("/sandbox/people/Bob/stops").send().await.expect(200);
    assert_eq!(texts(&bench.endpoint.kept()), [""; 0]);
    let path = format!("/sandbox/faults/{id}");
    bench.http.call(hyper::Method::DELETE, &path).send().await.expect(200);
    bench.hears_exactly(&["held"]).await;
    bench
        .logged("Bob's is not sent", |entry| {
            entry["reason"] == "not sent: the person has withdrawn"
        })
        .await;
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_tried_again() {
    let bench = Bench::new().await;
    bench.person("Ada").await;
    bench.fault(json!({"on": "webhook", "do": "fail", "status": 500, "times": 2})).await;
    bench.says("Ada", json!({"text": "third time lucky"})).await;
    for attempt in 1..=2 {
        let failed = |entry: &Value| entry["fault"] == "fail" && entry["attempt"] == attempt;
        bench.logged("a failure", failed).await;
        bench.post("clock", json!({"advance": "1m"})).await.expect(200);
    }
    bench.hears_exactly(&["third time lucky"]).await;
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_error_code_has_the_platforms_shape() {
    let bench = Bench::new().await;
    let ada = bench.person("Ada").await;
    bench.says("Ada", json!({"text": "hi"})).await;
    for (code, status) in
        [(130_429, 400), (131_056, 400), (190, 401), (131_000, 500), (132_001, 404)]
    {
        let rule = json!({"on": "call", "do": "error", "code": code, "path": "/messages"});
        bench.fault(rule).await;
        let refused = bench.replies(&ada, "refused").await;
        assert_eq!((refused.code(), refused.status), (code, status), "{}", refused.text());
        let error = &refused.json()["error"];
        assert!(error["message"].is_string() && error["fbtrace_id"].is_string(), "{error}");
    }
    let throttled = json!({"on": "call", "do": "error", "code": 130_429, "status": 429});
    bench.fault(throttled).await;
    let refused = bench.replies(&ada, "refused").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header(hyper::header::RETRY_AFTER), "1");
    bench.replies(&ada, "accepted").await.expect(200);
    let ada = bench.get("people/Ada").await;
    let said = ada["messages"].as_array().expect("some").iter();
    let bodies: Vec<_> = said.filter_map(|message| message["text"]["body"].as_str()).collect();
    assert_eq!(bodies, ["hi", "accepted"]);
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_message_whose_answer_is_lost_is_there() {
    let bench = Bench::new().await;
    let ada = bench.person("Ada").await;
    let said = bench.says("Ada", json!({"text": "hi"})).await;
    bench.fault(json!({"on": "call", "do": "accept-then-5xx", "status": 502})).await;
    let lost = bench.replies(&ada, "accepted all the same").await;
    assert_eq!((lost.status, lost.code()), (502, 2));
    let after = bench.get(&format!("people/Ada?after={}&wait_ms=20000", said["seq"])).await;
    assert_eq!(after["messages"][0]["text"]["body"], "accepted all the same");
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_status_and_a_slow_answer() {
    let bench = Bench::new().await;
    let ada = bench.person("Ada").await;
    bench.says("Ada", json!({"text": "hi"})).await;
    bench
        .fault(json!([
            {"on": "call", "do": "http", "status": 503},
            {"on": "call", "do": "slow", "ms": 3_600_000, "method": "POST"},
        ]))
        .await;
    assert_eq!(bench.replies(&ada, "no").await.status, 503);
    let slow = bench.replies(&ada, "in an hour");
    let moved = async {
        // used when the call is there
        let used = || async {
            let faults = bench.get("faults").await;
            (faults["faults"][1]["used"] == 1).then_some(())
        };
        sim::wait::eventually("the call is waiting", used).await;
        bench.post("clock", json!({"advance": "1h"})).await.expect(200);
    };
    let (answer, ()) = tokio::join!(slow, moved);
    answer.expect(200);
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rules_are_refused_and_change_nothing() {
    let bench = Bench::new().await;
    let sound = json!({"on": "webhook", "do": "lose"});
    for bad in [
        json!({"on": "webhook", "do": "explode"}),
        json!({"on": "call", "do": "error", "code": 1234}),
        json!({"on": "call", "do": "slow", "seconds": 3}),
        json!({"on": "webhook", "do": "lose", "match": {"person": 3}}),
    ] {
        let answer = bench.post("faults", json!([sound, bad])).await;
        assert_eq!(answer.status, 400, "{bad}: {}", answer.text());
    }
    let unknown = json!({"on": "webhook", "do": "lose", "match": {"person": "Nobody"}});
    assert_eq!(bench.post("faults", unknown).await.status, 404);
    assert_eq!(bench.get("faults").await["faults"], json!([]));
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_of_any_field_on_demand() {
    let bench = Bench::new().await;
    let fields = bench.get("webhooks").await["fields"].as_array().cloned().expect("fields");
    for field in &fields {
        let sent = bench.post("webhooks", json!({"field": field})).await.expect(200).json();
        assert_eq!(sent["answered"], 200, "{field}: {sent}");
    }
    let kept = bench.endpoint.kept();
    assert_eq!(kept.len(), fields.len());
    for (webhook, field) in kept.iter().zip(&fields) {
        assert!(webhook.signed, "{field}");
        assert_eq!(webhook.body["entry"][0]["changes"][0]["field"], *field);
        assert_eq!(webhook.body["entry"][0]["id"], bench.bot["waba_id"]);
        assert!(!webhook.body.to_string().contains("{{n"), "{field}");
    }
    let value = json!({"event": "ACCOUNT_DELETED"});
    bench.post("webhooks", json!({"field": "account_update", "value": value})).await.expect(200);
    let last = bench.endpoint.kept().pop().expect("one");
    assert_eq!(last.value(), &value);
    assert!(last.body["entry"][0]["time"].is_i64());
    assert_eq!(bench.post("webhooks", json!({"field": "nothing"})).await.status, 400);
    bench.stops().await;
}
