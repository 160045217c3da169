//! A person's chat with one assistant.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::http::Answer;
use crate::journal::{Conversation, Entry};
use crate::person::Person;
use crate::wait::on_news;

/// A chat. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Chat {
    person: Person,
    id: Arc<str>,
    assistant: Arc<str>,
}

/// What the person sees.
#[derive(Debug, Clone)]
pub struct View {
    /// The chat's own state.
    pub chat: Value,
    /// Its messages, ascending.
    pub messages: Vec<Value>,
}

impl View {
    /// The message with this text.
    pub fn text(&self, body: &str) -> Option<&Value> {
        self.messages.iter().find(|message| message["text"]["body"] == body)
    }
}

impl Chat {
    pub(crate) fn new(person: Person, id: &str, assistant: &str) -> Self {
        let (id, assistant) = (id.into(), assistant.into());
        Self { person, id, assistant }
    }

    /// Its id in the messenger.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The assistant's id.
    pub fn assistant(&self) -> &str {
        &self.assistant
    }

    /// Its number.
    ///
    /// # Panics
    /// When the id is no hexadecimal number.
    pub fn conversation(&self) -> Conversation {
        u64::from_str_radix(&self.id, 16).expect("hexadecimal")
    }

    /// The person's number as the assistant must see it.
    pub fn wa_id(&self) -> String {
        format!("999{:012}", self.conversation())
    }

    fn path(&self, end: &str) -> String {
        format!("/app/chats/{}/{end}", self.id)
    }

    fn client_id(&self) -> String {
        format!("client-{}", self.person.ground().journal.number())
    }

    /// Sends a message as the page does, once; notes it when it was accepted.
    pub async fn sends(&self, mut what: Value, client_id: &str) -> Answer {
        what["client_id"] = json!(client_id);
        let answer = self.person.posts_json(&self.path("messages"), &what).await;
        if answer.status == 200 {
            let text = what["text"]["body"].as_str().map(str::to_owned);
            let entry = Entry::Said {
                conversation: self.conversation(),
                seq: seq(&answer.json()["message"]),
                text,
            };
            self.person.ground().journal.note_once(entry);
        }
        answer
    }

    async fn sent(&self, what: Value) -> u32 {
        let answer = self.sends(what, &self.client_id()).await.expect(200);
        seq(&answer.json()["message"])
    }

