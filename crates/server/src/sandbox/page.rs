//! `/sandbox`: the page, and the forms on it.

use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use exchange::time::Millis;
use serde::Deserialize;
use serde_json::{Value, json};

use super::inside::Refused;
use super::{Sandbox, actions, people};
use crate::App;
use crate::http::form::Form;
use crate::pages::sandbox::{self as view, Entry, Person};

/// Entries of the log on the page (ours).
const SHOWN: usize = 60;
/// Characters of what is said of one entry (ours).
const CHARS: usize = 160;

/// How the page is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    refresh: Option<u8>,
}

/// `GET /sandbox`
pub async fn page(State(app): State<App>, Query(asked): Query<Asked>) -> Response {
    show(&app, asked.refresh.is_some(), None)
}

/// `POST /sandbox/page/clock`
pub async fn clock(State(app): State<App>, form: Form) -> Response {
    done(&app, actions::advance(&app, form.get("advance")))
}

/// `POST /sandbox/page/say`
pub async fn say(State(app): State<App>, form: Form) -> Response {
    let body = json!({"text": form.get("text")});
    done(&app, actions::person(&app, form.get("person"), "says", body).await)
}

/// `POST /sandbox/page/person`
pub async fn person(State(app): State<App>, form: Form) -> Response {
    let name = form.get("name").trim();
    done(&app, actions::person(&app, name, "is made", json!({"name": name})).await)
}

/// `POST /sandbox/page/fault`
pub async fn fault(State(app): State<App>, form: Form) -> Response {
    let id = form.get("id").parse().ok();
    let unknown = || Refused::bad("There is no such fault.", "Look again.");
    done(&app, id.ok_or_else(unknown).and_then(|id| actions::delete_faults(&app, Some(id))))
}

fn done<T>(app: &App, result: Result<T, Refused>) -> Response {
    match result {
        Ok(_) => Redirect::to("/sandbox").into_response(),
        Err(refused) => {
            let mut page = show(app, false, Some(&refused.words()));
            *page.status_mut() = refused.status;
            page
        }
    }
}

fn show(app: &App, refreshes: bool, problem: Option<&str>) -> Response {
    let sandbox = match people::of(app) {
        Ok(sandbox) => sandbox,
        Err(refused) => return refused.into_response(),
    };
    let people = sandbox.people.all();
    let people: Vec<Person<'_>> =
        people.iter().map(|it| Person { name: &it.name, auto: it.is_auto() }).collect();
    let entry = sandbox.bot().and_then(|bot| app.directory.get(bot.phone_number_id));
    let callback = entry.and_then(|entry| entry.target.as_ref().map(ToString::to_string));
    let log: Vec<Entry> = sandbox.log.newest(SHOWN).iter().map(line).collect();
    let page = view::page(&view::Sandbox {
        now: app.clock.now(),
        ahead: &ahead(app.clock.ahead_ms()),
        bot: &rows(app, sandbox),
        callback: callback.as_deref(),
        people: &people,
        faults: &faults(sandbox),
        log: &log,
        refreshes,
        problem,
    });
    let mut response = page.into_response();
    if refreshes {
        let again = HeaderValue::from_static("5");
        response.headers_mut().insert(header::REFRESH, again);
    }
    response
}

fn rows(app: &App, sandbox: &Sandbox) -> Vec<(&'static str, String)> {
    let Some(bot) = sandbox.bot() else { return Vec::new() };
    vec![
        ("base URL", format!("http://{}", app.config.listen)),
        ("phone_number_id", bot.phone_number_id.to_string()),
        ("access_token", bot.access_token.clone()),
        ("app_id", bot.app_id.to_string()),
        ("app_secret", bot.app_secret.clone()),
        ("waba_id", bot.waba_id.to_string()),
        ("verify_token", bot.verify_token.clone()),
    ]
}

fn ahead(ms: i64) -> String {
    if ms == 0 {
        return "as everywhere".to_owned();
    }
    let minutes = ms / 60_000;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    format!("{days} d {hours} h {minutes} min ahead")
}

