//! The block list (reference 5).

use exchange::id::ConversationId;
use exchange::limits;
use serde_json::{Value, json};

use super::error::GraphError;
use super::id::{parse_user_id, parse_wa_id, wa_id};
use super::params::{Params, as_object, as_text};

/// Somebody to block or unblock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whom {
    /// As it was sent.
    pub input: String,
    /// The conversation; `None` when it is nobody of ours.
    pub conversation: Option<ConversationId>,
}

/// What came of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// Nobody who has consented to this assistant.
    Unknown,
    /// Has not written in the last 24 hours.
    Silent,
}

/// Reads `POST|DELETE /{phone}/block_users`.
///
/// # Errors
/// 100: something is missing or wrong.
pub fn whom(params: &Params) -> Result<Vec<Whom>, GraphError> {
    match params.text("messaging_product")?.as_deref() {
        Some("whatsapp") => {}
        Some(_) => {
            return Err(GraphError::parameter("messaging_product", "must be one of {whatsapp}."));
        }
        None => return Err(GraphError::required("messaging_product")),
    }
    let users = params.items("block_users")?;
    if users.is_empty() {
        return Err(GraphError::required("block_users"));
    }
    if users.len() > limits::BLOCKED_AT_ONCE {
        let rule = format!("must name at most {} users.", limits::BLOCKED_AT_ONCE);
        return Err(GraphError::parameter("block_users", &rule));
    }
    users.iter().map(one).collect()
}

fn one(user: &Value) -> Result<Whom, GraphError> {
    let it = as_object(user, "block_users")?.unwrap_or_default();
    if let Some(number) = it.get("user").filter(|value| !value.is_null()) {
        let input = as_text(number, "block_users['user']")?.into_owned();
        // The same forms as `to` of a message: a sign, spaces, dashes, brackets.
        let digits: String = input.chars().filter(|c| !"+-() ".contains(*c)).collect();
        let conversation = parse_wa_id(&digits).or_else(|| parse_user_id(&input));
        return Ok(Whom { conversation, input });
    }
    let Some(user) = it.get("user_id") else {
        return Err(GraphError::required("block_users['user']"));
    };
    let input = as_text(user, "block_users['user_id']")?.into_owned();
    Ok(Whom { conversation: parse_user_id(&input), input })
}

fn failure(whom: &Whom, outcome: Outcome) -> Value {
    let (code, message, details) = match outcome {
        Outcome::Silent => (
            131_047,
            "Re-engagement message",
            "Only people who have written in the last 24 hours can be blocked.",
        ),
        _ => (
            131_026,
            "Message undeliverable",
            "Nobody who has consented to this assistant has this number.",
        ),
    };
    let error = json!({"message": message, "code": code, "error_data": {"details": details}});
    let mut failed = json!({"input": whom.input, "errors": [error]});
    if let Some(of) = whom.conversation {
        failed["wa_id"] = wa_id(of).into();
    }
    failed
}

/// The answer: all done, or 139100 with who was and who was not.
///
/// # Errors
/// 139100 with `block_users` beside it.
pub fn answer(results: &[(Whom, Outcome)], blocked: bool) -> Result<Vec<u8>, GraphError> {
    let done = |(whom, outcome): &(Whom, Outcome)| {
        let of = whom.conversation.filter(|_| *outcome == Outcome::Done)?;
        Some(json!({"input": whom.input, "wa_id": wa_id(of)}))
    };
    let done: Vec<Value> = results.iter().filter_map(done).collect();
    let failed: Vec<Value> = results
        .iter()
        .filter(|(_, outcome)| *outcome != Outcome::Done)
        .map(|(whom, outcome)| failure(whom, *outcome))
        .collect();
    let name = if blocked { "added_users" } else { "removed_users" };
    let mut body = json!({"messaging_product": "whatsapp", "block_users": {name: done}});
    if failed.is_empty() {
        return Ok(crate::ascii::to_vec(&body));
    }
    body["block_users"]["failed_users"] = failed.into();
    let text = String::from_utf8(crate::ascii::to_vec(&body)).unwrap_or_default();
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_default();
    Err(GraphError::block_failed(inner.to_owned()))
}

/// One entry of the list; `input` as when it was blocked, which pywa 4.5 asks for.
pub fn entry(of: ConversationId) -> Value {
    json!({"messaging_product": "whatsapp", "input": wa_id(of), "wa_id": wa_id(of)})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(users: Value) -> Result<Vec<Whom>, GraphError> {
        let body = json!({"messaging_product": "whatsapp", "block_users": users});
        whom(&Params::of(None, None, body.to_string().as_bytes()).unwrap())
    }

    #[test]
    fn people_are_named_by_number_or_id() {
        let found = body(json!([{"user": "+999 000000012345"}, {"user_id": "ZZ.999000000012345"},
            {"user": "16505551234"}]))
        .unwrap();
        let own = ConversationId::new(12_345);
        assert_eq!(found.iter().map(|it| it.conversation).collect::<Vec<_>>(), [own, own, None]);
        assert_eq!(found[0].input, "+999 000000012345");
        for bad in [json!([]), json!([{}]), json!([5]), json!("x"), json!([{"user": []}])] {
            assert_eq!(body(bad.clone()).unwrap_err().code, 100, "{bad}");
        }
    }

    #[test]
    fn part_of_it_can_fail() {
        let whom = |n: u64| Whom { input: n.to_string(), conversation: ConversationId::new(n) };
        let all = answer(&[(whom(1), Outcome::Done)], false).unwrap();
        let all: Value = serde_json::from_slice(&all).unwrap();
        assert_eq!(all["block_users"]["removed_users"][0]["wa_id"], "999000000000001");
        let some =
            answer(&[(whom(1), Outcome::Done), (whom(2), Outcome::Silent)], true).unwrap_err();
        assert_eq!((some.http, some.code), (400, 139_100));
        let told: Value = serde_json::from_slice(&some.to_json("A")).unwrap();
        assert_eq!(told["error"]["code"], 139_100);
        assert_eq!(told["block_users"]["added_users"][0]["input"], "1");
        assert_eq!(told["block_users"]["failed_users"][0]["errors"][0]["code"], 131_047);
    }
}
