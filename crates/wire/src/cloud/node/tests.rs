//! Nodes and `fields=`.

use exchange::assistant::Automation;
use exchange::id::AppId;
use proptest::prelude::*;

use super::*;

fn card() -> Card {
    Card {
        name: "Birch".into(),
        purpose: "Helps with everyday questions".into(),
        details: "Some details".into(),
        provider: "Birch Works".into(),
        country: "BE".into(),
        data_location: "Belgium".into(),
        retention: "30 days".into(),
        trains: false,
        automation: Automation::Ai,
        human_contact: String::new(),
        privacy_policy: "https://birch.example/privacy".into(),
    }
}

static SETTINGS: std::sync::LazyLock<Number> = std::sync::LazyLock::new(Number::default);

fn business(card: &Card) -> Business<'_> {
    Business {
        settings: &SETTINGS,
        now: Millis(1_781_510_400_000),
        phone_number_id: AssistantId(3),
        number: 999_012_345_678_901,
        account: AccountId(5),
        card,
        since: Millis(1_781_006_400_000),
        callback: Some("https://b.example/hook"),
        account_override: None,
        number_override: None,
        subscribed: Some(SubscribedApp {
            app: AppId(7),
            name: "Birch",
            link: "https://x.example",
            override_url: None,
        }),
    }
}

fn query(text: &str) -> Params {
    Params::of(Some(text), None, b"").unwrap()
}

fn read(answer: Result<Vec<u8>, GraphError>) -> Value {
    serde_json::from_slice(&answer.unwrap()).unwrap()
}

#[test]
fn a_number_tells_the_default_fields() {
    let card = card();
    assert_eq!(
        read(business(&card).phone(&Params::default())),
        json!({
            "verified_name": "Birch",
            "code_verification_status": "VERIFIED",
            "display_phone_number": "+999 0123 4567 8901",
            "quality_rating": "UNKNOWN",
            "platform_type": "CLOUD_API",
            "throughput": {"level": "STANDARD"},
            "webhook_configuration": {"application": "https://b.example/hook"},
            "id": "3",
        })
    );
}

#[test]
fn fields_are_chosen_and_the_id_is_always_there() {
    let (card, it) = (card(), |card| business(card));
    let phone = |fields: &str| read(it(&card).phone(&query(&format!("fields={fields}"))));
    assert_eq!(phone("verified_name"), json!({"id": "3", "verified_name": "Birch"}));
    assert_eq!(phone("[\"status\"]"), json!({"id": "3", "status": "CONNECTED"}));
    assert_eq!(phone("id,,"), json!({"id": "3"}));
    // Known to the platform, nothing to tell.
    assert_eq!(phone("username,certificate"), json!({"id": "3"}));
    assert_eq!(
        phone("webhook_configuration{application},throughput{none}"),
        json!({"id": "3", "webhook_configuration": {"application": "https://b.example/hook"}, "throughput": {}})
    );
    assert_eq!(
        phone("last_onboarded_time"),
        json!({"id": "3", "last_onboarded_time": "2026-06-09T12:00:00+0000"})
    );
    let error = it(&card).phone(&query("fields=id,smell")).unwrap_err();
    assert_eq!(
        error.message,
        "(#100) Tried accessing nonexisting field (smell) on node type (WhatsAppBusinessPhoneNumber)"
    );
    for text in ["a{b", "a}", "{a}", "a(b", "a;b", "a{b{c{d{e}}}}"] {
        assert!(it(&card).phone(&query(&format!("fields={text}"))).is_err(), "{text}");
    }
}

#[test]
fn an_account_has_one_number() {
    let card = card();
    let it = business(&card);
    let list = read(it.phone_numbers(&query("limit=100&access_token=x")));
    assert_eq!(list["data"][0]["id"], "3");
    assert_eq!(list["data"][0]["last_onboarded_time"], "2026-06-09T12:00:00+0000");
    assert_eq!(list["paging"]["cursors"], json!({"before": "MAZDZD", "after": "MAZDZD"}));
    assert_eq!(list["paging"].get("next"), None);
    let typebot = read(it.phone_numbers(&query("fields=id,display_phone_number&limit=100")));
    assert_eq!(
        typebot["data"],
        json!([{"id": "3", "display_phone_number": "+999 0123 4567 8901"}])
    );
    assert_eq!(read(it.phone_numbers(&query("after=MAZDZD"))), json!({"data": []}));
    assert_eq!(it.phone_numbers(&query("after=x")).unwrap_err().code, 131_059);
}

