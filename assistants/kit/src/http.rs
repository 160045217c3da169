//! A small HTTP client: one call with bounds on time and size, or an opened stream.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use jiff::{Timestamp, fmt::rfc2822};
use tokio::time::timeout;

use crate::{Clock, Error};

/// Why a call brought no answer. Says nothing of what was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The URL or a header cannot be sent.
    #[error("the address or a header is malformed")]
    Malformed,
    /// No connection, or it broke; the request may or may not have been acted on.
    #[error("no connection ({0})")]
    Unreachable(String),
    /// No answer in time; the request may or may not have been acted on.
    #[error("no answer in {} ms", .0.as_millis())]
    Timeout(Duration),
    /// The answer was longer than allowed.
    #[error("the answer is longer than {0} bytes")]
    TooLarge(usize),
}

/// One request.
#[derive(Clone)]
pub struct Call<'a> {
    /// GET, POST, …
    pub method: Method,
    /// Absolute URL.
    pub url: &'a str,
    /// Sent as `Authorization: Bearer …`.
    pub bearer: Option<&'a str>,
    /// A JSON body, as the exact bytes to send.
    pub json: Option<Bytes>,
    /// What the answer should be.
    pub accept: &'static str,
    /// One more header.
    pub header: Option<(&'static str, String)>,
}

impl<'a> Call<'a> {
    /// A GET that wants JSON.
    pub fn get(url: &'a str, bearer: Option<&'a str>) -> Self {
        let accept = "application/json";
        Self { method: Method::GET, url, bearer, json: None, accept, header: None }
    }

    /// A POST of JSON that wants JSON.
    pub fn post(url: &'a str, bearer: Option<&'a str>, json: &serde_json::Value) -> Self {
        let json = Some(Bytes::from(json.to_string()));
        Self { method: Method::POST, json, ..Self::get(url, bearer) }
    }

    fn request(&self) -> Result<Request<Full<Bytes>>, HttpError> {
        let body = self.json.clone().unwrap_or_default();
        let mut request = Request::builder()
            .method(&self.method)
            .uri(self.url)
            .header(ACCEPT, self.accept)
            .header(USER_AGENT, concat!("strowger-assistant/", env!("CARGO_PKG_VERSION")));
        if self.json.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(token) = self.bearer {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some((name, value)) = &self.header {
            request = request.header(*name, value);
        }
        request.body(Full::new(body)).map_err(|_| HttpError::Malformed)
    }
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// How long the other side asks us to wait.
    pub retry_after: Option<Duration>,
    /// The body, within the bound.
    pub body: Bytes,
}

impl Reply {
    /// The body as JSON, `null` when it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// An answer whose body is still arriving.
#[derive(Debug)]
pub struct Opened {
    /// The HTTP status.
    pub status: u16,
    /// How long the other side asks us to wait.
    pub retry_after: Option<Duration>,
    /// Whether the body is an event stream.
    pub event_stream: bool,
    body: Incoming,
}

impl Opened {
    /// The next bytes, or `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        while let Some(frame) = self.body.frame().await {
            if let Ok(data) = frame.map_err(unreachable)?.into_data() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }

    /// The whole body, refused past `max_bytes`.
    pub async fn rest(&mut self, max_bytes: usize) -> Result<Bytes, HttpError> {
        let mut whole = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if whole.len() + chunk.len() > max_bytes {
                return Err(HttpError::TooLarge(max_bytes));
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.into())
    }
}

/// The client; cheap to clone, connections are reused.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    clock: Clock,
}

impl Http {
    /// A client that gives up connecting after `connect`.
    pub fn new(clock: Clock, connect: Duration) -> Result<Self, Error> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(connect));
        tcp.set_nodelay(true);
        // Named, because rustls refuses to guess when the program holds two providers.
        let ring = rustls::crypto::ring::default_provider();
        let tls = hyper_rustls::HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(ring)
            .map_err(|error| Error::Settings(format!("TLS cannot be set up: {error}")))?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(tls), clock })
    }

    /// Sends and returns as soon as the head of the answer is there.
    pub async fn open(&self, call: &Call<'_>) -> Result<Opened, HttpError> {
        let answer = self.client.request(call.request()?).await.map_err(unreachable)?;
        let headers = answer.headers();
        Ok(Opened {
            status: answer.status().as_u16(),
            retry_after: retry_after(headers, self.clock.now()),
            event_stream: headers.get(CONTENT_TYPE).is_some_and(|kind| {
                kind.to_str().is_ok_and(|kind| kind.starts_with("text/event-stream"))
            }),
            body: answer.into_body(),
        })
    }

    /// Sends and reads the whole answer, within `limit` of time and `max_bytes`.
    pub async fn call(
        &self,
        call: &Call<'_>,
        limit: Duration,
        max_bytes: usize,
    ) -> Result<Reply, HttpError> {
        let whole = async {
            let mut opened = self.open(call).await?;
            let body = opened.rest(max_bytes).await?;
            Ok(Reply { status: opened.status, retry_after: opened.retry_after, body })
        };
        timeout(limit, whole).await.unwrap_or(Err(HttpError::Timeout(limit)))
    }
}

fn unreachable(error: impl std::error::Error) -> HttpError {
    // The innermost cause ("Connection refused") tells; the outer ones only say "client error".
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    HttpError::Unreachable(cause.to_string())
}

/// `Retry-After` as a wait: seconds, or a date (RFC 9110, 10.2.3).
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(Duration::from_secs(u64::from(seconds)));
    }
    let date = rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_does_not_speak_tls_is_unreachable() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 200 OK\r\n\r\n").await
        });
        let limit = Duration::from_secs(20);
        let http = Http::new(Clock::system(), limit).unwrap();
        let failed = http.call(&Call::get(&url, Some("token")), limit, 100).await.unwrap_err();
        assert!(matches!(failed, HttpError::Unreachable(_)), "{failed}");
    }

    #[test]
    fn retry_after_reads_seconds_and_dates() {
        let now: Timestamp = "2026-10-15T08:00:00Z".parse().unwrap();
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(read("7"), Some(Duration::from_secs(7)));
        assert_eq!(read("Thu, 15 Oct 2026 08:00:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(read("Thu, 15 Oct 2026 07:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
    }
}
