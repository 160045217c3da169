//! Passkeys: signing in without anything to remember or to lose (WebAuthn level 3, by
//! `webauthn_rp`; why that one: `docs/adr/0005-passkeys.md`).
//!
//! Credentials are discoverable, so a person signs in without typing a name; user verification is
//! preferred; no attestation is asked for: which maker's device it is, is none of our business.
//! The library draws the challenges. What is under way is kept here, in memory and bounded; a
//! restart in between only means trying again.

mod origin;
mod pending;
#[cfg(test)]
mod tests;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use exchange::time::Millis;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::{
    AuthenticationVerificationOptions, DiscoverableCredentialRequestOptions,
};
use webauthn_rp::request::register::{
    CredProtect, Nickname, PublicKeyCredentialCreationOptions, PublicKeyCredentialUserEntity,
    RegistrationVerificationOptions, UserHandle16, Username,
};
use webauthn_rp::request::{RpId, UserVerificationRequirement};
use webauthn_rp::response::register::{DynamicState, Registration, StaticState};
use webauthn_rp::{AuthenticatedCredential, DiscoverableAuthentication16};

use origin::Origin;
use pending::{Ceremony, Pending};

/// Passkeys of all origins by which this exchange is reached.
#[derive(Default)]
pub struct Passkeys(Pending);

/// A new passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// What [`Passkeys::start_registration`] was given.
    pub user_handle: [u8; 16],
    /// The credential's id: 16 to 1,023 bytes.
    pub credential: Vec<u8>,
    /// What [`Passkeys::finish_login`] needs to check it: JSON, to be stored as it is. Holds no
    /// secret, only a public key.
    pub key: String,
}

/// Why a passkey was not accepted; for the log, not for the person.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// Browsers allow passkeys only for https and for localhost, and only for names.
    #[error("passkeys do not work at {0}")]
    Origin(String),
    /// Too old, already used, or never begun here.
    #[error("this registration or login was not begun here, or too long ago")]
    NotBegun,
    /// The browser's answer cannot be read.
    #[error("not a credential: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// The browser's answer is not right.
    #[error("not accepted: {0}")]
    Refused(String),
    /// What was stored cannot be read.
    #[error("the stored passkey cannot be read")]
    Stored,
}

/// A passkey as stored: the library's own two encodings, and whose it is.
#[derive(Serialize, Deserialize)]
struct Key {
    v: u8,
    user: String,
    /// Public key and extensions; never changes.
    fixed: String,
    /// Counter and flags; changes with logins.
    moving: String,
}

impl Passkeys {
    /// Options for `navigator.credentials.create`, as `{"publicKey":{…}}`. `user_handle` is
    /// random and belongs to the new person alone.
    ///
    /// # Errors
    /// When passkeys do not work at `origin` (`https://name[:port]`, `http://localhost[:port]`).
    pub fn start_registration(
        &self,
        origin: &str,
        user_handle: [u8; 16],
        now: Millis,
    ) -> Result<Value, PasskeyError> {
        let origin = Origin::parse(origin)?;
        let Ok(handle) = UserHandle16::decode(user_handle);
        // what the authenticator shows when there are several; not a name anybody typed
        let label = hex(&user_handle[..2]);
        let user = PublicKeyCredentialUserEntity {
            name: Username::try_from(format!("strowger-{label}")).map_err(refused)?,
            id: &handle,
            display_name: Some(Nickname::try_from(format!("Strowger {label}")).map_err(refused)?),
        };
        let mut options = PublicKeyCredentialCreationOptions::first_passkey(origin.rp_id(), user);
        options.authenticator_selection.user_verification = UserVerificationRequirement::Preferred;
        // protecting the credential by verification would make that a must
        options.extensions.cred_protect = CredProtect::None;
        let (server, client) = options.start_ceremony().map_err(refused)?;
        let json = json!({"publicKey": serde_json::to_value(&client)?});
        self.0.put(Ceremony::Registration(server), origin.as_str(), now);
        Ok(json)
    }

