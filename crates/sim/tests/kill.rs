//! Thousands of messages both ways while the exchange is killed again and again: what got a 200
//! is there, once, in order; nothing else is.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;
use server::clock::Clock;
use sim::chance::Chance;
use sim::endpoint::Webhook;
use sim::journal::Entry;
use sim::oracle::{Evidence, findings};
use sim::process::Process;
use sim::wait::in_time;
use sim::world::Ground;
use sim::{Assistant, Chat, Endpoint, Gives, Person};
use tokio::sync::watch;

const ASSISTANTS: usize = 40;
const PEOPLE: usize = 5;

/// What everybody in the story shares.
struct Stage {
    ground: Ground,
    /// Whether the exchange is up.
    up: watch::Sender<bool>,
    /// Messages accepted so far.
    accepted: watch::Sender<u64>,
    killer: Mutex<Killer>,
}

/// Kills the exchange when so many messages were accepted.
struct Killer {
    /// `None` while it is started.
    process: Option<Process>,
    /// Counts of accepted messages, the next one last.
    points: Vec<u64>,
    chance: Chance,
}

impl Stage {
    fn killer(&self) -> MutexGuard<'_, Killer> {
        self.killer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the exchange is (again) there.
    async fn is_up(&self) {
        let mut up = self.up.subscribe();
        in_time("the exchange is up", up.wait_for(|up| *up)).await.expect("the story goes on");
    }

    /// Waits until so many messages were accepted.
    async fn has_accepted(&self, count: u64) {
        let mut accepted = self.accepted.subscribe();
        let waiting = accepted.wait_for(|accepted| *accepted >= count);
        in_time("messages are accepted", waiting).await.expect("the story goes on");
    }

    /// A 200 has just come in. When its number is up, the exchange dies: half of the times before
    /// anything else can happen (what it answered must be on disk by now), else a little later.
    async fn counts_one(&self) {
        let mut count = 0;
        self.accepted.send_modify(|accepted| {
            *accepted += 1;
            count = *accepted;
        });
        let waits = {
            let mut killer = self.killer();
            if *self.up.borrow() && killer.points.last().is_some_and(|point| *point <= count) {
                killer.points.pop();
                Some(killer.chance.below(2) * killer.chance.below(40))
            } else {
                None
            }
        };
        let Some(waits) = waits else { return };
        for _ in 0..waits {
            tokio::task::yield_now().await;
        }
        if let Some(process) = &mut self.killer().process {
            process.kill();
            self.up.send_replace(false);
        }
    }

    /// Starts the exchange again whenever it has died.
    async fn restarts(self: Arc<Self>, data: PathBuf) {
        let mut up = self.up.subscribe();
        while up.wait_for(|up| !*up).await.is_ok() {
            let dead = self.killer().process.take();
            let mut dead = dead.expect("it was there");
            dead.is_gone().await;
            let next = Process::start(&data, dead.address()).await;
            self.killer().process = Some(next);
            self.up.send_replace(true);
        }
    }
}

/// A person writes, each message until it is accepted, always under the same client id.
async fn speaks(stage: Arc<Stage>, person: Person, chat: Chat, count: u32) {
    let path = format!("/app/chats/{}/messages", chat.id());
    for n in 0..count {
        let text = format!("person {n} in {}", chat.id());
        let body = json!({"client_id": format!("key-{n}"), "type": "text", "text": {"body": text}});
        let message = loop {
            stage.is_up().await;
            let call = person.dressed(stage.ground.http.post(&path)).json(&body);
            match call.attempt().await {
                Ok(answer) if answer.status == 200 => break answer.json()["message"].clone(),
                // Nothing was stored: the same again.
                Ok(answer) => assert_eq!(answer.status, 503, "{}", answer.text()),
                Err(_) => tokio::task::yield_now().await,
            }
        };
        assert_eq!(message["text"]["body"], text);
        let (conversation, seq) = (chat.conversation(), sim::chat::seq(&message));
        stage.ground.journal.note(Entry::Said { conversation, seq, text: Some(text) });
        stage.counts_one().await;
    }
}

/// An assistant writes. It has no key of its own: when an answer is lost, the message may be
/// there, and the next try says something else.
async fn writes(stage: Arc<Stage>, assistant: Assistant, chat: Chat, count: u32) {
    let (path, token) = (format!("/v25.0/{}/messages", assistant.id()), assistant.token());
    let conversation = chat.conversation();
    let mut tries = 0;
    for n in 0..count {
        loop {
            stage.is_up().await;
            tries += 1;
            let text = format!("assistant {n} (try {tries}) in {}", chat.id());
            let body = json!({"messaging_product": "whatsapp", "to": chat.wa_id(),
                "text": {"body": text}});
            let call = stage.ground.http.post(&path).bearer(&token).json(&body);
            match call.attempt().await {
                Ok(answer) if answer.status == 200 => {
                    let wamid = answer.json()["messages"][0]["id"].clone();
                    let (_, seq) = sim::assistant::place(wamid.as_str().expect("an id"));
                    stage.ground.journal.note(Entry::Sent { conversation, seq, text: Some(text) });
                    stage.counts_one().await;
                    break;
                }
                Ok(answer) => {
                    let sound = [(503, 131_016), (400, 130_429)];
                    assert!(sound.contains(&(answer.status, answer.code())), "{}", answer.text());
                }
                Err(_) => {
                    stage.ground.journal.note(Entry::MaybeSent { conversation, text });
                    tokio::task::yield_now().await;
                }
            }
        }
    }
}

struct Cast {
    assistants: Vec<Assistant>,
    people: Vec<Person>,
    /// Each with its person and assistant.
    chats: Vec<(Person, Assistant, Chat)>,
}

