//! Media: what a file is, where it is, and what may be sent as what (reference 3.1, 4).

mod magic;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::BadId;
use crate::limits;

pub use magic::{HEAD_BYTES, fits, is_animated};

/// A kept file: the Cloud API's media id. Random; known to the assistant it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MediaId(pub u64);

impl MediaId {
    /// From random bits: fifteen or sixteen digits, so that clients which read it as a floating
    /// point number lose nothing.
    pub fn from_random(bits: u64) -> Self {
        Self(100_000_000_000_000 + bits % 8_900_000_000_000_000)
    }
}

impl fmt::Display for MediaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for MediaId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        text.parse::<crate::id::AppId>().map(|id| Self(id.0))
    }
}

/// What a file is sent as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// Sound, a voice note among them.
    Audio,
    /// Any file that is allowed as a document.
    Document,
    /// A sticker.
    Sticker,
}

/// MIME types by kind, and the largest size in bytes (reference 4, "MIME table").
const RULES: &[(MediaKind, &[&str], u64)] = &[
    (MediaKind::Image, &["image/jpeg", "image/png"], limits::IMAGE_BYTES),
    (MediaKind::Video, &["video/mp4", "video/3gpp"], limits::VIDEO_BYTES),
    (
        MediaKind::Audio,
        &["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"],
        limits::AUDIO_BYTES,
    ),
    (
        MediaKind::Document,
        &[
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ],
        limits::DOCUMENT_BYTES,
    ),
    (MediaKind::Sticker, &["image/webp"], limits::STICKER_ANIMATED_BYTES),
];

impl MediaKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Image, Self::Video, Self::Audio, Self::Document, Self::Sticker];

    /// The platform's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }

    /// The MIME types that may be sent as this, without parameters.
    pub fn types(self) -> &'static [&'static str] {
        RULES.iter().find(|rule| rule.0 == self).map_or(&[], |rule| rule.1)
    }

    /// The largest file, in bytes.
    pub fn most_bytes(self) -> u64 {
        RULES.iter().find(|rule| rule.0 == self).map_or(0, |rule| rule.2)
    }

    /// The kind that a MIME type (parameters are passed over) belongs to.
    pub fn of_type(mime: &str) -> Option<Self> {
        let bare = bare_type(mime);
        RULES.iter().find(|rule| rule.1.iter().any(|t| bare.eq_ignore_ascii_case(t))).map(|r| r.0)
    }

    /// Whether a file of this MIME type may be sent as this. Documents may be any allowed type:
    /// a picture can be sent as a file.
    pub fn takes(self, mime: &str) -> bool {
        match Self::of_type(mime) {
            None => false,
            Some(kind) => kind == self || self == Self::Document,
        }
    }
}

/// The largest file of a MIME type that begins like this, in bytes, whatever it is sent as
/// (reference 4; stickers that stand still are smaller than those that move). `None`: files of
/// this type are not taken at all.
pub fn most_bytes(mime: &str, head: &[u8]) -> Option<u64> {
    let kind = MediaKind::of_type(mime)?;
    let still = kind == MediaKind::Sticker && !is_animated(head);
    Some(if still { limits::STICKER_BYTES } else { kind.most_bytes() })
}

/// A MIME type without its parameters.
pub fn bare_type(mime: &str) -> &str {
    mime.split(';').next().unwrap_or_default().trim()
}

/// A file that the exchange keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Which.
    pub id: MediaId,
    /// MIME type, parameters included (`audio/ogg; codecs=opus`).
    pub mime: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// Its size, bytes.
    pub size_bytes: u64,
    /// Width in pixels, for pictures whose header says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

/// Where a message's file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Kept here.
    Kept(Media),
    /// To be fetched from this http(s) address; the message is shown once it has been.
    Link(String),
    /// As the sender named it; still to be looked up. Never kept in a message.
    Id(MediaId),
}

impl Source {
    /// The kept file, if it is kept.
    pub fn kept(&self) -> Option<&Media> {
        if let Self::Kept(media) = self { Some(media) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_belongs_to_one_kind_and_may_be_a_document_too() {
        for kind in MediaKind::ALL {
            for mime in kind.types() {
                assert_eq!(MediaKind::of_type(mime), Some(kind), "{mime}");
                assert!(kind.takes(mime) && MediaKind::Document.takes(mime));
            }
        }
        assert!(MediaKind::Audio.takes("audio/ogg; codecs=opus"));
        assert!(!MediaKind::Image.takes("image/webp"));
        assert!(!MediaKind::Document.takes("application/x-msdownload"));
        assert_eq!(MediaKind::of_type("audio/opus"), None);
    }
}
