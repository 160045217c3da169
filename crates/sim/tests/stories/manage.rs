//! A provider manages its number and account by the Cloud API.

use exchange::time::{DAY_MS, HOUR_MS};
use hyper::{Method, header};
use serde_json::{Value, json};
use sim::http::Answer;
use sim::{Assistant, World};

/// Birch, whose app is subscribed to every field that this family tells of.
struct Scene {
    world: World,
    birch: Assistant,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let birch = world.assistant("Birch").await;
        let it = Self { world, birch };
        let endpoint = it.birch.endpoint();
        let fields = "messages,security,phone_number_name_update,account_settings_update";
        let form = [
            ("object", "whatsapp_business_account"),
            ("callback_url", endpoint.url()),
            ("verify_token", &endpoint.verify_token()),
            ("fields", fields),
        ];
        let path = format!("/v25.0/{}/subscriptions", it.own("app_id"));
        let call = it.world.http().post(&path).bearer(&it.birch.app_token());
        call.form(&form).send().await.expect(200);
        it
    }

    fn own(&self, name: &str) -> String {
        self.birch.card()[name].as_str().expect("text").to_owned()
    }

    fn path(&self, edge: &str) -> String {
        format!("/v25.0/{}{edge}", self.birch.id())
    }

    async fn posts(&self, edge: &str, body: Value) -> Answer {
        self.birch.posts(&self.path(edge), &body).await
    }

    async fn succeeds(&self, edge: &str, body: Value) {
        assert_eq!(self.posts(edge, body).await.expect(200).json()["success"], true, "{edge}");
    }

    async fn refuses(&self, edge: &str, body: Value, code: i64) {
        let answer = self.posts(edge, body.clone()).await;
        assert_eq!(answer.code(), code, "{edge} {body}: {}", answer.text());
        assert!((400..500).contains(&answer.status), "{edge}: {}", answer.status);
    }

    async fn gets(&self, edge: &str) -> Value {
        self.birch.gets(&self.path(edge)).await.expect(200).json()
    }

    /// Waits for a webhook of a field; returns its value.
    async fn told(&self, field: &str) -> Value {
        let find = |kept: &[sim::endpoint::Webhook]| {
            let change = |one: &sim::endpoint::Webhook| one.body["entry"][0]["changes"][0].clone();
            let mut changes = kept.iter().map(change);
            changes.find(|change| change["field"] == field).map(|change| change["value"].clone())
        };
        self.birch.endpoint().until(&format!("it is told {field}"), find).await
    }
}

