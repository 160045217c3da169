//! Every accepted message meets its webhook exactly once: the book in which both are ticked.

use crate::figures::Latencies;
use std::collections::hash_map::{DefaultHasher, Entry};
use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// What one phase counted.
#[derive(Debug, Default)]
pub struct Tally {
    /// Sends answered with 200.
    pub accepted: u64,
    /// Accepted sends whose `sent` webhook arrived.
    pub completed: u64,
    /// Webhooks that came again.
    pub duplicates: u64,
    /// When the last send was accepted.
    pub last_accept: Option<Instant>,
    /// When the last webhook completed a send.
    pub last_completion: Option<Instant>,
    /// From the intended send time to the 200.
    pub accept: Latencies,
    /// From the intended send time to the webhook's arrival.
    pub end_to_end: Latencies,
    /// From the intended to the real send time: the generator's own lateness and, in an open
    /// loop, the wait for a free connection.
    pub send_lag: Latencies,
    /// Sends not accepted, by status and error code.
    pub errors: BTreeMap<String, u64>,
}

/// What must not happen, over the whole life of a sink.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Accepted sends whose webhook never came.
    pub missing: u64,
    /// `sent` webhooks for messages nobody had accepted.
    pub invented: u64,
    /// Webhooks with an absent or wrong signature.
    pub badly_signed: u64,
    /// Webhooks of another shape or for numbers nobody registered.
    pub malformed: u64,
    /// Webhooks naming another number or person than the message was sent from or to.
    pub misaddressed: u64,
    /// Sends answered with a message id that was given before.
    pub ids_given_twice: u64,
}

impl Verdict {
    /// Nothing of it happened.
    pub fn clean(&self) -> bool {
        *self == Self::default()
    }
}

enum Slot {
    Accepted { intended: Instant, address: u64 },
    Arrived { at: Instant, address: u64 },
    Done,
}

#[derive(Default)]
struct Book {
    slots: HashMap<Box<str>, Slot>,
    waiting: u64,
    early: u64,
    lost_answers: u64,
    verdict: Verdict,
    tally: Tally,
}

/// The book, shared by the load generator and the sink.
#[derive(Default)]
pub struct Tracker {
    book: Mutex<Book>,
}

/// Number and person of one message, as one number to compare.
pub fn address(phone_number_id: &str, recipient: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (phone_number_id, recipient).hash(&mut hasher);
    hasher.finish()
}

impl Tracker {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A send was answered with 200 at `at`. Its webhook may already have come.
    pub fn accepted(
        &self,
        wamid: &str,
        address: u64,
        intended: Instant,
        sent: Instant,
        at: Instant,
    ) {
        let book = &mut *self.book();
        book.tally.accepted += 1;
        book.tally.last_accept = Some(at);
        book.tally.accept.record(at.saturating_duration_since(intended));
        book.tally.send_lag.record(sent.saturating_duration_since(intended));
        match book.slots.entry(wamid.into()) {
            Entry::Vacant(slot) => {
                slot.insert(Slot::Accepted { intended, address });
                book.waiting += 1;
            }
            Entry::Occupied(mut slot) => match *slot.get() {
                Slot::Arrived { at, address: arrived } => {
                    slot.insert(Slot::Done);
                    book.early -= 1;
                    book.verdict.misaddressed += u64::from(arrived != address);
                    book.tally.complete(intended, at);
                }
                Slot::Accepted { .. } | Slot::Done => book.verdict.ids_given_twice += 1,
            },
        }
    }

    /// A send was answered with something else; `code` says with what.
    pub fn refused(&self, code: String) {
        *self.book().tally.errors.entry(code).or_default() += 1;
    }

    /// A send's answer was lost with its connection, so it may or may not have been accepted.
    pub fn answer_lost(&self) {
        let book = &mut *self.book();
        book.lost_answers += 1;
        *book.tally.errors.entry("connection lost".to_owned()).or_default() += 1;
    }

