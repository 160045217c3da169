//! A few readers for everybody, used from blocking threads: a long read holds up the others of
//! its kind, never the writer.

use std::sync::{Arc, Mutex, PoisonError};

use store::{Error, Reader};
use tokio::sync::Semaphore;

/// Readers that may be at work at once.
const READERS: usize = 4;

/// The pool.
#[derive(Clone)]
pub struct Readers {
    idle: Arc<Mutex<Vec<Box<dyn Reader>>>>,
    places: Arc<Semaphore>,
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Readers")
    }
}

impl Readers {
    /// Opens them.
    ///
    /// # Errors
    /// When a reader cannot be opened.
    pub fn open(make: &dyn Fn() -> Result<Box<dyn Reader>, Error>) -> Result<Self, Error> {
        let idle = (0..READERS).map(|_| make()).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { idle: Arc::new(Mutex::new(idle)), places: Arc::new(Semaphore::new(READERS)) })
    }

    /// Reads; waits for a free reader.
    ///
    /// # Errors
    /// What the store says.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&dyn Reader) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let place = self.places.clone().acquire_owned().await;
        let idle = self.idle.clone();
        let task = tokio::task::spawn_blocking(move || {
            let _place = place;
            let take = || idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(reader) = take() else {
                return Err(Error::Engine("no reader is free".to_owned()));
            };
            let result = read(&*reader);
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
            result
        });
        task.await.unwrap_or_else(|_| Err(Error::Engine("a read was broken off".to_owned())))
    }
}
