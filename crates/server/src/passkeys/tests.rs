//! Whole ceremonies with an authenticator made of a key and a counter.

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};

use sha2::{Digest, Sha256};

use super::*;

const HERE: &str = "http://localhost:8080";
const NOW: Millis = Millis(1_795_456_800_000);
const HANDLE: [u8; 16] = [7; 16];
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;

/// What a browser and its authenticator do.
struct Device {
    key: SigningKey,
    credential: [u8; 16],
    handle: [u8; 16],
    origin: &'static str,
    flags: u8,
    counter: u32,
}

fn device() -> Device {
    Device {
        key: SigningKey::from_slice(&[9; 32]).unwrap(),
        credential: [3; 16],
        handle: HANDLE,
        origin: HERE,
        flags: PRESENT | VERIFIED,
        counter: 1,
    }
}

impl Device {
    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = options["publicKey"]["challenge"].as_str().unwrap();
        let data = json!({"type": kind, "challenge": challenge, "origin": self.origin,
            "crossOrigin": false});
        data.to_string().into_bytes()
    }

    fn authenticator_data(&self, rp_id: &str, more_flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(rp_id).to_vec();
        data.push(self.flags | more_flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn create(&self, options: &Value) -> Value {
        let rp_id = options["publicKey"]["rp"]["id"].as_str().unwrap();
        let mut data = self.authenticator_data(rp_id, 0x40);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(self.credential);
        let point = self.key.verifying_key().to_encoded_point(false);
        // COSE: EC2 key, ES256, curve P-256, x, y
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(point.x().unwrap());
        data.extend([0x22, 0x58, 0x20]);
        data.extend(point.y().unwrap());
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).unwrap());
        attestation.extend(&data);
        let client_data = self.client_data("webauthn.create", options);
        self.credential_json(json!({
            "clientDataJSON": BASE64.encode(client_data),
            "attestationObject": BASE64.encode(attestation),
            "transports": ["internal"],
        }))
    }

    fn get(&self, options: &Value) -> Value {
        let rp_id = options["publicKey"]["rpId"].as_str().unwrap();
        let data = self.authenticator_data(rp_id, 0);
        let client_data = self.client_data("webauthn.get", options);
        let mut signed = data.clone();
        signed.extend(Sha256::digest(&client_data));
        let signature: Signature = self.key.sign(&signed);
        self.credential_json(json!({
            "clientDataJSON": BASE64.encode(client_data),
            "authenticatorData": BASE64.encode(data),
            "signature": BASE64.encode(signature.to_der()),
            "userHandle": BASE64.encode(self.handle),
        }))
    }

    fn credential_json(&self, response: Value) -> Value {
        let id = BASE64.encode(self.credential);
        json!({"id": id, "rawId": id, "type": "public-key", "response": response,
            "authenticatorAttachment": "platform", "clientExtensionResults": {}})
    }
}

/// Registers a device; gives the stored key.
fn registered(passkeys: &Passkeys, device: &Device) -> String {
    let options = passkeys.start_registration(HERE, HANDLE, NOW).unwrap();
    let answer = device.create(&options);
    passkeys.finish_registration(HERE, &answer, NOW).unwrap().key
}

#[test]
fn a_passkey_is_made_and_signs_in() {
    let (passkeys, mut device) = (Passkeys::default(), device());
    let options = passkeys.start_registration(HERE, HANDLE, NOW).unwrap();
    let made = passkeys.finish_registration(HERE, &device.create(&options), NOW).unwrap();
    assert_eq!((made.user_handle, &made.credential[..]), (HANDLE, &[3; 16][..]));
    let mut key = made.key;
    for counter in 2..4 {
        device.counter = counter;
        let options = passkeys.start_login(HERE, NOW).unwrap();
        let answer = device.get(&options);
        assert_eq!(passkeys.credential_id(&answer).unwrap(), [3; 16]);
        let updated = passkeys.finish_login(HERE, &answer, &key, NOW).unwrap();
        assert_ne!(updated, key, "the counter is kept");
        key = updated;
    }
}

