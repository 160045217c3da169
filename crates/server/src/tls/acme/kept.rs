//! What is kept: the account at the authority, and the certificate with its key. One folder for
//! each authority, so that trying one does not lose what another gave.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use instant_acme::AccountCredentials;
use tokio_rustls::rustls::sign::CertifiedKey;

use crate::tls::settings::{Pair, Wanted};
use crate::tls::{files, local};

/// The files about one name at one authority.
#[derive(Debug)]
pub(super) struct Kept {
    account: PathBuf,
    certificate: PathBuf,
}

impl Kept {
    /// In `acme/<authority>/` of the data directory, mode 0700.
    pub(super) fn open(data: &Path, wanted: &Wanted) -> Result<Self, String> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
        let authority: String = wanted
            .directory
            .trim_start_matches("https://")
            .bytes()
            .map(|b| if plain(b) { char::from(b) } else { '_' })
            .collect();
        let folder = data.join("acme").join(authority);
        let mut builder = std::fs::DirBuilder::new();
        std::os::unix::fs::DirBuilderExt::mode(builder.recursive(true), 0o700);
        builder.create(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let certificate = folder.join(format!("{}.pem", wanted.name));
        Ok(Self { account: folder.join("account.json"), certificate })
    }

    /// The account; none before the first order.
    pub(super) fn account(&self) -> Result<Option<AccountCredentials>, String> {
        let failed = |why: String| format!("{}: {why}", self.account.display());
        match std::fs::read(&self.account) {
            Ok(json) => serde_json::from_slice(&json).map(Some).map_err(|e| failed(e.to_string())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error.to_string())),
        }
    }

    pub(super) fn keep_account(&self, account: &AccountCredentials) -> Result<(), String> {
        let json = serde_json::to_vec(account).map_err(|error| error.to_string())?;
        local::write(&self.account, &json, 0o600)
    }

    /// The authority does not know the account any more.
    pub(super) fn forget_account(&self) {
        if let Err(error) = std::fs::remove_file(&self.account) {
            tracing::warn!(%error, "the ACME account cannot be forgotten");
        }
    }

    /// The certificate; none before the first.
    pub(super) fn certificate(&self) -> Result<Option<Arc<CertifiedKey>>, String> {
        if !self.certificate.exists() {
            return Ok(None);
        }
        let pair = Pair { certificate: self.certificate.clone(), key: self.certificate.clone() };
        files::load(&pair).map(Some)
    }

    /// Keeps a chain and its key, in one file: there is never one without the other.
    pub(super) fn keep_certificate(
        &self,
        chain: &str,
        key: &str,
    ) -> Result<Arc<CertifiedKey>, String> {
        local::write(&self.certificate, format!("{key}{chain}").as_bytes(), 0o600)?;
        self.certificate()?.ok_or_else(|| "the certificate has gone again".to_owned())
    }
}
