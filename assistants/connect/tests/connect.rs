//! The model assistant against a stand-in exchange and a stand-in model.

mod model_stand_in;

use std::path::Path;
use std::time::Duration;

use assistant_connect::{Options, Patience, setup};
use assistant_kit::stand_in::{Exchange, Running, options, quick_pace};
use assistant_kit::{Backoff, Clock};
use model_stand_in::{ModelStandIn, Scripted};

/// An assistant between the two stand-ins, with a folder that goes when the test ends.
struct World {
    exchange: Exchange,
    model: ModelStandIn,
    running: Running,
    _folder: tempfile::TempDir,
}

/// Long waits are as long as in the program unless the test is about them.
fn patience(silence: Duration) -> Patience {
    let ms = Duration::from_millis;
    let backoff = Backoff { first: ms(1), cap: ms(10) };
    Patience { silence, whole: 3 * silence, backoff, tries: 3, probe: backoff }
}

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(500);

fn start(exchange: &Exchange, model: &ModelStandIn, folder: &Path, silence: Duration) -> Running {
    let options = Options {
        common: options(exchange, folder),
        model_url: format!("{}/", model.url),
        model_key: Some("sk-test".parse().expect("a key")),
        model: None,
        system_prompt: "Be brief.".into(),
        history: 4,
        timeout: 60,
        max_tokens: Some(500),
        parallel: 4,
        model_trains: false,
        data_location: None,
    };
    let setup = setup(options, Clock::system(), quick_pace(), patience(silence));
    Running::start(setup.expect("good options"))
}

async fn world(silence: Duration) -> World {
    let (mut exchange, model) = (Exchange::start().await, ModelStandIn::start("127.0.0.1:0").await);
    let folder = tempfile::tempdir().expect("a folder");
    let running = start(&exchange, &model, folder.path(), silence);
    let card = exchange.enrolled().await;
    assert_eq!(card["automation"], "ai");
    assert_eq!(card["data_location"], "this machine");
    World { exchange, model, running, _folder: folder }
}

#[tokio::test]
async fn a_streamed_answer_with_history() {
    let mut world = world(LONG).await;
    world.model.script([Scripted::stream(&["**Hel", "lo** ", "_you_ é", "", "👋"])]);
    world.exchange.says("3247", "hi").await;
    assert_eq!(world.exchange.text().await, "*Hello* _you_ é👋");
    let (auth, question) = world.model.asked().await;
    assert_eq!(auth, "Bearer sk-test");
    assert_eq!(question["model"], "stand-in-1");
    assert_eq!(question["max_tokens"], 500);
    assert_eq!(question["messages"].as_array().expect("messages").len(), 2);

    // The model gets its own Markdown back, and no more than four earlier messages.
    for n in 2..=4 {
        world.exchange.says("3247", &format!("question {n}")).await;
        world.exchange.text().await;
    }
    world.model.asked().await;
    let (_, third) = world.model.asked().await;
    assert_eq!(third["messages"][2]["content"], "**Hello** _you_ é👋");
    let (_, fourth) = world.model.asked().await;
    let messages = fourth["messages"].as_array().expect("messages");
    assert_eq!(messages.len(), 6, "the prompt, four of history, the question");
    assert_eq!(messages[1]["content"], "question 2");
    assert_eq!(messages[0]["role"], "system");

    world.exchange.says("3247", "/forget").await;
    assert!(world.exchange.text().await.starts_with("Forgotten"));
    world.exchange.says("3247", "and now?").await;
    assert!(world.exchange.text().await.starts_with("Stand-in, message 2."));
    world.running.stop().await;
}

#[tokio::test]
async fn a_whole_answer_and_a_cut_one() {
    let mut world = world(LONG).await;
    world.model.script([
        Scripted::whole("plain", "stop"),
        Scripted::whole("cut", "length"),
        Scripted::break_after(&["half an ans"]),
    ]);
    for _ in 0..3 {
        world.exchange.says("3247", "?").await;
    }
    for expected in [
        "plain",
        "cut",
        "_(The model reached its length limit here.)_",
        "half an ans",
        "_(The model stopped in the middle of its answer.)_",
    ] {
        assert_eq!(world.exchange.text().await, expected);
    }
    world.running.stop().await;
}

