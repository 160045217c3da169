//! Templates: made by their provider, approved by rules, sent and seen.

use serde_json::{Value, json};
use sim::endpoint::Webhook;
use sim::http::Answer;
use sim::{Assistant, Chat, Person, World};

const HOUR_MS: i64 = 3_600_000;

/// Birch, subscribed to what is told of templates, and Ana.
struct Scene {
    world: World,
    birch: Assistant,
    ana: Person,
    chat: Chat,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let birch = world.assistant("Birch").await;
        let fields = "messages,message_template_status_update,template_category_update,\
                      message_template_components_update";
        let app = birch.card()["app_id"].as_str().expect("an id");
        let subscription = json!({
            "object": "whatsapp_business_account", "callback_url": birch.endpoint().url(),
            "verify_token": birch.endpoint().verify_token(), "fields": fields,
        });
        let path = format!("/v25.0/{app}/subscriptions");
        let call = world.http().post(&path).bearer(&birch.app_token()).json(&subscription);
        call.send().await.expect(200);
        let ana = world.person().await;
        ana.opens_the_messenger().await;
        let chat = ana.chooses(&birch).await;
        Self { world, birch, ana, chat }
    }

    fn path(&self) -> String {
        let waba = self.birch.card()["waba_id"].as_str().expect("an id");
        format!("/v25.0/{waba}/message_templates")
    }

    async fn tries(&self, body: &Value) -> Answer {
        self.birch.posts(&self.path(), body).await
    }

    /// Creates; returns the id.
    async fn creates(&self, body: &Value) -> String {
        let answer = self.tries(body).await.expect(200).json();
        assert_eq!(answer["status"], "APPROVED", "{answer}");
        answer["id"].as_str().expect("an id").to_owned()
    }

    async fn lists(&self, query: &str) -> Value {
        self.birch.gets(&format!("{}?{query}", self.path())).await.expect(200).json()
    }

    async fn deletes(&self, query: &str) -> Answer {
        let path = format!("{}?{query}", self.path());
        let call = self.world.http().call(hyper::Method::DELETE, &path);
        call.bearer(&self.birch.token()).send().await
    }

    async fn sends(&self, template: Value) -> Answer {
        let what = json!({"type": "template", "template": template});
        self.birch.tries(&self.chat.wa_id(), what).await
    }

    /// Sends; returns what the person sees.
    async fn shows(&self, template: Value) -> Value {
        let answer = self.sends(template).await.expect(200).json();
        assert_eq!(answer["messages"][0]["message_status"], "accepted");
        let (_, seq) = sim::assistant::place(answer["messages"][0]["id"].as_str().expect("an id"));
        let all = self.chat.messages().await;
        self.world.advance(6_000);
        all.into_iter().find(|m| m["seq"] == seq).expect("it is shown")
    }

    /// Refused with this code; returns the error.
    async fn refused(&self, template: Value, status: u16, code: i64) -> Value {
        let answer = self.sends(template.clone()).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{template}: {}", answer.text());
        answer.json()["error"].clone()
    }

    /// The `value` of a webhook of a field.
    async fn is_told(&self, field: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let find = |kept: &[Webhook]| {
            let mut changes = kept.iter().map(|one| &one.body["entry"][0]["changes"][0]);
            changes.find(|one| one["field"] == field && is_it(&one["value"])).cloned()
        };
        self.birch.endpoint().until(field, find).await["value"].clone()
    }
}

fn order() -> Value {
    json!({
        "name": "order_ready", "language": "en_US", "category": "utility",
        "components": [
            {"type": "header", "format": "text", "text": "Order {{1}}",
             "example": {"header_text": ["12"]}},
            {"type": "body", "text": "Hello {{1}}, your order {{2}} waits for you.",
             "example": {"body_text": [["Ana", "12"]]}},
            {"type": "footer", "text": "Birch Ltd"},
            {"type": "buttons", "buttons": [
                {"type": "quick_reply", "text": "I come"},
                {"type": "quick_reply", "text": "Later"},
                {"type": "url", "text": "Look", "url": "https://example.org/orders/{{1}}",
                 "example": ["https://example.org/orders/12"]},
                {"type": "phone_number", "text": "Call", "phone_number": "+32470123456"},
            ]},
        ],
    })
}

fn order_sent() -> Value {
    json!({"name": "order_ready", "language": {"code": "en_US", "policy": "deterministic"},
    "components": [
        {"type": "HEADER", "parameters": [{"type": "text", "text": "7"}]},
        {"type": "body", "parameters": [
            {"type": "text", "text": "Ana"}, {"type": "text", "text": "7"}]},
        {"type": "button", "sub_type": "quick_reply", "index": "0",
         "parameters": [{"type": "payload", "payload": "coming"}]},
        {"type": "button", "sub_type": "URL", "index": 2,
         "parameters": [{"type": "text", "text": "7?a=b"}]},
    ]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_made_sent_and_answered() {
    let scene = Scene::new().await;
    let id = scene.creates(&order()).await;
    let told = scene.is_told("message_template_status_update", |v| v["event"] == "APPROVED").await;
    assert_eq!(told["message_template_id"].to_string(), id);
    assert_eq!(told["message_template_name"], "order_ready");

    let all = scene.lists("").await;
    let one = &all["data"][0];
    assert_eq!(
        (&one["id"], &one["status"], &one["category"]),
        (&json!(id), &json!("APPROVED"), &json!("UTILITY"))
    );
    assert_eq!(one["components"][0]["format"], "TEXT");
    assert_eq!(one["components"][1]["example"], json!({"body_text": [["Ana", "12"]]}));
    assert_eq!(one["components"][3]["buttons"][2]["type"], "URL");

    // Outside the window: nobody has written yet.
    let shown = scene.shows(order_sent()).await;
    assert_eq!(shown["header"], "Order 7");
    assert_eq!(shown["body"], "Hello Ana, your order 7 waits for you.");
    assert_eq!(
        shown["buttons"][0],
        json!({"kind": "reply", "text": "I come", "payload": "coming"})
    );
    assert_eq!(shown["buttons"][1]["payload"], "Later");
    assert_eq!(shown["buttons"][2]["url"], "https://example.org/orders/7?a=b");
    assert_eq!(shown["buttons"][3]["phone"], "+32470123456");
    scene.world.all_is_well().await;
}
