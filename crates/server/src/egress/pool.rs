//! Idle connections, bounded all together: each is an open file.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::connection::Connection;
use super::target::Target;

/// Idle connections of all targets together; past it the longest idle one is closed (ours: with
/// `limits::IN_FLIGHT` in use it stays well below 1,024 open files).
const IDLE: usize = 128;
/// An idle connection is closed after one to two of these. Servers close theirs after 5 s (a
/// popular run-time's default) to 75 s; what they close is noticed before it is used again (ours).
const SWEEP: Duration = Duration::from_secs(15);

/// Idle connections, the longest idle first.
#[derive(Default)]
pub(super) struct Pool(Mutex<Lot>);

#[derive(Default)]
struct Lot {
    idle: VecDeque<Idle>,
    sweeping: bool,
}

struct Idle {
    target: Target,
    connection: Connection,
    /// Has it been idle since before the last sweep?
    old: bool,
}

impl Pool {
    /// The most recently used connection to the target's host and port. May have been closed.
    pub(super) fn take(&self, target: &Target) -> Option<Connection> {
        let mut lot = self.lot();
        let at = lot.idle.iter().rposition(|idle| idle.target.same_origin(target))?;
        lot.idle.remove(at).map(|idle| idle.connection)
    }

    /// Keeps a connection for later.
    pub(super) fn put(self: &Arc<Self>, target: &Target, connection: Connection) {
        let mut lot = self.lot();
        let closed = if lot.idle.len() >= IDLE { lot.idle.pop_front() } else { None };
        lot.idle.push_back(Idle { target: target.clone(), connection, old: false });
        let sweep = !std::mem::replace(&mut lot.sweeping, true);
        drop(lot);
        drop(closed);
        if sweep {
            tokio::spawn(Self::sweep(self.clone()));
        }
    }

    /// Closes what stays idle; ends when nothing is left.
    async fn sweep(self: Arc<Self>) {
        loop {
            tokio::time::sleep(SWEEP).await;
            let closed = self.grow_older();
            if closed.is_none() {
                return;
            }
        }
    }

    /// Takes out what was old already and makes the rest old; None when nothing is left.
    fn grow_older(&self) -> Option<Vec<Idle>> {
        let mut lot = self.lot();
        // the longest idle stand first, so the old ones are one run
        let old = lot.idle.iter().take_while(|idle| idle.old).count();
        let closed: Vec<Idle> = lot.idle.drain(..old).collect();
        lot.idle.iter_mut().for_each(|idle| idle.old = true);
        lot.sweeping = !lot.idle.is_empty() || !closed.is_empty();
        lot.sweeping.then_some(closed)
    }

    fn lot(&self) -> std::sync::MutexGuard<'_, Lot> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use hyper_util::rt::TokioIo;

    use super::*;

    async fn connection() -> Connection {
        let (ours, theirs) = tokio::io::duplex(64);
        // leaked so that the other side stays open
        std::mem::forget(theirs);
        Connection::over(TokioIo::new(Box::new(ours))).await.ok().unwrap()
    }

    fn target(n: usize) -> Target {
        Target::parse(&format!("http://h{n}.example/{n}")).unwrap()
    }

    #[tokio::test]
    async fn the_longest_idle_gives_way() {
        let pool = Arc::new(Pool::default());
        for n in 0..=IDLE {
            pool.put(&target(n), connection().await);
        }
        assert!(pool.take(&target(0)).is_none());
        assert!(pool.take(&target(1)).is_some());
        assert!(pool.take(&target(1)).is_none());
        let other_path = Target::parse("http://h2.example:80/other").unwrap();
        let other_port = Target::parse("http://h3.example:81/3").unwrap();
        assert!(pool.take(&other_path).is_some());
        assert!(pool.take(&other_port).is_none());
    }

    #[tokio::test]
    async fn two_sweeps_close_what_stays_idle() {
        let pool = Arc::new(Pool::default());
        pool.put(&target(1), connection().await);
        assert_eq!(pool.grow_older().unwrap().len(), 0);
        pool.put(&target(2), connection().await);
        assert_eq!(pool.grow_older().unwrap().len(), 1);
        assert!(pool.take(&target(1)).is_none());
        assert!(pool.take(&target(2)).is_some());
        assert!(pool.grow_older().is_none());
    }
}
