//! Fields of forms with their hints and errors.

use maud::{Markup, Render, html};

/// One thing wrong with a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError<'a> {
    /// The field's name and id.
    pub field: &'a str,
    /// What to do about it, in words.
    pub message: &'a str,
}

/// What is wrong with a form, in front of everything else.
pub(super) fn error_summary(errors: &[FieldError<'_>]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div.error-summary role="alert" tabindex="-1" {
                h2 { "Please look at this again" }
                ul {
                    @for error in errors {
                        li { a href={ "#" (error.field) } { (error.message) } }
                    }
                }
            }
        }
    }
}

/// A text field of a form with label, hint and error. The label holds its own words alone, so
/// that the hint is not read twice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    pub(super) hint: &'a str,
    pub(super) value: &'a str,
    pub(super) error: Option<&'a str>,
    /// `text`, `email`, `url`, `password`, or `textarea`.
    pub(super) kind: &'a str,
    pub(super) autocomplete: &'a str,
    pub(super) max: Option<usize>,
    pub(super) required: bool,
    pub(super) is_short: bool,
}

impl Default for Field<'_> {
    fn default() -> Self {
        Self {
            name: "",
            label: "",
            hint: "",
            value: "",
            error: None,
            kind: "text",
            autocomplete: "off",
            max: None,
            required: false,
            is_short: false,
        }
    }
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        let name = self.name;
        let class = if self.is_short { "field short" } else { "field" };
        let hint_id = (!self.hint.is_empty()).then(|| format!("{name}-hint"));
        let error_id = self.error.map(|_| format!("{name}-error"));
        let ids: Vec<&str> = hint_id.iter().chain(&error_id).map(String::as_str).collect();
        let described = (!ids.is_empty()).then(|| ids.join(" "));
        let invalid = self.error.map(|_| "true");
        html! {
            div class=(class) {
                label for=(name) { (self.label) @if !self.required { " (optional)" } }
                @if let Some(id) = &hint_id { span.hint id=(id) { (self.hint) } }
                @if let (Some(id), Some(error)) = (&error_id, self.error) {
                    span.error-text id=(id) { (error) }
                }
                @if self.kind == "textarea" {
                    textarea id=(name) name=(name) maxlength=[self.max] required[self.required]
                        rows="4" dir="auto" autocomplete=(self.autocomplete)
                        aria-describedby=[described] aria-invalid=[invalid] { (self.value) }
                } @else {
                    input id=(name) name=(name) type=(self.kind) value=(self.value) dir="auto"
                        maxlength=[self.max] required[self.required]
                        autocomplete=(self.autocomplete)
                        aria-describedby=[described] aria-invalid=[invalid];
                }
            }
        }
    }
}

/// One of a few answers; none is chosen beforehand.
pub(super) fn radios(
    field: &str,
    question: &str,
    answers: &[(&str, &str)],
    chosen: &str,
    error: Option<&str>,
) -> Markup {
    let error_id = error.map(|_| format!("{field}-error"));
    html! {
        fieldset id=(field) aria-describedby=[error_id.as_deref()] {
            legend { (question) }
            @if let (Some(id), Some(error)) = (&error_id, error) {
                span.error-text id=(id) { (error) }
            }
            @for (value, words) in answers {
                label.check {
                    input type="radio" name=(field) value=(value) required
                        checked[*value == chosen] aria-invalid=[error.map(|_| "true")];
                    (words)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_names_its_hint_and_error() {
        let field = Field { name: "x", hint: "h", error: Some("e"), ..Field::default() };
        let shown = field.render().into_string();
        assert!(shown.contains("aria-describedby=\"x-hint x-error\""), "{shown}");
        assert!(shown.contains("aria-invalid=\"true\""));
    }
}
