//! The local authority.

use exchange::time::{DAY_MS, HOUR_MS, Millis};
use server::clock::Clock;
use server::config::Config;
use server::tls::{self, local, not_after};

use crate::place::{ask, authority, now, open, until};

#[tokio::test]
async fn a_client_with_its_certificate_reaches_every_name() {
    let place = open(|_, config| config.tls_local = Some("graph.test,*.wild.test".into())).await;
    let pem = std::fs::read_to_string(place.config.data.join(local::CERTIFICATE)).unwrap();
    for name in ["localhost", "127.0.0.1", "::1", "graph.test", "a.wild.test"] {
        let stream = place.dial(&pem, name).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let answer =
            ask(stream, "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    }
    assert_eq!(place.shown(&pem, "other.test").await, None, "a name that was not asked for");
    assert_eq!(place.shown(&authority().pem(), "localhost").await, None, "another authority");
    place.close().await;
}

#[tokio::test]
async fn its_certificate_is_made_anew_in_time() {
    let place = open(|_, config| config.tls_local = Some("graph.test".into())).await;
    let pem = std::fs::read_to_string(place.config.data.join(local::CERTIFICATE)).unwrap();
    let first = place.shown(&pem, "graph.test").await.unwrap();
    let end = not_after(&first).unwrap();
    place.clock.advance(end.since(place.clock.now()) - 31 * DAY_MS);
    for _ in 0..3 {
        place.clock.advance(HOUR_MS);
        assert_eq!(place.shown(&pem, "graph.test").await.as_ref(), Some(&first), "not yet");
    }
    // what is shown then begins in the future of the system's clock: only its dates are looked at
    let (config, clock) = (&place.config, Clock::manual(now()));
    let shown = local::keep(&config.data, vec!["graph.test".to_owned()], clock.clone()).unwrap();
    let until_when = || not_after(&shown.now().unwrap().cert[0]).unwrap();
    let end = until_when();
    clock.advance(end.since(clock.now()) - 29 * DAY_MS);
    let renewed = async || {
        clock.advance(HOUR_MS);
        Some(until_when()).filter(|until: &Millis| *until > end)
    };
    until(renewed).await;
    place.close().await;
}

#[tokio::test]
async fn a_restart_keeps_the_authority() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        data: folder.path().to_owned(),
        tls_listen: Some(([127, 0, 0, 1], 0).into()),
        tls_local: Some("graph.test".into()),
        ..Config::default()
    };
    let mut pems = Vec::new();
    for _ in 0..2 {
        tls::open(&config, &Clock::manual(now())).unwrap();
        pems.push(std::fs::read(folder.path().join(local::CERTIFICATE)).unwrap());
    }
    assert_eq!(pems[0], pems[1]);
}
