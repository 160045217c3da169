//! The world: the real exchange in this process, on a store in a temporary folder, with a clock
//! that moves only when told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use exchange::time::Millis;
use serde_json::{Value, json};
use server::clock::Clock;
use server::config::Config;
use server::engine::Engine;
use store::faulty::{Faults, Faulty};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::assistant::Assistant;
use crate::endpoint::Endpoint;
use crate::http::{Answer, Http};
use crate::journal::Journal;
use crate::oracle::{self, Evidence};
use crate::person::Person;

/// A Monday morning in Brussels: 2026-06-15, 08:00 UTC.
pub const START: Millis = Millis(1_781_510_400_000);

/// What people and assistants stand on: an exchange at an address, and nothing of its inside.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The exchange.
    pub http: Http,
    /// The world's time.
    pub clock: Clock,
    /// What was accepted.
    pub journal: Arc<Journal>,
    /// Counts the exchange's restarts.
    pub restarts: Arc<watch::Sender<u64>>,
}

impl Ground {
    /// An exchange at `base`.
    pub fn new(base: &str, clock: Clock, keep: usize) -> Self {
        Self {
            http: Http::new(base, keep),
            clock,
            journal: Arc::default(),
            restarts: Arc::new(watch::Sender::new(0)),
        }
    }
}

struct Running {
    runtime: Runtime,
    engine: Engine,
}

/// The world.
pub struct World {
    ground: Ground,
    faults: Faults,
    config: Config,
    /// `None` only while it restarts.
    running: Option<Running>,
    people: Mutex<Vec<Person>>,
    assistants: Mutex<Vec<Assistant>>,
    _folder: TempDir,
}

