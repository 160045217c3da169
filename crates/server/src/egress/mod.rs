//! The only door out. Callbacks are given by strangers, so: every address is checked after the
//! name is looked up and only a checked one is connected to; redirects of callbacks are not
//! followed; time and size are bounded; nothing of a URL's query reaches a log.

mod address;
mod connect;
mod connection;
mod download;
mod pool;
mod resolve;
mod retry_after;
mod target;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use exchange::delivery::outcome::Outcome;
use exchange::limits;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response};
use tokio::time::timeout;

use crate::clock::Clock;
use crate::config::Config;
use crate::tls::{self, Shown};

pub use address::Place;
pub use download::Download;
pub use resolve::{Answer, Lookup};
pub use target::{BadTarget, Target};

use connect::Connector;
pub(crate) use connect::tls_config;
use connection::{Connection, NotSent};
use pool::Pool;

/// `X-Hub-Signature-256`, for [`Egress::post`].
pub const SIGNATURE_256: HeaderName = HeaderName::from_static("x-hub-signature-256");

const USER_AGENT: HeaderValue = HeaderValue::from_static("strowger/0.1 (+webhook)");
const ANY: HeaderValue = HeaderValue::from_static("*/*");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// After the head of an answer, its body is waited for only this long, to use the connection
/// again; the answer itself is known by then (ours).
const DRAIN: Duration = Duration::from_secs(1);

/// The operator's choices.
#[derive(Debug, Clone, Default)]
pub struct EgressOptions {
    /// May callbacks be on this machine or in a private network? Link-local addresses, metadata
    /// services and reserved ranges stay refused.
    pub allow_private: bool,
    /// A PEM file with more certificate authorities to trust.
    pub extra_ca: Option<PathBuf>,
    /// What is shown to endpoints that ask who calls.
    pub identity: Option<Arc<Shown>>,
}

impl EgressOptions {
    /// As the settings say; starts what keeps the identity's certificate fresh.
    ///
    /// # Errors
    /// When its files cannot be used, in words.
    pub fn of(config: &Config, clock: &Clock) -> Result<Self, String> {
        Ok(Self {
            allow_private: config.private_callbacks(),
            extra_ca: config.egress_ca.clone(),
            identity: tls::identity(config, clock)?,
        })
    }
}

/// The file with more certificate authorities cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the certificates in {} cannot be used: {why}", path.display())]
pub struct EgressError {
    path: PathBuf,
    why: String,
}

/// Calls callbacks. Made once; shared by all.
pub struct Egress {
    connector: Connector,
    pool: Arc<Pool>,
    clock: Clock,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Unreachable(&'static str),
    Forbidden,
}

impl Egress {
    /// With the system's resolver.
    ///
    /// # Errors
    /// When the file of certificates cannot be used.
    pub fn new(options: &EgressOptions, clock: Clock) -> Result<Self, EgressError> {
        Self::with_lookup(options, clock, resolve::system())
    }

    /// With a resolver of one's own, for tests and worlds in a box.
    ///
    /// # Errors
    /// As [`Egress::new`].
    pub fn with_lookup(
        options: &EgressOptions,
        clock: Clock,
        lookup: Lookup,
    ) -> Result<Self, EgressError> {
        let connector = Connector::new(lookup, options)?;
        Ok(Self { connector, pool: Arc::default(), clock })
    }

    /// Posts JSON and tells what came of it and how long it took. `limit` covers everything:
    /// lookup, connection, TLS, request and answer. The status is known with the answer's head;
    /// a body that is long, slow or breaks off changes nothing but that the connection is closed.
    ///
    /// Dropping the future gives up at once and closes the connection.
    pub async fn post(
        &self,
        target: &Target,
        headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
        body: Bytes,
        limit: Duration,
    ) -> (Outcome, Duration) {
        let started_us = self.clock.monotonic_us();
        let mut request = request(Method::POST, target, body);
        request.headers_mut().insert(header::CONTENT_TYPE, JSON);
        request.headers_mut().extend(headers);
        // stays when the time is up while the body is drained: the answer had been given
        let mut outcome = Outcome::TimedOut;
        if let Ok(Err(fault)) = timeout(limit, self.answer(target, request, &mut outcome)).await {
            outcome = fault.into();
        }
        let took_us = self.clock.monotonic_us().saturating_sub(started_us);
        (outcome, Duration::from_micros(took_us))
    }

