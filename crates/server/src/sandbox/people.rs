//! People who do as they are told: real ones, made by the steps of signing in, being shown the
//! choice and agreeing, who act through the messenger's own routes.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::http::{Method, StatusCode};
use exchange::consent;
use exchange::conversation::Conversation;
use exchange::id::{AssistantId, ConversationId, PersonId, Seq};
use exchange::message::Author;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::inside::{Answer, Refused, Sent, call};
use super::{Sandbox, says};
use crate::App;
use crate::clock::random_secret;
use crate::engine::{Desk, StepError};
use crate::http::session;
use crate::hub::Update;

/// People of one sandbox (ours).
const MOST: usize = 1_000;
/// Characters of a name (ours).
const NAME_CHARS: usize = 64;

/// All of them.
#[derive(Debug, Default)]
pub struct People {
    by_name: RwLock<BTreeMap<String, Arc<Person>>>,
    /// Whose conversation is whose.
    by_chat: RwLock<HashMap<ConversationId, String>>,
    /// One is made at a time, so that no name is given twice.
    making: tokio::sync::Mutex<()>,
}

/// One.
#[derive(Debug)]
pub struct Person {
    /// What the sandbox calls them; also what the assistant is told, unless said otherwise.
    pub name: String,
    /// What the assistant is told.
    pub profile_name: String,
    /// Who they are to the exchange.
    pub id: PersonId,
    auto: AtomicBool,
    cookie: Mutex<String>,
}

/// How a person is asked for.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// What to call them.
    pub name: String,
    /// What the assistant is told; the name when absent.
    #[serde(default)]
    pub profile_name: Option<String>,
    /// Whether they agree at once.
    #[serde(default = "yes")]
    pub agrees: bool,
    /// Whether they receive and read everything by themselves.
    #[serde(default = "yes")]
    pub auto: bool,
    /// To which assistant; the sandbox's own when absent.
    #[serde(default, deserialize_with = "id")]
    pub assistant: Option<AssistantId>,
}

/// An id in digits, as a string or a number.
pub(super) fn id<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Option<AssistantId>, D::Error> {
    let value = Value::deserialize(from)?;
    says::assistant(&json!({"assistant": value}))
        .map_err(|_| serde::de::Error::custom("assistant is no phone_number_id"))
}

pub(super) fn yes() -> bool {
    true
}

impl People {
    /// By name.
    ///
    /// # Errors
    /// 404.
    pub fn get(&self, name: &str) -> Result<Arc<Person>, Refused> {
        let found = self.by_name.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        found.ok_or_else(|| {
            let message = format!("Nobody here is called {name:.64}.");
            Refused::new(StatusCode::NOT_FOUND, message, "POST /sandbox/people makes somebody.")
        })
    }

    /// All, by name.
    pub fn all(&self) -> Vec<Arc<Person>> {
        let people = self.by_name.read().unwrap_or_else(PoisonError::into_inner);
        people.values().cloned().collect()
    }

    /// Whose a conversation is.
    pub fn name_of(&self, chat: ConversationId) -> Option<String> {
        self.by_chat.read().unwrap_or_else(PoisonError::into_inner).get(&chat).cloned()
    }

    fn know(&self, chat: ConversationId, name: &str) {
        let mut chats = self.by_chat.write().unwrap_or_else(PoisonError::into_inner);
        chats.insert(chat, name.to_owned());
    }

    /// Puts somebody down.
    pub(super) fn put(&self, person: Arc<Person>) {
        let mut people = self.by_name.write().unwrap_or_else(PoisonError::into_inner);
        people.insert(person.name.clone(), person);
    }
}

impl Person {
    /// Known from before; signed in when first needed.
    pub(super) fn known(name: String, profile_name: String, id: PersonId, auto: bool) -> Self {
        let auto = AtomicBool::new(auto);
        Self { name, profile_name, id, auto, cookie: Mutex::default() }
    }

    /// Whether they receive and read by themselves.
    pub fn is_auto(&self) -> bool {
        self.auto.load(Ordering::SeqCst)
    }

    /// Sets whether they do.
    pub fn set_auto(&self, auto: bool) {
        self.auto.store(auto, Ordering::SeqCst);
    }