fn faults(sandbox: &Sandbox) -> Vec<(u64, String, String)> {
    let one = |mut rule: Value| {
        let id = rule["id"].as_u64().unwrap_or_default();
        let left = match rule["left"].as_u64() {
            None => "until it is deleted".to_owned(),
            Some(0) => "used up".to_owned(),
            Some(left) => format!("{left} more times"),
        };
        if let Some(members) = rule.as_object_mut() {
            ["id", "left", "used"].into_iter().for_each(|name| drop(members.remove(name)));
        }
        (id, clipped(&rule.to_string()), left)
    };
    sandbox.faults.all().into_iter().map(one).collect()
}

fn clipped(text: &str) -> String {
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(CHARS).collect();
    if chars.next().is_some() { start + "…" } else { start }
}

/// What one entry of the log says in a line.
fn line(entry: &Value) -> Entry {
    let text = |name: &str| entry[name].as_str().unwrap_or_default();
    let kind = text("kind");
    let with = |words: &[&str]| {
        let said: Vec<&str> = words.iter().copied().filter(|word| !word.is_empty()).collect();
        said.join(" ")
    };
    let body = if entry["body"].is_null() { String::new() } else { entry["body"].to_string() };
    let request = &entry["request"];
    let (what, outcome, good) = match kind {
        "call" => {
            let sent = if request.is_null() { String::new() } else { request.to_string() };
            let status = entry["status"].as_u64().unwrap_or_default();
            let what = with(&[text("method"), text("path"), &sent]);
            (what, with(&[&status.to_string(), text("reason")]), Some(status < 400))
        }
        "webhook" => {
            let what = with(&[text("field"), text("type"), text("status"), text("person")]);
            let fault = text("fault");
            let fault = if fault.is_empty() { String::new() } else { format!("({fault})") };
            let answered = entry["answered"].as_u64();
            let good = answered.map(|status| (200..300).contains(&status));
            (what, with(&[text("reason"), &fault]), good)
        }
        "clock" => (format!("moved on by {} ms", entry["advance_ms"]), String::new(), None),
        "refused" => (text("person").to_owned(), text("reason").to_owned(), Some(false)),
        "callback" => (text("to").to_owned(), text("reason").to_owned(), None),
        _ => (with(&[text("person"), text("does"), &body]), String::new(), None),
    };
    Entry {
        n: entry["n"].as_u64().unwrap_or_default(),
        at: Millis(entry["at"].as_i64().unwrap_or_default()),
        kind: kind.to_owned(),
        what: clipped(&what),
        outcome: clipped(&outcome),
        good,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_entry_has_a_line() {
        let call = json!({"n": 3, "at": 1000, "kind": "call", "method": "POST", "path": "/1/messages",
            "request": {"to": "9"}, "status": 400, "reason": "(#131026) Message undeliverable"});
        let shown = line(&call);
        assert_eq!(shown.what, "POST /1/messages {\"to\":\"9\"}");
        assert_eq!(shown.outcome, "400 (#131026) Message undeliverable");
        assert_eq!((shown.n, shown.at, shown.good), (3, Millis(1000), Some(false)));
        let webhook = json!({"kind": "webhook", "field": "messages", "status": "read",
            "person": "Ada", "reason": "kept back", "fault": "hold", "answered": null});
        let shown = line(&webhook);
        assert_eq!(shown.what, "messages read Ada");
        assert_eq!((shown.outcome.as_str(), shown.good), ("kept back (hold)", None));
        let said = line(&json!({"kind": "person", "person": "Ada", "does": "says",
            "body": {"text": "x".repeat(500)}}));
        assert!(said.what.starts_with("Ada says {\"text\"") && said.what.ends_with('…'));
        assert_eq!(line(&json!({"kind": "clock", "advance_ms": 5})).what, "moved on by 5 ms");
    }

    #[test]
    fn how_far_ahead_is_said_in_words() {
        assert_eq!(ahead(0), "as everywhere");
        assert_eq!(ahead(90_060_000), "1 d 1 h 1 min ahead");
    }
}