impl World {
    /// A new world, with generous limits on registrations and people.
    ///
    /// # Panics
    /// When the exchange does not start.
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// The same with other settings.
    ///
    /// # Panics
    /// When the exchange does not start.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config = Config {
            data: folder.path().to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            no_samples: true,
            registrations_per_hour: 1_000,
            people_per_hour: 10_000,
            ..Config::default()
        };
        change(&mut config);
        let (clock, faults) = (Clock::manual(START), Faults::default());
        let running = start(&mut config, &clock, &faults).await;
        let ground = Ground::new(&format!("http://{}", config.listen), clock, 0);
        Self {
            ground,
            faults,
            config,
            running: Some(running),
            people: Mutex::default(),
            assistants: Mutex::default(),
            _folder: folder,
        }
    }

    /// What people and assistants stand on.
    pub fn ground(&self) -> &Ground {
        &self.ground
    }

    /// The exchange's address.
    pub fn http(&self) -> &Http {
        &self.ground.http
    }

    /// Commands the faults of the store.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Where the exchange keeps everything.
    pub fn folder(&self) -> &std::path::Path {
        &self.config.data
    }

    /// Now, ms.
    pub fn now_ms(&self) -> i64 {
        self.ground.clock.now().0
    }

    /// Lets time pass.
    pub fn advance(&self, ms: i64) {
        self.ground.clock.advance(ms);
    }

    /// Lets time pass until a pending delivery is due.
    ///
    /// # Panics
    /// When it is not pending.
    pub fn advance_to(&self, delivery: &Value) {
        let due_s = delivery["next_retry"].as_i64().expect("pending");
        // The page shows whole seconds: at the end of that one it is due.
        self.advance((due_s * 1000 + 999 - self.now_ms()).max(0));
    }

    /// Stops the exchange without ceremony and starts it again on the same data and port.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn restart(&mut self) {
        self.restart_with(|_| ()).await;
    }

    /// The same with other settings.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn restart_with(&mut self, change: impl FnOnce(&mut Config)) {
        if let Some(Running { runtime, engine }) = self.running.take() {
            let stopped = tokio::task::spawn_blocking(move || {
                runtime.shutdown_timeout(Duration::from_secs(10));
                engine.join();
            });
            stopped.await.expect("it stops");
        }
        change(&mut self.config);
        self.running = Some(start(&mut self.config, &self.ground.clock, &self.faults).await);
        self.ground.restarts.send_modify(|count| *count += 1);
    }

    /// A new person, signed in.
    ///
    /// # Panics
    /// When the exchange does not let them in.
    pub async fn person(&self) -> Person {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner).len() as u64;
        people += 1;
        let person = Person::sign_in(self.ground.clone(), people).await;
        self.people.lock().unwrap_or_else(PoisonError::into_inner).push(person.clone());
        person
    }

    /// A new endpoint.
    pub async fn endpoint(&self) -> Endpoint {
        Endpoint::new(self.ground.journal.clone(), self.ground.clock.clone()).await
    }

    /// Registers an assistant with an endpoint of its own.
    ///
    /// # Panics
    /// When it is refused or its handshake fails.
    pub async fn assistant(&self, name: &str) -> Assistant {
        let endpoint = self.endpoint().await;
        let assistant = Assistant::register(&self.ground, name, endpoint).await;
        let mut assistants = self.assistants.lock().unwrap_or_else(PoisonError::into_inner);
        assistants.push(assistant.clone());
        assistant
    }

    /// Registers with a card of one's own: `change` edits the usual fields.
    pub async fn registers(&self, change: impl FnOnce(&mut Value)) -> Answer {
        let mut fields = card("Birch");
        change(&mut fields);
        self.http().post("/providers").json(&fields).send().await
    }

    /// Waits until nothing is owed that could be delivered now, to any endpoint that is well.
    ///
    /// # Panics
    /// When it does not come to rest.
    pub async fn rests(&self) {
        let assistants = self.assistants.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for assistant in assistants.iter().filter(|assistant| assistant.endpoint().is_well()) {
            assistant.rests().await;
        }
    }

    /// Ends a story: waits until nothing is under way, then asks the oracle.
    ///
    /// # Panics
    /// With everything that is not as it must be.
    pub async fn all_is_well(&self) {
        self.check(false).await;
    }

    /// The same when deliveries may have been repeated: after a restart or a fault.
    ///
    /// # Panics
    /// With everything that is not as it must be.
    pub async fn all_is_well_but_for_repeats(&self) {
        self.check(true).await;
    }

    async fn check(&self, repeats: bool) {
        let assistants = self.assistants.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let people = self.people.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let entries = self.ground.journal.entries();
        let evidence = Evidence::gather(entries, &assistants, &people, repeats).await;
        let findings = oracle::findings(&evidence);
        assert!(findings.is_empty(), "the oracle found:\n{}", findings.join("\n"));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.runtime.shutdown_background();
        }
    }
}

/// The fields of a registration.
pub fn card(name: &str) -> Value {
    json!({
        "name": name, "contact_email": "ops@example.org", "purpose": "answers questions",
        "details": "", "provider": format!("{name} Ltd"), "country": "BE",
        "data_location": "Belgium", "retention": "30 days", "trains": false,
        "automation": "ai", "human_contact": "", "privacy_policy": "https://example.org/privacy",
    })
}

/// Starts the exchange on a runtime of its own, so that it can be stopped at any point.
async fn start(config: &mut Config, clock: &Clock, faults: &Faults) -> Running {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).enable_all().build().expect("a runtime");
    let mut store = store::sqlite::open(&config.data).expect("a store");
    store.writer = Box::new(Faulty::new(store.writer, faults.clone()));
    let (settings, time) = (config.clone(), clock.clone());
    let started = runtime.spawn(async move {
        let mut config = settings;
        let listener = TcpListener::bind(config.listen).await.expect("a free port");
        config.listen = listener.local_addr().expect("an address");
        let listen = config.listen;
        let app = server::start::assemble(config, time, store).await.expect("it starts");
        let engine = app.engine.clone();
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(async move {
            // Stopped only together with the runtime.
            let _stop = stop;
            server::start::serve(app, listener, stopped).await;
        });
        (listen, engine)
    });
    let (listen, engine) = started.await.expect("it starts");
    config.listen = listen;
    Running { runtime, engine }
}
