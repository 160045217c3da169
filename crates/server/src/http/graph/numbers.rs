//! A number's settings: read, changed in one step, told of by webhook (reference 5).

use axum::http::Method;
use exchange::id::{AssistantId, ItemId};
use exchange::number::{Number, NumberRefusal};
use serde_json::json;
use store::row::ItemKind;
use wire::cloud::error::GraphError;
use wire::cloud::id::number_digits;
use wire::cloud::number as words;
use wire::cloud::send::SUCCESS;

use super::{Answer, Call, failed, nodes, subscriptions};
use crate::App;
use crate::clock::random_u64;
use crate::directory::Entry;
use crate::engine::{Desk, StepError};

/// The settings of a number as they are on disk.
///
/// # Errors
/// 131016 when they cannot be read.
pub async fn read(app: &App, id: AssistantId) -> Result<Number, GraphError> {
    let found = app.readers.read(move |reader| reader.item(ItemKind::Number, ItemId(id.0))).await;
    let found = found.map_err(|_| GraphError::unavailable(2_000))?;
    Ok(found.and_then(|item| serde_json::from_str(&item.body).ok()).unwrap_or_default())
}

/// Changes the settings in one step; what `change` has counted is kept even when it refuses.
///
/// # Errors
/// What `change` refuses; 131016 when the store fails.
pub async fn change<T: Send + 'static>(
    app: &App,
    id: AssistantId,
    change: impl FnOnce(&mut Desk, &mut Number) -> Result<Result<T, NumberRefusal>, StepError>
    + Send
    + 'static,
) -> Result<T, GraphError> {
    let step = move |desk: &mut Desk| {
        let mut number = (*desk.number(id)?).clone();
        let result = change(desk, &mut number)?;
        desk.put_number(id, number)?;
        Ok(result)
    };
    app.engine.step_alone(step).await.map_err(failed)?.map_err(GraphError::from)
}

/// `POST /{phone}/register`, `/deregister`, `/request_code`, `/verify_code`.
pub async fn registration(app: &App, id: &str, what: &str, call: &Call<'_>) -> Answer {
    let entry = nodes::number(app, id, call)?;
    let (id, params) = (entry.row.id, call.params()?);
    match what {
        "register" => {
            let pin = words::register(&params)?;
            change(app, id, move |desk, number| Ok(number.register(&pin, desk.now()))).await?;
        }
        "deregister" => {
            change(app, id, |desk, number| Ok(number.deregister(desk.now()))).await?;
        }
        "request_code" => {
            words::request_code(&params)?;
            change(app, id, |desk, number| Ok(number.request_code(random_u64(), desk.now())))
                .await?;
        }
        _ => {
            let code = params.required("code")?.into_owned();
            change(app, id, move |desk, number| Ok(number.verify_code(&code, desk.now()))).await?;
        }
    }
    Ok(SUCCESS.to_vec())
}

/// `POST /{phone}`: PIN, name, visibility, `webhook_configuration`.
pub async fn post(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let entry = nodes::number(app, id, call)?;
    let params = call.params()?;
    let mut done = false;
    if params.get("pin").is_some() {
        set_pin(app, &entry, words::pin(&params)?).await?;
        done = true;
    }
    if let Some(name) = params.text("new_display_name")? {
        rename(app, &entry, name.into_owned()).await?;
        done = true;
    }
    if let Some(wanted) = params.text("search_visibility")? {
        let hidden = match wanted.as_ref() {
            "VISIBLE" => false,
            "NON_VISIBLE" => true,
            _ => {
                let rule = "must be one of {VISIBLE, NON_VISIBLE}.";
                return Err(GraphError::parameter("search_visibility", rule));
            }
        };
        change(app, entry.row.id, move |_, number| {
            number.hidden = hidden;
            Ok(Ok(()))
        })
        .await?;
        done = true;
    }
    if done && params.get("webhook_configuration").is_none() {
        return Ok(SUCCESS.to_vec());
    }
    subscriptions::of_number(app, id, call).await
}

async fn set_pin(app: &App, entry: &Entry, pin: String) -> Result<(), GraphError> {
    let (id, digits) = (entry.row.id, number_digits(entry.row.number));
    change(app, id, move |desk, number| {
        let result = number.set_pin(&pin);
        if result == Ok(true) {
            desk.tell(id, "security", &words::pin_changed(&digits))?;
        }
        Ok(result.map(drop))
    })
    .await
}

/// Decided at once and by the published rules alone: form, and no look-alike of another's name.
async fn rename(app: &App, entry: &Entry, name: String) -> Result<(), GraphError> {
    let mut card = entry.row.card.clone();
    card.name.clone_from(&name);
    card.check().map_err(|invalid| {
        GraphError::parameter("new_display_name", &format!("{}.", invalid.rule))
    })?;
    let (id, digits) = (entry.row.id, number_digits(entry.row.number));
    change(app, id, move |desk, number| {
        if let Err(refusal) = number.rename(desk.now()) {
            return Ok(Err(refusal));
        }
        let taken = desk.directory().look_alike(&name).is_some_and(|other| other.row.id != id);
        if !taken {
            let Some(entry) = desk.directory().get(id) else { return Err(StepError::Unavailable) };
            let mut row = entry.row.clone();
            row.card.name.clone_from(&name);
            desk.put_assistant(row);
        }
        desk.tell(id, "phone_number_name_update", &words::name_update(&digits, &name, !taken))?;
        number.new_name = Some((name, !taken));
        Ok(Ok(()))
    })
    .await
}

