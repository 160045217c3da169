//! What the settings about TLS mean together.

use std::path::PathBuf;

use crate::config::Config;

/// A certificate chain and its key, both PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The chain, the server's own certificate first.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Where the listener's certificate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `--tls-cert` and `--tls-key`.
    Files(Pair),
    /// `--tls-local`: the names beside this machine's own.
    Local(Vec<String>),
    /// `--acme` and what belongs to it.
    Acme(Wanted),
}

/// What is shown to endpoints that ask who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// `--webhook-client-cert` and `--webhook-client-key`.
    Files(Pair),
    /// `--webhook-client-local`: by the local authority, for this name or address.
    Local(String),
}

/// A certificate wanted from a public authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The name people reach us by, at port 443.
    pub name: String,
    /// `mailto:…`, for the authority's warnings.
    pub contact: Option<String>,
    /// Where the authority's directory is.
    pub directory: String,
    /// More authorities to trust when talking with it: for tests.
    pub root: Option<PathBuf>,
}

/// Names in one `--tls-local` (ours): they all go into one certificate.
const NAMES: usize = 100;
/// Names that are always this machine's.
const OWN: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Where the certificate for `--tls-listen` comes from.
///
/// # Errors
/// What does not go together, in words.
pub fn source(config: &Config) -> Result<Source, String> {
    let files = pair("tls", config.tls_cert.as_ref(), config.tls_key.as_ref())?;
    match (files, &config.tls_local, &config.acme) {
        (Some(pair), None, None) => Ok(Source::Files(pair)),
        (None, Some(list), None) => names(list).map(Source::Local),
        (None, None, Some(name)) => wanted(config, name).map(Source::Acme),
        _ => {
            Err("--tls-listen needs one of: --tls-cert with --tls-key, --tls-local, --acme".into())
        }
    }
}

/// What is shown to endpoints that ask who calls.
///
/// # Errors
/// What does not go together, in words.
pub fn identity(config: &Config) -> Result<Option<Identity>, String> {
    let (certificate, key) = (&config.webhook_client_cert, &config.webhook_client_key);
    match (pair("webhook-client", certificate.as_ref(), key.as_ref())?, config.webhook_client_local)
    {
        (Some(_), true) => {
            Err("--webhook-client-cert and --webhook-client-local: take one of them".to_owned())
        }
        (pair, false) => Ok(pair.map(Identity::Files)),
        (None, true) => {
            let origin: Option<hyper::Uri> = config.origin().parse().ok();
            let host = origin.as_ref().and_then(hyper::Uri::host).unwrap_or(OWN[0]);
            Ok(Some(Identity::Local(host.trim_matches(['[', ']']).to_ascii_lowercase())))
        }
    }
}

/// Checks all settings about TLS before anything is opened.
///
/// # Errors
/// What is wrong, in words.
pub fn check(config: &Config) -> Result<(), String> {
    identity(config)?;
    let given = config.tls_cert.is_some()
        || config.tls_key.is_some()
        || config.tls_local.is_some()
        || config.acme.is_some();
    match config.tls_listen {
        Some(_) => source(config).map(drop),
        None if given => {
            Err("--tls-cert, --tls-key, --tls-local and --acme need --tls-listen".to_owned())
        }
        None => Ok(()),
    }
}

fn pair(
    which: &str,
    certificate: Option<&PathBuf>,
    key: Option<&PathBuf>,
) -> Result<Option<Pair>, String> {
    match (certificate, key) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => {
            Ok(Some(Pair { certificate: certificate.clone(), key: key.clone() }))
        }
        _ => Err(format!("--{which}-cert and --{which}-key are given together")),
    }
}

fn wanted(config: &Config, name: &str) -> Result<Wanted, String> {
    let name = name.trim().to_ascii_lowercase();
    let address = name.parse::<std::net::IpAddr>().is_ok();
    if !is_name(&name) || address || name.starts_with('*') || !name.contains('.') {
        return Err(format!("--acme {name}: must be one name that everybody can reach"));
    }
    let contact = match config.acme_contact.as_deref() {
        Some(contact) if is_email(contact) => Some(format!("mailto:{contact}")),
        Some(contact) => {
            return Err(format!("--acme-contact {contact}: must be an e-mail address"));
        }
        None => None,
    };
    let directory = config.acme_directory.clone();
    if !directory.starts_with("https://") || directory.parse::<hyper::Uri>().is_err() {
        return Err(format!("--acme-directory {directory}: must be an https address"));
    }
    Ok(Wanted { name, contact, directory, root: config.acme_root.clone() })
}

fn is_email(text: &str) -> bool {
    let sound = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"@,?<>".contains(&b))
    };
    text.len() <= 254 && text.split_once('@').is_some_and(|(name, host)| sound(name) && sound(host))
}

