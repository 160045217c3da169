//! A writer that fails on command, before or after the write: the two faces of a failure. "It
//! did not happen" and "it did happen but the answer was lost" look the same to the caller, who
//! has to ask [`Writer::last_batch`].

use std::sync::{Arc, Mutex, PoisonError};

use crate::{Batch, Error, Reader, Writer};

/// Which face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is written.
    Before,
    /// It is written, and the answer is lost.
    After,
}

#[derive(Debug, Default)]
struct Plan {
    next: Option<Fault>,
    lasting: Option<Fault>,
    /// One commit in this many fails, by chance from `chance`.
    one_in: u32,
    chance: u64,
    last_batch_fails: u32,
    failed: u64,
}

/// The command over a [`Faulty`] writer; clones command the same one.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Plan>>);

impl Faults {
    fn plan<T>(&self, change: impl FnOnce(&mut Plan) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The next commit fails.
    pub fn fail_next(&self, fault: Fault) {
        self.plan(|plan| plan.next = Some(fault));
    }

    /// Every commit fails from here on (a full disk), until [`Faults::heal`].
    pub fn fail_all(&self, fault: Fault) {
        self.plan(|plan| plan.lasting = Some(fault));
    }

    /// About one commit in `one_in` fails, with either face: which ones, and how, follow from the
    /// seed.
    pub fn fail_some(&self, one_in: u32, seed: u64) {
        self.plan(|plan| (plan.one_in, plan.chance) = (one_in, seed));
    }

    /// The next `times` questions for the last batch fail too.
    pub fn fail_last_batch(&self, times: u32) {
        self.plan(|plan| plan.last_batch_fails = times);
    }

    /// Nothing fails any more.
    pub fn heal(&self) {
        self.plan(|plan| *plan = Plan { failed: plan.failed, ..Plan::default() });
    }

    /// How many commits have failed.
    pub fn failed(&self) -> u64 {
        self.plan(|plan| plan.failed)
    }

    fn draw(&self) -> Option<Fault> {
        self.plan(|plan| {
            let fault = plan.next.take().or(plan.lasting).or_else(|| plan.by_chance());
            plan.failed += u64::from(fault.is_some());
            fault
        })
    }
}

impl Plan {
    /// SplitMix64: enough chance for a test, and the same on every machine.
    fn by_chance(&mut self) -> Option<Fault> {
        if self.one_in == 0 {
            return None;
        }
        self.chance = self.chance.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.chance;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
        let fails = bits.is_multiple_of(u64::from(self.one_in));
        fails.then_some(if bits >> 63 == 0 { Fault::Before } else { Fault::After })
    }
}

/// A writer with faults.
pub struct Faulty {
    inner: Box<dyn Writer>,
    faults: Faults,
}

impl Faulty {
    /// Wraps a writer; it fails as `faults` commands.
    pub fn new(inner: Box<dyn Writer>, faults: Faults) -> Self {
        Self { inner, faults }
    }
}

impl Writer for Faulty {
    fn commit(&mut self, batch: &Batch) -> Result<u64, Error> {
        match self.faults.draw() {
            None => self.inner.commit(batch),
            Some(Fault::Before) => Err(Error::Engine("made to fail before the write".to_owned())),
            Some(Fault::After) => {
                self.inner.commit(batch)?;
                Err(Error::Engine("made to fail after the write".to_owned()))
            }
        }
    }

    fn last_batch(&mut self) -> Result<u64, Error> {
        let fails = self.faults.plan(|plan| {
            let fails = plan.last_batch_fails > 0;
            plan.last_batch_fails = plan.last_batch_fails.saturating_sub(1);
            fails
        });
        if fails {
            return Err(Error::Engine("made to fail".to_owned()));
        }
        self.inner.last_batch()
    }

    fn read(&self) -> &dyn Reader {
        self.inner.read()
    }
}
