//! Plays a recording again and says where the bot answers otherwise.
//!
//! What was done (people, clock, faults, webhooks on demand) is done again in the same order;
//! before each deed as many of the bot's messages are awaited as had come by then. Compared are
//! the messages it sends to each person: type, content, order, and whether they were refused.
//! Read receipts and "writing…" are not: they race with everything.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;
use wire::cloud::id::Wamid;

use super::actions;
use super::people::of;
use crate::App;

/// How long the bot may take to subscribe, and nothing more may come in the end (ours).
const SUBSCRIBED: Duration = Duration::from_secs(60);
const QUIET: Duration = Duration::from_millis(700);

/// What the bot sent to each person, in order.
type Said = BTreeMap<String, Vec<Value>>;

/// Plays it; returns the differences in words.
///
/// # Errors
/// When it cannot be played at all.
pub async fn replay(app: &App, recording: &str, wait: Duration) -> Result<Vec<String>, String> {
    let entries = read(recording)?;
    let sandbox = of(app).map_err(|refused| refused.words())?;
    timeout(SUBSCRIBED, subscribed(app)).await.map_err(|_| "the bot has not subscribed")?;
    let start = sandbox.log.last();
    let mut differences = Vec::new();
    let (mut expected, mut missing) = (0, 0);
    for entry in &entries {
        if message(entry).is_some() {
            expected += 1;
        }
        if !actions::is_deed(entry) {
            continue;
        }
        missing += wanting(app, start, expected, missing, wait).await;
        if let Err(refused) = actions::again(app, entry).await {
            let what = format!("{} {} {}", entry["person"], entry["does"], entry["body"]);
            differences.push(format!("{what:.200}: refused now: {}", refused.words()));
        }
    }
    wanting(app, start, expected, missing, wait).await;
    let mut news = sandbox.log.news();
    while timeout(QUIET, news.changed()).await.is_ok() {}
    let present = sandbox.log.after(start, Some("call"), usize::MAX);
    differences.extend(compare(&said(&entries), &said(&present)));
    Ok(differences)
}

fn read(recording: &str) -> Result<Vec<Value>, String> {
    let lines = recording.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let one = |(n, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| format!("line {}: {error}", n + 1))
    };
    lines.map(one).collect()
}

