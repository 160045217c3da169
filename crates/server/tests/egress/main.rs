//! The door out against real sockets on loopback: good endpoints, then hostile ones.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod hostile;
mod identity;
mod names;
mod sink;
mod speed;
mod tls;

use bytes::Bytes;
use exchange::delivery::outcome::Outcome;
use server::egress::Target;
use sink::{LONG, OK, SHORT, Sink, answered, egress, post, read_request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

#[tokio::test]
async fn a_post_arrives_as_the_cloud_api_sends_it() {
    let (seen, mut requests) = mpsc::channel(1);
    let sink = Sink::new(move |mut stream| {
        let seen = seen.clone();
        async move {
            while let Some(request) = read_request(&mut stream).await {
                stream.write_all(OK.as_bytes()).await.unwrap();
                seen.send(request).await.unwrap();
            }
        }
    })
    .await;
    assert_eq!(post(&egress(), &sink.target(), LONG).await, answered(200));
    let (head, body) = requests.recv().await.unwrap();
    let mut lines: Vec<&str> = head.trim_end().lines().collect();
    assert_eq!(lines.remove(0), "POST /hook?x=1 HTTP/1.1");
    lines.sort_unstable();
    let host = format!("Host: {}", sink.at);
    let expected = [
        "Accept: */*",
        "Content-Length: 7",
        "Content-Type: application/json",
        &host,
        "User-Agent: strowger/0.1 (+webhook)",
        "X-Hub-Signature-256: sha256=00",
    ];
    assert_eq!(lines, expected);
    assert_eq!(body, b"{\"n\":1}");
}

#[tokio::test]
async fn connections_are_used_again_until_the_other_side_says_no() {
    let egress = egress();
    let sink = Sink::answering(OK).await;
    for _ in 0..3 {
        assert_eq!(post(&egress, &sink.target(), LONG).await, answered(200));
    }
    assert_eq!(sink.connections(), 1);
    let once = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let closing = Sink::answering(once).await;
    for _ in 0..3 {
        assert_eq!(post(&egress, &closing.target(), LONG).await, answered(200));
    }
    assert_eq!(closing.connections(), 3);
}

#[tokio::test]
async fn a_connection_that_closed_while_idle_is_replaced() {
    let egress = egress();
    let (closed, mut told) = mpsc::channel(1);
    let sink = Sink::new(move |mut stream| {
        let closed = closed.clone();
        async move {
            read_request(&mut stream).await;
            stream.write_all(OK.as_bytes()).await.unwrap();
            drop(stream);
            closed.send(()).await.unwrap();
        }
    })
    .await;
    let other = Sink::answering(OK).await;
    for n in 1..=3 {
        assert_eq!(post(&egress, &sink.target(), LONG).await, answered(200));
        told.recv().await.unwrap();
        // a round trip elsewhere: the runtime has looked at all sockets since
        assert_eq!(post(&egress, &other.target(), LONG).await, answered(200));
        assert_eq!(sink.connections(), n);
    }
}

#[tokio::test]
async fn every_status_is_told_and_none_is_acted_on() {
    let egress = egress();
    for status in [100_u16, 101, 200, 202, 204, 301, 400, 404, 408, 410, 429, 500, 503, 599, 999] {
        let sink = Sink::closing_after(Box::leak(
            format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n").into_boxed_str(),
        ))
        .await;
        let expected = match status {
            100 => Outcome::Unreachable("it closed the connection before answering"),
            status => answered(status),
        };
        assert_eq!(post(&egress, &sink.target(), LONG).await, expected);
    }
    let busy = "HTTP/1.1 429 Slow down\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n";
    let outcome = post(&egress, &Sink::answering(busy).await.target(), LONG).await;
    assert_eq!(outcome, Outcome::Answered { status: 429, retry_after_ms: Some(7_000) });
}

#[tokio::test]
async fn giving_up_closes_the_connection() {
    let (seen, mut ends) = mpsc::channel(1);
    let sink = Sink::new(move |mut stream| {
        let seen = seen.clone();
        async move {
            read_request(&mut stream).await;
            seen.send("request").await.unwrap();
            let end = stream.read(&mut [0]).await;
            seen.send(if matches!(end, Ok(0) | Err(_)) { "closed" } else { "more" }).await.unwrap();
        }
    })
    .await;
    let target = sink.target();
    let task = tokio::spawn(async move { post(&egress(), &target, LONG).await });
    assert_eq!(ends.recv().await, Some("request"));
    task.abort();
    assert_eq!(ends.recv().await, Some("closed"));
}

#[tokio::test]
async fn a_small_get_gives_status_and_body() {
    let egress = egress();
    let sink = Sink::answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234567890").await;
    let url = format!("http://{}/hook?hub.challenge=1234567890&{}", sink.at, "x".repeat(300));
    let got = egress.get_small(&url, 10, LONG).await;
    assert_eq!(got, Ok((200, Bytes::from_static(b"1234567890"))));
    let long = egress.get_small(&url, 9, LONG).await;
    assert_eq!(long, Err("the answer is too long or broke off".to_owned()));
    let silent = Sink::new(|stream| async move {
        let _kept = stream;
        std::future::pending().await
    })
    .await;
    let late = egress.get_small(&format!("http://{}", silent.at), 10, SHORT).await;
    assert_eq!(late, Err("no answer within 60 ms".to_owned()));
    assert!(egress.get_small("ftp://x/", 10, LONG).await.is_err());
    assert!(Target::parse(&url).is_err());
}
