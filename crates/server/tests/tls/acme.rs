//! ACME, against Pebble, the test server of Let's Encrypt's makers, and against nobody.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use exchange::time::MINUTE_MS;
use server::clock::Clock;
use server::config::Config;
use server::tls::acme::LOOK_MS;
use server::tls::{ACME_TLS_1, validity};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::place::{Place, ask, authority, issue, now, open, registration, shake, until};

const NAME: &str = "chat.example.org";

/// A port that was free a moment ago.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn wish(config: &mut Config, directory: SocketAddr, root: &Path) {
    config.acme = Some(NAME.to_owned());
    config.acme_contact = Some("ops@example.org".to_owned());
    config.acme_directory = format!("https://localhost:{}/dir", directory.port());
    config.acme_root = Some(root.to_owned());
}

fn folder(config: &Config) -> PathBuf {
    let port = config.acme_directory.rsplit(':').next().unwrap().trim_end_matches("/dir");
    config.data.join("acme").join(format!("localhost_{port}_dir"))
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn the_kept_certificate_is_shown_while_the_authority_is_away() {
    let (ca, dead) = (authority(), free());
    let (chain, key, der) = issue(&ca, NAME);
    let place = open(|at, config| {
        std::fs::write(at.join("root.pem"), ca.pem()).unwrap();
        wish(config, dead, &at.join("root.pem"));
        std::fs::create_dir_all(folder(config)).unwrap();
        let kept = folder(config).join(format!("{NAME}.pem"));
        std::fs::write(kept, format!("{key}{chain}")).unwrap();
    })
    .await;
    assert_eq!(place.shown(&ca.pem(), NAME).await, Some(der));
    // no order is under way: whoever asks for a proof gets none
    assert!(place.dial_offering(&ca.pem(), NAME, &[ACME_TLS_1]).await.is_err());
    // without a Host the public name is what is given out
    let stream = TcpStream::connect(place.config.listen).await.unwrap();
    let answer = ask(stream, &registration("Birch", "not/a/host", "")).await;
    assert!(answer.contains(r#""api_base":"https://chat.example.org""#), "{answer}");
    place.close().await;
}

#[tokio::test]
async fn without_a_certificate_there_are_no_handshakes_and_the_plain_door_is_open() {
    let (ca, dead) = (authority(), free());
    let place = open(|at, config| {
        std::fs::write(at.join("root.pem"), ca.pem()).unwrap();
        wish(config, dead, &at.join("root.pem"));
        // what is kept cannot be used
        std::fs::create_dir_all(folder(config)).unwrap();
        std::fs::write(folder(config).join(format!("{NAME}.pem")), "nonsense").unwrap();
    })
    .await;
    assert_eq!(place.shown(&ca.pem(), NAME).await, None);
    let stream = TcpStream::connect(place.config.listen).await.unwrap();
    let answer = ask(stream, "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    place.close().await;
}

/// Pebble, and a DNS in which every name is this machine.
struct Pebble {
    management: SocketAddr,
    _processes: [Child; 2],
}

impl Pebble {
    /// Its directory at `directory`; it looks for proofs at `tls`.
    async fn start(at: &Path, directory: SocketAddr, tls: u16) -> Self {
        let (management, dns, dns_management) = (free(), free(), free());
        let config = serde_json::json!({"pebble": {
            "listenAddress": directory.to_string(),
            "managementListenAddress": management.to_string(),
            "certificate": at.join("pebble.pem"), "privateKey": at.join("pebble.key"),
            "httpPort": free().port(), "tlsPort": tls,
        }});
        std::fs::write(at.join("pebble.json"), config.to_string()).unwrap();
        let start = |program: &str, arguments: &[&str]| {
            let mut command = Command::new(program);
            command.args(arguments).env("PEBBLE_VA_NOSLEEP", "1").kill_on_drop(true);
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
            command.spawn().unwrap_or_else(|error| panic!("{program}: {error}"))
        };
        let names = start(
            "pebble-challtestsrv",
            &[
                "-defaultIPv6",
                "",
                "-defaultIPv4",
                "127.0.0.1",
                "-http01",
                "",
                "-https01",
                "",
                "-tlsalpn01",
                "",
                "-dns01",
                &dns.to_string(),
                "-management",
                &dns_management.to_string(),
            ],
        );
        let config = at.join("pebble.json");
        let pebble =
            start("pebble", &["-config", config.to_str().unwrap(), "-dnsserver", &dns.to_string()]);
        for address in [directory, management, dns] {
            until(async || TcpStream::connect(address).await.ok()).await;
        }
        Self { management, _processes: [names, pebble] }
    }

    /// The authority that signs for it, made at its start.
    async fn root(&self, ca: &str) -> String {
        let stream = TcpStream::connect(self.management).await.unwrap();
        let stream = shake(stream, ca, "localhost", &[]).await.unwrap();
        let request = "GET /roots/0 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let answer = ask(stream, request).await;
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

/// Waits for a certificate other than `before`.
async fn another(place: &Place, root: &str, before: Option<&Vec<u8>>) -> Vec<u8> {
    until(async || place.shown(root, NAME).await.filter(|shown| Some(shown) != before)).await
}

#[tokio::test]
#[ignore = "needs Pebble: cargo xtask test --only acme"]
async fn pebble_gives_a_certificate_and_renews_it() {
    let (ca, directory) = (authority(), free());
    let place = open(|at, config| {
        let (chain, key, _) = issue(&ca, "localhost");
        std::fs::write(at.join("pebble.pem"), chain).unwrap();
        std::fs::write(at.join("pebble.key"), key).unwrap();
        std::fs::write(at.join("root.pem"), ca.pem()).unwrap();
        wish(config, directory, &at.join("root.pem"));
    })
    .await;
    // the authority is away at first; it is asked again a minute later
    let port = place.config.tls_listen.unwrap().port();
    let pebble = Pebble::start(place.folder.path(), directory, port).await;
    let root = pebble.root(&ca.pem()).await;
    let asked = async || {
        place.clock.advance(MINUTE_MS);
        place.shown(&root, NAME).await
    };
    let first = until(asked).await;
    let request = format!("GET /health HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n");
    let answer = ask(place.dial(&root, NAME).await.unwrap(), &request).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(place.dial_offering(&root, NAME, &[ACME_TLS_1]).await.is_err(), "the proof is gone");
    let kept = [
        folder(&place.config).join("account.json"),
        folder(&place.config).join(format!("{NAME}.pem")),
    ];
    assert_eq!(kept.each_ref().map(|path| mode(path)), [0o600; 2]);
    let account = std::fs::read(&kept[0]).unwrap();

    let (from, until) = validity(&first).unwrap();
    let third_ms = until.since(from) / 3;
    place.clock.advance(until.since(place.clock.now()) - third_ms - 2 * LOOK_MS);
    place.clock.advance(LOOK_MS);
    assert_eq!(place.shown(&root, NAME).await.as_ref(), Some(&first), "not yet");
    place.clock.advance(2 * LOOK_MS);
    let second = another(&place, &root, Some(&first)).await;
    assert_eq!(std::fs::read(&kept[0]).unwrap(), account, "the account stays");

    // another start shows it at once, with nobody to ask
    drop(pebble);
    let shown = server::tls::acme::keep(
        &place.config.data,
        match server::tls::settings::source(&place.config).unwrap() {
            server::tls::settings::Source::Acme(wanted) => wanted,
            other => panic!("{other:?}"),
        },
        Clock::manual(now()),
    );
    assert_eq!(shown.unwrap().shown.now().unwrap().cert[0].to_vec(), second);
    place.close().await;
}

#[tokio::test]
#[ignore = "needs Pebble: cargo xtask test --only acme"]
async fn an_authority_that_lost_the_account_gives_a_certificate_to_a_new_one() {
    let (ca, directory) = (authority(), free());
    let place = open(|at, config| {
        let (chain, key, _) = issue(&ca, "localhost");
        std::fs::write(at.join("pebble.pem"), chain).unwrap();
        std::fs::write(at.join("pebble.key"), key).unwrap();
        std::fs::write(at.join("root.pem"), ca.pem()).unwrap();
        wish(config, directory, &at.join("root.pem"));
    })
    .await;
    let port = place.config.tls_listen.unwrap().port();
    let mut shown = None;
    // Pebble forgets everything when it ends
    for _ in 0..2 {
        let pebble = Pebble::start(place.folder.path(), directory, port).await;
        let root = pebble.root(&ca.pem()).await;
        let until_due_ms = shown.as_ref().map_or(0, |shown: &Vec<u8>| {
            let (from, until) = validity(shown).unwrap();
            until.since(place.clock.now()) - until.since(from) / 3
        });
        place.clock.advance(until_due_ms);
        let asked = async || {
            place.clock.advance(LOOK_MS);
            place.shown(&root, NAME).await
        };
        shown = Some(until(asked).await);
    }
    place.close().await;
}
