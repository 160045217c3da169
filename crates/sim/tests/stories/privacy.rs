//! What assistants can find out, and what is left when a person goes.

use serde_json::json;
use sim::{Gives, World};

/// The oracle compares every string of every webhook; here both get every kind of them.
#[tokio::test(flavor = "multi_thread")]
async fn two_assistants_of_one_person_share_no_identifier() {
    let world = World::new().await;
    let (birch, alder) = (world.assistant("Birch").await, world.assistant("Alder").await);
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let with_birch = ana.chooses_as(&birch, "Ana").await;
    let with_alder = ana.chooses(&alder).await;
    for (chat, assistant) in [(&with_birch, &birch), (&with_alder, &alder)] {
        chat.says("the same words to both").await;
        let heard = assistant.hears("the same words to both").await;
        let hello = assistant.replies("hello").await;
        let seq = chat.shows("hello").await;
        chat.answers(seq, "quoted").await;
        assistant.hears("quoted").await;
        chat.reacts(seq, "👍").await;
        assistant.reacts(heard["id"].as_str().expect("an id"), "👍").await;
        chat.reads().await;
        assistant.is_told(&hello, "read").await;
    }
    world.all_is_well().await;
    let name = |of: &sim::Assistant| {
        let all = of.endpoint().kept();
        all.iter().map(|w| w.value()["contacts"][0]["profile"]["name"].clone()).next_back()
    };
    assert_eq!((name(&birch), name(&alder)), (Some(json!("Ana")), Some(json!(""))));
    let (one, other) = (with_birch.wa_id(), with_alder.wa_id());
    for (assistant, foreign) in [(&birch, &other), (&alder, &one)] {
        let answer = assistant.tries(foreign, json!({"text": {"body": "psst"}})).await;
        assert_eq!((answer.status, answer.code()), (400, 131_026));
        let nobody = assistant.tries("999000000000001", json!({"text": {"body": "psst"}})).await;
        let plain = |answer: &sim::http::Answer| {
            let mut json = answer.json();
            json["error"]["fbtrace_id"] = json!("");
            json
        };
        assert_eq!(plain(&answer), plain(&nobody), "somebody else's and nobody look the same");
    }
}

