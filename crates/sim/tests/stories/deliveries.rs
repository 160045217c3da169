//! What becomes of a delivery: tries, waits, dead letters, replays.

use serde_json::{Value, json};
use sim::{Assistant, Chat, Gives, Person, World};

const SECOND_MS: i64 = 1_000;
const HOUR_MS: i64 = 3_600 * SECOND_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

async fn begin(world: &World) -> (Assistant, Person, Chat) {
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    (birch, ana, chat)
}

/// When each webhook with this text came, in milliseconds after the first.
fn arrivals(assistant: &Assistant, text: &str) -> Vec<i64> {
    let kept = assistant.endpoint().kept();
    let is_it =
        |w: &&sim::endpoint::Webhook| w.message().is_some_and(|m| m["text"]["body"] == text);
    let all: Vec<i64> = kept.iter().filter(is_it).map(|webhook| webhook.at_ms).collect();
    all.iter().map(|at| at - all[0]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_shown_and_can_be_replayed_with_the_same_id() {
    let world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    chat.says("hi").await;
    let hi = birch.hears("hi").await;
    birch.replies("hello").await;
    world.rests().await;
    let all = birch.deliveries("").await;
    let kinds: Vec<_> = all.iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(kinds, ["sent", "message"], "newest first");
    let seconds = world.now_ms() / 1000;
    let expected = json!({
        "id": all[1]["id"], "kind": "message", "wamid": hi["id"], "state": "delivered",
        "attempts": 1, "answer": 200, "reason": "delivered", "next_retry": null,
        "created": seconds, "finished": seconds, "duration_ms": 0,
    });
    assert_eq!(all[1], expected);

    world.advance(SECOND_MS);
    let again = birch.replays(&all[1]).await.expect(202).json();
    birch.tried(&hi["id"], 1).await;
    world.rests().await;
    let all = birch.deliveries("").await;
    assert_eq!((&all[0]["id"], &all[0]["wamid"]), (&again["id"], &hi["id"]));
    assert_eq!(arrivals(&birch, "hi"), [0, SECOND_MS]);
    world.all_is_well().await;
    let foreign = world.assistant("Alder").await;
    let path = format!("/providers/{}/deliveries.json", birch.id());
    assert_eq!(foreign.gets(&path).await.status, 401);
    let path = format!("/providers/{}/deliveries/{}/replay", foreign.id(), again["id"]);
    assert_eq!(foreign.posts(&path.replace('"', ""), &json!({})).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_can_be_paged_and_filtered() {
    let world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    for n in 0..7 {
        chat.says(&format!("{n}")).await;
    }
    birch.hears("6").await;
    world.rests().await;
    let mut path = format!("/providers/{}/deliveries.json?limit=3&state=delivered", birch.id());
    let mut ids = Vec::new();
    loop {
        let page = birch.gets(&path).await.expect(200).json();
        let part = page["deliveries"].as_array().expect("a list").clone();
        assert!((1..=3).contains(&part.len()));
        ids.extend(part.iter().map(|one| one["wamid"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        path = next.strip_prefix(world.http().base()).expect("our own address").to_owned();
    }
    let mut newest_first: Vec<Value> = Vec::new();
    for webhook in birch.endpoint().kept().iter().rev() {
        newest_first.push(webhook.message().expect("a message")["id"].clone());
    }
    assert_eq!(ids.len(), 7);
    assert_eq!(ids, newest_first);
    assert_eq!(birch.deliveries("dead").await, Vec::<Value>::new());
    let wrong = format!("/providers/{}/deliveries.json?state=lost", birch.id());
    assert_eq!(birch.gets(&wrong).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_refusals_within_two_minutes_and_the_conversation_goes_on() {
    let world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    birch.endpoint().gives_next(vec![Gives::Status(400); 5]);
    let refused = chat.says("refused").await;
    chat.says("the next").await;
    let id = birch.hears("refused").await["id"].clone();
    for attempts in 1..5 {
        let delivery = birch.tried(&id, attempts).await;
        assert_eq!((&delivery["state"], &delivery["answer"]), (&json!("pending"), &json!(400)));
        assert_eq!(birch.endpoint().kept().len() as u64, attempts, "the next one waits");
        world.advance_to(&delivery);
    }
    let dead = birch.tried(&id, 5).await;
    assert_eq!((&dead["state"], &dead["reason"]), (&json!("dead"), &json!("answered 400")));
    assert_eq!(chat.fails(refused).await, "undelivered");
    birch.hears("the next").await;
    let tries = arrivals(&birch, "refused");
    assert_eq!(tries.len(), 5);
    assert!(tries[4] <= 120 * SECOND_MS + 4 * 999, "{tries:?}");
    world.advance(7 * DAY_MS);
    world.all_is_well().await;
    assert_eq!(arrivals(&birch, "refused").len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_can_be_replayed() {
    let world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    birch.endpoint().gives_next(vec![Gives::Status(404); 5]);
    let place = chat.says("lost and found").await;
    let id = birch.hears("lost and found").await["id"].clone();
    for attempts in 1..5 {
        world.advance_to(&birch.tried(&id, attempts).await);
    }
    let dead = birch.tried(&id, 5).await;
    chat.fails(place).await;
    birch.replays(&dead).await.expect(202);
    birch.tried(&id, 1).await;
    world.rests().await;
    let shown = chat.messages().await.into_iter().find(|m| m["seq"] == place).expect("kept");
    assert_eq!(shown["error"], Value::Null, "it arrived after all");
    world.all_is_well().await;
    let last = birch.endpoint().kept().pop().expect("webhooks");
    assert_eq!((last.message().map(|m| &m["id"]), last.is_taken()), (Some(&id), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_error_is_tried_again_for_seven_days_and_backs_off() {
    let world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    birch.endpoint().gives(Gives::Status(500));
    let refused = chat.says("anybody there?").await;
    chat.says("and now?").await;
    let id = birch.hears("anybody there?").await["id"].clone();
    let mut attempts = 1;
    let dead = loop {
        let delivery = birch.tried(&id, attempts).await;
        if delivery["state"] == "dead" {
            break delivery;
        }
        world.advance_to(&delivery);
        attempts += 1;
    };
    assert_eq!(dead["answer"], 500);
    assert_eq!(chat.fails(refused).await, "undelivered");
    let tries = arrivals(&birch, "anybody there?");
    assert!((150..=250).contains(&tries.len()), "{} tries", tries.len());
    let last = tries[tries.len() - 1];
    assert!((7 * DAY_MS - 2 * HOUR_MS..=7 * DAY_MS + SECOND_MS).contains(&last), "{last}");
    for (at, pair) in tries.windows(2).enumerate() {
        let (waited, wanted) = (pair[1] - pair[0], (SECOND_MS << at.min(20)).min(HOUR_MS));
        let bounds = wanted * 8 / 10 - 1..=wanted * 12 / 10 + SECOND_MS;
        assert!(bounds.contains(&waited), "wait {at} was {waited}, not {wanted}");
    }
    birch.endpoint().gives(Gives::Status(200));
    birch.hears("and now?").await;
    world.advance(2 * HOUR_MS);
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_to_wait_is_obeyed() {
    let world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    for (status, wait_s) in [(503, 300), (429, 7)] {
        let text = format!("wait {wait_s}");
        birch.endpoint().gives_next([Gives::RetryAfter(status, wait_s)]);
        chat.says(&text).await;
        let id = birch.hears(&text).await["id"].clone();
        let delivery = birch.tried(&id, 1).await;
        let due = world.now_ms() / 1000 + i64::from(wait_s);
        assert_eq!(delivery["next_retry"], due);
        world.advance(i64::from(wait_s) * SECOND_MS - 1);
        world.rests().await;
        assert_eq!(arrivals(&birch, &text).len(), 1);
        world.advance(1);
        birch.tried(&id, 2).await;
        assert_eq!(arrivals(&birch, &text), [0, i64::from(wait_s) * SECOND_MS]);
    }
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statuses_that_fail_for_ever_never_hold_back_messages() {
    let world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    for (n, gives) in
        [Gives::Status(400), Gives::Status(503), Gives::Nothing].into_iter().enumerate()
    {
        birch.endpoint().gives_statuses(gives);
        for m in 0..10 {
            let text = format!("{n}.{m}");
            chat.says(&text).await;
            birch.hears(&text).await;
            birch.replies(&format!("re {text}")).await;
            chat.shows(&format!("re {text}")).await;
            world.advance(2 * SECOND_MS);
        }
    }
    world.all_is_well().await;
    let messages = birch.deliveries("").await;
    assert!(messages.iter().filter(|one| one["kind"] == "message").all(|one| one["attempts"] != 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_waits_holds_back_its_own_conversation_and_no_other() {
    let world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    let bo = world.person().await;
    let other = bo.chooses(&birch).await;
    birch.endpoint().gives_next([Gives::Status(503)]);
    for text in ["one", "two", "three"] {
        chat.says(text).await;
    }
    let id = birch.hears("one").await["id"].clone();
    let waiting = birch.tried(&id, 1).await;
    for text in ["I", "am", "Bo"] {
        other.says(text).await;
        birch.hears(text).await;
    }
    assert_eq!(arrivals(&birch, "two"), Vec::<i64>::new());
    world.advance_to(&waiting);
    birch.hears("three").await;
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_owed_outlives_a_restart() {
    let mut world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    birch.endpoint().gives(Gives::Status(503));
    for text in ["one", "two", "three"] {
        chat.says(text).await;
    }
    let id = birch.hears("one").await["id"].clone();
    for attempts in 1..4 {
        world.advance_to(&birch.tried(&id, attempts).await);
    }
    let waiting = birch.tried(&id, 4).await;
    world.restart().await;
    assert_eq!(birch.tried(&id, 4).await["next_retry"], waiting["next_retry"], "not forgotten");
    birch.endpoint().gives(Gives::Status(200));
    world.advance_to(&waiting);
    birch.hears("three").await;
    chat.until("two ticks", |view| (view.chat["delivered_seq"] == 4).then_some(())).await;
    world.all_is_well().await;
}
