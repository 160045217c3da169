//! The one writer of the exchange, on a thread of its own.
//!
//! A step is a closure over the [`Desk`]: it loads state, lets the pure rules decide, and puts
//! down what is to be written and what is to happen afterwards. Steps of many conversations are
//! committed together (group commit: while one batch is being flushed the next one gathers), and
//! every caller gets its answer only when its batch is on disk. What a step causes (deliveries,
//! live updates) happens after that, in order.
//!
//! Deliberately absent: waiting for a batch to fill. The flush itself is the batching window.

mod cache;
mod desk;
mod settings;
mod thread;

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use exchange::conversation::Refusal;
use exchange::id::{AssistantId, ConversationId, PersonId};
use exchange::message::Message;
use tokio::sync::{Semaphore, oneshot};

pub use desk::Desk;

use crate::clock::Clock;
use crate::deliver::Carried;
use crate::directory::Directory;

/// Steps that may wait for the writer at once; past it callers wait their turn outside.
const WAITING_STEPS: usize = 4096;

/// How often a step that nobody waits for is taken when its batch does not happen.
const LATER_TRIES: u32 = 5;

/// What happens after a commit.
#[derive(Debug)]
pub enum Effect {
    /// A delivery is owed, with what is needed to make it without reading it back.
    Owed(Carried),
    /// Deliveries of a conversation are taken back; the sender is told when none is under way.
    Cancel(AssistantId, ConversationId, Option<oneshot::Sender<()>>),
    /// A message a person's open pages should show, with the client's own id of it.
    Message(PersonId, ConversationId, Arc<Message>, Option<String>),
    /// Something else about a chat changed.
    Chat(PersonId, ConversationId),
    /// An assistant is new or changed.
    Assistant(Box<store::row::AssistantRow>),
    /// A person is gone: their open pages are ended.
    Gone(PersonId),
}

/// Why a step gave no result.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The rules refused; nothing was written.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The number is past its rate; wait this long (ms). Nothing was written.
    #[error("the number is past its rate, wait {0} ms")]
    Throughput(i64),
    /// A reason of the caller's own; nothing was written.
    #[error("{0}")]
    Denied(&'static str),
    /// The store failed or the exchange is stopping; nothing was written.
    #[error("the store is unavailable")]
    Unavailable,
}

impl From<store::Error> for StepError {
    fn from(error: store::Error) -> Self {
        tracing::error!(%error, "a step could not read the store");
        Self::Unavailable
    }
}

type Finish = Box<dyn FnOnce(bool) + Send>;
type Run = Box<dyn FnOnce(&mut Desk) -> Finish + Send>;

enum Order {
    /// Somebody waits for it.
    Now(Run),
    /// Somebody waits for it, and it must see everything before it committed.
    Alone(Run),
    /// Nobody waits: it rides with the next batch.
    Later(Run),
}

/// A handle on the writer.
#[derive(Clone)]
pub struct Engine {
    orders: Sender<Order>,
    places: Arc<Semaphore>,
    thread: Arc<Mutex<Option<std::thread::JoinHandle<()>>>>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

/// Where effects go: called on the writer's thread after each commit, must not block.
pub type Sink = Box<dyn FnMut(Effect) + Send>;

impl Engine {
    /// Starts the writer's thread.
    ///
    /// # Errors
    /// When the store cannot be read or no thread can be had.
    pub fn start(
        writer: Box<dyn store::Writer>,
        directory: Arc<Directory>,
        clock: Clock,
        sink: Sink,
    ) -> Result<Self, store::Error> {
        let (orders, inbox) = channel();
        let desk = Desk::new(writer, directory, clock)?;
        let thread = std::thread::Builder::new()
            .name("exchange".to_owned())
            .spawn(move || thread::run(desk, inbox, sink))
            .map_err(|error| store::Error::Unusable(error.to_string()))?;
        Ok(Self {
            orders,
            places: Arc::new(Semaphore::new(WAITING_STEPS)),
            thread: Arc::new(Mutex::new(Some(thread))),
        })
    }

    /// Runs a step and returns its result once it is on disk.
    ///
    /// # Errors
    /// [`StepError`]; nothing was written.
    pub async fn step<T: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Desk) -> Result<T, StepError> + Send + 'static,
    ) -> Result<T, StepError> {
        self.order(step, Order::Now).await
    }

    /// The same, seeing everything before it committed: for steps that read by other ways than
    /// by conversation (names that must be unique, a person's list).
    ///
    /// # Errors
    /// [`StepError`]; nothing was written.
    pub async fn step_alone<T: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Desk) -> Result<T, StepError> + Send + 'static,
    ) -> Result<T, StepError> {
        self.order(step, Order::Alone).await
    }

    async fn order<T: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Desk) -> Result<T, StepError> + Send + 'static,
        how: fn(Run) -> Order,
    ) -> Result<T, StepError> {
        let _place = self.places.acquire().await.map_err(|_| StepError::Unavailable)?;
        let (tell, told) = oneshot::channel();
        let run: Run = Box::new(move |desk| {
            let result = desk.attempt(step);
            Box::new(move |kept| {
                let lost = || Err(StepError::Unavailable);
                let _ = tell.send(if kept || result.is_err() { result } else { lost() });
            })
        });
        self.orders.send(how(run)).map_err(|_| StepError::Unavailable)?;
        told.await.unwrap_or(Err(StepError::Unavailable))
    }

    /// A step nobody waits for. If its batch does not happen it is taken again, a few times;
    /// after that it is lost: only for what at-least-once allows to be done again after a
    /// restart (the end of a delivery).
    pub fn later(&self, step: impl Fn(&mut Desk) -> Result<(), StepError> + Send + 'static) {
        again(self.orders.clone(), Box::new(step), LATER_TRIES);
    }

    /// Waits until the writer has ended: call when no other handle is left to order anything.
    pub fn join(self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(self.orders);
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

type Step = Box<dyn Fn(&mut Desk) -> Result<(), StepError> + Send>;

fn again(orders: Sender<Order>, step: Step, tries: u32) {
    let back = orders.clone();
    let run: Run = Box::new(move |desk| {
        let result = desk.attempt(&step);
        Box::new(move |kept| match result {
            Ok(()) if kept => {}
            Ok(()) | Err(StepError::Unavailable) if tries > 1 => again(back, step, tries - 1),
            result => tracing::warn!(?result, "a deferred step was not taken"),
        })
    });
    let _ = orders.send(Order::Later(run));
}
