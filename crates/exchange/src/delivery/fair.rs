//! Start-time fair queueing (Goyal, Vin, Cheng 1996): who is served next when service is scarce.
//!
//! No weights and no priorities: the type has no place for one. Between any two flows that stay
//! backlogged, the service received differs by at most one job of each. A flow that was idle
//! comes back at the current virtual time: nothing saved up, nothing owed.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::hash::Hash;

/// Flows waiting for service, ordered by start tag.
#[derive(Debug)]
pub struct Fair<F> {
    virtual_time: u64,
    arrivals: u64,
    waiting: BinaryHeap<Reverse<(u64, u64, F)>>,
    finish: HashMap<F, u64>,
}

impl<F: Copy + Eq + Hash + Ord> Default for Fair<F> {
    fn default() -> Self {
        Self { virtual_time: 0, arrivals: 0, waiting: BinaryHeap::new(), finish: HashMap::new() }
    }
}

impl<F: Copy + Eq + Hash + Ord> Fair<F> {
    /// Puts a flow in line for one job. The caller keeps a flow in line at most once.
    pub fn enqueue(&mut self, flow: F) {
        let finish = self.finish.get(&flow).copied().unwrap_or(0);
        let start = finish.max(self.virtual_time);
        self.arrivals += 1;
        self.waiting.push(Reverse((start, self.arrivals, flow)));
    }

    /// The flow to serve next; every job costs one.
    pub fn dequeue(&mut self) -> Option<F> {
        let Reverse((start, _, flow)) = self.waiting.pop()?;
        self.virtual_time = start;
        self.finish.insert(flow, start + 1);
        if self.finish.len() > 4096.max(2 * self.waiting.len()) {
            self.forget_idle();
        }
        Some(flow)
    }

    /// A finish tag at or before the virtual time changes nothing: it need not be remembered.
    fn forget_idle(&mut self) {
        let now = self.virtual_time;
        self.finish.retain(|_, finish| *finish > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The published bound, for any arrivals: over any interval in which two flows are both
        /// backlogged, the jobs served differ by at most 2 (= one job of each).
        #[test]
        fn backlogged_flows_are_served_alike(arrivals in prop::collection::vec((0u8..5, 0u8..4), 1..400)) {
            let mut fair = Fair::default();
            let mut backlog = [0u32; 5];
            // (served by then, backlogged at that step) per step
            let mut history: Vec<([u32; 5], [bool; 5])> = Vec::new();
            let mut served = [0u32; 5];
            for (flow, serve) in arrivals {
                backlog[flow as usize] += 1;
                if backlog[flow as usize] == 1 {
                    fair.enqueue(flow);
                }
                for _ in 0..serve {
                    history.push((served, backlog.map(|b| b > 0)));
                    let Some(next) = fair.dequeue() else { break };
                    served[next as usize] += 1;
                    backlog[next as usize] -= 1;
                    if backlog[next as usize] > 0 {
                        fair.enqueue(next);
                    }
                }
            }
            for a in 0..5 {
                for b in 0..a {
                    let mut begin: Option<([u32; 5], usize)> = None;
                    for (at, (counts, active)) in history.iter().enumerate() {
                        if !(active[a] && active[b]) {
                            begin = None;
                            continue;
                        }
                        let (first, _) = *begin.get_or_insert((*counts, at));
                        let got = |f: usize| i64::from(counts[f] - first[f]);
                        prop_assert!((got(a) - got(b)).abs() <= 2);
                    }
                }
            }
        }
    }

    #[test]
    fn a_flood_does_not_delay_the_others() {
        let mut fair = Fair::default();
        fair.enqueue(0);
        for _ in 0..1000 {
            assert_eq!(fair.dequeue(), Some(0));
            fair.enqueue(0);
        }
        fair.enqueue(1);
        let first_two = [fair.dequeue(), fair.dequeue()];
        assert!(first_two.contains(&Some(1)), "{first_two:?}");
    }
}
