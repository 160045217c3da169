//! Delivers what is owed to assistants: asks the pure queue what may be tried, makes the try in
//! a task of its own, and tells the queue and the writer how it ended.

mod attempt;
mod fetch;

use std::collections::HashMap;
use std::sync::Arc;

use exchange::delivery::outcome::{Outcome, Verdict};
use exchange::delivery::queue::{Done, Queue};
use exchange::delivery::schedule::{self, Next};
use exchange::delivery::{End, Owed};
use exchange::id::{AssistantId, ConversationId, DeliveryId};
use exchange::message::{Failure, Message};
use exchange::time::Millis;
use store::Op;
use store::row::Answer;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::clock::{Clock, random_u64};
use crate::directory::Directory;
use crate::egress::Egress;
use crate::engine::Engine;
use crate::media::Links;
use crate::readers::Readers;
use crate::sandbox::Sandbox;

/// Messages remembered from their acceptance to their first try; past it they are read back.
const CARRIED: usize = 16_384;
/// Inputs handled in one go.
const INPUTS: usize = 256;

/// A delivery with what is needed to make it without reading it back.
#[derive(Debug)]
pub struct Carried {
    /// What is owed.
    pub owed: Owed,
    /// The message it is about and the person's display name.
    pub with: Option<(Arc<Message>, String)>,
}

/// How one try ended.
#[derive(Debug)]
struct Tried {
    job: Owed,
    result: Result<Outcome, Withdrawn>,
    duration_ms: u32,
}

/// The person withdrew (or is gone) before the try was made.
#[derive(Debug)]
struct Withdrawn;

#[derive(Debug)]
enum Input {
    Owed(Carried),
    Cancel(AssistantId, ConversationId, Option<oneshot::Sender<()>>),
    Tried(Tried),
}

/// Where deliveries are handed in; never waits.
#[derive(Debug, Clone)]
pub struct Deliveries(UnboundedSender<Input>);

impl Deliveries {
    /// Something is owed. The number owed is bounded by the writer.
    pub fn owe(&self, carried: Carried) {
        let _ = self.0.send(Input::Owed(carried));
    }

    /// Takes back what is owed for a conversation; what is under way is broken off.
    pub fn cancel(
        &self,
        assistant: AssistantId,
        conversation: ConversationId,
        done: Option<oneshot::Sender<()>>,
    ) {
        let _ = self.0.send(Input::Cancel(assistant, conversation, done));
    }
}

/// What deliveries need.
#[derive(Debug, Clone)]
pub struct Means {
    /// Time.
    pub clock: Clock,
    /// Where to.
    pub directory: Arc<Directory>,
    /// The door out.
    pub egress: Arc<Egress>,
    /// Files sent by link.
    pub links: Links,
    /// The writer, for what was fetched.
    pub engine: Engine,
    /// For what is not carried.
    pub readers: Readers,
    /// The address of this exchange, for links in error texts and to files.
    pub origin: String,
    /// The key that addresses of files are proved with.
    pub media_key: [u8; 32],
    /// Stands at the door in `strowger dev`.
    pub sandbox: Option<Arc<Sandbox>>,
}

/// A queue that is not served yet: the writer can be started with its handle.
#[derive(Debug)]
pub struct Unstarted {
    inbox: UnboundedReceiver<Input>,
    handle: Deliveries,
}

/// Makes the queue and its handle.
pub fn prepare() -> (Deliveries, Unstarted) {
    let (sender, inbox) = unbounded_channel();
    let handle = Deliveries(sender);
    (handle.clone(), Unstarted { inbox, handle })
}

impl Unstarted {
    /// Serves the queue until the runtime ends; begins with what is owed from before.
    pub fn start(self, found: Vec<Owed>, means: Means, engine: Engine) {
        let mut worker = Worker {
            queue: Queue::default(),
            carried: HashMap::new(),
            running: HashMap::new(),
            handle: self.handle,
            means,
            engine,
        };
        for owed in found {
            worker.queue.push(owed);
        }
        tokio::spawn(worker.run(self.inbox));
    }
}