/// Another assistant's message ids are as unknown as invented ones.
#[tokio::test(flavor = "multi_thread")]
async fn an_assistant_cannot_point_at_anothers_messages() {
    let world = World::new().await;
    let (birch, alder) = (world.assistant("Birch").await, world.assistant("Alder").await);
    let ana = world.person().await;
    let (with_birch, with_alder) = (ana.chooses(&birch).await, ana.chooses(&alder).await);
    with_birch.says("for Birch").await;
    with_alder.says("for Alder").await;
    let foreign = alder.hears("for Alder").await["id"].clone();
    birch.hears("for Birch").await;
    world.rests().await;
    let export = ana.exports().await;
    let to = with_birch.wa_id();
    for what in [
        json!({"type": "reaction", "reaction": {"message_id": foreign, "emoji": "👍"}}),
        json!({"text": {"body": "x"}, "context": {"message_id": foreign}}),
        json!({"status": "read", "message_id": foreign}),
    ] {
        let answer = birch.tries(&to, what.clone()).await;
        assert_eq!((answer.status, answer.code()), (400, 131_009), "{what}");
    }
    assert_eq!(ana.exports().await, export);
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_cannot_read_or_write_in_a_chat() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let (ana, eve) = (world.person().await, world.person().await);
    let chat = ana.chooses(&birch).await;
    chat.says("secret").await;
    birch.hears("secret").await;
    let base = format!("/app/chats/{}", chat.id());
    let text = json!({"client_id": "x", "type": "text", "text": {"body": "I am Ana"}});
    for answer in [
        eve.gets(&format!("{base}/messages")).await,
        eve.posts_json(&format!("{base}/messages"), &text).await,
        eve.posts_json(&format!("{base}/read"), &json!({"seq": 2})).await,
        eve.posts_json("/app/received", &json!({"chats": {chat.id(): 2}})).await,
        eve.gets(&format!("/chats/{}", chat.id())).await,
        eve.posts(&format!("/chats/{}/stop", chat.id()), &[]).await,
        world.http().get(&format!("{base}/messages")).send().await,
        world.http().post(&format!("{base}/messages")).json(&text).send().await,
    ] {
        assert!((400..500).contains(&answer.status), "{}", answer.status);
        assert!(!answer.text().contains("secret") && !answer.text().contains("Birch"));
    }
    assert_eq!(chat.state().await["state"], "given");
    assert_eq!(chat.state().await["read_seq"], 0);
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_holds_everything() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses_as(&birch, "Ana the First").await;
    for n in 0..250 {
        chat.says(&format!("thought {n}")).await;
    }
    birch.hears("thought 249").await;
    world.advance(10_000);
    birch.asks_buttons("A question", &[("y", "Yes"), ("n", "No")]).await;
    chat.until("the question", |v| v.messages.iter().find(|m| m["type"] == "buttons").cloned())
        .await;
    chat.taps("Yes").await;
    chat.reacts(2, "👍").await;
    chat.stops().await;
    let messages = chat.messages().await;
    let export = ana.exports().await;
    let held = &export["chats"][0];
    assert_eq!(held["messages"].as_array(), Some(&messages));
    assert_eq!(messages.len(), 255, "notice, 250 thoughts, question, tap, reaction, notice");
    assert_eq!(held["your_name_there"], "Ana the First");
    assert_eq!(held["card"]["name"], "Birch");
    let notice = held["consents"][0]["notice"].as_str().expect("the words agreed to");
    assert!(notice.contains("Birch is an AI assistant run by Birch Ltd"), "{notice}");
    assert_eq!(held["consents"][1]["state"], "withdrawn");
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deletion_leaves_nothing_and_takes_back_what_was_owed() {
    let world = World::new().await;
    let (birch, alder) = (world.assistant("Birch").await, world.assistant("Alder").await);
    let (ana, bo) = (world.person().await, world.person().await);
    let (of_ana, of_bo) = (ana.chooses(&birch).await, bo.chooses(&birch).await);
    let with_alder = ana.chooses(&alder).await;
    of_ana.says("heard before").await;
    with_alder.says("to Alder").await;
    let heard = birch.hears("heard before").await;
    alder.hears("to Alder").await;
    birch.replies("kept by nobody").await;
    let theirs = birch.delivery("it is noted", |one| one["wamid"] == heard["id"]).await;
    birch.endpoint().gives(Gives::Status(503));
    of_ana.says("never heard").await;
    of_bo.says("waiting").await;
    birch.hears("never heard").await;
    birch.hears("waiting").await;

    let refused = ana.posts("/account/delete", &[("confirm", "no")]).await;
    assert_eq!(refused.status, 400);
    ana.deletes_everything().await;
    assert_eq!(ana.gets("/account/export").await.status, 303, "signed out");
    assert_eq!(ana.gets("/app/chats").await.status, 401);
    assert_eq!(birch.replays(&theirs).await.status, 404);
    let answer = birch.tries(&of_ana.wa_id(), json!({"text": {"body": "hello?"}})).await;
    assert_eq!((answer.status, answer.code()), (400, 131_026));
    for assistant in [&birch, &alder] {
        let all = assistant.deliveries("").await;
        let hers = |one: &&serde_json::Value| {
            let (of, _) = sim::assistant::place(one["wamid"].as_str().expect("an id"));
            of == of_ana.conversation() || of == with_alder.conversation()
        };
        assert_eq!(all.iter().filter(hers).count(), 0, "{all:?}");
    }

    birch.endpoint().gives(Gives::Status(200));
    world.advance(7 * 86_400_000 - 1_000);
    birch.hears("waiting").await;
    world.all_is_well().await;
}

/// The words are gone from the files too, once these have been closed.
#[tokio::test(flavor = "multi_thread")]
async fn deletion_leaves_no_word_on_disk() {
    let mut world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    let chat = ana.chooses_as(&birch, "Zanzibarina").await;
    chat.says("xylophone").await;
    birch.hears("xylophone").await;
    birch.sends(&chat.wa_id(), json!({"text": {"body": "mississippi"}})).await;
    world.rests().await;
    let found = |world: &World| {
        let files = std::fs::read_dir(world.folder()).expect("a folder");
        let bytes: Vec<Vec<u8>> =
            files.filter_map(|file| std::fs::read(file.ok()?.path()).ok()).collect();
        let holds = |word: &&str| {
            bytes.iter().any(|file| file.windows(word.len()).any(|part| part == word.as_bytes()))
        };
        ["Zanzibarina", "xylophone", "mississippi"].iter().filter(|word| holds(word)).count()
    };
    world.restart().await;
    assert_eq!(found(&world), 3, "kept until then");
    ana.deletes_everything().await;
    world.restart().await;
    assert_eq!(found(&world), 0);
    world.all_is_well().await;
}