#[test]
fn the_options_ask_for_what_we_promise() {
    let passkeys = Passkeys::default();
    let create = &passkeys.start_registration(HERE, HANDLE, NOW).unwrap()["publicKey"];
    assert_eq!(create["rp"]["id"], "localhost");
    assert_eq!(create["user"]["id"], BASE64.encode(HANDLE));
    assert_eq!(create["user"]["name"], "strowger-0707");
    assert_eq!(create["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(create["authenticatorSelection"]["userVerification"], "preferred");
    assert_eq!(create["attestation"], "none");
    assert_eq!(create["timeout"], 300_000);
    let get = &passkeys.start_login(HERE, NOW).unwrap()["publicKey"];
    assert_eq!(
        (&get["rpId"], &get["userVerification"]),
        (&json!("localhost"), &json!("preferred"))
    );
    assert_eq!(get["allowCredentials"], json!([]));
    let other = &passkeys.start_login(HERE, NOW).unwrap()["publicKey"];
    assert_ne!(get["challenge"], other["challenge"]);
}

#[test]
fn an_authenticator_without_verification_may_be_used() {
    let (passkeys, mut device) = (Passkeys::default(), device());
    device.flags = PRESENT;
    let key = registered(&passkeys, &device);
    device.counter = 2;
    let answer = device.get(&passkeys.start_login(HERE, NOW).unwrap());
    passkeys.finish_login(HERE, &answer, &key, NOW).unwrap();
}

#[test]
fn answers_count_once_and_for_five_minutes() {
    let (passkeys, device) = (Passkeys::default(), device());
    let options = passkeys.start_registration(HERE, HANDLE, NOW).unwrap();
    let answer = device.create(&options);
    let late = passkeys.finish_registration(HERE, &answer, NOW + 300_000);
    assert!(matches!(late, Err(PasskeyError::NotBegun)));
    let options = passkeys.start_registration(HERE, HANDLE, NOW).unwrap();
    let answer = device.create(&options);
    passkeys.finish_registration(HERE, &answer, NOW + 299_999).unwrap();
    let again = passkeys.finish_registration(HERE, &answer, NOW);
    assert!(matches!(again, Err(PasskeyError::NotBegun)));
    let login = passkeys.start_login(HERE, NOW).unwrap();
    let crossed = passkeys.finish_registration(
        HERE,
        &device.create(&json!({
            "publicKey": {"challenge": login["publicKey"]["challenge"], "rp": {"id": "localhost"}}
        })),
        NOW,
    );
    assert!(matches!(crossed, Err(PasskeyError::NotBegun)));
}

#[test]
fn strangers_do_not_sign_in() {
    let passkeys = Passkeys::default();
    let key = registered(&passkeys, &device());
    let other_key = SigningKey::from_slice(&[8; 32]).unwrap();
    for (what, stranger) in [
        ("another key", Device { key: other_key, counter: 2, ..device() }),
        ("another person", Device { handle: [6; 16], counter: 2, ..device() }),
        ("another page", Device { origin: "http://localhost:9999", counter: 2, ..device() }),
        ("nobody present", Device { flags: 0, counter: 2, ..device() }),
        ("a copy with an old counter", Device { counter: 1, ..device() }),
    ] {
        let answer = stranger.get(&passkeys.start_login(HERE, NOW).unwrap());
        let result = passkeys.finish_login(HERE, &answer, &key, NOW);
        assert!(matches!(result, Err(PasskeyError::Refused(_))), "{what}: {result:?}");
    }
    let other_site = json!({"publicKey": {"rpId": "evil.example",
        "challenge": passkeys.start_login(HERE, NOW).unwrap()["publicKey"]["challenge"]}});
    let answer = Device { counter: 2, ..device() }.get(&other_site);
    assert!(passkeys.finish_login(HERE, &answer, &key, NOW).is_err());
}

#[test]
fn nonsense_is_refused_without_harm() {
    let passkeys = Passkeys::default();
    for nonsense in [json!(null), json!({}), json!([]), json!({"id": "AAAA", "response": {}})] {
        assert!(passkeys.credential_id(&nonsense).is_err());
        assert!(passkeys.finish_registration(HERE, &nonsense, NOW).is_err());
        assert!(passkeys.finish_login(HERE, &nonsense, "{}", NOW).is_err());
    }
    let key = registered(&passkeys, &device());
    for stored in ["", "{}", &key.replace("\"fixed\":\"", "\"fixed\":\"AA")] {
        let login = Device { counter: 2, ..device() };
        let answer = login.get(&passkeys.start_login(HERE, NOW).unwrap());
        let result = passkeys.finish_login(HERE, &answer, stored, NOW);
        assert!(matches!(result, Err(PasskeyError::Stored)), "{result:?}");
    }
    assert!(passkeys.start_login("http://exchange.example", NOW).is_err());
}
