//! The options of `strowger connect`.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;
use std::time::Duration;

use assistant_kit::{Card, Common, Error};

use crate::model::{Model, Patience};

const SYSTEM_PROMPT: &str = "You are a helpful assistant in a messaging app. Answer briefly, in \
    the language of the question. Say so when you do not know.";

/// A key that is never printed.
#[derive(Clone)]
pub struct Secret(String);

impl FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// Options of `strowger connect`.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The options every sample assistant takes
    #[command(flatten)]
    pub common: Common,
    /// Base URL of an endpoint that speaks the OpenAI chat format, with its /v1
    #[arg(long, value_name = "URL", env = "STROWGER_MODEL_URL")]
    pub model_url: String,
    /// Its key; give it by the environment, for arguments can be read by others on the machine
    #[arg(long, value_name = "KEY", env = "STROWGER_MODEL_KEY", hide_env_values = true)]
    pub model_key: Option<Secret>,
    /// The model's name, as the endpoint knows it [default: the first that the endpoint lists]
    #[arg(long, value_name = "NAME", env = "STROWGER_MODEL")]
    pub model: Option<String>,
    /// What the model is told before every conversation
    #[arg(long, value_name = "TEXT", default_value = SYSTEM_PROMPT)]
    pub system_prompt: String,
    /// How many earlier messages the model is given again
    #[arg(long, value_name = "MESSAGES", default_value_t = 20,
          value_parser = clap::value_parser!(u32).range(0..=200))]
    pub history: u32,
    /// Longest silence of the model in seconds, before its answer and within
    #[arg(long, value_name = "SECONDS", default_value_t = 60,
          value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// Longest answer in tokens [default: the endpoint's own limit]
    #[arg(long, value_name = "TOKENS")]
    pub max_tokens: Option<u32>,
    /// Questions the model is asked at the same time
    #[arg(long, value_name = "QUESTIONS", default_value_t = 4,
          value_parser = clap::value_parser!(u32).range(1..=64))]
    pub parallel: u32,
    /// Say on the card that messages are used for training, because the endpoint does so
    #[arg(long)]
    pub model_trains: bool,
    /// Where data is kept, for the card [default: this machine, and the endpoint's host]
    #[arg(long, value_name = "TEXT")]
    pub data_location: Option<String>,
}

impl Options {
    /// The model, with `patience` for everything but the silence, which is an option.
    pub(crate) fn model(&self, patience: Patience) -> Result<Model, Error> {
        self.host()?;
        if self.system_prompt.len() > 32 * 1024 {
            return Err(Error::Settings("--system-prompt is longer than 32 KiB".into()));
        }
        Ok(Model {
            url: self.model_url.trim_end_matches('/').to_owned(),
            key: self.model_key.as_ref().map(|key| key.0.clone()),
            name: self.model.clone(),
            listed: OnceLock::new(),
            max_tokens: self.max_tokens,
            patience,
        })
    }

    /// The patience that the options ask for.
    pub(crate) fn patience(&self) -> Patience {
        let silence = Duration::from_secs(self.timeout);
        let usual = Patience::default();
        Patience { silence, whole: usual.whole.max(silence * 5), ..usual }
    }

    /// Host of the endpoint, for the card: people are told where their words go.
    fn host(&self) -> Result<String, Error> {
        let rest = ["http://", "https://"].iter().find_map(|s| self.model_url.strip_prefix(s));
        let authority = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
        let host = authority.and_then(|authority| authority.rsplit('@').next());
        host.filter(|host| !host.is_empty())
            .map(str::to_owned)
            .ok_or_else(|| Error::Settings("--model-url needs an http:// or https:// URL".into()))
    }

    fn called(&self) -> String {
        let named = self.model.as_ref().map(|name| format!("the model {name}"));
        named.unwrap_or_else(|| "a language model".into())
    }

    /// The card: every line is true of this model.
    pub(crate) fn card(&self) -> Result<Card, Error> {
        let place = match (&self.data_location, self.host()?) {
            (Some(place), _) => place.clone(),
            (None, host) if local(&host) => "this machine".into(),
            (None, host) => format!("this machine; messages go to {host}"),
        };
        Ok(Card {
            name: "Sample Model Chat".into(),
            purpose: format!("General questions, answered by {}", self.called()),
            details: "Sends your messages, with the last ones before them, to a language model \
                      and its answers back to you. Write /forget to delete what it remembers."
                .into(),
            retention: format!("the last {} messages, for 30 days after the last", self.history),
            data_location: place,
            trains: self.model_trains,
            automation: "ai",
        })
    }

    /// The privacy page.
    pub(crate) fn privacy(&self) -> Result<String, Error> {
        Ok(format!(
            "Privacy of this model assistant\n\n\
             Your messages are sent to {} at {}, together with up to {} earlier\n\
             messages of the same chat. Those earlier messages are kept in the assistant's own\n\
             database until 30 days after your last one, or until you write /forget. The ids of\n\
             messages are kept for 8 days, to recognise a message that is delivered twice.\n\
             Used for training: {}.\n",
            self.called(),
            self.host()?,
            self.history,
            if self.model_trains { "yes, by the model's operator" } else { "no" },
        ))
    }
}

fn local(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.chars().all(|c| c.is_ascii_digit()) { name } else { host }
    });
    matches!(name, "localhost" | "[::1]") || name.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        options: Options,
    }

    #[test]
    fn the_options_are_sound() {
        <Program as clap::CommandFactory>::command().debug_assert();
    }

    fn parse(more: &[&str]) -> Options {
        let start = ["connect", "--model", "m", "--model-url"];
        Program::parse_from(start.iter().chain(more)).options
    }

    #[test]
    fn the_card_says_where_messages_go() {
        let place = |url: &str| parse(&[url]).card().unwrap().data_location;
        assert_eq!(place("http://127.0.0.1:11434/v1"), "this machine");
        assert_eq!(place("http://localhost/v1"), "this machine");
        assert_eq!(
            place("https://user:pw@models.example:8443/v1"),
            "this machine; messages go to models.example:8443"
        );
        assert!(parse(&["models.example/v1"]).model(Patience::default()).is_err());
    }

    #[test]
    fn the_key_is_never_printed() {
        let options = parse(&["http://localhost/v1", "--model-key", "sk-hidden"]);
        assert!(!format!("{options:?}").contains("sk-hidden"));
        assert_eq!(options.model(Patience::default()).unwrap().key.as_deref(), Some("sk-hidden"));
    }
}