async fn gather(ground: &Ground) -> Cast {
    let (mut assistants, mut people, mut chats) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..ASSISTANTS {
        let endpoint = Endpoint::new(ground.journal.clone(), ground.clock.clone()).await;
        let name = format!("Assistant {}{}", char::from(b'A' + (n / 8) as u8), n % 8 + 2);
        assistants.push(Assistant::register(ground, &name, endpoint).await);
    }
    for n in 0..PEOPLE {
        let person = Person::sign_in(ground.clone(), n as u64).await;
        for assistant in &assistants {
            let question = format!("/consent/{}", assistant.id());
            let chat = person.agrees(assistant, &question, "").await;
            // The person's first word opens the window.
            chat.says("hello").await;
            chats.push((person.clone(), assistant.clone(), chat));
        }
        people.push(person);
    }
    Cast { assistants, people, chats }
}

/// Waits until every accepted message has come to its assistant, and every status of one sent.
async fn arrive(stage: &Stage, cast: &Cast) {
    let entries = stage.ground.journal.entries();
    for (_, assistant, chat) in &cast.chats {
        let of = |entry: &Entry| match entry {
            Entry::Said { conversation, seq, .. } if *conversation == chat.conversation() => {
                Some((*seq, true))
            }
            Entry::Sent { conversation, seq, .. } if *conversation == chat.conversation() => {
                Some((*seq, false))
            }
            _ => None,
        };
        let mut wanted: std::collections::BTreeSet<(u32, bool)> =
            entries.iter().filter_map(|(_, entry)| of(entry)).collect();
        let what = format!("everything in {} arrives", chat.id());
        let wa_id = chat.wa_id();
        let wanted = std::sync::Mutex::new(&mut wanted);
        assistant
            .endpoint()
            .until(&what, |kept| {
                let mut wanted = wanted.lock().expect("nobody panics");
                for webhook in kept.iter().filter(|webhook| webhook.is_taken()) {
                    if let Some(place) = place(webhook, &wa_id) {
                        wanted.remove(&place);
                    }
                }
                wanted.is_empty().then_some(())
            })
            .await;
    }
}

/// The place of a webhook's message in the conversation with this person, and whether it is a
/// message.
fn place(webhook: &Webhook, wa_id: &str) -> Option<(u32, bool)> {
    let (of, is_message) = match (webhook.message(), webhook.status()) {
        (Some(message), _) => (message, true),
        (None, status) => (status?, false),
    };
    let person = if is_message { &of["from"] } else { &of["recipient_id"] };
    (person == wa_id)
        .then(|| (sim::assistant::place(of["id"].as_str().unwrap_or("")).1, is_message))
}

/// How much is said, and where it is killed.
struct Plan {
    seed: u64,
    /// Messages of each person in each chat, and of each assistant.
    said: u32,
    sent: u32,
    kills: usize,
    /// Whether the endpoints are down during the first half.
    down: bool,
}

async fn story(plan: Plan) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let process = Process::start(folder.path(), listen).await;
    let ground = Ground::new(&format!("http://{}", process.address()), Clock::system(), 256);
    let cast = gather(&ground).await;
    let total = (ASSISTANTS * PEOPLE) as u64 * u64::from(plan.said + plan.sent);
    let mut chance = Chance::new(plan.seed);
    let mut points: Vec<u64> = (0..plan.kills).map(|_| chance.below(total * 95 / 100)).collect();
    // Twice in a row: it may die again before it has caught its breath.
    points.push(points[0]);
    points.sort_unstable_by_key(|point| std::cmp::Reverse(*point));
    if plan.down {
        for assistant in &cast.assistants {
            let gives = [Gives::Status(503), Gives::HalfALine];
            assistant.endpoint().gives(gives[chance.below(2) as usize].clone());
        }
    }
    let stage = Arc::new(Stage {
        ground: ground.clone(),
        up: watch::Sender::new(true),
        accepted: watch::Sender::new(0),
        killer: Mutex::new(Killer { process: Some(process), points, chance }),
    });
    let restarts = tokio::spawn(stage.clone().restarts(folder.path().to_owned()));
    let mut talk = Vec::new();
    for (person, assistant, chat) in &cast.chats {
        talk.push(tokio::spawn(speaks(stage.clone(), person.clone(), chat.clone(), plan.said)));
        talk.push(tokio::spawn(writes(stage.clone(), assistant.clone(), chat.clone(), plan.sent)));
    }
    stage.has_accepted(total / 2).await;
    for assistant in &cast.assistants {
        assistant.endpoint().gives(Gives::Status(200));
    }
    for one in talk {
        one.await.expect("all is said");
    }
    stage.is_up().await;
    restarts.abort();
    assert!(stage.killer().points.is_empty(), "it died as often as planned");
    arrive(&stage, &cast).await;
    let entries = ground.journal.entries();
    let evidence = Evidence::gather(entries, &cast.assistants, &cast.people, true).await;
    let found = findings(&evidence);
    assert!(
        found.is_empty(),
        "seed {}: {} findings:\n{}",
        plan.seed,
        found.len(),
        found.join("\n")
    );
    let told: usize = evidence.assistants.iter().map(|seen| seen.webhooks.len()).sum();
    let maybe = evidence.entries.iter().filter(|(_, e)| matches!(e, Entry::MaybeSent { .. }));
    println!("{total} messages, {told} webhooks, {} answers lost", maybe.count());
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_messages_survive_many_deaths() {
    story(Plan { seed: 1889, said: 29, sent: 21, kills: 30, down: false }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_do_ten_thousand_to_endpoints_that_were_down() {
    story(Plan { seed: 1891, said: 29, sent: 21, kills: 20, down: true }).await;
}
