//! Where blobs are.

use std::collections::HashSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_core::Stream;
use futures_util::TryStreamExt as _;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt as _};
use tokio::sync::Notify;

use super::writing::{Fault, Writing};
use crate::clock::random;

/// Characters of a blob's name: random, hexadecimal.
const NAME_CHARS: usize = 40;

/// The blobs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Vault {
    pub(super) store: Arc<dyn ObjectStore>,
    folder: Arc<Path>,
    idle: Arc<Notify>,
}

/// A stretch of a blob: `start..end` of its bytes.
pub type Span = Range<u64>;

/// The bytes of a blob, as they are read.
pub struct Bytes(pub Box<dyn Stream<Item = Result<bytes::Bytes, Fault>> + Send + Unpin>);

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bytes")
    }
}

fn failed(error: &object_store::Error) -> Fault {
    tracing::error!(%error, "the place of files failed");
    Fault::Failed
}

impl Vault {
    /// Opens the place of files: a folder, by its `file:///` address, or `media` in `data`.
    ///
    /// # Errors
    /// In words for the operator.
    pub fn open(url: Option<&str>, data: &Path) -> Result<Self, String> {
        let folder = match url {
            None => data.join("media"),
            Some(url) => folder_of(url)?,
        };
        let wrong = |why: String| format!("{}: files cannot be kept here: {why}", folder.display());
        std::fs::create_dir_all(&folder).map_err(|error| wrong(error.to_string()))?;
        let store =
            LocalFileSystem::new_with_prefix(&folder).map_err(|error| wrong(error.to_string()))?;
        let store = Arc::new(store.with_fsync(true));
        Ok(Self { store, folder: folder.into(), idle: Arc::default() })
    }

    /// Begins a blob of at most `most` bytes.
    ///
    /// # Errors
    /// [`Fault::Failed`].
    pub async fn begin(&self, most: u64) -> Result<Writing, Fault> {
        let mut bits = [0; NAME_CHARS / 2];
        random(&mut bits);
        let blob = hex::encode(bits);
        let begun = self.store.put_multipart(&Name::from(blob.as_str())).await;
        let upload = begun.map_err(|error| failed(&error))?;
        Ok(Writing::new(self.clone(), blob, upload, most))
    }

