//! Registration: works at once, no approval, nobody decides.

use std::net::{IpAddr, SocketAddr};

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use exchange::assistant::{Automation, Card};
use exchange::fact::Fact;
use exchange::id::{AccountId, AppId, AssistantId};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use store::row::AssistantRow;

use super::{callback, wants_json};
use crate::App;
use crate::clock::{random, random_secret};
use crate::engine::{Desk, StepError};
use crate::http::error::HttpError;
use crate::http::form::Form;
use crate::http::people::address;
use crate::http::session::{Person, digest};
use crate::pages::FieldError;
use crate::pages::providers::{Register, Values, page};
use crate::pages::registered::{self, Callback, Registered as Shown};

/// Business numbers have fourteen digits and people's fifteen, all behind country code 999, which
/// the ITU gives to nobody: they are no telephone's, and never each other's.
const NUMBERS: u64 = 99_900_000_000_000;
const NUMBER_SPAN: u64 = 100_000_000_000;

/// The fields of a registration, by name.
pub type Fields = BTreeMap<String, String>;

/// What a new provider gets; its secrets are shown this once.
#[derive(Debug, Clone)]
pub struct Registered {
    /// What is kept.
    pub row: AssistantRow,
    /// The access token.
    pub token: String,
    /// The verify token, given or made.
    pub verify_token: String,
    /// What came of the handshake, if a callback was given.
    pub callback: Option<Result<String, String>>,
}

fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("", |value| value.trim())
}

fn invalid(name: &'static str, rule: &str) -> HttpError {
    let hint = "Correct it and send it again; nothing was stored.";
    let mut error = HttpError::bad(format!("{name} {rule}."), hint);
    error.field = Some(name);
    error
}

fn card(fields: &Fields) -> Result<Card, HttpError> {
    let get = |name: &str| field(fields, name).to_owned();
    let trains = match field(fields, "trains") {
        "true" | "on" | "yes" => true,
        "false" | "no" => false,
        _ => return Err(invalid("trains", "must be true or false")),
    };
    let automation = match field(fields, "automation") {
        "" | "ai" => Automation::Ai,
        "automated" => Automation::Automated,
        _ => return Err(invalid("automation", "must be ai or automated")),
    };
    let card = Card {
        name: get("name"),
        purpose: get("purpose"),
        details: get("details"),
        provider: get("provider"),
        country: get("country"),
        data_location: get("data_location"),
        retention: get("retention"),
        trains,
        automation,
        human_contact: get("human_contact"),
        privacy_policy: get("privacy_policy"),
    };
    card.check().map_err(|error| invalid(error.field, &error.rule))?;
    Ok(card)
}

fn email(fields: &Fields) -> Result<String, HttpError> {
    let email = field(fields, "contact_email");
    let (name, host) = email.split_once('@').unwrap_or_default();
    let plain = email.chars().all(|c| !c.is_whitespace() && !c.is_control());
    if (3..=128).contains(&email.len()) && plain && !name.is_empty() && !host.is_empty() {
        return Ok(email.to_owned());
    }
    Err(invalid("contact_email", "must be an e-mail address of at most 128 characters"))
}

/// Registers an assistant: on disk, and able to send and receive, when this returns.
///
/// # Errors
/// 400 names the field; 409 a look-alike name; 429 too many from one address.
pub async fn register(app: &App, from: IpAddr, fields: &Fields) -> Result<Registered, HttpError> {
    register_with(app, from, fields, &mut random).await
}

/// The same with a chance of the caller's: what ids and secrets are made from.
///
/// # Errors
/// As [`register`].
pub async fn register_with(
    app: &App,
    from: IpAddr,
    fields: &Fields,
    chance: &mut (dyn FnMut(&mut [u8]) + Send),
) -> Result<Registered, HttpError> {
    let (card, contact_email) = (card(fields)?, email(fields)?);
    let verify_token = match field(fields, "verify_token") {
        "" => random_secret(),
        given if given.len() <= 200 => given.to_owned(),
        _ => return Err(invalid("verify_token", "must be at most 200 characters long")),
    };
    let url = field(fields, "callback_url").to_owned();
    if !url.is_empty() {
        callback::check_url(&url).map_err(|why| invalid("callback_url", &format!(": {why}")))?;
    }
    let now = app.clock.now();
    app.registrations.take(from, now).map_err(|wait| HttpError::too_many("registrations", wait))?;
    let mut secret = [0; 32];
    chance(&mut secret);
    let token = token_of(secret);
    let row = new_row(card, contact_email, &token, now, chance);
    let row = app.engine.step_alone(move |desk| admit(desk, row)).await.map_err(taken)?;
    let mut registered = Registered { row, token, verify_token, callback: None };
    if !url.is_empty() {
        let id = registered.row.id;
        let verify = registered.verify_token.clone();
        let result = callback::set(app, id, callback::Which::App(None), &url, &verify).await;
        let result = result.map(|()| url).map_err(|error| error.message);
        registered.callback = Some(result);
        if let Some(entry) = app.directory.get(id) {
            registered.row = entry.row.clone();
        }
    }
    Ok(registered)
}

fn taken(error: StepError) -> HttpError {
    match error {
        StepError::Denied(why) => {
            let hint = "Take a name that looks different; the rule is on /rules.";
            let mut error = HttpError::new(StatusCode::CONFLICT, why, hint);
            error.field = Some("name");
            error
        }
        other => other.into(),
    }
}

