//! Files that assistants send by link: fetched here, checked like uploads, and known for a while
//! by their link, so that one link sent to many people is fetched once (reference 3.1).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use exchange::delivery::outcome::Outcome;
use exchange::id::AssistantId;
use exchange::limits;
use exchange::media::{self, Media, MediaId, MediaKind, bare_type};
use exchange::time::{DAY_MS, Millis};
use store::row::MediaRow;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::vault::Vault;
use super::writing::{Fault, Fresh};
use crate::clock::{Clock, random_u64};
use crate::egress::{Download, Egress};

/// A file that is only shown cannot be named by its assistant, but its row has to outlive the
/// time in which the same link leads to it.
const UNNAMED_MS: i64 = DAY_MS;

type Known = HashMap<(AssistantId, String), (Media, Millis)>;

/// Fetches links. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Links {
    vault: Vault,
    egress: Arc<Egress>,
    clock: Clock,
    places: Arc<Semaphore>,
    known: Arc<Mutex<Known>>,
}

/// A file fetched from a link.
#[derive(Debug)]
pub enum Fetched {
    /// It is kept already.
    Known(Media),
    /// It is kept once its row is; boxed, for it is large.
    New(Box<(Fresh, MediaRow)>),
}

impl Fetched {
    /// What messages say of it.
    pub fn media(&self) -> &Media {
        match self {
            Self::Known(media) => media,
            Self::New(new) => &new.1.media,
        }
    }
}

impl Links {
    /// Fetches into the vault.
    pub fn new(vault: Vault, egress: Arc<Egress>, clock: Clock) -> Self {
        let places = Arc::new(Semaphore::new(limits::FETCHES));
        Self { vault, egress, clock, places, known: Arc::default() }
    }

    /// Gets the file behind a link, fit to be sent as `kind`.
    ///
    /// # Errors
    /// Why there is none; [`Outcome::Unfit`] when there is one and it cannot be sent.
    pub async fn fetch(
        &self,
        assistant: AssistantId,
        kind: MediaKind,
        url: &str,
    ) -> Result<Fetched, Outcome> {
        if let Some(media) = self.known(assistant, url) {
            check(kind, &media.mime, media.size_bytes)?;
            return Ok(Fetched::Known(media));
        }
        let _place = self.places.acquire().await;
        let limit = Duration::from_millis(limits::FETCH_TIMEOUT_MS.unsigned_abs());
        let fetched = timeout(limit, self.download(kind, url)).await;
        let (fresh, mime) = fetched.map_err(|_| Outcome::TimedOut)??;
        let now = self.clock.now();
        let row = MediaRow {
            media: fresh.media(MediaId::from_random(random_u64()), &mime),
            assistant,
            conversation: None,
            blob: fresh.blob.clone(),
            filename: None,
            created: now,
            expires: now + UNNAMED_MS,
        };
        Ok(Fetched::New(Box::new((fresh, row))))
    }

    async fn download(&self, kind: MediaKind, url: &str) -> Result<(Fresh, String), Outcome> {
        let mut download = self.egress.get(url).await?;
        if download.length.is_some_and(|length| length > kind.most_bytes()) {
            return Err(TOO_LARGE);
        }
        let mut writing = self.vault.begin(kind.most_bytes()).await.map_err(broken)?;
        while let Some(piece) = download.piece().await {
            writing.write(&piece?).await.map_err(broken)?;
        }
        if download.length.is_some_and(|length| length != writing.size_bytes()) {
            return Err(Outcome::Unreachable("it broke off"));
        }
        let fresh = writing.finish().await.map_err(broken)?;
        let mime = mime(&download, &fresh);
        check(kind, &mime, fresh.size_bytes)?;
        if !media::fits(&mime, &fresh.head) {
            return Err(Outcome::Unfit("its bytes are not what its Content-Type says"));
        }
        let most = media::most_bytes(&mime, &fresh.head);
        if kind == MediaKind::Sticker && most.is_none_or(|most| fresh.size_bytes > most) {
            return Err(TOO_LARGE);
        }
        Ok((fresh, mime))
    }

    /// The file of a link that was fetched a short while ago.
    fn known(&self, assistant: AssistantId, url: &str) -> Option<Media> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (media, until) = known.get(&(assistant, url.to_owned()))?;
        (self.clock.now() < *until).then(|| media.clone())
    }

    /// Remembers what a link led to; its row is on disk.
    pub fn remember(&self, assistant: AssistantId, url: &str, media: Media) {
        let now = self.clock.now();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= limits::LINKS_CACHED {
            known.retain(|_, (_, until)| now < *until);
        }
        if known.len() < limits::LINKS_CACHED {
            let until = now + limits::LINK_CACHED_MS;
            known.insert((assistant, url.to_owned()), (media, until));
        }
    }
}

const TOO_LARGE: Outcome = Outcome::Unfit("it is larger than may be sent as this");

fn broken(fault: Fault) -> Outcome {
    match fault {
        Fault::TooLong => TOO_LARGE,
        Fault::Failed => Outcome::Unreachable("the exchange could not keep it"),
    }
}

/// What the server says it is; what it looks like when that says nothing of use.
fn mime(download: &Download, fresh: &Fresh) -> String {
    let said = download.content_type.as_deref().unwrap_or_default();
    let useful = MediaKind::of_type(said).is_some() && media::fits(said, &fresh.head);
    if useful {
        return said.to_ascii_lowercase();
    }
    let seems = fresh.seems().filter(|seems| MediaKind::of_type(seems).is_some());
    seems.unwrap_or_else(|| bare_type(said)).to_ascii_lowercase()
}

fn check(kind: MediaKind, mime: &str, size_bytes: u64) -> Result<(), Outcome> {
    if !kind.takes(mime) {
        return Err(Outcome::Unfit("its type cannot be sent as this"));
    }
    if size_bytes > kind.most_bytes() { Err(TOO_LARGE) } else { Ok(()) }
}
