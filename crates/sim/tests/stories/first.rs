//! Saying hello, and every kind of message there and back.

use serde_json::json;
use sim::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_first_conversation() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;

    let notice = &chat.messages().await[0];
    assert_eq!((&notice["type"], &notice["notice"]["kind"]), (&json!("notice"), &json!("ai")));
    let text = notice["notice"]["text"].as_str().expect("words");
    assert!(text.contains("Birch is an AI assistant run by Birch Ltd"), "{text}");

    chat.says("hi").await;
    let hi = birch.hears("hi").await;
    assert_eq!(hi["from"], chat.wa_id());
    birch.replies("hello").await;
    chat.shows("hello").await;
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_chose_nobody_is_written_to_by_nobody() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    let answer = ana.posts("/choose", &[("then", "later")]).await.expect(303);
    assert_eq!(answer.header(hyper::header::LOCATION), "/chats");
    assert_eq!(ana.gets("/app/chats").await.json(), json!({"chats": []}));
    let answer = birch.tries("999000000000001", json!({"text": {"body": "psst"}})).await;
    assert_eq!((answer.status, answer.code()), (400, 131_026));
    assert!(birch.endpoint().kept().is_empty());
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn quotes_and_reactions_point_at_what_they_mean() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    let question = chat.says("tea or coffee?").await;
    let heard = birch.hears("tea or coffee?").await;
    let quote = json!({"text": {"body": "tea"}, "context": {"message_id": heard["id"]}});
    let tea = birch.sends(&chat.wa_id(), quote).await;
    let seq = chat.shows("tea").await;
    let quoting = chat.messages().await.into_iter().find(|m| m["seq"] == seq).expect("tea");
    assert_eq!(quoting["context_seq"], question);

    chat.answers(seq, "really?").await;
    let really = birch.hears("really?").await;
    assert_eq!(really["context"]["id"], tea);
    assert_eq!(really["context"]["from"], birch.card()["display_phone_number"]);

    chat.reacts(seq, "👍").await;
    let is = |emoji: &'static str| move |m: &serde_json::Value| m["reaction"]["emoji"] == emoji;
    let thumb = birch.hears_of("a thumb", is("👍")).await;
    assert_eq!(thumb["reaction"]["message_id"], tea);
    chat.reacts(seq, "").await;
    let gone = |m: &serde_json::Value| m["type"] == "reaction" && m["reaction"]["emoji"].is_null();
    let taken_back = birch.hears_of("the thumb taken back", gone).await;
    assert_eq!(taken_back["reaction"]["message_id"], tea);

    birch.reacts(heard["id"].as_str().expect("an id"), "🎉").await;
    chat.until("the person sees it", |view| {
        let mut reactions = view.messages.iter().filter(|m| m["from"] == "assistant");
        reactions.find(|m| m["reaction"] == json!({"seq": question, "emoji": "🎉"})).map(|_| ())
    })
    .await;
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn buttons_and_lists_are_answered_by_a_tap() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    chat.says("book a table").await;
    birch.hears("book a table").await;

    let asked = birch.asks_buttons("Inside?", &[("in", "Inside"), ("out", "Outside")]).await;
    chat.until("the buttons", |view| {
        view.messages.iter().find(|m| m["body"] == "Inside?").cloned()
    })
    .await;
    chat.taps("Outside").await;
    let tap = birch.hears_of("the tap", |m| m["interactive"]["type"] == "button_reply").await;
    let reply = json!({"type": "button_reply", "button_reply": {"id": "out", "title": "Outside"}});
    assert_eq!(tap["interactive"], reply);
    assert_eq!(tap["context"]["id"], asked);
    let question = |view: &sim::chat::View| {
        view.messages.iter().find(|m| m["type"] == "buttons").map(|m| m["answered"].clone())
    };
    assert_eq!(chat.until("the answer is marked", question).await, "out");

    let rows = [("t19", "19:00", "two hours"), ("t20", "20:00", "")];
    let asked = birch.asks_list("When?", &rows[..1]).await;
    chat.until("the list", |view| view.messages.iter().find(|m| m["body"] == "When?").cloned())
        .await;
    chat.taps("19:00").await;
    let chosen = birch.hears_of("the row", |m| m["interactive"]["type"] == "list_reply").await;
    assert_eq!(
        chosen["interactive"]["list_reply"],
        json!({"id": "t19", "title": "19:00", "description": "two hours"})
    );
    assert_eq!(chosen["context"]["id"], asked);

    let foreign = json!({"type": "button_reply", "reply": {"id": "never"}, "context_seq": 3});
    let answer = chat.sends(foreign, "forged").await;
    assert_eq!(answer.status, 409, "{}", answer.text());
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_client_id_is_the_same_message() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    let chat = ana.chooses(&birch).await;
    let what = json!({"type": "text", "text": {"body": "once"}});
    let first = chat.sends(what.clone(), "same").await.expect(200).json();
    let again = chat.sends(what, "same").await.expect(200).json();
    assert_eq!(first, again);
    birch.hears("once").await;
    world.all_is_well().await;
    assert_eq!(birch.endpoint().kept().len(), 1);
}
