//! Is this webhook what it must be? Pure: headers and bytes in, what happened out.

use crate::world::App;
use hmac::{Hmac, Mac};
use serde::Deserialize;
use sha2::Sha256;
use std::borrow::Cow;
use std::collections::HashMap;

/// A keyed HMAC-SHA256, ready to be cloned for each message.
pub type Key = Hmac<Sha256>;

/// The key of a secret.
pub fn key(secret: &str) -> Key {
    Key::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length")
}

/// `sha256=` and 64 lower-case hex digits over exactly these bytes.
pub fn signature(key: &Key, body: &[u8]) -> String {
    let mut mac = key.clone();
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// Whose webhooks are expected, by phone number id.
#[derive(Default)]
pub struct Keyring {
    keys: HashMap<String, (String, Key)>,
}

impl Keyring {
    /// Expects webhooks of this number from now on.
    pub fn add(&mut self, app: &App) {
        self.keys.insert(app.phone_number_id.clone(), (app.waba_id.clone(), key(&app.secret)));
    }
}

/// Why a webhook is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The signature is absent or does not fit the bytes.
    BadSignature,
    /// Not JSON, not the envelope, or not exactly one entry, one change and one update.
    BadShape,
    /// A number, or an account, that nobody here registered.
    UnknownNumber,
}

/// What a good webhook says.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// The status of a message we sent.
    Status {
        /// The number it was sent from.
        phone_number_id: Cow<'a, str>,
        /// The message.
        wamid: Cow<'a, str>,
        /// `sent`, `delivered`, `read` or `failed`.
        status: Cow<'a, str>,
        /// To whom.
        recipient: Cow<'a, str>,
    },
    /// A person wrote.
    Message {
        /// The number it was written to.
        phone_number_id: Cow<'a, str>,
        /// Who wrote.
        from: Cow<'a, str>,
    },
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    object: Cow<'a, str>,
    #[serde(borrow)]
    entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    changes: Vec<Change<'a>>,
}

#[derive(Deserialize)]
struct Change<'a> {
    #[serde(borrow)]
    field: Cow<'a, str>,
    #[serde(borrow)]
    value: Value<'a>,
}

#[derive(Deserialize)]
struct Value<'a> {
    #[serde(borrow)]
    messaging_product: Cow<'a, str>,
    #[serde(borrow)]
    metadata: Metadata<'a>,
    #[serde(borrow, default)]
    statuses: Vec<Status<'a>>,
    #[serde(borrow, default)]
    messages: Vec<Incoming<'a>>,
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    phone_number_id: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Status<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow)]
    recipient_id: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Incoming<'a> {
    #[serde(borrow)]
    from: Cow<'a, str>,
}

/// Checks one webhook: shape first, because the shape names the secret, then the signature.
pub fn check<'a>(
    keyring: &Keyring,
    signed: Option<&str>,
    body: &'a [u8],
) -> Result<Event<'a>, Refusal> {
    let envelope: Envelope<'a> = serde_json::from_slice(body).map_err(|_| Refusal::BadShape)?;
    if envelope.object != "whatsapp_business_account" {
        return Err(Refusal::BadShape);
    }
    let entry = only(envelope.entry)?;
    let change = only(entry.changes)?;
    let value = change.value;
    if change.field != "messages" || value.messaging_product != "whatsapp" {
        return Err(Refusal::BadShape);
    }
    let phone_number_id = value.metadata.phone_number_id;
    let (waba_id, key) =
        keyring.keys.get(phone_number_id.as_ref()).ok_or(Refusal::UnknownNumber)?;
    if *waba_id != entry.id {
        return Err(Refusal::UnknownNumber);
    }
    verify(key, signed, body)?;
    match (value.statuses.is_empty(), value.messages.is_empty()) {
        (false, true) => {
            let Status { id: wamid, status, recipient_id: recipient } = only(value.statuses)?;
            Ok(Event::Status { phone_number_id, wamid, status, recipient })
        }
        (true, false) => {
            let Incoming { from } = only(value.messages)?;
            Ok(Event::Message { phone_number_id, from })
        }
        _ => Err(Refusal::BadShape),
    }
}