fn new_row(
    card: Card,
    contact_email: String,
    token: &str,
    now: exchange::time::Millis,
    chance: &mut (dyn FnMut(&mut [u8]) + Send),
) -> AssistantRow {
    let mut secret = [0; 16];
    chance(&mut secret);
    // Fifteen digits, the first not zero: as long as the ids that clients have seen.
    let mut id = || {
        let mut bits = [0; 8];
        chance(&mut bits);
        100_000_000_000_000 + u64::from_le_bytes(bits) % 900_000_000_000_000
    };
    AssistantRow {
        id: AssistantId(id()),
        app: AppId(id()),
        account: AccountId(id()),
        number: 0,
        card,
        contact_email,
        app_secret: hex::encode(secret),
        token: digest(token),
        since: now,
        listed: None,
        callback: None,
        subscribed: true,
        account_override: None,
        number_override: None,
        listens_to: None,
    }
}

/// Unique names and numbers; everything before it is committed.
fn admit(desk: &mut Desk, mut row: AssistantRow) -> Result<AssistantRow, StepError> {
    let directory = desk.directory();
    if directory.look_alike(&row.card.name).is_some() {
        return Err(StepError::Denied("A registered assistant has a name that looks like this."));
    }
    let known = |row: &AssistantRow| {
        directory.get(row.id).is_some()
            || directory.by_app(row.app).is_some()
            || directory.by_account(row.account).is_some()
    };
    if known(&row) {
        return Err(StepError::Unavailable);
    }
    row.number = NUMBERS + row.id.0 % NUMBER_SPAN;
    let card = serde_json::to_vec(&row.card).map_err(|_| StepError::Unavailable)?;
    desk.record(Fact::Registered { assistant: row.id, card: Sha256::digest(card).into() });
    desk.put_assistant(row.clone());
    Ok(row)
}

/// The answer's JSON (`docs/api/providers.md`).
pub fn json(app: &App, headers: &HeaderMap, of: &Registered) -> Value {
    let origin = app.origin(headers);
    let row = &of.row;
    let callback = match &of.callback {
        None => json!({"url": null, "verified": false, "error": null}),
        Some(Ok(url)) => json!({"url": url, "verified": true, "error": null}),
        Some(Err(why)) => json!({"url": null, "verified": false, "error": why}),
    };
    json!({
        "provider_id": row.id.to_string(), "app_id": row.app.to_string(),
        "app_secret": row.app_secret, "waba_id": row.account.to_string(),
        "phone_number_id": row.id.to_string(), "display_phone_number": row.number.to_string(),
        "access_token": of.token, "verify_token": of.verify_token, "api_base": origin,
        "callback": callback, "listed": row.listed.is_some(),
        "deliveries_url": format!("{origin}/providers/{}/deliveries", row.id),
        "curl": curl(&origin, row, &of.token),
    })
}

/// A line that works when pasted: asks the number about itself.
pub fn curl(origin: &str, row: &AssistantRow, token: &str) -> String {
    format!("curl -H 'Authorization: Bearer {token}' '{origin}/v25.0/{}'", row.id)
}

/// An access token: recognised by its digest, never kept.
pub fn new_token() -> String {
    let mut secret = [0; 32];
    random(&mut secret);
    token_of(secret)
}

fn token_of(secret: [u8; 32]) -> String {
    use base64::Engine as _;
    format!("EAA{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(secret))
}

/// An app secret: 32 hex digits, as the platform's are. Kept, for webhooks are signed with it.
pub fn new_secret() -> String {
    let mut secret = [0; 16];
    random(&mut secret);
    hex::encode(secret)
}

/// `GET /providers`
pub async fn form(person: Option<Person>) -> Response {
    let values = Values::default();
    page(&Register { signed_in: person.is_some(), values: &values, errors: &[] }).into_response()
}

/// `POST /providers`
pub async fn post(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    person: Option<Person>,
    form: Form,
) -> Response {
    let fields = form.by_name();
    let result = register(&app, address(&app, from, &headers), &fields).await;
    let as_json = form.json || wants_json(&headers);
    let signed_in = person.is_some();
    match (result, as_json) {
        (Ok(done), true) => {
            (StatusCode::CREATED, Json(json(&app, &headers, &done))).into_response()
        }
        (Ok(done), false) => {
            (StatusCode::CREATED, result_page(&app, &headers, &done, &fields, signed_in))
                .into_response()
        }
        (Err(error), true) => error.json(),
        (Err(error), false) => match error.field {
            None => error.page(signed_in),
            Some(field) => {
                let problem = [FieldError { field, message: &error.message }];
                let view = Register { signed_in, values: &fields, errors: &problem };
                (error.status, page(&view)).into_response()
            }
        },
    }
}

fn result_page(
    app: &App,
    headers: &HeaderMap,
    of: &Registered,
    fields: &Fields,
    signed_in: bool,
) -> maud::Markup {
    let (origin, row) = (app.origin(headers), &of.row);
    let number = row.number.to_string();
    let curl = curl(&origin, row, &of.token);
    let callback = match &of.callback {
        None => Callback::Absent,
        Some(Ok(url)) => Callback::Verified(url),
        Some(Err(why)) => Callback::Failed(field(fields, "callback_url"), why),
    };
    registered::page(&Shown {
        signed_in,
        name: &row.card.name,
        phone_number_id: row.id,
        app_id: row.app,
        waba_id: row.account,
        app_secret: &row.app_secret,
        display_phone_number: &number,
        access_token: &of.token,
        verify_token: &of.verify_token,
        api_base: &origin,
        curl: &curl,
        callback,
    })
}
