//! Pieces that several pages use.

use exchange::assistant::{Automation, Card, is_web_address};
use maud::{Markup, Render, html};

/// Longest address that becomes a link.
const LINK_CHARS: usize = 500;

/// A name given by a provider, of unknown language and direction.
pub(super) fn name(text: &str) -> Markup {
    html! { bdi lang="" { (text) } }
}

/// A name's first letter in the same box for everyone.
pub(super) fn avatar(name: &str) -> Markup {
    html! {
        span.avatar aria-hidden="true" {
            @if let Some(first) = name.chars().next() { (first) }
        }
    }
}

/// `ai` or `automated`, as the style sheet and the API spell it.
pub(super) fn kind(automation: Automation) -> &'static str {
    match automation {
        Automation::Ai => "ai",
        Automation::Automated => "automated",
    }
}

/// What answers, in words.
pub(super) fn kind_words(automation: Automation) -> &'static str {
    match automation {
        Automation::Ai => "AI assistant",
        Automation::Automated => "Automated assistant, no AI",
    }
}

/// The badge on a card: what answers.
pub(super) fn badge(automation: Automation) -> Markup {
    html! { span.badge data-kind=(kind(automation)) { (kind_words(automation)) } }
}

/// The lasting badge: what answers and who runs it.
pub(super) fn lasting_badge(card: &Card, class: Option<&str>) -> Markup {
    let class = class.map_or("badge".to_owned(), |class| format!("{class} badge"));
    html! {
        span class=(class) data-kind=(kind(card.automation)) {
            (kind_words(card.automation)) " · run by " (name(&card.provider))
        }
    }
}

/// An address as a link if it is one, else as text.
pub(super) fn web_link(address: &str) -> Markup {
    html! {
        @if is_web_address(address, LINK_CHARS) {
            a href=(address) rel="noopener noreferrer" { (address) }
        } @else {
            (address)
        }
    }
}

/// A way to reach a human: an address, a mail address, or plain words.
pub(super) fn contact(text: &str) -> Markup {
    let text = text.trim();
    let mail = |text: &str| {
        let (local, host) = text.split_once('@')?;
        let plain = |part: &str| {
            !part.is_empty()
                && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-+".contains(c))
        };
        (plain(local) && plain(host)).then(|| format!("mailto:{text}"))
    };
    html! {
        @if is_web_address(text, LINK_CHARS) {
            a href=(text) rel="noopener noreferrer" { (text) }
        } @else if let Some(address) = mail(text) {
            a href=(address) { (text) }
        } @else {
            bdi lang="" { (text) }
        }
    }
}

/// "yes" or "no".
pub(super) fn yes_no(yes: bool) -> &'static str {
    if yes { "Yes" } else { "No" }
}

/// Rows of a name and what is to be said about it.
pub(super) fn facts(rows: &[(&str, Markup)]) -> Markup {
    html! {
        dl.facts {
            @for (term, value) in rows {
                div { dt { (term) } dd { (value) } }
            }
        }
    }
}

/// Text of a provider, as a value of [`facts`].
pub(super) fn said(text: &str) -> Markup {
    html! { span lang="" dir="auto" { (text) } }
}

/// All that a provider says about its assistant: the same rows in the same order for every one.
pub(super) fn card_facts(card: &Card) -> Markup {
    let or_none = |text: &str, none: &str| {
        if text.is_empty() {
            html! { (none) }
        } else {
            said(text)
        }
    };
    let human = if card.human_contact.is_empty() {
        html! { "It names none" }
    } else {
        contact(&card.human_contact)
    };
    facts(&[
        ("About it", or_none(&card.details, "It says no more")),
        ("Run by", html! { (name(&card.provider)) ", " (card.country) }),
        ("What answers", html! { (kind_words(card.automation)) }),
        ("Data kept in", said(&card.data_location)),
        ("Kept for", said(&card.retention)),
        ("Used for training", html! { (yes_no(card.trains)) }),
        ("A human", human),
        ("Privacy policy", web_link(&card.privacy_policy)),
    ])
}

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

/// A value to be copied, shown in one line that can be scrolled by keyboard.
pub(super) fn code(id: &str, what: &str, text: &str) -> Markup {
    html! {
        div.code {
            pre tabindex="0" role="region" aria-label=(what) { code id=(id) { (text) } }
            button.button.quiet.small type="button" data-copy={ "#" (id) } hidden {
                "Copy" span.visually-hidden { " " (what) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_become_links() {
        for bad in ["javascript:alert(1)", "data:text/html,x", "//x.example", "https://a@b"] {
            assert!(!web_link(bad).into_string().contains("href"), "{bad}");
            assert!(!contact(bad).into_string().contains("href"), "{bad}");
        }
        assert!(web_link("https://birch.example/p").into_string().contains("href"));
    }

    #[test]
    fn a_mail_address_can_be_tapped() {
        let shown = contact("help@birch.example").into_string();
        assert!(shown.contains("mailto:help@birch.example"));
        assert!(!contact("a@b?bcc=everybody@x.example").into_string().contains("mailto"));
    }

    #[test]
    fn a_field_names_its_hint_and_error() {
        let field = Field { name: "x", hint: "h", error: Some("e"), ..Field::default() };
        let shown = field.render().into_string();
        assert!(shown.contains("aria-describedby=\"x-hint x-error\""), "{shown}");
        assert!(shown.contains("aria-invalid=\"true\""));
    }
}
