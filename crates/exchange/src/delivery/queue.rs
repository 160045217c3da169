//! The one queue of obligations, pure: who may be tried now, in which order.
//!
//! A *flow* is one lane of one assistant; flows never wait for one another, except for the
//! common number of deliveries under way, which is shared by start-time fair queueing. A *line*
//! is what must stay in order within a flow: the messages or events of one conversation, or the
//! statuses or files of one message. A line waits behind its head; lines of one flow overtake each other.
//!
//! A flow whose last try failed is *suspect*: it gets narrower, down to one delivery under way,
//! and all suspects together may use a quarter of the whole. So a slow, dead or hostile endpoint
//! costs the others nothing they can notice.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use super::fair::Fair;
use super::{Lane, Owed};
use crate::id::{AssistantId, ConversationId, DeliveryId, Seq};
use crate::limits;
use crate::time::Millis;

type FlowKey = (AssistantId, Lane);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct LineKey(ConversationId, Option<Seq>);

fn keys(owed: &Owed) -> (FlowKey, LineKey) {
    let lane = owed.kind.lane();
    let seq = matches!(lane, Lane::Statuses | Lane::Fetches).then_some(owed.seq);
    ((owed.assistant, lane), LineKey(owed.conversation, seq))
}

#[derive(Debug)]
struct Line {
    head: Owed,
    rest: VecDeque<Owed>,
    in_flight: bool,
}

#[derive(Debug)]
struct Flow {
    lines: HashMap<LineKey, Line>,
    ready: VecDeque<LineKey>,
    waiting: BinaryHeap<Reverse<(Millis, DeliveryId, LineKey)>>,
    in_flight: u32,
    width: u32,
    suspect: bool,
    in_line: bool,
}

impl Flow {
    fn new() -> Self {
        Self {
            lines: HashMap::new(),
            ready: VecDeque::new(),
            waiting: BinaryHeap::new(),
            in_flight: 0,
            width: limits::IN_FLIGHT_START,
            suspect: false,
            in_line: false,
        }
    }
}

/// How a try ended, for the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Delivered, or given up, or cancelled: the line goes on. `answered` is whether the
    /// endpoint is well (a 2xx).
    Settled {
        /// Whether it was a 2xx.
        answered: bool,
    },
    /// To be tried again then.
    Again(Millis),
}

/// All owed deliveries of this process.
#[derive(Debug, Default)]
pub struct Queue {
    flows: HashMap<FlowKey, Flow>,
    fair: Fair<FlowKey>,
    parked: VecDeque<FlowKey>,
    timers: BinaryHeap<Reverse<(Millis, FlowKey)>>,
    owed: HashMap<AssistantId, usize>,
    in_flight: usize,
    suspects_in_flight: usize,
}

impl Queue {
    /// Adds an obligation. Ids grow, so a line stays in order of acceptance.
    pub fn push(&mut self, owed: Owed) {
        let (flow_key, line_key) = keys(&owed);
        *self.owed.entry(owed.assistant).or_default() += 1;
        let flow = self.flows.entry(flow_key).or_insert_with(Flow::new);
        if let Some(line) = flow.lines.get_mut(&line_key) {
            line.rest.push_back(owed);
            return;
        }
        let line = Line { head: owed, rest: VecDeque::new(), in_flight: false };
        flow.lines.insert(line_key, line);
        if owed.attempt == 0 {
            flow.ready.push_back(line_key);
        } else {
            flow.waiting.push(Reverse((owed.due, owed.id, line_key)));
            self.timers.push(Reverse((owed.due, flow_key)));
        }
        self.admit(flow_key);
    }

    /// The next delivery to try now, with `attempt` counting this try; `None` when there is none
    /// or all places are taken.
    pub fn next(&mut self, now: Millis) -> Option<Owed> {
        self.wake(now);
        while self.in_flight < limits::IN_FLIGHT {
            let Some(flow_key) = self.fair.dequeue() else {
                if !self.unpark() {
                    return None;
                }
                continue;
            };
            let Some(flow) = self.flows.get_mut(&flow_key) else { continue };
            flow.in_line = false;
            if flow.suspect && self.suspects_in_flight >= limits::IN_FLIGHT_SUSPECT {
                flow.in_line = true;
                self.parked.push_back(flow_key);
                continue;
            }
            let Some(line_key) = flow.ready.pop_front() else { continue };
            let Some(line) = flow.lines.get_mut(&line_key) else { continue };
            line.in_flight = true;
            line.head.attempt += 1;
            let job = line.head;
            flow.in_flight += 1;
            self.in_flight += 1;
            self.suspects_in_flight += usize::from(flow.suspect);
            self.admit(flow_key);
            return Some(job);
        }
        None
    }

    /// When `next` may have something again although nothing new came; `None` if never.
    pub fn next_due(&self) -> Option<Millis> {
        self.timers.peek().map(|Reverse((at, _))| *at)
    }

