//! What a number keeps in lists, what is around its account, and Graph's manners with them.

use exchange::time::{DAY_MS, HOUR_MS};
use hyper::{Method, header};
use serde_json::{Value, json};
use sim::http::Answer;
use sim::{Assistant, World};

fn own(of: &Assistant, name: &str) -> String {
    of.card()[name].as_str().expect("text").to_owned()
}

async fn deletes(world: &World, of: &Assistant, path: &str, body: Option<&Value>) -> Answer {
    let call = world.http().call(Method::DELETE, path).bearer(&of.token());
    match body {
        Some(body) => call.json(body).send().await,
        None => call.send().await,
    }
}

/// The path of an address that the exchange gave out.
fn path_of(world: &World, url: &Value) -> String {
    let url = url.as_str().expect("an address");
    url.strip_prefix(world.http().base()).unwrap_or_else(|| panic!("elsewhere: {url}")).to_owned()
}

fn refused(answer: &Answer, status: u16, code: i64) {
    assert_eq!((answer.status, answer.code()), (status, code), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_blocked_is_not_heard_and_who_is_unknown_is_named() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let (ana, bo) = (world.person().await, world.person().await);
    ana.opens_the_messenger().await;
    let (of_ana, of_bo) = (ana.chooses(&birch).await, bo.chooses(&birch).await);
    of_ana.says("hi").await;
    birch.hears("hi").await;
    // Without a version, as some clients post it.
    let path = format!("/{}/block_users", birch.id());
    let users = |list: Value| json!({"messaging_product": "whatsapp", "block_users": list});
    let some = users(json!([{"user": of_ana.wa_id()}, {"user": of_bo.wa_id()}, {"user": "1650"}]));
    let answer = birch.posts(&path, &some).await;
    refused(&answer, 400, 139_100);
    let told = answer.json()["block_users"].clone();
    assert_eq!(told["added_users"], json!([{"input": of_ana.wa_id(), "wa_id": of_ana.wa_id()}]));
    let why: Vec<i64> = told["failed_users"]
        .as_array()
        .expect("failed")
        .iter()
        .map(|one| one["errors"][0]["code"].as_i64().expect("a code"))
        .collect();
    assert_eq!(why, [131_047, 131_026], "Bo has said nothing yet");

    assert_eq!(of_ana.tries_to_say("hello?").await.status, 409);
    let list = birch.gets(&path).await.expect(200).json();
    let ana_there = json!({"messaging_product": "whatsapp", "input": of_ana.wa_id(),
        "wa_id": of_ana.wa_id()});
    assert_eq!(list["data"], json!([ana_there]));
    assert!(list["paging"]["cursors"]["after"].is_string());
    let ana_only = users(json!([{"user": of_ana.wa_id()}]));
    let gone = deletes(&world, &birch, &path, Some(&ana_only)).await.expect(200).json();
    assert_eq!(gone["block_users"]["removed_users"][0]["input"], of_ana.wa_id());
    assert_eq!(birch.gets(&path).await.json(), json!({"data": []}));
    of_ana.says("again").await;
    birch.hears("again").await;
    world.advance(DAY_MS);
    refused(&birch.posts(&path, &ana_only).await, 400, 139_100);
    refused(&birch.posts(&path, &users(json!([]))).await, 400, 100);
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_list_can_be_full() {
    let world = World::with(|config| config.blocked_people = 1).await;
    let birch = world.assistant("Birch").await;
    let path = format!("/v25.0/{}/block_users", birch.id());
    let mut blocked = Vec::new();
    for word in ["one", "two"] {
        let person = world.person().await;
        let chat = person.chooses(&birch).await;
        chat.says(word).await;
        birch.hears(word).await;
        let body =
            json!({"messaging_product": "whatsapp", "block_users": [{"user": chat.wa_id()}]});
        blocked.push(birch.posts(&path, &body).await);
    }
    assert_eq!(blocked[0].status, 200);
    refused(&blocked[1], 400, 139_101);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_qr_code_opens_the_chat_with_its_words() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let path = format!("/v25.0/{}/message_qrdls", birch.id());
    let new = json!({"prefilled_message": "Hi & hello", "generate_qr_image": "SVG"});
    let made = birch.posts(&path, &new).await.expect(200).json();
    let code = made["code"].as_str().expect("a code").to_owned();
    let svg = world.http().get(&path_of(&world, &made["qr_image_url"])).send().await.expect(200);
    assert_eq!(svg.header(header::CONTENT_TYPE), "image/svg+xml");
    assert!(svg.text().contains("<svg"));
    let form = format!("{path}?fields=code,qr_image_url.format(PNG)");
    let listed = birch.gets(&form).await.expect(200).json();
    let png = path_of(&world, &listed["data"][0]["qr_image_url"]);
    let png = world.http().get(&png).send().await.expect(200);
    assert_eq!(&png.body[..4], b"\x89PNG");

    let ana = world.person().await;
    let link = path_of(&world, &made["deep_link_url"]);
    let asked = ana.gets(&link).await.expect(303);
    assert_eq!(asked.header(header::LOCATION), format!("/consent/{}", birch.id()));
    let chat = ana.chooses(&birch).await;
    let opened = ana.gets(&link).await.expect(303).header(header::LOCATION);
    assert_eq!(opened, format!("/chats/{}?text=Hi+%26+hello", chat.id()));
    assert!(ana.gets(&opened).await.expect(200).text().contains("Hi &amp; hello"));

    let change = json!({"prefilled_message": "Bye", "code": code});
    assert_eq!(birch.posts(&path, &change).await.expect(200).json()["code"], code);
    let one = birch.gets(&format!("{path}/{code}")).await.expect(200).json();
    assert_eq!(one["data"][0]["prefilled_message"], "Bye");
    refused(&birch.posts(&path, &json!({"prefilled_message": "x", "code": "AB"})).await, 400, 100);
    refused(&birch.posts(&path, &json!({})).await, 400, 100);
    refused(&birch.gets(&format!("{path}?fields=smell")).await, 400, 100);
    assert_eq!(deletes(&world, &birch, &format!("{path}/{code}"), None).await.status, 200);
    refused(&birch.gets(&format!("{path}/{code}")).await, 400, 100);
    assert_eq!(ana.gets(&link).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_that_lead_on_by_themselves() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let path = format!("/v25.0/{}/message_qrdls", birch.id());
    for i in 0..7 {
        birch.posts(&path, &json!({"prefilled_message": i.to_string()})).await.expect(200);
    }
    let mut next = format!("{path}?limit=3&summary=total_count&access_token={}", birch.token());
    let (mut seen, mut pages) = (Vec::new(), 0);
    loop {
        // Followed as it is, without a header.
        let page = world.http().get(&next).send().await.expect(200).json();
        assert_eq!(page["summary"]["total_count"], 7);
        seen.extend(page["data"].as_array().expect("data").iter().map(|one| one["code"].clone()));
        pages += 1;
        if page["paging"]["next"].is_null() {
            break;
        }
        next = path_of(&world, &page["paging"]["next"]);
    }
    seen.sort_by_key(Value::to_string);
    seen.dedup();
    assert_eq!((seen.len(), pages), (7, 3));
    refused(&birch.gets(&format!("{path}?after=x")).await, 400, 131_059);
    let old = birch.gets(&format!("{}?after=x", path.replace("v25", "v23"))).await;
    refused(&old, 400, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn product_messages_name_what_is_in_the_catalogue() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    chat.says("hi").await;
    birch.hears("hi").await;
    let account = format!("/v25.0/{}", own(&birch, "waba_id"));
    let fields = "?fields=owner_business_info";
    let business = birch.gets(&format!("{account}{fields}")).await.expect(200).json();
    let business = business["owner_business_info"]["id"].as_str().expect("an id").to_owned();
    let catalogs = format!("/v25.0/{business}/owned_product_catalogs");
    let whole = json!({"type": "interactive", "interactive": {"type": "catalog_message",
        "body": {"text": "All of it"}, "action": {"name": "catalog_message"}}});
    refused(&birch.tries(&chat.wa_id(), whole.clone()).await, 400, 131_009);
    let made = birch.posts(&catalogs, &json!({"name": "Shop"})).await.expect(200).json();
    let catalog = made["id"].as_str().expect("an id").to_owned();
    let products = format!("/v25.0/{catalog}/products");
    let mug = json!({"retailer_id": "mug", "name": "A mug", "price": 1250, "currency": "EUR"});
    let product = birch.posts(&products, &mug).await.expect(200).json();
    let product = format!("/v25.0/{}", product["id"].as_str().expect("an id"));
    refused(&birch.posts(&products, &mug).await, 400, 100);
    refused(&birch.posts(&products, &json!({"retailer_id": "x"})).await, 400, 100);
    let node = birch.gets(&format!("{product}?fields=name,price")).await.expect(200).json();
    assert_eq!((&node["name"], &node["price"]), (&json!("A mug"), &json!("12.50 EUR")));
    birch.posts(&product, &json!({"price": 1300})).await.expect(200);
    let count = birch.gets(&format!("/v25.0/{catalog}?fields=product_count")).await.json();
    assert_eq!(count["product_count"], 1);

    let item = |id: &str| {
        json!({"type": "interactive", "interactive": {"type": "product",
        "body": {"text": "This one"}, "action": {"catalog_id": catalog, "product_retailer_id": id}}})
    };
    refused(&birch.tries(&chat.wa_id(), item("cup")).await, 400, 131_009);
    birch.sends(&chat.wa_id(), item("mug")).await;
    birch.sends(&chat.wa_id(), whole).await;
    let shown = chat.messages().await;
    let seen = shown.iter().find(|one| one["product"]["name"] == "A mug").expect("the mug");
    assert_eq!(seen["product"]["price_cents"], 1300);

    let alder = world.assistant("Alder").await;
    for (path, body) in [(&products, &mug), (&catalogs, &json!({"name": "Mine"}))] {
        refused(&alder.posts(path, body).await, 400, 100);
    }
    refused(&alder.gets(&product).await, 400, 100);
    assert_eq!(deletes(&world, &birch, &format!("/v25.0/{catalog}"), None).await.status, 200);
    refused(&birch.gets(&product).await, 400, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_refused_for_what_is_really_missing() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    let path = format!("/{}/calls", birch.id());
    let call = json!({"messaging_product": "whatsapp", "action": "connect", "to": chat.wa_id(),
        "session": {"sdp_type": "offer", "sdp": "v=0"}});
    refused(&birch.posts(&path, &call).await, 401, 138_000);
    let on = json!({"calling": {"status": "ENABLED"}});
    birch.posts(&format!("/v25.0/{}/settings", birch.id()), &on).await.expect(200);
    refused(&birch.posts(&path, &call).await, 401, 138_006);
    let mut nobody = call.clone();
    nobody["to"] = json!("16505551234");
    refused(&birch.posts(&path, &nobody).await, 400, 138_001);
    for wrong in [
        json!({}),
        json!({"action": "sing"}),
        json!({"action": "accept"}),
        json!({"action": "accept", "call_id": "wacid.x"}),
    ] {
        refused(&birch.posts(&path, &wrong).await, 400, 100);
    }
    let permissions = format!("/v25.0/{}/call_permissions?user_wa_id={}", birch.id(), chat.wa_id());
    let told = birch.gets(&permissions).await.expect(200).json();
    assert_eq!(told["permission"]["status"], "no_permission");
    refused(&birch.gets(&permissions.replace("999", "998")).await, 400, 131_026);
    chat.says("hi").await;
    birch.hears("hi").await;
    let ask = json!({"type": "interactive", "interactive": {"type": "call_permission_request",
        "body": {"text": "May we call?"}, "action": {"name": "call_permission_request"}}});
    let wamid = birch.sends(&chat.wa_id(), ask).await;
    let (_, question) = sim::assistant::place(&wamid);
    let yes = json!({"type": "call_permission_reply", "accepted": true, "context_seq": question});
    chat.sends(yes, "may-call").await.expect(200);
    let told = birch.gets(&permissions).await.expect(200).json();
    assert_eq!(told["permission"]["status"], "temporary");
    // All is in order now, and no sound is carried.
    refused(&birch.posts(&path, &call).await, 400, 138_013);
    world.advance(8 * DAY_MS);
    refused(&birch.posts(&path, &call).await, 401, 138_006);
    let groups = format!("/v25.0/{}/groups", birch.id());
    assert_eq!(birch.gets(&groups).await.expect(200).json(), json!({"data": {"groups": []}}));
    refused(&birch.posts(&groups, &json!({"subject": "Us"})).await, 400, 131_215);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_portfolio_around_an_account_is_its_own() {
    let world = World::new().await;
    let (birch, alder) = (world.assistant("Birch").await, world.assistant("Alder").await);
    let account = own(&birch, "waba_id");
    let node = birch.gets(&format!("/v25.0/{account}?fields=owner_business_info")).await.json();
    let business = node["owner_business_info"]["id"].as_str().expect("an id").to_owned();
    let at = |edge: &str| format!("/v25.0/{business}{edge}");
    assert_eq!(birch.gets(&at("")).await.expect(200).json()["id"], business);
    let owned = birch.gets(&at("/owned_whatsapp_business_accounts")).await.expect(200).json();
    assert_eq!(owned["data"][0]["id"], account);
    let none = birch.gets(&at("/client_whatsapp_business_accounts")).await.expect(200).json();
    assert_eq!(none, json!({"data": []}));
    assert_eq!(birch.gets(&at("/system_users")).await.json()["data"][0]["id"], birch.id());
    refused(&birch.posts(&at("/system_user_access_tokens"), &json!({})).await, 403, 10);
    refused(&alder.gets(&at("")).await, 400, 100);
    let users = format!("/v25.0/{account}/assigned_users");
    assert_eq!(birch.gets(&users).await.expect(200).json()["data"][0]["id"], birch.id());
    refused(&birch.posts(&users, &json!({"user": "5"})).await, 403, 10);
    let numbers = format!("/v25.0/{account}/phone_numbers");
    refused(&birch.posts(&numbers, &json!({"cc": "1", "phone_number": "650"})).await, 400, 100);
    refused(&alder.posts(&numbers, &json!({})).await, 400, 100);
    let path = format!("/v25.0/{}/permissions", birch.id());
    refused(&deletes(&world, &birch, &path, None).await, 403, 10);
    let app = own(&birch, "app_id");
    assert_eq!(birch.gets(&format!("/v25.0/{app}")).await.expect(200).json()["id"], app);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_calls_in_one_are_answered_one_by_one() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    chat.says("hi").await;
    birch.hears("hi").await;
    let (id, account) = (birch.id().to_owned(), own(&birch, "waba_id"));
    let parts = json!([
        {"method": "GET", "relative_url": format!("{id}?fields=verified_name")},
        {"method": "POST", "relative_url": format!("v19.0/{id}/whatsapp_commerce_settings"),
         "body": "is_cart_enabled=false"},
        {"method": "GET", "relative_url": "12345"},
        {"method": "GET", "relative_url": "me", "omit_response_on_success": true},
        {"method": "GET", "relative_url": "no/such"},
    ]);
    let batch = parts.to_string();
    let form = [("batch", batch.as_str()), ("include_headers", "false")];
    for root in ["/", "/v25.0/", "/v25.0"] {
        let call = world.http().post(root).bearer(&birch.token()).form(&form);
        let all = call.send().await.expect(200).json();
        let body = |i: usize| -> Value {
            serde_json::from_str(all[i]["body"].as_str().expect("text")).expect("JSON")
        };
        assert_eq!(body(0), json!({"verified_name": "Birch", "id": id}), "{root}");
        assert_eq!((&all[1]["code"], body(1)), (&json!(200), json!({"success": true})));
        assert_eq!((&all[2]["code"], &body(2)["error"]["code"]), (&json!(400), &json!(100)));
        assert!(all[3].is_null() && all[4]["code"] == 400, "{all}");
    }
    // The token may stand in the form alone.
    let token = birch.token();
    let form = [("batch", batch.as_str()), ("access_token", token.as_str())];
    let all = world.http().post("/v25.0").form(&form).send().await.expect(200).json();
    assert!(all[0]["headers"].as_array().is_some_and(|all| !all.is_empty()));
    let form = [("batch", batch.as_str())];
    refused(&world.http().post("/").form(&form).send().await, 401, 104);
    refused(&world.http().post("/").bearer(&token).form(&[("a", "b")]).send().await, 400, 100);

    let both = format!("/v25.0/?ids={id},{account}&fields=id");
    let nodes = birch.gets(&both).await.expect(200).json();
    assert_eq!(nodes[&account], json!({"id": account}));
    refused(&birch.gets("/v25.0/?ids=1,2").await, 404, 803);
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_is_told_and_past_the_limit_refused_until_the_hour_is_over() {
    let world = World::with(|config| config.management_per_hour = 10).await;
    let (birch, alder) = (world.assistant("Birch").await, world.assistant("Alder").await);
    let account = own(&birch, "waba_id");
    let path = format!("/v26.0/{}?fields=id", birch.id());
    let header = |answer: &Answer, name: &'static str| -> Value {
        let text = answer.header(header::HeaderName::from_static(name));
        serde_json::from_str(&text).unwrap_or(Value::Null)
    };
    for i in 1..=10 {
        let answer = birch.gets(&path).await.expect(200);
        assert_eq!(header(&answer, "x-app-usage")["call_count"], i * 10);
        assert_eq!(answer.header(header::HeaderName::from_static("facebook-api-version")), "v26.0");
    }
    let over = birch.gets(&path).await;
    refused(&over, 400, 80_007);
    assert!(!over.header(header::RETRY_AFTER).is_empty());
    let settings = birch.gets(&format!("/v25.0/{}/settings", birch.id())).await.expect(200);
    let usage = header(&settings, "x-business-use-case-usage")[&account][0].clone();
    assert_eq!(usage["type"], "whatsapp_business_management");
    assert_eq!(usage["estimated_time_to_regain_access"], 60);
    let call = world.http().get(&format!("/v25.0/{account}?fields=id")).bearer(&birch.app_token());
    refused(&call.send().await, 400, 4);
    alder.gets(&format!("/v25.0/{}", alder.id())).await.expect(200);
    world.advance(HOUR_MS);
    birch.gets(&path).await.expect(200);
    refused(&birch.gets(&path.replace("v26", "v27")).await, 400, 2500);
    let old = birch.gets(&path.replace("v26", "v3")).await.expect(200);
    assert_eq!(old.header(header::HeaderName::from_static("facebook-api-version")), "v13.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn analytics_are_what_was_really_sent() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    chat.says("hi").await;
    birch.hears("hi").await;
    let wamid = birch.replies("one").await;
    birch.replies("two").await;
    chat.shows("two").await;
    chat.receives().await;
    birch.is_told(&wamid, "delivered").await;
    world.rests().await;
    let now_s = birch.now_ms() / 1000;
    let (start, end) = (now_s - 3600, now_s + 3600);
    let account = format!("/v25.0/{}", own(&birch, "waba_id"));
    let of = |name: &str, granularity: &str| {
        format!("{account}?fields={name}.start({start}).end({end}).granularity({granularity})")
    };
    let told = birch.gets(&of("analytics", "HALF_HOUR")).await.expect(200).json();
    let points = told["analytics"]["data_points"].as_array().expect("points").clone();
    assert_eq!((points.len(), &points[0]["sent"]), (1, &json!(2)), "{told}");
    let cost = birch.gets(&of("pricing_analytics", "DAILY")).await.expect(200).json();
    let point = &cost["pricing_analytics"]["data"][0]["data_points"][0];
    assert_eq!(point["cost"], 0);
    assert_eq!(point["volume"], points[0]["delivered"]);
    refused(&birch.gets(&of("analytics", "YEAR")).await, 400, 100);
    refused(&birch.gets(&format!("{account}?fields=analytics")).await, 400, 100);
}