fn only<T>(list: Vec<T>) -> Result<T, Refusal> {
    let mut list = list.into_iter();
    match (list.next(), list.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(Refusal::BadShape),
    }
}

fn verify(key: &Key, signed: Option<&str>, body: &[u8]) -> Result<(), Refusal> {
    let digits = signed.and_then(|header| header.strip_prefix("sha256="));
    let mut expected = [0_u8; 32];
    let digits = digits.ok_or(Refusal::BadSignature)?;
    let lower = !digits.bytes().any(|byte| byte.is_ascii_uppercase());
    if !lower || hex::decode_to_slice(digits, &mut expected).is_err() {
        return Err(Refusal::BadSignature);
    }
    let mut mac = key.clone();
    mac.update(body);
    mac.verify_slice(&expected).map_err(|_| Refusal::BadSignature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::webhook;
    use crate::world::World;

    fn ring() -> (App, Keyring) {
        let app = World::synthetic(1, 1).apps()[0].clone();
        let mut keyring = Keyring::default();
        keyring.add(&app);
        (app, keyring)
    }

    #[test]
    fn the_published_vector_holds() {
        let body = br#"{"object":"whatsapp_business_account","entry":[]}"#;
        assert_eq!(
            signature(&key("test_app_secret"), body),
            "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"
        );
    }

    #[test]
    fn a_good_status_is_read() {
        let (app, keyring) = ring();
        let body = webhook(&app, "wamid.A", "999000000000", 1_790_000_000);
        let signed = signature(&key(&app.secret), body.as_bytes());
        let event = check(&keyring, Some(&signed), body.as_bytes()).unwrap();
        let expected = Event::Status {
            phone_number_id: app.phone_number_id.as_str().into(),
            wamid: "wamid.A".into(),
            status: "sent".into(),
            recipient: "999000000000".into(),
        };
        assert_eq!(event, expected);
    }

    #[test]
    fn one_changed_byte_one_wrong_key_or_no_signature_is_refused() {
        let (app, keyring) = ring();
        let body = webhook(&app, "wamid.A", "999000000000", 1_790_000_000);
        let signed = signature(&key(&app.secret), body.as_bytes());
        let other = body.replace("wamid.A", "wamid.B");
        let bad = Err(Refusal::BadSignature);
        assert_eq!(check(&keyring, Some(&signed), other.as_bytes()), bad);
        let foreign = signature(&key("another secret"), body.as_bytes());
        assert_eq!(check(&keyring, Some(&foreign), body.as_bytes()), bad);
        assert_eq!(check(&keyring, None, body.as_bytes()), bad);
        assert_eq!(check(&keyring, Some(&signed.to_uppercase()), body.as_bytes()), bad);
        assert_eq!(check(&keyring, Some(&signed[..70]), body.as_bytes()), bad);
    }

    #[test]
    fn the_shape_is_one_entry_one_change_one_update() {
        let (app, keyring) = ring();
        let good = webhook(&app, "wamid.A", "999000000000", 1_790_000_000);
        let doubled: serde_json::Value = serde_json::from_str(&good).unwrap();
        for list in ["/entry", "/entry/0/changes", "/entry/0/changes/0/value/statuses"] {
            let mut two = doubled.clone();
            let items = two.pointer_mut(list).unwrap().as_array_mut().unwrap();
            items.push(items[0].clone());
            let body = two.to_string();
            let signed = signature(&key(&app.secret), body.as_bytes());
            let read = check(&keyring, Some(&signed), body.as_bytes());
            assert_eq!(read, Err(Refusal::BadShape), "{list}");
        }
        assert_eq!(check(&keyring, None, b"hello"), Err(Refusal::BadShape));
    }

    #[test]
    fn a_number_nobody_registered_or_a_foreign_account_is_refused() {
        let (app, keyring) = ring();
        let stranger = App { phone_number_id: "7".into(), ..app.clone() };
        let foreign = App { waba_id: "8".into(), ..app };
        for app in [stranger, foreign] {
            let body = webhook(&app, "wamid.A", "1", 1);
            let signed = signature(&key(&app.secret), body.as_bytes());
            let read = check(&keyring, Some(&signed), body.as_bytes());
            assert_eq!(read, Err(Refusal::UnknownNumber));
        }
    }
}