#[test]
fn an_account_tells_of_itself() {
    let card = card();
    let it = business(&card);
    assert_eq!(
        read(it.account(&Params::default())),
        json!({"id": "5", "name": "Birch Works", "timezone_id": "0",
            "message_template_namespace": namespace(AccountId(5))})
    );
    assert_eq!(
        namespace(AccountId(5)).split('_').map(str::len).collect::<Vec<_>>(),
        [8, 4, 4, 4, 12]
    );
    let asked = query(
        "fields=ownership_type,phone_numbers.limit(5){id,verified_name},subscribed_apps,currency",
    );
    assert_eq!(
        read(it.account(&asked)),
        json!({
            "id": "5",
            "ownership_type": "SELF",
            "phone_numbers": {"data": [{"id": "3", "verified_name": "Birch"}],
                "paging": {"cursors": {"before": "MAZDZD", "after": "MAZDZD"}}},
            "subscribed_apps": {"data": [{"whatsapp_business_api_data":
                {"id": "7", "link": "https://x.example", "name": "Birch"}}]},
        })
    );
    assert_eq!(it.account(&query("fields=verified_name")).unwrap_err().code, 100);
}

#[test]
fn a_profile_is_flat_and_from_the_card() {
    let card = card();
    let it = business(&card);
    let bare = json!({"data": [{"messaging_product": "whatsapp"}]});
    assert_eq!(read(it.profile(&Params::default())), bare);
    let all = "fields=about,address,description,email,profile_picture_url,websites,vertical";
    assert_eq!(
        read(it.profile(&query(all))),
        json!({"data": [{
            "messaging_product": "whatsapp",
            "about": "Helps with everyday questions",
            "description": "Some details",
            "vertical": "OTHER",
        }]})
    );
}

#[test]
fn settings_show_in_the_nodes() {
    let card = card();
    let number = Number {
        deregistered: Some(Millis(1_781_510_400_000 - 15 * DAY_MS)),
        pin: Some("x".into()),
        hidden: true,
        new_name: Some(("Beech".into(), false)),
        account_name: Some("Works".into()),
        timezone: Some(12),
        insights: true,
        ..Number::default()
    };
    let it = Business { settings: &number, ..business(&card) };
    let phone = read(it.phone(&query(
        "fields=status,code_verification_status,is_pin_enabled,\
        search_visibility,new_display_name,new_name_status,health_status{can_send_message}",
    )));
    assert_eq!(
        phone,
        json!({"id": "3", "status": "DISCONNECTED", "code_verification_status": "EXPIRED",
            "is_pin_enabled": true, "search_visibility": "NON_VISIBLE",
            "new_display_name": "Beech", "new_name_status": "DECLINED",
            "health_status": {"can_send_message": "BLOCKED"}})
    );
    let account = read(it.account(&query("fields=name,timezone_id,is_enabled_for_insights")));
    assert_eq!(
        account,
        json!({"id": "5", "name": "Works", "timezone_id": "12", "is_enabled_for_insights": true})
    );
}

#[test]
fn a_nested_list_is_cut_to_its_limit() {
    let (card, it) = (card(), |card| business(card));
    let of = |fields: &str| read(it(&card).account(&query(&format!("fields={fields}"))));
    let none = of("phone_numbers.limit(0){id}");
    assert_eq!(none["phone_numbers"], json!({"data": []}));
    assert_eq!(of("phone_numbers.limit(5){id}")["phone_numbers"]["data"], json!([{"id": "3"}]));
}

#[test]
fn moments_are_written_as_graph_writes_them() {
    for (seconds, text) in [
        (0, "1970-01-01T00:00:00+0000"),
        (951_782_399, "2000-02-28T23:59:59+0000"),
        (951_782_400, "2000-02-29T00:00:00+0000"),
        (951_868_800, "2000-03-01T00:00:00+0000"),
        (1_735_689_599, "2024-12-31T23:59:59+0000"),
        (4_107_542_400, "2100-03-01T00:00:00+0000"),
        (-1, "1969-12-31T23:59:59+0000"),
    ] {
        assert_eq!(graph_time(Millis(seconds * 1000)), text);
    }
}

proptest! {
    #[test]
    fn any_selection_does_no_harm(text in "[a-z_{}(),.; é]{0,60}") {
        let card = card();
        let it = business(&card);
        let mut params = Params::default();
        params.add("fields", &text);
        if let Ok(answer) = it.phone(&params) {
            let read: Value = serde_json::from_slice(&answer).unwrap();
            prop_assert_eq!(&read["id"], "3");
        }
        let _ = (it.account(&params).is_ok(), it.profile(&params).is_ok());
        let _ = it.phone_numbers(&params).is_ok();
    }
}