    /// Writes; returns the message's place.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn says(&self, body: &str) -> u32 {
        self.sent(json!({"type": "text", "text": {"body": body}})).await
    }

    /// Writes in answer to a message.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn answers(&self, to: u32, body: &str) -> u32 {
        self.sent(json!({"type": "text", "text": {"body": body}, "context_seq": to})).await
    }

    /// Tries to write.
    pub async fn tries_to_say(&self, body: &str) -> Answer {
        let what = json!({"type": "text", "text": {"body": body}});
        self.sends(what, &self.client_id()).await
    }

    /// Reacts to a message; an empty emoji takes it back.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn reacts(&self, to: u32, emoji: &str) -> u32 {
        self.sent(json!({"type": "reaction", "reaction": {"seq": to, "emoji": emoji}})).await
    }

    /// Taps the button, or chooses the row, with this title in the last question that offers it.
    ///
    /// # Panics
    /// When none does, or it is refused.
    pub async fn taps(&self, title: &str) -> u32 {
        let messages = self.messages().await;
        let offered = |message: &Value| -> Option<(Value, &'static str)> {
            let button = message["buttons"].as_array();
            let button = button.and_then(|all| all.iter().find(|one| one["title"] == title));
            if let Some(button) = button {
                return Some((button["id"].clone(), "button_reply"));
            }
            let sections = message["sections"].as_array()?.iter();
            let mut rows = sections.filter_map(|section| section["rows"].as_array()).flatten();
            rows.find(|row| row["title"] == title).map(|row| (row["id"].clone(), "list_reply"))
        };
        let found = messages.iter().rev().find_map(|m| offered(m).map(|answer| (seq(m), answer)));
        let (question, (id, kind)) = found.unwrap_or_else(|| panic!("nothing offers {title}"));
        self.sent(json!({"type": kind, "reply": {"id": id}, "context_seq": question})).await
    }

    /// Adds a file to the chat, not yet sent.
    pub async fn adds(&self, mime: &str, bytes: &[u8]) -> Answer {
        let http = &self.person.ground().http;
        let call = http.post(&self.path("media?filename=file")).bytes(mime, bytes.to_vec());
        self.person.dressed(call).send().await
    }

    /// Sends a file as `kind`; returns the message's place and the file's id.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn sends_file(&self, kind: &str, mime: &str, bytes: &[u8]) -> (u32, String) {
        let added = self.adds(mime, bytes).await.expect(200).json();
        assert_eq!(added["media"]["sha256"], crate::files::sha256(bytes));
        let id = added["media"]["id"].as_str().unwrap_or_default().to_owned();
        let what = json!({"type": "media", "media": {"kind": kind, "id": id}});
        (self.sent(what).await, id)
    }

    /// A file that the chat shows.
    pub async fn file(&self, media: &str) -> Answer {
        self.person.gets(&self.path(&format!("media/{media}"))).await
    }

    /// Waits until the chat shows a file of the assistant's; returns its message.
    ///
    /// # Panics
    /// After the deadline.
    pub async fn shows_file(&self, sha256: &str) -> Value {
        let find = |view: &View| {
            let mut all = view.messages.iter();
            all.find(|message| {
                message["from"] == "assistant"
                    && message["error"].is_null()
                    && message["source"]["kept"]["sha256"] == sha256
            })
            .cloned()
        };
        self.until(&format!("the chat shows file {sha256}"), find).await
    }

    /// A device has everything.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn receives(&self) {
        let last = self.state().await["last_seq"].clone();
        let body = json!({"chats": {self.id(): last}});
        self.person.posts_json("/app/received", &body).await.expect(200);
    }

    /// The person has seen everything.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn reads(&self) {
        let last = self.state().await["last_seq"].clone();
        self.person.posts_json(&self.path("read"), &json!({"seq": last})).await.expect(200);
    }

    /// Stops the assistant.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn stops(&self) {
        self.person.posts(&format!("/chats/{}/stop", self.id), &[]).await.expect(303);
        let conversation = self.conversation();
        self.person.ground().journal.note(Entry::Stopped { conversation });
    }

    /// The chat's state.
    ///
    /// # Panics
    /// When it is not in the list.
    pub async fn state(&self) -> Value {
        let all = self.person.gets("/app/chats").await.expect(200).json();
        let chats = all["chats"].as_array().cloned().unwrap_or_default();
        let own = chats.into_iter().find(|chat| chat["chat"] == *self.id);
        own.unwrap_or_else(|| panic!("chat {} is not in the list", self.id))
    }

    /// All messages, ascending.
    ///
    /// # Panics
    /// When they cannot be read.
    pub async fn messages(&self) -> Vec<Value> {
        let (mut all, mut after) = (Vec::new(), 0);
        loop {
            let path = self.path(&format!("messages?after={after}&limit=200"));
            let part = self.person.gets(&path).await.expect(200).json();
            all.extend(part["messages"].as_array().cloned().unwrap_or_default());
            after = all.last().map_or(0, seq);
            if part["more"] != true {
                return all;
            }
        }
    }

    /// Waits until what the person sees gives an answer. Needs an open messenger.
    ///
    /// # Panics
    /// After the deadline.
    pub async fn until<T>(&self, what: &str, look: impl Fn(&View) -> Option<T>) -> T {
        let look = &look;
        on_news(what, self.person.news(), || async move {
            let (chat, messages) = (self.state().await, self.messages().await);
            look(&View { chat, messages })
        })
        .await
    }

    /// Waits until the assistant's text is there; returns its place.
    ///
    /// # Panics
    /// After the deadline.
    pub async fn shows(&self, body: &str) -> u32 {
        let of_assistant =
            |view: &View| view.text(body).filter(|message| message["from"] == "assistant").map(seq);
        self.until(&format!("the chat shows {body:?}"), of_assistant).await
    }

    /// Waits until the person's message at a place has not arrived and will not; returns why.
    ///
    /// # Panics
    /// After the deadline.
    pub async fn fails(&self, place: u32) -> String {
        self.until(&format!("message {place} fails"), |view| {
            let message = view.messages.iter().find(|message| seq(message) == place)?;
            message["error"]["code"].as_str().map(str::to_owned)
        })
        .await
    }
}

/// A message's place.
pub fn seq(message: &Value) -> u32 {
    message["seq"].as_u64().and_then(|seq| u32::try_from(seq).ok()).unwrap_or(0)
}
