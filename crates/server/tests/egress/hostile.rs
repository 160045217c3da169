//! Endpoints that mean harm or are broken: each is bounded in time and size.

use std::future::pending;
use std::time::Duration;

use exchange::delivery::outcome::Outcome;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::sink::{LONG, OK, SHORT, Sink, answered, egress, post, read_request};

/// Writes `first`, then `again` bit by bit for ever.
async fn trickle(first: &'static str, again: &'static str) -> Sink {
    Sink::new(move |mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(first.as_bytes()).await;
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        loop {
            ticks.tick().await;
            if stream.write_all(again.as_bytes()).await.is_err() {
                return;
            }
        }
    })
    .await
}

/// Writes `first`, then `again` as fast as it is read.
async fn flood(first: &'static str, again: &'static str) -> Sink {
    Sink::new(move |mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(first.as_bytes()).await;
        while stream.write_all(again.repeat(1000).as_bytes()).await.is_ok() {}
    })
    .await
}

#[tokio::test]
async fn one_that_never_answers_times_out() {
    let silent = Sink::new(|mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        pending().await
    })
    .await;
    assert_eq!(post(&egress(), &silent.target(), SHORT).await, Outcome::TimedOut);
    // connected by the kernel, never taken
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let target = server::egress::Target::parse(&url).unwrap();
    assert_eq!(post(&egress(), &target, SHORT).await, Outcome::TimedOut);
}

#[tokio::test]
async fn one_that_dribbles_its_head_times_out() {
    for (first, again) in [
        ("", "H"),
        ("HTTP/1.1 200 OK\r\nX-Slow: ", "x"),
        ("HTTP/1.1 200 OK\r\n", "X: y\r\n"),
        ("", "HTTP/1.1 100 Continue\r\n\r\n"),
        ("", "\r\n"),
    ] {
        let sink = trickle(first, again).await;
        let outcome = post(&egress(), &sink.target(), SHORT).await;
        // "HHH…" may be told from HTTP at once
        let garbage = Outcome::Unreachable("its answer is not HTTP");
        assert!(outcome == Outcome::TimedOut || outcome == garbage, "{first:?}: {outcome:?}");
        assert!(again == "H" || outcome == Outcome::TimedOut, "{first:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn one_that_answers_a_lot_has_answered_and_is_hung_up_on() {
    for (first, again) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n", "0123456789"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "2\r\nok\r\n"),
        ("HTTP/1.1 200 OK\r\n\r\n", "until I close"),
    ] {
        let (egress, sink) = (egress(), flood(first, again).await);
        for n in 1..=2 {
            assert_eq!(post(&egress, &sink.target(), LONG).await, answered(200), "{first:?}");
            assert_eq!(sink.connections(), n, "not used again");
        }
    }
}

#[tokio::test]
async fn one_that_dribbles_its_body_has_answered() {
    for (first, again) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "x"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
    ] {
        let sink = trickle(first, again).await;
        assert_eq!(post(&egress(), &sink.target(), SHORT).await, answered(200), "{first:?}");
    }
}

#[tokio::test]
async fn a_head_without_end_is_cut_off() {
    for (first, again) in [
        ("HTTP/1.1 200 OK\r\nX-Long: ", "xxxxxxxxxx"),
        ("HTTP/1.1 200 OK\r\n", "X-Many: yes\r\n"),
        ("HTTP/1.1 200 ", "OK"),
    ] {
        let outcome = post(&egress(), &flood(first, again).await.target(), LONG).await;
        let long = Outcome::Unreachable("its answer's head is too long");
        assert_eq!(outcome, long, "{first:?}");
    }
}

#[tokio::test]
async fn one_that_closes_half_way_was_not_reached() {
    for half in ["", "H", "HTTP/1.1", "HTTP/1.1 200 OK\r\nContent-Le"] {
        let outcome = post(&egress(), &Sink::closing_after(half).await.target(), LONG).await;
        assert!(matches!(outcome, Outcome::Unreachable(_)), "{half:?}: {outcome:?}");
    }
    // with the whole head it has answered
    for whole in [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha",
        "HTTP/1.0 200 OK\r\n\r\nold",
    ] {
        let outcome = post(&egress(), &Sink::closing_after(whole).await.target(), LONG).await;
        assert_eq!(outcome, answered(200), "{whole:?}");
    }
    let slammed = Sink::new(|stream: TcpStream| async move { drop(stream) }).await;
    let outcome = post(&egress(), &slammed.target(), LONG).await;
    assert!(matches!(outcome, Outcome::Unreachable(_)), "{outcome:?}");
}

#[tokio::test]
async fn one_that_does_not_speak_http_was_not_reached() {
    for garbage in [
        "220 mail.example ESMTP\r\n",
        "SSH-2.0-OpenSSH_9.9\r\n",
        "\u{0}\u{1}\u{2}\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 99999 X\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    ] {
        let outcome = post(&egress(), &Sink::answering(garbage).await.target(), LONG).await;
        assert_eq!(outcome, Outcome::Unreachable("its answer is not HTTP"), "{garbage:?}");
    }
}

#[tokio::test]
async fn what_comes_unasked_is_never_taken_for_an_answer() {
    let sink = Sink::answering(format!("{OK}HTTP/1.1 500 Smuggled\r\n\r\n")).await;
    let egress = egress();
    for _ in 0..3 {
        assert_eq!(post(&egress, &sink.target(), LONG).await, answered(200));
    }
    assert_eq!(sink.connections(), 3);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_nothing_follows() {
    let inner = Sink::answering(OK).await;
    let location = format!("http://{}/", inner.at);
    let answer = format!("HTTP/1.1 307 T\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    let outcome = post(&egress(), &Sink::answering(answer).await.target(), LONG).await;
    assert_eq!(outcome, answered(307));
    assert_eq!(inner.connections(), 0);
}

#[tokio::test]
async fn a_closed_port_was_not_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let target = server::egress::Target::parse(&url).unwrap();
    let outcome = post(&egress(), &target, LONG).await;
    assert_eq!(outcome, Outcome::Unreachable("connection refused"));
}
