//! A person with a browser: the pages' own forms, and a live page that listens.

use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::{Response, header};
use serde_json::Value;
use tokio::sync::watch;

use crate::assistant::Assistant;
use crate::chat::Chat;
use crate::http::{Answer, Call};
use crate::journal::Entry;
use crate::page::values;
use crate::world::Ground;

/// A person, signed in. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Person(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    number: u64,
    ground: Ground,
    cookie: String,
    news: watch::Sender<u64>,
    typing: Mutex<Vec<Value>>,
    chats: Mutex<Vec<Chat>>,
}

impl Person {
    /// Signs in on this machine, as the first page's button does.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn sign_in(ground: Ground, number: u64) -> Self {
        let answer = ground.http.post("/sign-in/local").send().await.expect(303);
        assert_eq!(answer.header(header::LOCATION), "/choose");
        let cookie = answer.header(header::SET_COOKIE);
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        assert!(cookie.starts_with("strowger_session="), "{cookie}");
        Self(Arc::new(Inner {
            number,
            ground,
            cookie,
            news: watch::Sender::new(0),
            typing: Mutex::default(),
            chats: Mutex::default(),
        }))
    }

    /// Which person of this world.
    pub fn number(&self) -> u64 {
        self.0.number
    }

    /// What they stand on.
    pub fn ground(&self) -> &Ground {
        &self.0.ground
    }

    /// Their live page's news.
    pub fn news(&self) -> watch::Receiver<u64> {
        self.0.news.subscribe()
    }

    /// What their live page was told of assistants that write.
    pub fn typing(&self) -> Vec<Value> {
        self.0.typing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Their chats so far.
    pub fn chats(&self) -> Vec<Chat> {
        self.0.chats.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A call with their cookie, as from the exchange's own page.
    pub fn dressed<'a>(&self, call: Call<'a>) -> Call<'a> {
        call.with(header::COOKIE, &self.0.cookie).with(header::ORIGIN, self.0.ground.http.base())
    }

    /// A page or JSON of theirs.
    pub async fn gets(&self, path: &str) -> Answer {
        self.dressed(self.0.ground.http.get(path)).send().await
    }

    /// A form of theirs.
    pub async fn posts(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.dressed(self.0.ground.http.post(path)).form(fields).send().await
    }

    /// JSON of theirs.
    pub async fn posts_json(&self, path: &str, body: &Value) -> Answer {
        self.dressed(self.0.ground.http.post(path)).json(body).send().await
    }

    /// The choice screen: its showing's number and the assistants in the order shown.
    ///
    /// # Panics
    /// When something is ticked already.
    pub async fn looks_at_the_choice(&self) -> (String, Vec<String>) {
        let page = self.gets("/choose").await.expect(200).text();
        assert!(!page.contains("checked"), "something is ticked: {page}");
        let showing = values(&page, "showing").pop().unwrap_or_default();
        (showing, values(&page, "assistant"))
    }

    /// Chooses one assistant and agrees to its notice.
    ///
    /// # Panics
    /// When a page is not as expected.
    pub async fn chooses(&self, assistant: &Assistant) -> Chat {
        self.chooses_as(assistant, "").await
    }

    /// The same, and gives it a name to be called by.
    ///
    /// # Panics
    /// When a page is not as expected.
    pub async fn chooses_as(&self, assistant: &Assistant, name: &str) -> Chat {
        let (showing, offered) = self.looks_at_the_choice().await;
        assert!(offered.contains(&assistant.id().to_owned()), "it is not on the screen");
        let fields =
            [("showing", showing.as_str()), ("assistant", assistant.id()), ("then", "continue")];
        let answer = self.posts("/choose", &fields).await.expect(303);
        self.agrees(assistant, &answer.header(header::LOCATION), name).await
    }

    /// Reads a question of consent and agrees.
    ///
    /// # Panics
    /// When a page is not as expected.
    pub async fn agrees(&self, assistant: &Assistant, question: &str, name: &str) -> Chat {
        let page = self.gets(question).await.expect(200).text();
        let notice = values(&page, "notice").pop().unwrap_or_default();
        let fields = [("notice", notice.as_str()), ("display_name", name), ("answer", "agree")];
        // Taken before: from this call on the assistant may hear something.
        let number = self.0.ground.journal.number();
        let answer = self.posts(question, &fields).await.expect(303);
        let location = answer.header(header::LOCATION);
        let id = location.strip_prefix("/chats/").unwrap_or_else(|| panic!("to {location}"));
        let chat = Chat::new(self.clone(), id, assistant.id());
        let entry = Entry::Agreed {
            person: self.0.number,
            assistant: assistant.id().to_owned(),
            conversation: chat.conversation(),
        };
        self.0.ground.journal.note_as_of(number, entry);
        let mut chats = self.0.chats.lock().unwrap_or_else(PoisonError::into_inner);
        if !chats.iter().any(|known| known.id() == id) {
            chats.push(chat.clone());
        }
        chat
    }

    /// Everything held about them.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn exports(&self) -> Value {
        self.gets("/account/export").await.expect(200).json()
    }

    /// Erases the account.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn deletes_everything(&self) {
        self.posts("/account/delete", &[("confirm", "delete")]).await.expect(200);
        for chat in self.chats() {
            let conversation = chat.conversation();
            self.0.ground.journal.note(Entry::Erased { conversation });
        }
    }

    /// Opens the messenger: from now on there is news, also after the exchange has restarted.
    /// Returns when the page is live.
    pub async fn opens_the_messenger(&self) {
        let mut live = self.news();
        let before = *live.borrow();
        tokio::spawn(listen(self.clone()));
        let waiting = live.wait_for(|count| *count > before);
        crate::wait::in_time("a live page", waiting).await.expect("the page lives");
    }
}

/// Reads events until the exchange is gone for good.
async fn listen(person: Person) {
    let mut restarts = person.0.ground.restarts.subscribe();
    loop {
        restarts.borrow_and_update();
        let call = person.dressed(person.0.ground.http.get("/app/events"));
        if let Ok(response) = call.open().await
            && response.status() == 200
        {
            follow(&person, response).await;
        }
        if restarts.changed().await.is_err() {
            return;
        }
    }
}

async fn follow(person: &Person, response: Response<Incoming>) {
    let (mut body, mut text) = (response.into_body(), String::new());
    while let Some(Ok(frame)) = body.frame().await {
        let Some(data) = frame.data_ref() else { continue };
        text.push_str(&String::from_utf8_lossy(data));
        while let Some((event, rest)) = text.split_once("\n\n") {
            heard(person, event);
            text = rest.to_owned();
        }
    }
}

fn heard(person: &Person, event: &str) {
    let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
    if line("event: ") == Some("typing") {
        let data = serde_json::from_str(line("data: ").unwrap_or_default()).unwrap_or_default();
        person.0.typing.lock().unwrap_or_else(PoisonError::into_inner).push(data);
    }
    person.0.news.send_modify(|count| *count += 1);
}
