//! Puts the exchange together and runs it.

use std::sync::Arc;

use exchange::delivery::Owed;
use exchange::id::{AssistantId, DeliveryId};
use exchange::time::Millis;
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::clock::{Clock, random};
use crate::config::Config;
use crate::deliver::{self, Means};
use crate::directory::Directory;
use crate::egress::{Egress, EgressOptions};
use crate::engine::{Desk, Effect, Engine, Sink, StepError};
use crate::hub::{Hub, Update};
use crate::media::{Links, Places, Vault};
use crate::passkeys::Passkeys;
use crate::rate::PerHour;
use crate::readers::Readers;
use crate::sandbox::Sandbox;
use crate::sessions::Sessions;
use crate::{App, Parts, http, listen, workers};

/// Owed deliveries read in one go at the start.
const FOUND: u32 = 10_000;
/// The key the choice screen's orders are drawn with (32 bytes) and when it was made (8 bytes,
/// milliseconds, big-endian).
const CHOICE_KEY: &str = "choice_key";
/// The key that addresses of files are proved with (32 bytes).
const MEDIA_KEY: &str = "media_key";

/// The exchange could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The writer.
    #[error(transparent)]
    Step(#[from] StepError),
    /// Anything else, in words.
    #[error("{0}")]
    Other(String),
}

/// Puts the exchange together on a store: deliveries begin at once.
///
/// # Errors
/// [`StartError`], in words for the operator.
pub async fn assemble(config: Config, clock: Clock, store: Store) -> Result<App, StartError> {
    assemble_with(config, clock, store, None).await
}

/// The same with a sandbox beside it (`strowger dev`).
///
/// # Errors
/// As [`assemble`].
pub async fn assemble_with(
    config: Config,
    clock: Clock,
    store: Store,
    sandbox: Option<Arc<Sandbox>>,
) -> Result<App, StartError> {
    let Store { writer, readers: make } = store;
    let readers = Readers::open(&*make)?;
    let (rows, found, key, media_key) = readers
        .read(|reader| {
            let keys = (reader.setting(CHOICE_KEY)?, reader.setting(MEDIA_KEY)?);
            Ok((reader.assistants()?, owed(reader)?, keys.0, keys.1))
        })
        .await?;
    let directory = Arc::new(Directory::new(rows));
    let hub = Arc::new(Hub::default());
    let (deliveries, queue) = deliver::prepare();
    let sink = sink(deliveries, hub.clone(), directory.clone());
    let engine = Engine::start(writer, directory.clone(), clock.clone(), sink)?;
    let (choice_key, choice_since) = choice_key(&engine, key, &found).await?;
    let media_key = secret(&engine, MEDIA_KEY, media_key).await?;
    let origin = config.origin();
    let options = EgressOptions::of(&config, &clock).map_err(StartError::Other)?;
    let egress = Arc::new(
        Egress::new(&options, clock.clone()).map_err(|e| StartError::Other(e.to_string()))?,
    );
    let vault =
        Vault::open(config.media_url.as_deref(), &config.data).map_err(StartError::Other)?;
    // Listed before anything is written: what is there now and named by nothing is left over.
    let blobs = vault.all().await.map_err(StartError::Other)?;
    let means = Means {
        clock: clock.clone(),
        directory: directory.clone(),
        links: Links::new(vault.clone(), egress.clone(), clock.clone()),
        egress: egress.clone(),
        engine: engine.clone(),
        readers: readers.clone(),
        origin,
        media_key,
        sandbox: sandbox.clone(),
    };
    queue.start(found, means, engine.clone());
    let app = App::new(Parts {
        registrations: PerHour::new(config.registrations_per_hour),
        people: PerHour::new(config.people_per_hour),
        quota: crate::http::graph::quota::Quota::default(),
        config,
        clock,
        directory,
        engine,
        readers,
        hub,
        egress,
        vault,
        uploads: Places::default(),
        people_uploads: Places::default(),
        sessions: Sessions::default(),
        passkeys: Passkeys::default(),
        choice_key,
        choice_since,
        media_key,
        sandbox,
    });
    tokio::spawn(workers::expire(app.clone()));
    tokio::spawn(workers::sweep_media(app.clone(), blobs));
    Ok(app)
}

/// Serves the exchange on a listener until `stop` turns true.
pub async fn serve(app: App, listener: TcpListener, stop: watch::Receiver<bool>) {
    listen::serve(listener, None, door(app, &stop), stop).await;
}

/// The same with TLS.
pub async fn serve_tls(
    app: App,
    listener: TcpListener,
    tls: TlsAcceptor,
    stop: watch::Receiver<bool>,
) {
    listen::serve(listener, Some(tls), door(app, &stop), stop).await;
}

fn door(app: App, stop: &watch::Receiver<bool>) -> axum::Router {
    let (hub, mut stopping) = (app.hub.clone(), stop.clone());
    tokio::spawn(async move {
        // Open pages never end by themselves: they come back to whoever is there then.
        let _ = stopping.wait_for(|stop| *stop).await;
        hub.end_all();
    });
    http::router(app)
}

fn owed(reader: &dyn store::Reader) -> Result<Vec<Owed>, store::Error> {
    let (mut found, mut after) = (Vec::new(), (AssistantId(0), DeliveryId(0)));
    loop {
        let part = reader.owed(after, FOUND)?;
        let Some(last) = part.last() else { return Ok(found) };
        after = (last.assistant, last.id);
        found.extend(part);
    }
}

fn sink(deliveries: deliver::Deliveries, hub: Arc<Hub>, directory: Arc<Directory>) -> Sink {
    Box::new(move |effect| match effect {
        Effect::Owed(carried) => deliveries.owe(carried),
        Effect::Cancel(assistant, conversation, done) => {
            deliveries.cancel(assistant, conversation, done);
        }
        Effect::Message(person, id, message, client_id) => {
            hub.tell(person, &Update::Message(id, message, client_id));
        }
        Effect::Chat(person, id) => hub.tell(person, &Update::Chat(id)),
        Effect::Assistant(row) => directory.put(*row),
        Effect::Gone(person) => hub.end(person),
    })
}

/// A key of this installation: as kept, or made now and kept.
async fn secret(
    engine: &Engine,
    name: &'static str,
    kept: Option<Vec<u8>>,
) -> Result<[u8; 32], StartError> {
    if let Some(known) = kept.and_then(|kept| <[u8; 32]>::try_from(kept).ok()) {
        return Ok(known);
    }
    let mut key = [0; 32];
    random(&mut key);
    engine
        .step(move |desk| {
            desk.put(store::Op::Setting(name, key.to_vec()));
            Ok(key)
        })
        .await
        .map_err(StartError::from)
}

async fn choice_key(
    engine: &Engine,
    kept: Option<Vec<u8>>,
    found: &[Owed],
) -> Result<([u8; 32], Millis), StartError> {
    let known = kept.as_deref().and_then(|kept| {
        let (key, since) = kept.split_at_checked(32)?;
        Some((key.try_into().ok()?, Millis(i64::from_be_bytes(since.try_into().ok()?))))
    });
    let assistants: Vec<_> = found.iter().map(|owed| owed.assistant).collect();
    let step = move |desk: &mut Desk| {
        for assistant in assistants {
            desk.count_owed(assistant);
        }
        if let Some(known) = known {
            return Ok(known);
        }
        let (mut key, since) = ([0; 32], desk.now());
        random(&mut key);
        let kept = [&key[..], &since.0.to_be_bytes()].concat();
        desk.put(store::Op::Setting(CHOICE_KEY, kept));
        Ok((key, since))
    };
    Ok(engine.step(step).await?)
}
