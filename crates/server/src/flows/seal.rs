//! The encryption of flow data (reference 8, data endpoint protocol): a new AES-128 key for every
//! request, given to the endpoint under its RSA key (OAEP, SHA-256), the data under AES-GCM; the
//! answer comes under the same key with every bit of the vector turned.
//!
//! `rsa` warns of timing in operations with the *private* key (RUSTSEC-2023-0071); only a public
//! key is used here.

use aes_gcm::aead::consts::U16;
use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::aes::Aes128;
use aes_gcm::{AesGcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs8::DecodePublicKey;
use rsa::sha2::Sha256;
use rsa::{Oaep, RsaPublicKey};
use serde_json::{Value, json};

use crate::clock::{SystemChance, random};

/// The platform's vectors have sixteen bytes.
type Cipher = AesGcm<Aes128, U16>;

/// What an answer is opened with.
pub struct Seal {
    key: [u8; 16],
    vector: [u8; 16],
}

/// Seals a request: the body to be posted, and what the answer is opened with.
///
/// # Errors
/// In words, when the public key cannot be used.
pub fn seal(public_key_pem: &str, plain: &Value) -> Result<(Value, Seal), &'static str> {
    let public = RsaPublicKey::from_public_key_pem(public_key_pem)
        .map_err(|_| "the number's public key cannot be read")?;
    let (mut key, mut vector) = ([0; 16], [0; 16]);
    random(&mut key);
    random(&mut vector);
    let wrapped = public
        .encrypt(&mut SystemChance, Oaep::new::<Sha256>(), &key)
        .map_err(|_| "the number's public key cannot be used")?;
    let data = Cipher::new(&key.into())
        .encrypt(Nonce::from_slice(&vector), plain.to_string().as_bytes())
        .map_err(|_| "the data could not be encrypted")?;
    let body = json!({
        "encrypted_flow_data": STANDARD.encode(data),
        "encrypted_aes_key": STANDARD.encode(wrapped),
        "initial_vector": STANDARD.encode(vector),
    });
    Ok((body, Seal { key, vector }))
}

impl Seal {
    /// Opens an answer: base64 of the sealed JSON.
    ///
    /// # Errors
    /// In words, when it is not that.
    pub fn open(&self, body: &[u8]) -> Result<Value, &'static str> {
        // Some frameworks put the text between quotes.
        let text = body.trim_ascii();
        let text = text.strip_prefix(b"\"").and_then(|t| t.strip_suffix(b"\"")).unwrap_or(text);
        let sealed = STANDARD.decode(text).map_err(|_| "its answer is not base64")?;
        let turned = self.vector.map(|byte| !byte);
        let plain = Cipher::new(&self.key.into())
            .decrypt(Nonce::from_slice(&turned), sealed.as_slice())
            .map_err(|_| "its answer could not be decrypted")?;
        serde_json::from_slice(&plain).map_err(|_| "its answer is not JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsa::RsaPrivateKey;
    use rsa::pkcs8::{EncodePublicKey, LineEnding};

    /// The endpoint's side, by the platform's description.
    fn answer(private: &RsaPrivateKey, request: &Value, plain: &Value) -> (Value, String) {
        let bytes = |name: &str| STANDARD.decode(request[name].as_str().unwrap()).unwrap();
        let key = private.decrypt(Oaep::new::<Sha256>(), &bytes("encrypted_aes_key")).unwrap();
        let cipher = Cipher::new_from_slice(&key).unwrap();
        let vector = bytes("initial_vector");
        let data = bytes("encrypted_flow_data");
        let opened = cipher.decrypt(Nonce::from_slice(&vector), data.as_slice()).unwrap();
        let turned: Vec<u8> = vector.iter().map(|byte| byte ^ 0xff).collect();
        let sealed = cipher.encrypt(Nonce::from_slice(&turned), plain.to_string().as_bytes());
        (serde_json::from_slice(&opened).unwrap(), STANDARD.encode(sealed.unwrap()))
    }

    #[test]
    fn an_endpoint_reads_the_request_and_is_understood() {
        let private = RsaPrivateKey::new(&mut SystemChance, 2048).unwrap();
        let pem = private.to_public_key().to_public_key_pem(LineEnding::LF).unwrap();
        let (request, seal) = seal(&pem, &json!({"action": "ping"})).unwrap();
        let (read, answer) = answer(&private, &request, &json!({"data": {"status": "active"}}));
        assert_eq!(read, json!({"action": "ping"}));
        assert_eq!(seal.open(answer.as_bytes()).unwrap()["data"]["status"], "active");
        assert_eq!(
            seal.open(format!("\"{answer}\"\n").as_bytes()).unwrap()["data"]["status"],
            "active"
        );
        assert!(seal.open(b"AAAA").is_err() && seal.open(b"{}").is_err());
        assert!(super::seal("no key", &json!({})).is_err());
    }
}
