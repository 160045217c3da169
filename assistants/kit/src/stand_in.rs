//! A stand-in for an exchange, for the assistants' tests only: it registers whoever asks,
//! makes the handshake, records what is sent and posts signed webhooks. It routes nothing,
//! keeps nothing and is never part of the program.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::{Assistant, Backoff, Call, Clock, Common, Error, Http, Pace, Setup, sign};

/// How long a test waits for a thing before it fails.
pub const DEADLINE: Duration = Duration::from_secs(20);
/// The number that the stand-in gives out.
pub const NUMBER: &str = "106540352242922";
const APP: &str = "2201";

/// Waits short enough for tests; bounds as in the program.
pub fn quick_pace() -> Pace {
    let ms = Duration::from_millis;
    Pace {
        backoff: Backoff { first: ms(1), cap: ms(20) },
        typing_every: ms(20),
        sweep_every: ms(50),
        drain: ms(200),
        ..Pace::default()
    }
}

#[derive(Default)]
struct Said {
    callback: Option<(String, String)>,
    known: bool,
    /// Registrations so far: each gets its own secret and token.
    generation: u32,
    answers: VecDeque<(u16, Value)>,
    registrations: VecDeque<u16>,
}

impl Said {
    fn secret(&self) -> String {
        format!("{:032x}", self.generation)
    }

    fn token(&self) -> String {
        format!("EAAstandin{}", self.generation)
    }
}

struct Shared {
    said: Mutex<Said>,
    http: Http,
    url: String,
    sent: UnboundedSender<Value>,
    typing: UnboundedSender<String>,
    enrolled: UnboundedSender<Value>,
}

impl Shared {
    fn read<T>(&self, read: impl FnOnce(&mut Said) -> T) -> T {
        read(&mut self.said.lock().expect("no test panicked here"))
    }
}

/// The stand-in; serves until the test ends.
pub struct Exchange {
    /// Its base URL.
    pub url: String,
    shared: Arc<Shared>,
    serial: AtomicU64,
    sent: UnboundedReceiver<Value>,
    typing: UnboundedReceiver<String>,
    enrolled: UnboundedReceiver<Value>,
}

