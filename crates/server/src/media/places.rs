//! How many files may be taken in at once: in all, and of one sender, so that nobody takes the
//! places of the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use exchange::limits;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Places for those who send files; who comes too late waits a little.
#[derive(Debug)]
pub struct Places {
    all: Arc<Semaphore>,
    each: Mutex<HashMap<u64, Arc<Semaphore>>>,
}

/// A place; free again when dropped.
#[derive(Debug)]
pub struct Place {
    _own: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl Default for Places {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(limits::UPLOADS)), each: Mutex::default() }
    }
}

impl Places {
    /// A place for this sender; `None` when there is none in time.
    pub async fn take(&self, sender: u64) -> Option<Place> {
        self.take_within(sender, Duration::from_millis(limits::UPLOAD_WAIT_MS.unsigned_abs())).await
    }

    async fn take_within(&self, sender: u64, wait: Duration) -> Option<Place> {
        let own = self.of(sender);
        let both = async {
            // One's own first: who has too many under way waits outside.
            let own = own.acquire_owned().await.ok()?;
            let of_all = self.all.clone().acquire_owned().await.ok()?;
            Some(Place { _own: own, _of_all: of_all })
        };
        timeout(wait, both).await.ok().flatten()
    }

    fn of(&self, sender: u64) -> Arc<Semaphore> {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        if each.len() > 4 * limits::UPLOADS {
            // Whoever has a place or waits for one holds it, too.
            each.retain(|_, one| Arc::strong_count(one) > 1);
        }
        each.entry(sender).or_insert_with(|| Arc::new(Semaphore::new(limits::UPLOADS_EACH))).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_takes_the_places_of_the_others() {
        let places = Places::default();
        let mut held = Vec::new();
        for _ in 0..limits::UPLOADS_EACH {
            held.push(places.take(1).await.expect("a place"));
        }
        assert!(places.take_within(1, Duration::ZERO).await.is_none());
        let other = places.take(2).await.expect("a place");
        held.pop();
        held.push(places.take(1).await.expect("one is free again"));
        drop(other);
        for sender in 0..10_000 {
            assert!(places.take(sender + 10).await.is_some());
        }
        assert!(places.each.lock().expect("sound").len() <= 4 * limits::UPLOADS + 1);
        assert!(
            places.take_within(1, Duration::ZERO).await.is_none(),
            "its places are still known"
        );
    }
}
