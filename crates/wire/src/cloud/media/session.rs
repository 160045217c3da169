//! Resumable uploads (reference 4): `POST /{app}/uploads`, then `POST /{upload:…?sig=…}` with
//! bytes, then a handle that stands for the file in templates and profiles.
//!
//! Both names carry their own proof, so that nobody can guess the ones of others.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use exchange::id::ItemId;
use exchange::limits;
use exchange::media::{MediaId, MediaKind};
use serde_json::json;

use super::{mac, same};
use crate::ascii;
use crate::cloud::error::GraphError;
use crate::cloud::params::Params;

/// What every session's name begins with.
pub const PREFIX: &str = "upload:";

/// A file that is to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// Its name, if it was given one.
    pub name: Option<String>,
    /// Its size.
    pub length: u64,
    /// Its type.
    pub mime: String,
}

/// Reads `file_name`, `file_length` and `file_type`.
///
/// # Errors
/// 100: a parameter is missing or wrong.
pub fn announced(params: &Params) -> Result<Announced, GraphError> {
    let mime = params.required("file_type")?.trim().to_ascii_lowercase();
    let mime = if mime == "image/jpg" { "image/jpeg".to_owned() } else { mime };
    let Some(kind) = MediaKind::of_type(&mime) else {
        let types = "application/pdf, image/jpeg, image/jpg, image/png or video/mp4.";
        return Err(GraphError::parameter("file_type", &format!("must be one of {types}")));
    };
    let length = params.required("file_length")?.trim().parse().ok();
    let fits = |length: &u64| (1..=kind.most_bytes()).contains(length);
    let Some(length) = length.filter(fits) else {
        let rule = format!("must be from 1 to {} bytes for {mime}.", kind.most_bytes());
        return Err(GraphError::parameter("file_length", &rule));
    };
    let name = params.text("file_name")?.map(std::borrow::Cow::into_owned);
    if name.as_ref().is_some_and(|name| name.chars().count() > limits::FILENAME_CHARS) {
        let rule = format!("must be at most {} characters long.", limits::FILENAME_CHARS);
        return Err(GraphError::parameter("file_name", &rule));
    }
    Ok(Announced { name, length, mime })
}

fn proof_of_session(key: &[u8; 32], id: ItemId) -> String {
    mac(key, &format!("upload {id}"))
}

/// The name of a session: `upload:…?sig=…`.
pub fn name(key: &[u8; 32], id: ItemId) -> String {
    let shown = BASE64.encode(id.to_string());
    format!("{PREFIX}{shown}?sig={}", proof_of_session(key, id))
}

/// The session that a path's segment stands for. Its `?sig=` came as the query, or is in the
/// segment when the client escaped it.
pub fn of_path(key: &[u8; 32], segment: &str, sig: Option<&str>) -> Option<ItemId> {
    let plain = segment.replace("%3A", ":").replace("%3a", ":");
    let plain = plain.replace("%3F", "?").replace("%3f", "?");
    let plain = plain.replace("%3D", "=").replace("%3d", "=");
    let (shown, inside) = match plain.strip_prefix(PREFIX)?.split_once("?sig=") {
        Some((shown, sig)) => (shown.to_owned(), Some(sig.to_owned())),
        None => (plain.strip_prefix(PREFIX)?.to_owned(), None),
    };
    let digits = String::from_utf8(BASE64.decode(shown).ok()?).ok()?;
    let id: ItemId = digits.parse().ok()?;
    let found = inside.as_deref().or(sig)?;
    same(&proof_of_session(key, id), found).then_some(id)
}

/// The answer that begins a session.
pub fn begun(name: &str) -> Vec<u8> {
    ascii::to_vec(&json!({"id": name}))
}

/// How far a session is.
pub fn progress(name: &str, offset: u64) -> Vec<u8> {
    ascii::to_vec(&json!({"id": name, "file_offset": offset}))
}

