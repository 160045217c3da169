//! Certificates in files.

use server::tls::files::LOOK_MS;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::place::{Ca, LONG, Place, ask, authority, issue, open, registration, until};

const NAME: &str = "chat.test";

async fn with_files(ca: &Ca) -> (Place, Vec<u8>) {
    let (certificate, key, der) = issue(ca, NAME);
    let place = open(|folder, config| {
        let (certificate_at, key_at) = (folder.join("c.pem"), folder.join("k.pem"));
        std::fs::write(&certificate_at, certificate).unwrap();
        std::fs::write(&key_at, key).unwrap();
        (config.tls_cert, config.tls_key) = (Some(certificate_at), Some(key_at));
    })
    .await;
    (place, der)
}

#[tokio::test]
async fn addresses_given_out_have_the_scheme_the_client_came_by() {
    let ca = authority();
    let (place, _) = with_files(&ca).await;
    let stream = place.dial(&ca.pem(), NAME).await.unwrap();
    let answer = ask(stream, &registration("Birch", NAME, "")).await;
    assert!(answer.contains(r#""api_base":"https://chat.test""#), "{answer}");
    // by the plain door it is plain, whatever the client claims
    let stream = TcpStream::connect(place.config.listen).await.unwrap();
    let claim = "X-Strowger-By-Tls: 1\r\nX-Forwarded-Proto: https\r\n";
    let answer = ask(stream, &registration("Willow", "127.0.0.1", claim)).await;
    assert!(answer.contains(r#""api_base":"http://127.0.0.1""#), "{answer}");
    place.close().await;
}

#[tokio::test]
async fn cookies_are_secure_over_tls_alone() {
    let ca = authority();
    let (place, _) = with_files(&ca).await;
    let sign_in = "POST /sign-in/local HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                   Content-Length: 0\r\n\r\n";
    let cookie = |answer: String| {
        let line = answer.lines().find(|line| line.starts_with("set-cookie")).map(str::to_owned);
        line.unwrap_or_else(|| panic!("no cookie: {answer}"))
    };
    let stream = place.dial(&ca.pem(), NAME).await.unwrap();
    assert!(cookie(ask(stream, sign_in).await).ends_with("; Secure"));
    let stream = TcpStream::connect(place.config.listen).await.unwrap();
    assert!(!cookie(ask(stream, sign_in).await).contains("Secure"));
    place.close().await;
}

#[tokio::test]
async fn only_the_right_name_of_the_right_authority_is_trusted() {
    let ca = authority();
    let (place, der) = with_files(&ca).await;
    assert_eq!(place.shown(&ca.pem(), NAME).await, Some(der));
    assert_eq!(place.shown(&ca.pem(), "other.test").await, None);
    assert_eq!(place.shown(&authority().pem(), NAME).await, None);
    let refused = place.dial_offering(&ca.pem(), NAME, &[b"h2"]).await;
    assert!(refused.is_err(), "HTTP/2 alone is not spoken");
    assert!(place.dial_offering(&ca.pem(), NAME, &[]).await.is_ok(), "no wish, no quarrel");
    place.close().await;
}

#[tokio::test]
async fn changed_files_are_shown_and_broken_ones_are_not() {
    let ca = authority();
    let (place, first) = with_files(&ca).await;
    let mut open = place.dial(&ca.pem(), NAME).await.unwrap();
    let (certificate, key) = (place.folder.path().join("c.pem"), place.folder.path().join("k.pem"));
    let (new, new_key, second) = issue(&ca, NAME);
    // the certificate has come, its key has not yet
    std::fs::write(&certificate, &new).unwrap();
    for _ in 0..3 {
        place.clock.advance(LOOK_MS);
        assert_eq!(place.shown(&ca.pem(), NAME).await.as_ref(), Some(&first));
    }
    std::fs::write(&key, &new_key).unwrap();
    let changed = async || {
        place.clock.advance(LOOK_MS);
        place.shown(&ca.pem(), NAME).await.filter(|shown| *shown != first)
    };
    assert_eq!(until(changed).await, second);
    std::fs::remove_file(&certificate).unwrap();
    std::fs::write(&key, "nonsense").unwrap();
    for _ in 0..3 {
        place.clock.advance(LOOK_MS);
        assert_eq!(place.shown(&ca.pem(), NAME).await.as_ref(), Some(&second));
    }
    let (third, third_key, der) = issue(&ca, NAME);
    std::fs::write(&key, &third_key).unwrap();
    std::fs::write(&certificate, &third).unwrap();
    let changed = async || {
        place.clock.advance(LOOK_MS);
        place.shown(&ca.pem(), NAME).await.filter(|shown| *shown != second)
    };
    assert_eq!(until(changed).await, der);
    // a connection from before goes on
    open.write_all(b"GET /health HTTP/1.1\r\nHost: chat.test\r\n\r\n").await.unwrap();
    let mut head = [0; 15];
    open.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK");
    drop(open);
    place.close().await;
}

#[tokio::test]
async fn who_never_shakes_hands_keeps_nobody_from_stopping() {
    let ca = authority();
    let (place, _) = with_files(&ca).await;
    let mut silent = TcpStream::connect(place.config.tls_listen.unwrap()).await.unwrap();
    // a round trip: the silent one has been accepted
    assert!(place.dial(&ca.pem(), NAME).await.is_ok());
    let mut rude = TcpStream::connect(place.config.tls_listen.unwrap()).await.unwrap();
    rude.write_all(b"GET / HTTP/1.1\r\nHost: chat.test\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(LONG, rude.read_to_end(&mut answer)).await.unwrap();
    assert!(!answer.starts_with(b"HTTP"), "nothing is answered without TLS");
    place.close().await;
    let _ = tokio::time::timeout(LONG, silent.read_to_end(&mut answer)).await.unwrap();
}
