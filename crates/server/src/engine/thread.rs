//! The writer's loop: gather, decide, commit, answer.

use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::{Desk, Effect, Finish, Order, Sink};

/// Ops in one batch, at most (`storage.md` 6.4: a huge batch would delay everybody).
const BATCH_OPS: usize = 1024;
/// How long what nobody waits for may wait for company.
const LATER: Duration = Duration::from_millis(5);

pub(super) fn run(mut desk: Desk, inbox: Receiver<Order>, mut sink: Sink) {
    while gather(&mut desk, &inbox, &mut sink) {}
    tracing::debug!("the writer has ended");
}

/// One batch; `false` when nobody can order any more.
fn gather(desk: &mut Desk, inbox: &Receiver<Order>, sink: &mut Sink) -> bool {
    let Ok(first) = inbox.recv() else { return false };
    let begun_us = desk.monotonic_us();
    let mut finishes: Vec<Finish> = Vec::new();
    let mut waited_for = false;
    let mut alone = None;
    let mut next = Some(first);
    while let Some(order) = next {
        match order {
            Order::Now(run) => {
                waited_for = true;
                finishes.push(run(desk));
            }
            Order::Later(run) => finishes.push(run(desk)),
            Order::Alone(run) => {
                alone = Some(run);
                break;
            }
        }
        if desk.ops() >= BATCH_OPS {
            break;
        }
        let waited = Duration::from_micros(desk.monotonic_us().saturating_sub(begun_us));
        next = if waited_for || waited >= LATER {
            inbox.try_recv().ok()
        } else {
            inbox.recv_timeout(LATER - waited).ok()
        };
    }
    settle(desk, finishes, sink);
    if let Some(run) = alone {
        let finish = run(desk);
        settle(desk, vec![finish], sink);
    }
    true
}

/// Commits, lets the effects happen, answers. From here on the batch is on disk, or nothing of
/// it has happened.
fn settle(desk: &mut Desk, finishes: Vec<Finish>, sink: &mut Sink) {
    let effects: Option<Vec<Effect>> = desk.commit();
    let kept = effects.is_some();
    for effect in effects.into_iter().flatten() {
        sink(effect);
    }
    for finish in finishes {
        finish(kept);
    }
}
