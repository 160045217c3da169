//! What can end a sample assistant.

use crate::http::HttpError;

/// Why an assistant stopped or could not start. No variant carries a message body or a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting cannot work; says which and what to do.
    #[error("{0}")]
    Settings(String),
    /// A file or socket failed.
    #[error("could not {doing}: {source}")]
    Io {
        /// What was being tried, to follow "could not".
        doing: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The assistant's own database failed.
    #[error("the assistant's database failed: {0}")]
    Store(#[from] rusqlite::Error),
    /// The exchange could not be reached.
    #[error("the exchange could not be reached: {0}")]
    Http(#[from] HttpError),
    /// The exchange refused the registration or the callback.
    #[error("the exchange refused ({status}): {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The exchange's own words.
        message: String,
    },
    /// What was stored or received is not what it should be.
    #[error("unreadable {0}")]
    Unreadable(String),
    /// The system gave no randomness.
    #[error("the system gave no random bytes")]
    Chance,
    /// A background task of the assistant ended abnormally.
    #[error("a task of the assistant failed")]
    Task,
}

impl Error {
    /// Wraps an I/O error with what was being tried.
    pub fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }
}