    /// Tells how a try ended. Unknown deliveries (cancelled meanwhile) are ignored.
    pub fn done(&mut self, job: &Owed, done: Done) {
        let (flow_key, line_key) = keys(job);
        let Some(flow) = self.flows.get_mut(&flow_key) else { return };
        flow.in_flight = flow.in_flight.saturating_sub(1);
        self.in_flight = self.in_flight.saturating_sub(1);
        if flow.suspect {
            self.suspects_in_flight = self.suspects_in_flight.saturating_sub(1);
        }
        let well = matches!(done, Done::Settled { answered: true });
        // Those under way stay counted as what the flow now is, so that counts always balance.
        if flow.suspect == well {
            let under_way = flow.in_flight as usize;
            if well {
                self.suspects_in_flight = self.suspects_in_flight.saturating_sub(under_way);
            } else {
                self.suspects_in_flight += under_way;
            }
            flow.suspect = !well;
        }
        flow.width = if well {
            (flow.width + 1).min(limits::IN_FLIGHT_PER_FLOW)
        } else {
            (flow.width / 2).max(1)
        };
        if let Some(line) = flow.lines.get_mut(&line_key).filter(|line| line.head.id == job.id) {
            line.in_flight = false;
            match done {
                Done::Again(at) => {
                    line.head.attempt = job.attempt;
                    line.head.due = at;
                    flow.waiting.push(Reverse((at, job.id, line_key)));
                    self.timers.push(Reverse((at, flow_key)));
                }
                Done::Settled { .. } => {
                    self.forget(job.assistant, 1);
                    self.advance(flow_key, line_key);
                }
            }
        }
        if let Some(parked) = self.parked.pop_front() {
            self.fair.enqueue(parked);
        }
        self.admit(flow_key);
        self.drop_if_idle(flow_key);
    }

    /// Takes back everything owed for a conversation. Those under way are named too: the caller
    /// ends them, and their `done` is then ignored but for its place.
    pub fn cancel(&mut self, assistant: AssistantId, conversation: ConversationId) -> Vec<Owed> {
        let mut cancelled = Vec::new();
        for lane in Lane::ALL {
            let Some(flow) = self.flows.get_mut(&(assistant, lane)) else { continue };
            let theirs: Vec<LineKey> =
                flow.lines.keys().filter(|key| key.0 == conversation).copied().collect();
            for key in theirs {
                if let Some(line) = flow.lines.remove(&key) {
                    cancelled.push(line.head);
                    cancelled.extend(line.rest);
                }
                flow.ready.retain(|ready| *ready != key);
            }
            self.drop_if_idle((assistant, lane));
        }
        self.forget(assistant, cancelled.len());
        cancelled
    }

    /// How many deliveries are owed to an assistant.
    pub fn owed_to(&self, assistant: AssistantId) -> usize {
        self.owed.get(&assistant).copied().unwrap_or(0)
    }

    /// How many deliveries are under way.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Nobody else is in line: suspects may be looked at again, if they have room.
    fn unpark(&mut self) -> bool {
        if self.parked.is_empty() || self.suspects_in_flight >= limits::IN_FLIGHT_SUSPECT {
            return false;
        }
        for flow_key in self.parked.drain(..) {
            self.fair.enqueue(flow_key);
        }
        true
    }

    fn forget(&mut self, assistant: AssistantId, count: usize) {
        if let Some(owed) = self.owed.get_mut(&assistant) {
            *owed = owed.saturating_sub(count);
            if *owed == 0 {
                self.owed.remove(&assistant);
            }
        }
    }

    fn advance(&mut self, flow_key: FlowKey, line_key: LineKey) {
        let Some(flow) = self.flows.get_mut(&flow_key) else { return };
        let Some(line) = flow.lines.get_mut(&line_key) else { return };
        if let Some(next) = line.rest.pop_front() {
            line.head = next;
            flow.ready.push_back(line_key);
        } else {
            flow.lines.remove(&line_key);
        }
    }

    /// Puts a flow in line if it has something to try and room to try it.
    fn admit(&mut self, flow_key: FlowKey) {
        let Some(flow) = self.flows.get_mut(&flow_key) else { return };
        if !flow.in_line && !flow.ready.is_empty() && flow.in_flight < flow.width {
            flow.in_line = true;
            self.fair.enqueue(flow_key);
        }
    }

    fn wake(&mut self, now: Millis) {
        while let Some(Reverse((at, flow_key))) = self.timers.peek().copied() {
            if at > now {
                return;
            }
            self.timers.pop();
            let Some(flow) = self.flows.get_mut(&flow_key) else { continue };
            while flow.waiting.peek().is_some_and(|Reverse((due, ..))| *due <= now) {
                let Some(Reverse((_, id, line_key))) = flow.waiting.pop() else { break };
                let line = flow.lines.get(&line_key);
                if line.is_some_and(|line| line.head.id == id && !line.in_flight) {
                    flow.ready.push_back(line_key);
                }
            }
            self.admit(flow_key);
        }
    }

    /// A flow that owes nothing is forgotten unless it is suspect (its width is what it learned).
    fn drop_if_idle(&mut self, flow_key: FlowKey) {
        let idle = |flow: &Flow| {
            flow.lines.is_empty() && flow.in_flight == 0 && !flow.in_line && !flow.suspect
        };
        if self.flows.get(&flow_key).is_some_and(idle) {
            let flow = self.flows.get(&flow_key);
            // Keeping a healthy flow's width costs a few bytes an assistant; keep it.
            if flow.is_some_and(|flow| flow.width == limits::IN_FLIGHT_START) {
                self.flows.remove(&flow_key);
            }
        }
    }
}

#[cfg(test)]
mod tests;