/// The names of a local certificate: this machine's own, then those listed with commas.
fn names(list: &str) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = OWN.iter().map(|&own| own.to_owned()).collect();
    for name in list.split(',').map(|name| name.trim().to_ascii_lowercase()) {
        if !is_name(&name) {
            return Err(format!("--tls-local {list}: {name:?} is neither a name nor an address"));
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.len() {
        0..=NAMES => Ok(names),
        _ => Err(format!("--tls-local: at most {NAMES} names")),
    }
}

/// A name of the DNS, perhaps with `*.` before it, or an IP address.
fn is_name(name: &str) -> bool {
    let host = name.strip_prefix("*.").unwrap_or(name);
    let label = |label: &str| {
        let inner = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        (1..=63).contains(&label.len()) && inner && !label.starts_with('-') && !label.ends_with('-')
    };
    name.parse::<std::net::IpAddr>().is_ok() || (host.len() <= 253 && host.split('.').all(label))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut Config)) -> Config {
        let mut config =
            Config { tls_listen: Some(([127, 0, 0, 1], 443).into()), ..Config::default() };
        change(&mut config);
        config
    }

    #[test]
    fn a_listener_has_one_source() {
        let local = with(|config| config.tls_local = Some("graph.test, Localhost".into()));
        let expected = ["localhost", "127.0.0.1", "::1", "graph.test"].map(str::to_owned).to_vec();
        assert_eq!(source(&local), Ok(Source::Local(expected)));
        let files = with(|config| {
            (config.tls_cert, config.tls_key) = (Some("c".into()), Some("k".into()));
        });
        let pair = Pair { certificate: "c".into(), key: "k".into() };
        assert_eq!(source(&files), Ok(Source::Files(pair)));
        assert!(source(&with(|_| ())).is_err(), "none");
        assert!(source(&with(|config| config.tls_cert = Some("c".into()))).is_err(), "no key");
        let both = Config { tls_local: Some("localhost".into()), ..files };
        assert!(source(&both).is_err(), "two");
    }

    #[test]
    fn a_public_name_is_one_name_that_everybody_can_reach() {
        let acme = |name: &str| with(|config| config.acme = Some(name.to_owned()));
        let Ok(Source::Acme(wanted)) = source(&acme("Chat.Example.org")) else { panic!() };
        assert_eq!(wanted.name, "chat.example.org");
        assert_eq!(wanted.directory, "https://acme-v02.api.letsencrypt.org/directory");
        for name in ["localhost", "10.0.0.1", "*.example.org", "a.org,b.org", ""] {
            assert!(source(&acme(name)).is_err(), "{name}");
        }
        let config = acme("chat.example.org");
        let contact =
            |contact: &str| Config { acme_contact: Some(contact.into()), ..config.clone() };
        let Ok(Source::Acme(wanted)) = source(&contact("ops@example.org")) else { panic!() };
        assert_eq!(wanted.contact.as_deref(), Some("mailto:ops@example.org"));
        assert!(source(&contact("nobody")).is_err());
        let directory = "http://acme.test".to_owned();
        assert!(source(&Config { acme_directory: directory, ..config.clone() }).is_err());
        assert!(source(&Config { tls_local: Some("a.test".into()), ..config }).is_err(), "two");
    }

    #[test]
    fn a_source_needs_the_listener() {
        assert_eq!(check(&Config::default()), Ok(()));
        let config = Config { tls_local: Some("localhost".into()), ..Config::default() };
        assert!(check(&config).is_err_and(|why| why.contains("--tls-listen")));
    }

    #[test]
    fn endpoints_see_one_identity_or_none() {
        assert_eq!(identity(&Config::default()), Ok(None));
        let local = Config { webhook_client_local: true, ..Config::default() };
        assert_eq!(identity(&local), Ok(Some(Identity::Local("127.0.0.1".into()))));
        let public_url = Some("https://Chat.example:8443".into());
        let public = Config { public_url, ..local.clone() };
        assert_eq!(identity(&public), Ok(Some(Identity::Local("chat.example".into()))));
        let v6 = Config { listen: "[::1]:80".parse().unwrap(), ..local.clone() };
        assert_eq!(identity(&v6), Ok(Some(Identity::Local("::1".into()))));
        let half = Config { webhook_client_cert: Some("c".into()), ..Config::default() };
        assert!(check(&half).is_err());
        let pair = Pair { certificate: "c".into(), key: "k".into() };
        let files = Config { webhook_client_key: Some("k".into()), ..half };
        assert_eq!(identity(&files), Ok(Some(Identity::Files(pair))));
        assert!(check(&Config { webhook_client_local: true, ..files }).is_err(), "two");
    }

    #[test]
    fn names_are_names() {
        for name in ["graph.facebook.com", "*.example.test", "10.0.0.1", "::1", "host_1", "a"] {
            assert!(is_name(name), "{name}");
        }
        let long = "a".repeat(64);
        for name in ["", "a..b", "-a", "a b", "http://a", "a:1", "*", "é", "a.*.b", &long] {
            assert!(!is_name(name), "{name}");
        }
        assert!(names("a.test,,b.test").is_err());
        let many: Vec<String> = (0..NAMES).map(|n| format!("n{n}.test")).collect();
        assert!(names(&many.join(",")).is_err());
    }
}
