//! Signatures that Graph has besides `X-Hub-Signature-256` (`exchange::delivery::signature`): the
//! legacy header, and the proof that a caller knows the app secret (reference 1 and 11).

use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::Sha256;

/// Makes `X-Hub-Signature` for one app: HMAC-SHA1, for readers older than the SHA-256 header.
#[derive(Clone)]
pub struct LegacySigner(Hmac<Sha1>);

impl LegacySigner {
    /// With the app secret's characters as key.
    pub fn new(app_secret: &str) -> Self {
        Self(Hmac::new_from_slice(app_secret.as_bytes()).expect("HMAC takes a key of any length"))
    }

    /// The header's value: `sha1=` and 40 lower-case hexadecimal digits.
    pub fn header(&self, body: &[u8]) -> String {
        let mut mac = self.0.clone();
        mac.update(body);
        format!("sha1={}", hex::encode(mac.finalize().into_bytes()))
    }
}

impl std::fmt::Debug for LegacySigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LegacySigner(…)")
    }
}

/// Whether `proof` is `appsecret_proof` of this token: hexadecimal HMAC-SHA256 with the app secret
/// as key. Takes the same time wherever they differ.
pub fn proves(app_secret: &str, token: &str, proof: &str) -> bool {
    let Ok(proof) = hex::decode(proof) else { return false };
    let mut mac: Hmac<Sha256> =
        Hmac::new_from_slice(app_secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(token.as_bytes());
    mac.verify_slice(&proof).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2202 test case 2 (SHA-1) and RFC 4231 test case 2 (SHA-256): key "Jefe".
    #[test]
    fn the_published_vectors_hold() {
        let said = "what do ya want for nothing?";
        assert_eq!(
            LegacySigner::new("Jefe").header(said.as_bytes()),
            "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
        );
        let proof = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert!(proves("Jefe", said, proof));
        assert!(proves("Jefe", said, &proof.to_uppercase()));
        for other in ["", "xyz", &proof[..62], &proof.replace('5', "6"), &format!("{proof}00")] {
            assert!(!proves("Jefe", said, other), "{other}");
        }
    }
}
