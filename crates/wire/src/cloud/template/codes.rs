//! Authentication templates in many languages at once, and how they will look (reference 6).

use exchange::template::words::{LANGUAGES, about_codes};
use exchange::template::{Template, pattern};
use exchange::time::Millis;
use serde_json::{Value, json};

use super::read::{create, flag};
use crate::ascii;
use crate::cloud::error::GraphError;
use crate::cloud::params::Params;

/// `POST /{waba}/upsert_message_templates`: one template for each of `languages`.
///
/// # Errors
/// 100.
pub fn upsert(params: &Params, now: Millis) -> Result<Vec<Template>, GraphError> {
    let category = super::read::category(params)?;
    if category != Some(exchange::content::Category::Authentication) {
        return Err(GraphError::parameter("category", "must be AUTHENTICATION."));
    }
    let languages = languages(params)?.ok_or_else(|| GraphError::required("languages"))?;
    let of = |language: &String| {
        let mut params = params.clone();
        params.add("language", language);
        create(&params, now)
    };
    languages.iter().map(of).collect()
}

fn languages(params: &Params) -> Result<Option<Vec<String>>, GraphError> {
    let Some(mut asked) = params.list("languages")? else { return Ok(None) };
    asked.dedup();
    let unknown = asked.iter().any(|one| !LANGUAGES.contains(&one.as_str()));
    if unknown || asked.is_empty() || asked.len() > LANGUAGES.len() {
        return Err(GraphError::parameter("languages", "must be codes such as en_US."));
    }
    Ok(Some(asked))
}

/// `GET /{waba}/message_template_previews`.
///
/// # Errors
/// 100.
pub fn previews(params: &Params) -> Result<Vec<u8>, GraphError> {
    let category = params.required("category")?;
    if !category.eq_ignore_ascii_case("AUTHENTICATION") {
        return Err(GraphError::parameter("category", "must be AUTHENTICATION."));
    }
    let asked = languages(params)?
        .unwrap_or_else(|| LANGUAGES.iter().map(|one| (*one).to_owned()).collect());
    let advice = flag(params, "add_security_recommendation")?.unwrap_or(false);
    let minutes = match params.text("code_expiration_minutes")? {
        None => None,
        Some(text) => {
            let known = text.parse().ok().filter(|m| exchange::limits::CODE_MINUTES.contains(m));
            let wrong = || GraphError::parameter("code_expiration_minutes", "must be 1 to 90.");
            Some(known.ok_or_else(wrong)?)
        }
    };
    let one = |language: &String| preview(language, advice, minutes);
    let all: Vec<Value> = asked.iter().map(one).collect();
    Ok(ascii::to_vec(&json!({ "data": all })))
}

fn preview(language: &str, advice: bool, minutes: Option<u32>) -> Value {
    let words = about_codes(language);
    let body =
        if advice { format!("{} {}", words.body, words.advice) } else { words.body.to_owned() };
    let mut value = json!({
        "language": language, "body": body,
        "buttons": [{"autofill_text": words.autofill, "text": words.copy}],
    });
    if let Some(minutes) = minutes {
        let minutes = minutes.to_string();
        value["footer"] = pattern::fill(words.expires, |_| Some(&minutes)).into();
    }
    value
}
