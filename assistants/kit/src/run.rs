//! From options to a running assistant.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::account::{Account, Folder};
use crate::enroll::{Card, Enrolment};
use crate::listener::{Door, router};
use crate::workers::{Line, Workers};
use crate::{Assistant, Clock, Common, Desk, Error, Graph, Http, Pace, Store, random_hex};

/// Everything that makes an assistant.
#[derive(Debug)]
pub struct Setup<A> {
    /// The common options.
    pub common: Common,
    /// A word for the kind, naming its default folder.
    pub kind: &'static str,
    /// What people are shown.
    pub card: Card,
    /// The text of its privacy page.
    pub privacy: String,
    /// The assistant itself.
    pub assistant: A,
    /// The clock.
    pub clock: Clock,
    /// Durations and bounds.
    pub pace: Pace,
}

/// Runs until `stop` resolves, or something makes going on impossible.
pub async fn run<A: Assistant>(
    setup: Setup<A>,
    stop: impl Future<Output = ()>,
) -> Result<(), Error> {
    let base = setup.common.base()?;
    let folder = Folder::open(setup.common.folder(setup.kind))?;
    let stored = folder.account()?;
    let verify_token = match &stored {
        Some(account) => account.verify_token.clone(),
        None => random_hex::<16>()?,
    };
    let store = Store::open(&folder.file("assistant.sqlite"), A::SCHEMA)?;
    let listener = folder.listen(setup.common.listen).await?;
    let bound = listener.local_addr().map_err(Error::io("read the address listened on"))?;
    let callback = setup.common.callback(bound)?;

    let http = Http::new(setup.clock.clone(), setup.pace.call)?;
    let desk = Desk { store, clock: setup.clock, http: http.clone() };
    let workers = Workers::new(setup.assistant, desk, setup.pace);
    if let Some(account) = &stored {
        workers.connect(line(&http, &base, account, setup.pace));
    }
    let door = Door {
        workers: Arc::clone(&workers),
        verify_token: verify_token.clone(),
        privacy: setup.privacy,
    };
    let (close, closed) = oneshot::channel::<()>();
    let serving = axum::serve(listener, router(door)).with_graceful_shutdown(async {
        // A dropped sender closes the door just as well.
        let _ = closed.await;
    });
    // A set, because dropping it ends the task: a run that is dropped leaves nothing behind.
    let mut server = JoinSet::new();
    server.spawn(serving.into_future());
    let _cut_off = CutOff(Arc::clone(&workers));

    let enrolment = Enrolment {
        http: &http,
        base: &base,
        callback: &callback,
        folder: &folder,
        pace: setup.pace,
    };
    let working = enroll_and_work(&workers, &enrolment, &setup.common, &setup.card, &verify_token);
    let outcome = tokio::select! {
        never = working => never.map(|never| match never {}),
        served = server.join_next() => match served {
            Some(Ok(ended)) => ended.map_err(Error::io("serve the webhook")),
            _ => Err(Error::Task),
        },
        () = stop => Ok(()),
    };
    tracing::info!("stopping");
    drop(close);
    workers.stop(setup.pace.drain).await;
    let closing = tokio::time::timeout(setup.pace.drain, server.join_next());
    if closing.await.is_err() {
        tracing::info!("open connections were cut off");
    }
    outcome
}

/// Ends the workers' tasks when the run ends in whatever way; they keep each other alive.
struct CutOff<A: Assistant>(Arc<Workers<A>>);

impl<A: Assistant> Drop for CutOff<A> {
    fn drop(&mut self) {
        self.0.cut_off();
    }
}

async fn enroll_and_work<A: Assistant>(
    workers: &Arc<Workers<A>>,
    enrolment: &Enrolment<'_>,
    common: &Common,
    card: &Card,
    verify_token: &str,
) -> Result<Infallible, Error> {
    let enrolling = async {
        workers.assistant().ready(workers.desk()).await;
        let mut account = enrolment.account(common, card, verify_token).await?;
        workers.connect(line(enrolment.http, enrolment.base, &account, enrolment.pace));
        enrolment.subscribe(&mut account).await?;
        tracing::info!(
            number = account.display_phone_number,
            exchange = enrolment.base,
            callback = enrolment.callback,
            "listed as {}",
            common.name.as_ref().unwrap_or(&card.name),
        );
        Ok::<(), Error>(())
    };
    // An account from an earlier run works from the start, while enrolment is still checking.
    tokio::select! {
        enrolled = enrolling => enrolled?,
        never = workers.sweep() => match never {},
    }
    Ok(workers.sweep().await)
}

fn line(http: &Http, base: &str, account: &Account, pace: Pace) -> Line {
    Line {
        app_secret: account.app_secret.clone(),
        phone_number_id: account.phone_number_id.clone(),
        graph: Graph::new(
            http.clone(),
            base,
            &account.phone_number_id,
            &account.access_token,
            pace,
        ),
    }
}

/// Resolves at SIGTERM or SIGINT.
pub async fn until_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut term), Ok(mut int)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            tracing::error!("signals cannot be caught; only killing stops this assistant");
            return std::future::pending().await;
        };
        tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
