//! Callbacks: an address counts only after it has answered a handshake.

use std::time::Duration;

use axum::http::StatusCode;
use exchange::fact::Fact;
use exchange::id::AssistantId;
use exchange::limits;
use store::row::Callback;

use crate::App;
use crate::clock::random_u64;
use crate::egress::Target;
use crate::engine::StepError;
use crate::http::error::HttpError;

/// Which callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    /// The app's, with the fields it subscribes to.
    App(&'a str),
    /// The account's override.
    Account,
    /// The number's override.
    Number,
}

/// Checks an address without calling it.
///
/// # Errors
/// 400 in words.
pub fn check_url(_app: &App, url: &str) -> Result<Target, HttpError> {
    let sound = url.len() <= limits::CALLBACK_CHARS;
    Target::parse(url).ok().filter(|_| sound).ok_or_else(|| {
        let message = format!(
            "callback_url must be an http or https address of at most {} characters.",
            limits::CALLBACK_CHARS
        );
        let mut error = HttpError::bad(message, "For example https://bot.example/webhook");
        error.field = Some("callback_url");
        error
    })
}

/// Makes the handshake and, when the echo is exact, keeps the callback. The first success lists
/// the assistant to people.
///
/// # Errors
/// 400 with the reason in Graph's words when the handshake fails; nothing is changed then.
pub async fn set(
    app: &App,
    id: AssistantId,
    which: Which<'_>,
    url: &str,
    verify_token: &str,
) -> Result<(), HttpError> {
    check_url(app, url)?;
    handshake(app, url, verify_token).await.map_err(|why| {
        let message = format!("Callback verification failed with the following errors: {why}");
        let hint = "The address must answer GET with the value of hub.challenge and status 200.";
        let mut error = HttpError::new(StatusCode::BAD_REQUEST, message, hint);
        error.field = Some("callback_url");
        error
    })?;
    let fields = if let Which::App(fields) = which { fields } else { "" };
    let callback = Callback {
        url: url.to_owned(),
        verify_token: verify_token.to_owned(),
        fields: fields.to_owned(),
    };
    let slot = match which {
        Which::App(_) => 0,
        Which::Account => 1,
        Which::Number => 2,
    };
    let step = move |desk: &mut crate::engine::Desk| {
        let Some(entry) = desk.directory().get(id) else { return Err(StepError::Unavailable) };
        let mut row = entry.row.clone();
        match slot {
            0 => row.callback = Some(callback),
            1 => row.account_override = Some(callback),
            _ => row.number_override = Some(callback),
        }
        if row.listed.is_none() {
            row.listed = Some(desk.now());
            desk.record(Fact::Listed { assistant: id });
        }
        desk.put_assistant(row);
        Ok(())
    };
    app.engine.step_alone(step).await?;
    Ok(())
}

/// `GET callback?hub.mode=subscribe&hub.challenge=<digits>&hub.verify_token=…`: exactly the
/// digits must come back with status 200 (Cloud API webhooks; reference section 11).
async fn handshake(app: &App, url: &str, verify_token: &str) -> Result<(), String> {
    let challenge = (1_000_000_000 + random_u64() % 1_000_000_000).to_string();
    let url = wire::cloud::subscription::handshake_url(url, &challenge, verify_token);
    let limit = Duration::from_millis(limits::HANDSHAKE_TIMEOUT_MS.unsigned_abs());
    let (status, body) = app.egress.get_small(&url, 1024, limit).await?;
    if status != 200 {
        return Err(format!("HTTP Status Code = {status}"));
    }
    if body != challenge.as_bytes() {
        return Err("the answer is not the value of hub.challenge".to_owned());
    }
    Ok(())
}
