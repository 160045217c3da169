//! A screen of a flow: a form like any other, without JavaScript. What the assistant's provider
//! wrote stands under the provider's name, so that nobody takes it for ours.

use exchange::assistant::Card;
use maud::{Markup, Render, html};
use serde_json::Value;
use wire::flow::Members;
use wire::flow::screen::{Ask, Choice, Field, Part, Screen, Weight};

use super::forms::{Field as Line, FieldError, error_summary};
use super::marks::Marked;
use super::parts::{name, web_link};
use super::{Here, Page, Width};

/// A screen of a flow.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The assistant whose flow it is.
    pub card: &'a Card,
    /// Where the form goes.
    pub action: &'a str,
    /// Where to go instead of going on.
    pub leave: &'a str,
    /// Whether it is tried by its provider, with nobody receiving anything.
    pub preview: bool,
    /// The screen; `None` when there is nothing to show but a problem or the end.
    pub screen: Option<&'a Screen>,
    /// Where the person stands, JSON, given back with the form.
    pub standing: &'a str,
    /// The client's own id of the answer, so that it is sent once.
    pub client_id: &'a str,
    /// Whether one can go back.
    pub can_go_back: bool,
    /// What was wrong with which field.
    pub wrong: &'a [(String, String)],
    /// What stood in the way, in words.
    pub problem: Option<&'a str>,
    /// Of a preview that is over: the values.
    pub values: Option<&'a Members>,
}

/// The screen as markup.
pub fn page(view: &View<'_>) -> Markup {
    let title = view.screen.map(|screen| screen.title.as_str()).filter(|title| !title.is_empty());
    let title = title.unwrap_or("Form");
    let shell = Page {
        title,
        signed_in: !view.preview,
        here: Here::Chats,
        width: Width::Narrow,
        ..Page::default()
    };
    let label = |name: &str| {
        let mut fields = view.screen.into_iter().flat_map(Screen::fields);
        let found = fields.find(|field| field.name == name);
        found.map_or_else(|| name.to_owned(), |field| field.label.clone())
    };
    let wrong: Vec<(String, String)> = view
        .wrong
        .iter()
        .map(|(field, why)| (field_id(field), format!("{}: {why}", label(field))))
        .collect();
    let errors: Vec<FieldError<'_>> =
        wrong.iter().map(|(field, message)| FieldError { field, message }).collect();
    shell.around(&html! {
        (error_summary(&errors))
        @if let Some(problem) = view.problem {
            div.error-summary role="alert" tabindex="-1" { h2 { "That did not work" } p { (problem) } }
        }
        h1 dir="auto" { (title) }
        p.meta {
            @if view.preview { "Preview. Nothing is sent to anybody. " }
            "What you enter here goes to " (name(&view.card.provider)) ", who runs "
            (name(&view.card.name)) "."
        }
        @if let Some(screen) = view.screen { (form(view, screen)) }
        @if let Some(values) = view.values { (over(values)) }
        p { a href=(view.leave) { @if view.preview { "Start again" } @else { "Back to the chat" } } }
    })
}

/// The id of a field's input: names of providers cannot collide with ours.
fn field_id(name: &str) -> String {
    format!("f.{name}")
}

fn form(view: &View<'_>, screen: &Screen) -> Markup {
    html! {
        form.stack method="post" action=(view.action) data-once {
            input type="hidden" name="standing" value=(view.standing);
            input type="hidden" name="client_id" value=(view.client_id);
            @for part in &screen.parts { (shown(part, view)) }
            @if view.can_go_back {
                button.link-button name="press" value="back" formnovalidate { "Back" }
            }
        }
    }
}

fn shown(part: &Part, view: &View<'_>) -> Markup {
    match part {
        Part::Text(Weight::Heading, text) => html! { h2 dir="auto" { (text) } },
        Part::Text(Weight::Subheading, text) => html! { h3 dir="auto" { (text) } },
        Part::Text(Weight::Body, text) => html! { div.text dir="auto" { (Marked::read(text)) } },
        Part::Text(Weight::Caption, text) => html! { p.meta dir="auto" { (text) } },
        Part::Image(bytes, words) => image(bytes, words),
        Part::Field(it) => {
            let wrong = view.wrong.iter().find(|(name, _)| *name == it.name);
            let told = Some(it.error.as_str()).filter(|error| !error.is_empty());
            field(it, wrong.map(|(_, why)| why.as_str()).or(told))
        }
        Part::Button { label, action, main, enabled } => html! {
            button class=(if *main { "button primary" } else { "button quiet" }) name="press"
                value=(action) disabled[!enabled] formnovalidate { bdi { (label) } }
        },
        Part::Link { label, url } => html! { p dir="auto" { (label) ": " (web_link(url)) } },
    }
}

/// Base64 of a PNG or a JPEG; anything else is only said.
fn image(bytes: &str, words: &str) -> Markup {
    let kind = match bytes {
        png if png.starts_with("iVBOR") => "png",
        jpeg if jpeg.starts_with("/9j/") => "jpeg",
        _ => return html! { p.meta { "A picture that cannot be shown. " (words) } },
    };
    html! { img.flow-image src={ "data:image/" (kind) ";base64," (bytes) } alt=(words); }
}

fn field(it: &Field, error: Option<&str>) -> Markup {
    let id = field_id(&it.name);
    let text = match &it.value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let line = |kind, max: Option<u32>| {
        let max = max.map(|most| most as usize);
        let (label, hint) = (it.label.as_str(), it.help.as_str());
        let required = it.required;
        Line { name: &id, label, hint, value: &text, error, kind, max, required, ..Line::default() }
            .render()
    };
    match &it.ask {
        Ask::Line { kind, most } => line(kind, *most),
        Ask::Lines { most } => line("textarea", *most),
        Ask::Date { .. } => line("date", None),
        Ask::One(choices) => group(it, &id, error, choices, "radio"),
        Ask::Many(choices) => group(it, &id, error, choices, "checkbox"),
        Ask::OptIn => html! {
            div.field #(id) {
                label.check {
                    input type="checkbox" name=(id) value="true" checked[it.value == true];
                    span { (it.label) @if !it.required { " (optional)" } }
                }
                @if let Some(error) = error { span.error-text { (error) } }
            }
        },
    }
}

fn group(it: &Field, id: &str, error: Option<&str>, choices: &[Choice], kind: &str) -> Markup {
    let chosen = |choice: &Choice| match &it.value {
        Value::Array(ids) => ids.iter().any(|id| *id == choice.id.as_str()),
        one => *one == choice.id.as_str(),
    };
    html! {
        fieldset id=(id) {
            legend { (it.label) @if !it.required { " (optional)" } }
            @if !it.help.is_empty() { span.hint { (it.help) } }
            @if let Some(error) = error { span.error-text { (error) } }
            @for choice in choices {
                label.check {
                    input type=(kind) name=(id) value=(choice.id) checked[chosen(choice)]
                        disabled[!choice.enabled || !it.enabled];
                    span dir="auto" {
                        (choice.title)
                        @if !choice.description.is_empty() { br; span.meta { (choice.description) } }
                    }
                }
            }
        }
    }
}

fn over(values: &Members) -> Markup {
    html! {
        section.card {
            h2 { "The form is over" }
            p { "The assistant would get these values:" }
            dl.facts {
                @for (field, value) in values {
                    dt { (field) }
                    dd { (match value { Value::String(text) => text.clone(), o => o.to_string() }) }
                }
            }
        }
    }
}
