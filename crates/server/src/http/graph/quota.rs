//! Management calls an hour, per app and account (reference 1): counted, told in headers, and
//! past the limit refused. The same for everybody. Counts are kept in memory: a restart begins
//! a new hour.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderValue, Method};
use axum::response::Response;
use exchange::id::AssistantId;
use exchange::time::{HOUR_MS, MINUTE_MS, Millis};
use wire::cloud::auth::{Credential, credential};
use wire::cloud::error::GraphError;
use wire::cloud::path::GraphPath;
use wire::cloud::usage::{self, Usage};

use super::{Call, auth, numbers};
use crate::App;
use crate::directory::Entry;

/// A number out of service may make so many an hour (Cloud API: 200).
const INACTIVE: u32 = 200;

/// What each account has used of its hour.
#[derive(Debug, Default)]
pub struct Quota(Mutex<HashMap<AssistantId, Hour>>);

#[derive(Debug, Clone, Copy, Default)]
struct Hour {
    since: Millis,
    calls: u32,
    time_us: u64,
}

impl Quota {
    fn now(&self, id: AssistantId, now: Millis, change: impl FnOnce(&mut Hour)) -> Hour {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hour = all.entry(id).or_default();
        if now.since(hour.since) >= HOUR_MS {
            *hour = Hour { since: now, ..Hour::default() };
        }
        change(hour);
        *hour
    }
}

/// A call of this family on its way.
pub struct Counted {
    entry: Arc<Entry>,
    most: u32,
    began_us: u64,
}

/// Counts a call, if it is one that counts; `None` when its caller is unknown (its own answer
/// says so) or it is a message.
///
/// # Errors
/// 80007, or 4 for an app's own token, past the limit.
pub async fn take(
    app: &App,
    path: &GraphPath<'_>,
    call: &Call<'_>,
) -> Result<Option<Counted>, GraphError> {
    if matches!(path.segments(), [_, "messages"] | [] | ["oauth", ..]) {
        return Ok(None);
    }
    let Ok(entry) = auth::caller(app, call) else { return Ok(None) };
    let id = entry.row.id;
    let mut most = app.config.management_per_hour;
    let counted = usage::counts(path.segments(), call.method == Method::GET);
    let now = app.clock.now();
    let hour = app.quota.now(id, now, |hour| {
        if counted {
            hour.calls = hour.calls.saturating_add(1);
        }
    });
    if counted && hour.calls > INACTIVE.min(most) {
        if most > INACTIVE && !numbers::read(app, id).await?.is_registered() {
            most = INACTIVE;
        }
        if hour.calls > most {
            let wait = HOUR_MS - now.since(hour.since);
            let token = auth::token_of(call)?;
            let by_app = matches!(credential(&token), Credential::App { .. });
            return Err(if by_app {
                GraphError::app_limit(wait)
            } else {
                GraphError::account_limit(wait)
            });
        }
    }
    Ok(Some(Counted { entry, most, began_us: app.clock.monotonic_us() }))
}

/// Tells in the answer's headers what has been used.
pub fn tell(app: &App, counted: &Counted, response: &mut Response) {
    let took = app.clock.monotonic_us().saturating_sub(counted.began_us);
    let now = app.clock.now();
    let hour = app.quota.now(counted.entry.row.id, now, |hour| hour.time_us += took);
    let calls = u64::from(hour.calls) * 100 / u64::from(counted.most.max(1));
    let time = hour.time_us * 100 / (HOUR_MS.unsigned_abs() * 1000);
    let over = hour.calls >= counted.most;
    let wait = (HOUR_MS - now.since(hour.since) + MINUTE_MS - 1) / MINUTE_MS;
    let usage = Usage {
        calls: u32::try_from(calls).unwrap_or(u32::MAX),
        time: u32::try_from(time).unwrap_or(u32::MAX),
        wait_min: if over { u32::try_from(wait).unwrap_or(0) } else { 0 },
    };
    let account = usage::account_header(counted.entry.row.account, usage);
    for (name, text) in
        [("x-app-usage", usage::app_header(usage)), ("x-business-use-case-usage", account)]
    {
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().insert(name, value);
        }
    }
}
