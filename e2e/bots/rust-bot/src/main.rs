//! An ordinary bot on whatsapp-business-rs. Of Strowger it knows one thing: the base URL, by
//! the SDK's own environment variable. What it received goes to standard output, one JSON
//! object a line, for the test to read.

use std::net::SocketAddr;

use serde_json::{Value, json};
use whatsapp_business_rs::app::SubscriptionField;
use whatsapp_business_rs::client::Client;
use whatsapp_business_rs::message::{Button, Content, Draft, InteractiveContent};
use whatsapp_business_rs::server::{EventContext, IncomingMessage, MessageUpdate};
use whatsapp_business_rs::{Auth, Server, WebhookHandler};

type Failure = Box<dyn std::error::Error + Send + Sync>;

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
        if let Err(e) = answer(&message).await {
            eprintln!("answering failed: {e}");
        }
    }

    async fn handle_message_update(&self, _: EventContext, update: MessageUpdate) {
        let status = format!("{:?}", update.status).to_lowercase();
        tell(&json!({"event": "status", "status": status, "id": update.message.message_id()}));
    }
}

async fn answer(message: &IncomingMessage) -> Result<(), Failure> {
    tell(&json!({"event": "raw", "field": "messages"}));
    let quoted = message.context.replied_to().map(|m| m.message_id().to_owned());
    match &message.content {
        Content::Text(text) => {
            let name = message.sender.metadata.name.as_deref();
            tell(
                &json!({"event": "text", "id": message.id, "text": text.body, "name": name, "quoted": quoted}),
            );
            message.set_read().await?;
            text_answer(message, &text.body).await
        }
        Content::Interactive(InteractiveContent::Click(Button::Reply(button))) => {
            tell(
                &json!({"event": "button", "data": button.call_back, "title": button.label, "quoted": quoted}),
            );
            message.reply(format!("button {}", button.call_back)).await?;
            Ok(())
        }
        Content::Interactive(InteractiveContent::Click(Button::Option(row))) => {
            tell(
                &json!({"event": "list", "data": row.call_back, "title": row.label, "quoted": quoted}),
            );
            message.reply(format!("list {}", row.call_back)).await?;
            Ok(())
        }
        Content::Reaction(reaction) => {
            let emoji = reaction.emoji.to_string();
            tell(&json!({"event": "reaction", "emoji": emoji, "to": reaction.to.message_id()}));
            Ok(())
        }
        other => {
            tell(&json!({"event": "other", "content": format!("{other:?}")}));
            Ok(())
        }
    }
}

async fn text_answer(message: &IncomingMessage, text: &str) -> Result<(), Failure> {
    let sent = match text {
        "menu" => {
            let draft = Draft::new()
                .body("Which room?")
                .footer("Two are free")
                .add_reply_button("room:sea", "Sea view")
                .add_reply_button("room:hill", "Hill view");
            message.reply(draft).await?
        }
        "days" => {
            let draft = Draft::new()
                .body("Which day?")
                .list("See the days")
                .add_list_section("This week")
                .add_list_option("day:mon", "Monday", "from 9 o'clock")
                .add_list_option("day:tue", "Tuesday", "from 10 o'clock");
            message.reply(draft).await?
        }
        "quote me" => message.swipe_reply("quoted").await?,
        "react" => message.react('👍').await?,
        "type" => {
            message.set_replying().await?;
            return Ok(());
        }
        text => message.reply(format!("echo: {text}")).await?,
    };
    tell(&json!({"event": "sent", "id": sent.message_id()}));
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(setting("BOT_ACCESS_TOKEN")).await?;
    let address = SocketAddr::from(([127, 0, 0, 1], setting("BOT_PORT").parse()?));
    let callback = format!("http://{address}/whatsapp");
    let registration = client
        .app(setting("BOT_APP_ID").as_str())
        .configure_webhook((setting("BOT_VERIFY_TOKEN"), callback))
        .events([SubscriptionField::Messages].into())
        .with_auth(Auth::secret((setting("BOT_APP_ID"), setting("BOT_APP_SECRET"))));
    Server::builder()
        .endpoint(address)
        .route("/whatsapp")
        .verify_payload(setting("BOT_APP_SECRET"))
        .build()
        .serve(Bot, client)
        .register_webhook(registration)
        .await?;
    Ok(())
}
