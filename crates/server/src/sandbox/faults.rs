//! Faults on demand: rules that say what goes wrong, where, and how often.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;
use wire::cloud::error::GraphError;

/// Rules at once (ours).
const MOST: usize = 1_000;
/// The longest that anything is kept back, ms: a day (ours).
const LONGEST_MS: i64 = 24 * 3_600_000;
/// How long something is late, or waits for the next one, unless said otherwise, ms (ours).
const LATE_MS: i64 = 5_000;

/// A rule as it is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// `webhook` or `call`.
    pub on: String,
    /// What goes wrong.
    #[serde(rename = "do")]
    pub what: String,
    /// How often; 0 means until the rule is deleted. Once when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// How long, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms: Option<i64>,
    /// How many copies more, of a duplicate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copies: Option<u8>,
    /// An HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// An error code of the platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
    /// A part of the call's path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The call's method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Which webhooks.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    pub which: Option<Which>,
}

/// Which webhooks a rule is about; what is absent is not looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Which {
    /// The field, such as `messages`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// `message`, `status`, `event`, or a message's own type, such as `text`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// A status, such as `read`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// A person's name, or their `wa_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// What happens to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookFault {
    /// It comes again, so many times.
    Duplicate(u8),
    /// It comes so much later, ms; others pass it.
    Late(i64),
    /// The next one comes first; at most so long is waited for it, ms.
    Reorder(i64),
    /// It never comes.
    Lose,
    /// It comes when the rule is deleted.
    Hold,
    /// It is as if the bot had answered with this status.
    Fail(u16),
}

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallFault {
    /// It is refused with this error; nothing is done.
    Refuse(GraphError),
    /// It is done, and the answer is lost: this status instead.
    AcceptThen(u16),
    /// It is done so much later, ms.
    Slow(i64),
}

#[derive(Debug, Clone)]
enum Fault {
    Webhook(WebhookFault),
    Call(CallFault),
}

#[derive(Debug)]
struct Active {
    rule: Rule,
    fault: Fault,
    /// Times it still happens; `None`: always.
    left: Option<u32>,
    used: u32,
}

/// A webhook, as rules look at it.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The field.
    pub field: String,
    /// The message's type, if it is a message.
    pub message: Option<String>,
    /// The status, if it is one.
    pub status: Option<String>,
    /// Whose conversation.
    pub wa_id: Option<String>,
}

impl Seen {
    /// Reads a webhook's body.
    pub fn of(body: &Value) -> Self {
        let change = &body["entry"][0]["changes"][0];
        let value = &change["value"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Self {
            field: text(&change["field"]).unwrap_or_default(),
            message: text(&value["messages"][0]["type"]),
            status: text(&value["statuses"][0]["status"]),
            wa_id: text(&value["contacts"][0]["wa_id"]),
        }
    }

    fn fits(&self, which: &Which) -> bool {
        let is = |asked: &Option<String>, own: Option<&str>| {
            asked.as_deref().is_none_or(|asked| own == Some(asked))
        };
        let kind = match (&self.message, &self.status) {
            (Some(_), _) => "message",
            (None, Some(_)) => "status",
            (None, None) => "event",
        };
        is(&which.field, Some(&self.field))
            && (is(&which.kind, Some(kind)) || is(&which.kind, self.message.as_deref()))
            && is(&which.status, self.status.as_deref())
            && is(&which.person, self.wa_id.as_deref())
    }
}

/// The rules that stand.
#[derive(Debug)]
pub struct Faults {
    rules: Mutex<(u64, BTreeMap<u64, Active>)>,
    /// Tells that rules were deleted.
    deleted: watch::Sender<()>,
}

impl Default for Faults {
    fn default() -> Self {
        Self { rules: Mutex::default(), deleted: watch::Sender::new(()) }
    }
}

impl Faults {
    fn rules(&self) -> std::sync::MutexGuard<'_, (u64, BTreeMap<u64, Active>)> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds rules, all or none; returns their numbers.
    ///
    /// # Errors
    /// What is wrong with one, in words.
    pub fn add(&self, added: Vec<Rule>) -> Result<Vec<u64>, String> {
        let read: Vec<Fault> = added.iter().map(read).collect::<Result<_, _>>()?;
        let mut rules = self.rules();
        if rules.1.len() + added.len() > MOST {
            return Err(format!("There are at most {MOST} rules: delete some."));
        }
        let mut ids = Vec::new();
        for (rule, fault) in added.into_iter().zip(read) {
            let left = match rule.times {
                Some(0) => None,
                times => Some(times.unwrap_or(1)),
            };
            rules.0 += 1;
            let id = rules.0;
            rules.1.insert(id, Active { rule, fault, left, used: 0 });
            ids.push(id);
        }
        Ok(ids)
    }