    /// A well-signed `sent` webhook arrived.
    pub fn arrived(&self, wamid: &str, address: u64, at: Instant) {
        let book = &mut *self.book();
        match book.slots.get_mut(wamid) {
            None => {
                book.slots.insert(wamid.into(), Slot::Arrived { at, address });
                book.early += 1;
            }
            Some(slot) => match *slot {
                Slot::Accepted { intended, address: accepted } => {
                    *slot = Slot::Done;
                    book.waiting -= 1;
                    book.verdict.misaddressed += u64::from(accepted != address);
                    book.tally.complete(intended, at);
                }
                Slot::Arrived { .. } | Slot::Done => book.tally.duplicates += 1,
            },
        }
    }

    /// A webhook failed its signature.
    pub fn badly_signed(&self) {
        self.book().verdict.badly_signed += 1;
    }

    /// A webhook had another shape, or another number.
    pub fn malformed(&self) {
        self.book().verdict.malformed += 1;
    }

    /// Accepted sends still without their webhook, and webhooks still without their acceptance
    /// beyond those whose acceptance may have been lost.
    pub fn open_ends(&self) -> u64 {
        let book = self.book();
        book.waiting + book.early.saturating_sub(book.lost_answers)
    }

    /// Accepted sends still without their webhook.
    pub fn waiting(&self) -> u64 {
        self.book().waiting
    }

    /// Ends a phase: its tally, and a fresh one for the next.
    pub fn take(&self) -> Tally {
        std::mem::take(&mut self.book().tally)
    }

    /// What must not have happened, so far. A webhook without an acceptance is an invention,
    /// unless the acceptance may have been among the answers lost.
    pub fn verdict(&self) -> Verdict {
        let book = self.book();
        let invented = book.early.saturating_sub(book.lost_answers);
        Verdict { missing: book.waiting, invented, ..book.verdict.clone() }
    }
}

impl Tally {
    fn complete(&mut self, intended: Instant, at: Instant) {
        self.completed += 1;
        self.last_completion = self.last_completion.max(Some(at));
        self.end_to_end.record(at.saturating_duration_since(intended));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use std::time::Duration;

    fn accept(tracker: &Tracker, wamid: &str, address: u64) {
        let now = clock::now();
        tracker.accepted(wamid, address, now, now, now + Duration::from_millis(1));
    }

    #[test]
    fn either_order_completes_a_message() {
        let tracker = Tracker::default();
        accept(&tracker, "first", 1);
        assert_eq!(tracker.waiting(), 1);
        tracker.arrived("first", 1, clock::now());
        tracker.arrived("second", 2, clock::now());
        assert_eq!(tracker.open_ends(), 1);
        accept(&tracker, "second", 2);
        assert_eq!(tracker.open_ends(), 0);
        let tally = tracker.take();
        assert_eq!((tally.accepted, tally.completed, tally.duplicates), (2, 2, 0));
        assert_eq!(tally.end_to_end.count(), 2);
        assert!(tracker.verdict().clean());
    }

    #[test]
    fn missing_invented_and_doubled_are_told_apart() {
        let tracker = Tracker::default();
        accept(&tracker, "missing", 1);
        tracker.arrived("invented", 1, clock::now());
        accept(&tracker, "doubled", 1);
        tracker.arrived("doubled", 1, clock::now());
        tracker.arrived("doubled", 1, clock::now());
        assert_eq!(tracker.take().duplicates, 1);
        let expected = Verdict { missing: 1, invented: 1, ..Verdict::default() };
        assert_eq!(tracker.verdict(), expected);
    }

    #[test]
    fn a_lost_answer_excuses_one_webhook() {
        let tracker = Tracker::default();
        tracker.answer_lost();
        tracker.arrived("perhaps accepted", 1, clock::now());
        assert!(tracker.verdict().clean());
        tracker.arrived("surely not", 1, clock::now());
        assert_eq!(tracker.verdict().invented, 1);
    }

    #[test]
    fn the_wrong_addressee_and_a_reused_id_are_seen() {
        let tracker = Tracker::default();
        accept(&tracker, "astray", address("1", "2"));
        tracker.arrived("astray", address("1", "3"), clock::now());
        accept(&tracker, "astray", address("1", "2"));
        let verdict = tracker.verdict();
        assert_eq!((verdict.misaddressed, verdict.ids_given_twice), (1, 1));
        assert!(!verdict.clean());
    }
}
