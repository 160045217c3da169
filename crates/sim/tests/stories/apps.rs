//! Several apps on one account: each is told everything, under its own secret; none waits for
//! another.

use serde_json::{Value, json};
use sim::endpoint::{Endpoint, Gives};
use sim::{Assistant, World};

struct Second {
    endpoint: Endpoint,
    token: String,
}

/// A further app of Birch's, with an endpoint that takes only what its own secret signed.
async fn second(world: &World, birch: &Assistant, fields: &str) -> Second {
    let path = format!("/providers/{}/apps", birch.id());
    let call = world.http().post(&path).bearer(&birch.token());
    let made = call.json(&json!({"name": "Inbox"})).send().await.expect(200).json();
    let own = |name: &str| made[name].as_str().expect("text").to_owned();
    let endpoint = world.endpoint().await;
    endpoint.knows(&own("app_secret"));
    let token = format!("{}|{}", own("app_id"), own("app_secret"));
    let subscription = json!({"object": "whatsapp_business_account",
        "callback_url": endpoint.url(), "verify_token": endpoint.verify_token(),
        "fields": fields});
    let path = format!("/v25.0/{}/subscriptions", own("app_id"));
    world.http().post(&path).bearer(&token).json(&subscription).send().await.expect(200);
    Second { endpoint, token }
}

fn account(birch: &Assistant) -> String {
    format!("/v25.0/{}", birch.card()["waba_id"].as_str().expect("text"))
}

async fn hears(endpoint: &Endpoint, body: &str) -> Value {
    let find = |kept: &[sim::endpoint::Webhook]| {
        let mut said = kept.iter().filter(|one| one.is_taken()).filter_map(|one| {
            let message = one.message()?;
            (message["text"]["body"] == body).then(|| one.value().clone())
        });
        said.next()
    };
    endpoint.until(body, find).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_app_is_told_under_its_own_secret_and_none_waits_for_another() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let inbox = second(&world, &birch, "messages,flows").await;
    let chat = world.person().await.chooses(&birch).await;
    chat.says("both").await;
    birch.hears("both").await;
    let heard = hears(&inbox.endpoint, "both").await;
    assert_eq!(heard["metadata"]["phone_number_id"], birch.id());
    let wamid = birch.replies("hello").await;
    birch.is_told(&wamid, "sent").await;
    let sent = |kept: &[sim::endpoint::Webhook]| {
        kept.iter().find(|one| one.status().is_some_and(|s| s["id"] == wamid.as_str())).map(|_| ())
    };
    inbox.endpoint.until("the status", sent).await;
    let list = birch.gets(&format!("{}/subscribed_apps", account(&birch))).await.expect(200).json();
    assert_eq!(list["data"].as_array().expect("a list").len(), 2);
    // The inbox breaks down: Birch hears at once, the person sees no failure, and the inbox
    // hears when it is back.
    inbox.endpoint.gives(Gives::Status(503));
    let place = chat.says("while it is down").await;
    birch.hears("while it is down").await;
    let arrived = || async { (chat.state().await["delivered_seq"] == place).then_some(()) };
    sim::wait::eventually("it arrived", arrived).await;
    assert!(chat.messages().await.iter().all(|m| m["error"].is_null()));
    inbox.endpoint.gives(Gives::Status(200));
    world.advance(10_000);
    hears(&inbox.endpoint, "while it is down").await;
    // It asks and sends nothing.
    let number = format!("/v25.0/{}", birch.id());
    let asked = world.http().get(&number).bearer(&inbox.token).send().await;
    assert_eq!((asked.status, asked.code()), (403, 10), "{}", asked.text());
    // It leaves; the other stays.
    let leaves =
        world.http().call(hyper::Method::DELETE, &format!("{}/subscribed_apps", account(&birch)));
    leaves.bearer(&inbox.token).send().await.expect(200);
    chat.says("for one").await;
    birch.hears("for one").await;
    world.rests().await;
    let more = inbox.endpoint.kept();
    assert!(more.iter().all(|one| one.message().is_none_or(|m| m["text"]["body"] != "for one")));
    let listed = world.http().get("/assistants.json").send().await.json();
    assert_eq!(listed["assistants"].as_array().expect("a list").len(), 1, "an app is no assistant");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_an_app_is_taken_back_with_the_persons_consent() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let inbox = second(&world, &birch, "messages").await;
    inbox.endpoint.gives(Gives::Status(503));
    let ana = world.person().await;
    let chat = ana.chooses(&birch).await;
    chat.says("never to the inbox").await;
    birch.hears("never to the inbox").await;
    chat.stops().await;
    inbox.endpoint.gives(Gives::Status(200));
    world.advance(60_000);
    world.rests().await;
    let taken = inbox.endpoint.kept().into_iter().filter(|one| one.is_taken());
    assert_eq!(taken.filter(|one| one.message().is_some()).count(), 0);
    for n in 0..3 {
        let body = json!({"name": format!("More {n}")});
        let path = format!("/providers/{}/apps", birch.id());
        world.http().post(&path).bearer(&birch.token()).json(&body).send().await.expect(200);
    }
    let path = format!("/providers/{}/apps", birch.id());
    let full = world.http().post(&path).bearer(&birch.token()).json(&json!({"name": "x"})).send();
    assert_eq!(full.await.status, 409);
    let strangers = world.http().post(&path).json(&json!({"name": "x"})).send().await;
    assert_eq!(strangers.status, 401);
}