    /// Deletes one rule, or all; what they hold back is let go. Returns how many.
    pub fn delete(&self, id: Option<u64>) -> usize {
        let mut rules = self.rules();
        let before = rules.1.len();
        rules.1.retain(|own, _| id.is_some_and(|id| id != *own));
        let gone = before - rules.1.len();
        drop(rules);
        self.deleted.send_replace(());
        gone
    }

    /// All rules, with how often they were used and will be.
    pub fn all(&self) -> Vec<Value> {
        let one = |(id, active): (&u64, &Active)| {
            let mut value = json!(active.rule);
            value["id"] = json!(id);
            value["left"] = json!(active.left);
            value["used"] = json!(active.used);
            value
        };
        self.rules().1.iter().map(one).collect()
    }

    /// Waits until a rule is deleted.
    pub async fn until_deleted(&self, id: u64) {
        let mut deleted = self.deleted.subscribe();
        while self.rules().1.contains_key(&id) {
            if deleted.changed().await.is_err() {
                return;
            }
        }
    }

    /// What happens to this webhook, and by which rule: the first that fits and is not used up.
    pub fn on_webhook(&self, seen: &Seen) -> Option<(u64, WebhookFault)> {
        self.find(|active| match &active.fault {
            Fault::Webhook(fault) => {
                let which = active.rule.which.as_ref();
                which.is_none_or(|which| seen.fits(which)).then(|| fault.clone())
            }
            Fault::Call(_) => None,
        })
    }

    /// What happens to this call.
    pub fn on_call(&self, method: &str, path: &str) -> Option<(u64, CallFault)> {
        self.find(|active| match &active.fault {
            Fault::Call(fault) => {
                let here = active.rule.path.as_ref().is_none_or(|part| path.contains(part));
                let so = active.rule.method.as_ref();
                let so = so.is_none_or(|asked| asked.eq_ignore_ascii_case(method));
                (here && so).then(|| fault.clone())
            }
            Fault::Webhook(_) => None,
        })
    }

