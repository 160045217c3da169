//! The store fails, with both faces: it did not happen; it did happen but the answer was lost.

use hyper::header;
use serde_json::{Value, json};
use sim::{Assistant, Chat, Gives, Person, World};
use store::faulty::Fault;

async fn begin(world: &World) -> (Assistant, Person, Chat) {
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    (birch, ana, chat)
}

fn text(body: &str) -> Value {
    json!({"type": "text", "text": {"body": body}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_message_is_there_once_or_not_at_all() {
    let world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    world.faults().fail_next(Fault::Before);
    let refused = chat.sends(text("one"), "key-1").await;
    assert_eq!((refused.status, refused.header(header::RETRY_AFTER)), (503, "2".to_owned()));
    assert!(refused.json()["error"]["hint"].as_str().is_some_and(|hint| !hint.is_empty()));
    assert_eq!(chat.messages().await.len(), 1, "only the notice");
    let first = chat.sends(text("one"), "key-1").await.expect(200).json();
    assert_eq!(chat.sends(text("one"), "key-1").await.expect(200).json(), first);

    // It did happen: the exchange finds out and says so.
    world.faults().fail_next(Fault::After);
    let second = chat.sends(text("two"), "key-2").await.expect(200).json();
    assert_eq!(chat.sends(text("two"), "key-2").await.expect(200).json(), second);
    assert_eq!(second["message"]["seq"], 3);
    birch.hears("two").await;
    world.all_is_well().await;
    assert_eq!(birch.endpoint().kept().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assistants_message_is_there_once_or_not_at_all() {
    let world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    chat.says("hi").await;
    birch.hears("hi").await;
    world.rests().await;
    world.faults().fail_next(Fault::Before);
    let refused = birch.tries(&chat.wa_id(), text("hello")).await;
    assert_eq!((refused.status, refused.code()), (503, 131_016), "{}", refused.text());
    assert_eq!(refused.header(header::RETRY_AFTER), "2");
    assert_eq!(chat.messages().await.len(), 2);
    birch.replies("hello").await;
    chat.shows("hello").await;
    world.rests().await;

    world.faults().fail_next(Fault::After);
    let id = birch.replies("hello again").await;
    chat.shows("hello again").await;
    birch.is_told(&id, "sent").await;
    world.all_is_well().await;
    assert_eq!(birch.statuses(&id), ["sent"]);
}

/// A full disk: everything is refused in words, everything can still be read, and when there is
/// room again all goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_write_refuses_and_recovers() {
    let world = World::new().await;
    let (birch, ana, chat) = begin(&world).await;
    chat.says("hi").await;
    birch.hears("hi").await;
    world.rests().await;
    let export = ana.exports().await;
    world.faults().fail_all(Fault::Before);
    assert_eq!(chat.tries_to_say("lost?").await.status, 503);
    let sent = birch.tries(&chat.wa_id(), text("lost?")).await;
    assert_eq!((sent.status, sent.code()), (503, 131_016));
    let path = format!("/v25.0/{}", birch.id());
    let override_ = json!({"webhook_configuration":
        {"override_callback_uri": birch.endpoint().url(), "verify_token": "sesame"}});
    let changed = birch.posts(&path, &override_).await;
    assert_eq!((changed.status, changed.code()), (503, 131_016));
    let rotated = birch.posts(&format!("/providers/{}/token", birch.id()), &json!({})).await;
    assert_eq!(rotated.status, 503);
    assert_eq!(world.registers(|fields| fields["name"] = json!("Alder")).await.status, 503);
    assert_eq!(world.http().post("/sign-in/local").send().await.status, 503);
    let stop = ana.posts(&format!("/chats/{}/stop", chat.id()), &[]).await;
    assert_eq!(stop.status, 503);
    let delete = ana.posts("/account/delete", &[("confirm", "delete")]).await;
    assert_eq!(delete.status, 503);
    let read = ana.posts_json(&format!("/app/chats/{}/read", chat.id()), &json!({"seq": 2})).await;
    assert_eq!(read.status, 503);
    assert_eq!(ana.exports().await, export, "nothing was stored, everything is readable");

    world.faults().heal();
    birch.gets(&path).await.expect(200);
    chat.says("and on").await;
    birch.hears("and on").await;
    birch.replies("we go").await;
    chat.shows("we go").await;
    world.registers(|fields| fields["name"] = json!("Alder")).await.expect(201);
    world.all_is_well().await;
}

/// Agreeing and stopping take effect or do not, and the answer says which.
#[tokio::test(flavor = "multi_thread")]
async fn consent_is_never_half_given() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    let question = format!("/consent/{}", birch.id());
    let page = ana.gets(&question).await.expect(200).text();
    let notice = sim::page::values(&page, "notice").pop().expect("a notice");
    world.faults().fail_next(Fault::Before);
    let fields = [("notice", notice.as_str()), ("answer", "agree")];
    assert_eq!(ana.posts(&question, &fields).await.status, 503);
    assert_eq!(ana.gets("/app/chats").await.json(), json!({"chats": []}));

    world.faults().fail_next(Fault::After);
    let chat = ana.agrees(&birch, &question, "").await;
    assert_eq!(chat.state().await["state"], "given");
    world.faults().fail_next(Fault::Before);
    let path = format!("/chats/{}/stop", chat.id());
    assert_eq!(ana.posts(&path, &[]).await.status, 503);
    chat.says("still talking").await;
    birch.hears("still talking").await;
    world.rests().await;
    world.faults().fail_next(Fault::After);
    chat.stops().await;
    assert_eq!(chat.state().await["state"], "withdrawn");
    assert_eq!(chat.tries_to_say("not any more").await.status, 409);
    world.all_is_well().await;
}

/// Deletion whose first step happened and whose second did not can simply be asked for again.
#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_failed_can_be_repeated() {
    let world = World::new().await;
    let (birch, ana, chat) = begin(&world).await;
    chat.says("hi").await;
    birch.hears("hi").await;
    world.rests().await;
    world.faults().fail_next(Fault::Before);
    let path = "/account/delete";
    assert_eq!(ana.posts(path, &[("confirm", "delete")]).await.status, 503);
    assert_eq!(chat.state().await["state"], "given");
    world.faults().fail_next(Fault::After);
    ana.deletes_everything().await;
    assert_eq!(ana.gets("/app/chats").await.status, 401);
    let answer = birch.tries(&chat.wa_id(), text("gone?")).await;
    assert_eq!(answer.code(), 131_026);
    world.all_is_well().await;
}

/// The end of a delivery is lost: after a restart the message comes again, under the same id, and
/// the person's ticks are right.
#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_whose_end_was_not_noted_comes_again_under_the_same_id() {
    let mut world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    birch.endpoint().gives_next([Gives::Status(503)]);
    let seq = chat.says("twice at most").await;
    let id = birch.hears("twice at most").await["id"].clone();
    let waiting = birch.tried(&id, 1).await;
    let failed = world.faults().failed();
    world.faults().fail_all(Fault::Before);
    world.advance_to(&waiting);
    let faults = world.faults().clone();
    sim::wait::eventually("the end is not noted", || {
        std::future::ready((faults.failed() > failed).then_some(()))
    })
    .await;
    world.restart_with(|_| faults.heal()).await;
    chat.until("two ticks", |view| (view.chat["delivered_seq"] == seq).then_some(())).await;
    world.all_is_well_but_for_repeats().await;
    let kept = birch.endpoint().kept();
    assert_eq!(kept.len(), 3, "refused, taken, taken again");
    assert!(kept.iter().all(|webhook| webhook.message().is_some_and(|m| m["id"] == id)));
}

/// A single failure at the end of a delivery needs no restart: it is noted with the next batch.
#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_delivery_is_noted_although_a_commit_failed() {
    let world = World::new().await;
    let (birch, _ana, chat) = begin(&world).await;
    birch.endpoint().gives_next([Gives::Status(503)]);
    let seq = chat.says("once").await;
    let id = birch.hears("once").await["id"].clone();
    let waiting = birch.tried(&id, 1).await;
    world.faults().fail_next(Fault::Before);
    world.advance_to(&waiting);
    chat.until("two ticks", |view| (view.chat["delivered_seq"] == seq).then_some(())).await;
    assert_eq!(world.faults().failed(), 1);
    world.all_is_well().await;
    assert_eq!(birch.endpoint().kept().len(), 2);
}

