//! A local certificate authority for development, made on demand and kept in the data directory.
//! Whoever trusts its certificate trusts whoever holds its key: it is for clients on machines of
//! one's own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use exchange::time::{DAY_MS, HOUR_MS, Millis};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PublicKeyData as _, date_time_ymd,
};
use sha2::{Digest as _, Sha256};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::{Shown, certified, not_after};
use crate::clock::Clock;

/// The authority's certificate, in the data directory: for clients.
pub const CERTIFICATE: &str = "strowger-local-ca.pem";
/// Its key, beside it: for nobody.
pub const KEY: &str = "strowger-local-ca.key";

/// How long the authority holds (ours).
const AUTHORITY_MS: i64 = 3650 * DAY_MS;
/// How long what it signs holds: Apple's clients take at most 825 days, even from authorities
/// that were added by hand.
const LEAF_MS: i64 = 397 * DAY_MS;
/// Made anew when less than this is left (ours).
const LEFT_MS: i64 = 30 * DAY_MS;
/// Looked at this often (ours).
const LOOK_MS: i64 = HOUR_MS;

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Shown to clients of ours.
    Server,
    /// Shown to endpoints we call.
    Client,
}

/// The local authority.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    path: PathBuf,
}

impl Authority {
    /// The one kept in `data`; made when there is none, and its certificate made anew (with the
    /// same key) when it is missing or near its end.
    ///
    /// # Errors
    /// When the files cannot be read, written or understood, in words.
    pub fn open(data: &Path, now: Millis) -> Result<Self, String> {
        let key = key(&data.join(KEY))?;
        let params = authority(&key, now);
        let path = data.join(CERTIFICATE);
        let until = match std::fs::read(&path) {
            Ok(pem) => {
                let certificate = CertificateDer::from_pem_slice(&pem)
                    .map_err(|error| format!("{}: {error}", path.display()))?;
                not_after(&certificate)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(format!("{}: {error}", path.display())),
        };
        if until.is_none_or(|until| until < now + LEAF_MS) {
            let certificate = params.self_signed(&key).map_err(|error| error.to_string())?;
            write(&path, certificate.pem().as_bytes(), 0o644)?;
        }
        Ok(Self { issuer: Issuer::new(params, key), path })
    }

    /// The file with its certificate.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A certificate for these names, with a new key.
    ///
    /// # Errors
    /// A name that no certificate can hold.
    pub fn issue(
        &self,
        names: &[String],
        purpose: Use,
        now: Millis,
    ) -> Result<Arc<CertifiedKey>, String> {
        let failed = |error: rcgen::Error| error.to_string();
        let mut params = CertificateParams::new(names).map_err(failed)?;
        params.distinguished_name = named("Strowger, local");
        hold(&mut params, now, LEAF_MS);
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![match purpose {
            Use::Server => ExtendedKeyUsagePurpose::ServerAuth,
            Use::Client => ExtendedKeyUsagePurpose::ClientAuth,
        }];
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(failed)?;
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(str::to_owned)?;
        certified(vec![certificate.der().clone()], key)
    }
}

/// Shows a certificate of the local authority for these names, and a new one in time.
///
/// # Errors
/// As [`Authority::open`] and [`Authority::issue`].
pub fn keep(data: &Path, names: Vec<String>, clock: Clock) -> Result<Arc<Shown>, String> {
    shown(data, names, Use::Server, clock)
}

/// The same for calling endpoints.
///
/// # Errors
/// As [`keep`].
pub fn keep_client(data: &Path, names: Vec<String>, clock: Clock) -> Result<Arc<Shown>, String> {
    shown(data, names, Use::Client, clock)
}

fn shown(
    data: &Path,
    names: Vec<String>,
    purpose: Use,
    clock: Clock,
) -> Result<Arc<Shown>, String> {
    let authority = Authority::open(data, clock.now())?;
    let shown = Arc::new(Shown::default());
    shown.put(authority.issue(&names, purpose, clock.now())?);
    tokio::spawn(renew(data.to_owned(), names, purpose, Arc::downgrade(&shown), clock));
    Ok(shown)
}

async fn renew(data: PathBuf, names: Vec<String>, purpose: Use, shown: Weak<Shown>, clock: Clock) {
    loop {
        clock.until(clock.now() + LOOK_MS).await;
        let Some(shown) = shown.upgrade() else { return };
        let until = shown.now().and_then(|it| not_after(it.cert.first()?));
        let now = clock.now();
        if until.is_some_and(|until| until >= now + LEFT_MS) {
            continue;
        }
        let issued = Authority::open(&data, now).and_then(|ours| ours.issue(&names, purpose, now));
        match issued {
            Ok(certificate) => shown.put(certificate),
            Err(why) => tracing::warn!(%why, "no new certificate by the local authority"),
        }
    }
}

fn key(path: &Path) -> Result<KeyPair, String> {
    match std::fs::read_to_string(path) {
        Ok(pem) => KeyPair::from_pem(&pem).map_err(|e| format!("{}: {e}", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = KeyPair::generate().map_err(|error| error.to_string())?;
            write(path, key.serialize_pem().as_bytes(), 0o600)?;
            Ok(key)
        }
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

/// The authority's certificate follows from its key, but for its dates: its name has a part of
/// the key's digest, so that two authorities in one trust store are told apart.
fn authority(key: &KeyPair, now: Millis) -> CertificateParams {
    let digest = hex::encode(Sha256::digest(key.der_bytes()));
    let mut params = CertificateParams::default();
    params.distinguished_name = named(&format!("Strowger local authority {}", &digest[..8]));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    // one made anew with the same key has another number, as clients demand
    params.serial_number = Some(now.0.unsigned_abs().into());
    hold(&mut params, now, AUTHORITY_MS);
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut all = DistinguishedName::new();
    all.push(DnType::CommonName, name);
    all
}

/// From a day before now (clocks differ), for so long.
pub(super) fn hold(params: &mut CertificateParams, now: Millis, ms: i64) {
    let at = |time: Millis| {
        date_time_ymd(1970, 1, 1) + Duration::from_millis(time.0.max(0).unsigned_abs())
    };
    params.not_before = at(now - DAY_MS);
    params.not_after = at(now + ms);
}

/// Writes a file whole or not at all.
pub(super) fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), String> {
    let new = PathBuf::from(format!("{}.new", path.display()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let written = options.open(&new).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written
        .and_then(|()| std::fs::rename(&new, path))
        .map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_795_456_800_000);

    fn mode(path: &Path) -> u32 {
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions())
            & 0o777
    }

    #[test]
    fn the_authority_stays_and_its_key_is_for_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::open(folder.path(), NOW).unwrap();
        let first = std::fs::read(authority.path()).unwrap();
        assert_eq!(mode(&folder.path().join(KEY)), 0o600);
        let authority = Authority::open(folder.path(), NOW + 1000 * DAY_MS).unwrap();
        assert_eq!(std::fs::read(authority.path()).unwrap(), first);
        // too little left for what it would sign: new dates for the same key
        let authority = Authority::open(folder.path(), NOW + 3300 * DAY_MS).unwrap();
        let renewed = std::fs::read(authority.path()).unwrap();
        assert_ne!(renewed, first);
        let certificate = CertificateDer::from_pem_slice(&renewed).unwrap();
        assert_eq!(not_after(&certificate), Some(NOW + (3300 + 3650) * DAY_MS));
    }

    #[test]
    fn broken_files_are_told_and_not_overwritten() {
        for file in [CERTIFICATE, KEY] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(file);
            std::fs::write(&path, "nonsense").unwrap();
            let why = Authority::open(folder.path(), NOW).unwrap_err();
            assert!(why.contains(file), "{why}");
            assert_eq!(std::fs::read(&path).unwrap(), b"nonsense");
        }
    }

    #[test]
    fn what_it_signs_holds_for_a_year_and_a_month() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::open(folder.path(), NOW).unwrap();
        let issued = authority.issue(&["a.test".to_owned()], Use::Server, NOW).unwrap();
        assert_eq!(not_after(&issued.cert[0]), Some(NOW + LEAF_MS));
        assert!(authority.issue(&["\u{e9}.test".to_owned()], Use::Server, NOW).is_err());
    }
}
