//! The webhook signature: `X-Hub-Signature-256: sha256=<hex>` over the raw bytes, keyed with
//! the app secret (Cloud API reference 11).

use hmac::{Hmac, Mac};
use sha2::Sha256;

fn mac(secret: &str, body: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of any length; the error exists only for other constructions.
    let mut mac = match Hmac::<Sha256>::new_from_slice(secret.as_bytes()) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC accepts every key length"),
    };
    mac.update(body);
    mac
}

/// The header's value for these bytes.
pub fn sign(secret: &str, body: &[u8]) -> String {
    format!("sha256={}", hex::encode(mac(secret, body).finalize().into_bytes()))
}

/// Whether `header` is the signature of exactly these bytes; compared in constant time.
pub fn verify(secret: &str, header: &str, body: &[u8]) -> bool {
    let Some(digits) = header.strip_prefix("sha256=") else { return false };
    let Ok(given) = hex::decode(digits) else { return false };
    mac(secret, body).verify_slice(&given).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_reference_vector() {
        let body = br#"{"object":"whatsapp_business_account","entry":[]}"#;
        let expected = "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756";
        assert_eq!(sign("test_app_secret", body), expected);
        assert!(verify("test_app_secret", expected, body));
    }

    #[test]
    fn refuses_what_is_not_a_signature() {
        for header in ["", "sha256=", "sha256=zz", "sha1=00", "sha256=dec6", "dec6a680"] {
            assert!(!verify("s", header, b"{}"), "{header}");
        }
    }

    proptest! {
        #[test]
        fn one_changed_byte_breaks_it(mut body in prop::collection::vec(any::<u8>(), 1..64), at in any::<prop::sample::Index>()) {
            let header = sign("secret", &body);
            prop_assert!(verify("secret", &header, &body));
            prop_assert!(!verify("other", &header, &body));
            let at = at.index(body.len());
            body[at] ^= 1;
            prop_assert!(!verify("secret", &header, &body));
        }
    }
}