impl Exchange {
    /// Starts on a free port.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (sent, sent_out) = unbounded_channel();
        let (typing, typing_out) = unbounded_channel();
        let (enrolled, enrolled_out) = unbounded_channel();
        let http = Http::new(Clock::system(), DEADLINE).expect("a client");
        let said = Mutex::new(Said::default());
        let shared = Arc::new(Shared { said, http, url: url.clone(), sent, typing, enrolled });
        let app = Router::new()
            .route("/providers", post(register))
            .route("/v25.0/{id}", get(number))
            .route("/v25.0/{id}/subscriptions", post(subscribe))
            .route("/v25.0/{id}/messages", post(message))
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            url,
            shared,
            serial: AtomicU64::new(1),
            sent: sent_out,
            typing: typing_out,
            enrolled: enrolled_out,
        }
    }

    /// The next sends are answered like this instead of being recorded.
    pub fn answer_next(&self, answers: impl IntoIterator<Item = (u16, Value)>) {
        self.shared.read(|said| said.answers.extend(answers));
    }

    /// The next registrations are answered with these statuses.
    pub fn refuse_registrations(&self, statuses: impl IntoIterator<Item = u16>) {
        self.shared.read(|said| said.registrations.extend(statuses));
    }

    /// Forgets who registered, as an exchange with a new database does.
    pub fn forget(&self) {
        self.shared.read(|said| said.known = false);
    }

    /// The next message sent by the assistant; panics when none comes.
    pub async fn sent(&mut self) -> Value {
        within("a message", self.sent.recv()).await
    }

    /// The text of the next message, whatever its type.
    pub async fn text(&mut self) -> String {
        let payload = self.sent().await;
        let text = payload["text"]["body"].as_str();
        let text = text.or_else(|| payload["interactive"]["body"]["text"].as_str());
        text.unwrap_or_else(|| panic!("no text in {payload}")).to_owned()
    }

    /// Whether anything was sent that nobody looked at yet.
    pub fn is_quiet(&mut self) -> bool {
        self.sent.try_recv().is_err()
    }

    /// The id of the next message marked read with the typing sign.
    pub async fn typing(&mut self) -> String {
        within("a typing sign", self.typing.recv()).await
    }

    /// The next registration or subscription; returns once deliveries are taken.
    pub async fn enrolled(&mut self) -> Value {
        let enrolled = within("an enrolment", self.enrolled.recv()).await;
        self.reachable().await;
        enrolled
    }

    /// Returns once the assistant takes deliveries, as it does again after a restart.
    pub async fn reachable(&self) {
        let nothing = r#"{"object":"whatsapp_business_account","entry":[]}"#.to_owned();
        let taken = async {
            loop {
                let signature = sign(&self.shared.read(|said| said.secret()), nothing.as_bytes());
                if self.try_post(nothing.clone(), &signature).await == Some(200) {
                    break;
                }
            }
        };
        tokio::time::timeout(DEADLINE, taken).await.expect("deliveries are taken");
    }

    /// Whether anybody has enrolled that nobody looked at yet.
    pub fn nobody_enrolled(&mut self) -> bool {
        self.enrolled.try_recv().is_err()
    }

    /// A person says something; returns the message id once the webhook has answered 200.
    pub async fn says(&self, person: &str, text: &str) -> String {
        self.person(person, json!({"type": "text", "text": {"body": text}})).await
    }

    /// A person chooses a button or row.
    pub async fn chooses(&self, person: &str, id: &str) -> String {
        let reply = json!({"type": "button_reply", "button_reply": {"id": id, "title": "-"}});
        self.person(person, json!({"type": "interactive", "interactive": reply})).await
    }

    async fn person(&self, person: &str, content: Value) -> String {
        let wamid = format!("wamid.{}", self.serial.fetch_add(1, Ordering::Relaxed));
        assert_eq!(self.deliver(person, &wamid, content).await, 200);
        wamid
    }

    /// Posts a signed webhook with one message; returns the status.
    pub async fn deliver(&self, person: &str, wamid: &str, message: Value) -> u16 {
        self.try_deliver(person, wamid, message).await.expect("the webhook answers")
    }

    /// Like `deliver`, but `None` when the webhook is not reached.
    pub async fn try_deliver(&self, person: &str, wamid: &str, mut message: Value) -> Option<u16> {
        message["from"] = json!(person);
        message["id"] = json!(wamid);
        message["timestamp"] = json!("1790000000");
        let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [
            {"field": "messages", "value": {"messaging_product": "whatsapp",
              "metadata": {"display_phone_number": "999", "phone_number_id": NUMBER},
              "contacts": [{"profile": {"name": "Ada"}, "wa_id": person}],
              "messages": [message]}}]}]})
        .to_string();
        let signature = sign(&self.shared.read(|said| said.secret()), body.as_bytes());
        self.try_post(body, &signature).await
    }

    /// Posts these bytes with the right signature; returns the status.
    pub async fn post_signed(&self, body: String) -> u16 {
        let signature = sign(&self.shared.read(|said| said.secret()), body.as_bytes());
        self.post(body, &signature).await
    }

    /// Posts these bytes with this signature to the callback; returns the status.
    pub async fn post(&self, body: String, signature: &str) -> u16 {
        self.try_post(body, signature).await.expect("the webhook answers")
    }

    async fn try_post(&self, body: String, signature: &str) -> Option<u16> {
        let (callback, _) =
            self.shared.read(|said| said.callback.clone()).expect("somebody enrolled");
        let mut call = Call::post(&callback, None, &Value::Null);
        call.json = Some(body.into());
        call.header = Some(("x-hub-signature-256", signature.to_owned()));
        self.shared.http.call(&call, DEADLINE, 4096).await.ok().map(|reply| reply.status)
    }
}

/// An assistant running beside the test.
pub struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), Error>>,
}

impl Running {
    /// Starts it.
    pub fn start<A: Assistant>(setup: Setup<A>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let stopped = async move {
            let _ = stopped.await;
        };
        Self { stop, task: tokio::spawn(crate::run(setup, stopped)) }
    }

    /// Stops it as a signal would and waits for its end.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        Self::ended(self.task).await.expect("a clean end");
    }

    /// Ends it as a power cut would: whatever it was doing stays undone.
    pub async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    async fn ended(task: JoinHandle<Result<(), Error>>) -> Result<(), Error> {
        let ended = tokio::time::timeout(DEADLINE, task).await.expect("an end");
        ended.expect("no panic")
    }

    /// Waits for it to end by itself.
    pub async fn end(self) -> Result<(), Error> {
        Self::ended(self.task).await
    }
}

