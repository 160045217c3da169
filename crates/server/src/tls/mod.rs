//! TLS for callers: which certificate is shown, and where it comes from. Files given by the
//! operator, a local authority for development, or a public authority by ACME
//! (docs/adr/0010-tls-and-acme.md).

pub mod acme;
pub mod files;
pub mod local;
pub mod settings;
mod validity;

use std::sync::{Arc, PoisonError, RwLock};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::client::ResolvesClientCert;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{ServerConfig, SignatureScheme};

use crate::clock::Clock;
use crate::config::Config;
use settings::{Identity, Source};

pub use validity::{not_after, validity};

/// The only protocol spoken over TLS (RFC 7301's name for HTTP/1.1).
const HTTP_1_1: &[u8] = b"http/1.1";
/// What an ACME authority asks for to see a proof; nothing is said then (RFC 8737).
pub const ACME_TLS_1: &[u8] = b"acme-tls/1";

/// The certificate that is shown now, to clients or to endpoints. It may be another one at the
/// next handshake; connections that are open keep theirs.
#[derive(Debug, Default)]
pub struct Shown(RwLock<Option<Arc<CertifiedKey>>>);

impl Shown {
    /// Shows this one from the next handshake on.
    pub fn put(&self, certificate: Arc<CertifiedKey>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(certificate);
    }

    /// Shows nothing any more: handshakes fail.
    pub fn clear(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What is shown; none before the first.
    pub fn now(&self) -> Option<Arc<CertifiedKey>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.now()
    }
}

impl ResolvesClientCert for Shown {
    fn resolve(
        &self,
        _authorities: &[&[u8]],
        _schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        self.now()
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Makes the acceptor that the settings ask for and starts what keeps its certificate fresh.
///
/// # Errors
/// In words for the operator: files that cannot be used, an authority that cannot be made.
pub fn open(config: &Config, clock: &Clock) -> Result<TlsAcceptor, String> {
    let (clock, plain): (_, &[&[u8]]) = (clock.clone(), &[HTTP_1_1]);
    Ok(match settings::source(config)? {
        Source::Files(pair) => acceptor(files::keep(pair, clock)?, plain),
        Source::Local(names) => acceptor(local::keep(&config.data, names, clock)?, plain),
        Source::Acme(wanted) => {
            acceptor(acme::keep(&config.data, wanted, clock)?, &[HTTP_1_1, ACME_TLS_1])
        }
    })
}

/// What is shown to endpoints that ask who calls, if the settings have anything, kept fresh.
///
/// # Errors
/// As [`open`].
pub fn identity(config: &Config, clock: &Clock) -> Result<Option<Arc<Shown>>, String> {
    let clock = clock.clone();
    Ok(match settings::identity(config)? {
        None => None,
        Some(Identity::Files(pair)) => Some(files::keep(pair, clock)?),
        Some(Identity::Local(name)) => Some(local::keep_client(&config.data, vec![name], clock)?),
    })
}

/// An acceptor that shows what is shown; TLS 1.2 and 1.3, HTTP/1.1.
fn acceptor(shown: Arc<dyn ResolvesServerCert>, protocols: &[&[u8]]) -> TlsAcceptor {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider supports the default protocol versions")
        .with_no_client_auth()
        .with_cert_resolver(shown);
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}

/// A certificate chain with its key, checked to belong together.
fn certified(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<CertifiedKey>, String> {
    let provider: CryptoProvider = ring::default_provider();
    let certified = CertifiedKey::from_der(chain, key, &provider);
    certified.map(Arc::new).map_err(|error| error.to_string())
}
