//! How fast posts leave, against a sink that does as little as it can, beside a floor: bare
//! HTTP/1.1 connections, one for each task, without checks, pool, time limits or draining. Not a
//! test of correctness: run it alone, in release, with `--ignored --nocapture`.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use exchange::delivery::outcome::Outcome;
use exchange::delivery::signature::Signer;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper::header::{self, HeaderValue};
use hyper_util::rt::TokioIo;
use server::clock::Clock;
use server::egress::SIGNATURE_256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::sink::{LONG, OK, Sink, egress};

const BODY: usize = 435;
const POSTS: usize = 200_000;
const ROUNDS: usize = 3;

/// Answers once for each request, found by the body's last byte.
async fn sink() -> Sink {
    Sink::new(|mut stream: TcpStream| async move {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(read) = stream.read(&mut buffer).await {
            let whole = buffer[..read].ends_with(b"}");
            if read == 0 || (whole && stream.write_all(OK.as_bytes()).await.is_err()) {
                return;
            }
        }
    })
    .await
}

/// What is posted, and how many are left to post.
#[derive(Clone)]
struct Work {
    body: Bytes,
    signer: Signer,
    left: Arc<AtomicUsize>,
    clock: Clock,
}

impl Work {
    fn new() -> Self {
        let body = Bytes::from(format!("{{{}}}", "x".repeat(BODY - 2)));
        let left = Arc::new(AtomicUsize::new(POSTS));
        Self { body, signer: Signer::new("test_app_secret"), left, clock: Clock::system() }
    }

    fn next(&self) -> Option<(Bytes, HeaderValue)> {
        let one_less = |left: usize| left.checked_sub(1);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).ok()?;
        let signature = HeaderValue::try_from(self.signer.header(&self.body)).unwrap();
        Some((self.body.clone(), signature))
    }
}

/// Runs tasks that give how long each of their posts took; prints the sums.
async fn measure<F, Fut>(name: &str, at_once: usize, task: F)
where
    F: Fn(Work) -> Fut,
    Fut: Future<Output = Vec<u64>> + Send + 'static,
{
    let work = Work::new();
    let (started_us, cpu) = (work.clock.monotonic_us(), cpu_ticks());
    let tasks: Vec<_> = (0..at_once).map(|_| tokio::spawn(task(work.clone()))).collect();
    let mut took_us = Vec::new();
    for task in tasks {
        took_us.extend(task.await.unwrap());
    }
    let seconds = (work.clock.monotonic_us() - started_us) as f64 / 1e6;
    took_us.sort_unstable();
    println!(
        "{name:>6}, {at_once:>2} at once: {:>7.0} posts/s, {:>5.2} us CPU a post with its sink, \
         p50 {} us, p99 {} us",
        POSTS as f64 / seconds,
        (cpu_ticks() - cpu) as f64 * 1e4 / POSTS as f64,
        took_us[POSTS / 2],
        took_us[POSTS * 99 / 100],
    );
}

/// Processor time of this process in hundredths of a second.
fn cpu_ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    after_name.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

async fn bare(sink_at: std::net::SocketAddr, work: Work) -> Vec<u64> {
    let tcp = TcpStream::connect(sink_at).await.unwrap();
    tcp.set_nodelay(true).unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(tcp)).await.unwrap();
    tokio::spawn(connection);
    let mut took_us = Vec::new();
    while let Some((body, signature)) = work.next() {
        let started_us = work.clock.monotonic_us();
        let request = hyper::Request::post("/hook?x=1")
            .header(header::HOST, "sink")
            .header(SIGNATURE_256, signature)
            .body(Full::new(body))
            .unwrap();
        let response = sender.send_request(request).await.unwrap();
        response.into_body().collect().await.unwrap();
        sender.ready().await.unwrap();
        took_us.push(work.clock.monotonic_us() - started_us);
    }
    took_us
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn posts_a_second() {
    let (sink, egress) = (sink().await, Arc::new(egress()));
    let (target, at) = (sink.target(), sink.at);
    for at_once in [1, 16, 64] {
        for _ in 0..ROUNDS {
            measure("bare", at_once, |work| bare(at, work)).await;
            measure("egress", at_once, |work| {
                let (egress, target) = (egress.clone(), target.clone());
                async move {
                    let mut took_us = Vec::new();
                    while let Some((body, signature)) = work.next() {
                        let headers = [(SIGNATURE_256, signature)];
                        let (outcome, took) = egress.post(&target, headers, body, LONG).await;
                        assert_eq!(outcome.status(), 200, "{outcome:?}");
                        assert!(matches!(outcome, Outcome::Answered { .. }));
                        took_us.push(u64::try_from(took.as_micros()).unwrap());
                    }
                    took_us
                }
            })
            .await;
        }
    }
}
