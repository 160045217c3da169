//! Flows: made by a provider, gone through by a person without JavaScript, answered as a message;
//! and with an endpoint that is asked under encryption.

mod endpoint;

use serde_json::{Value, json};
use sim::{Assistant, Person, World, page};

use endpoint::FlowEndpoint;

fn booking(first: &str) -> String {
    json!({"version": "7.0", "screens": [
        {"id": "DAY", "title": "Which day?", "layout": {"type": "SingleColumnLayout", "children": [
            {"type": "TextBody", "text": "For *${data.who}*"},
            {"type": "DatePicker", "name": "day", "label": "Day", "required": true},
            {"type": "Footer", "label": "Next", "on-click-action": {"name": "navigate",
                "next": {"type": "screen", "name": "NAME"}, "payload": {}}}]},
            "data": {"who": {"type": "string", "__example__": "nobody"}}},
        {"id": "NAME", "title": "Your name", "terminal": true,
         "layout": {"type": "SingleColumnLayout", "children": [
            {"type": "TextInput", "name": "name", "label": "Name", "required": true},
            {"type": "Footer", "label": first, "on-click-action": {"name": "complete",
                "payload": {"day": "${screen.DAY.form.day}", "name": "${form.name}"}}}]}},
    ]})
    .to_string()
}

async fn made(birch: &Assistant, name: &str, json: &str) -> String {
    let account = birch.card()["waba_id"].as_str().expect("text").to_owned();
    let body = json!({"name": name, "categories": ["APPOINTMENT_BOOKING"], "flow_json": json});
    let made = birch.posts(&format!("/v25.0/{account}/flows"), &body).await.expect(200).json();
    assert_eq!(made["validation_errors"], json!([]));
    made["id"].as_str().expect("an id").to_owned()
}

/// Fills in the page and presses a button.
async fn press(
    ana: &Person,
    path: &str,
    shown: &str,
    fields: &[(&str, &str)],
) -> sim::http::Answer {
    let hidden = |name: &str| page::values(shown, name).pop().expect("a hidden field");
    let standing = hidden("standing").replace("&quot;", "\"");
    let client_id = hidden("client_id");
    let mut all = vec![("standing", standing.as_str()), ("client_id", client_id.as_str())];
    all.extend(fields);
    ana.posts(path, &all).await
}

