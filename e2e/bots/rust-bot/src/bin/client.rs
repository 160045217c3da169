//! whatsapp-business-rs, changed in nothing but its own API_BASE_URL_FOR_TESTING. The driver asks
//! for verbs on standard input; what the SDK gave and received goes to standard output, one JSON
//! object a line.

use std::io::BufRead as _;
use std::net::SocketAddr;
use std::str::FromStr as _;

use futures::TryStreamExt as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use whatsapp_business_rs::app::SubscriptionField;
use whatsapp_business_rs::client::{Client, MessageManager};
use whatsapp_business_rs::message::{
    Button, Content, Draft, InteractiveContent, Media, MediaSource, MediaType, MessageRef,
    MessageStatus,
};
use whatsapp_business_rs::server::{EventContext, IncomingMessage, MessageUpdate};
use whatsapp_business_rs::{Auth, Business, IdentityRef, Server, WebhookHandler};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const OFFERS: &[&str] = &[
    "send_text",
    "send_link_button",
    "send_location",
    "token_exchange",
    "subscribed_apps_remove",
    "media_info",
    "send_reply",
    "send_buttons",
    "send_list",
    "react",
    "read",
    "typing",
    "upload",
    "download",
    "delete_media",
    "send_image",
    "send_image_link",
    "send_document",
    "send_voice",
    "app_token",
    "debug_token",
    "app_subscribe",
    "phones",
    "subscribed_apps",
    "flow_list",
];

/// Those of them that are about the account and the app.
const ACCOUNT: &[&str] = &[
    "app_token",
    "token_exchange",
    "debug_token",
    "app_subscribe",
    "phones",
    "subscribed_apps",
    "subscribed_apps_remove",
    "flow_list",
];

fn tell(what: &Value) {
    println!("{what}");
}

fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

#[derive(Debug, Clone)]
struct Bot;

impl WebhookHandler for Bot {
    async fn handle_message(&self, _: EventContext, message: IncomingMessage) {
        let mut said = heard(&message.content);
        said["event"] = json!("message");
        said["id"] = json!(message.id);
        said["from"] = json!(message.sender.phone_id);
        said["name"] = json!(message.sender.metadata.name);
        said["quoted"] = json!(message.context.replied_to().map(MessageRef::message_id));
        tell(&said);
    }

    async fn handle_message_update(&self, _: EventContext, update: MessageUpdate) {
        let status = match &update.status {
            MessageStatus::Sent => "sent".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        };
        let code = update.context.errors.first().map(|error| error.code);
        tell(&json!({
            "event": "status", "status": status, "id": update.message.message_id(), "code": code,
        }));
    }
}

fn heard(content: &Content) -> Value {
    match content {
        Content::Text(text) => json!({"type": "text", "text": text.body}),
        Content::Reaction(reaction) => json!({
            "type": "reaction", "emoji": reaction.emoji.to_string(), "to": reaction.to.message_id(),
        }),
        Content::Interactive(InteractiveContent::Click(Button::Reply(button))) => {
            json!({"type": "button", "data": button.call_back, "title": button.label})
        }
        Content::Interactive(InteractiveContent::Click(Button::Option(row))) => {
            json!({"type": "list", "data": row.call_back, "title": row.label})
        }
        Content::Media(media) => {
            let id = match &media.media_source {
                MediaSource::Id(id) => Some(id),
                _ => None,
            };
            let mime = media.media_type.mime_type();
            let kind = if media.is_image() { "image" } else { "media" };
            let caption = media.caption.as_ref().map(|text| &text.body);
            json!({"type": kind, "media": id, "mime": mime, "caption": caption})
        }
        Content::Location(place) => json!({
            "type": "location", "latitude": place.latitude, "longitude": place.longitude,
        }),
        other => json!({"type": "other", "content": format!("{other:?}")}),
    }
}

/// A member of what the driver gave, as text.
fn text<'a>(given: &'a Value, name: &str) -> &'a str {
    given[name].as_str().unwrap_or_default()
}

fn rows<'a>(given: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    given[name].as_array().into_iter().flatten()
}

fn draft(verb: &str, given: &Value) -> Result<Draft, Failure> {
    let id = || MediaSource::id(text(given, "media"));
    Ok(match verb {
        "send_reply" => Draft::text(text(given, "body")).reply_to(text(given, "quoted")),
        "send_buttons" => rows(given, "buttons")
            .fold(Draft::new().body(text(given, "body")), |draft, button| {
                draft.add_reply_button(text(button, "id"), text(button, "title"))
            }),
        "send_list" => {
            let mut draft = Draft::new().body(text(given, "body")).list(text(given, "button"));
            for section in rows(given, "sections") {
                draft = draft.add_list_section(text(section, "title"));
                for row in rows(section, "rows") {
                    draft = draft.add_list_option(
                        text(row, "id"),
                        text(row, "title"),
                        text(row, "description"),
                    );
                }
            }
            draft
        }
        "react" => {
            let emoji = text(given, "emoji").chars().next().ok_or("no emoji")?;
            Draft::react(emoji, MessageRef::from_message_id(text(given, "id")))
        }
        "send_link_button" => Draft::new()
            .body(text(given, "body"))
            .with_cta_url(text(given, "url"), text(given, "label")),
        "send_location" => {
            let degrees = |name: &str| given[name].as_f64().unwrap_or_default();
            Draft::location(degrees("latitude"), degrees("longitude"))
                .location_name(text(given, "name"))
                .location_address(text(given, "address"))
        }
        "send_image" => Draft::media(Media::png(id()).caption(text(given, "caption"))),
        "send_image_link" => Draft::media(Media::png(MediaSource::link(text(given, "link")))),
        "send_document" => Draft::media(Media::pdf(id(), text(given, "name"))),
        "send_voice" => Draft::media(Media::new(id(), MediaType::from_str("audio/ogg")?)),
        _ => Draft::text(text(given, "body")),
    })
}

