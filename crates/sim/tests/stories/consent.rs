//! Only "given" lets anything through, and taking it back takes effect at once.

use hyper::header;
use serde_json::json;
use sim::page::values;
use sim::{Gives, World};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_reaches_an_assistant_before_the_notice_is_agreed_to() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    let question = format!("/consent/{}", birch.id());
    let page = ana.gets(&question).await.expect(200).text();
    assert!(page.contains("Birch is an AI assistant run by Birch Ltd (BE)"), "{page}");
    let notice = values(&page, "notice").pop().expect("a notice");

    let stale = "0".repeat(64);
    for fields in [
        vec![("notice", notice.as_str()), ("answer", "not_now")],
        vec![("notice", notice.as_str())],
        vec![("notice", stale.as_str()), ("answer", "agree")],
        vec![("answer", "agree")],
    ] {
        ana.posts(&question, &fields).await;
        assert_eq!(ana.gets("/app/chats").await.json(), json!({"chats": []}), "{fields:?}");
    }
    let long = "x".repeat(61);
    let fields = [("notice", notice.as_str()), ("answer", "agree"), ("display_name", &long)];
    let page = ana.posts(&question, &fields).await.expect(200).text();
    assert!(page.contains("must be one line of at most 60 characters"), "{page}");
    assert_eq!(ana.gets("/app/chats").await.json(), json!({"chats": []}));
    assert!(birch.endpoint().kept().is_empty());
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_stop_neither_side_reaches_the_other() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    chat.says("hi").await;
    let hi = birch.hears("hi").await;
    birch.replies("hello").await;
    chat.shows("hello").await;
    world.rests().await;
    chat.stops().await;
    let export = ana.exports().await;

    let refused = chat.tries_to_say("are you there?").await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    let refused = birch.tries(&chat.wa_id(), json!({"text": {"body": "come back"}})).await;
    assert_eq!((refused.status, refused.code()), (400, 131_026));
    let read = json!({"messaging_product": "whatsapp", "status": "read", "message_id": hi["id"]});
    assert_eq!(birch.calls(&read).await.status, 400);
    let heard = birch.delivery("the first word", |one| one["kind"] == "message").await;
    assert_eq!(birch.replays(&heard).await.status, 409);
    assert_eq!(ana.exports().await, export, "nothing was stored");

    chat.reads().await;
    assert_eq!(chat.state().await["state"], "withdrawn");
    let last = chat.messages().await.pop().expect("messages");
    assert_eq!(last["notice"]["kind"], "stopped");
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_dead_endpoint_is_taken_back_by_a_stop() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let (ana, bo) = (world.person().await, world.person().await);
    ana.opens_the_messenger().await;
    let (of_ana, of_bo) = (ana.chooses(&birch).await, bo.chooses(&birch).await);
    birch.endpoint().gives(Gives::Status(503));
    let said = [of_ana.says("one").await, of_ana.says("two").await, of_ana.says("three").await];
    birch.hears("one").await;
    birch.delivery("the first try is noted", |one| one["attempts"] == 1).await;
    of_ana.stops().await;
    for seq in said {
        assert_eq!(of_ana.fails(seq).await, "stopped");
    }
    assert_eq!(birch.deliveries("cancelled").await.len(), 3);

    birch.endpoint().gives(Gives::Status(200));
    world.advance(7 * 86_400_000);
    of_bo.says("and I?").await;
    birch.hears("and I?").await;
    world.all_is_well().await;
}

/// The endpoint has been given the message and has not answered when the person stops it: the
/// connection is broken off, and nothing comes again.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_breaks_off_what_is_under_way() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    birch.endpoint().gives_next([Gives::Nothing]);
    let (one, two) = (chat.says("one").await, chat.says("two").await);
    birch.hears("one").await;
    chat.stops().await;
    assert_eq!(
        (chat.fails(one).await, chat.fails(two).await),
        ("stopped".into(), "stopped".into())
    );
    world.advance(86_400_000);
    world.all_is_well().await;
    assert_eq!(birch.endpoint().kept().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn agreeing_again_goes_on_in_the_same_chat() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses_as(&birch, "Ana").await;
    chat.says("hi").await;
    assert_eq!(birch.hears("hi").await["from"], chat.wa_id());
    chat.stops().await;
    let again = ana.chooses_as(&birch, "Anastasia").await;
    assert_eq!(again.id(), chat.id(), "one chat per person and assistant");
    again.says("hi again").await;
    birch.hears("hi again").await;
    birch.replies("welcome back").await;
    chat.shows("welcome back").await;
    world.all_is_well().await;
    let last = birch.endpoint().kept().pop().expect("webhooks");
    assert_eq!(last.value()["contacts"][0]["profile"]["name"], "Anastasia");

    let export = ana.exports().await;
    let consents = export["chats"][0]["consents"].as_array().expect("a history").clone();
    let states: Vec<_> = consents.iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["given", "withdrawn", "given"]);
}

/// Several in one go; declining one leaves the others.
#[tokio::test(flavor = "multi_thread")]
async fn each_assistant_is_asked_for_by_itself() {
    let world = World::new().await;
    let (birch, alder) = (world.assistant("Birch").await, world.assistant("Alder").await);
    let ana = world.person().await;
    let (showing, _) = ana.looks_at_the_choice().await;
    let fields = [
        ("showing", showing.as_str()),
        ("assistant", birch.id()),
        ("assistant", alder.id()),
        ("then", "continue"),
    ];
    let first = ana.posts("/choose", &fields).await.expect(303).header(header::LOCATION);
    assert_eq!(first, format!("/consent/{}?done=0&next={}", birch.id(), alder.id()));
    let second = ana.posts(&first, &[("answer", "not_now")]).await.expect(303);
    let second = second.header(header::LOCATION);
    let chat = ana.agrees(&alder, &second, "").await;
    chat.says("only you").await;
    alder.hears("only you").await;
    assert_eq!(ana.chats().len(), 1);
    assert!(birch.endpoint().kept().is_empty());
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_from_another_site_changes_nothing() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    let chat = ana.chooses(&birch).await;
    for (name, value) in [("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")] {
        for path in [
            format!("/chats/{}/stop", chat.id()),
            format!("/chats/{}/say", chat.id()),
            "/account/delete".to_owned(),
            "/sign-out".to_owned(),
            format!("/consent/{}", birch.id()),
        ] {
            let fields = [("confirm", "delete"), ("body", "x"), ("client_id", "x")];
            let call = ana.dressed(world.http().post(&path)).form(&fields);
            let name = hyper::header::HeaderName::from_static(name);
            let answer = call.with(name, value).send().await;
            assert_eq!(answer.status, 403, "{path}");
        }
    }
    assert_eq!(chat.state().await["state"], "given");
    world.all_is_well().await;
}
