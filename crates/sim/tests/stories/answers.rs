//! What a person can say beyond texts: places, contacts, orders, permissions, addresses, what is
//! told on. An answer is always to a message that asks for it.

use serde_json::{Value, json};
use sim::chat::seq;
use sim::{Assistant, Chat, World};

/// Sends what the page sends; the answer's status and body.
async fn send(chat: &Chat, key: &str, what: Value) -> (u16, Value) {
    let answer = chat.sends(what, key).await;
    (answer.status, answer.json())
}

async fn asks(birch: &Assistant, chat: &Chat, interactive: Value) -> u32 {
    let body = json!({"type": "interactive", "interactive": interactive});
    let wamid = birch.sends(&chat.wa_id(), body).await;
    sim::assistant::place(&wamid).1
}

async fn hears_type(birch: &Assistant, kind: &str) -> Value {
    birch.hears_of(kind, |message| message["type"] == kind).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_and_contacts_reach_the_assistant_and_a_request_is_answered() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    let chat = ana.chooses(&birch).await;
    chat.says("hi").await;
    let asked = asks(
        &birch,
        &chat,
        json!({"type": "location_request_message",
        "body": {"text": "Where are you?"}, "action": {"name": "send_location"}}),
    )
    .await;
    let place = json!({"type": "location", "latitude": 50.8467, "longitude": 4.3525,
        "name": "Hall", "url": "https://elsewhere.example/", "context_seq": asked});
    assert_eq!(send(&chat, "k1", place).await.0, 200);
    let heard = hears_type(&birch, "location").await;
    assert_eq!(
        heard["location"],
        json!({"latitude": 50.8467, "longitude": 4.3525, "name": "Hall"})
    );
    assert!(heard["context"]["id"].is_string());
    let (status, _) =
        send(&chat, "k2", json!({"type": "location", "latitude": 91, "longitude": 0})).await;
    assert_eq!(status, 400);

    let card = json!({"name": {"formatted_name": "Ada L", "first_name": "Ada", "evil": "x"},
        "phones": [{"phone": "+49 30 1"}]});
    let unasked =
        json!({"type": "contacts", "cards": [card], "requested": true, "context_seq": asked});
    assert_eq!(send(&chat, "k3", unasked).await.0, 409, "a place was asked for");
    let asked = asks(
        &birch,
        &chat,
        json!({"type": "request_contact_info",
        "body": {"text": "Who are you?"}, "action": {"name": "request_contact_info"}}),
    )
    .await;
    let answer =
        json!({"type": "contacts", "cards": [card], "requested": true, "context_seq": asked});
    assert_eq!(send(&chat, "k4", answer).await.0, 200);
    let heard = hears_type(&birch, "contacts").await;
    assert_eq!(heard["origin"], "contact_request");
    assert_eq!(
        heard["contacts"][0]["name"],
        json!({"formatted_name": "Ada L", "first_name": "Ada"})
    );
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_and_addresses_are_answered_once_they_are_asked_for() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    let chat = ana.chooses(&birch).await;
    let hi = chat.says("hi").await;
    let calls = |accepted: bool, permanent: bool, to: u32| {
        json!({"type": "call_permission_reply", "accepted": accepted, "permanent": permanent,
            "context_seq": to})
    };
    assert_eq!(send(&chat, "k1", calls(true, true, hi)).await.0, 409, "nobody asked");
    let asked = asks(
        &birch,
        &chat,
        json!({"type": "call_permission_request",
        "action": {"name": "call_permission_request"}}),
    )
    .await;
    assert_eq!(send(&chat, "k2", calls(true, false, asked)).await.0, 200);
    let heard = hears_type(&birch, "interactive").await;
    let reply = &heard["interactive"]["call_permission_reply"];
    assert_eq!(reply["response"], "accept");
    let week = world.now_ms() / 1000 + 7 * 24 * 3600;
    assert_eq!(reply["expiration_timestamp"], week);
    assert_eq!(chat.state().await["calls_until"], week * 1000 + world.now_ms() % 1000);
    assert_eq!(send(&chat, "k3", calls(false, true, asked)).await.0, 200);
    assert!(chat.state().await["calls_until"].is_null());

    let asked = asks(
        &birch,
        &chat,
        json!({"type": "address_message", "body": {"text": "Where to?"},
        "action": {"name": "address_message", "parameters": {"country": "IN",
            "saved_addresses": [{"id": "home", "value": {"city": "Pune"}}]}}}),
    )
    .await;
    let (status, refused) = send(
        &chat,
        "k4",
        json!({"type": "address_reply",
        "values": {"name": "Ana"}, "context_seq": asked}),
    )
    .await;
    assert_eq!((status, &refused["error"]["field"]), (400, &json!("Phone number")));
    let saved = json!({"type": "address_reply", "saved": "home", "context_seq": asked});
    assert_eq!(send(&chat, "k5", saved).await.0, 200);
    let is_form = |m: &Value| m["interactive"]["type"] == "nfm_reply";
    let heard = birch.hears_of("an address", is_form).await;
    let reply = &heard["interactive"]["nfm_reply"];
    assert_eq!(reply["name"], "address_message");
    let response: Value =
        serde_json::from_str(reply["response_json"].as_str().expect("text")).expect("JSON");
    assert_eq!(response, json!({"saved_address_id": "home", "values": {"city": "Pune"}}));
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_on_says_so_and_not_whose_it_was() {
    let world = World::new().await;
    let (birch, cedar) = (world.assistant("Birch").await, world.assistant("Cedar").await);
    let (ana, eve) = (world.person().await, world.person().await);
    let (from, to) = (ana.chooses(&birch).await, ana.chooses(&cedar).await);
    let other = eve.chooses(&cedar).await;
    from.says("hi").await;
    birch.hears("hi").await;
    birch.replies("*A secret recipe*").await;
    let messages = from.messages().await;
    let recipe = seq(messages.last().expect("the recipe"));
    let forward =
        |chat: &str, seq: u32| json!({"type": "forward", "forward": {"chat": chat, "seq": seq}});
    assert_eq!(send(&other, "k1", forward(from.id(), recipe)).await.0, 409, "not hers");
    assert_eq!(send(&to, "k1", forward(from.id(), 1)).await.0, 409, "a notice");
    let (status, kept) = send(&to, "k2", forward(from.id(), recipe)).await;
    assert_eq!((status, &kept["message"]["forwards"]), (200, &json!(1)));
    let heard = cedar.hears("*A secret recipe*").await;
    assert_eq!(heard["context"], json!({"forwarded": true}));
    let mut place = seq(&kept["message"]);
    for hop in 0..5 {
        let (_, kept) = send(&to, &format!("h{hop}"), forward(to.id(), place)).await;
        place = seq(&kept["message"]);
    }
    let often = |m: &Value| m["context"]["frequently_forwarded"] == true;
    cedar.hears_of("often forwarded", often).await;
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn promotional_messages_are_stopped_and_the_assistant_is_told() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    let chat = ana.chooses(&birch).await;
    chat.says("hi").await;
    birch.hears("hi").await;
    let path = format!("/v25.0/{}/subscriptions", birch.card()["app_id"].as_str().expect("text"));
    let fields = [
        ("object", "whatsapp_business_account"),
        ("callback_url", birch.endpoint().url()),
        ("verify_token", "sesame"),
        ("fields", "messages,user_preferences"),
    ];
    world.http().post(&path).bearer(&birch.app_token()).form(&fields).send().await.expect(200);
    let path = format!("/app/chats/{}/preferences", chat.id());
    ana.posts_json(&path, &json!({"marketing": false})).await.expect(200);
    ana.posts_json(&path, &json!({"marketing": false})).await.expect(200);
    assert_eq!(chat.state().await["marketing"], false);
    world.rests().await;
    let wishes = birch.endpoint().kept();
    let wishes: Vec<_> =
        wishes.iter().filter_map(|w| w.value()["user_preferences"].get(0)).collect();
    assert_eq!(wishes.len(), 1, "said twice, told once");
    assert_eq!(wishes[0]["value"], "stop");
    let eve = world.person().await;
    let foreign = eve.posts_json(&path, &json!({"marketing": true})).await;
    assert_eq!(foreign.status, 409);
    let played = format!("/app/chats/{}/played", chat.id());
    let text = chat.messages().await.last().map_or(0, seq);
    assert_eq!(ana.posts_json(&played, &json!({"seq": text})).await.status, 409, "no voice note");
    world.all_is_well().await;
}