#[tokio::test]
async fn a_long_answer_comes_in_messages_that_end_with_a_sentence() {
    let mut world = world(LONG).await;
    let sentence = "This sentence is about eighty characters long, so that twenty make a message. ";
    world.model.script([Scripted::stream(&[sentence; 60])]);
    world.exchange.says("3247", "long please").await;
    let mut whole = String::new();
    while whole.len() < 60 * sentence.len() - 1 {
        let text = world.exchange.text().await;
        assert!(text.len() <= 1500 && text.ends_with('.'), "{text}");
        whole = format!("{whole}{text} ");
    }
    assert_eq!(whole, sentence.repeat(60));
    world.running.stop().await;
}

#[tokio::test]
async fn a_busy_model_is_asked_again() {
    let mut world = world(LONG).await;
    world.model.script([
        Scripted::status("429 Too Many Requests", "0"),
        Scripted::status("503 Service Unavailable", "Thu, 15 Oct 2020 08:00:00 GMT"),
        Scripted::stream(&["at last"]),
    ]);
    world.exchange.says("3247", "hi").await;
    assert_eq!(world.exchange.text().await, "at last");
    world.running.stop().await;
}

#[tokio::test]
async fn failures_are_told_honestly_and_not_remembered() {
    let mut world = world(LONG).await;
    let busy = || Scripted::status("429 Too Many Requests", "1");
    let failing = || Scripted::status("500 Internal Server Error", "0");
    world.model.script([busy(), busy(), busy(), failing(), failing(), failing()]);
    world.model.script([
        Scripted::status("401 Unauthorized", "0"),
        Scripted::body("<html>what?</html>"),
        Scripted::stream(&["", "  "]),
        Scripted::stream(&["fine"]),
    ]);
    for expected in [
        "The model has too much to do at the moment. Please try again in a minute.",
        "The model has a failure at the moment (HTTP 500). Please try again.",
        "The model refused the question (HTTP 401). Trying again will not help; the provider of this assistant has to look at it.",
        "The model sent something that is not an answer. Please try again.",
        "The model sent an empty answer. Please put it differently.",
        "fine",
    ] {
        world.exchange.says("3247", "hi").await;
        assert_eq!(world.exchange.text().await, expected);
    }
    let mut question = serde_json::Value::Null;
    for _ in 0..10 {
        question = world.model.asked().await.1;
    }
    assert_eq!(question["messages"].as_array().expect("messages").len(), 2);
    world.running.stop().await;
}

#[tokio::test]
async fn a_silent_model_is_given_up() {
    let mut world = world(SHORT).await;
    world.model.script([Scripted::silence(), Scripted::stall_after(&["I was about to"])]);
    world.exchange.says("3247", "hi").await;
    assert_eq!(world.exchange.text().await, "The model did not answer in 1 s. Please try again.");
    world.exchange.says("3247", "hi").await;
    assert_eq!(world.exchange.text().await, "I was about to");
    assert_eq!(world.exchange.text().await, "_(The model stopped in the middle of its answer.)_");
    world.running.stop().await;
}

#[tokio::test]
async fn the_typing_sign_lasts_while_the_model_thinks() {
    let mut world = world(LONG).await;
    world.model.script([Scripted::silence()]);
    let wamid = world.exchange.says("3247", "hi").await;
    for _ in 0..3 {
        assert_eq!(world.exchange.typing().await, wamid);
    }
    // One waiting person does not hold up another.
    world.exchange.says("3248", "hi").await;
    assert!(world.exchange.text().await.starts_with("Stand-in"));
    world.running.stop().await;
}

#[tokio::test]
async fn without_its_model_it_is_not_listed() {
    let mut exchange = Exchange::start().await;
    let mut model = ModelStandIn::start("127.0.0.1:0").await;
    model.set_down(true);
    let folder = tempfile::tempdir().expect("a folder");
    let running = start(&exchange, &model, folder.path(), LONG);
    while model.looked().await < 5 {}
    assert!(exchange.nobody_enrolled());
    model.set_down(false);
    exchange.enrolled().await;
    exchange.says("3247", "hi").await;
    assert!(exchange.text().await.starts_with("Stand-in"));
    running.stop().await;
}

#[tokio::test]
async fn what_is_not_text_never_reaches_the_model() {
    let mut world = world(LONG).await;
    let image = serde_json::json!({"type": "image", "image": {"id": "1"}});
    assert_eq!(world.exchange.deliver("3247", "wamid.i", image).await, 200);
    assert_eq!(world.exchange.text().await, "I can read text only.");
    world.running.stop().await;
}
