//! What must not stand in a log or a recording: tokens and secrets, wherever a call carries them.

use serde_json::Value;

/// Members whose values are secrets, in queries, forms and JSON.
const SECRET: [&str; 9] = [
    "access_token",
    "app_secret",
    "appsecret_proof",
    "client_secret",
    "fb_exchange_token",
    "hub.verify_token",
    "input_token",
    "pin",
    "verify_token",
];
const GONE: &str = "[redacted]";
/// As every token of ours begins.
const TOKEN: &str = "EAA";

fn is_secret(name: &str) -> bool {
    SECRET.contains(&name.to_ascii_lowercase().as_str())
}

/// A query or a form's body.
pub fn query(text: &str, secrets: &[&str]) -> String {
    let one = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}={GONE}"),
        _ => pair.to_owned(),
    };
    let pairs: Vec<String> = text.split('&').map(one).collect();
    plain(&pairs.join("&"), secrets)
}

/// Any text: the known secrets, and whatever looks like a token.
pub fn plain(text: &str, secrets: &[&str]) -> String {
    let mut out = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        out = out.replace(secret, GONE);
    }
    let mut from = 0;
    while let Some(at) = out[from..].find(TOKEN).map(|at| from + at) {
        let rest = &out[at..];
        let token = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
        let length = token.unwrap_or(rest.len());
        if length >= 20 {
            out.replace_range(at..at + length, GONE);
            from = at + GONE.len();
        } else {
            from = at + length;
        }
    }
    out
}

/// A JSON value.
pub fn json(value: &mut Value, secrets: &[&str]) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if is_secret(name) && !member.is_null() {
                    *member = Value::from(GONE);
                } else {
                    json(member, secrets);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| json(item, secrets)),
        Value::String(text) => *text = plain(text, secrets),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json as value;

    #[test]
    fn secrets_are_gone_wherever_they_stand() {
        let secrets = ["0123abcd"];
        let token = "EAAabcdefghij-klmnop_qrstuvwxyz";
        for text in [
            query(&format!("fields=id&access_token={token}"), &secrets),
            query("a=1%7C0123abcd&client_secret=s3cret", &secrets),
            plain(&format!("Bearer {token}, 1|0123abcd"), &secrets),
        ] {
            assert!(!text.contains("EAAabc") && !text.contains("0123abcd"), "{text}");
            assert!(!text.contains("s3cret"), "{text}");
            assert!(text.contains(GONE), "{text}");
        }
        let mut body = value!({"access_token": "x", "a": [{"pin": 123456, "text": token}]});
        json(&mut body, &secrets);
        let expected = value!({"access_token": GONE, "a": [{"pin": GONE, "text": GONE}]});
        assert_eq!(body, expected);
    }

    #[test]
    fn other_words_stay() {
        assert_eq!(plain("EAA and EAAshort €EAA", &[""]), "EAA and EAAshort €EAA");
        assert_eq!(query("hub.mode=subscribe&to=%2B1", &[]), "hub.mode=subscribe&to=%2B1");
    }
}