    fn find<T>(&self, fits: impl Fn(&Active) -> Option<T>) -> Option<(u64, T)> {
        let mut rules = self.rules();
        for (id, active) in &mut rules.1 {
            if active.left == Some(0) {
                continue;
            }
            if let Some(found) = fits(active) {
                active.left = active.left.map(|left| left - 1);
                active.used += 1;
                return Some((*id, found));
            }
        }
        None
    }
}

fn read(rule: &Rule) -> Result<Fault, String> {
    let ms = rule.ms.unwrap_or(LATE_MS);
    if !(0..=LONGEST_MS).contains(&ms) {
        return Err(format!("ms must be 0 to {LONGEST_MS}."));
    }
    match rule.on.as_str() {
        "webhook" => on_webhook(rule, ms).map(Fault::Webhook),
        "call" => on_call(rule, ms).map(Fault::Call),
        _ => Err("on must be webhook or call.".to_owned()),
    }
}

/// The status that a rule names, or the usual one.
fn status(rule: &Rule, usual: u16, least: u16) -> Result<u16, String> {
    let status = rule.status.unwrap_or(usual);
    if (least..=599).contains(&status) {
        return Ok(status);
    }
    Err(format!("status must be {least} to 599."))
}

fn on_webhook(rule: &Rule, ms: i64) -> Result<WebhookFault, String> {
    if rule.path.is_some() || rule.method.is_some() || rule.code.is_some() {
        return Err("path, method and code are for calls.".to_owned());
    }
    Ok(match rule.what.as_str() {
        "duplicate" => WebhookFault::Duplicate(rule.copies.unwrap_or(1).clamp(1, 20)),
        "late" => WebhookFault::Late(ms),
        "reorder" => WebhookFault::Reorder(ms),
        "lose" => WebhookFault::Lose,
        "hold" => WebhookFault::Hold,
        "fail" => WebhookFault::Fail(status(rule, 503, 300)?),
        _ => {
            let rule = "do must be duplicate, late, reorder, lose, hold or fail.";
            return Err(rule.to_owned());
        }
    })
}

fn on_call(rule: &Rule, ms: i64) -> Result<CallFault, String> {
    if rule.which.is_some() || rule.copies.is_some() {
        return Err("match and copies are for webhooks.".to_owned());
    }
    Ok(match rule.what.as_str() {
        "error" => {
            let code = rule.code.ok_or("code is missing: which error?")?;
            let error = GraphError::of_code(code);
            let error = error.ok_or_else(|| format!("{code} is no code of the platform."))?;
            CallFault::Refuse(match rule.status {
                Some(_) => error.with_http(status(rule, 400, 400)?),
                None => error,
            })
        }
        "http" => CallFault::Refuse(plain(status(rule, 503, 400)?)),
        "throttle" => CallFault::Refuse(plain(429)),
        "accept-then-5xx" => CallFault::AcceptThen(status(rule, 503, 500)?),
        "slow" => CallFault::Slow(ms),
        _ => {
            let rule = "do must be error, http, throttle, accept-then-5xx or slow.";
            return Err(rule.to_owned());
        }
    })
}

/// The error that goes with a mere status.
pub fn plain(status: u16) -> GraphError {
    let code = match status {
        401 => 190,
        403 => 10,
        429 => 130_429,
        500..=599 => 2,
        _ => 1,
    };
    GraphError::of_code(code).unwrap_or_else(GraphError::internal).with_http(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(value: Value) -> Rule {
        serde_json::from_value(value).expect("a rule")
    }

    fn seen(message: Option<&str>, status: Option<&str>) -> Seen {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let wa_id = Some("999000000000001".to_owned());
        Seen { field: "messages".into(), message: own(message), status: own(status), wa_id }
    }

    #[test]
    fn a_rule_is_used_as_often_as_it_says() {
        let faults = Faults::default();
        faults.add(vec![rule(json!({"on": "webhook", "do": "lose", "times": 2}))]).expect("sound");
        let text = seen(Some("text"), None);
        assert_eq!(faults.on_webhook(&text), Some((1, WebhookFault::Lose)));
        assert_eq!(faults.on_call("POST", "/1/messages"), None);
        assert_eq!(faults.on_webhook(&text), Some((1, WebhookFault::Lose)));
        assert_eq!(faults.on_webhook(&text), None);
        assert_eq!((&faults.all()[0]["left"], &faults.all()[0]["used"]), (&json!(0), &json!(2)));
        faults.add(vec![rule(json!({"on": "webhook", "do": "hold", "times": 0}))]).expect("sound");
        for _ in 0..5 {
            assert_eq!(faults.on_webhook(&text), Some((2, WebhookFault::Hold)));
        }
        assert_eq!((faults.delete(Some(2)), faults.delete(Some(2))), (1, 0));
        assert_eq!((faults.delete(None), faults.all().len()), (1, 0));
    }

    #[test]
    fn a_rule_is_about_what_it_names() {
        for (which, fits) in [
            (json!({}), [true, true]),
            (json!({"type": "status"}), [false, true]),
            (json!({"type": "message"}), [true, false]),
            (json!({"type": "text"}), [true, false]),
            (json!({"status": "read"}), [false, true]),
            (json!({"status": "sent"}), [false, false]),
            (json!({"field": "flows"}), [false, false]),
            (json!({"person": "999000000000001", "type": "text"}), [true, false]),
            (json!({"person": "999000000000002"}), [false, false]),
        ] {
            let which: Which = serde_json::from_value(which).expect("sound");
            let found = [seen(Some("text"), None), seen(None, Some("read"))];
            assert_eq!(found.map(|seen| seen.fits(&which)), fits, "{which:?}");
        }
    }

    #[test]
    fn calls_are_found_by_path_and_method() {
        let faults = Faults::default();
        let slow = json!({"on": "call", "do": "slow", "ms": 7, "path": "messages",
            "method": "post", "times": 0});
        faults.add(vec![rule(slow)]).expect("sound");
        assert_eq!(faults.on_call("POST", "/v25.0/1/messages"), Some((1, CallFault::Slow(7))));
        assert_eq!(faults.on_call("GET", "/v25.0/1/messages"), None);
        assert_eq!(faults.on_call("POST", "/v25.0/1/media"), None);
    }

    #[test]
    fn rules_that_mean_nothing_are_refused_in_words() {
        let faults = Faults::default();
        for bad in [
            json!({}),
            json!({"on": "webhook"}),
            json!({"on": "call", "do": "duplicate"}),
            json!({"on": "call", "do": "error"}),
            json!({"on": "call", "do": "error", "code": 7}),
            json!({"on": "call", "do": "http", "status": 200}),
            json!({"on": "call", "do": "slow", "ms": -1}),
            json!({"on": "webhook", "do": "lose", "path": "x"}),
            json!({"on": "call", "do": "slow", "match": {}}),
        ] {
            let sound = rule(json!({"on": "webhook", "do": "lose"}));
            assert!(faults.add(vec![sound, rule(bad.clone())]).is_err(), "{bad}");
            assert!(faults.all().is_empty(), "all or none");
        }
        assert!(serde_json::from_value::<Rule>(json!({"on": "call", "what": "slow"})).is_err());
    }
}
