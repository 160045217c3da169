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

    let tap = json!({"type": "button_reply", "reply": {"id": "0"}, "context_seq": shown["seq"]});
    scene.chat.sends(tap, "tap").await.expect(200);
    let heard = scene.birch.hears_of("the tap", |m| m["type"] == "button").await;
    assert_eq!(heard["button"], json!({"payload": "coming", "text": "I come"}));
    scene.world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_rules_are_named_and_nothing_is_kept() {
    let scene = Scene::new().await;
    let with = |change: fn(&mut Value)| {
        let mut body = order();
        change(&mut body);
        body
    };
    let rows: Vec<(Value, Option<i64>)> = vec![
        (with(|it| it["components"][1]["text"] = json!("x".repeat(1025))), Some(2_388_040)),
        (with(|it| it["components"][0]["text"] = json!("Order *{{1}}*")), Some(2_388_047)),
        (with(|it| it["components"][1]["text"] = json!("a {{1}} {{2}} b c d e")), Some(2_388_072)),
        (with(|it| it["components"][2]["text"] = json!("{{1}}")), Some(2_388_073)),
        (with(|it| it["components"][1]["text"] = json!("a {{1}} – {{2}} …")), Some(2_388_293)),
        (with(|it| it["components"][1]["text"] = json!("Hello to you {{1}}")), Some(2_388_299)),
        (with(|it| it["components"][1]["example"] = json!({})), Some(2_388_043)),
        (with(|it| it["components"][3]["buttons"][0]["type"] = json!("otp")), None),
        (with(|it| it["components"][3]["buttons"][0]["type"] = json!("voice_call")), None),
        (with(|it| it["components"][0]["type"] = json!("hat")), None),
        (with(|it| it["components"] = json!("[{")), None),
        (with(|it| it["category"] = json!("FUN")), None),
        (with(|it| it["language"] = json!("tlh")), None),
        (with(|it| it["name"] = json!("Order")), None),
        (with(|it| it["parameter_format"] = json!("NAMED")), None),
        (with(|it| it["message_send_ttl_seconds"] = json!(5)), None),
    ];
    for (body, subcode) in rows {
        let answer = scene.tries(&body).await;
        assert_eq!((answer.status, answer.code()), (400, 100), "{body}: {}", answer.text());
        let error = &answer.json()["error"];
        if subcode.is_some() {
            assert_eq!(error["error_subcode"].as_i64(), subcode, "{error}");
            assert!(error["error_user_title"].is_string() && error["error_user_msg"].is_string());
        }
    }
    assert_eq!(scene.lists("").await, json!({"data": []}));
    scene.creates(&order()).await;
    let again = scene.tries(&order()).await.expect(400).json();
    assert_eq!(again["error"]["error_subcode"], 2_388_024);
    scene.world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_must_fit_the_template() {
    let scene = Scene::new().await;
    scene.creates(&order()).await;
    let with = |change: fn(&mut Value)| {
        let mut sent = order_sent();
        change(&mut sent);
        sent
    };
    let unknown = scene.refused(with(|it| it["name"] = json!("other")), 404, 132_001).await;
    assert!(
        unknown["error_data"]["details"]
            .as_str()
            .expect("words")
            .contains("does not exist in en_US")
    );
    scene.refused(with(|it| it["language"]["code"] = json!("nl")), 404, 132_001).await;
    scene.refused(with(|it| it["language"] = json!({})), 400, 100).await;
    scene
        .refused(with(|it| it["components"][3]["sub_type"] = json!("voice_call")), 401, 138_000)
        .await;
    scene
        .refused(with(|it| it["components"][3]["sub_type"] = json!("order_details")), 400, 134_011)
        .await;
    let text = |text: &str| json!({"type": "text", "text": text});
    for (component, place, value, code) in [
        (1, "parameters", json!([text("Ana")]), 132_000),
        (0, "parameters", json!([]), 132_000),
        (
            0,
            "parameters",
            json!([{"type": "image", "image": {"link": "https://x.example/a.png"}}]),
            132_012,
        ),
        (1, "parameters", json!([text("Ana"), text(&"x".repeat(1024))]), 132_005),
        (1, "parameters", json!([text("Ana"), text("a\nb")]), 132_018),
        (1, "parameters", json!([text("Ana"), text("a\u{7}b")]), 132_007),
        (1, "parameters", json!([text("Ana"), text("")]), 131_008),
        (1, "parameters", json!([text("Ana"), {"type": "hat"}]), 100),
        (2, "parameters", json!([{"type": "payload", "payload": "x".repeat(513)}]), 132_008),
        (2, "sub_type", json!("flow"), 132_012),
        (2, "index", json!(9), 132_018),
        (3, "parameters", json!([]), 131_008),
        (3, "parameters", json!([text("a b")]), 132_008),
    ] {
        let mut sent = order_sent();
        sent["components"][component][place] = value;
        scene.refused(sent, 400, code).await;
    }
    scene.world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn named_variables_one_time_codes_and_cards() {
    let scene = Scene::new().await;
    let body = json!({"type": "BODY", "text": "Hello {{who}}, see you at {{time}} today",
        "example": {"body_text_named_params": [
            {"param_name": "who", "example": "Ana"}, {"param_name": "time", "example": "six"}]}});
    scene
        .creates(&json!({"name": "named", "language": "en", "category": "MARKETING",
        "parameter_format": "named", "components": [body]}))
        .await;
    let value =
        |name: &str, text: &str| json!({"type": "text", "parameter_name": name, "text": text});
    let sent = |values: Value| {
        json!({"name": "named", "language": {"code": "en"},
        "components": [{"type": "body", "parameters": values}]})
    };
    let shown = scene.shows(sent(json!([value("time", "seven"), value("who", "Bo")]))).await;
    assert_eq!(shown["body"], "Hello Bo, see you at seven today");
    let bare = json!([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]);
    scene.refused(sent(bare), 400, 100).await;
    scene.refused(sent(json!([value("time", "a"), value("x", "b")])), 400, 132_012).await;

    scene
        .creates(&json!({"name": "code", "language": "nl", "category": "AUTHENTICATION",
        "components": [{"type": "BODY", "add_security_recommendation": true},
            {"type": "FOOTER", "code_expiration_minutes": 5},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}]}))
        .await;
    let all = scene.lists("name=code&fields=components").await;
    let button = &all["data"][0]["components"][2]["buttons"][0];
    assert_eq!((&button["type"], &button["text"]), (&json!("URL"), &json!("Code kopiëren")));
    let code = json!([{"type": "text", "text": "0042"}]);
    let shown = scene
        .shows(json!({"name": "code", "language": {"code": "nl"}, "components": [
        {"type": "body", "parameters": code},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": code}]}))
        .await;
    assert_eq!(shown["buttons"][0]["code"], "0042");
    assert_eq!(shown["footer"], "Deze code verloopt over 5 minuten.");
    scene.world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_are_edited_put_away_and_deleted() {
    let scene = Scene::new().await;
    let id = scene.creates(&order()).await;
    let node = format!("/v25.0/{id}");
    let change = json!({"category": "MARKETING", "components": [
        {"type": "BODY", "text": "Come and see us"}]});
    assert_eq!(scene.birch.posts(&node, &change).await.expect(200).json()["success"], true);
    let told = scene.is_told("template_category_update", |_| true).await;
    assert_eq!(
        (&told["previous_category"], &told["new_category"]),
        (&json!("UTILITY"), &json!("MARKETING"))
    );
    let told = scene.is_told("message_template_components_update", |_| true).await;
    assert_eq!(told["message_template_element"], "Come and see us");
    let again = scene.birch.posts(&node, &change).await.expect(400).json();
    assert_eq!(again["error"]["error_subcode"], 2_388_039);
    scene.world.advance(24 * HOUR_MS);
    scene.birch.posts(&node, &change).await.expect(200);
    let path = format!("{node}?fields=name,category,previous_category,quality_score");
    let one = scene.birch.gets(&path).await.expect(200).json();
    assert_eq!(
        (&one["category"], &one["previous_category"]),
        (&json!("MARKETING"), &json!("UTILITY"))
    );
    assert_eq!(one["quality_score"]["score"], "UNKNOWN");

    let sent = || json!({"name": "order_ready", "language": {"code": "en_US"}});
    assert_eq!(scene.shows(sent()).await["body"], "Come and see us");
    let archive = format!("{}/archive", scene.path());
    let both = json!({"hsm_ids": format!("{id},77")});
    let answer = scene.birch.posts(&archive, &both).await.expect(200).json();
    assert_eq!(answer["archived_templates"], json!([id]));
    assert!(answer["failed_templates"]["77"].is_string());
    scene.refused(sent(), 404, 132_001).await;
    let back = format!("{}/unarchive", scene.path());
    scene.birch.posts(&back, &json!({"hsm_ids": [id]})).await.expect(200);
    scene.shows(sent()).await;

    assert_eq!(scene.deletes("name=other").await.expect(400).code(), 100);
    scene.deletes(&format!("name=order_ready&hsm_id={id}")).await.expect(200);
    scene.is_told("message_template_status_update", |v| v["event"] == "DELETED").await;
    scene.refused(sent(), 404, 132_001).await;
    assert_eq!(scene.birch.gets(&node).await.expect(400).json()["error"]["error_subcode"], 33);
    scene.creates(&order()).await;
    scene.world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_and_come_in_pages_on_our_own_origin() {
    let scene = Scene::new().await;
    for n in 0..5 {
        let mut body = order();
        body["name"] = json!(format!("order_{n}"));
        if n == 0 {
            body["language"] = json!("nl");
        }
        scene.creates(&body).await;
    }
    let count = |list: &Value| list["data"].as_array().expect("a list").len();
    for (query, expected) in [
        ("name=order_3", 1),
        ("language=nl", 1),
        ("status=approved", 5),
        ("status=REJECTED", 0),
        ("category=MARKETING,UTILITY", 5),
        ("content=waits", 5),
        ("name_or_content=order_4", 1),
        ("quality_score=GREEN", 0),
        ("language=[\"nl\",\"en_US\"]", 5),
    ] {
        let query = query.replace(['[', ']', '"'], "");
        assert_eq!(count(&scene.lists(&query).await), expected, "{query}");
    }
    let token = scene.birch.token();
    let base = scene.world.http().base().to_owned();
    let mut next = Some(format!("{base}{}?access_token={token}&limit=2", scene.path()));
    let mut seen = std::collections::BTreeSet::new();
    while let Some(url) = next {
        let path = url.strip_prefix(&base).expect("our own origin");
        let page = scene.world.http().get(path).send().await.expect(200).json();
        seen.extend(page["data"].as_array().expect("a list").iter().map(|t| t["id"].to_string()));
        next = page["paging"]["next"].as_str().map(str::to_owned);
    }
    assert_eq!(seen.len(), 5);
    let summary = scene.lists("limit=1&summary=total_count,message_template_limit").await;
    assert_eq!(summary["summary"], json!({"total_count": 5, "message_template_limit": 6000}));
    let path = format!("{}?after=MAZDZD", scene.path());
    assert_eq!(scene.birch.gets(&path).await.code(), 131_059);
    let path = format!("{}?fields=colour", scene.path());
    assert_eq!(scene.birch.gets(&path).await.code(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_an_hour_and_nobody_elses() {
    let scene = Scene::new().await;
    let alder = scene.world.assistant("Alder").await;
    let body = |n: usize| {
        json!({"name": format!("t{n}"), "language": "en", "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Hello"}]})
    };
    let mut id = String::new();
    for n in 0..100 {
        id = scene.creates(&body(n)).await;
    }
    assert_eq!(scene.tries(&body(100)).await.expect(400).code(), 80_007);
    scene.world.advance(HOUR_MS);
    scene.creates(&body(100)).await;

    assert_eq!(alder.posts(&scene.path(), &body(0)).await.expect(400).code(), 100);
    let node = format!("/v25.0/{id}");
    assert_eq!(alder.gets(&node).await.expect(400).json()["error"]["error_subcode"], 33);
    assert_eq!(alder.posts(&node, &json!({"category": "MARKETING"})).await.expect(400).code(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_library_previews_and_what_is_not_kept() {
    let scene = Scene::new().await;
    let waba = scene.birch.card()["waba_id"].as_str().expect("an id").to_owned();
    let library = scene.birch.gets("/v25.0/message_template_library?topic=PAYMENTS&search=invoice");
    let library = library.await.expect(200).json();
    assert_eq!(library["data"].as_array().expect("a list").len(), 2, "{library}");
    let from = json!({"name": "mine", "language": "en_US", "category": "UTILITY",
        "library_template_name": "order_on_its_way_1",
        "library_template_button_inputs": [{"type": "URL",
            "url": {"base_url": "https://birch.example/{{1}}", "url_suffix_example": "https://birch.example/7"}}]});
    let id = scene.creates(&from).await;
    let text = json!({"type": "text", "text": "seven"});
    let shown = scene
        .shows(json!({"name": "mine", "language": {"code": "en_US"}, "components": [
        {"type": "body", "parameters": [text, text, text]},
        {"type": "button", "sub_type": "url", "index": 0, "parameters": [text]}]}))
        .await;
    assert_eq!(shown["buttons"][0]["url"], "https://birch.example/seven");
    let mut nothing = from.clone();
    nothing["library_template_name"] = json!("none");
    assert_eq!(scene.tries(&nothing).await.expect(400).code(), 100);

    let previews = format!(
        "/v25.0/{waba}/message_template_previews?category=AUTHENTICATION\
        &languages=en,de&code_expiration_minutes=3&button_types=OTP"
    );
    let previews = scene.birch.gets(&previews).await.expect(200).json();
    assert_eq!(previews["data"][0]["footer"], "This code expires in 3 minutes.");
    let upsert = format!("/v25.0/{waba}/upsert_message_templates");
    let codes = json!({"name": "codes", "languages": ["en", "de"], "category": "AUTHENTICATION",
        "components": [{"type": "BODY"}, {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}]});
    let first = scene.birch.posts(&upsert, &codes).await.expect(200).json();
    assert_eq!(first["data"][1]["language"], "de");
    let again = scene.birch.posts(&upsert, &codes).await.expect(200).json();
    assert_eq!(first, again);

    let analytics = format!("/v25.0/{waba}/template_analytics?start=0&end=1");
    assert_eq!(scene.birch.gets(&analytics).await.expect(400).code(), 200_007);
    let migrate = format!("/v25.0/{waba}/migrate_message_templates");
    assert_eq!(
        scene.birch.posts(&migrate, &json!({"source_waba_id": "1"})).await.expect(400).code(),
        100
    );
    let compare = format!("/v25.0/{id}/compare?template_ids={id}&start=0&end=1");
    assert_eq!(
        scene.birch.gets(&compare).await.expect(200).json()["data"][1]["number_values"],
        json!([])
    );
    let unpause = scene.birch.posts(&format!("/v25.0/{id}/unpause"), &json!({})).await;
    assert_eq!(unpause.expect(200).json()["success"], false);
    scene.world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn marketing_goes_its_own_way_and_the_persons_wish_holds() {
    let scene = Scene::new().await;
    let mut offer = order();
    offer["name"] = json!("offer");
    offer["category"] = json!("MARKETING");
    offer["components"] = json!([{"type": "BODY", "text": "Apples are cheap"}]);
    scene.creates(&offer).await;
    scene.creates(&order()).await;
    let path = format!("/v25.0/{}/marketing_messages", scene.birch.id());
    let body = |template: Value| {
        json!({"messaging_product": "whatsapp", "to": scene.chat.wa_id(), "type": "template",
            "template": template, "product_policy": "CLOUD_API_FALLBACK"})
    };
    let cheap = json!({"name": "offer", "language": {"code": "en_US"}});
    let answer = scene.birch.posts(&path, &body(order_sent())).await.expect(400);
    assert_eq!(answer.code(), 134_100);
    let mut text = body(Value::Null);
    text["type"] = json!("text");
    text["text"] = json!({"body": "hi"});
    assert_eq!(scene.birch.posts(&path, &text).await.expect(400).code(), 134_100);
    let answer = scene.birch.posts(&path, &body(cheap)).await.expect(200).json();
    let wamid = answer["messages"][0]["id"].as_str().expect("an id").to_owned();
    let (conversation, seq) = sim::assistant::place(&wamid);
    let entry = sim::journal::Entry::Sent { conversation, seq, text: None };
    scene.world.ground().journal.note(entry);
    let status = scene.birch.is_told(&wamid, "sent").await;
    assert_eq!(status["pricing"]["category"], "marketing", "{status}");
    scene
        .chat
        .until("the offer", |view| {
            view.messages.iter().find(|m| m["body"] == "Apples are cheap").map(|_| ())
        })
        .await;
    let path = format!("/app/chats/{:010x}/preferences", scene.chat.conversation());
    scene.ana.posts_json(&path, &json!({"marketing": false})).await.expect(200);
    scene.world.advance(6_000);
    let sent = scene.sends(json!({"name": "offer", "language": {"code": "en_US"}})).await;
    let sent = sent.expect(200).json();
    let wamid = sent["messages"][0]["id"].as_str().expect("an id");
    let failed = scene.birch.is_told(wamid, "failed").await;
    assert_eq!(failed["errors"][0]["code"], 131_050);
    scene.shows(order_sent()).await;
    scene.world.all_is_well().await;
}

/// A finished resumable upload: its handle.
async fn handle(scene: &Scene, picture: &[u8]) -> String {
    let app = scene.birch.card()["app_id"].as_str().expect("an id");
    let begins = format!(
        "/v25.0/{app}/uploads?file_name=a.png&file_length={}&file_type=image/png",
        picture.len()
    );
    let session = scene.birch.posts(&begins, &json!({})).await.expect(200).json();
    let path = format!("/v25.0/{}", session["id"].as_str().expect("a name"));
    let call = scene.world.http().post(&path).bearer(&scene.birch.token());
    let done = call.bytes("application/octet-stream", picture.to_vec()).send().await;
    done.expect(200).json()["h"].as_str().expect("a handle").to_owned()
}

fn pictured(name: &str, handle: &str) -> Value {
    json!({"name": name, "language": "en_US", "category": "MARKETING", "components": [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}},
        {"type": "BODY", "text": "New in our shop this week."}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pictures_sample_is_an_upload_of_ours_and_the_picture_is_sent_with_it() {
    let scene = Scene::new().await;
    scene.chat.says("hi").await;
    let picture = sim::files::png(4_000);
    let handle = handle(&scene, &picture).await;
    scene.creates(&pictured("pictured", &handle)).await;
    let foreign = scene.tries(&pictured("foreign", "4::aW1hZ2UvcG5n:ARb")).await;
    assert_eq!(foreign.status, 400, "{}", foreign.text());
    assert_eq!(foreign.json()["error"]["error_subcode"], 2_388_047);
    let list = scene.lists("name=pictured").await;
    let sample = list["data"][0]["components"][0]["example"]["header_handle"][0].clone();
    let sample = sample.as_str().expect("an address");
    let path = sample.split_once("/whatsapp_business/").map(|(_, rest)| rest).expect("ours");
    let path = format!("/whatsapp_business/{path}");
    let bytes = scene.birch.gets(&path).await.expect(200).body;
    assert_eq!(bytes.as_ref(), picture.as_slice());
    let id = scene.birch.uploads("image/png", &picture).await;
    let sent = |image: Value| {
        json!({"name": "pictured", "language": {"code": "en_US"}, "components": [
            {"type": "header", "parameters": [{"type": "image", "image": image}]}]})
    };
    let shown = scene.shows(sent(json!({"id": id}))).await;
    assert_eq!(shown["header"]["source"]["kept"]["id"].to_string(), id);
    let unknown = scene.refused(sent(json!({"id": "123456789012345"})), 400, 100).await;
    assert!(unknown["message"].as_str().expect("text").contains("attachment ID"), "{unknown}");
    scene.refused(json!({"name": "pictured", "language": {"code": "en_US"}}), 400, 132_012).await;
}
