//! An assistant: a program that knows the Cloud API and its provider's pages.

use std::sync::{Arc, Mutex, PoisonError};

use exchange::id::Seq;
use serde_json::{Value, json};
use wire::cloud::id::Wamid;

use crate::endpoint::{Endpoint, Webhook};
use crate::http::Answer;
use crate::journal::Entry;
use crate::wait::eventually;
use crate::world::{Ground, card};

/// An assistant. Clones are the same one.
#[derive(Clone)]
pub struct Assistant(Arc<Inner>);

struct Inner {
    ground: Ground,
    endpoint: Endpoint,
    card: Value,
    token: Mutex<String>,
    /// Whom it heard last.
    talks_to: Mutex<String>,
}

/// The conversation and place that a message id stands for.
///
/// # Panics
/// When it is none of the exchange's.
pub fn place(wamid: &str) -> (u64, u32) {
    let found = Wamid::decode(wamid).unwrap_or_else(|| panic!("no message id: {wamid}"));
    let Seq(seq) = found.seq;
    (found.conversation.get(), seq)
}

fn own(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Assistant {
    /// Registers, with a handshake.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn register(ground: &Ground, name: &str, endpoint: Endpoint) -> Self {
        let mut fields = card(name);
        fields["callback_url"] = json!(endpoint.url());
        fields["verify_token"] = json!(endpoint.verify_token());
        let answer = ground.http.post("/providers").json(&fields).send().await.expect(201);
        let card = answer.json();
        assert_eq!(card["callback"]["verified"], true, "{card}");
        Self::of(ground, card, endpoint)
    }

    /// One that is registered already: `card` is the registration's answer.
    pub fn of(ground: &Ground, card: Value, endpoint: Endpoint) -> Self {
        endpoint.knows(&own(&card["app_secret"]));
        let token = Mutex::new(own(&card["access_token"]));
        let talks_to = Mutex::default();
        Self(Arc::new(Inner { ground: ground.clone(), endpoint, card, token, talks_to }))
    }

    /// Its `phone_number_id`.
    pub fn id(&self) -> &str {
        self.0.card["phone_number_id"].as_str().unwrap_or_default()
    }

    /// What registration gave: ids and secrets.
    pub fn card(&self) -> &Value {
        &self.0.card
    }

    /// Its endpoint.
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    /// The world's time, ms.
    pub fn now_ms(&self) -> i64 {
        self.0.ground.clock.now().0
    }

    /// Its token.
    pub fn token(&self) -> String {
        self.0.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Uses another token from now on.
    pub fn uses(&self, token: &str) {
        *self.0.token.lock().unwrap_or_else(PoisonError::into_inner) = token.to_owned();
    }

    /// The app's own token.
    pub fn app_token(&self) -> String {
        format!("{}|{}", own(&self.0.card["app_id"]), own(&self.0.card["app_secret"]))
    }

    /// A GET of the Cloud API or of its provider's pages, with its token.
    pub async fn gets(&self, path: &str) -> Answer {
        self.0.ground.http.get(path).bearer(&self.token()).send().await
    }

    /// A POST, with its token.
    pub async fn posts(&self, path: &str, body: &Value) -> Answer {
        self.0.ground.http.post(path).bearer(&self.token()).json(body).send().await
    }

    /// Uploads a file as a form; returns the answer.
    pub async fn tries_to_upload(&self, mime: &str, bytes: &[u8]) -> Answer {
        let head = format!(
            "--part\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\n\
             whatsapp\r\n--part\r\nContent-Disposition: form-data; name=\"file\"; \
             filename=\"dir/file\"\r\nContent-Type: {mime}\r\n\r\n"
        );
        let body = [head.as_bytes(), bytes, b"\r\n--part--\r\n"].concat();
        let path = format!("/v25.0/{}/media", self.id());
        let call = self.0.ground.http.post(&path).bearer(&self.token());
        call.bytes("multipart/form-data; boundary=part", body).send().await
    }

    /// Uploads a file; returns its id.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn uploads(&self, mime: &str, bytes: &[u8]) -> String {
        own(&self.tries_to_upload(mime, bytes).await.expect(200).json()["id"])
    }

    /// Fetches a file by its id, as clients do: the node, and then its address.
    ///
    /// # Panics
    /// When it is refused, or its hash or size is not as the node says.
    pub async fn fetches(&self, media: &str) -> Answer {
        let node = self.gets(&format!("/v25.0/{media}")).await.expect(200).json();
        let url = own(&node["url"]);
        let path = url.strip_prefix(self.0.ground.http.base()).expect("our own address");
        let file = self.gets(path).await.expect(200);
        assert_eq!(node["sha256"], crate::files::sha256(&file.body));
        assert_eq!(node["file_size"], file.body.len());
        assert_eq!(node["mime_type"], file.header(hyper::header::CONTENT_TYPE));
        file
    }

    /// A DELETE, with its token.
    pub async fn deletes(&self, path: &str) -> Answer {
        let call = self.0.ground.http.call(hyper::Method::DELETE, path);
        call.bearer(&self.token()).send().await
    }

    /// A call of `/{phone}/messages`; what is accepted is noted.
    pub async fn calls(&self, body: &Value) -> Answer {
        let path = format!("/v25.0/{}/messages", self.id());
        let answer = self.posts(&path, body).await;
        if answer.status == 200
            && let Some(wamid) = answer.json()["messages"][0]["id"].as_str()
        {
            let (conversation, seq) = place(wamid);
            let text = body["text"]["body"].as_str().map(str::to_owned);
            self.0.ground.journal.note(Entry::Sent { conversation, seq, text });
        }
        answer
    }

    /// Tries to send to a person: `what` are the message's own members.
    pub async fn tries(&self, to: &str, what: Value) -> Answer {
        let mut body = json!({"messaging_product": "whatsapp", "to": to});
        if let (Some(body), Value::Object(what)) = (body.as_object_mut(), what) {
            body.extend(what);
        }
        self.calls(&body).await
    }

    /// Sends to a person; returns the message's id.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn sends(&self, to: &str, what: Value) -> String {
        let answer = self.tries(to, what).await.expect(200).json();
        own(&answer["messages"][0]["id"])
    }

    fn talks_to(&self) -> String {
        self.0.talks_to.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes to whom it heard last.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn replies(&self, body: &str) -> String {
        self.sends(&self.talks_to(), json!({"type": "text", "text": {"body": body}})).await
    }

    /// Asks whom it heard last, with buttons of (id, title).
    ///
    /// # Panics
    /// When it is refused.
    pub async fn asks_buttons(&self, body: &str, buttons: &[(&str, &str)]) -> String {
        let button = |(id, title): &(&str, &str)| json!({"type": "reply", "reply": {"id": id, "title": title}});
        let buttons: Vec<Value> = buttons.iter().map(button).collect();
        let interactive =
            json!({"type": "button", "body": {"text": body}, "action": {"buttons": buttons}});
        let what = json!({"type": "interactive", "interactive": interactive});
        self.sends(&self.talks_to(), what).await
    }

    /// Asks whom it heard last, with a list of (id, title, description).
    ///
    /// # Panics
    /// When it is refused.
    pub async fn asks_list(&self, body: &str, rows: &[(&str, &str, &str)]) -> String {
        let row = |(id, title, description): &(&str, &str, &str)| json!({"id": id, "title": title, "description": description});
        let rows: Vec<Value> = rows.iter().map(row).collect();
        let action = json!({"button": "Open", "sections": [{"title": "All", "rows": rows}]});
        let interactive = json!({"type": "list", "body": {"text": body}, "action": action});
        let what = json!({"type": "interactive", "interactive": interactive});
        self.sends(&self.talks_to(), what).await
    }

    /// Reacts to a message of whom it heard last.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn reacts(&self, wamid: &str, emoji: &str) -> String {
        let reaction = json!({"message_id": wamid, "emoji": emoji});
        self.sends(&self.talks_to(), json!({"type": "reaction", "reaction": reaction})).await
    }

    /// Marks a message read, and shows "writing…" if `typing`.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn reads(&self, wamid: &str, typing: bool) {
        let mut body =
            json!({"messaging_product": "whatsapp", "status": "read", "message_id": wamid});
        if typing {
            body["typing_indicator"] = json!({"type": "text"});
        }
        assert_eq!(self.calls(&body).await.expect(200).json(), json!({"success": true}));
    }

    /// Waits for a message and remembers whom it is from; returns the message.
    ///
    /// # Panics
    /// After the deadline.
    pub async fn hears_of(&self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let find = |kept: &[Webhook]| {
            kept.iter().rev().filter_map(Webhook::message).find(|message| is_it(message)).cloned()
        };
        let message = self.endpoint().until(what, find).await;
        let from = own(&message["from"]);
        *self.0.talks_to.lock().unwrap_or_else(PoisonError::into_inner) = from;
        message
    }

    /// Waits for a text.
    ///
    /// # Panics
    /// After the deadline.
    pub async fn hears(&self, body: &str) -> Value {
        let is_it = |message: &Value| message["text"]["body"] == body;
        self.hears_of(&format!("it hears {body:?}"), is_it).await
    }

    /// Waits for a status of a message of its own; returns it.
    ///
    /// # Panics
    /// After the deadline.
    pub async fn is_told(&self, wamid: &str, status: &str) -> Value {
        let find = |kept: &[Webhook]| {
            let mut statuses = kept.iter().filter_map(Webhook::status);
            statuses.find(|one| one["id"] == wamid && one["status"] == status).cloned()
        };
        self.endpoint().until(&format!("it is told {status} of {wamid}"), find).await
    }

    /// Every status it was told of a message, in order.
    pub fn statuses(&self, wamid: &str) -> Vec<String> {
        let kept = self.endpoint().kept();
        let statuses = kept.iter().filter_map(Webhook::status);
        statuses.filter(|one| one["id"] == wamid).map(|one| own(&one["status"])).collect()
    }

    /// Its deliveries, newest first; `state` may be empty.
    ///
    /// # Panics
    /// When they cannot be read.
    pub async fn deliveries(&self, state: &str) -> Vec<Value> {
        let filter = if state.is_empty() { String::new() } else { format!("&state={state}") };
        let mut path = format!("/providers/{}/deliveries.json?limit=200{filter}", self.id());
        let mut all = Vec::new();
        loop {
            let page = self.gets(&path).await.expect(200).json();
            all.extend(page["deliveries"].as_array().cloned().unwrap_or_default());
            let Some(next) = page["next"].as_str() else { return all };
            let own = next.strip_prefix(self.0.ground.http.base()).unwrap_or(next);
            path = own.to_owned();
        }
    }

    /// Waits until a delivery is as wanted; returns it.
    ///
    /// # Panics
    /// After the deadline.
    pub async fn delivery(&self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let is_it = &is_it;
        eventually(what, || async move {
            self.deliveries("").await.into_iter().find(|delivery| is_it(delivery))
        })
        .await
    }

    /// Waits until nothing is owed to it that could be delivered now.
    ///
    /// # Panics
    /// After the deadline.
    pub async fn rests(&self) {
        let what = format!("nothing more is owed to {}", self.id());
        eventually(&what, || async move {
            let now_s = self.now_ms() / 1000;
            let pending = self.deliveries("pending").await;
            let is_due = |one: &Value| {
                // A later try in this very second needs the clock to move.
                let due_s = one["next_retry"].as_i64().unwrap_or(0);
                due_s < now_s || (due_s == now_s && one["attempts"] == 0)
            };
            (!pending.iter().any(is_due)).then_some(())
        })
        .await;
    }

    /// Waits until a message's delivery has been tried so often; returns it.
    ///
    /// # Panics
    /// After the deadline.
    pub async fn tried(&self, wamid: &Value, attempts: u64) -> Value {
        let what = format!("{attempts} tries of {wamid}");
        self.delivery(&what, |one| {
            one["wamid"] == *wamid && one["kind"] == "message" && one["attempts"] == attempts
        })
        .await
    }

    /// Asks for a delivery once more.
    pub async fn replays(&self, delivery: &Value) -> Answer {
        let (id, wamid) = (own(&delivery["id"]), own(&delivery["wamid"]));
        let path = format!("/providers/{}/deliveries/{id}/replay", self.id());
        let (conversation, seq) = place(&wamid);
        let number = self.0.ground.journal.number();
        let answer = self.posts(&path, &json!({})).await;
        if answer.status == 202 {
            let entry = Entry::Replayed { conversation, seq };
            self.0.ground.journal.note_as_of(number, entry);
        }
        answer
    }
}