struct Worker {
    queue: Queue,
    carried: HashMap<DeliveryId, (Arc<Message>, String)>,
    running: HashMap<DeliveryId, AbortHandle>,
    handle: Deliveries,
    means: Means,
    engine: Engine,
}

impl Worker {
    async fn run(mut self, mut inbox: UnboundedReceiver<Input>) {
        let mut inputs = Vec::with_capacity(INPUTS);
        loop {
            let now = self.means.clock.now();
            while let Some(job) = self.queue.next(now) {
                self.attempt(job);
            }
            let due = self.queue.next_due();
            let clock = self.means.clock.clone();
            tokio::select! {
                count = inbox.recv_many(&mut inputs, INPUTS) => if count == 0 { return },
                () = wait(clock, due) => {}
            }
            for input in inputs.drain(..) {
                self.take(input);
            }
        }
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Owed(Carried { owed, with }) => {
                if let Some(with) = with
                    && self.carried.len() < CARRIED
                {
                    self.carried.insert(owed.id, with);
                }
                self.queue.push(owed);
            }
            Input::Cancel(assistant, conversation, done) => {
                self.cancel(assistant, conversation);
                if let Some(done) = done {
                    let _ = done.send(());
                }
            }
            Input::Tried(tried) => self.tried(tried),
        }
    }

    fn attempt(&mut self, job: Owed) {
        let with = self.carried.remove(&job.id);
        let means = self.means.clone();
        let handle = self.handle.clone();
        let task = tokio::spawn(async move {
            let started = means.clock.monotonic_us();
            let result = attempt::attempt(&means, &job, with).await;
            let took_us = means.clock.monotonic_us().saturating_sub(started);
            let duration_ms = u32::try_from(took_us / 1000).unwrap_or(u32::MAX);
            let _ = handle.0.send(Input::Tried(Tried { job, result, duration_ms }));
        });
        self.running.insert(job.id, task.abort_handle());
    }

    fn tried(&mut self, Tried { job, result, duration_ms }: Tried) {
        if self.running.remove(&job.id).is_none() {
            return;
        }
        let Ok(outcome) = result else {
            self.queue.done(&job, Done::Settled { answered: true });
            self.end(job, End::Cancelled, withdrawn(), None);
            return;
        };
        let answer = Answer { status: outcome.status(), reason: outcome.reason(), duration_ms };
        if outcome.verdict() == Verdict::Delivered {
            self.queue.done(&job, Done::Settled { answered: true });
            self.end(job, End::Delivered, answer, None);
            return;
        }
        let now = self.means.clock.now();
        match schedule::after(&job, &outcome, now, random_u64() as u16) {
            Next::At(at) => {
                self.queue.done(&job, Done::Again(at));
                let owed = Owed { due: at, ..job };
                self.engine.later(move |desk| {
                    desk.put(Op::Retry(owed, answer.clone()));
                    Ok(())
                });
            }
            Next::Dead => {
                self.queue.done(&job, Done::Settled { answered: false });
                self.end(job, End::Dead, answer, attempt::reason(&job, &outcome));
            }
        }
    }

    fn end(&self, job: Owed, end: End, answer: Answer, reason: Option<Failure>) {
        self.engine.later(move |desk| desk.settle(job, end, answer.clone(), reason));
    }

    fn cancel(&mut self, assistant: AssistantId, conversation: ConversationId) {
        for owed in self.queue.cancel(assistant, conversation) {
            self.carried.remove(&owed.id);
            if let Some(task) = self.running.remove(&owed.id) {
                task.abort();
                self.queue.done(&owed, Done::Settled { answered: true });
            }
            self.end(owed, End::Cancelled, withdrawn(), None);
        }
    }
}

fn withdrawn() -> Answer {
    let reason = "the person stopped the assistant before it was delivered".to_owned();
    Answer { reason, ..Answer::default() }
}

async fn wait(clock: Clock, due: Option<Millis>) {
    match due {
        Some(at) => clock.until(at).await,
        None => std::future::pending().await,
    }
}