fn pin(pin: &str) -> Value {
    json!({"messaging_product": "whatsapp", "pin": pin})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_out_of_service_sends_nothing_until_it_is_registered_again() {
    let it = Scene::new().await;
    let ana = it.world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&it.birch).await;
    chat.says("hi").await;
    it.birch.hears("hi").await;
    it.succeeds("/register", pin("123456")).await;
    assert_eq!(it.gets("?fields=is_pin_enabled").await["is_pin_enabled"], true);
    it.succeeds("/deregister", json!({})).await;
    it.refuses("/deregister", json!({}), 133_010).await;
    let refused = it.birch.tries(&chat.wa_id(), json!({"text": {"body": "x"}})).await;
    assert_eq!((refused.status, refused.code()), (400, 133_010));
    assert_eq!(it.gets("?fields=status").await["status"], "DISCONNECTED");
    it.refuses("", json!({"pin": "654321"}), 133_010).await;

    it.refuses("/register", pin("12"), 100).await;
    for _ in 0..3 {
        it.refuses("/register", pin("000000"), 133_005).await;
    }
    it.refuses("/register", pin("123456"), 133_009).await;
    for _ in 3..10 {
        it.world.advance(5_000);
        it.refuses("/register", pin("000000"), 133_005).await;
    }
    it.refuses("/register", pin("123456"), 133_008).await;
    it.world.advance(HOUR_MS);
    it.succeeds("/register", pin("123456")).await;
    it.birch.replies("here again").await;
    chat.shows("here again").await;
    it.world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_registrations_in_three_days_are_enough() {
    let it = Scene::new().await;
    for _ in 0..5 {
        it.succeeds("/deregister", json!({})).await;
        it.succeeds("/register", pin("123456")).await;
    }
    it.refuses("/deregister", json!({}), 133_016).await;
    it.world.advance(72 * HOUR_MS);
    it.succeeds("/deregister", json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_is_on_the_providers_own_page() {
    let it = Scene::new().await;
    it.succeeds("/deregister", json!({})).await;
    it.world.advance(14 * DAY_MS);
    it.refuses("/register", pin("123456"), 133_006).await;
    let status = it.gets("?fields=code_verification_status").await;
    assert_eq!(status["code_verification_status"], "EXPIRED");
    it.refuses("/verify_code", json!({"code": "123456"}), 136_025).await;
    let query = it.path("/request_code?code_method=SMS&language=en_US");
    it.birch.posts(&query, &json!({})).await.expect(200);

    let page = format!("/providers/{}/code", it.birch.id());
    it.world.http().get(&page).send().await.expect(401);
    let code = it.birch.gets(&page).await.expect(200).json()["code"].clone();
    let code = code.as_str().expect("a code").to_owned();
    let html = it.world.http().get(&page).bearer(&it.birch.token());
    let html = html.with(header::ACCEPT, "text/html").send().await.expect(200).text();
    assert!(html.contains(&code), "{html}");
    let multipart = format!(
        "--b\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\n{}-{}\r\n--b--\r\n",
        &code[..3],
        &code[3..]
    );
    let call = it.world.http().post(&it.path("/verify_code")).bearer(&it.birch.token());
    call.bytes("multipart/form-data; boundary=b", multipart).send().await.expect(200);
    it.succeeds("/register", pin("123456")).await;
    let ask = json!({"code_method": "VOICE", "language": "en"});
    for _ in 1..10 {
        it.succeeds("/request_code", ask.clone()).await;
    }
    it.refuses("/request_code", ask, 136_024).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_what_was_written_and_the_rest_is_the_card() {
    let it = Scene::new().await;
    let all = "/whatsapp_business_profile?fields=about,address,description,email,vertical,websites";
    let before = it.gets(all).await["data"][0].clone();
    assert_eq!(before.get("address"), None);
    let new = json!({"messaging_product": "whatsapp", "address": "1 Road", "vertical": "RETAIL",
        "websites": ["https://birch.example"], "email": "hello@birch.example"});
    it.succeeds("/whatsapp_business_profile", new).await;
    let after = it.gets(all).await["data"][0].clone();
    assert_eq!(after["about"], before["about"]);
    assert_eq!((&after["address"], &after["vertical"]), (&json!("1 Road"), &json!("RETAIL")));
    assert_eq!(after["websites"], json!(["https://birch.example"]));
    for wrong in [
        json!({"about": "x"}),
        json!({"messaging_product": "whatsapp", "vertical": "BAKERY"}),
        json!({"messaging_product": "whatsapp", "profile_picture_handle": "4:x"}),
    ] {
        it.refuses("/whatsapp_business_profile", wrong, 100).await;
    }
    assert_eq!(it.gets(all).await["data"][0], after);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_kept_and_told_of() {
    let it = Scene::new().await;
    assert_eq!(it.gets("/settings").await["calling"]["status"], "DISABLED");
    let on = json!({"calling": {"status": "ENABLED", "call_icon_visibility": "DISABLE_ALL"}});
    it.succeeds("/settings", on).await;
    let told = it.told("account_settings_update").await;
    assert_eq!(told["phone_number_settings"]["calling"]["status"], "ENABLED");
    assert_eq!(told["phone_number_settings"]["phone_number_id"], it.birch.id());
    assert_eq!(it.gets("/settings").await["calling"]["call_icon_visibility"], "DISABLE_ALL");
    let no = json!({"user_identity_change": {"enable_identity_key_check": true}});
    it.refuses("/settings", no, 100).await;

    let query = it.path("/whatsapp_commerce_settings?is_catalog_visible=true");
    it.birch.posts(&query, &json!({})).await.expect(200);
    let shop = it.gets("/whatsapp_commerce_settings").await["data"][0].clone();
    let id = it.birch.id();
    assert_eq!(shop, json!({"is_cart_enabled": true, "is_catalog_visible": true, "id": id}));

    it.succeeds("", json!({"pin": "123456"})).await;
    let told = it.told("security").await;
    assert_eq!(
        (&told["event"], &told["display_phone_number"]),
        (&json!("PIN_CHANGED"), &json!(it.own("display_phone_number").replace(['+', ' '], "")))
    );
    it.succeeds("", json!({"search_visibility": "NON_VISIBLE"})).await;
    it.refuses("", json!({"search_visibility": "HALF"}), 100).await;
    it.refuses("", json!({}), 100).await;
    it.world.rests().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_taken_at_once_unless_it_looks_like_anothers() {
    let it = Scene::new().await;
    it.world.assistant("Alder").await;
    let name = |name: &str| json!({"new_display_name": name});
    it.refuses("", name(&"x".repeat(31)), 100).await;
    it.succeeds("", name("A1der")).await;
    let told = it.told("phone_number_name_update").await;
    assert_eq!(
        (&told["decision"], &told["requested_verified_name"]),
        (&json!("REJECTED"), &json!("A1der"))
    );
    let fields = "?fields=verified_name,new_display_name,new_name_status";
    let node = it.gets(fields).await;
    assert_eq!(
        (&node["verified_name"], &node["new_name_status"]),
        (&json!("Birch"), &json!("DECLINED"))
    );
    it.succeeds("", name("Beech")).await;
    assert_eq!(it.gets(fields).await["verified_name"], "Beech");
    let listed = it.world.http().get("/assistants.json").send().await.json();
    assert!(listed.to_string().contains("Beech") && !listed.to_string().contains("Birch\""));
    // The old name is free again.
    it.world.assistant("Birch").await;
    it.refuses("", name("x\ny"), 100).await;
    for i in 2..10 {
        it.succeeds("", name(&format!("Beech {i}"))).await;
    }
    it.refuses("", name("Beech 10"), 100).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_to_be_told_hears_a_first_opening_and_the_person_sees_what_is_offered() {
    let it = Scene::new().await;
    let ana = it.world.person().await;
    ana.chooses(&it.birch).await;
    let components = json!({"enable_welcome_message": true, "prompts": ["Plan a trip"],
        "commands": [{"command_name": "help", "command_description": "Says what it can"}]});
    it.succeeds("/conversational_automation", components.clone()).await;
    it.refuses("/conversational_automation", json!({"prompts": "a,b,c,d,e"}), 100).await;
    let read = it.gets("?fields=conversational_automation").await;
    assert_eq!(read["conversational_automation"]["prompts"], components["prompts"]);
    let bo = it.world.person().await;
    bo.opens_the_messenger().await;
    let chat = bo.chooses(&it.birch).await;
    it.birch.hears_of("the welcome", |message| message["type"] == "request_welcome").await;
    it.birch.replies("welcome").await;
    chat.shows("welcome").await;
    let offers = chat.state().await["assistant"]["offers"].clone();
    assert_eq!(offers["prompts"], json!(["Plan a trip"]));
    assert_eq!(offers["commands"][0]["name"], "help");
    // Agreeing again is no first opening.
    chat.stops().await;
    bo.chooses(&it.birch).await;
    it.world.rests().await;
    let welcomes = it
        .birch
        .endpoint()
        .kept()
        .iter()
        .filter(|one| one.message().is_some_and(|message| message["type"] == "request_welcome"))
        .count();
    assert_eq!(welcomes, 1, "Ana came before it was asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_for_flows_is_an_rsa_key_of_2048_bits() {
    let it = Scene::new().await;
    assert_eq!(it.gets("/whatsapp_business_encryption").await, json!({"data": []}));
    let key = include_str!("manage/rsa2048.pem");
    let form = [("business_public_key", key)];
    let call = it.world.http().post(&it.path("/whatsapp_business_encryption"));
    call.bearer(&it.birch.token()).form(&form).send().await.expect(200);
    let kept = it.gets("/whatsapp_business_encryption").await["data"][0].clone();
    assert_eq!(kept["business_public_key"].as_str().map(str::trim), Some(key.trim()));
    assert_eq!(kept["business_public_key_signature_status"], "VALID");
    for wrong in ["no key", include_str!("manage/rsa1024.pem")] {
        it.refuses("/whatsapp_business_encryption", json!({"business_public_key": wrong}), 100)
            .await;
    }
    it.refuses("/whatsapp_business_encryption", json!({}), 100).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_renamed_and_its_insights_stay_on() {
    let it = Scene::new().await;
    let account = format!("/v25.0/{}", it.own("waba_id"));
    let new = json!({"name": "Birch Works", "timezone_id": 20, "is_enabled_for_insights": true});
    let answer = it.birch.posts(&account, &new).await.expect(200).json();
    assert_eq!(answer["id"], it.own("waba_id"));
    let fields = "?fields=name,timezone_id,is_enabled_for_insights";
    let node = it.birch.gets(&format!("{account}{fields}")).await.json();
    assert_eq!((&node["name"], &node["timezone_id"]), (&json!("Birch Works"), &json!("20")));
    let off = it.birch.posts(&account, &json!({"is_enabled_for_insights": "false"})).await;
    assert_eq!((off.status, off.code()), (400, 200_006));
    let strange = it.birch.posts(&account, &json!({"timezone_id": "Brussels"})).await;
    assert_eq!(strange.code(), 100);
    let stranger = it.world.assistant("Alder").await;
    assert_eq!(stranger.posts(&account, &new).await.code(), 100);
    let call = it.world.http().call(Method::POST, &it.path("/register"));
    assert_eq!(call.bearer(&stranger.token()).json(&pin("123456")).send().await.code(), 100);
}