/// Options for an assistant that talks to this exchange and lives in `folder`.
pub fn options(exchange: &Exchange, folder: &std::path::Path) -> Common {
    Common {
        exchange: exchange.url.clone(),
        listen: std::net::SocketAddr::from(([127, 0, 0, 1], 0)),
        callback_url: None,
        data: Some(folder.to_owned()),
        name: None,
        provider: "Strowger samples".to_owned(),
        country: "BE".to_owned(),
        human_contact: None,
        contact_email: "samples@localhost".to_owned(),
        privacy_policy: None,
    }
}

async fn within<T>(what: &str, event: impl Future<Output = Option<T>>) -> T {
    let event = tokio::time::timeout(DEADLINE, event).await;
    event.unwrap_or_else(|_| panic!("{what} did not come")).expect("the stand-in is there")
}

async fn shake_hands(shared: &Shared, callback: &str, token: &str) -> bool {
    let url =
        format!("{callback}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}");
    let echo = shared.http.call(&Call::get(&url, None), DEADLINE, 4096).await;
    let echoed = echo.is_ok_and(|reply| reply.status == 200 && reply.body == "1158201444");
    if echoed {
        shared.read(|said| {
            said.callback = Some((callback.to_owned(), token.to_owned()));
            said.known = true;
        });
    }
    echoed
}

async fn register(State(shared): State<Arc<Shared>>, Json(card): Json<Value>) -> Response {
    let refused = shared.read(|said| said.registrations.pop_front());
    if let Some(status) = refused {
        let status = StatusCode::from_u16(status).expect("a status");
        let error =
            json!({"error": {"message": "Not now.", "hint": "Ask the test.", "field": null}});
        return (status, Json(error)).into_response();
    }
    let text = |name: &str| card[name].as_str().unwrap_or_default().to_owned();
    let verified = shake_hands(&shared, &text("callback_url"), &text("verify_token")).await;
    let (secret, token) = shared.read(|said| {
        said.generation += 1;
        (said.secret(), said.token())
    });
    let answer = json!({
        "provider_id": "7201", "app_id": APP, "app_secret": secret, "waba_id": "1",
        "phone_number_id": NUMBER, "display_phone_number": "999", "access_token": token,
        "verify_token": card["verify_token"], "api_base": shared.url,
        "callback": {"url": card["callback_url"], "verified": verified, "error": null},
        "listed": verified,
    });
    let _ = shared.enrolled.send(card);
    (StatusCode::CREATED, Json(answer)).into_response()
}

fn bearer(headers: &HeaderMap, token: &str) -> bool {
    headers.get("authorization").is_some_and(|value| *value == format!("Bearer {token}"))
}

fn graph_error(status: StatusCode, code: u64) -> Response {
    let error = json!({"error": {"message": format!("(#{code})"), "type": "OAuthException",
        "code": code, "fbtrace_id": "A"}});
    (status, Json(error)).into_response()
}

async fn number(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (known, token) = shared.read(|said| (said.known, said.token()));
    if known && id == NUMBER && bearer(&headers, &token) {
        return Json(json!({"id": id, "display_phone_number": "999"})).into_response();
    }
    graph_error(StatusCode::UNAUTHORIZED, 190)
}

async fn subscribe(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(request): Json<Value>,
) -> Response {
    let secret = shared.read(|said| said.secret());
    if id != APP || !bearer(&headers, &format!("{APP}|{secret}")) {
        return graph_error(StatusCode::UNAUTHORIZED, 190);
    }
    let text = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
    if request["object"] != "whatsapp_business_account"
        || !shake_hands(&shared, &text("callback_url"), &text("verify_token")).await
    {
        return graph_error(StatusCode::BAD_REQUEST, 2200);
    }
    let _ = shared.enrolled.send(request);
    Json(json!({"success": true})).into_response()
}

async fn message(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(payload): Json<Value>,
) -> Response {
    let token = shared.read(|said| said.token());
    if id != NUMBER || !bearer(&headers, &token) || payload["messaging_product"] != "whatsapp" {
        return graph_error(StatusCode::UNAUTHORIZED, 190);
    }
    if payload["status"] == "read" {
        let _ = shared.typing.send(payload["message_id"].as_str().unwrap_or_default().to_owned());
        return Json(json!({"success": true})).into_response();
    }
    let scripted = shared.read(|said| said.answers.pop_front());
    if let Some((status, body)) = scripted {
        return (StatusCode::from_u16(status).expect("a status"), Json(body)).into_response();
    }
    let answer = json!({"messaging_product": "whatsapp",
        "contacts": [{"input": payload["to"], "wa_id": payload["to"]}],
        "messages": [{"id": "wamid.out"}]});
    let _ = shared.sent.send(payload);
    Json(answer).into_response()
}