/// One commit in four fails, with either face, while both sides talk.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_now_and_then_loses_and_doubles_nothing() {
    for seed in [1, 2, 3] {
        let mut world = World::new().await;
        let (birch, _ana, chat) = begin(&world).await;
        chat.says("hi").await;
        birch.hears("hi").await;
        world.faults().fail_some(4, seed);
        let (mut refused, mut sent) = (0, Vec::new());
        for n in 0..40 {
            let key = format!("key-{n}");
            world.advance(100);
            while chat.sends(text(&format!("person {n}")), &key).await.status == 503 {
                refused += 1;
            }
            while sent.len() == n {
                let body = format!("assistant {n}");
                let answer = birch.tries(&chat.wa_id(), text(&body)).await;
                match answer.status {
                    200 => sent.push(body),
                    _ => assert_eq!((answer.status, answer.code()), (503, 131_016)),
                }
            }
        }
        assert!(refused > 0, "seed {seed} refused nothing");
        world.faults().heal();
        birch.hears("person 39").await;
        // What was delivered and not noted comes again.
        world.restart().await;
        world.advance(60_000);
        let all = chat.messages().await;
        let of = |author: &str| all.iter().filter(|m| m["from"] == author).count();
        assert_eq!((of("person"), of("assistant")), (41, 40), "seed {seed}");
        world.all_is_well_but_for_repeats().await;
        assert_eq!(chat.state().await["delivered_seq"], all.len() - 1, "seed {seed}");
    }
}

/// The store does not even say whether the batch happened: the exchange stops rather than guess,
/// and the next start finds out.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_says_nothing_stops_the_exchange() {
    let mut world = World::new().await;
    let (birch, ana, chat) = begin(&world).await;
    world.rests().await;
    world.faults().fail_next(Fault::After);
    world.faults().fail_last_batch(3);
    assert_eq!(chat.sends(text("unknown"), "key-1").await.status, 503);
    assert_eq!(chat.sends(text("unknown"), "key-1").await.status, 503);
    ana.exports().await;
    world.restart().await;
    let found = chat.sends(text("unknown"), "key-1").await.expect(200).json();
    assert_eq!(found["message"]["seq"], 2);
    birch.hears("unknown").await;
    world.all_is_well().await;
}