    /// Checks what `navigator.credentials.create` gave.
    ///
    /// # Errors
    /// When it is not the answer to a registration begun here in the last five minutes.
    pub fn finish_registration(
        &self,
        origin: &str,
        credential: &Value,
        now: Millis,
    ) -> Result<Registered, PasskeyError> {
        let origin = Origin::parse(origin)?;
        let answer = Registration::from_json_relaxed(&serde_json::to_vec(credential)?)?;
        let challenge = answer.challenge_relaxed()?;
        let Some(Ceremony::Registration(begun)) = self.0.take(challenge, origin.as_str(), now)
        else {
            return Err(PasskeyError::NotBegun);
        };
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &[origin.as_str()],
            // browsers add extensions of their own accord
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let made = begun.verify(origin.rp_id(), &answer, &options).map_err(refused)?;
        let Ok(user_handle) = made.user_id().encode();
        let Ok(fixed) = made.static_state().encode();
        let key = Key::new(user_handle, &fixed, made.dynamic_state()).to_json()?;
        Ok(Registered { user_handle, credential: made.id().as_ref().to_vec(), key })
    }

    /// Options for `navigator.credentials.get`, as `{"publicKey":{…}}`, for any passkey of ours.
    ///
    /// # Errors
    /// As [`Passkeys::start_registration`].
    pub fn start_login(&self, origin: &str, now: Millis) -> Result<Value, PasskeyError> {
        let origin = Origin::parse(origin)?;
        let mut options = DiscoverableCredentialRequestOptions::passkey(origin.rp_id());
        options.0.user_verification = UserVerificationRequirement::Preferred;
        let (server, client) = options.start_ceremony().map_err(refused)?;
        let json = json!({"publicKey": serde_json::to_value(&client)?});
        self.0.put(Ceremony::Login(server), origin.as_str(), now);
        Ok(json)
    }

    /// Which passkey `navigator.credentials.get` says it used: by it the stored one is found. Not
    /// checked yet.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn credential_id(&self, credential: &Value) -> Result<Vec<u8>, PasskeyError> {
        Ok(read_login(credential)?.raw_id().as_ref().to_vec())
    }

    /// Checks what `navigator.credentials.get` gave against the stored passkey; returns what to
    /// store from now on.
    ///
    /// # Errors
    /// When it is not the answer to a login begun here in the last five minutes, or not by the
    /// holder of that passkey.
    pub fn finish_login(
        &self,
        origin: &str,
        credential: &Value,
        key: &str,
        now: Millis,
    ) -> Result<String, PasskeyError> {
        let origin = Origin::parse(origin)?;
        let answer = read_login(credential)?;
        let challenge = answer.challenge_relaxed()?;
        let Some(Ceremony::Login(begun)) = self.0.take(challenge, origin.as_str(), now) else {
            return Err(PasskeyError::NotBegun);
        };
        let mut key: Key = serde_json::from_str(key).map_err(|_| PasskeyError::Stored)?;
        let Ok(user) = UserHandle16::decode(bytes(&key.user)?);
        let fixed = BASE64.decode(&key.fixed).map_err(|_| PasskeyError::Stored)?;
        let fixed = StaticState::decode(fixed.as_slice()).map_err(|_| PasskeyError::Stored)?;
        let moving = DynamicState::decode(bytes(&key.moving)?).map_err(|_| PasskeyError::Stored)?;
        let mut known = AuthenticatedCredential::new(answer.raw_id(), &user, fixed, moving)
            .map_err(|_| PasskeyError::Stored)?;
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &[origin.as_str()],
            error_on_unsolicited_extensions: false,
            ..AuthenticationVerificationOptions::default()
        };
        let rp_id: &RpId = origin.rp_id();
        begun.verify(rp_id, &answer, &mut known, &options).map_err(refused)?;
        let Ok(moving) = known.dynamic_state().encode();
        key.moving = BASE64.encode(moving);
        key.to_json()
    }
}

fn read_login(credential: &Value) -> Result<DiscoverableAuthentication16, PasskeyError> {
    let json = serde_json::to_vec(credential)?;
    Ok(DiscoverableAuthentication16::from_json_relaxed(&json)?)
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], PasskeyError> {
    let bytes = BASE64.decode(text).map_err(|_| PasskeyError::Stored)?;
    bytes.try_into().map_err(|_| PasskeyError::Stored)
}

fn refused(why: impl fmt::Display) -> PasskeyError {
    PasskeyError::Refused(why.to_string())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Key {
    fn new(user: [u8; 16], fixed: &[u8], moving: DynamicState) -> Self {
        let Ok(moving) = moving.encode();
        Self {
            v: 1,
            user: BASE64.encode(user),
            fixed: BASE64.encode(fixed),
            moving: BASE64.encode(moving),
        }
    }

    fn to_json(&self) -> Result<String, PasskeyError> {
        Ok(serde_json::to_string(self)?)
    }
}

impl fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passkeys")
    }
}
