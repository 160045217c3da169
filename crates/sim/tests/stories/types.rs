//! Every type that an assistant can send is shown to the person as what it is, and gets its
//! statuses; what is not carried is refused with the platform's own error.

use serde_json::{Value, json};
use sim::{Assistant, Chat, World};

async fn begin(world: &World) -> (Assistant, Chat) {
    let birch = world.assistant("Birch").await;
    let chat = world.person().await.chooses(&birch).await;
    chat.says("hi").await;
    birch.hears("hi").await;
    (birch, chat)
}

fn interactive(kind: &str, more: Value) -> Value {
    let mut it = json!({"type": kind, "body": {"text": format!("about {kind}")}});
    it.as_object_mut().expect("members").extend(more.as_object().expect("members").clone());
    json!({"type": "interactive", "interactive": it})
}

fn carousel() -> Value {
    let card = |n: u32| {
        json!({"card_index": n, "type": "cta_url", "body": {"text": format!("card {n}")},
            "header": {"type": "image", "image": {"link": "https://pictures.example/x.png"}},
            "action": {"name": "cta_url", "parameters":
                {"display_text": "Open", "url": format!("https://x.example/{n}")}}})
    };
    interactive("carousel", json!({"action": {"cards": [card(0), card(1)]}}))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_without_a_file_is_shown_and_gets_its_statuses() {
    let world = World::new().await;
    let (birch, chat) = begin(&world).await;
    let name = json!({"formatted_name": "Ada L", "first_name": "Ada"});
    let buttons = json!({"action": {"buttons": [
        {"type": "reply", "reply": {"id": "y", "title": "Yes"}}]}});
    let url = json!({"action": {"name": "cta_url", "parameters":
        {"display_text": "Open", "url": "https://x.example/a"}}});
    let bare = |name: &str| json!({"action": {"name": name}});
    let address = json!({"action": {"name": "address_message", "parameters": {"country": "IN"}}});
    let list = json!({"action": {"button": "Open", "sections": [
        {"title": "A", "rows": [{"id": "r", "title": "Row"}]}]}});
    for (what, shown) in [
        (json!({"type": "text", "text": {"body": "plain"}}), "text"),
        (
            json!({"type": "location", "location":
                {"latitude": 50.85, "longitude": 4.35, "name": "Here", "address": "Street 1"}}),
            "location",
        ),
        (json!({"type": "contacts", "contacts": [{"name": name}]}), "contacts"),
        (interactive("button", buttons), "buttons"),
        (interactive("list", list), "list"),
        (interactive("cta_url", url), "cta_url"),
        (interactive("location_request_message", bare("send_location")), "location_request"),
        (interactive("request_contact_info", bare("request_contact_info")), "contact_request"),
        (
            interactive("call_permission_request", bare("call_permission_request")),
            "call_permission_request",
        ),
        (interactive("address_message", address), "address_request"),
    ] {
        let wamid = birch.sends(&chat.wa_id(), what).await;
        birch.is_told(&wamid, "sent").await;
        chat.until(shown, |view| {
            view.messages.iter().find(|m| m["type"] == shown).map(sim::chat::seq)
        })
        .await;
        chat.reads().await;
        birch.is_told(&wamid, "read").await;
        assert_eq!(birch.statuses(&wamid), ["sent", "delivered", "read"], "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_carried_is_refused_with_the_platforms_error() {
    let world = World::new().await;
    let (birch, chat) = begin(&world).await;
    let pay = json!({"action": {"name": "review_and_pay", "parameters": {}}});
    for (what, status, code) in [
        (json!({"type": "pin", "pin": {"type": "pin", "message_id": "x"}}), 400, 131_051),
        (json!({"type": "hologram"}), 400, 100),
        (interactive("order_details", pay.clone()), 400, 134_011),
        (interactive("order_status", pay), 400, 134_011),
        (interactive("voice_call", json!({"action": {"name": "voice_call"}})), 401, 138_000),
        (json!({"type": "image", "image": {"id": "123456789012345"}}), 400, 100),
        (json!({"type": "image", "image": {"link": "ftp://x.example/a.png"}}), 400, 131_009),
        (carousel_of_one(), 400, 131_009),
    ] {
        let refused = birch.tries(&chat.wa_id(), what.clone()).await;
        assert_eq!((refused.status, refused.code()), (status, code), "{what}: {}", refused.text());
    }
    let shown = chat.messages().await;
    assert!(shown.iter().all(|m| m["from"] != "assistant"), "nothing was kept: {shown:?}");
}

fn carousel_of_one() -> Value {
    let mut it = carousel();
    it["interactive"]["action"]["cards"].as_array_mut().expect("cards").truncate(1);
    it
}
