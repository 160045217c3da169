//! Waiting for conditions, with a deadline.

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// Whatever is waited for must have happened by then (real time).
pub const DEADLINE: Duration = Duration::from_secs(30);

/// The future's result.
///
/// # Panics
/// After the deadline, naming what was waited for.
pub async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    match timeout(DEADLINE, future).await {
        Ok(done) => done,
        Err(_) => panic!("did not happen in time: {what}"),
    }
}

/// Asks again and again (each time is a request to the exchange) until there is an answer.
///
/// # Panics
/// After the deadline, naming what was waited for.
pub async fn eventually<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    let asking = async {
        loop {
            if let Some(found) = ask().await {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    in_time(what, asking).await
}

/// Looks now and after each piece of news until there is an answer.
///
/// # Panics
/// After the deadline, naming what was waited for.
pub async fn on_news<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut news: watch::Receiver<u64>,
    mut look: impl FnMut() -> F,
) -> T {
    let looking = async {
        loop {
            news.borrow_and_update();
            if let Some(found) = look().await {
                return found;
            }
            if news.changed().await.is_err() {
                panic!("there will be no more news: {what}");
            }
        }
    };
    in_time(what, looking).await
}
