//! Endpoints that ask who calls (mutual TLS).

use std::path::Path;
use std::sync::Arc;

use exchange::delivery::outcome::Outcome;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};
use server::clock::Clock;
use server::config::Config;
use server::egress::{Egress, EgressOptions, Target};
use server::tls::files::LOOK_MS;
use server::tls::local;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

use crate::sink::{LONG, Sink, answered, post, read_request};

const NOT_TAKEN: Outcome = Outcome::Unreachable("it does not take our certificate");
const CLOSING: &[u8] = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

type Ca = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Ca {
    named("an authority")
}

fn named(name: &str) -> Ca {
    let mut params = CertificateParams::new([]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn issue(ca: &Ca, usage: ExtendedKeyUsagePurpose) -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    params.extended_key_usages = vec![usage];
    (params.signed_by(&key, ca).unwrap(), key)
}

/// An endpoint, its certificate by `ca`, that wants callers by an authority it trusts; what they
/// showed comes out of the channel.
async fn asking(
    ca: &Ca,
    trusted: &str,
    version: &'static SupportedProtocolVersion,
) -> (Sink, mpsc::UnboundedReceiver<Vec<u8>>) {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(trusted.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
    let (certificate, key) = issue(ca, ExtendedKeyUsagePurpose::ServerAuth);
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (seen, shown) = mpsc::unbounded_channel();
    let sink = Sink::new(move |stream: TcpStream| {
        let (acceptor, seen) = (acceptor.clone(), seen.clone());
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let _ = seen.send(stream.get_ref().1.peer_certificates().unwrap()[0].to_vec());
            while read_request(&mut stream).await.is_some() {
                stream.write_all(CLOSING).await.unwrap();
                let _ = stream.shutdown().await;
            }
        }
    })
    .await;
    (sink, shown)
}

fn https(sink: &Sink) -> Target {
    Target::parse(&format!("https://{}/hook", sink.at)).unwrap()
}

/// Settings that trust endpoints by `ca`.
fn settings(ca: &Ca) -> (TempDir, Config) {
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, ca.pem()).unwrap();
    let data = folder.path().to_owned();
    (folder, Config { data, egress_ca: Some(roots), ..Config::default() })
}

fn egress(config: &Config, clock: &Clock) -> Egress {
    Egress::new(&EgressOptions::of(config, clock).unwrap(), clock.clone()).unwrap()
}

/// Writes an identity by `ca` where the settings look for it.
fn identify(folder: &Path, config: &mut Config, ca: &Ca) -> Vec<u8> {
    let (certificate, key) = issue(ca, ExtendedKeyUsagePurpose::ClientAuth);
    let (chain_at, key_at) = (folder.join("client.pem"), folder.join("client.key"));
    std::fs::write(&chain_at, certificate.pem()).unwrap();
    std::fs::write(&key_at, key.serialize_pem()).unwrap();
    (config.webhook_client_cert, config.webhook_client_key) = (Some(chain_at), Some(key_at));
    certificate.der().to_vec()
}

#[tokio::test]
async fn an_endpoint_that_asks_is_shown_the_certificate() {
    let (ca, clock) = (authority(), Clock::system());
    for version in [&TLS12, &TLS13] {
        let (folder, mut config) = settings(&ca);
        let (sink, mut shown) = asking(&ca, &ca.pem(), version).await;
        assert_eq!(post(&egress(&config, &clock), &https(&sink), LONG).await, NOT_TAKEN, "none");
        let mine = identify(folder.path(), &mut config, &ca);
        let door = egress(&config, &clock);
        assert_eq!(post(&door, &https(&sink), LONG).await, answered(200));
        assert_eq!(shown.recv().await, Some(mine));
        // another endpoint trusts somebody else
        let (sink, _shown) = asking(&ca, &named("another").pem(), version).await;
        assert_eq!(post(&door, &https(&sink), LONG).await, NOT_TAKEN, "a stranger's");
    }
}

#[tokio::test]
async fn the_local_authority_says_who_calls() {
    let (ca, clock) = (authority(), Clock::system());
    let (folder, mut config) = settings(&ca);
    config.webhook_client_local = true;
    let door = egress(&config, &clock);
    let local = std::fs::read_to_string(folder.path().join(local::CERTIFICATE)).unwrap();
    let (sink, _shown) = asking(&ca, &local, &TLS13).await;
    assert_eq!(post(&door, &https(&sink), LONG).await, answered(200));
}

#[tokio::test]
async fn a_changed_identity_is_shown_from_the_next_connection_on() {
    let (ca, clock) = (authority(), Clock::manual(Clock::system().now()));
    let (folder, mut config) = settings(&ca);
    let first = identify(folder.path(), &mut config, &ca);
    let door = egress(&config, &clock);
    let (sink, mut shown) = asking(&ca, &ca.pem(), &TLS13).await;
    assert_eq!(post(&door, &https(&sink), LONG).await, answered(200));
    assert_eq!(shown.recv().await.as_ref(), Some(&first));
    let second = identify(folder.path(), &mut config, &ca);
    let changed = async {
        loop {
            clock.advance(LOOK_MS);
            assert_eq!(post(&door, &https(&sink), LONG).await, answered(200));
            let now = shown.recv().await.unwrap();
            if now != first {
                return now;
            }
        }
    };
    assert_eq!(tokio::time::timeout(LONG, changed).await.unwrap(), second);
}

#[tokio::test]
async fn nothing_starts_without_the_files_named() {
    let (folder, mut config) = settings(&authority());
    config.webhook_client_cert = Some(folder.path().join("missing.pem"));
    config.webhook_client_key = Some(folder.path().join("missing.key"));
    let why = EgressOptions::of(&config, &Clock::system()).unwrap_err();
    assert!(why.contains("missing.pem"), "{why}");
}
