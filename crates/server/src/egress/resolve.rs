//! From names to addresses. The system's resolver blocks a thread for as long as a name server
//! likes, so lookups are bounded, and one name is looked up once at a time: a stranger's slow
//! name server can hold one slot, not all of them.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, oneshot};

/// Lookups under way at once; each may hold a thread (ours).
const AT_ONCE: usize = 64;
/// Names waiting for an answer, those under way among them (ours).
const NAMES: usize = 1024;

/// Asks for a name's addresses: the system, or a test.
pub type Lookup = Arc<dyn Fn(String) -> Answer + Send + Sync>;
/// What a [`Lookup`] gives.
pub type Answer = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// The name has no address, or its servers gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoAddress;

type Waiting = Vec<oneshot::Sender<Result<Vec<IpAddr>, NoAddress>>>;

/// Looks names up.
pub(super) struct Resolver {
    lookup: Lookup,
    slots: Arc<Semaphore>,
    waiting: Arc<Mutex<HashMap<String, Waiting>>>,
}

impl Resolver {
    pub(super) fn new(lookup: Lookup) -> Self {
        Self { lookup, slots: Arc::new(Semaphore::new(AT_ONCE)), waiting: Arc::default() }
    }

    /// The addresses of a name, in the order the lookup gave them.
    pub(super) async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, NoAddress> {
        let (sender, receiver) = oneshot::channel();
        {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(others) = waiting.get_mut(name) {
                others.retain(|other| !other.is_closed());
                others.push(sender);
            } else if waiting.len() >= NAMES {
                return Err(NoAddress);
            } else {
                waiting.insert(name.to_owned(), vec![sender]);
                self.start(name.to_owned());
            }
        }
        receiver.await.unwrap_or(Err(NoAddress))
    }

    /// In a task of its own: who asked may give up, the thread is held all the same.
    fn start(&self, name: String) {
        let (slots, waiting) = (self.slots.clone(), self.waiting.clone());
        let lookup = self.lookup.clone();
        tokio::spawn(async move {
            let _slot = slots.acquire().await;
            let result = match lookup(name.clone()).await {
                Ok(addresses) if !addresses.is_empty() => Ok(addresses),
                _ => Err(NoAddress),
            };
            let asked = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
            for one in asked.unwrap_or_default() {
                let _ = one.send(result.clone());
            }
        });
    }
}

/// The system's resolver.
pub(super) fn system() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn one_name_is_looked_up_once_for_all_who_ask() {
        let (asked, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let (count, open) = (asked.clone(), gate.clone());
        let resolver = Arc::new(Resolver::new(Arc::new(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            let open = open.clone();
            Box::pin(async move {
                open.notified().await;
                Ok(vec!["1.1.1.1".parse().unwrap()])
            })
        })));
        let all: Vec<_> = (0..5)
            .map(|_| {
                let resolver = resolver.clone();
                tokio::spawn(async move { resolver.resolve("bot.example").await })
            })
            .collect();
        while resolver.waiting.lock().unwrap().get("bot.example").map_or(0, Vec::len) < 5 {
            tokio::task::yield_now().await;
        }
        gate.notify_one();
        for one in all {
            assert_eq!(one.await.unwrap().unwrap().len(), 1);
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        assert!(resolver.waiting.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_slow_name_server_leaves_the_others_alone() {
        let resolver = Resolver::new(Arc::new(|name: String| {
            Box::pin(async move {
                if name.starts_with("slow") {
                    std::future::pending::<()>().await;
                }
                if name == "none.example" {
                    Ok(vec![])
                } else {
                    Ok(vec!["1.1.1.1".parse().unwrap()])
                }
            })
        }));
        for _ in 0..AT_ONCE {
            let gave_up = std::time::Duration::ZERO;
            assert!(tokio::time::timeout(gave_up, resolver.resolve("slow.example")).await.is_err());
        }
        assert_eq!(resolver.resolve("good.example").await.unwrap().len(), 1);
        assert_eq!(resolver.resolve("none.example").await, Err(NoAddress));
    }
}
