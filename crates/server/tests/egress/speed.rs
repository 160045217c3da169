//! How fast posts leave, against a sink that does as little as it can. Not a test of
//! correctness: run it alone, in release, with `--ignored --nocapture`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use exchange::delivery::outcome::Outcome;
use exchange::delivery::signature::Signer;
use hyper::header::HeaderValue;
use server::clock::Clock;
use server::egress::SIGNATURE_256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::sink::{LONG, OK, Sink, egress};

const BODY: usize = 435;
const POSTS: usize = 300_000;

/// Answers once for each request, found by the length of what arrives.
async fn sink() -> Sink {
    Sink::new(|mut stream: TcpStream| async move {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(read) = stream.read(&mut buffer).await {
            // one request is on its way at a time, and its end is the body's
            if read == 0 {
                return;
            }
            if buffer[..read].ends_with(b"}") && stream.write_all(OK.as_bytes()).await.is_err() {
                return;
            }
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn posts_a_second() {
    let (sink, egress, clock) = (sink().await, Arc::new(egress()), Clock::system());
    let body = Bytes::from(format!("{{{}}}", "x".repeat(BODY - 2)));
    let signer = Signer::new("test_app_secret");
    let target = sink.target();
    for at_once in [1, 16, 64] {
        let left = Arc::new(AtomicUsize::new(POSTS * at_once.min(4) / 4));
        let total = left.load(Ordering::SeqCst);
        let started_us = clock.monotonic_us();
        let tasks: Vec<_> = (0..at_once)
            .map(|_| {
                let (egress, target, left) = (egress.clone(), target.clone(), left.clone());
                let (body, signer) = (body.clone(), signer.clone());
                tokio::spawn(async move {
                    let mut took_us = Vec::new();
                    let one_less = |n: usize| n.checked_sub(1);
                    while left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok() {
                        let value = HeaderValue::try_from(signer.header(&body)).unwrap();
                        let header = [(SIGNATURE_256, value)];
                        let (outcome, took) =
                            egress.post(&target, header, body.clone(), LONG).await;
                        assert!(matches!(outcome, Outcome::Answered { status: 200, .. }));
                        took_us.push(took.as_micros());
                    }
                    took_us
                })
            })
            .collect();
        let mut took_us = Vec::new();
        for task in tasks {
            took_us.extend(task.await.unwrap());
        }
        let seconds = (clock.monotonic_us() - started_us) as f64 / 1e6;
        took_us.sort_unstable();
        println!(
            "{at_once:>3} at once: {:>7.0} posts/s, p50 {} us, p99 {} us, {} connections",
            total as f64 / seconds,
            took_us[took_us.len() / 2],
            took_us[took_us.len() * 99 / 100],
            sink.connections(),
        );
    }
}
