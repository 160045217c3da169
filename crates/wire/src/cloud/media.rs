//! Files on the wire (reference 4): where they are fetched, and what is said of them.
//!
//! A file's address works for five minutes and needs the token as well. When it ends, and that
//! nobody changed it, stands in the address itself, so nothing is kept about it.

pub mod session;
pub mod upload;

use exchange::media::{Media, MediaId};
use exchange::time::Millis;
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;

use crate::ascii;

/// The path of every file's address.
pub const PATH: &str = "/whatsapp_business/attachments/";

/// Proves that words are ours; what they are for must stand in them.
fn mac(key: &[u8; 32], words: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(words.as_bytes());
    hex::encode(&mac.finalize().into_bytes()[..16])
}

/// How long it takes tells nothing about where they differ.
fn same(expected: &str, found: &str) -> bool {
    expected.len() == found.len()
        && expected.bytes().zip(found.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

fn proof(key: &[u8; 32], id: MediaId, until_s: i64) -> String {
    mac(key, &format!("{id} {until_s}"))
}

/// The address of a file until then; `source` says in which answer it was given, as the
/// platform does (`getMedia`, `webhook`).
pub fn url(origin: &str, key: &[u8; 32], id: MediaId, until: Millis, source: &str) -> String {
    let until_s = until.seconds();
    let proof = proof(key, id, until_s);
    format!("{origin}{PATH}?mid={id}&source={source}&ext={until_s}&hash={proof}")
}

/// Why an address is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadUrl {
    /// It is none of ours.
    Unknown,
    /// Its time is over.
    Expired,
}

/// The file that an address is for: `mid`, `ext` and `hash` of its query.
///
/// # Errors
/// [`BadUrl`].
pub fn of_url(
    key: &[u8; 32],
    (mid, ext, hash): (&str, &str, &str),
    now: Millis,
) -> Result<MediaId, BadUrl> {
    let id: MediaId = mid.parse().map_err(|_| BadUrl::Unknown)?;
    let until_s: i64 = ext.parse().map_err(|_| BadUrl::Unknown)?;
    if !same(&proof(key, id, until_s), hash) {
        return Err(BadUrl::Unknown);
    }
    if now.seconds() >= until_s { Err(BadUrl::Expired) } else { Ok(id) }
}

/// `GET /{media}`. `file_size` is a number and `sha256` hexadecimal (reference 19).
pub fn node(media: &Media, url: &str) -> Vec<u8> {
    ascii::to_vec(&json!({
        "messaging_product": "whatsapp", "url": url, "mime_type": media.mime,
        "sha256": media.sha256, "file_size": media.size_bytes, "id": media.id.to_string(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_works_until_it_ends_and_only_as_it_was_given() {
        let (key, id) = ([7; 32], MediaId(123_456_789_012_345));
        let url = url("https://x.example", &key, id, Millis(300_000), "webhook");
        assert!(url.starts_with("https://x.example/whatsapp_business/attachments/?mid=1234"));
        let part = |name: &str| {
            let rest = &url[url.find(&format!("{name}=")).unwrap() + name.len() + 1..];
            rest.split('&').next().unwrap().to_owned()
        };
        let (mid, ext, hash) = (part("mid"), part("ext"), part("hash"));
        let at = |ms| of_url(&key, (&mid, &ext, &hash), Millis(ms));
        assert_eq!((at(0), at(299_999)), (Ok(id), Ok(id)));
        assert_eq!(at(300_000), Err(BadUrl::Expired));
        let forged = of_url(&key, (&mid, "99999", &hash), Millis(0));
        assert_eq!(forged, Err(BadUrl::Unknown));
        assert_eq!(of_url(&[8; 32], (&mid, &ext, &hash), Millis(0)), Err(BadUrl::Unknown));
        assert_eq!(of_url(&key, ("x", &ext, ""), Millis(0)), Err(BadUrl::Unknown));
    }
}
