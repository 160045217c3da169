//! Callbacks: an address counts only after it has answered a handshake.

use std::time::Duration;

use exchange::fact::Fact;
use exchange::id::AssistantId;
use exchange::limits;
use store::row::{AssistantRow, Callback};
use wire::cloud::error::GraphError;
use wire::cloud::subscription::{Challenge, HandshakeFault};

use crate::App;
use crate::clock::random_u64;
use crate::egress::Target;
use crate::engine::{Desk, StepError};

/// As much of a handshake's answer as is looked at.
const ECHO_BYTES: usize = 1024;

/// Which callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The app's, with the fields it subscribes to, comma-separated; `None` keeps them.
    App(Option<String>),
    /// The account's override.
    Account,
    /// The number's override.
    Number,
}

/// Checks an address without calling it.
///
/// # Errors
/// What it must be, in words.
pub fn check_url(url: &str) -> Result<(), String> {
    Target::parse(url).map(|_| ()).map_err(|bad| bad.to_string())
}

/// Makes the handshake and, when the echo is exact, keeps the callback. The first success lists
/// the assistant to people.
///
/// # Errors
/// 2200 with the reason when the handshake fails; nothing is changed then.
pub async fn set(
    app: &App,
    id: AssistantId,
    which: Which,
    url: &str,
    verify_token: &str,
) -> Result<(), GraphError> {
    check_url(url).map_err(|why| GraphError::handshake_failed(&why))?;
    handshake(app, url, verify_token).await?;
    let callback = Callback {
        url: url.to_owned(),
        verify_token: verify_token.to_owned(),
        fields: String::new(),
    };
    change(app, id, move |row| put(row, which, Some(callback))).await
}

/// Ends a callback or an override.
///
/// # Errors
/// When the store is unavailable.
pub async fn clear(app: &App, id: AssistantId, which: Which) -> Result<(), GraphError> {
    change(app, id, move |row| put(row, which, None)).await
}

fn put(row: &mut AssistantRow, which: Which, callback: Option<Callback>) {
    match which {
        Which::App(fields) => {
            let old = row.callback.take();
            let kept = old.map(|old| old.fields).filter(|fields| !fields.is_empty());
            let default = wire::cloud::subscription::DEFAULT_FIELDS;
            let fields = fields.or(kept).unwrap_or_else(|| default.to_owned());
            row.callback = callback.map(|callback| Callback { fields, ..callback });
        }
        Which::Account => row.account_override = callback,
        Which::Number => row.number_override = callback,
    }
}

/// Changes what is kept of an assistant; listed from its first callback on.
///
/// # Errors
/// When the store is unavailable.
pub async fn change(
    app: &App,
    id: AssistantId,
    change: impl FnOnce(&mut AssistantRow) + Send + 'static,
) -> Result<(), GraphError> {
    let step = move |desk: &mut Desk| {
        let Some(entry) = desk.directory().get(id) else { return Err(StepError::Unavailable) };
        let mut row = entry.row.clone();
        change(&mut row);
        let verified = [&row.callback, &row.account_override, &row.number_override];
        let an_assistant = row.listens_to.is_none();
        if an_assistant
            && row.listed.is_none()
            && verified.iter().any(|callback| callback.is_some())
        {
            row.listed = Some(desk.now());
            desk.record(Fact::Listed { assistant: id });
        }
        desk.put_assistant(row);
        Ok(())
    };
    app.engine.step_alone(step).await.map_err(|_| GraphError::unavailable(2_000))
}

/// `GET callback?hub.mode=subscribe&hub.challenge=<digits>&hub.verify_token=…`: exactly the
/// digits must come back with status 200 (Cloud API webhooks; reference section 11).
async fn handshake(app: &App, url: &str, verify_token: &str) -> Result<(), GraphError> {
    let challenge = Challenge::from_random(random_u64() as u32);
    let url = challenge.url(url, verify_token);
    let limit = Duration::from_millis(limits::HANDSHAKE_TIMEOUT_MS.unsigned_abs());
    let answer = app.egress.get_small(&url, ECHO_BYTES, limit).await;
    let (status, body) = match answer {
        Ok(answer) => answer,
        Err(why) => return Err(HandshakeFault::Unreachable(&why).into()),
    };
    if status != 200 {
        return Err(HandshakeFault::Status(status).into());
    }
    if !challenge.is_echoed_by(&body) {
        return Err(HandshakeFault::OtherBody(challenge).into());
    }
    Ok(())
}
