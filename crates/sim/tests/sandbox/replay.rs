//! Recording, playing again, and scripts.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use server::sandbox::replay::replay;
use server::sandbox::script::Script;
use server::sandbox::start::Options;

use crate::bench::{Bench, options};

const WAIT: Duration = Duration::from_secs(3);

fn polite(text: &str) -> Option<String> {
    Some(format!("You said {text}."))
}

/// A session: two people, a button, a day that passes, a fault.
async fn session(file: &Path) {
    let recording = Options { record: Some(file.to_owned()), ..options() };
    let bench = Bench::with(recording).await;
    let bot = bench.answers(polite);
    bench.person("Ada").await;
    bench.person("Bob").await;
    for (who, text) in [("Ada", "hi"), ("Bob", "hello"), ("Ada", "how are you")] {
        let said = bench.says(who, json!({"text": text})).await;
        let answer = format!("people/{who}?after={}&wait_ms=20000", said["seq"]);
        let answer = bench.get(&answer).await["messages"][0].clone();
        assert_eq!(answer["text"]["body"], format!("You said {text}."));
        bench.says(who, json!({"react": "👍", "to": answer["id"]})).await;
    }
    bench.post("clock", json!({"advance": "25h"})).await.expect(200);
    // without the match it could befall a status that is still on its way
    let lose = json!({"on": "webhook", "do": "lose", "match": {"type": "text"}});
    bench.post("faults", lose).await.expect(201);
    bench.says("Bob", json!({"text": "lost"})).await;
    bench.says("Bob", json!({"text": "found"})).await;
    let found = |entry: &Value| entry["request"]["text"]["body"] == "You said found.";
    bench.logged("the last answer", found).await;
    bot.abort();
    bench.stops().await;
}

/// Plays a recording to a bot; what differs.
async fn played(file: &Path, answer: fn(&str) -> Option<String>) -> Vec<String> {
    let bench = Bench::new().await;
    let bot = bench.answers(answer);
    let recording = std::fs::read_to_string(file).expect("a recording");
    let play = |app| async move { replay(&app, &recording, WAIT).await };
    let differences = bench.inside(play).await.expect("it can be played");
    bot.abort();
    bench.stops().await;
    differences
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_played_again_finds_a_changed_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("session.jsonl");
    session(&file).await;
    let recorded = std::fs::read_to_string(&file).expect("a recording");
    assert!(recorded.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    assert!(!recorded.contains("\"EAA"), "no token");

    assert_eq!(played(&file, polite).await, [""; 0]);

    let changed =
        played(
            &file,
            |text| {
                if text == "how are you" { Some("Fine!".to_owned()) } else { polite(text) }
            },
        )
        .await;
    assert_eq!(changed.len(), 2, "{changed:#?}");
    assert!(changed[0].starts_with("- to Ada, 2.") && changed[0].contains("You said how are you."));
    assert!(changed[1].starts_with("+ to Ada, 2.") && changed[1].contains("Fine!"));

    let silent = played(&file, |text| if text == "found" { None } else { polite(text) }).await;
    assert_eq!(silent.len(), 1, "{silent:#?}");
    assert!(silent[0].starts_with("- to Bob, 2.") && silent[0].contains("You said found."));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_come_from_a_file_and_do_what_it_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("people.toml");
    let script = r#"
        [[people]]
        name = "Ada"
        does = [
            { says = "hi" },
            { awaits = "You said hi" },
            { reacts = "👍" },
            { advances = "1h" },
            { says = { type = "text", text = { body = "bye" } } },
            { awaits = "bye" },
            { stops = true },
        ]

        [[people]]
        name = "Bob"
        profile_name = "Robert"
        does = [{ says = "hello" }, { awaits = "never said" }]
    "#;
    std::fs::write(&file, script).expect("written");
    let bench = Bench::new().await;
    let bot = bench.answers(polite);
    let script = Script::read(&file).expect("a script");
    let play = |app| async move {
        script.enter(&app).await.expect("they come");
        script.play(&app, WAIT).await
    };
    let failed = bench.inside(play).await;
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(failed[0].starts_with("Bob, step 2: \"never said\" has not come"), "{failed:?}");
    assert_eq!(bench.get("people/Ada").await["state"], "withdrawn");
    bench.hears("bye").await;
    let named = |webhook: &sim::endpoint::Webhook| {
        webhook.value()["contacts"][0]["profile"]["name"] == "Robert"
    };
    assert!(bench.endpoint.kept().iter().any(named));
    bot.abort();
    bench.stops().await;
}

#[test]
fn strange_files_are_refused_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [
        ("a.toml", "[[people]]\nnames = \"Ada\""),
        ("b.toml", "people = ["),
        ("c.json", "{\"people\": [{\"name\": \"Ada\", \"does\": [{\"dances\": true}]}]}"),
    ] {
        let file = folder.path().join(name);
        std::fs::write(&file, text).expect("written");
        let why = Script::read(&file).expect_err("refused");
        assert!(why.contains(name), "{why}");
    }
    assert!(Script::read(&folder.path().join("nowhere.toml")).is_err());
    let json = folder.path().join("d.json");
    std::fs::write(&json, "{\"people\": [{\"name\": \"Ada\"}]}").expect("written");
    assert!(Script::read(&json).is_ok());
}
