//! Lists of templates: what is asked for, and the answer (reference 6).

use exchange::id::ItemId;
use exchange::limits;
use exchange::template::pattern::Pattern;
use exchange::template::{Head, Parts, Template};
use serde_json::json;

use super::write::{SampleUrl, value};
use crate::ascii;
use crate::cloud::error::GraphError;
use crate::cloud::paging;
use crate::cloud::params::Params;

/// Which templates are asked for; a list means any of its members.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    name: Option<String>,
    name_or_content: Option<String>,
    content: Option<String>,
    language: Option<Vec<String>>,
    category: Option<Vec<String>>,
    status: Option<Vec<String>>,
    quality: Option<Vec<String>>,
}

fn holds(words: &str, part: &str) -> bool {
    words.to_lowercase().contains(&part.to_lowercase())
}

fn is_one(all: Option<&Vec<String>>, word: &str) -> bool {
    all.is_none_or(|all| all.iter().any(|one| one.eq_ignore_ascii_case(word)))
}

impl Filter {
    /// From the parameters.
    ///
    /// # Errors
    /// 100.
    pub fn of(params: &Params) -> Result<Self, GraphError> {
        let text = |name: &str| -> Result<Option<String>, GraphError> {
            Ok(params.text(name)?.map(std::borrow::Cow::into_owned))
        };
        Ok(Self {
            name: text("name")?,
            name_or_content: text("name_or_content")?,
            content: text("content")?,
            language: params.list("language")?,
            category: params.list("category")?,
            status: params.list("status")?,
            quality: params.list("quality_score")?,
        })
    }

    /// Whether a template is asked for. `name` is found in names, also as a part, as the
    /// platform does.
    pub fn takes(&self, it: &Template) -> bool {
        let content = |part: &String| says(&it.parts, part);
        self.name.as_ref().is_none_or(|part| holds(&it.name, part))
            && self.content.as_ref().is_none_or(content)
            && self.name_or_content.as_ref().is_none_or(|p| holds(&it.name, p) || content(p))
            && is_one(self.language.as_ref(), &it.language)
            && is_one(self.category.as_ref(), it.category.name())
            && is_one(self.status.as_ref(), it.status.name())
            && is_one(self.quality.as_ref(), "UNKNOWN")
    }
}

/// Whether a part of a template's words is this.
fn says(parts: &Parts, part: &str) -> bool {
    let pattern = |text: &Pattern| holds(&text.text, part);
    let header = matches!(&parts.header, Some(Head::Text(text)) if pattern(text));
    header
        || parts.body.as_ref().is_some_and(pattern)
        || parts.footer.as_ref().is_some_and(|text| holds(text, part))
        || parts.buttons.iter().any(|button| holds(button.text(), part))
        || parts.cards.iter().any(|card| says(card, part))
}

/// `GET /{waba}/message_templates`: `all` are the account's, in order of their ids; `at` is the
/// address called, without and with its query.
///
/// # Errors
/// 100, 131059, 2500.
pub fn answer(
    all: &[(ItemId, Template)],
    params: &Params,
    at: (&str, Option<&str>),
    sample: SampleUrl<'_>,
) -> Result<Vec<u8>, GraphError> {
    let filter = Filter::of(params)?;
    let found: Vec<&(ItemId, Template)> = all.iter().filter(|(_, it)| filter.takes(it)).collect();
    let mut shown = Vec::with_capacity(found.len());
    for (id, it) in &found {
        shown.push((id.0, value(*id, it, params, sample)?));
    }
    let mut answer = paging::page(shown, &paging::asked(params)?, at.0, at.1);
    if let Some(asked) = params.list("summary")? {
        let mut summary = serde_json::Map::new();
        for name in asked {
            let told = match name.as_str() {
                "total_count" => json!(found.len()),
                "message_template_count" => json!(all.len()),
                "message_template_limit" => json!(limits::ITEMS),
                "are_translations_complete" => json!(complete(all)),
                _ => continue,
            };
            summary.insert(name, told);
        }
        answer["summary"] = summary.into();
    }
    Ok(ascii::to_vec(&answer))
}

/// Every name is there in every language that any is in.
fn complete(all: &[(ItemId, Template)]) -> bool {
    let count = |of: &dyn Fn(&Template) -> String| {
        all.iter().map(|(_, it)| of(it)).collect::<std::collections::BTreeSet<_>>().len()
    };
    all.len() == count(&|it| it.name.clone()) * count(&|it| it.language.clone())
}