    fn cookie(&self) -> String {
        self.cookie.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A request of theirs. A session that has run out (the clock was moved) is begun anew.
    pub async fn calls(&self, app: &App, method: Method, path: &str, sent: Sent) -> Answer {
        let mut cookie = self.cookie();
        if cookie.is_empty() {
            cookie = self.signs_in(app).await;
        }
        let answer = call(app, method.clone(), path, &cookie, sent.clone()).await;
        let out = answer.status == StatusCode::UNAUTHORIZED
            || (answer.status.is_redirection() && answer.location == "/");
        if !out {
            return answer;
        }
        let cookie = self.signs_in(app).await;
        call(app, method, path, &cookie, sent).await
    }

    /// A session that lasts, as from a passkey: returns the cookie.
    pub async fn signs_in(&self, app: &App) -> String {
        let id = self.id;
        let step = move |desk: &mut Desk| Ok::<_, StepError>(session::sign_in(desk, id));
        let Ok(secret) = app.engine.step(step).await else { return String::new() };
        let cookie = format!("{}={secret}", session::COOKIE);
        self.cookie.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&cookie);
        cookie
    }
}

/// The sandbox of an exchange that has one.
///
/// # Errors
/// 404 without one.
pub fn of(app: &App) -> Result<&Sandbox, Refused> {
    app.sandbox.as_deref().ok_or_else(|| crate::http::error::HttpError::not_found().into())
}

fn check(name: &str) -> Result<(), Refused> {
    let chars = name.chars().count();
    let plain = name.chars().all(|c| !c.is_control() && c != '/') && name.trim() == name;
    if (1..=NAME_CHARS).contains(&chars) && plain && !matches!(name, "." | "..") {
        return Ok(());
    }
    let rule = format!("name must be 1 to {NAME_CHARS} characters without slashes around words.");
    Err(Refused::bad(rule, "Give another name."))
}

/// Somebody new.
///
/// # Errors
/// When the name is taken or not one, or the exchange refuses a step.
pub async fn make(app: &App, new: NewPerson) -> Result<Arc<Person>, Refused> {
    check(&new.name)?;
    let sandbox = of(app)?;
    let _making = sandbox.people.making.lock().await;
    if sandbox.people.get(&new.name).is_ok() {
        let message = format!("Somebody is called {} already.", new.name);
        return Err(Refused::new(StatusCode::CONFLICT, message, "Take another name."));
    }
    if sandbox.people.all().len() >= MOST {
        let message = format!("A sandbox has at most {MOST} people.");
        return Err(Refused::new(StatusCode::CONFLICT, message, "Start another one."));
    }
    let answer = call(app, Method::POST, "/sign-in/local", "", Sent::Nothing).await;
    let secret = answer.cookie.split_once('=').map(|(_, secret)| secret.to_owned());
    let digest = session::digest(&secret.unwrap_or_default());
    let known = app.readers.read(move |reader| reader.session(&digest)).await?;
    let Some(known) = known else {
        let message = "The exchange did not sign them in.";
        return Err(Refused::new(StatusCode::CONFLICT, message, "See the log."));
    };
    let profile_name = new.profile_name.unwrap_or_else(|| new.name.clone());
    let person = Person::known(new.name, profile_name, known.person, new.auto);
    *person.cookie.lock().unwrap_or_else(PoisonError::into_inner) = answer.cookie;
    let person = Arc::new(person);
    if new.agrees {
        agree(app, &person, new.assistant).await?;
    }
    sandbox.people.put(person.clone());
    attend(app, &person);
    super::start::keep(app)?;
    Ok(person)
}

/// Which assistant is meant: the sandbox's own unless said otherwise.
fn assistant(app: &App, given: Option<AssistantId>) -> Result<AssistantId, Refused> {
    let own = || of(app).ok().and_then(Sandbox::bot).map(|bot| bot.phone_number_id);
    given.or_else(own).ok_or_else(|| Refused::bad("There is no assistant.", "Register one."))
}

/// Is shown the choice, reads the notice and agrees to it. Returns the chat.
///
/// # Errors
/// When the exchange refuses a step.
pub async fn agree(
    app: &App,
    person: &Person,
    given: Option<AssistantId>,
) -> Result<ConversationId, Refused> {
    let id = assistant(app, given)?;
    let hint = "An assistant is listed once its callback has answered the handshake.";
    let unlisted = || Refused::new(StatusCode::CONFLICT, "This assistant is not listed.", hint);
    let entry = app.directory.get(id).filter(|entry| entry.row.listed.is_some());
    let entry = entry.ok_or_else(unlisted)?;
    person.calls(app, Method::GET, "/choose", Sent::Nothing).await;
    let notice = consent::notice_sha256(&consent::notice(&entry.row.card));
    let name = person.profile_name.clone();
    let fields = vec![("notice", notice), ("display_name", name), ("answer", "agree".to_owned())];
    let path = format!("/consent/{id}");
    let answer = person.calls(app, Method::POST, &path, Sent::Form(fields)).await;
    let chat = answer.location.strip_prefix("/chats/").and_then(|chat| chat.parse().ok());
    if let Some(chat) = chat {
        of(app)?.people.know(chat, &person.name);
    }
    chat.ok_or_else(|| {
        let message = "The exchange did not take their agreement.";
        Refused::bad(message, "Is profile_name a name that the consent page takes?")
    })
}

