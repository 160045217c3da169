//! Every setting, in one struct, with its meaning. Read from flags, then the environment
//! (`STROWGER_…`), then a file (`--config`), then the defaults below; an unknown setting or a
//! wrong value refuses the start instead of guessing.

use std::net::SocketAddr;
use std::path::PathBuf;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

use crate::tls::settings;

/// The settings of `strowger serve`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where everything is kept.
    pub data: PathBuf,
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Storage engine: `sqlite` (in `data`), the only one so far.
    pub store: String,
    /// Where files are kept: a folder, `file:///…`; by default `media` in `data`.
    pub media_url: Option<String>,
    /// Do not start the sample assistants.
    pub no_samples: bool,
    /// The address people use, when it is not the one listened on (behind a TLS proxy).
    pub public_url: Option<String>,
    /// Address and port to listen on with TLS, beside `listen`; off by default.
    pub tls_listen: Option<SocketAddr>,
    /// Certificate chain for it (PEM), read again when it changes.
    pub tls_cert: Option<PathBuf>,
    /// Private key for it (PEM).
    pub tls_key: Option<PathBuf>,
    /// Instead: a certificate by a local authority in `data`, for this machine's own names and
    /// these, with commas.
    pub tls_local: Option<String>,
    /// Instead: a certificate for this public name by an authority that speaks ACME, whose terms
    /// are agreed to by this.
    pub acme: Option<String>,
    /// The e-mail address given to that authority.
    pub acme_contact: Option<String>,
    /// That authority's directory; Let's Encrypt's by default.
    pub acme_directory: String,
    /// PEM file with more authorities to trust when talking with it.
    pub acme_root: Option<PathBuf>,
    /// Certificate chain shown to endpoints that ask who calls (PEM), read again when it changes.
    pub webhook_client_cert: Option<PathBuf>,
    /// Its private key (PEM).
    pub webhook_client_key: Option<PathBuf>,
    /// Instead: a certificate by the local authority in `data`.
    pub webhook_client_local: bool,
    /// PEM file with more authorities to trust when calling endpoints.
    pub egress_ca: Option<PathBuf>,
    /// Whether callbacks to private addresses are allowed; by default only when listening on
    /// loopback alone without a public URL, and then it is said at the start.
    pub allow_private_callbacks: Option<bool>,
    /// Registrations accepted from one address in an hour.
    pub registrations_per_hour: u32,
    /// New people accepted from one address in an hour.
    pub people_per_hour: u32,
    /// Management calls of the Cloud API accepted from one account in an hour.
    pub management_per_hour: u32,
    /// People that one assistant can block.
    pub blocked_people: u32,
    /// An OpenAI-compatible endpoint (…/v1) for the general sample assistant; without one it is
    /// not started. Its key comes from `STROWGER_MODEL_KEY` and is read by that assistant alone.
    pub model_url: Option<String>,
    /// The model's name at that endpoint.
    pub model: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("strowger-data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            store: "sqlite".to_owned(),
            media_url: None,
            no_samples: false,
            public_url: None,
            tls_listen: None,
            tls_cert: None,
            tls_key: None,
            tls_local: None,
            acme: None,
            acme_contact: None,
            acme_directory: "https://acme-v02.api.letsencrypt.org/directory".to_owned(),
            acme_root: None,
            webhook_client_cert: None,
            webhook_client_key: None,
            webhook_client_local: false,
            egress_ca: None,
            allow_private_callbacks: None,
            registrations_per_hour: 20,
            people_per_hour: 200,
            // Cloud API: of an account with a registered number.
            management_per_hour: 5_000,
            blocked_people: exchange::limits::BLOCKED,
            model_url: None,
            model: None,
        }
    }
}

/// The flags of `strowger serve`; an absent flag leaves the setting to the environment, the file
/// and the default.
#[derive(Debug, Default, Serialize, clap::Args)]
pub struct Flags {
    /// Settings file (TOML).
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Where everything is kept [default: strowger-data]
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<PathBuf>,
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<SocketAddr>,
    /// Storage engine [default: sqlite]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<String>,
    /// Where files are kept, as file:///… [default: media in --data]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    media_url: Option<String>,
    /// Do not start the sample assistants
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    no_samples: bool,
    /// The address people use, behind a TLS proxy
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    public_url: Option<String>,
    #[command(flatten)]
    #[serde(flatten)]
    tls: TlsFlags,
    /// Allow callbacks to private addresses [default: only when listening on loopback without --public-url]
    #[arg(long, value_name = "BOOL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_private_callbacks: Option<bool>,
    /// Registrations accepted from one address in an hour [default: 20]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    registrations_per_hour: Option<u32>,
    /// New people accepted from one address in an hour [default: 200]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    people_per_hour: Option<u32>,
    /// Management calls accepted from one account in an hour [default: 5000]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    management_per_hour: Option<u32>,
    /// OpenAI-compatible endpoint (…/v1) for the general sample assistant
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    model_url: Option<String>,
    /// The model's name at that endpoint
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
}

