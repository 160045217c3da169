//! A sandbox as `strowger dev` opens it, driven over HTTP alone, with a bot's endpoint.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use server::App;
use server::engine::Engine;
use server::sandbox::start::{Folder, Options, open};
use sim::Endpoint;
use sim::http::{Answer, Http};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// The sandbox, and the bot in front of it.
pub struct Bench {
    pub http: Http,
    pub bot: Value,
    pub endpoint: Endpoint,
    folder: PathBuf,
    app: Option<App>,
    running: Option<(Runtime, Engine, Folder)>,
}

/// The usual flags on a free port.
pub fn options() -> Options {
    Options { listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..Options::default() }
}

impl Bench {
    /// A sandbox whose bot is subscribed.
    pub async fn new() -> Self {
        Self::with(options()).await
    }

    /// The same with flags of one's own; the callback is the endpoint's.
    pub async fn with(options: Options) -> Self {
        let clock = server::clock::Clock::system();
        let endpoint = Endpoint::new(Arc::default(), clock).await;
        endpoint.expects(&options.verify_token);
        let callback = Some(endpoint.url().to_owned());
        let bench = Self::before(Options { callback, ..options }, endpoint).await;
        bench.is_subscribed().await;
        bench
    }

    /// A sandbox whose bot may not run yet.
    pub async fn before(options: Options, endpoint: Endpoint) -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).enable_all().build().expect("a runtime");
        let opened = runtime.spawn(async move { open(&options).await });
        let opened = opened.await.expect("no panic").expect("it opens");
        let http = Http::new(&format!("http://{}", opened.app.config.listen), 0);
        endpoint.knows(&opened.bot.app_secret);
        let (engine, app) = (opened.app.engine.clone(), Some(opened.app.clone()));
        runtime.spawn(async move {
            // stopped only together with the runtime
            let (_stop, stopped) = watch::channel(false);
            server::start::serve(opened.app, opened.listener, stopped).await;
        });
        let bot = http.get("/sandbox/bot").send().await.expect(200).json();
        let folder = opened.folder.path().to_owned();
        Self { http, bot, endpoint, folder, app, running: Some((runtime, engine, opened.folder)) }
    }

    /// Waits until the callback is subscribed.
    pub async fn is_subscribed(&self) {
        sim::wait::eventually("the bot is subscribed", || async {
            let bot = self.http.get("/sandbox/bot").send().await.expect(200).json();
            (!bot["callback"].is_null()).then_some(())
        })
        .await;
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Stops it, as Ctrl-C does.
    pub async fn stops(mut self) {
        self.app.take();
        let Some((runtime, engine, folder)) = self.running.take() else { return };
        let stopped = tokio::task::spawn_blocking(move || {
            runtime.shutdown_timeout(std::time::Duration::from_secs(10));
            engine.join();
            drop(folder);
        });
        stopped.await.expect("it stops");
    }

    /// Something done inside, on the sandbox's own runtime.
    pub async fn inside<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
        &self,
        what: impl FnOnce(App) -> F,
    ) -> T {
        let app = self.app.clone().expect("it runs");
        let (runtime, ..) = self.running.as_ref().expect("it runs");
        runtime.spawn(what(app)).await.expect("no panic")
    }

    /// A bot that answers every text with what `answer` makes of it; nothing, if nothing.
    pub fn answers(&self, answer: fn(&str) -> Option<String>) -> tokio::task::JoinHandle<()> {
        let (http, bot, endpoint) = (self.http.clone(), self.bot.clone(), self.endpoint.clone());
        tokio::spawn(async move {
            let path = format!("/v25.0/{}/messages", bot["phone_number_id"].as_str().expect("id"));
            let mut seen = 0;
            loop {
                let next = |kept: &[sim::endpoint::Webhook]| kept.get(seen).cloned();
                let webhook = sim::wait::eventually("a webhook", || {
                    std::future::ready(next(&endpoint.kept()))
                });
                let webhook = webhook.await;
                seen += 1;
                let Some(message) = webhook.message() else { continue };
                let Some(text) = message["text"]["body"].as_str() else { continue };
                let Some(text) = answer(text) else { continue };
                let body = json!({"messaging_product": "whatsapp", "to": message["from"],
                    "type": "text", "text": {"body": text}});
                let token = bot["access_token"].as_str().expect("a token");
                http.post(&path).bearer(token).json(&body).send().await;
            }
        })
    }

    /// A command to the sandbox.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.http.post(&format!("/sandbox/{path}")).json(&body).send().await
    }

    /// What the sandbox shows.
    pub async fn get(&self, path: &str) -> Value {
        self.http.get(&format!("/sandbox/{path}")).send().await.expect(200).json()
    }

    /// A new person who has agreed; returns their `wa_id`.
    pub async fn person(&self, name: &str) -> String {
        let person = self.post("people", json!({"name": name})).await.expect(201).json();
        person["wa_id"].as_str().expect("a number").to_owned()
    }

    /// Somebody says something; returns what it became.
    pub async fn says(&self, name: &str, body: Value) -> Value {
        self.post(&format!("people/{name}/says"), body).await.expect(200).json()
    }

    /// The bot's own call.
    pub async fn sends(&self, body: Value) -> Answer {
        let path = format!("/v25.0/{}/messages", self.bot["phone_number_id"].as_str().expect("id"));
        let token = self.bot["access_token"].as_str().expect("a token");
        self.http.post(&path).bearer(token).json(&body).send().await
    }

    /// The bot sends a text.
    pub async fn replies(&self, to: &str, text: &str) -> Answer {
        let text = json!({"body": text});
        let body = json!({"messaging_product": "whatsapp", "to": to, "type": "text", "text": text});
        self.sends(body).await
    }

    /// Waits until the bot has heard a text.
    pub async fn hears(&self, text: &str) -> Value {
        self.endpoint
            .until(&format!("the bot hears {text:?}"), |kept| {
                let mut messages = kept.iter().filter_map(|webhook| webhook.message());
                messages.find(|message| message["text"]["body"] == text).cloned()
            })
            .await
    }

    /// Waits until the bot has heard of a message's status.
    pub async fn status(&self, id: &Value, status: &str) -> Value {
        self.endpoint
            .until(&format!("the status {status}"), |kept| {
                let mut statuses = kept.iter().filter_map(|webhook| webhook.status());
                statuses.find(|it| it["id"] == *id && it["status"] == status).cloned()
            })
            .await
    }

    /// The newest log entry that fits, waited for.
    pub async fn logged(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let fits = &fits;
        sim::wait::eventually(what, || async move {
            let log = self.get("log").await;
            log["entries"].as_array()?.iter().rev().find(|entry| fits(entry)).cloned()
        })
        .await
    }
}