/// Stops the assistant.
///
/// # Errors
/// When there is no chat.
pub async fn stop(app: &App, person: &Person, given: Option<AssistantId>) -> Result<(), Refused> {
    let chat = chat(app, person, given).await?.id;
    let path = format!("/chats/{chat}/stop");
    let answer = person.calls(app, Method::POST, &path, Sent::Nothing).await;
    if answer.status.is_redirection() { Ok(()) } else { answer.sound().map(|_| ()) }
}

/// Their chat with an assistant.
///
/// # Errors
/// 409 when there is none.
pub async fn chat(
    app: &App,
    person: &Person,
    given: Option<AssistantId>,
) -> Result<Conversation, Refused> {
    let (assistant, id) = (assistant(app, given)?, person.id);
    let theirs = app.readers.read(move |reader| reader.conversations(id)).await?;
    theirs.into_iter().find(|of| of.assistant == assistant).ok_or_else(|| {
        let message = format!("{} has not agreed to this assistant.", person.name);
        let hint = "POST /sandbox/people/{name}/agrees first.";
        Refused::new(StatusCode::CONFLICT, message, hint)
    })
}

/// Says something: the messenger's own JSON or one of the short forms ([`says`]).
///
/// # Errors
/// What the messenger refuses.
pub async fn say(app: &App, person: &Person, body: Value) -> Result<Value, Refused> {
    let given = says::assistant(&body)?;
    let chat = chat(app, person, given).await?.id;
    let history = if says::needs_history(&body) {
        let path = format!("/app/chats/{chat}/messages?limit=200");
        person.calls(app, Method::GET, &path, Sent::Nothing).await.sound()?
    } else {
        Value::Null
    };
    let mut outgoing = says::outgoing(body, chat, &history["messages"])?;
    if outgoing.get("client_id").is_none() {
        outgoing["client_id"] = random_secret().into();
    }
    let path = format!("/app/chats/{chat}/messages");
    let answer = person.calls(app, Method::POST, &path, Sent::Json(outgoing)).await.sound()?;
    let message = &answer["message"];
    Ok(json!({
        "id": super::view::wamid(chat, message), "seq": message["seq"], "message": message,
    }))
}

/// Their device has everything up to a place, or they have seen it (`read`).
///
/// # Errors
/// When there is no chat.
pub async fn receive(
    app: &App,
    person: &Person,
    given: Option<AssistantId>,
    upto: Option<Seq>,
    read: bool,
) -> Result<(), Refused> {
    let chat = chat(app, person, given).await?;
    tell(app, person, chat.id, upto.unwrap_or(chat.last_seq), read).await
}

async fn tell(
    app: &App,
    person: &Person,
    chat: ConversationId,
    upto: Seq,
    read: bool,
) -> Result<(), Refused> {
    let (path, body) = if read {
        (format!("/app/chats/{chat}/read"), json!({"seq": upto}))
    } else {
        ("/app/received".to_owned(), json!({"chats": {chat.to_string(): upto}}))
    };
    person.calls(app, Method::POST, &path, Sent::Json(body)).await.sound().map(|_| ())
}

/// Keeps their page open: while they are `auto` they receive and read what comes.
pub(super) fn attend(app: &App, person: &Arc<Person>) {
    let (app, person) = (app.clone(), person.clone());
    tokio::spawn(async move {
        loop {
            let mut updates = app.hub.open(person.id);
            catch_up(&app, &person).await;
            while let Some(update) = updates.recv().await {
                if let Update::Message(chat, message, _) = update
                    && message.author != Author::Person
                    && person.is_auto()
                {
                    take(&app, &person, chat, message.seq).await;
                }
            }
            let id = person.id;
            match app.readers.read(move |reader| reader.conversations(id)).await {
                Ok(theirs) if !theirs.is_empty() => {}
                // gone with their account, or nothing to attend to any more
                _ => return,
            }
        }
    });
}

/// What came while the page was closed.
async fn catch_up(app: &App, person: &Person) {
    let id = person.id;
    let theirs = app.readers.read(move |reader| reader.conversations(id)).await;
    for of in theirs.unwrap_or_default() {
        if let Some(sandbox) = &app.sandbox {
            sandbox.people.know(of.id, &person.name);
        }
        if person.is_auto() && of.marks.person_read < of.last_seq {
            take(app, person, of.id, of.last_seq).await;
        }
    }
}

async fn take(app: &App, person: &Person, chat: ConversationId, upto: Seq) {
    for read in [false, true] {
        if let Err(refused) = tell(app, person, chat, upto, read).await {
            tracing::warn!(why = refused.words(), "a scripted person could not receive");
        }
    }
}