    /// The bytes of a blob, or of a part of it; `None` when it is not there.
    ///
    /// # Errors
    /// [`Fault::Failed`].
    pub async fn read(&self, blob: &str, span: Option<Span>) -> Result<Option<Bytes>, Fault> {
        let options = GetOptions { range: span.map(Into::into), ..GetOptions::default() };
        match self.store.get_opts(&Name::from(blob), options).await {
            Ok(found) => {
                let bytes = found.into_stream().map_err(|error| failed(&error));
                Ok(Some(Bytes(Box::new(bytes))))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    /// The first bytes of a blob.
    ///
    /// # Errors
    /// [`Fault::Failed`].
    pub async fn head(&self, blob: &str, most: u64) -> Result<Vec<u8>, Fault> {
        let mut head = Vec::new();
        let Some(mut bytes) = self.read(blob, Some(0..most)).await? else { return Ok(head) };
        while let Some(part) = bytes.0.try_next().await? {
            head.extend_from_slice(&part);
        }
        Ok(head)
    }

    /// Deletes a blob; one that is not there is deleted already.
    ///
    /// # Errors
    /// [`Fault::Failed`].
    pub async fn delete(&self, blob: &str) -> Result<(), Fault> {
        match self.store.delete(&Name::from(blob)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Files may have become idle: they are looked for now.
    pub fn look_for_idle(&self) {
        self.idle.notify_one();
    }

    /// Waits until files may have become idle.
    pub async fn until_idle(&self) {
        self.idle.notified().await;
    }

    /// Every blob that there is. Files that were begun when the exchange last ended, and never
    /// got their name, are deleted on the way: nobody else writes here.
    ///
    /// # Errors
    /// In words for the operator.
    pub async fn all(&self) -> Result<HashSet<String>, String> {
        let folder = self.folder.clone();
        let look = move || -> std::io::Result<HashSet<String>> {
            let mut found = HashSet::new();
            for entry in std::fs::read_dir(&folder)? {
                let entry = entry?;
                let name = entry.file_name();
                let Some(name) = name.to_str() else { continue };
                match name.split_once('#') {
                    Some((blob, number)) if is_name(blob) && number.parse::<u32>().is_ok() => {
                        std::fs::remove_file(entry.path())?;
                    }
                    None if is_name(name) => {
                        found.insert(name.to_owned());
                    }
                    // Not ours.
                    _ => {}
                }
            }
            Ok(found)
        };
        let looked = tokio::task::spawn_blocking(look).await.map_err(|error| error.to_string())?;
        looked.map_err(|error| format!("{}: {error}", self.folder.display()))
    }
}

fn is_name(text: &str) -> bool {
    text.len() == NAME_CHARS
        && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn folder_of(url: &str) -> Result<PathBuf, String> {
    let path = url.strip_prefix("file://").filter(|path| path.starts_with('/'));
    path.map(PathBuf::from).ok_or_else(|| {
        format!("--media-url {url}: must be a folder, like file:///srv/strowger/media")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn kept(vault: &Vault, bytes: &[u8]) -> String {
        let mut writing = vault.begin(10_000_000).await.expect("begun");
        writing.write(bytes).await.expect("written");
        let mut fresh = writing.finish().await.expect("whole");
        fresh.keep();
        fresh.blob.clone()
    }

    async fn all_of(vault: &Vault, blob: &str, span: Option<Span>) -> Vec<u8> {
        let found = vault.read(blob, span).await.expect("readable").expect("there");
        let parts: Vec<bytes::Bytes> = found.0.try_collect().await.expect("whole");
        parts.concat()
    }

    #[tokio::test]
    async fn what_is_written_is_read_whole_and_in_parts() {
        let folder = tempfile::tempdir().expect("a folder");
        let vault = Vault::open(None, folder.path()).expect("a vault");
        let bytes: Vec<u8> = (0..3_000_000u32).map(|n| n as u8 ^ (n >> 8) as u8).collect();
        let blob = kept(&vault, &bytes).await;
        assert_eq!(all_of(&vault, &blob, None).await, bytes);
        assert_eq!(
            all_of(&vault, &blob, Some(1_000_000..1_000_005)).await,
            bytes[1_000_000..1_000_005]
        );
        assert_eq!(vault.head(&blob, 4).await.expect("a head"), bytes[..4]);
        vault.delete(&blob).await.expect("deleted");
        vault.delete(&blob).await.expect("deleted already");
        assert!(vault.read(&blob, None).await.expect("readable").is_none());
    }

    #[tokio::test]
    async fn what_was_begun_is_swept_and_foreign_files_are_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("elsewhere");
        let url = format!("file://{}", place.display());
        let vault = Vault::open(Some(&url), folder.path()).expect("a vault");
        let blob = kept(&vault, b"kept").await;
        for name in [format!("{}#1", "ab".repeat(20)), "notes.txt".into(), "notes#1".into()] {
            std::fs::write(place.join(name), b"x").expect("written");
        }
        assert_eq!(vault.all().await, Ok(HashSet::from([blob])));
        let left = std::fs::read_dir(&place).expect("a folder").count();
        assert_eq!(left, 3, "the blob and the two foreign files");
    }

    #[test]
    fn other_places_are_refused_in_words() {
        let nowhere = Path::new("/nowhere");
        for url in ["s3://bucket", "file://host/x", "media", ""] {
            let refused = Vault::open(Some(url), nowhere).expect_err("refused");
            assert!(refused.contains("--media-url"), "{refused}");
        }
        assert!(Vault::open(Some("file:///proc/nowhere"), nowhere).is_err());
    }
}
