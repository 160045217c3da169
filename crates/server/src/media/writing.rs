//! A blob being written: hashed, counted, and its first bytes kept for a look, as it goes by.

use exchange::media::{HEAD_BYTES, Media, MediaId, bare_type};
use object_store::MultipartUpload;
use sha2::{Digest as _, Sha256};

use super::vault::Vault;

/// Written in parts of this size: what one file takes of memory.
const PART_BYTES: usize = 256 * 1024;

/// Why a blob was not kept or not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is longer than was allowed.
    #[error("too long")]
    TooLong,
    /// The place of files failed; it is in the log.
    #[error("the place of files failed")]
    Failed,
}

/// A blob being written. Dropped before it is whole, nothing of it stays.
#[derive(Debug)]
pub struct Writing {
    vault: Vault,
    blob: String,
    upload: Box<dyn MultipartUpload>,
    part: Vec<u8>,
    head: Vec<u8>,
    hash: Sha256,
    size_bytes: u64,
    most: u64,
}

/// A blob that is whole and on disk. Unless [`Fresh::keep`] was called it is deleted when dropped.
#[derive(Debug)]
pub struct Fresh {
    vault: Vault,
    /// Its name.
    pub blob: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// Its size.
    pub size_bytes: u64,
    /// Its first bytes, at most [`HEAD_BYTES`].
    pub head: Vec<u8>,
    kept: bool,
}

impl Writing {
    pub(super) fn new(
        vault: Vault,
        blob: String,
        upload: Box<dyn MultipartUpload>,
        most: u64,
    ) -> Self {
        let (part, head, hash) = (Vec::new(), Vec::new(), Sha256::new());
        Self { vault, blob, upload, part, head, hash, size_bytes: 0, most }
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// [`Fault`]; the blob cannot be finished then.
    pub async fn write(&mut self, mut data: &[u8]) -> Result<(), Fault> {
        self.size_bytes += data.len() as u64;
        if self.size_bytes > self.most {
            return Err(Fault::TooLong);
        }
        self.hash.update(data);
        let room = HEAD_BYTES.saturating_sub(self.head.len()).min(data.len());
        self.head.extend_from_slice(&data[..room]);
        while !data.is_empty() {
            let room = PART_BYTES.saturating_sub(self.part.len()).min(data.len());
            let (now, later) = data.split_at(room);
            self.part.extend_from_slice(now);
            data = later;
            if self.part.len() >= PART_BYTES {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// How much has been written.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    async fn flush(&mut self) -> Result<(), Fault> {
        let part = std::mem::take(&mut self.part);
        self.upload.put_part(part.into()).await.map_err(|error| failed(&error))
    }

    /// All of it is there: on disk when this returns.
    ///
    /// # Errors
    /// [`Fault::Failed`].
    pub async fn finish(mut self) -> Result<Fresh, Fault> {
        if !self.part.is_empty() {
            self.flush().await?;
        }
        // Owned from here on: whoever gives up meanwhile leaves nothing behind.
        let mut fresh = Fresh {
            vault: self.vault,
            blob: self.blob,
            sha256: hex::encode(self.hash.finalize()),
            size_bytes: self.size_bytes,
            head: self.head,
            kept: false,
        };
        fresh.head.shrink_to_fit();
        self.upload.complete().await.map_err(|error| failed(&error))?;
        Ok(fresh)
    }
}

fn failed(error: &object_store::Error) -> Fault {
    tracing::error!(%error, "a file could not be written");
    Fault::Failed
}

impl Fresh {
    /// A row of the store names it, or may: it stays.
    pub fn keep(&mut self) {
        self.kept = true;
    }

    /// What messages say of it. Pictures are measured if their header says how large they are.
    pub fn media(&self, id: MediaId, mime: &str) -> Media {
        let picture = bare_type(mime).starts_with("image/");
        let size = if picture { imagesize::blob_size(&self.head).ok() } else { None };
        let pixels = |n: usize| u32::try_from(n).ok();
        Media {
            id,
            mime: mime.to_owned(),
            sha256: self.sha256.clone(),
            size_bytes: self.size_bytes,
            width: size.and_then(|size| pixels(size.width)),
            height: size.and_then(|size| pixels(size.height)),
        }
    }

    /// What its first bytes look like, if that is known.
    pub fn seems(&self) -> Option<&'static str> {
        infer::get(&self.head).map(|found| match found.mime_type() {
            // What the table calls them.
            "audio/m4a" => "audio/mp4",
            "audio/opus" => "audio/ogg",
            "video/x-m4v" => "video/mp4",
            other => other,
        })
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        let (vault, blob) = (self.vault.clone(), std::mem::take(&mut self.blob));
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { vault.delete(&blob).await });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_blob_is_hashed_counted_and_bounded() {
        let folder = tempfile::tempdir().expect("a folder");
        let vault = Vault::open(None, folder.path()).expect("a vault");
        let bytes = vec![7u8; 700_001];
        let mut writing = vault.begin(700_001).await.expect("begun");
        for piece in bytes.chunks(99_999) {
            writing.write(piece).await.expect("written");
        }
        let fresh = writing.finish().await.expect("whole");
        assert_eq!(fresh.sha256, hex::encode(Sha256::digest(&bytes)));
        assert_eq!((fresh.size_bytes, fresh.head.len()), (700_001, HEAD_BYTES));
        let mut writing = vault.begin(700_000).await.expect("begun");
        assert_eq!(writing.write(&bytes).await, Err(Fault::TooLong));
        let mut empty = vault.begin(0).await.expect("begun").finish().await.expect("whole");
        assert_eq!(empty.size_bytes, 0);
        empty.keep();
        let blob = empty.blob.clone();
        drop(empty);
        assert!(vault.read(&blob, None).await.expect("readable").is_some());
    }

    #[tokio::test]
    async fn what_nobody_keeps_is_deleted() {
        let folder = tempfile::tempdir().expect("a folder");
        let vault = Vault::open(None, folder.path()).expect("a vault");
        let mut writing = vault.begin(10).await.expect("begun");
        writing.write(b"gone").await.expect("written");
        drop(writing.finish().await.expect("whole"));
        drop(vault.begin(10).await.expect("begun"));
        let left = || std::fs::read_dir(folder.path().join("media")).expect("a folder").count();
        let gone = async {
            while left() > 0 {
                tokio::task::yield_now().await;
            }
        };
        let deadline = std::time::Duration::from_secs(10);
        tokio::time::timeout(deadline, gone).await.expect("nothing is left");
    }

    #[tokio::test]
    async fn pictures_are_measured() {
        let folder = tempfile::tempdir().expect("a folder");
        let vault = Vault::open(None, folder.path()).expect("a vault");
        let mut writing = vault.begin(1000).await.expect("begun");
        let header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x20\x08\x06\0\0\0";
        writing.write(header).await.expect("written");
        let fresh = writing.finish().await.expect("whole");
        let media = fresh.media(MediaId(1), "image/png");
        assert_eq!((media.width, media.height), (Some(16), Some(32)));
        assert_eq!(fresh.seems(), Some("image/png"));
    }
}