/// The flags about TLS.
#[derive(Debug, Default, Serialize, clap::Args)]
struct TlsFlags {
    /// Address and port to listen on with TLS, beside --listen [default: none]
    #[arg(long, value_name = "ADDR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_listen: Option<SocketAddr>,
    /// Certificate chain for --tls-listen (PEM); read again when it changes
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_cert: Option<PathBuf>,
    /// Private key of --tls-cert (PEM)
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_key: Option<PathBuf>,
    /// For development: a certificate for localhost and these names by a local authority, which
    /// is made in --data
    #[arg(long, value_name = "NAME,…")]
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_local: Option<String>,
    /// Get and renew a certificate for this public name by ACME, agreeing to the authority's
    /// terms; port 443 of the name must lead to --tls-listen
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    acme: Option<String>,
    /// E-mail address for the ACME authority's warnings
    #[arg(long, value_name = "EMAIL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    acme_contact: Option<String>,
    /// The ACME authority's directory [default: Let's Encrypt's]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    acme_directory: Option<String>,
    /// More authorities to trust when talking with the ACME directory (PEM): for tests
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    acme_root: Option<PathBuf>,
    /// Certificate chain to show to callbacks that ask who calls (PEM); read again when it changes
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_client_cert: Option<PathBuf>,
    /// Private key of --webhook-client-cert (PEM)
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_client_key: Option<PathBuf>,
    /// For development: show callbacks a certificate by the local authority in --data
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    webhook_client_local: bool,
    /// More certificate authorities to trust when calling callbacks (PEM)
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    egress_ca: Option<PathBuf>,
}

/// Environment names that are not settings of the exchange.
const NOT_SETTINGS: [&str; 2] = ["log", "model_key"];

impl Config {
    /// Puts the settings together.
    ///
    /// # Errors
    /// What is wrong and where, in words.
    pub fn load(flags: &Flags) -> Result<Self, String> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = &flags.config {
            if !file.is_file() {
                return Err(format!("the settings file {} does not exist", file.display()));
            }
            figment = figment.merge(Toml::file(file));
        }
        let config: Self = figment
            .merge(Env::prefixed("STROWGER_").ignore(&NOT_SETTINGS))
            .merge(Serialized::defaults(flags))
            .extract()
            .map_err(|error| format!("settings: {error}"))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        if self.store != "sqlite" {
            return Err(format!(
                "--store {}: only \"sqlite\" is built in; PostgreSQL is listed in the README \
                 under Not yet",
                self.store
            ));
        }
        if let Some(url) = &self.public_url {
            let sound = exchange::assistant::is_web_address(url, 200)
                && url.trim_end_matches('/').splitn(4, '/').nth(3).is_none_or(str::is_empty);
            if !sound {
                return Err(format!("--public-url {url}: must be like https://chat.example"));
            }
        }
        settings::check(self)
    }

    /// Where people and providers reach us when no request says it. No slash at the end.
    pub fn origin(&self) -> String {
        match (&self.public_url, &self.acme) {
            (Some(url), _) => url.trim_end_matches('/').to_owned(),
            // the authority has reached the name at port 443
            (None, Some(name)) => format!("https://{}", name.trim().to_ascii_lowercase()),
            (None, None) => format!("http://{}", self.listen),
        }
    }

    /// Whether callbacks to private addresses are allowed.
    pub fn private_callbacks(&self) -> bool {
        let here = |address: &SocketAddr| address.ip().is_loopback();
        let development = here(&self.listen)
            && self.tls_listen.as_ref().is_none_or(here)
            && self.public_url.is_none()
            && self.acme.is_none();
        self.allow_private_callbacks.unwrap_or(development)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_defaults() {
        let flags = Flags { people_per_hour: Some(3), ..Flags::default() };
        let config = Config::load(&flags).expect("sound settings");
        assert_eq!((config.people_per_hour, config.registrations_per_hour), (3, 20));
        assert!(config.private_callbacks(), "loopback by default");
        let public = Config { public_url: Some("https://chat.example".into()), ..config };
        assert!(!public.private_callbacks(), "a proxy in front is no development");
        let tls_listen = Some(([0, 0, 0, 0], 443).into());
        let open = Config { tls_listen, public_url: None, ..public };
        assert!(!open.private_callbacks(), "nor is a door to the world");
    }

    #[test]
    fn strange_settings_refuse_the_start() {
        let flags = Flags { store: Some("postgres://x".into()), ..Flags::default() };
        assert!(Config::load(&flags).is_err_and(|why| why.contains("Not yet")));
        let flags = Flags { public_url: Some("chat.example".into()), ..Flags::default() };
        assert!(Config::load(&flags).is_err());
        let flags = Flags { config: Some("/nowhere/at/all.toml".into()), ..Flags::default() };
        assert!(Config::load(&flags).is_err());
    }
}