/// The answer to the last bytes.
pub fn done(handle: &str) -> Vec<u8> {
    ascii::to_vec(&json!({"h": handle}))
}

/// 100: these are not the bytes that come next.
pub fn wrong_offset(offset: u64) -> GraphError {
    GraphError::parameter("file_offset", &format!("must be {offset}."))
        .details("Ask for the session to learn where it stands, and go on from there.")
}

fn proof_of_handle(key: &[u8; 32], id: MediaId, mime: &str) -> String {
    mac(key, &format!("handle {id} {mime}"))
}

/// The handle of a file: what samples of templates and pictures of profiles name it by. It says
/// which file and of what type; whose it is says the file's row.
pub fn handle(key: &[u8; 32], id: MediaId, mime: &str) -> String {
    let proof = proof_of_handle(key, id, mime);
    format!("4:{}:{mime}:{proof}", BASE64.encode(id.to_string()))
}

/// The file that a handle stands for; of several, one a line, the first. `None` when it is none
/// of ours. Whose it is, and whether it is still there, its row says.
pub fn of_handle(key: &[u8; 32], handle: &str) -> Option<MediaId> {
    let line = handle.lines().map(str::trim).find(|line| !line.is_empty())?;
    let (shown, rest) = line.strip_prefix("4:")?.split_once(':')?;
    let (mime, proof) = rest.rsplit_once(':')?;
    let digits = String::from_utf8(BASE64.decode(shown).ok()?).ok()?;
    let id: MediaId = digits.parse().ok()?;
    same(&proof_of_handle(key, id, mime), proof).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: [u8; 32] = [7; 32];

    #[test]
    fn a_file_is_announced_with_type_and_length() {
        let read = |query: &str| announced(&Params::of(Some(query), None, b"").expect("a query"));
        let sound = "file_name=a%2Fb.jpg&file_length=5&file_type=image/jpg";
        let file = Announced { name: Some("a/b.jpg".into()), length: 5, mime: "image/jpeg".into() };
        assert_eq!(read(sound), Ok(file));
        for bad in [
            "file_length=5",
            "file_type=image/png",
            "file_length=0&file_type=image/png",
            "file_length=x&file_type=image/png",
            "file_length=5242881&file_type=image/png",
            "file_length=5&file_type=text/html",
        ] {
            assert_eq!(read(bad).expect_err("refused").code, 100, "{bad}");
        }
    }

    #[test]
    fn a_session_is_found_however_its_name_is_escaped() {
        let name = name(&KEY, ItemId(12_345));
        let (segment, sig) = name.split_once("?sig=").expect("a proof");
        assert_eq!(of_path(&KEY, segment, Some(sig)), Some(ItemId(12_345)));
        let escaped = name.replace(':', "%3A").replace('?', "%3f").replace('=', "%3D");
        assert_eq!(of_path(&KEY, &escaped, None), Some(ItemId(12_345)));
        assert_eq!(of_path(&KEY, segment, None), None);
        assert_eq!(of_path(&[8; 32], segment, Some(sig)), None);
    }

    #[test]
    fn a_handle_is_ours_or_nobodys() {
        let id = MediaId(123_456_789_012_345);
        let handle = handle(&KEY, id, "image/jpeg");
        assert!(handle.starts_with("4:") && handle.contains(":image/jpeg:"));
        assert_eq!(of_handle(&KEY, &handle), Some(id));
        assert_eq!(of_handle(&KEY, &format!("\n{handle}\n4:x:y:z")), Some(id));
        assert_eq!(of_handle(&KEY, &handle.replace("jpeg", "png")), None);
        assert_eq!(of_handle(&[8; 32], &handle), None);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in ".*", sig in ".*") {
            prop_assert_eq!(of_handle(&KEY, &text), None);
            prop_assert_eq!(of_path(&KEY, &text, Some(&sig)), None);
        }
    }
}