    async fn answer(
        &self,
        target: &Target,
        request: Request<Full<Bytes>>,
        outcome: &mut Outcome,
    ) -> Result<(), Fault> {
        let (mut connection, response) = self.exchange(target, request).await?;
        let status = response.status().as_u16();
        let retry_after_ms = response
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| retry_after::milliseconds(value.as_bytes(), self.clock.now()));
        *outcome = Outcome::Answered { status, retry_after_ms };
        let drained = connection.drain(response.into_body(), limits::WEBHOOK_ANSWER_BYTES);
        if let Ok(true) = timeout(DRAIN, drained).await {
            self.pool.put(target, connection);
        }
        Ok(())
    }

    /// Gets a small answer within `limit`, for the handshake: its status and its whole body of
    /// at most `most` bytes.
    ///
    /// # Errors
    /// What went wrong, in words for the provider.
    pub async fn get_small(
        &self,
        url: &str,
        most: usize,
        limit: Duration,
    ) -> Result<(u16, Bytes), String> {
        let target = Target::of_any_length(url).map_err(|bad| bad.to_string())?;
        let request = request(Method::GET, &target, Bytes::new());
        self.small(&target, request, most, limit).await
    }

    /// Posts JSON and takes a small answer, as [`Egress::get_small`] does: for endpoints of flows.
    ///
    /// # Errors
    /// What went wrong, in words for the provider.
    pub async fn post_small(
        &self,
        url: &str,
        headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
        body: Bytes,
        most: usize,
        limit: Duration,
    ) -> Result<(u16, Bytes), String> {
        let target = Target::of_any_length(url).map_err(|bad| bad.to_string())?;
        let mut request = request(Method::POST, &target, body);
        request.headers_mut().insert(header::CONTENT_TYPE, JSON);
        request.headers_mut().extend(headers);
        self.small(&target, request, most, limit).await
    }

    async fn small(
        &self,
        target: &Target,
        request: Request<Full<Bytes>>,
        most: usize,
        limit: Duration,
    ) -> Result<(u16, Bytes), String> {
        let get = async {
            let (mut connection, response) = self
                .exchange(target, request)
                .await
                .map_err(|fault| Outcome::from(fault).reason())?;
            let status = response.status().as_u16();
            let body = connection.body(response.into_body(), most).await;
            let body = body.ok_or("the answer is too long or broke off")?;
            if connection.is_open() {
                self.pool.put(target, connection);
            }
            Ok((status, body))
        };
        let too_late = |_| format!("no answer within {} ms", limit.as_millis());
        timeout(limit, get).await.map_err(too_late)?
    }

    /// Sends over an idle connection, or a new one when there is none or it has closed before
    /// anything was written on it.
    async fn exchange(
        &self,
        target: &Target,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(Connection, Response<Incoming>), Fault> {
        while let Some(mut idle) = self.pool.take(target) {
            if !idle.is_open() {
                continue;
            }
            match idle.send(request).await {
                Ok(response) => return Ok((idle, response)),
                Err(NotSent::Broken(fault)) => return Err(fault),
                Err(NotSent::Unsent(back)) => request = *back,
            }
        }
        let mut new = self.connector.connect(target.parts()).await?;
        match new.send(request).await {
            Ok(response) => Ok((new, response)),
            Err(NotSent::Broken(fault)) => Err(fault),
            Err(NotSent::Unsent(_)) => Err(Fault::Unreachable("it closed the connection at once")),
        }
    }
}

fn request(method: Method, target: &Target, body: Bytes) -> Request<Full<Bytes>> {
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(header::HOST, target.parts().host_header.clone());
    headers.insert(header::USER_AGENT, USER_AGENT);
    headers.insert(header::ACCEPT, ANY);
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = method;
    *request.uri_mut() = target.parts().path.clone();
    *request.headers_mut() = headers;
    request
}

impl From<Fault> for Outcome {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unreachable(why) => Self::Unreachable(why),
            Fault::Forbidden => Self::Forbidden,
        }
    }
}

impl fmt::Debug for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Egress")
    }
}
