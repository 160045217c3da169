//! Which assistants are the operator's own, said in public and signed.
//!
//! Nothing that routes, limits, schedules, sheds, prices or ranks may read this; no file of the
//! exchange's library does. It is for the parity report, which compares the operator's own
//! assistants with everybody else's.
//!
//! In the data folder:
//!
//! | file | what |
//! |---|---|
//! | `affiliation.json` | `{"v":1,"written":<unix seconds>,"assistants":[{"id":"<phone_number_id>","name":"booking"}…]}`, by id; `id` is the assistant's public id |
//! | `affiliation.json.sig` | Ed25519 signature (RFC 8032) over the exact bytes of `affiliation.json`, in base64, one line |
//! | `operator.pub` | the public key's 32 bytes, in base64, one line |
//! | `operator.key` | the private key's 32 bytes (the seed), in base64, one line; mode 0600; made at first use |

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use exchange::time::Millis;
use serde::{Deserialize, Serialize};

const STATEMENT: &str = "affiliation.json";
const SIGNATURE: &str = "affiliation.json.sig";
const KEY: &str = "operator.key";
const PUBLIC_KEY: &str = "operator.pub";

/// The statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Affiliation {
    v: u8,
    /// Unix seconds.
    pub(crate) written: i64,
    /// The operator's own assistants.
    pub(crate) assistants: Vec<Own>,
}

/// One of the operator's own assistants.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Own {
    /// Its public id: the `phone_number_id`.
    pub(crate) id: String,
    /// Which sample it is.
    pub(crate) name: String,
}

/// States what samples of these names have registered by now, in `data`. Writes only when that
/// differs from what is stated already. Returns how many there are.
///
/// # Errors
/// Which file could not be read or written, and why.
pub(crate) fn state(
    data: &Path,
    names: &[&str],
    now: Millis,
    random: &mut dyn FnMut(&mut [u8]),
) -> Result<usize, String> {
    let mut assistants = Vec::new();
    for name in names {
        if let Some(id) = registered(&super::folder(data, name))? {
            assistants.push(Own { id, name: (*name).to_owned() });
        }
    }
    assistants.sort();
    let count = assistants.len();
    let stated = read(data).ok().map(|stated| stated.assistants);
    if stated.as_ref() == Some(&assistants) || (stated.is_none() && count == 0) {
        return Ok(count);
    }
    let statement = Affiliation { v: 1, written: now.seconds(), assistants };
    let mut bytes = serde_json::to_vec(&statement).map_err(|error| error.to_string())?;
    bytes.push(b'\n');
    let key = key(data, random)?;
    let public = format!("{}\n", BASE64.encode(key.verifying_key().as_bytes()));
    let signature = format!("{}\n", BASE64.encode(key.sign(&bytes).to_bytes()));
    // a crash in between leaves a pair that does not fit, and that is written again
    replace(&data.join(PUBLIC_KEY), public.as_bytes())?;
    replace(&data.join(STATEMENT), &bytes)?;
    replace(&data.join(SIGNATURE), signature.as_bytes())?;
    Ok(count)
}

/// Reads the statement and checks it with the public key beside it, as anybody can.
///
/// # Errors
/// When a file is missing or the signature does not fit.
pub(crate) fn read(data: &Path) -> Result<Affiliation, String> {
    let file = |name| fs::read(data.join(name)).map_err(|error| format!("{name}: {error}"));
    let decode = |name| {
        let text = file(name)?;
        BASE64.decode(text.trim_ascii()).map_err(|error| format!("{name}: {error}"))
    };
    let bytes = file(STATEMENT)?;
    let key: [u8; 32] = decode(PUBLIC_KEY)?.try_into().map_err(|_| "not a public key")?;
    let key = VerifyingKey::from_bytes(&key).map_err(|error| error.to_string())?;
    let signature = Signature::from_slice(&decode(SIGNATURE)?).map_err(|e| e.to_string())?;
    key.verify_strict(&bytes, &signature).map_err(|error| format!("{SIGNATURE}: {error}"))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{STATEMENT}: {error}"))
}

/// The id a sample got when it registered, if it has.
fn registered(folder: &Path) -> Result<Option<String>, String> {
    #[derive(Deserialize)]
    struct Credentials {
        phone_number_id: String,
    }
    let path = folder.join("credentials.json");
    match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", path.display())),
        Ok(bytes) => serde_json::from_slice::<Credentials>(&bytes)
            .map(|found| Some(found.phone_number_id))
            .map_err(|error| format!("{}: {error}", path.display())),
    }
}

