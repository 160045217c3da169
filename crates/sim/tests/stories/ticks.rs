//! What each side learns of how far its messages have come.

use serde_json::json;
use sim::World;

#[tokio::test(flavor = "multi_thread")]
async fn an_assistant_is_told_sent_delivered_and_read_exactly_once() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    chat.says("hi").await;
    birch.hears("hi").await;
    let opaque = json!({"text": {"body": "hello"}, "biz_opaque_callback_data": "order-7"});
    let hello = birch.sends(&chat.wa_id(), opaque).await;
    birch.is_told(&hello, "sent").await;
    assert_eq!(birch.statuses(&hello), ["sent"]);

    chat.receives().await;
    birch.is_told(&hello, "delivered").await;
    chat.receives().await;
    chat.reads().await;
    let read = birch.is_told(&hello, "read").await;
    chat.reads().await;
    chat.receives().await;
    world.all_is_well().await;
    assert_eq!(birch.statuses(&hello), ["sent", "delivered", "read"]);
    assert_eq!(read["biz_opaque_callback_data"], "order-7");
    assert_eq!(read["pricing"]["billable"], false);
    assert_eq!(read["timestamp"], (world.now_ms() / 1000).to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_at_once_also_counts_as_delivered() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    chat.says("hi").await;
    let hi = birch.hears("hi").await;
    let (one, two) = (birch.replies("one").await, birch.replies("two").await);
    let thumb = birch.reacts(hi["id"].as_str().expect("an id"), "👍").await;
    chat.reads().await;
    world.all_is_well().await;
    for wamid in [one, two] {
        assert_eq!(birch.statuses(&wamid), ["sent", "delivered", "read"]);
    }
    assert_eq!(birch.statuses(&thumb), ["sent"], "a reaction has no receipts");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_two_ticks_then_read_then_writing() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    let first = chat.says("one").await;
    let second = chat.says("two").await;
    let reached = |mark: &'static str, seq: u32| {
        move |view: &sim::chat::View| (view.chat[mark] == seq).then_some(())
    };
    birch.hears("two").await;
    chat.until("two ticks", reached("delivered_seq", second)).await;
    assert_eq!(chat.state().await["read_seq"], 0);

    let one = birch.hears("one").await;
    birch.reads(one["id"].as_str().expect("an id"), false).await;
    chat.until("the first is read", reached("read_seq", first)).await;
    let two = birch.hears("two").await;
    birch.reads(two["id"].as_str().expect("an id"), true).await;
    chat.until("both are read", reached("read_seq", second)).await;
    let until = world.now_ms() + 25_000;
    chat.until("writing", |_| {
        let typing = ana.typing();
        (typing == [json!({"chat": chat.id(), "until": until})]).then_some(())
    })
    .await;
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_messages_are_counted_until_they_are_seen() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    let chat = ana.chooses(&birch).await;
    chat.says("hi").await;
    birch.hears("hi").await;
    birch.replies("one").await;
    birch.replies("two").await;
    assert_eq!(chat.state().await["unread"], 2);
    chat.receives().await;
    assert_eq!(chat.state().await["unread"], 2, "received is not seen");
    chat.reads().await;
    assert_eq!(chat.state().await["unread"], 0);
    world.all_is_well().await;
}
