//! New connections: look up, check every address, connect to a checked one, TLS.

use std::error::Error as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore, crypto::ring};

use super::address::Place;
use super::connection::{Connection, Stream};
use super::resolve::{Lookup, Resolver};
use super::target::{Host, Parts};
use super::{EgressError, EgressOptions, Fault};
use crate::tls::Shown;

/// Addresses of one name that are tried, and how long each but the last may take: a name with a
/// dead IPv6 address must not use up the time limit (ours).
const ADDRESSES: usize = 4;
const NEXT_ADDRESS: Duration = Duration::from_millis(1500);

/// Makes connections.
pub(super) struct Connector {
    resolver: Resolver,
    tls: TlsConnector,
    allow_private: bool,
}

impl Connector {
    pub(super) fn new(lookup: Lookup, options: &EgressOptions) -> Result<Self, EgressError> {
        let config = tls_config(options.extra_ca.as_deref(), options.identity.clone())?;
        let tls = TlsConnector::from(Arc::new(config));
        Ok(Self { resolver: Resolver::new(lookup), tls, allow_private: options.allow_private })
    }

    /// A connection ready for its first request.
    pub(super) async fn connect(&self, to: &Parts) -> Result<Connection, Fault> {
        let addresses = self.addresses(to).await?;
        let tcp = first_that_connects(&addresses).await?;
        // a failure costs latency only
        let _ = tcp.set_nodelay(true);
        let stream: Box<dyn Stream> = match &to.tls {
            None => Box::new(tcp),
            Some(name) => Box::new(self.secure(tcp, name.clone()).await?),
        };
        Connection::over(TokioIo::new(stream)).await
    }

    /// The addresses that may be called, in the order to try them. What is returned is what is
    /// connected to: the name is not looked up again.
    async fn addresses(&self, to: &Parts) -> Result<Vec<SocketAddr>, Fault> {
        let found = match &to.host {
            Host::Address(address) => vec![*address],
            Host::Name(name) => self
                .resolver
                .resolve(name)
                .await
                .map_err(|_| Fault::Unreachable("its name was not found"))?,
        };
        let allowed = found
            .into_iter()
            .filter(|address| Place::of(*address).may_be_called(self.allow_private))
            .map(|address| SocketAddr::new(address, to.port));
        let (mut v6, mut v4): (Vec<_>, Vec<_>) = allowed.partition(SocketAddr::is_ipv6);
        // both kinds among the first few, whichever there are more of
        v6.truncate(ADDRESSES / 2);
        v4.truncate(ADDRESSES - v6.len());
        v6.append(&mut v4);
        if v6.is_empty() { Err(Fault::Forbidden) } else { Ok(v6) }
    }

    async fn secure(
        &self,
        tcp: TcpStream,
        name: ServerName<'static>,
    ) -> Result<impl Stream + use<>, Fault> {
        self.tls.connect(name, tcp).await.map_err(|error| {
            tracing::debug!(%error, "TLS with a callback failed");
            Fault::Unreachable(match by_tls(&error) {
                Some(rustls::Error::InvalidCertificate(_)) => "its certificate is not trusted",
                Some(error) if is_about_us(error) => NOT_TAKEN,
                Some(_) => "TLS failed",
                None => "the connection closed during TLS",
            })
        })
    }
}

async fn first_that_connects(addresses: &[SocketAddr]) -> Result<TcpStream, Fault> {
    let mut fault = Fault::Unreachable("it has no address");
    for (n, address) in addresses.iter().enumerate() {
        let last = n + 1 == addresses.len();
        let attempt = TcpStream::connect(address);
        let result = if last {
            attempt.await
        } else {
            match timeout(NEXT_ADDRESS, attempt).await {
                Ok(result) => result,
                Err(_) => continue,
            }
        };
        match result {
            Ok(tcp) => return Ok(tcp),
            Err(error) => fault = Fault::Unreachable(why_not(&error)),
        }
    }
    Err(fault)
}

/// Why an endpoint ended a connection on which we had to say who we are.
const NOT_TAKEN: &str = "it does not take our certificate";

/// Whether a broken connection was ended because of our certificate, or because we have none. In
/// TLS 1.3 that is known only after the handshake.
pub(super) fn refusal_of_us(error: &hyper::Error) -> Option<&'static str> {
    let cause = error.source()?.downcast_ref().and_then(by_tls)?;
    is_about_us(cause).then_some(NOT_TAKEN)
}

fn by_tls(error: &std::io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

fn is_about_us(error: &rustls::Error) -> bool {
    use rustls::AlertDescription as Alert;
    let rustls::Error::AlertReceived(alert) = error else { return false };
    matches!(
        alert,
        Alert::CertificateRequired
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
    )
}

fn why_not(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable};
    match error.kind() {
        ConnectionRefused => "connection refused",
        HostUnreachable | NetworkUnreachable => "no route to its address",
        _ => "no connection",
    }
}

/// Mozilla's roots, and the operator's own if there are any; what is shown to who asks; HTTP/1.1
/// only.
///
/// # Errors
/// When the operator's file cannot be used.
pub(crate) fn tls_config(
    extra_ca: Option<&Path>,
    identity: Option<Arc<Shown>>,
) -> Result<ClientConfig, EgressError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = extra_ca {
        let bad = |why: String| EgressError { path: path.to_owned(), why };
        let certificates = CertificateDer::pem_file_iter(path).map_err(|e| bad(e.to_string()))?;
        let mut added = 0;
        for certificate in certificates {
            let certificate = certificate.map_err(|e| bad(e.to_string()))?;
            roots.add(certificate).map_err(|e| bad(e.to_string()))?;
            added += 1;
        }
        if added == 0 {
            return Err(bad("there is no certificate in it".to_owned()));
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider supports the default protocol versions")
        .with_root_certificates(roots);
    let mut config = match identity {
        Some(identity) => builder.with_client_cert_resolver(identity),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    if config.client_auth_cert_resolver.has_certs() {
        // a resumed session would go on with the certificate of its beginning
        config.resumption = rustls::client::Resumption::disabled();
    }
    Ok(config)
}
