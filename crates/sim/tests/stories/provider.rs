//! Registering, and everything a provider can change.

use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use sim::World;
use sim::endpoint::Gives;

fn listed(list: &Value) -> Vec<String> {
    let all = list["assistants"].as_array().expect("a list");
    all.iter().map(|one| one["name"].as_str().expect("a name").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_works_at_once_and_is_listed_after_its_handshake() {
    let world = World::new().await;
    let card = world.registers(|_| ()).await.expect(201).json();
    assert_eq!(card["callback"], json!({"url": null, "verified": false, "error": null}));
    assert_eq!(card["listed"], false);
    let own = |name: &str| card[name].as_str().expect("text").to_owned();
    let node = format!("/v25.0/{}?fields=verified_name,status", own("phone_number_id"));
    let get = world.http().get(&node).bearer(&own("access_token"));
    let number = get.send().await.expect(200).json();
    assert_eq!(
        (&number["verified_name"], &number["status"]),
        (&json!("Birch"), &json!("CONNECTED"))
    );
    let list = world.http().get("/assistants.json").send().await.json();
    assert_eq!(listed(&list), Vec::<String>::new());
    let ana = world.person().await;
    assert_eq!(ana.looks_at_the_choice().await.1, Vec::<String>::new());
    let question = format!("/consent/{}", own("phone_number_id"));
    assert_eq!(ana.gets(&question).await.status, 404, "nobody can agree to what is not listed");

    let endpoint = world.endpoint().await;
    let path = format!("/v25.0/{}/subscriptions", own("app_id"));
    let subscribe = [
        ("object", "whatsapp_business_account"),
        ("callback_url", endpoint.url()),
        ("verify_token", "sesame"),
        ("fields", "messages"),
    ];
    let token = format!("{}|{}", own("app_id"), own("app_secret"));
    let done = world.http().post(&path).bearer(&token).form(&subscribe).send().await.expect(200);
    assert_eq!(done.json(), json!({"success": true}));
    let list = world.http().get("/assistants.json").send().await.json();
    assert_eq!(listed(&list), ["Birch"]);

    let birch = sim::Assistant::of(world.ground(), card, endpoint);
    let chat = ana.chooses(&birch).await;
    chat.says("at once").await;
    birch.hears("at once").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_handshake_does_not_undo_the_registration() {
    let world = World::new().await;
    let endpoint = world.endpoint().await;
    let card = world
        .registers(|fields| {
            fields["callback_url"] = json!(endpoint.url());
            fields["verify_token"] = json!("not the one it expects");
        })
        .await
        .expect(201)
        .json();
    assert_eq!(card["callback"]["verified"], false);
    let why = card["callback"]["error"].as_str().expect("a reason");
    assert!(why.contains("403"), "{why}");
    assert_eq!(card["listed"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_looks_like_anothers_is_refused() {
    let world = World::new().await;
    world.registers(|_| ()).await.expect(201);
    for name in ["Birch", "birch", "Bіrch", "B i r c h", "BIRCH", " Birch "] {
        let answer = world.registers(|fields| fields["name"] = json!(name)).await;
        assert_eq!(answer.status, 409, "{name}: {}", answer.text());
        assert_eq!(answer.json()["error"]["field"], "name");
    }
    world.registers(|fields| fields["name"] = json!("Beech")).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_field_is_named() {
    let world = World::new().await;
    let long = "x".repeat(500);
    for (field, bad) in [
        ("name", json!("")),
        ("name", json!(long)),
        ("name", json!("two\nlines")),
        ("contact_email", json!("nobody")),
        ("contact_email", json!("@")),
        ("purpose", json!("")),
        ("purpose", json!(long)),
        ("details", json!(long)),
        ("provider", json!("")),
        ("country", json!("Belgium")),
        ("country", json!("be")),
        ("data_location", json!("")),
        ("retention", json!(long)),
        ("trains", json!("perhaps")),
        ("automation", json!("human")),
        ("human_contact", json!(long)),
        ("privacy_policy", json!("javascript:alert(1)")),
        ("privacy_policy", json!("")),
        ("callback_url", json!("ftp://example.org/hook")),
        ("callback_url", json!(format!("https://example.org/{long}"))),
        ("verify_token", json!(long)),
    ] {
        let answer = world.registers(|fields| fields[field] = bad.clone()).await;
        assert_eq!(answer.status, 400, "{field} = {bad}: {}", answer.text());
        let error = answer.json()["error"].clone();
        assert_eq!(error["field"], field, "{bad}: {error}");
        assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()));
        assert!(error["hint"].as_str().is_some_and(|text| !text.is_empty()));
    }
    world.registers(|_| ()).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn registrations_from_one_address_are_bounded() {
    let world = World::with(|config| config.registrations_per_hour = 2).await;
    for name in ["Alder", "Birch"] {
        world.registers(|fields| fields["name"] = json!(name)).await.expect(201);
    }
    let refused = world.registers(|fields| fields["name"] = json!("Cedar")).await.expect(429);
    let wait: i64 = refused.header(hyper::header::RETRY_AFTER).parse().expect("seconds");
    assert!((1..=3600).contains(&wait));
    world.advance(wait * 1000);
    world.registers(|fields| fields["name"] = json!("Cedar")).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_callback_gets_everything_from_then_on() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    let chat = ana.chooses(&birch).await;
    chat.says("to the first").await;
    birch.hears("to the first").await;

    let second = world.endpoint().await;
    second.knows(birch.card()["app_secret"].as_str().expect("a secret"));
    let path = format!("/providers/{}/callback", birch.id());
    let wrong = json!({"callback_url": second.url(), "verify_token": "wrong"});
    let refused = birch.posts(&path, &wrong).await.expect(400).json();
    assert_eq!(refused["error"]["field"], "callback_url");
    chat.says("still to the first").await;
    birch.hears("still to the first").await;

    let right = json!({"callback_url": second.url(), "verify_token": "sesame"});
    let done = birch.posts(&path, &right).await.expect(200).json();
    assert_eq!(done, json!({"callback": {"url": second.url(), "verified": true}}));
    chat.says("to the second").await;
    second
        .until("the second hears", |all| {
            all.iter()
                .find(|w| w.message().is_some_and(|m| m["text"]["body"] == "to the second"))
                .map(|webhook| assert!(webhook.signed))
        })
        .await;
    assert_eq!(birch.endpoint().kept().len(), 2);
    assert_eq!(birch.deliveries("").await.len(), 3);
}

/// Number override before account override before the app's callback.
#[tokio::test(flavor = "multi_thread")]
async fn overrides_have_their_order() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let (account, number) = (world.endpoint().await, world.endpoint().await);
    let chat = world.person().await.chooses(&birch).await;
    let waba = birch.card()["waba_id"].as_str().expect("an id").to_owned();
    let hears = |endpoint: sim::Endpoint, text: &'static str| async move {
        let is_it =
            |w: &sim::endpoint::Webhook| w.message().is_some_and(|m| m["text"]["body"] == text);
        endpoint.until(text, |all| all.iter().find(|w| is_it(w)).map(|_| ())).await;
    };
    let body = json!({"override_callback_uri": account.url(), "verify_token": "sesame"});
    birch.posts(&format!("/v25.0/{waba}/subscribed_apps"), &body).await.expect(200);
    chat.says("to the account's").await;
    hears(account.clone(), "to the account's").await;
    let of_number = json!({"webhook_configuration":
        {"override_callback_uri": number.url(), "verify_token": "sesame"}});
    birch.posts(&format!("/v25.0/{}", birch.id()), &of_number).await.expect(200);
    chat.says("to the number's").await;
    hears(number.clone(), "to the number's").await;
    let none = json!({"webhook_configuration": {"override_callback_uri": ""}});
    birch.posts(&format!("/v25.0/{}", birch.id()), &none).await.expect(200);
    chat.says("to the account's again").await;
    hears(account.clone(), "to the account's again").await;
    assert_eq!((account.kept().len(), number.kept().len()), (2, 1));
    assert!(birch.endpoint().kept().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_token_ends_the_old_one_at_once() {
    let world = World::new().await;
    let birch = world.assistant("Birch").await;
    let alder = world.assistant("Alder").await;
    let path = format!("/providers/{}/token", birch.id());
    assert_eq!(alder.posts(&path, &json!({})).await.status, 401, "a stranger cannot");
    let old = birch.token();
    let new = birch.posts(&path, &json!({})).await.expect(200).json();
    let new = new["access_token"].as_str().expect("a token").to_owned();
    assert_ne!(old, new);
    let node = format!("/v25.0/{}", birch.id());
    let refused = birch.gets(&node).await;
    assert_eq!((refused.status, refused.code()), (401, 190));
    assert_eq!(birch.gets(&format!("/providers/{}/deliveries.json", birch.id())).await.status, 401);
    birch.uses(&new);
    birch.gets(&node).await.expect(200);
    let chat = world.person().await.chooses(&birch).await;
    chat.says("hi").await;
    birch.hears("hi").await;
    birch.replies("with the new token").await;
    world.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_app_secret_signs_everything_from_then_on() {
    let mut world = World::new().await;
    let birch = world.assistant("Birch").await;
    let alder = world.assistant("Alder").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    birch.endpoint().gives_next([Gives::Status(500)]);
    chat.says("before").await;
    let id = birch.hears("before").await["id"].clone();
    let waiting = birch.tried(&id, 1).await;

    let path = format!("/providers/{}/secret", birch.id());
    assert_eq!(alder.posts(&path, &json!({})).await.status, 401, "a stranger cannot");
    let old = birch.card()["app_secret"].as_str().expect("a secret").to_owned();
    let new = birch.posts(&path, &json!({})).await.expect(200).json();
    let new = new["app_secret"].as_str().expect("a secret").to_owned();
    assert!(new != old && new.len() == 32 && new.bytes().all(|b| b.is_ascii_hexdigit()), "{new}");

    // the app's own token and proofs are made of it; the access token is not
    let app = birch.card()["app_id"].as_str().expect("an id").to_owned();
    let subscriptions = format!("/v25.0/{app}/subscriptions");
    let with = |secret: &str| world.http().get(&subscriptions).bearer(&format!("{app}|{secret}"));
    let refused = with(&old).send().await;
    assert_eq!((refused.status, refused.code()), (401, 190));
    with(&new).send().await.expect(200);
    let proven = |secret: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
        mac.update(birch.token().as_bytes());
        let proof = hex::encode(mac.finalize().into_bytes());
        format!("/v25.0/{}?appsecret_proof={proof}", birch.id())
    };
    birch.gets(&proven(&new)).await.expect(200);
    assert_eq!(birch.gets(&proven(&old)).await.status, 400);

    // what was owed before is signed with the new one, too; and so it stays after a restart
    birch.endpoint().knows(&new);
    world.advance_to(&waiting);
    birch.tried(&id, 2).await;
    world.restart().await;
    chat.says("after").await;
    birch.hears("after").await;
    let signed: Vec<bool> = birch.endpoint().kept().iter().map(|it| it.signed).collect();
    assert_eq!(signed, [true; 3]);
    world.all_is_well_but_for_repeats().await;
}

/// What was registered, and its secrets, are there after a restart.
#[tokio::test(flavor = "multi_thread")]
async fn a_registration_outlives_a_restart() {
    let mut world = World::new().await;
    let birch = world.assistant("Birch").await;
    let ana = world.person().await;
    ana.opens_the_messenger().await;
    let chat = ana.chooses(&birch).await;
    world.restart().await;
    chat.says("hi").await;
    birch.hears("hi").await;
    birch.replies("hello").await;
    chat.shows("hello").await;
    let answer = world.registers(|_| ()).await;
    assert_eq!(answer.status, 409, "the name is still taken");
    world.all_is_well_but_for_repeats().await;
}
