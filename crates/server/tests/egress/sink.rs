//! Endpoints as bad as they come, on loopback.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use exchange::delivery::outcome::Outcome;
use hyper::header::HeaderValue;
use server::clock::Clock;
use server::egress::{Egress, EgressOptions, SIGNATURE_256, Target};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
/// Time enough for anything that does answer.
pub(crate) const LONG: Duration = Duration::from_secs(20);
/// The time limit for what never answers.
pub(crate) const SHORT: Duration = Duration::from_millis(60);

/// A listener and how many connections it has taken.
pub(crate) struct Sink {
    pub(crate) at: SocketAddr,
    taken: Arc<AtomicUsize>,
}

impl Sink {
    /// Hands every connection to `serve`.
    pub(crate) async fn new<F, Fut>(serve: F) -> Self
    where
        F: Fn(TcpStream) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (at, taken) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
        let count = taken.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream));
            }
        });
        Self { at, taken }
    }

    /// Reads each request and answers it with the same text.
    pub(crate) async fn answering(answer: impl Into<String>) -> Self {
        let answer: Arc<str> = answer.into().into();
        Self::new(move |mut stream| {
            let answer = answer.clone();
            async move {
                while read_request(&mut stream).await.is_some() {
                    if stream.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                }
            }
        })
        .await
    }

    /// Answers the first request so and closes.
    pub(crate) async fn closing_after(answer: &'static str) -> Self {
        Self::new(move |mut stream| async move {
            read_request(&mut stream).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        })
        .await
    }

    pub(crate) fn connections(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }

    pub(crate) fn target(&self) -> Target {
        Target::parse(&format!("http://{}/hook?x=1", self.at)).unwrap()
    }
}

/// Head and body of one request with a Content-Length; None at the end.
pub(crate) async fn read_request(
    stream: &mut (impl AsyncRead + Unpin),
) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    let mut body = vec![0; length.map_or(0, |digits| digits.parse().unwrap())];
    stream.read_exact(&mut body).await.ok()?;
    Some((head, body))
}

/// On loopback, with the system's clock.
pub(crate) fn egress() -> Egress {
    let options = EgressOptions { allow_private: true, ..EgressOptions::default() };
    Egress::new(&options, Clock::system()).unwrap()
}

/// Posts `{"n":1}`; fails when it takes much longer than the limit it was given.
pub(crate) async fn post(egress: &Egress, target: &Target, limit: Duration) -> Outcome {
    let signature = (SIGNATURE_256, HeaderValue::from_static("sha256=00"));
    let post = egress.post(target, [signature], Bytes::from_static(b"{\"n\":1}"), limit);
    let bound = limit + Duration::from_secs(10);
    let (outcome, took) = tokio::time::timeout(bound, post).await.expect("bounded in time");
    assert!(took <= bound);
    outcome
}

pub(crate) fn answered(status: u16) -> Outcome {
    Outcome::Answered { status, retry_after_ms: None }
}
