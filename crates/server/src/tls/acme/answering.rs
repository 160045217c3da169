//! What is shown to callers, and to the authority that wants a proof.

use std::sync::Arc;

use rcgen::{CertificateParams, CustomExtension, KeyPair};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

use crate::tls::{ACME_TLS_1, Shown};

/// Two certificates: one for everybody, and while an order is under way one that proves that the
/// name leads here.
#[derive(Debug, Default)]
pub struct Answering {
    /// For everybody.
    pub shown: Shown,
    /// For the authority.
    pub proof: Shown,
}

impl ResolvesServerCert for Answering {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // the authority offers this and nothing else (RFC 8737, section 3)
        if hello.alpn().is_some_and(|offered| offered.eq([ACME_TLS_1])) {
            self.proof.now()
        } else {
            self.shown.now()
        }
    }
}

/// The certificate that proves it: signed by nobody, for the name, with the SHA-256 of the key
/// authorization.
pub(super) fn proof(name: &str, digest: &[u8]) -> Result<Arc<CertifiedKey>, String> {
    let failed = |error: rcgen::Error| error.to_string();
    let mut params = CertificateParams::new([name.to_owned()]).map_err(failed)?;
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let key = KeyPair::generate().map_err(failed)?;
    let certificate = params.self_signed(&key).map_err(failed)?;
    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(str::to_owned)?;
    let key = ring::default_provider().key_provider.load_private_key(key);
    // not checked like others: as it must be, its extension is critical and known to nobody else
    let key = key.map_err(|error| error.to_string())?;
    Ok(Arc::new(CertifiedKey::new(vec![certificate.der().clone()], key)))
}
