//! The oracle finds what it is there to find.

use std::collections::BTreeMap;

use exchange::id::{ConversationId, Seq};
use serde_json::{Value, json};
use wire::cloud::id::{Direction, Wamid};

use super::*;

fn wamid(conversation: u64, seq: u32) -> String {
    let conversation = ConversationId::new(conversation).expect("twelve digits");
    Wamid { conversation, seq: Seq(seq), direction: Direction::Inbound }.encode()
}

fn webhook(number: u64, to: &str, conversation: u64, seq: u32, text: &str) -> Webhook {
    let wa_id = format!("999{conversation:012}");
    let user_id = format!("ZZ.{wa_id}");
    let value = json!({
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": format!("7{to}"), "phone_number_id": to},
        "contacts": [{"profile": {"name": ""}, "wa_id": wa_id, "user_id": user_id}],
        "messages": [{"from": wa_id, "from_user_id": user_id, "id": wamid(conversation, seq),
            "timestamp": "1", "type": "text", "text": {"body": text}}],
    });
    let change = json!({"field": "messages", "value": value});
    let entry = json!({"id": format!("account of {to}"), "changes": [change]});
    let body = json!({"object": "whatsapp_business_account", "entry": [entry]});
    Webhook { number, at_ms: 0, body, signed: true, answered: Some(200) }
}

fn said(conversation: u64, seq: u32, text: &str) -> Entry {
    Entry::Said { conversation, seq, text: Some(text.to_owned()) }
}

fn agreed(assistant: &str, conversation: u64) -> Entry {
    Entry::Agreed { person: 1, assistant: assistant.to_owned(), conversation }
}

fn shown(seq: u32, from: &str, text: &str) -> Value {
    json!({"seq": seq, "from": from, "type": "text", "text": {"body": text}, "error": null})
}

/// One person, two assistants, two messages to the first and one to the second.
fn sound() -> Evidence {
    let of = |id: &str, webhooks| Seen {
        id: id.to_owned(),
        account: format!("account of {id}"),
        webhooks,
        deliveries: Vec::new(),
    };
    let entries = vec![
        (1, agreed("100", 7)),
        (2, agreed("200", 8)),
        (3, said(7, 1, "one")),
        (4, said(7, 2, "two")),
        (5, said(8, 1, "three")),
    ];
    let first = vec![webhook(6, "100", 7, 1, "one"), webhook(7, "100", 7, 2, "two")];
    let second = vec![webhook(8, "200", 8, 1, "three")];
    let chats = BTreeMap::from([
        (7, vec![shown(1, "person", "one"), shown(2, "person", "two")]),
        (8, vec![shown(1, "person", "three")]),
    ]);
    let assistants = vec![of("100", first), of("200", second)];
    Evidence { entries, assistants, chats, repeats: false }
}

fn finds(word: &str, change: impl FnOnce(&mut Evidence)) {
    let mut evidence = sound();
    change(&mut evidence);
    let found = findings(&evidence);
    assert!(found.iter().any(|finding| finding.starts_with(word)), "{word}: {found:?}");
}

#[test]
fn a_sound_world_has_no_findings() {
    assert_eq!(findings(&sound()), Vec::<String>::new());
}

#[test]
fn losses_are_found() {
    finds("lost", |it| drop(it.assistants[0].webhooks.pop()));
    finds("lost", |it| it.assistants[0].webhooks[1].answered = Some(500));
    finds("lost", |it| drop(it.chats.get_mut(&7).and_then(Vec::pop)));
    finds("no status", |it| {
        it.entries.push((9, Entry::Sent { conversation: 8, seq: 2, text: None }));
    });
}

#[test]
fn inventions_and_changes_are_found() {
    finds("invented", |it| it.assistants[1].webhooks.push(webhook(9, "200", 8, 2, "four")));
    finds("invented", |it| {
        it.chats.entry(8).or_default().push(shown(2, "assistant", "nobody said so"));
    });
    finds("changed", |it| it.assistants[1].webhooks[0] = webhook(9, "200", 8, 1, "tree"));
    finds("told to another", |it| it.assistants[1].webhooks.push(webhook(9, "200", 7, 1, "one")));
    finds("doubled", |it| {
        let text = "perhaps".to_owned();
        it.entries.push((9, Entry::MaybeSent { conversation: 8, text }));
        let chat = it.chats.entry(8).or_default();
        chat.extend([shown(2, "assistant", "perhaps"), shown(3, "assistant", "perhaps")]);
    });
}

#[test]
fn order_and_repeats_are_found() {
    finds("out of order", |it| it.assistants[0].webhooks.swap(0, 1));
    finds("a hole", |it| drop(it.chats.get_mut(&7).map(|chat| chat.remove(0))));
    finds("repeated", |it| {
        let again = it.assistants[0].webhooks[0].clone();
        it.assistants[0].webhooks.push(again);
    });
    let mut allowed = sound();
    let again = allowed.assistants[0].webhooks[0].clone();
    allowed.assistants[0].webhooks.push(again);
    allowed.repeats = true;
    assert_eq!(findings(&allowed), Vec::<String>::new());
}

#[test]
fn what_comes_without_consent_is_found() {
    finds("without consent", |it| {
        it.entries.insert(5, (6, Entry::Stopped { conversation: 7 }));
        it.assistants[0].webhooks[1].number = 9;
    });
    finds("without consent", |it| it.entries.retain(|(number, _)| *number != 1));
}

#[test]
fn shared_identifiers_and_wrong_shapes_are_found() {
    finds("100 and 200 both got", |it| {
        let value = "/entry/0/changes/0/value";
        for seen in &mut it.assistants {
            let body = seen.webhooks[0].body.pointer_mut(value).expect("a value");
            body["device"] = json!("a-phone-of-ana");
        }
    });
    finds("a webhook to 100", |it| it.assistants[0].webhooks[0].signed = false);
    finds("a webhook to 100", |it| {
        it.assistants[0].webhooks[0].body["entry"][0]["id"] = json!("account of 200");
    });
}