/// `GET|POST /{phone}/settings`
pub async fn settings(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let entry = nodes::number(app, id, call)?;
    let id = entry.row.id;
    if call.method == Method::GET {
        return Ok(words::settings(&read(app, id).await?));
    }
    let params = call.params()?;
    // Tried on a copy first: the step only repeats what has been found good.
    words::set_settings(&params, &mut read(app, id).await?)?;
    change(app, id, move |desk, number| {
        if words::set_settings(&params, number) == Ok(true) {
            let now_s = desk.now().seconds();
            let value = words::settings_update(&id.to_string(), number, now_s);
            desk.tell(id, "account_settings_update", &value)?;
        }
        Ok(Ok(()))
    })
    .await?;
    Ok(SUCCESS.to_vec())
}

/// `POST /{phone}/whatsapp_business_profile`, `/conversational_automation`,
/// `/whatsapp_commerce_settings`, `/whatsapp_business_encryption`.
pub async fn set(app: &App, id: &str, what: &str, call: &Call<'_>) -> Answer {
    let entry = nodes::number(app, id, call)?;
    let (id, params) = (entry.row.id, call.params()?);
    if what == "whatsapp_business_encryption" {
        let key = public_key(&params.required("business_public_key")?)?;
        set_one(app, id, move |number| number.encryption_key = Some(key)).await?;
        return Ok(SUCCESS.to_vec());
    }
    let kept = read(app, id).await?;
    match what {
        "whatsapp_business_profile" => {
            if params.get("profile_picture_handle").is_some() {
                return Err(GraphError::parameter("profile_picture_handle", "must be absent.")
                    .details("Assistants have no pictures here: all look alike to people."));
            }
            let profile = words::profile(&params, &kept.profile)?;
            set_one(app, id, move |number| number.profile = profile).await?;
        }
        "conversational_automation" => {
            let automation = words::automation(&params, &kept.automation)?;
            set_one(app, id, move |number| number.automation = automation).await?;
        }
        _ => {
            let commerce = words::set_commerce(&params, kept.commerce)?;
            set_one(app, id, move |number| number.commerce = commerce).await?;
        }
    }
    Ok(SUCCESS.to_vec())
}

async fn set_one(
    app: &App,
    id: AssistantId,
    set: impl FnOnce(&mut Number) + Send + 'static,
) -> Result<(), GraphError> {
    change(app, id, move |_, number| {
        set(number);
        Ok(Ok(()))
    })
    .await
}

/// `GET /{phone}/whatsapp_commerce_settings`, `/whatsapp_business_encryption`.
pub async fn get(app: &App, id: &str, what: &str, call: &Call<'_>) -> Answer {
    let entry = nodes::number(app, id, call)?;
    let kept = read(app, entry.row.id).await?;
    Ok(match what {
        "whatsapp_commerce_settings" => words::commerce(id, kept.commerce),
        _ => words::encryption(kept.encryption_key.as_deref()),
    })
}

/// An RSA public key of 2,048 bits in PEM, in its one spelling.
fn public_key(pem: &str) -> Result<String, GraphError> {
    use rsa::pkcs8::{DecodePublicKey as _, EncodePublicKey as _, LineEnding};
    use rsa::traits::PublicKeyParts as _;
    let wrong = || {
        GraphError::parameter("business_public_key", "must be a valid 2048-bit RSA public key.")
            .details("PEM with -----BEGIN PUBLIC KEY-----, as openssl rsa -pubout writes it.")
    };
    // Line breaks that came through a form as the two characters \n.
    let pem = pem.trim().replace("\\n", "\n");
    let key = rsa::RsaPublicKey::from_public_key_pem(&pem).map_err(|_| wrong())?;
    if key.size() != 256 {
        return Err(wrong());
    }
    key.to_public_key_pem(LineEnding::LF).map_err(|_| wrong())
}

/// `POST /{account}`: name, time zone, insights.
pub async fn account(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let entry = nodes::account(app, id, call)?;
    let params = call.params()?;
    let name = params.text("name")?.map(std::borrow::Cow::into_owned);
    if name.as_ref().is_some_and(|name| name.chars().count() > 100) {
        return Err(GraphError::parameter("name", "must be at most 100 characters long."));
    }
    let zone = params.text("timezone_id")?.map(|text| text.parse::<u32>());
    let zone = zone.transpose().ok().filter(|zone| zone.is_none_or(|zone| zone < 1000));
    let zone = zone.ok_or_else(|| GraphError::parameter("timezone_id", "must be an integer."))?;
    let insights = params.text("is_enabled_for_insights")?;
    if insights.as_deref() == Some("false") && read(app, entry.row.id).await?.insights {
        return Err(GraphError::new(400, 200_006, "Template Insights cannot be disabled")
            .details("Once enabled, they stay so."));
    }
    let insights = insights.as_deref() == Some("true");
    set_one(app, entry.row.id, move |number| {
        number.insights |= insights;
        number.account_name = name.or_else(|| number.account_name.take());
        number.timezone = zone.or(number.timezone);
    })
    .await?;
    Ok(serde_json::to_vec(&json!({"id": id, "success": true})).unwrap_or_default())
}
