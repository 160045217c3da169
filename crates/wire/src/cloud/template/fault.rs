//! Templates' errors (reference 15.4).

use exchange::limits;
use exchange::template::render::Misfit;
use exchange::template::{Fault, Rule};

use crate::cloud::error::{GraphError, shortened};

/// 100 in the form of the template pages: subcode, title and words for a person.
fn managed(subcode: Option<u32>, title: &'static str, words: impl Into<String>) -> GraphError {
    let words = words.into();
    let error = GraphError::bare(400, 100, "Invalid parameter").details(words.clone());
    GraphError { subcode, user: Some(Box::new((title, words))), ..error }
}

/// A broken rule.
pub fn fault(fault: &Fault) -> GraphError {
    let (subcode, title) = match fault.rule {
        Rule::TooLong => (Some(2_388_040), "Character limit exceeded"),
        Rule::Header => (Some(2_388_047), "The header's format is incorrect"),
        Rule::Body => (Some(2_388_072), "The body's format is incorrect"),
        Rule::Footer => (Some(2_388_073), "The footer's format is incorrect"),
        Rule::Ratio => (Some(2_388_293), "Too many variables for the length"),
        Rule::Edge => (Some(2_388_299), "Variables cannot lead or trail"),
        Rule::Missing => (Some(2_388_043), "Expected fields are missing"),
        Rule::Buttons => (None, "The buttons are not as they must be"),
        Rule::Shape => (None, "The template is not as it must be"),
    };
    managed(subcode, title, fault.words.clone())
}

/// 2388024: there is one with this name and language.
pub fn duplicate(name: &str, language: &str) -> GraphError {
    let words = format!(
        "There is already a template {} in {language}: edit it, or choose another name.",
        shortened(name)
    );
    managed(Some(2_388_024), "Content in this language already exists", words)
}

/// 2388019: as many as may be.
pub fn too_many() -> GraphError {
    let words = format!("An account has at most {} templates.", limits::ITEMS);
    managed(Some(2_388_019), "The limit of templates is reached", words)
}

/// 2388039: an approved template is edited once a day and ten times in thirty days.
pub fn edited_too_often() -> GraphError {
    let (most, _) = limits::TEMPLATE_EDITS;
    let words = format!("A template can be edited once in 24 hours, {most} times in 30 days.");
    managed(Some(2_388_039), "The template cannot be edited now", words)
}

/// Nothing to delete.
pub fn not_found(what: &str) -> GraphError {
    let words = format!("There is no template {} of this account.", shortened(what));
    managed(Some(2_593_002), "Message template not found", words)
}

/// 134100: what is sent as marketing is no marketing template.
pub fn not_marketing() -> GraphError {
    GraphError::new(400, 134_100, "Only marketing messages supported")
        .details("marketing_messages takes templates of category MARKETING: use messages.")
}

/// A button names a flow that is not there.
pub fn unknown_flow() -> GraphError {
    managed(None, "The flow is not there", "FLOW button: this account has no such flow.")
}

/// A header's sample is no upload of this app.
pub fn unknown_sample(handle: &str) -> GraphError {
    let words = format!(
        "header_handle \"{}\" is not that of a finished resumable upload of this app.",
        shortened(handle)
    );
    managed(Some(2_388_047), "The header's sample is unknown", words)
}

/// What is sent does not fit the template.
pub fn misfit(misfit: &Misfit) -> GraphError {
    let (http, code, title) = match misfit {
        Misfit::Unknown { .. } => (404, 132_001, "Template name does not exist in the translation"),
        Misfit::Count { .. } => {
            (400, 132_000, "Number of parameters does not match the expected number of params")
        }
        Misfit::Format { .. } => {
            (400, 132_012, "Parameter format does not match format in the created template")
        }
        Misfit::Nameless => (400, 100, "Invalid parameter"),
        Misfit::ButtonValue { .. } => (400, 131_008, "Required parameter is missing"),
        Misfit::TooLong { .. } => (400, 132_005, "Translated text too long"),
        Misfit::Characters { .. } => (400, 132_007, "Template format character policy violated"),
        Misfit::Value(_) => (400, 132_008, "Template param value invalid"),
        Misfit::Spaces | Misfit::Shape(_) => {
            (400, 132_018, "There was an issue with the parameters in your template")
        }
    };
    GraphError::new(http, code, title).details(misfit.to_string())
}
