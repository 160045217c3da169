//! Endpoints as bad as they come cost nobody else anything.

use std::sync::Arc;

use serde_json::json;
use sim::endpoint::Webhook;
use sim::{Assistant, Chat, Gives, World};

fn texts(assistant: &Assistant) -> Vec<String> {
    let text = |w: &Webhook| Some(w.message()?["text"]["body"].as_str()?.to_owned());
    assistant.endpoint().kept().iter().filter_map(text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_endpoints_do_not_slow_the_others() {
    let world = World::new().await;
    let trap = world.endpoint().await;
    let mut hostile = Vec::new();
    for (name, gives) in [
        ("Silent", Gives::Nothing),
        ("Talkative", Gives::Megabytes),
        ("Faint", Gives::HalfALine),
        ("Hasty", Gives::HalfABody),
        ("Sly", Gives::Redirect(trap.url().to_owned())),
        ("Slyer", Gives::Redirect("http://169.254.169.254/latest/meta-data".to_owned())),
        ("Broken", Gives::Status(500)),
    ] {
        let assistant = world.assistant(name).await;
        assistant.endpoint().gives(gives);
        hostile.push(assistant);
    }
    let good = world.assistant("Good").await;
    let mut chats: Vec<Chat> = Vec::new();
    for _ in 0..6 {
        let person = world.person().await;
        for assistant in &hostile {
            chats.push(person.chooses(assistant).await);
        }
        chats.push(person.chooses(&good).await);
    }
    for chat in &chats {
        for n in 0..3 {
            chat.says(&format!("{n} in {}", chat.id())).await;
        }
    }
    let of_good = |chat: &&Chat| chat.assistant() == good.id();
    for chat in chats.iter().filter(of_good) {
        good.hears(&format!("2 in {}", chat.id())).await;
    }
    let silent = hostile[0].deliveries("").await;
    assert_eq!(silent.len(), 18);
    assert!(silent.iter().all(|one| one["attempts"] == 0), "they hang meanwhile");
    good.rests().await;
    assert!(good.deliveries("").await.iter().all(|one| one["attempts"] == 1));
    for (name, state, why) in [
        (1, "delivered", "delivered"),
        (2, "pending", "could not be reached"),
        (3, "delivered", "delivered"),
        (4, "pending", "answered 302; redirects are not followed"),
        (5, "pending", "answered 302; redirects are not followed"),
        (6, "pending", "answered 500"),
    ] {
        let tried = hostile[name].delivery("a try", |one| one["attempts"] == 1).await;
        assert_eq!(tried["state"], state);
        let reason = tried["reason"].as_str().expect("a reason");
        assert!(reason.starts_with(why), "{reason}");
    }
    assert!(trap.kept().is_empty(), "redirects are not followed");
    world.all_is_well().await;
}

/// The one story that waits for real seconds: the exchange's patience is ten.
#[tokio::test(flavor = "multi_thread")]
async fn silence_is_a_failure_after_ten_seconds() {
    let world = World::new().await;
    let silent = world.assistant("Silent").await;
    let ana = world.person().await;
    let chat = ana.chooses(&silent).await;
    silent.endpoint().gives_next([Gives::Nothing]);
    chat.says("hello?").await;
    let id = silent.hears("hello?").await["id"].clone();
    let tried = silent.tried(&id, 1).await;
    assert_eq!(tried["reason"], "no answer within 10 s");
    world.advance_to(&tried);
    let tried = silent.tried(&id, 2).await;
    assert_eq!(tried["state"], "delivered");
    world.all_is_well().await;
}

/// A flood to one number leaves the others' messages where they were: next.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_to_one_assistant_does_not_drown_another() {
    let world = World::new().await;
    let (flooded, quiet) = (world.assistant("Flooded").await, world.assistant("Quiet").await);
    let mut floods = Vec::new();
    for _ in 0..10 {
        floods.push(world.person().await.chooses(&flooded).await);
    }
    let calm = world.person().await.chooses(&quiet).await;
    let said: Vec<_> = floods
        .into_iter()
        .map(|chat| {
            tokio::spawn(async move {
                for n in 0..40 {
                    chat.says(&format!("{n}")).await;
                }
            })
        })
        .collect();
    for n in 0..10 {
        calm.says(&format!("calm {n}")).await;
        quiet.hears(&format!("calm {n}")).await;
    }
    for one in said {
        one.await.expect("all is said");
    }
    world.all_is_well().await;
    assert_eq!(texts(&flooded).len(), 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn private_addresses_are_not_called_unless_allowed() {
    let mut world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    world.restart_with(|config| config.allow_private_callbacks = Some(false)).await;
    let endpoint = world.endpoint().await;
    let card = world
        .registers(|fields| {
            fields["name"] = json!("Alder");
            fields["callback_url"] = json!(endpoint.url());
            fields["verify_token"] = json!("sesame");
        })
        .await
        .expect(201)
        .json();
    assert_eq!((&card["callback"]["verified"], &card["listed"]), (&json!(false), &json!(false)));
    let why = card["callback"]["error"].as_str().expect("a reason");
    assert!(why.contains("private"), "{why}");

    let path = format!("/v25.0/{}/subscriptions", birch.card()["app_id"].as_str().expect("an id"));
    for url in [
        endpoint.url(),
        "http://localhost:80/hook",
        "http://169.254.169.254/latest",
        "http://[::1]:80/hook",
        "http://[::ffff:10.0.0.1]/hook",
        "http://2130706433/hook",
        "http://0x7f.1/hook",
    ] {
        let fields = [
            ("object", "whatsapp_business_account"),
            ("callback_url", url),
            ("verify_token", "sesame"),
            ("fields", "messages"),
        ];
        let call = world.http().post(&path).bearer(&birch.app_token()).form(&fields);
        let answer = call.send().await;
        assert_eq!((answer.status, answer.code()), (400, 2200), "{url}: {}", answer.text());
    }
    let refused = chat.says("to a private address").await;
    let wamid = birch.delivery("owed", |one| one["kind"] == "message").await["wamid"].clone();
    for attempts in 1..5 {
        world.advance_to(&birch.tried(&wamid, attempts).await);
    }
    let dead = birch.tried(&wamid, 5).await;
    let why = "its address is private or link-local, which this exchange does not call";
    assert_eq!((&dead["state"], &dead["reason"]), (&json!("dead"), &json!(why)));
    assert_eq!(chat.fails(refused).await, "undelivered");
    assert!(birch.endpoint().kept().is_empty() && endpoint.kept().is_empty());
    world.all_is_well().await;
}

/// Endless registrations of silent endpoints: each takes few places, all together a quarter.
#[tokio::test(flavor = "multi_thread")]
async fn many_silent_endpoints_leave_room() {
    let world = Arc::new(World::new().await);
    let person = world.person().await;
    let mut chats = Vec::new();
    for n in 0..20 {
        let silent = world.assistant(&format!("Silent {n}")).await;
        silent.endpoint().gives(Gives::Nothing);
        chats.push(person.chooses(&silent).await);
    }
    for chat in &chats {
        chat.says("hello?").await;
    }
    let good = world.assistant("Good").await;
    let chat = person.chooses(&good).await;
    chat.says("still here?").await;
    good.hears("still here?").await;
    world.all_is_well().await;
}
