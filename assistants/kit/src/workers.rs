//! Dealing with the inbox: one sender's messages in order, many senders side by side.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::store::{self, Waiting};
use crate::{Assistant, Desk, Error, Fault, Graph, Outgoing, Pace};

/// Senders dealt with at the same time.
const SIDE_BY_SIDE: usize = 64;

const APOLOGY: &str =
    "Sorry, something went wrong here and I could not deal with your message. Please try again.";

/// The open line to the exchange: what is known only after registration.
pub(crate) struct Line {
    pub(crate) app_secret: String,
    pub(crate) phone_number_id: String,
    pub(crate) graph: Graph,
}

/// Whether more may have come for a sender while it is being dealt with.
#[derive(PartialEq, Eq)]
enum Active {
    Working,
    Again,
}

/// The workers of one assistant.
pub(crate) struct Workers<A> {
    assistant: Arc<A>,
    desk: Desk,
    pace: Pace,
    line: RwLock<Option<Arc<Line>>>,
    active: Mutex<HashMap<String, Active>>,
    tasks: Mutex<JoinSet<()>>,
    slots: Semaphore,
    stopping: AtomicBool,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<A: Assistant> Workers<A> {
    pub(crate) fn new(assistant: A, desk: Desk, pace: Pace) -> Arc<Self> {
        Arc::new(Self {
            assistant: Arc::new(assistant),
            desk,
            pace,
            line: RwLock::new(None),
            active: Mutex::new(HashMap::new()),
            tasks: Mutex::new(JoinSet::new()),
            slots: Semaphore::new(SIDE_BY_SIDE),
            stopping: AtomicBool::new(false),
        })
    }

    pub(crate) fn desk(&self) -> &Desk {
        &self.desk
    }

    pub(crate) fn assistant(&self) -> &A {
        &self.assistant
    }

    pub(crate) fn line(&self) -> Option<Arc<Line>> {
        self.line.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn connect(&self, line: Line) {
        *self.line.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(line));
    }

    /// Sees to it that this sender is dealt with, now or after what is being done for them.
    pub(crate) fn wake(self: &Arc<Self>, sender: String) {
        if self.stopping.load(Ordering::Relaxed) {
            return;
        }
        let mut active = locked(&self.active);
        if let Some(state) = active.get_mut(&sender) {
            *state = Active::Again;
            return;
        }
        active.insert(sender.clone(), Active::Working);
        drop(active);
        let workers = Arc::clone(self);
        let mut tasks = locked(&self.tasks);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move { workers.work(sender).await });
    }

    async fn work(self: Arc<Self>, sender: String) {
        // The semaphore is never closed.
        let Ok(_slot) = self.slots.acquire().await else { return };
        loop {
            if let Err(error) = self.clear(&sender).await {
                tracing::error!(%error, "a message could not be dealt with; kept for the sweep");
            }
            let mut active = locked(&self.active);
            match active.get_mut(&sender) {
                Some(state) if *state == Active::Again => *state = Active::Working,
                _ => {
                    active.remove(&sender);
                    return;
                }
            }
        }
    }

    /// Sends what is owed and deals with what waits, oldest first, until nothing is left or
    /// the exchange cannot be reached.
    async fn clear(self: &Arc<Self>, sender: &str) -> Result<(), Error> {
        let Some(line) = self.line() else { return Ok(()) };
        while self.send_owed(&line, sender).await? {
            if self.stopping.load(Ordering::Relaxed) {
                return Ok(());
            }
            let key = sender.to_owned();
            let Some(waiting) = self.desk.store.with(move |db| store::take(db, &key)).await? else {
                return Ok(());
            };
            self.deal_with(&line, waiting).await?;
        }
        Ok(())
    }

    async fn deal_with(&self, line: &Line, waiting: Waiting) -> Result<(), Error> {
        let Waiting { seq, message, given_up } = waiting;
        let thought = if given_up { None } else { Some(self.think(line, &message).await) };
        let (now, assistant) = (self.desk.clock.now(), Arc::clone(&self.assistant));
        let settle = move |db: &mut Connection| {
            store::settle(db, seq, &message, now, |db| match thought {
                Some(thought) => assistant.decide(db, &message, thought, now),
                None => {
                    tracing::error!(seq, "a message failed too often and is given up");
                    Ok(vec![Outgoing::Text(APOLOGY.into())])
                }
            })
        };
        self.desk.store.with(settle).await
    }

    /// Thinks, while the message is marked read and the typing sign is kept alive.
    async fn think(&self, line: &Line, message: &crate::Incoming) -> A::Thought {
        let keep_typing = async {
            loop {
                tokio::time::sleep(self.pace.typing_every).await;
                line.graph.typing(&message.id).await;
            }
        };
        let thinking = async {
            tokio::select! {
                thought = self.assistant.think(&self.desk, message) => thought,
                never = keep_typing => never,
            }
        };
        // The first sign is awaited, else it could arrive after the answer and stay on.
        tokio::join!(line.graph.typing(&message.id), thinking).1
    }

    /// Sends what is owed to this person; false when something had to stay.
    async fn send_owed(&self, line: &Line, sender: &str) -> Result<bool, Error> {
        loop {
            let key = sender.to_owned();
            let owed = self.desk.store.with(move |db| store::owed(db, &key)).await?;
            let Some((seq, payload)) = owed else { return Ok(true) };
            let payload = serde_json::from_str(&payload)
                .map_err(|_| Error::Unreadable("message in the outbox".into()))?;
            match line.graph.send(&payload).await {
                Ok(()) => {}
                Err(Fault::Passing { why, .. }) => {
                    tracing::warn!(why, "a message could not be sent yet and is kept");
                    return Ok(false);
                }
                Err(Fault::Final { why }) => tracing::error!(why, "a message was refused"),
            }
            self.desk.store.with(move |db| store::forget(db, seq)).await?;
        }
    }

    /// Takes up what was put aside and deletes what is old, for ever.
    pub(crate) async fn sweep(self: &Arc<Self>) -> std::convert::Infallible {
        loop {
            if let Err(error) = self.sweep_once().await {
                tracing::error!(%error, "the sweep failed");
            }
            tokio::time::sleep(self.pace.sweep_every).await;
        }
    }

    async fn sweep_once(self: &Arc<Self>) -> Result<(), Error> {
        let (now, assistant) = (self.desk.clock.now(), Arc::clone(&self.assistant));
        let open = move |db: &mut Connection| {
            let tx = db.transaction()?;
            store::prune(&tx, now)?;
            assistant.prune(&tx, now)?;
            tx.commit()?;
            store::open_senders(db)
        };
        for sender in self.desk.store.with(open).await? {
            self.wake(sender);
        }
        Ok(())
    }

    /// Lets work in progress end within `limit`, then cuts it off: the inbox has it all.
    pub(crate) async fn stop(&self, limit: Duration) {
        self.stopping.store(true, Ordering::Relaxed);
        let mut tasks = std::mem::take(&mut *locked(&self.tasks));
        let all = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(limit, all).await.is_err() {
            tracing::info!("work in progress was cut off; it is taken up at the next start");
        }
    }

    /// Ends every task at once.
    pub(crate) fn cut_off(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        locked(&self.tasks).abort_all();
    }
}
