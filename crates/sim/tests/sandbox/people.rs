//! People who do as they are told.

use serde_json::json;

use crate::bench::{Bench, options};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_says_hi_and_the_answer_can_be_awaited() {
    let bench = Bench::new().await;
    let ada = bench.person("Ada").await;
    let said = bench.says("Ada", json!({"text": "hi"})).await;
    let heard = bench.hears("hi").await;
    assert_eq!((&heard["from"], &heard["id"]), (&json!(ada), &said["id"]));
    let path = format!("people/Ada?after={}&wait_ms=20000", said["seq"]);
    let (awaited, sent) = tokio::join!(bench.get(&path), bench.replies(&ada, "hello"));
    let id = sent.expect(200).json()["messages"][0]["id"].clone();
    let answer = &awaited["messages"][0];
    assert_eq!((&answer["text"]["body"], &answer["id"]), (&json!("hello"), &id));
    // she receives and reads by herself
    bench.status(&id, "delivered").await;
    bench.status(&id, "read").await;
    let ada = bench.get("people/Ada").await;
    let states: Vec<_> = ada["messages"].as_array().expect("some").iter().collect();
    assert_eq!((&states[0]["state"], &states[1]["state"]), (&json!("shown"), &json!("delivered")));
    assert_eq!(states[2]["state"], "read");
    let all = bench.endpoint.kept();
    assert!(!all.is_empty() && all.iter().all(|webhook| webhook.signed));
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn buttons_are_tapped_and_messages_reacted_to() {
    let bench = Bench::new().await;
    let ada = bench.person("Ada").await;
    bench.says("Ada", json!({"text": "book"})).await;
    let button =
        |id: &str| json!({"type": "reply", "reply": {"id": id, "title": format!("T {id}")}});
    let action = json!({"buttons": [button("in"), button("out")]});
    let asked = json!({"messaging_product": "whatsapp", "to": ada, "type": "interactive",
        "interactive": {"type": "button", "body": {"text": "Where?"}, "action": action}});
    let asked = bench.sends(asked).await.expect(200).json()["messages"][0]["id"].clone();
    bench.says("Ada", json!({"tap": "T out"})).await;
    bench.says("Ada", json!({"react": "👍", "to": asked})).await;
    bench.says("Ada", json!({"text": "quoted", "reply_to": asked})).await;
    let quoted = bench.hears("quoted").await;
    assert_eq!(quoted["context"]["id"], asked);
    let kept = bench.endpoint.kept();
    let said: Vec<_> = kept.iter().filter_map(|webhook| webhook.message()).collect();
    assert_eq!(said[1]["interactive"]["button_reply"]["id"], "out");
    assert_eq!(said[1]["context"]["id"], asked);
    assert_eq!(said[2]["reaction"], json!({"emoji": "👍", "message_id": asked}));
    let nothing = bench.post("people/Ada/says", json!({"tap": "nowhere"})).await;
    assert_eq!(nothing.status, 409, "{}", nothing.text());
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_auto_receives_and_reads_when_told() {
    let bench = Bench::new().await;
    let new = json!({"name": "Zoë", "profile_name": "Zed", "auto": false});
    let zoe = bench.post("people", new).await.expect(201).json();
    let (path, wa_id) = ("people/Zo%C3%AB", zoe["wa_id"].as_str().expect("a number").to_owned());
    bench.post(&format!("{path}/says"), json!({"text": "hi"})).await.expect(200);
    bench.hears("hi").await;
    let kept = bench.endpoint.kept();
    assert_eq!(kept[0].value()["contacts"][0]["profile"]["name"], "Zed");
    let id = bench.replies(&wa_id, "hello").await.expect(200).json()["messages"][0]["id"].clone();
    bench.status(&id, "sent").await;
    assert_eq!(bench.get(path).await["messages"][2]["state"], "sent");
    bench.http.post(&format!("/sandbox/{path}/receives")).send().await.expect(200);
    bench.status(&id, "delivered").await;
    assert_eq!(bench.get(path).await["messages"][2]["state"], "delivered");
    bench.http.post(&format!("/sandbox/{path}/reads")).send().await.expect(200);
    bench.status(&id, "read").await;
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_is_written_to_no_more_until_they_agree_again() {
    let bench = Bench::new().await;
    let ada = bench.person("Ada").await;
    bench.says("Ada", json!({"text": "hi"})).await;
    bench.http.post("/sandbox/people/Ada/stops").send().await.expect(200);
    assert_eq!(bench.replies(&ada, "still there?").await.code(), 131_026);
    assert_eq!(bench.get("people/Ada").await["state"], "withdrawn");
    let refused = bench.post("people/Ada/says", json!({"text": "hm"})).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    bench.http.post("/sandbox/people/Ada/agrees").send().await.expect(200);
    bench.says("Ada", json!({"text": "again"})).await;
    bench.hears("again").await;
    bench.replies(&ada, "welcome back").await.expect(200);
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_may_be_there_before_the_bot_runs() {
    let endpoint = sim::Endpoint::new(Default::default(), server::clock::Clock::system()).await;
    endpoint.expects("other than it comes with");
    let callback = Some(endpoint.url().to_owned());
    let before = server::sandbox::start::Options { callback, ..options() };
    let bench = Bench::before(before, endpoint).await;
    bench.person("Ada").await;
    bench.says("Ada", json!({"text": "anybody?"})).await;
    bench.logged("a try without a bot", |entry| entry["kind"] == "callback").await;
    bench.endpoint.expects("sandbox");
    bench.is_subscribed().await;
    bench.post("clock", json!({"advance": "2h"})).await.expect(200);
    bench.hears("anybody?").await;
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_messenger_takes_can_be_sent_as_a_person() {
    let bench = Bench::new().await;
    bench.person("Ada").await;
    let text = json!({"type": "text", "text": {"body": "by hand"}, "client_id": "c1"});
    bench.post("people/Ada/app/chats/-/messages", text).await.expect(200);
    bench.hears("by hand").await;
    let chats = bench.get("people/Ada/app/chats").await;
    assert_eq!(chats["chats"][0]["last_seq"], 2);
    let nothing = bench.post("people/Ada/app/chats/-/messages", json!({})).await;
    assert_eq!(nothing.status, 400, "{}", nothing.text());
    bench.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_commands_are_refused_in_words() {
    let bench = Bench::new().await;
    bench.person("Ada").await;
    for (path, body, status) in [
        ("people", json!({"name": "Ada"}), 409),
        ("people", json!({"name": ""}), 400),
        ("people", json!({"name": "a/b"}), 400),
        ("people", json!({"name": "B", "age": 3}), 400),
        ("people/Bob/says", json!({"text": "hi"}), 404),
        ("people/Ada/says", json!({}), 400),
        ("people/Ada/says", json!({"text": ""}), 400),
        ("people/Ada/says", json!({"type": "nothing of this kind"}), 400),
        ("people/Ada/reads", json!({"up": 1}), 400),
        ("clock", json!({"advance": "yesterday"}), 400),
        ("clock", json!({"advance": "20000d"}), 400),
    ] {
        let answer = bench.post(path, body.clone()).await;
        assert_eq!(answer.status, status, "{path} {body}: {}", answer.text());
        assert!(answer.json()["error"]["message"].is_string(), "{path} {body}");
    }
    bench.stops().await;
}
