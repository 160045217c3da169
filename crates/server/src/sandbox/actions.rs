//! What can be done in a sandbox: by a request, by a script, by a replay. Each deed goes through
//! here, and so into the log and the recording.

use exchange::id::{AssistantId, ConversationId, Seq};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::cloud::id::Wamid;

use super::faults::Rule;
use super::inside::Refused;
use super::people::{self, NewPerson, of};
use super::webhooks::{self, Wanted};
use super::{moments, view};
use crate::App;

/// To whom, and up to where.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Upto {
    #[serde(default, deserialize_with = "people::id")]
    assistant: Option<AssistantId>,
    upto: Option<Seq>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Auto {
    auto: bool,
}

fn read<T: for<'de> Deserialize<'de> + Default>(body: &Value) -> Result<T, Refused> {
    if body.is_null() { Ok(T::default()) } else { exact(body) }
}

fn exact<T: for<'de> Deserialize<'de>>(body: &Value) -> Result<T, Refused> {
    T::deserialize(body).map_err(|error| {
        let message = format!("The body is not what is expected here: {error}.");
        Refused::bad(message, "docs/sandbox.md shows what is.")
    })
}

/// A person does something: `is made`, `says`, `receives`, `reads`, `stops`, `agrees` or `auto`.
///
/// # Errors
/// What the exchange or the sandbox refuses.
pub async fn person(app: &App, name: &str, does: &str, body: Value) -> Result<Value, Refused> {
    let sandbox = of(app)?;
    if does == "is made" {
        let new: NewPerson = exact(&body)?;
        let given = new.assistant;
        let person = people::make(app, new).await?;
        note(app, name, does, body)?;
        return view::whole(app, &person, given, 0).await;
    }
    let person = sandbox.people.get(name)?;
    if does == "says" {
        // put down first: the bot may answer before it is said that this was said
        let given = super::says::assistant(&body)?;
        let chat = people::chat(app, &person, given).await?.id;
        note(app, name, does, by_place(body.clone(), chat))?;
        return people::say(app, &person, body).await.inspect_err(|refused| {
            let entry = json!({"person": name, "reason": refused.words()});
            sandbox.log.add(app.clock.now(), "refused", entry);
        });
    }
    if does == "auto" {
        person.set_auto(exact::<Auto>(&body)?.auto);
        note(app, name, does, body)?;
        return Ok(view::brief(&person));
    }
    let asked: Upto = read(&body)?;
    match does {
        "receives" => people::receive(app, &person, asked.assistant, asked.upto, false).await?,
        "reads" => people::receive(app, &person, asked.assistant, asked.upto, true).await?,
        "stops" => people::stop(app, &person, asked.assistant).await?,
        "agrees" => {
            people::agree(app, &person, asked.assistant).await?;
            people::attend(app, &person);
        }
        _ => return Err(Refused::bad(format!("Nobody can {does:.40}."), "See docs/sandbox.md.")),
    }
    note(app, name, does, body)?;
    view::whole(app, &person, asked.assistant, 0).await
}

fn note(app: &App, name: &str, does: &str, body: Value) -> Result<(), Refused> {
    let entry = json!({"person": name, "does": does, "body": body});
    of(app)?.log.add(app.clock.now(), "person", entry);
    Ok(())
}

/// Messages named by their place: that is the same when it is done again.
fn by_place(mut body: Value, chat: ConversationId) -> Value {
    for name in ["to", "reply_to"] {
        let named = body[name].as_str().and_then(Wamid::decode);
        if let Some(wamid) = named.filter(|wamid| wamid.conversation == chat) {
            body[name] = json!(wamid.seq);
        }
    }
    body
}

/// Moves the clock forward by so long (`25h`).
///
/// # Errors
/// When it is no duration or too far.
pub fn advance(app: &App, by: &str) -> Result<(), Refused> {
    let hint = "Send {\"advance\":\"25h\"}. The clock is never moved back.";
    let ms = moments::duration_ms(by).map_err(|why| Refused::bad(why, hint))?;
    if app.clock.ahead_ms() + ms > moments::FARTHEST_MS {
        return Err(Refused::bad("That is more than ten years ahead.", hint));
    }
    of(app)?.log.add(app.clock.now(), "clock", json!({"advance_ms": ms}));
    app.clock.advance(ms);
    Ok(())
}

/// Adds rules for faults; a person's name in them becomes their number.
///
/// # Errors
/// When one is none; nothing is added then.
pub async fn add_faults(app: &App, body: Value) -> Result<Vec<u64>, Refused> {
    const HINT: &str = "docs/sandbox.md lists the faults.";
    let sandbox = of(app)?;
    let rules = match body.clone() {
        Value::Array(rules) => rules,
        rule => vec![rule],
    };
    let mut added = Vec::new();
    for rule in rules {
        let rule = serde_json::from_value(rule);
        let mut rule: Rule = rule.map_err(|error| Refused::bad(error.to_string(), HINT))?;
        if let Some(name) = rule.which.as_mut().and_then(|which| which.person.as_mut())
            && wire::cloud::id::parse_wa_id(name).is_none()
        {
            let person = sandbox.people.get(name)?;
            *name = wire::cloud::id::wa_id(people::chat(app, &person, None).await?.id);
        }
        added.push(rule);
    }
    let ids = sandbox.faults.add(added).map_err(|why| Refused::bad(why, HINT))?;
    sandbox.log.add(app.clock.now(), "fault", json!({"does": "is added", "body": body}));
    Ok(ids)
}

/// Deletes one rule, or all; what they hold back is let go. Returns how many.
///
/// # Errors
/// Without a sandbox.
pub fn delete_faults(app: &App, id: Option<u64>) -> Result<usize, Refused> {
    let sandbox = of(app)?;
    sandbox.log.add(app.clock.now(), "fault", json!({"does": "is deleted", "id": id}));
    Ok(sandbox.faults.delete(id))
}

/// Sends a webhook of any field.
///
/// # Errors
/// When there is no such field or nowhere to send it.
pub async fn webhook(app: &App, body: Value) -> Result<Value, Refused> {
    let wanted: Wanted = exact(&body)?;
    of(app)?.log.add(app.clock.now(), "test", json!({"body": body}));
    webhooks::send(app, wanted).await
}

/// Does again what a recording says; entries of other kinds are nothing to do.
///
/// # Errors
/// What is refused now.
pub async fn again(app: &App, recorded: &Value) -> Result<(), Refused> {
    let text = |name: &str| recorded[name].as_str().unwrap_or_default();
    let body = recorded["body"].clone();
    match (text("kind"), text("does")) {
        ("person", does) => person(app, text("person"), does, body).await.map(|_| ()),
        ("clock", _) => advance(app, &format!("{}ms", recorded["advance_ms"])),
        ("fault", "is added") => add_faults(app, body).await.map(|_| ()),
        ("fault", _) => delete_faults(app, recorded["id"].as_u64()).map(|_| ()),
        ("test", _) => webhook(app, body).await.map(|_| ()),
        _ => Ok(()),
    }
}

/// Whether an entry is something that was done to the bot.
pub fn is_deed(entry: &Value) -> bool {
    matches!(entry["kind"].as_str(), Some("person" | "clock" | "fault" | "test"))
}
