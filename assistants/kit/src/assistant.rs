//! What makes one assistant different from another.

use std::future::Future;

use jiff::Timestamp;
use rusqlite::Connection;

use crate::{Clock, Error, Http, Incoming, Outgoing, Store};

/// What an assistant may use while it thinks.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Its own database.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    /// An HTTP client, for a model for instance.
    pub http: Http,
}

/// One assistant.
pub trait Assistant: Send + Sync + 'static {
    /// What `think` hands to `decide`; `()` when there is nothing to wait for.
    type Thought: Send + 'static;

    /// SQL that makes its own tables; run at every start.
    const SCHEMA: &'static str;

    /// Returns once the assistant is able to answer. Until then it does not register, so
    /// nobody is offered an assistant that cannot answer.
    fn ready(&self, _desk: &Desk) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// The slow part. It must have no effects of its own: after a crash it runs again for the
    /// same message. The typing sign shows meanwhile.
    fn think(&self, desk: &Desk, message: &Incoming) -> impl Future<Output = Self::Thought> + Send;

    /// The quick part: changes the assistant's tables and says what to send, in the very
    /// transaction that marks the message as dealt with.
    fn decide(
        &self,
        db: &Connection,
        message: &Incoming,
        thought: Self::Thought,
        now: Timestamp,
    ) -> Result<Vec<Outgoing>, Error>;

    /// Deletes what the assistant promised on its card not to keep; run at every sweep.
    fn prune(&self, _db: &Connection, _now: Timestamp) -> Result<(), Error> {
        Ok(())
    }
}