/// The operator's key; made when there is none.
fn key(data: &Path, random: &mut dyn FnMut(&mut [u8])) -> Result<SigningKey, String> {
    let path = data.join(KEY);
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    match fs::read(&path) {
        Ok(text) => {
            let seed = BASE64.decode(text.trim_ascii()).ok().and_then(|seed| seed.try_into().ok());
            let seed = seed.ok_or(format!("{}: not a key; mend or remove it", path.display()))?;
            Ok(SigningKey::from_bytes(&seed))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let mut seed = [0; 32];
            random(&mut seed);
            replace(&path, format!("{}\n", BASE64.encode(seed)).as_bytes())?;
            Ok(SigningKey::from_bytes(&seed))
        }
        Err(error) => Err(failed(error)),
    }
}

/// Writes a file whole or not at all. For us alone when it is the key; the rest is public.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let new = PathBuf::from(format!("{}.new", path.display()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if path.ends_with(KEY) {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let written = options.open(&new).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written
        .and_then(|()| fs::rename(&new, path))
        .map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_795_456_800_000);
    const NAMES: [&str; 2] = ["support", "booking"];

    fn register(data: &Path, name: &str, id: &str) {
        let folder = super::super::folder(data, name);
        fs::create_dir_all(&folder).unwrap();
        let json = format!(r#"{{"phone_number_id":"{id}","access_token":"EAAhush"}}"#);
        fs::write(folder.join("credentials.json"), json).unwrap();
    }

    fn state_at(data: &Path, now: Millis) -> Result<usize, String> {
        state(data, &NAMES, now, &mut |bytes| bytes.fill(7))
    }

    #[test]
    fn what_has_registered_is_stated_and_signed() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        assert_eq!(state_at(data, NOW), Ok(0));
        assert!(!data.join(KEY).exists(), "nothing to sign yet");
        register(data, "support", "200");
        register(data, "stranger", "300");
        assert_eq!(state_at(data, NOW), Ok(1));
        register(data, "booking", "100");
        assert_eq!(state_at(data, NOW + 5_000), Ok(2));
        let own = |id: &str, name: &str| Own { id: id.into(), name: name.into() };
        let expected = Affiliation {
            v: 1,
            written: NOW.seconds() + 5,
            assistants: vec![own("100", "booking"), own("200", "support")],
        };
        assert_eq!(read(data), Ok(expected));
        let text = fs::read_to_string(data.join(STATEMENT)).unwrap();
        assert!(!text.contains("hush"));
        let before = (text, fs::read(data.join(SIGNATURE)).unwrap());
        assert_eq!(state_at(data, NOW + 60_000), Ok(2));
        let after = fs::read_to_string(data.join(STATEMENT)).unwrap();
        assert_eq!((after, fs::read(data.join(SIGNATURE)).unwrap()), before, "nothing new to say");
    }

    #[test]
    fn tampering_shows_and_is_mended() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        register(data, "booking", "100");
        state_at(data, NOW).unwrap();
        let honest = fs::read_to_string(data.join(STATEMENT)).unwrap();
        for tampered in [honest.replace("100", "101"), format!("{honest} "), String::new()] {
            fs::write(data.join(STATEMENT), tampered).unwrap();
            assert!(read(data).is_err_and(|why| why.contains("sig")));
        }
        state_at(data, NOW).unwrap();
        assert!(read(data).is_ok());
        let other = BASE64.encode(SigningKey::from_bytes(&[8; 32]).verifying_key().as_bytes());
        fs::write(data.join(PUBLIC_KEY), other).unwrap();
        assert!(read(data).is_err());
        fs::remove_file(data.join(SIGNATURE)).unwrap();
        assert!(read(data).is_err());
    }

    #[test]
    fn the_key_is_kept_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        register(data, "booking", "100");
        state_at(data, NOW).unwrap();
        let public = fs::read(data.join(PUBLIC_KEY)).unwrap();
        register(data, "support", "200");
        state(data, &NAMES, NOW, &mut |_| panic!("a second key")).unwrap();
        assert_eq!(fs::read(data.join(PUBLIC_KEY)).unwrap(), public);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |name| fs::metadata(data.join(name)).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(KEY), 0o600);
        }
        fs::write(data.join(KEY), "not a key").unwrap();
        register(data, "booking", "101");
        assert!(state_at(data, NOW).is_err_and(|why| why.contains("operator.key")));
    }
}
