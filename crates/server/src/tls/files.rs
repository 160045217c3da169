//! A certificate from two files, read again when they change.

use std::path::Path;
use std::sync::Arc;

use exchange::time::SECOND_MS;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::settings::Pair;
use super::{Shown, certified};
use crate::clock::Clock;

/// The files are looked at this often (ours): two small reads.
pub const LOOK_MS: i64 = 10 * SECOND_MS;
/// Bytes of one file (ours); chains have a few thousand.
const MOST: u64 = 1 << 20;

/// What the two files hold.
type Contents = (Vec<u8>, Vec<u8>);

/// Shows the certificate in the files, and what they hold after a change. A change that cannot be
/// used (half-written, a key of another certificate) leaves the last good one and is logged.
///
/// # Errors
/// When the files cannot be used now.
pub fn keep(pair: Pair, clock: Clock) -> Result<Arc<Shown>, String> {
    let contents = read(&pair)?;
    let shown = Arc::new(Shown::default());
    shown.put(parse(&pair, &contents)?);
    tokio::spawn(watch(pair, Ok(contents), Arc::downgrade(&shown), clock));
    Ok(shown)
}

/// The certificate in the files as they are now.
///
/// # Errors
/// When they cannot be used, in words.
pub(super) fn load(pair: &Pair) -> Result<Arc<CertifiedKey>, String> {
    parse(pair, &read(pair)?)
}

async fn watch(
    pair: Pair,
    mut last: Result<Contents, String>,
    shown: std::sync::Weak<Shown>,
    clock: Clock,
) {
    loop {
        clock.until(clock.now() + LOOK_MS).await;
        let of = pair.clone();
        let Ok(now) = tokio::task::spawn_blocking(move || read(&of)).await else { return };
        let Some(shown) = shown.upgrade() else { return };
        if now == last {
            continue;
        }
        let parsed = now.as_ref().map_err(Clone::clone).and_then(|now| parse(&pair, now));
        match parsed {
            Ok(certificate) => {
                shown.put(certificate);
                tracing::info!(file = %pair.certificate.display(), "a new certificate is shown");
            }
            Err(why) => tracing::warn!(%why, "the last good certificate is kept"),
        }
        last = now;
    }
}

fn read(pair: &Pair) -> Result<Contents, String> {
    Ok((bounded(&pair.certificate)?, bounded(&pair.key)?))
}

fn bounded(path: &Path) -> Result<Vec<u8>, String> {
    use std::io::Read as _;
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(failed)?;
    match bytes.len() as u64 {
        0..=MOST => Ok(bytes),
        _ => Err(format!("{}: too large for a certificate or a key", path.display())),
    }
}

fn parse(pair: &Pair, (chain, key): &Contents) -> Result<Arc<CertifiedKey>, String> {
    let bad = |path: &Path, why: String| format!("{}: {why}", path.display());
    let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
        .collect::<Result<_, _>>()
        .map_err(|error| bad(&pair.certificate, error.to_string()))?;
    if chain.is_empty() {
        return Err(bad(&pair.certificate, "there is no certificate in it".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|e| bad(&pair.key, e.to_string()))?;
    certified(chain, key).map_err(|why| bad(&pair.certificate, why))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn write(folder: &Path, certificate: &str, key: &str) -> Pair {
        let pair = Pair { certificate: folder.join("c.pem"), key: folder.join("k.pem") };
        std::fs::write(&pair.certificate, certificate).unwrap();
        std::fs::write(&pair.key, key).unwrap();
        pair
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let params = CertificateParams::new(["a.test".to_owned()]).unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        let good = write(folder.path(), &pem, &key.serialize_pem());
        assert!(load(&good).is_ok());
        let huge = "x".repeat(MOST as usize + 1);
        for (certificate, key) in [
            (pem.as_str(), other.serialize_pem()),
            ("", key.serialize_pem()),
            (pem.as_str(), String::new()),
            (pem.as_str(), pem.clone()),
            (&pem[..pem.len() / 2], key.serialize_pem()),
            (huge.as_str(), key.serialize_pem()),
        ] {
            let pair = write(folder.path(), certificate, &key);
            let why = load(&pair).unwrap_err();
            assert!(why.contains(".pem"), "{why}");
        }
    }
}
