//! What the exchange gave us at registration, kept in `credentials.json` with mode 0600, and
//! the port we chose, kept beside it.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::Error;

/// The answer to `POST /providers`, plus which callback was last verified.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) provider_id: String,
    pub(crate) app_id: String,
    pub(crate) app_secret: String,
    pub(crate) phone_number_id: String,
    #[serde(default)]
    pub(crate) display_phone_number: String,
    pub(crate) access_token: String,
    pub(crate) verify_token: String,
    /// The callback of the last handshake that succeeded.
    #[serde(default)]
    pub(crate) verified_callback: Option<String>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({})", self.phone_number_id)
    }
}

/// An assistant's own folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Opens or makes the folder; nobody else on the machine may look into a new one.
    pub(crate) fn open(path: PathBuf) -> Result<Self, Error> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(Error::io(format!("make the folder {}", path.display())))?;
        Ok(Self(path))
    }

    /// A file in the folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The stored account, if there is one.
    pub(crate) fn account(&self) -> Result<Option<Account>, Error> {
        let path = self.file("credentials.json");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io(format!("read {}", path.display()))(error)),
        };
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|_| Error::Unreadable(format!("credentials in {}", path.display())))
    }

    /// Stores the account: whole or not at all, and for this user alone.
    pub(crate) fn keep(&self, account: &Account) -> Result<(), Error> {
        let json = serde_json::to_vec_pretty(account)
            .map_err(|_| Error::Unreadable("credentials to store".into()))?;
        self.replace("credentials.json", &json)
    }

    /// Keeps refused credentials aside; they may be wanted again.
    pub(crate) fn put_aside(&self) -> Result<(), Error> {
        let (from, to) = (self.file("credentials.json"), self.file("credentials.refused.json"));
        fs::rename(&from, to).map_err(Error::io(format!("put {} aside", from.display())))
    }

    fn replace(&self, name: &str, content: &[u8]) -> Result<(), Error> {
        let (new, path) = (self.file(&format!("{name}.new")), self.file(name));
        let write = || -> std::io::Result<()> {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&new)?;
            file.write_all(content)?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            File::open(&self.0)?.sync_all()
        };
        write().map_err(Error::io(format!("write {}", path.display())))
    }

    /// Listens on `wanted`. A port of 0 is chosen once and then kept, so that the callback
    /// survives a restart; when the kept one is taken, another is chosen.
    pub(crate) async fn listen(&self, wanted: SocketAddr) -> Result<TcpListener, Error> {
        if wanted.port() == 0
            && let Some(port) = self.kept_port()
            && let Ok(listener) = TcpListener::bind((wanted.ip(), port)).await
        {
            return Ok(listener);
        }
        let listener =
            TcpListener::bind(wanted).await.map_err(Error::io(format!("listen on {wanted}")))?;
        let bound = listener.local_addr().map_err(Error::io("read the address listened on"))?;
        self.replace("port", bound.port().to_string().as_bytes())?;
        Ok(listener)
    }

    fn kept_port(&self) -> Option<u16> {
        fs::read_to_string(self.file("port")).ok()?.trim().parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account {
            provider_id: "1".into(),
            app_id: "2".into(),
            app_secret: "the-secret".into(),
            phone_number_id: "3".into(),
            display_phone_number: "999".into(),
            access_token: "the-token".into(),
            verify_token: "v".into(),
            verified_callback: None,
        }
    }

    #[cfg(unix)]
    fn mode(path: &std::path::Path) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn credentials_survive_and_are_private() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path().join("own")).unwrap();
        assert!(folder.account().unwrap().is_none());
        folder.keep(&account()).unwrap();
        assert_eq!(folder.account().unwrap(), Some(account()));
        #[cfg(unix)]
        assert_eq!(mode(&folder.file("credentials.json")), 0o600);
        fs::write(folder.file("credentials.json"), "{").unwrap();
        assert!(folder.account().is_err(), "damaged credentials are not silently replaced");
    }

    #[test]
    fn secrets_are_not_printed() {
        let printed = format!("{:?}", account());
        assert!(!printed.contains("the-secret") && !printed.contains("the-token"));
    }

    #[tokio::test]
    async fn a_chosen_port_is_kept_while_it_is_free() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path().to_owned()).unwrap();
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let first = folder.listen(any).await.unwrap().local_addr().unwrap();
        let again = folder.listen(any).await.unwrap();
        assert_eq!(again.local_addr().unwrap(), first);
        let other = folder.listen(any).await.unwrap();
        assert_ne!(other.local_addr().unwrap(), first, "the kept port is taken now");
    }
}
