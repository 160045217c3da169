//! An exchange with both doors open, and clients that trust one authority.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use exchange::time::Millis;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use server::clock::Clock;
use server::config::Config;
use server::{start, tls};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Where clocks begin: clients judge certificates by the system's.
pub fn now() -> Millis {
    Clock::system().now()
}

pub const LONG: Duration = Duration::from_secs(30);

/// A running exchange.
pub struct Place {
    pub config: Config,
    pub clock: Clock,
    pub folder: TempDir,
    stop: watch::Sender<bool>,
    doors: Vec<tokio::task::JoinHandle<()>>,
}

/// Its clock moves only when told to.
pub async fn open(change: impl FnOnce(&Path, &mut Config)) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut config = Config {
        data: folder.path().join("data"),
        listen: nowhere,
        tls_listen: Some(nowhere),
        no_samples: true,
        ..Config::default()
    };
    change(folder.path(), &mut config);
    let clock = Clock::manual(now());
    let store = store::sqlite::open(&config.data).unwrap();
    let plain = TcpListener::bind(nowhere).await.unwrap();
    let secure = TcpListener::bind(nowhere).await.unwrap();
    config.listen = plain.local_addr().unwrap();
    config.tls_listen = secure.local_addr().ok();
    let acceptor = tls::open(&config, &clock).unwrap();
    let app = start::assemble(config.clone(), clock.clone(), store).await.unwrap();
    let (stop, stopped) = watch::channel(false);
    let doors = vec![
        tokio::spawn(start::serve_tls(app.clone(), secure, acceptor, stopped.clone())),
        tokio::spawn(start::serve(app, plain, stopped)),
    ];
    Place { config, clock, folder, stop, doors }
}

impl Place {
    /// Shakes hands as a client that trusts the authority in `pem`.
    pub async fn dial(&self, pem: &str, name: &str) -> std::io::Result<TlsStream<TcpStream>> {
        self.dial_offering(pem, name, &[b"http/1.1"]).await
    }

    pub async fn dial_offering(
        &self,
        pem: &str,
        name: &str,
        protocols: &[&[u8]],
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.config.tls_listen.unwrap()).await?;
        shake(stream, pem, name, protocols).await
    }

    /// The certificate shown to whoever trusts `pem`; none when it is not trusted.
    pub async fn shown(&self, pem: &str, name: &str) -> Option<Vec<u8>> {
        let stream = self.dial(pem, name).await.ok()?;
        Some(stream.get_ref().1.peer_certificates()?[0].to_vec())
    }

    /// Ends everything; fails when that takes too long.
    pub async fn close(self) {
        let _ = self.stop.send(true);
        for door in self.doors {
            tokio::time::timeout(LONG, door).await.expect("it stops in time").unwrap();
        }
    }
}

/// Shakes hands over a connection as a client that trusts the authority in `pem`.
pub async fn shake(
    stream: TcpStream,
    pem: &str,
    name: &str,
    protocols: &[&[u8]],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// Waits until `found` finds something.
pub async fn until<T>(mut found: impl AsyncFnMut() -> Option<T>) -> T {
    let search = async {
        loop {
            match found().await {
                Some(found) => return found,
                None => tokio::task::yield_now().await,
            }
        }
    };
    tokio::time::timeout(LONG, search).await.expect("it happens in time")
}

/// One request, one answer, whole.
pub async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // the other side may end without TLS's goodbye
    let _ = tokio::time::timeout(LONG, stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// A registration by JSON, to a host, with more headers.
pub fn registration(name: &str, host: &str, more: &str) -> String {
    let card = r#""contact_email": "ops@example.org", "purpose": "answers",
        "details": "", "provider": "Birch Ltd", "country": "BE", "data_location": "Belgium",
        "retention": "30 days", "trains": false, "automation": "ai", "human_contact": "",
        "privacy_policy": "https://example.org/privacy"}"#;
    let body = format!(r#"{{"name": "{name}", {card}"#);
    format!(
        "POST /providers HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n{more}\
         Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub type Ca = CertifiedIssuer<'static, KeyPair>;

/// A public authority, as it were.
pub fn authority() -> Ca {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate by it and its key, in PEM and, the certificate, in DER.
pub fn issue(ca: &Ca, name: &str) -> (String, String, Vec<u8>) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, ca).unwrap();
    (certificate.pem(), key.serialize_pem(), certificate.der().to_vec())
}
