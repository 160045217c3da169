//! Turns errors into answers: one message for outside (what happened, what to do), one for the
//! log. The Cloud API has envelopes of its own (`graph`); everything else answers through here.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use exchange::conversation::Refusal;
use serde_json::json;

use crate::engine::StepError;
use crate::pages;

/// An error on our own pages and JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpError {
    /// HTTP status.
    pub status: StatusCode,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Which field, if one.
    pub field: Option<&'static str>,
    /// `Retry-After`, in seconds.
    pub retry_after_s: Option<i64>,
}

impl HttpError {
    /// With a status, what happened and what to do.
    pub fn new(status: StatusCode, message: impl Into<String>, hint: impl Into<String>) -> Self {
        let (message, hint) = (message.into(), hint.into());
        Self { status, message, hint, field: None, retry_after_s: None }
    }

    /// Bad input.
    pub fn bad(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message, hint)
    }

    /// Nothing there, or nothing of the caller's.
    pub fn not_found() -> Self {
        let hint = "Check the address, or start again from the first page.";
        Self::new(StatusCode::NOT_FOUND, "There is nothing here.", hint)
    }

    /// Too many from one address.
    pub fn too_many(what: &str, wait_s: i64) -> Self {
        let message = format!("Too many {what} from your address in this hour.");
        let hint = format!("Try again in {} minutes.", (wait_s + 59) / 60);
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, message, hint);
        error.retry_after_s = Some(wait_s);
        error
    }

    /// Nothing was stored; the same request may be sent again.
    pub fn unavailable() -> Self {
        let message = "The exchange cannot store anything right now; nothing was changed.";
        let mut error =
            Self::new(StatusCode::SERVICE_UNAVAILABLE, message, "Try again in a few seconds.");
        error.retry_after_s = Some(2);
        error
    }

    /// As JSON.
    pub fn json(self) -> Response {
        let body = json!({"error": {
            "message": self.message, "hint": self.hint, "field": self.field,
        }});
        self.dress((self.status, axum::Json(body)).into_response())
    }

    /// As a page.
    pub fn page(self, signed_in: bool) -> Response {
        let page = pages::error::page(&pages::error::View {
            status: self.status.as_u16(),
            message: &self.message,
            hint: &self.hint,
            signed_in,
        });
        self.dress((self.status, page).into_response())
    }

    fn dress(&self, mut response: Response) -> Response {
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The messenger's JSON is the common case.
impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        self.json()
    }
}

impl From<store::Error> for HttpError {
    fn from(error: store::Error) -> Self {
        tracing::error!(%error, "a read failed");
        Self::unavailable()
    }
}

impl From<StepError> for HttpError {
    fn from(error: StepError) -> Self {
        match error {
            StepError::Unavailable => Self::unavailable(),
            StepError::Throughput(wait_ms) => Self::too_many("messages", wait_ms / 1000 + 1),
            StepError::Denied(why) => Self::new(StatusCode::CONFLICT, why, "Nothing was changed."),
            StepError::Refused(refusal) => refused(&refusal),
        }
    }
}

fn refused(refusal: &Refusal) -> HttpError {
    match refusal {
        Refusal::NotConsented => HttpError::new(
            StatusCode::CONFLICT,
            "You have not agreed to this assistant, or you stopped it. Nothing was sent.",
            "Choose it again to go on.",
        ),
        Refusal::PairLimit(wait_ms) => HttpError::too_many("messages", wait_ms / 1000 + 1),
        Refusal::UnknownMessage => {
            HttpError::bad("The message you refer to is not in this chat.", "Load the chat again.")
        }
        Refusal::Blocked => HttpError::new(
            StatusCode::CONFLICT,
            "This assistant does not take your messages. Nothing was sent.",
            "You can choose another one.",
        ),
        Refusal::UnknownMedia(_) => {
            HttpError::bad("The file you send is not there.", "Add it again.")
        }
        Refusal::Full => HttpError::new(
            StatusCode::CONFLICT,
            "This chat holds as many messages as it can.",
            "Stop the assistant and begin a new account to go on.",
        ),
        Refusal::Invalid(invalid) => {
            let mut error = HttpError::bad(
                format!("{} {}.", invalid.field, invalid.rule),
                "Correct it and send it again. Nothing was stored.",
            );
            error.field = Some(invalid.field);
            error
        }
    }
}