/// Waits until the bot's callback is subscribed.
pub async fn subscribed(app: &App) {
    let is = || {
        let bot = app.sandbox.as_ref().and_then(|sandbox| sandbox.bot());
        let entry = bot.and_then(|bot| app.directory.get(bot.phone_number_id));
        entry.is_some_and(|entry| entry.target.is_some())
    };
    while !is() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until so many messages of the bot have come; how many more are missing now.
async fn wanting(app: &App, start: u64, expected: usize, missing: usize, wait: Duration) -> usize {
    let Ok(sandbox) = of(app) else { return 0 };
    let mut news = sandbox.log.news();
    let count = || {
        let calls = sandbox.log.after(start, Some("call"), usize::MAX);
        calls.iter().filter(|call| message(call).is_some()).count()
    };
    let there = async {
        while count() + missing < expected {
            if news.changed().await.is_err() {
                return;
            }
        }
    };
    let _ = timeout(wait, there).await;
    expected.saturating_sub(count() + missing)
}

/// A message that the bot sent, as it can be compared, and to whom.
fn message(call: &Value) -> Option<(String, Value)> {
    let path = call["path"].as_str()?;
    let sends = call["kind"] == "call" && call["method"] != "GET" && path.contains("/messages");
    let mut body = call["request"].clone();
    if !sends || !body.is_object() || body.get("status").is_some() {
        return None;
    }
    let members = body.as_object_mut()?;
    for name in ["messaging_product", "recipient_type", "to", "recipient", "access_token"] {
        members.remove(name);
    }
    members.entry("type").or_insert("text".into());
    for (outer, inner) in [("context", "message_id"), ("reaction", "message_id")] {
        let named = body[outer][inner].as_str().and_then(Wamid::decode);
        if let Some(wamid) = named {
            body[outer][inner] = json!(format!("#{}", wamid.seq.0));
        }
    }
    // files get new ids each time
    if let Some(kind) = body["type"].as_str().map(str::to_owned)
        && body[&kind].get("id").is_some()
    {
        body[&kind]["id"] = "[file]".into();
    }
    if let Some(code) = call.get("code") {
        body["refused"] = code.clone();
    }
    let person = call["person"].as_str().unwrap_or("nobody");
    Some((person.to_owned(), body))
}

fn said(entries: &[Value]) -> Said {
    let mut said = Said::new();
    for (person, message) in entries.iter().filter_map(message) {
        said.entry(person).or_default().push(message);
    }
    said
}

/// What differs, person by person: `-` only recorded, `+` only now.
fn compare(recorded: &Said, present: &Said) -> Vec<String> {
    let mut differences = Vec::new();
    let none = Vec::new();
    let people: std::collections::BTreeSet<&String> =
        recorded.keys().chain(present.keys()).collect();
    for person in people {
        let before = recorded.get(person).unwrap_or(&none);
        let now = present.get(person).unwrap_or(&none);
        let same = before.iter().zip(now).take_while(|(a, b)| a == b).count();
        let (before, now) = (&before[same..], &now[same..]);
        let end = before.iter().rev().zip(now.iter().rev()).take_while(|(a, b)| a == b).count();
        let mut tell = |sign: char, messages: &[Value]| {
            for (n, message) in messages[..messages.len() - end].iter().enumerate() {
                differences.push(format!("{sign} to {person}, {}.: {message}", same + n + 1));
            }
        };
        tell('-', before);
        tell('+', now);
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(person: &str, request: Value) -> Value {
        json!({"kind": "call", "method": "POST", "path": "/v25.0/1/messages", "status": 200,
            "person": person, "request": request})
    }

    fn text(body: &str) -> Value {
        json!({"messaging_product": "whatsapp", "to": "999000000000001", "text": {"body": body}})
    }

    #[test]
    fn only_what_can_be_compared_is() {
        let read = json!({"status": "read", "message_id": "x"});
        let mut get = call("Ada", text("x"));
        get["method"] = "GET".into();
        let entries = [call("Ada", text("hi")), call("Ada", read), get, json!({"kind": "clock"})];
        let expected = json!({"type": "text", "text": {"body": "hi"}});
        assert_eq!(said(&entries), Said::from([("Ada".to_owned(), vec![expected])]));
        let image = |id: &str| json!({"type": "image", "image": {"id": id}});
        assert_eq!(message(&call("Ada", image("1"))), message(&call("Ada", image("2"))));
        let mut refused = call("Ada", text("hi"));
        refused["code"] = 131_047.into();
        assert_ne!(message(&refused), message(&call("Ada", text("hi"))));
    }

    #[test]
    fn differences_stand_where_they_are() {
        let all =
            |texts: &[&str]| said(&texts.iter().map(|t| call("Ada", text(t))).collect::<Vec<_>>());
        assert_eq!(compare(&all(&["a", "b"]), &all(&["a", "b"])), [""; 0]);
        let changed = compare(&all(&["a", "b", "c"]), &all(&["a", "x", "c"]));
        assert_eq!(changed.len(), 2);
        assert!(changed[0].starts_with("- to Ada, 2.:") && changed[0].contains("\"b\""));
        assert!(changed[1].starts_with("+ to Ada, 2.:") && changed[1].contains("\"x\""));
        let less = compare(&all(&["a", "b", "c"]), &all(&["a", "c"]));
        assert!(less.len() == 1 && less[0].starts_with("- to Ada, 2.:"), "{less:?}");
        let more = compare(&Said::new(), &all(&["a"]));
        assert!(more.len() == 1 && more[0].starts_with("+ to Ada, 1.:"), "{more:?}");
        assert_eq!(compare(&all(&["a", "b"]), &all(&["b", "a"])).len(), 4);
    }

    #[test]
    fn a_broken_recording_says_where() {
        assert!(read("{}\n\n{\n").expect_err("broken").starts_with("line 3: "));
    }
}
