//! The 24-hour window and the rates, the same for everybody.

use serde_json::json;
use sim::World;

const HOUR_MS: i64 = 3_600_000;

#[tokio::test(flavor = "multi_thread")]
async fn the_window_closes_after_24_hours_and_reopens_with_the_next_word() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    let before = birch.sends(&chat.wa_id(), json!({"text": {"body": "buy!"}})).await;
    let failed = birch.is_told(&before, "failed").await;
    assert_eq!(failed["errors"][0]["code"], 131_047, "the person has not written yet");

    chat.says("hi").await;
    birch.hears("hi").await;
    let until = world.now_ms() + 24 * HOUR_MS;
    assert_eq!(chat.state().await["window_until"], until);
    world.advance(24 * HOUR_MS - 1);
    let open = birch.replies("still here").await;
    world.advance(1);
    let closed = birch.replies("buy more!").await;
    let failed = birch.is_told(&closed, "failed").await;
    assert_eq!(failed["errors"][0]["code"], 131_047);
    assert_eq!(failed["errors"][0]["title"], "Re-engagement message");

    chat.says("I am back").await;
    birch.hears("I am back").await;
    let again = birch.replies("welcome").await;
    chat.shows("welcome").await;
    world.all_is_well().await;
    assert_eq!(birch.statuses(&open), ["sent"]);
    assert_eq!(birch.statuses(&closed), ["failed"]);
    assert_eq!(birch.statuses(&again), ["sent"]);
    let export = ana.exports().await.to_string();
    assert!(!export.contains("buy"), "what is not shown is not kept: {export}");
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_five_messages_at_once_then_one_every_six_seconds() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    let chat = ana.chooses(&birch).await;
    chat.says("hi").await;
    birch.hears("hi").await;
    for n in 0..45 {
        birch.replies(&format!("{n}")).await;
    }
    let text = json!({"text": {"body": "one too many"}});
    let refused = birch.tries(&chat.wa_id(), text.clone()).await;
    assert_eq!((refused.status, refused.code()), (400, 131_056));
    assert_eq!(refused.header(hyper::header::RETRY_AFTER), "6");
    assert_eq!(chat.state().await["last_seq"], 47, "nothing was stored");
    world.advance(5_999);
    assert_eq!(birch.tries(&chat.wa_id(), text.clone()).await.code(), 131_056);
    world.advance(1);
    birch.sends(&chat.wa_id(), text.clone()).await;
    assert_eq!(birch.tries(&chat.wa_id(), text).await.code(), 131_056);
    world.all_is_well().await;
}

/// In and out together; what people say is counted and never refused.
#[tokio::test(flavor = "multi_thread")]
async fn eighty_messages_a_second_of_one_number() {
    let world = World::new().await;
    let (birch, alder) = (world.assistant("Birch").await, world.assistant("Alder").await);
    let (ana, bo) = (world.person().await, world.person().await);
    let (with_ana, with_bo) = (ana.chooses(&birch).await, bo.chooses(&birch).await);
    with_ana.says("I am Ana").await;
    with_bo.says("I am Bo").await;
    birch.hears("I am Ana").await;
    birch.hears("I am Bo").await;
    for n in 0..78 {
        let chat = if n % 2 == 0 { &with_ana } else { &with_bo };
        birch.sends(&chat.wa_id(), json!({"text": {"body": format!("{n}")}})).await;
    }
    let text = json!({"text": {"body": "too fast"}});
    let refused = birch.tries(&with_ana.wa_id(), text.clone()).await;
    assert_eq!((refused.status, refused.code()), (400, 130_429), "{}", refused.text());
    assert_eq!(refused.header(hyper::header::RETRY_AFTER), "1");
    with_bo.says("I may still speak").await;
    birch.hears("I may still speak").await;

    let other = ana.chooses(&alder).await;
    other.says("hello Alder").await;
    alder.hears("hello Alder").await;
    alder.replies("nobody slows me").await;
    world.advance(1_000);
    birch.sends(&with_ana.wa_id(), text).await;
    world.all_is_well().await;
}

/// Nobody can use up a number's rate and silence it for the others.
#[tokio::test(flavor = "multi_thread")]
async fn one_person_cannot_silence_an_assistant() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let (ana, bo) = (world.person().await, world.person().await);
    let (with_ana, with_bo) = (ana.chooses(&birch).await, bo.chooses(&birch).await);
    with_bo.says("I am Bo").await;
    birch.hears("I am Bo").await;
    for n in 0..100 {
        with_ana.says(&format!("flood {n}")).await;
    }
    birch.hears("flood 99").await;
    for n in 0..30 {
        birch.sends(&with_bo.wa_id(), json!({"text": {"body": format!("{n}")}})).await;
    }
    world.all_is_well().await;
}

/// A restart does not give anybody a new allowance to one person.
#[tokio::test(flavor = "multi_thread")]
async fn the_pair_limit_outlives_a_restart() {
    let mut world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    let chat = ana.chooses(&birch).await;
    chat.says("hi").await;
    birch.hears("hi").await;
    for n in 0..45 {
        birch.replies(&format!("{n}")).await;
    }
    world.restart().await;
    let refused = birch.tries(&chat.wa_id(), json!({"text": {"body": "again"}})).await;
    assert_eq!(refused.code(), 131_056);
    world.all_is_well_but_for_repeats().await;
}
