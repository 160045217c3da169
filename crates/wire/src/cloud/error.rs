//! The Graph API's errors (reference 15): the envelope. What is raised stands in `refusal`.
//!
//! `message` says what happened as the platform says it, so that clients which look for its words
//! find them; `details` says what to do. `error_subcode` is given for Graph's own errors only
//! (gone from WhatsApp's since v16).

use std::fmt;

use exchange::conversation::Refusal;

use crate::ascii::Writer;

/// Graph's `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nearly every error.
    OAuthException,
    /// Unknown objects and methods.
    GraphMethodException,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::OAuthException => "OAuthException",
            Self::GraphMethodException => "GraphMethodException",
        }
    }
}

/// An error for a client of the Cloud API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphError {
    /// HTTP status.
    pub http: u16,
    /// Graph's or WhatsApp's code: what clients decide by.
    pub code: u32,
    /// `error_subcode`.
    pub subcode: Option<u32>,
    /// `type`.
    pub kind: Kind,
    /// What happened.
    pub message: String,
    /// What to do: `error_data.details`.
    pub details: Option<String>,
    /// For a `Retry-After` header, milliseconds.
    pub retry_after_ms: Option<i64>,
    /// Members that stand before `error` where an answer is both (reference 15): JSON of an
    /// object, without its braces, in ASCII.
    pub beside: Option<String>,
    /// `error_user_title` and `error_user_msg`: for whoever manages templates, flows, ….
    pub user: Option<Box<(&'static str, String)>>,
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.details.as_ref().map_or(Ok(()), |details| write!(f, " – {details}"))
    }
}

impl std::error::Error for GraphError {}

/// The envelope.
impl GraphError {
    /// An error whose message is `(#code) title`.
    pub fn new(http: u16, code: u32, title: &str) -> Self {
        Self {
            http,
            code,
            subcode: None,
            kind: Kind::OAuthException,
            message: format!("(#{code}) {title}"),
            details: None,
            retry_after_ms: None,
            beside: None,
            user: None,
        }
    }

    pub(super) fn bare(http: u16, code: u32, message: &str) -> Self {
        Self { message: message.to_owned(), ..Self::new(http, code, "") }
    }

    /// With words on what to do.
    #[must_use]
    pub fn details(mut self, details: impl Into<String>) -> Self {
        self.details = Some(details.into());
        self
    }

    /// With another HTTP status: throttling is 400 by default and may be 429 (reference 19).
    #[must_use]
    pub fn with_http(mut self, http: u16) -> Self {
        self.http = http;
        self
    }

    /// Whether it is about too many calls, so that `with_http(429)` fits.
    pub fn is_throttling(&self) -> bool {
        matches!(self.code, 4 | 80_007 | 130_429 | 131_056)
    }

    /// The answer's body. `fbtrace_id` is what the log knows this answer by.
    pub fn to_json(&self, fbtrace_id: &str) -> Vec<u8> {
        let mut out = Writer::with_room(512);
        out.raw("{");
        if let Some(beside) = &self.beside {
            out.raw(beside).raw(",");
        }
        out.raw("\"error\":{\"message\":").text(&self.message);
        out.raw(",\"type\":\"").raw(self.kind.name());
        out.raw("\",\"code\":").number(i64::from(self.code));
        if let Some(details) = &self.details {
            out.raw(",\"error_data\":{\"messaging_product\":\"whatsapp\",\"details\":");
            out.text(details).raw("}");
        }
        if let Some(subcode) = self.subcode {
            out.raw(",\"error_subcode\":").number(i64::from(subcode));
        }
        if let Some(user) = &self.user {
            let (title, words) = user.as_ref();
            out.raw(",\"is_transient\":false,\"error_user_title\":").text(title);
            out.raw(",\"error_user_msg\":").text(words);
        }
        out.raw(",\"fbtrace_id\":").text(fbtrace_id).raw("}}");
        out.done()
    }

    /// The `WWW-Authenticate` header that Graph adds to errors of its OAuth kind.
    pub fn www_authenticate(&self) -> Option<String> {
        let reason = match self.code {
            _ if self.kind != Kind::OAuthException => return None,
            190 => "invalid_token",
            _ => "invalid_request",
        };
        let plain =
            |c: char| if (' '..='~').contains(&c) && c != '"' && c != '\\' { c } else { '\'' };
        let message: String = self.message.chars().take(200).map(plain).collect();
        Some(format!("OAuth \"Facebook Platform\" \"{reason}\" \"{message}\""))
    }
}

/// What the rules refuse, for the assistant.
impl From<&Refusal> for GraphError {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::NotConsented => Self::undeliverable(),
            Refusal::PairLimit(wait_ms) => Self::pair_limit(*wait_ms),
            Refusal::UnknownMessage => unknown_message(),
            Refusal::UnknownMedia(id) => Self::unknown_media(&id.to_string()),
            Refusal::Full => Self::new(400, 131_026, "Message undeliverable")
                .details("This conversation holds as many messages as it can."),
            // Said to people only: an assistant's own send is accepted, and then fails.
            Refusal::Blocked => Self::undeliverable(),
            Refusal::Invalid(invalid) => Self::invalid(invalid),
        }
    }
}

/// 131009: a message id that points at no message of this conversation.
pub fn unknown_message() -> GraphError {
    GraphError::invalid_value(
        "message_id is not that of a message in this conversation: use `id` of the webhook's \
         message, or of the answer to a send, unchanged.",
    )
}

/// At most 80 characters of what a client sent, to be quoted back.
pub(crate) fn shortened(text: &str) -> String {
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(80).collect();
    if chars.next().is_some() { start + "…" } else { start }
}

/// `fbtrace_id`: `A` and 22 url-safe characters, from random bits.
pub fn trace_id(random: [u8; 16]) -> String {
    use base64::Engine as _;
    let mut id = String::with_capacity(23);
    id.push('A');
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode_string(random, &mut id);
    id
}

#[cfg(test)]
mod tests;
