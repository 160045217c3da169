//! `POST /{phone}/media` (reference 4): which type a file has, and what is said of those that are
//! not taken.

use exchange::media::{MediaId, MediaKind, bare_type};
use serde_json::json;

use crate::ascii;
use crate::cloud::error::GraphError;

/// The types that the platform names in its refusal, word for word.
const TYPES: &str = "audio/aac, audio/mp4, audio/mpeg, audio/amr, audio/ogg, audio/opus, \
    application/vnd.ms-powerpoint, application/msword, \
    application/vnd.openxmlformats-officedocument.wordprocessingml.document, \
    application/vnd.openxmlformats-officedocument.presentationml.presentation, \
    application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, application/pdf, \
    text/plain, application/vnd.ms-excel, image/jpeg, image/png, image/webp, video/mp4, \
    video/3gpp";

/// Longest type with its parameters (ours).
const MIME_CHARS: usize = 100;

/// The type of an uploaded file: what `type` says, if it is one that is taken; else its part's
/// own; else, when neither says anything, what its first bytes look like. `type` may be a bare
/// kind, such as `image`: then the other two say which.
///
/// # Errors
/// 100 in the platform's words, when it is none that is taken.
pub fn label(
    given: Option<&str>,
    of_part: Option<&str>,
    seems: Option<&str>,
) -> Result<String, GraphError> {
    let given = given.map(spelled).filter(|text| !text.is_empty());
    let of_part = of_part.map(spelled).filter(|text| !text.is_empty());
    let seems = seems.map(spelled);
    let kind = MediaKind::ALL.into_iter().find(|kind| given.as_deref() == Some(kind.name()));
    let taken = |mime: &&String| match kind {
        _ if mime.len() > MIME_CHARS => false,
        Some(kind) => kind.takes(mime),
        None => MediaKind::of_type(mime).is_some(),
    };
    let said = [&given, &of_part].into_iter().flatten().find(taken);
    // A label that says nothing is no label.
    let silent = |label: &Option<String>| {
        label.as_deref().is_none_or(|text| {
            kind.is_some_and(|kind| kind.name() == text) || text == "application/octet-stream"
        })
    };
    let found = match said {
        Some(said) => Some(said),
        None if silent(&given) && silent(&of_part) => seems.as_ref().filter(taken),
        None => None,
    };
    found.cloned().ok_or_else(|| {
        let shown = given.filter(|_| kind.is_none()).or(of_part).or(seems);
        bad_type(shown.as_deref().unwrap_or("application/octet-stream"))
    })
}

/// Small letters, and the usual misspelling put right.
fn spelled(mime: &str) -> String {
    let mime = mime.trim().to_ascii_lowercase();
    if bare_type(&mime) == "image/jpg" { "image/jpeg".to_owned() } else { mime }
}

/// 100: a type that is not taken.
pub fn bad_type(mime: &str) -> GraphError {
    let shown: String = mime.chars().take(MIME_CHARS).collect();
    let rule = format!(
        "must be a file with one of the following types: {TYPES}. Received file of type '{shown}'."
    );
    GraphError::parameter("file", &rule)
}

/// 100: larger than its type may be.
pub fn too_large(mime: &str, most_bytes: u64) -> GraphError {
    let rule = format!("must be at most {most_bytes} bytes for a file of type '{mime}'.");
    GraphError::parameter("file", &rule).details("Nothing was stored. Send a smaller file.")
}

/// 100: the bytes are not what the label says.
pub fn contradicted(mime: &str, seems: Option<&str>) -> GraphError {
    let rule = match seems {
        Some(seems) => format!("must be a file of type '{mime}'; its bytes are of type '{seems}'."),
        None => format!("must be a file of type '{mime}'; its bytes are not of that type."),
    };
    GraphError::parameter("file", &rule).details("Nothing was stored. Send the type that it is.")
}

/// 100: not a form with a file in it.
pub fn not_a_form(why: &str) -> GraphError {
    GraphError::parameter("file", "must be sent as a part of multipart/form-data.").details(why)
}

/// The answer to an upload.
pub fn uploaded(id: MediaId) -> Vec<u8> {
    ascii::to_vec(&json!({"id": id.to_string()}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_is_what_is_said_first() {
        for (given, of_part, seems, found) in [
            (Some("image/png"), Some("application/octet-stream"), None, "image/png"),
            (Some("image"), Some("image/jpeg"), None, "image/jpeg"),
            (Some("image"), None, Some("image/png"), "image/png"),
            (Some("document"), Some("image/png"), None, "image/png"),
            (Some("audio"), Some("Audio/OGG; codecs=opus"), None, "audio/ogg; codecs=opus"),
            (None, Some("application/pdf"), Some("image/png"), "application/pdf"),
            (Some(""), None, Some("application/pdf"), "application/pdf"),
            (None, Some("application/octet-stream"), Some("video/mp4"), "video/mp4"),
            (Some("image/jpg"), None, None, "image/jpeg"),
            (Some("nonsense"), Some("text/plain"), None, "text/plain"),
        ] {
            let label = label(given, of_part, seems);
            assert_eq!(label.as_deref(), Ok(found), "{given:?} {of_part:?} {seems:?}");
        }
    }

    #[test]
    fn what_is_not_taken_is_named_in_the_platforms_words() {
        for (given, of_part, seems, shown) in [
            (Some("audio/wav"), None, None, "audio/wav"),
            (Some("audio/wav"), Some("image/svg+xml"), Some("image/png"), "audio/wav"),
            (None, Some("audio/opus"), Some("audio/ogg"), "audio/opus"),
            (Some("image"), Some("video/mp4"), Some("image/png"), "video/mp4"),
            (None, None, Some("image/gif"), "image/gif"),
            (None, None, None, "application/octet-stream"),
        ] {
            let error = label(given, of_part, seems).expect_err("refused");
            assert_eq!((error.http, error.code), (400, 100));
            assert!(error.message.starts_with(
                "(#100) Param file must be a file with one of the following types: audio/aac, "
            ));
            let end = format!("video/3gpp. Received file of type '{shown}'.");
            assert!(error.message.ends_with(&end), "{}", error.message);
        }
    }
}