/// Verbs about messages and media.
async fn message_verb(client: &Client, verb: &str, given: &Value) -> Result<Value, Failure> {
    let manager: MessageManager<'_> = client.message(setting("BOT_PHONE_NUMBER_ID"));
    let message = MessageRef::from_message_id(text(given, "id"));
    match verb {
        "read" => manager.set_read(message).await?,
        "typing" => manager.set_replying(message).await?,
        "upload" => {
            let bytes = base64(text(given, "bytes"))?;
            let kind = MediaType::from_str(text(given, "mime"))?;
            let id = manager.upload_media(bytes, kind, text(given, "name").to_owned()).await?;
            return Ok(json!({"id": id}));
        }
        "delete_media" => manager.delete_media(text(given, "id")).await?,
        "media_info" => {
            let info = manager.get_media_info(text(given, "id")).await?;
            return Ok(json!({"url": info.url()}));
        }
        "download" => {
            let mut bytes = Vec::new();
            let media = Content::Media(Media::png(MediaSource::id(text(given, "id"))));
            media.download_media(&mut bytes, client).ok_or("nothing to download")?.await?;
            let hash: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
            return Ok(json!({"sha256": hash, "size": bytes.len()}));
        }
        _ => {
            let sent =
                manager.send(IdentityRef::user(text(given, "to")), draft(verb, given)?).await?;
            return Ok(json!({"id": sent.message_id()}));
        }
    }
    Ok(json!({"success": true}))
}

/// Verbs about the account and the app.
async fn account_verb(client: &Client, verb: &str, given: &Value) -> Result<Value, Failure> {
    let (app_id, secret) = (setting("BOT_APP_ID"), setting("BOT_APP_SECRET"));
    let app = client.app(app_id.as_str());
    let waba = client.waba(setting("BOT_WABA_ID"));
    Ok(match verb {
        "app_token" => {
            let token = app.get_access_token(secret.as_str()).await?;
            json!({"token": token.access_token()})
        }
        "debug_token" => {
            let about = app.debug_token(text(given, "token")).await?;
            json!({"app_id": about.app_id, "valid": about.is_valid})
        }
        "token_exchange" => {
            let token = app.update_token(text(given, "token"), secret.as_str()).await?;
            json!({"token": token.access_token()})
        }
        "subscribed_apps_remove" => {
            let business = Business::new(setting("BOT_WABA_ID"), setting("BOT_PHONE_NUMBER_ID"));
            app.unsubscribe(&business).await?;
            json!({"success": true})
        }
        "app_subscribe" => {
            app.configure_webhook((setting("BOT_VERIFY_TOKEN"), text(given, "url")))
                .events([SubscriptionField::Messages].into())
                .with_auth(Auth::secret((app_id.clone(), secret)))
                .await?;
            json!({"success": true})
        }
        "phones" => {
            let all: Vec<_> = waba.list_phone_numbers().into_stream().try_collect().await?;
            json!({"ids": all.iter().map(|one| &one.id).collect::<Vec<_>>()})
        }
        "subscribed_apps" => {
            let all: Vec<_> = waba.list_subcribed_apps().into_stream().try_collect().await?;
            json!({"ids": all.iter().map(|one| &one.id).collect::<Vec<_>>()})
        }
        "flow_list" => {
            let all: Vec<_> = waba.list_flows().into_stream().try_collect().await?;
            json!({"ids": all.iter().map(|one| &one.id).collect::<Vec<_>>()})
        }
        other => return Err(format!("no verb {other}").into()),
    })
}

fn base64(text: &str) -> Result<Vec<u8>, Failure> {
    use base64::Engine as _;
    Ok(base64::engine::general_purpose::STANDARD.decode(text)?)
}

/// The whole chain of causes: the SDK's own words are short.
fn describe(error: &(dyn std::error::Error + 'static)) -> String {
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        said = format!("{said}: {cause}");
        next = cause.source();
    }
    said
}

async fn answer_verbs(client: Client) {
    let (asked, mut asks) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if asked.send(line).is_err() {
                break;
            }
        }
    });
    tell(&json!({"event": "ready", "version": env!("SDK_VERSION"), "offers": OFFERS}));
    while let Some(line) = asks.recv().await {
        let ask: Value = serde_json::from_str(&line).unwrap_or_default();
        let (verb, given) = (text(&ask, "verb"), &ask["given"]);
        let done = if ACCOUNT.contains(&verb) {
            account_verb(&client, verb, given).await
        } else {
            message_verb(&client, verb, given).await
        };
        match done {
            Ok(value) => tell(&json!({"n": ask["n"], "value": value})),
            Err(error) => tell(&json!({"n": ask["n"], "error": describe(&*error)})),
        }
    }
    std::process::exit(0);
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(setting("BOT_ACCESS_TOKEN")).await?;
    let address = SocketAddr::from(([127, 0, 0, 1], setting("BOT_PORT").parse()?));
    let callback = format!("http://{address}/");
    let registration = client
        .app(setting("BOT_APP_ID").as_str())
        .configure_webhook((setting("BOT_VERIFY_TOKEN"), callback))
        .events([SubscriptionField::Messages].into())
        .with_auth(Auth::secret((setting("BOT_APP_ID"), setting("BOT_APP_SECRET"))));
    let serving = Server::builder()
        .endpoint(address)
        .route("/")
        .verify_payload(setting("BOT_APP_SECRET"))
        .build()
        .serve(Bot, client.clone())
        .register_webhook(registration);
    tokio::spawn(answer_verbs(client));
    serving.await?;
    Ok(())
}
