//! The options that every sample assistant takes.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::Error;

/// Options common to the sample assistants; flatten it into an assistant's own.
#[derive(Clone, Debug, clap::Args)]
pub struct Common {
    /// Base URL of the exchange
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub exchange: String,
    /// Address the webhook listens on; a port of 0 is chosen once and then kept
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// URL by which the exchange reaches the webhook [default: http://<listen>/webhook]
    #[arg(long, value_name = "URL")]
    pub callback_url: Option<String>,
    /// The assistant's own folder, for its credentials and its database
    /// [default: strowger-assistants/<kind>]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The name shown to people (1-30 characters)
    #[arg(long)]
    pub name: Option<String>,
    /// Who runs the assistant, shown on the card (1-60 characters)
    #[arg(long, value_name = "NAME", default_value = "Strowger samples")]
    pub provider: String,
    /// The provider's country, two capital letters
    #[arg(long, value_name = "CODE", default_value = "BE")]
    pub country: String,
    /// How to reach a human, shown on the card
    #[arg(long, value_name = "TEXT")]
    pub human_contact: Option<String>,
    /// Where the exchange's operator can write to the provider; never shown to people
    #[arg(long, value_name = "EMAIL", default_value = "samples@localhost")]
    pub contact_email: String,
    /// Privacy policy shown with the consent [default: the assistant's own /privacy page]
    #[arg(long, value_name = "URL")]
    pub privacy_policy: Option<String>,
}

impl Common {
    /// The exchange's base URL without a trailing slash; refuses anything but http(s).
    pub(crate) fn base(&self) -> Result<String, Error> {
        web_url("--exchange", &self.exchange)
    }

    /// The callback for a webhook listening on `bound`.
    pub(crate) fn callback(&self, bound: SocketAddr) -> Result<String, Error> {
        match &self.callback_url {
            Some(url) => web_url("--callback-url", url),
            None if bound.ip().is_unspecified() => Err(Error::Settings(format!(
                "listening on {bound}, every address: say with --callback-url how the exchange reaches it"
            ))),
            None => Ok(format!("http://{bound}/webhook")),
        }
    }

    /// The privacy policy's URL: as given, or our own page beside the callback.
    pub(crate) fn policy(&self, callback: &str) -> Result<String, Error> {
        match &self.privacy_policy {
            Some(url) => web_url("--privacy-policy", url),
            None => {
                let base = callback.split(['?', '#']).next().unwrap_or(callback);
                let base = base.strip_suffix("/webhook").unwrap_or(base);
                Ok(format!("{}/privacy", base.trim_end_matches('/')))
            }
        }
    }

    /// The data folder, or the default one for this kind of assistant.
    pub fn folder(&self, kind: &str) -> PathBuf {
        self.data.clone().unwrap_or_else(|| PathBuf::from("strowger-assistants").join(kind))
    }
}

fn web_url(option: &str, url: &str) -> Result<String, Error> {
    let url = url.trim_end_matches('/');
    let parsed: Option<hyper::Uri> = url.parse().ok();
    let fits = parsed.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
    });
    if fits {
        return Ok(url.to_owned());
    }
    Err(Error::Settings(format!("{option} needs an http:// or https:// URL, not {url:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn common() -> Common {
        Common {
            exchange: "http://127.0.0.1:8080/".into(),
            listen: "127.0.0.1:0".parse().unwrap(),
            callback_url: None,
            data: None,
            name: None,
            provider: "Strowger samples".into(),
            country: "BE".into(),
            human_contact: None,
            contact_email: "samples@localhost".into(),
            privacy_policy: None,
        }
    }

    #[test]
    fn urls_follow_from_the_listener_unless_given() {
        let mut options = common();
        let bound = "127.0.0.1:4000".parse().unwrap();
        assert_eq!(options.base().unwrap(), "http://127.0.0.1:8080");
        let callback = options.callback(bound).unwrap();
        assert_eq!(callback, "http://127.0.0.1:4000/webhook");
        assert_eq!(options.policy(&callback).unwrap(), "http://127.0.0.1:4000/privacy");
        options.callback_url = Some("https://bot.example/in?x=1".into());
        let callback = options.callback(bound).unwrap();
        assert_eq!(options.policy(&callback).unwrap(), "https://bot.example/in/privacy");
    }

    #[test]
    fn refuses_what_cannot_work() {
        let mut options = common();
        assert!(options.callback("0.0.0.0:80".parse().unwrap()).is_err());
        for bad in ["", "localhost:80", "ftp://x", "http://", "not a url"] {
            options.exchange = bad.into();
            assert!(options.base().is_err(), "{bad}");
        }
    }
}