fn message(flow: &str, more: Value) -> Value {
    let mut parameters = json!({"flow_message_version": "3", "flow_id": flow, "flow_cta": "Book",
        "flow_token": "t-1"});
    let extra = more.as_object().expect("members").clone();
    parameters.as_object_mut().expect("members").extend(extra);
    json!({"type": "interactive", "interactive": {"type": "flow", "body": {"text": "Book here"},
        "action": {"name": "flow", "parameters": parameters}}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_goes_from_its_provider_to_a_person_and_comes_back_filled_in() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    let chat = ana.chooses(&birch).await;
    chat.says("hi").await;
    birch.hears("hi").await;
    let flow = made(&birch, "booking", &booking("Done")).await;
    let twice = birch
        .posts(
            &format!("/{}/flows", birch.card()["waba_id"].as_str().expect("text")),
            &json!({"name": "booking", "categories": ["OTHER"]}),
        )
        .await;
    assert_eq!((twice.status, twice.code()), (400, 100), "{}", twice.text());
    let send = message(
        &flow,
        json!({"flow_action": "navigate",
        "flow_action_payload": {"screen": "DAY", "data": {"who": "Ana"}}}),
    );
    let refused = birch.tries(&chat.wa_id(), send.clone()).await;
    assert_eq!((refused.status, refused.code()), (400, 131_009), "a draft is not sent");
    birch.posts(&format!("/{flow}/publish"), &json!({})).await.expect(200);
    let node = birch.gets(&format!("/{flow}?fields=status,health_status,json_version")).await;
    assert_eq!(
        (&node.json()["status"], &node.json()["json_version"]),
        (&json!("PUBLISHED"), &json!("7.0"))
    );
    birch.sends(&chat.wa_id(), send).await;
    let place = chat.until("the flow", |view| {
        view.messages.iter().find(|m| m["type"] == "flow").map(sim::chat::seq)
    });
    let path = format!("/chats/{}/flow/{}", chat.id(), place.await);
    let first = ana.gets(&path).await.expect(200).text();
    assert!(first.contains("<strong>Ana</strong>") && first.contains("Which day?"), "{first}");
    let missing = press(&ana, &path, &first, &[("press", "0"), ("f.day", "")]).await.expect(200);
    assert!(missing.text().contains("Please fill this in."));
    let second = press(&ana, &path, &first, &[("press", "0"), ("f.day", "2026-12-24")]).await;
    let second = second.expect(200).text();
    assert!(second.contains("Your name"), "{second}");
    let back = press(&ana, &path, &second, &[("press", "back")]).await.expect(200).text();
    assert!(back.contains("2026-12-24"), "what was entered is still there");
    let sent = press(&ana, &path, &second, &[("press", "0"), ("f.name", "Ana")]).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let reply = birch.hears_of("the answer", |m| m["interactive"]["type"] == "nfm_reply").await;
    let values: Value = serde_json::from_str(
        reply["interactive"]["nfm_reply"]["response_json"].as_str().expect("text"),
    )
    .expect("JSON");
    assert_eq!(values, json!({"day": "2026-12-24", "name": "Ana", "flow_token": "t-1"}));
    assert!(reply["context"]["id"].is_string());
    let again = press(&ana, &path, &second, &[("press", "0"), ("f.name", "Ana")]).await;
    assert_eq!(again.status, 303, "the same page sends once");
    let forms = chat.messages().await.into_iter().filter(|m| m["type"] == "form_reply").count();
    assert_eq!(forms, 1);
    let bo = world.person().await;
    bo.chooses(&birch).await;
    assert_eq!(bo.gets(&path).await.status, 404, "nobody opens another's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_tried_changed_and_ended_by_its_provider() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let flow = made(&birch, "trial", &booking("Done")).await;
    let node = birch.gets(&format!("/v25.0/{flow}?fields=preview.invalidate(false)")).await;
    let url = node.expect(200).json()["preview"]["preview_url"].as_str().expect("text").to_owned();
    let path = url.split_once("/flows/").map(|(_, rest)| format!("/flows/{rest}")).expect("ours");
    let shown = world.http().get(&path).send().await.expect(200).text();
    assert!(shown.contains("Preview.") && shown.contains("<strong>nobody</strong>"));
    let other = path.replace("token=", "token=1");
    assert_eq!(world.http().get(&other).send().await.status, 404);
    let asset = birch.gets(&format!("/{flow}/assets")).await.expect(200).json();
    let file = asset["data"][0]["download_url"].as_str().expect("text").to_owned();
    let file = file.split_once("/flows/").map(|(_, rest)| format!("/flows/{rest}")).expect("ours");
    assert_eq!(world.http().get(&file).send().await.expect(200).text(), booking("Done"));
    let broken = booking("Done").replace("DatePicker", "Hologram");
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"asset_type\"\r\n\r\nFLOW_JSON\r\n\
         --x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nflow.json\r\n\
         --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"flow.json\"\r\n\
         Content-Type: application/json\r\n\r\n{broken}\r\n--x--\r\n"
    );
    let upload = world
        .http()
        .post(&format!("/v25.0/{flow}/assets"))
        .bearer(&birch.token())
        .bytes("multipart/form-data; boundary=x", body)
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(upload["validation_errors"][0]["error"], "INVALID_PROPERTY_VALUE");
    let publish = birch.posts(&format!("/{flow}/publish"), &json!({})).await;
    assert_eq!((publish.status, publish.code()), (400, 139_002));
    let end = birch.posts(&format!("/{flow}/deprecate"), &json!({})).await;
    assert_eq!((end.status, end.code()), (400, 139_003));
    let list = format!("/{}/flows", birch.card()["waba_id"].as_str().expect("text"));
    assert_eq!(birch.gets(&list).await.json()["data"][0]["name"], "trial");
    let delete = world.http().call(http_delete(), &format!("/{flow}")).bearer(&birch.token());
    assert_eq!(delete.send().await.expect(200).json(), json!({"success": true}));
    assert_eq!(birch.gets(&format!("/{flow}")).await.status, 400);
}

fn http_delete() -> hyper::Method {
    hyper::Method::DELETE
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_asked_under_encryption_and_leads_through_the_form() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    let chat = ana.chooses(&birch).await;
    chat.says("hi").await;
    let endpoint = FlowEndpoint::start(|request| match request["action"].as_str() {
        Some("INIT") => json!({"screen": "DAY", "data": {"who": request["flow_token"]}}),
        _ => json!({"screen": "SUCCESS", "data": {"extension_message_response": {"params":
            {"flow_token": request["flow_token"], "booked": request["data"]["name"]}}}}),
    })
    .await;
    let number = birch.id();
    let key = json!({"business_public_key": endpoint.public_key()});
    birch.posts(&format!("/{number}/whatsapp_business_encryption"), &key).await.expect(200);
    let script = booking("Done").replace("\"complete\"", "\"data_exchange\"");
    let flow = made(&birch, "asked", &script).await;
    let early = birch.posts(&format!("/{flow}/publish"), &json!({})).await;
    assert_eq!(early.code(), 139_002, "its screens ask an endpoint that is not there");
    let set = json!({"endpoint_uri": endpoint.url()});
    birch.posts(&format!("/{flow}"), &set).await.expect(200);
    birch.posts(&format!("/{flow}/publish"), &json!({})).await.expect(200);
    birch.sends(&chat.wa_id(), message(&flow, json!({"flow_action": "data_exchange"}))).await;
    let place = chat.until("the flow", |view| {
        view.messages.iter().find(|m| m["type"] == "flow").map(sim::chat::seq)
    });
    let path = format!("/chats/{}/flow/{}", chat.id(), place.await);
    let first = ana.gets(&path).await.expect(200).text();
    assert!(first.contains("<strong>t-1</strong>"), "the endpoint's data: {first}");
    let fields = [("press", "0"), ("f.day", "2026-12-24")];
    let second = press(&ana, &path, &first, &fields).await.expect(200).text();
    endpoint.answers_next(427, json!({"error_msg": "Too late, sorry."}));
    let late = press(&ana, &path, &second, &[("press", "0"), ("f.name", "Ana")]).await.expect(200);
    assert!(late.text().contains("Too late, sorry."), "{}", late.text());
    endpoint.answers_next(500, json!({}));
    let down = press(&ana, &path, &second, &[("press", "0"), ("f.name", "Ana")]).await.expect(200);
    assert!(down.text().contains("did not answer as it must"));
    let sent = press(&ana, &path, &second, &[("press", "0"), ("f.name", "Ana")]).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let reply = birch.hears_of("the answer", |m| m["interactive"]["type"] == "nfm_reply").await;
    let json = reply["interactive"]["nfm_reply"]["response_json"].as_str().expect("text");
    let values: Value = serde_json::from_str(json).expect("JSON");
    assert_eq!(values, json!({"flow_token": "t-1", "booked": "Ana"}));
    let seen = endpoint.requests();
    assert_eq!(seen[0]["action"], "INIT");
    assert!(seen.iter().all(|request| request["version"] == "3.0"));
    assert!(endpoint.signatures_hold(birch.card()["app_secret"].as_str().expect("text")));
}
