//! What a person can do about a message, on pages without scripts: buttons and forms that post to
//! `/chats/{chat}/say`, links that say where they lead. Fields are read by
//! `http::messenger::by_form`.

use exchange::content::AddressField;
use exchange::content::parts::{CardButton, Product, TemplateButton};
use exchange::id::{ConversationId, Seq};
use exchange::message::{Button, Content, Message, Section};
use maud::{Markup, Render, html};

use super::says::Says;

/// The answers to one message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answers<'a> {
    pub(super) chat: ConversationId,
    pub(super) seq: Seq,
    /// Makes the same answer sent twice one answer.
    pub(super) client_id: &'a str,
    /// What was chosen before.
    pub(super) chosen: Option<&'a str>,
    /// Whether the person can answer from here.
    pub(super) can_answer: bool,
}

impl Answers<'_> {
    fn closed(self) -> bool {
        self.chosen.is_some() || !self.can_answer
    }

    /// What stands below the bubble.
    pub(super) fn below(self, message: &Message) -> Markup {
        match &message.content {
            Content::Buttons { buttons, .. } => {
                let options: Vec<_> = buttons.iter().map(Choice::from).collect();
                self.options(&options)
            }
            Content::List { button, sections, .. } => html! {
                details {
                    summary.option dir="auto" { (button) }
                    (self.options(&rows_of(sections)))
                }
            },
            Content::CtaUrl { label, url, .. } => html! { div.options { (out(label, url)) } },
            Content::Flow { flow, .. } => html! { div.options { (self.flow(&flow.label)) } },
            Content::LocationRequest { .. } => self.form("Send a location", "location", &place()),
            Content::ContactRequest { .. } => {
                self.form("Share a contact card", "contact", &contact())
            }
            Content::AddressRequest { form, .. } => {
                let saved = form.saved.iter().map(|it| {
                    let words: Vec<&str> = it.value.values().map(String::as_str).collect();
                    (it.id.as_str(), words.join(", "))
                });
                let value = |name: &str| form.values.get(name).cloned().unwrap_or_default();
                let fields = address(form.fields(), &value, &saved.collect::<Vec<_>>());
                self.form("Fill in the address", "address", &fields)
            }
            Content::CallPermissionRequest { .. } => self.calls(),
            Content::ProductItem { .. } | Content::ProductList { .. } | Content::Catalog { .. } => {
                self.shop(&message.content.products())
            }
            Content::Carousel { cards, .. } => html! {
                div.carousel role="group" aria-label="Cards, side by side" tabindex="0" {
                    ul role="list" {
                        @for card in cards {
                            li.slide {
                                (Says { chat: self.chat }.card(card))
                                (self.card_buttons(&card.buttons))
                            }
                        }
                    }
                }
                (self.shop(&message.content.products()))
            },
            Content::Template(it) => html! {
                (self.template_buttons(&it.buttons, ""))
                @if it.call_permission { (self.calls()) }
                @if !it.cards.is_empty() {
                    div.carousel role="group" aria-label="Cards, side by side" tabindex="0" {
                        ul role="list" {
                            @for (place, card) in it.cards.iter().enumerate() {
                                li.slide {
                                    (Says { chat: self.chat }.template_card(card))
                                    (self.template_buttons(&card.buttons, &format!("{place}.")))
                                }
                            }
                        }
                    }
                }
                (self.shop(&message.content.products()))
            },
            _ => html! {},
        }
    }

    fn card_buttons(self, buttons: &[CardButton]) -> Markup {
        html! {
            @for button in buttons {
                @match button {
                    CardButton::Url { label, url } => (out(label, url)),
                    CardButton::Reply(button) => (self.options(&[Choice::from(button)])),
                }
            }
        }
    }

    fn template_buttons(self, buttons: &[TemplateButton], before: &str) -> Markup {
        html! {
            @for (place, button) in buttons.iter().enumerate() {
                @match button {
                    TemplateButton::Reply { text, .. } => {
                        @let id = format!("{before}{place}");
                        (self.options(&[Choice { id: &id, title: text, description: None, section: None }]))
                    }
                    TemplateButton::Url { text, url } => (out(text, url)),
                    TemplateButton::Phone { text, phone } => {
                        @let dialled: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
                        a.option href={ "tel:" (dialled) } {
                            span { bdi { (text) } span.meta.option-host { (phone) } }
                        }
                    }
                    TemplateButton::Copy { text, code } => {
                        p.option { span { bdi { (text) } code.option-host { (code) } } }
                    }
                    TemplateButton::Flow { flow } => (self.flow(&flow.label)),
                    TemplateButton::Contact { text } => (self.form(text, "contact", &contact())),
                    TemplateButton::Products { .. } => {}
                }
            }
        }
    }

    fn flow(self, label: &str) -> Markup {
        html! {
            @if self.closed() {
                button.option type="button" disabled aria-disabled="true" { bdi { (label) } }
            } @else {
                a.option href={ "/chats/" (self.chat) "/flow/" (self.seq) } { bdi { (label) } }
            }
        }
    }

    fn calls(self) -> Markup {
        let options =
            [("once", "Allow for 7 days"), ("always", "Always allow"), ("no", "Do not allow")];
        html! {
            form.options method="post" action={ "/chats/" (self.chat) "/say" } data-once {
                (self.hidden("calls"))
                @for (id, label) in options {
                    @if self.closed() {
                        button.option type="button" disabled aria-disabled="true"
                            data-chosen=(self.chosen == Some(id)) { (label) }
                    } @else {
                        button.option name="calls" value=(id) { (label) }
                    }
                }
            }
            p.meta.choices-note { "Calls are not carried here. The assistant is told your answer." }
        }
    }

    fn shop(self, products: &[&Product]) -> Markup {
        let priced: Vec<&&Product> =
            products.iter().filter(|it| it.price_cents.is_some()).collect();
        if priced.is_empty() || !self.can_answer {
            return html! {};
        }
        let fields = html! {
            @for product in priced {
                label.field {
                    "How many of " bdi { (product.name.as_ref().unwrap_or(&product.retailer_id)) }
                    input name={ "quantity." (product.retailer_id) } inputmode="numeric" value="0";
                }
            }
            label.field { "A note (optional)" input name="note" maxlength="1000" dir="auto"; }
            p.meta { "An order is a message. Nothing is paid here." }
        };
        Answers { chosen: None, ..self }.form("Order", "order", &fields)
    }

    fn hidden(self, what: &str) -> Markup {
        html! {
            input type="hidden" name="what" value=(what);
            input type="hidden" name="context_seq" value=(self.seq);
            input type="hidden" name="client_id" value={ (self.client_id) "-" (self.seq) };
        }
    }

    /// A form that opens below the message.
    fn form(self, label: &str, what: &str, fields: &Markup) -> Markup {
        html! {
            @if self.closed() {
                div.options {
                    button.option type="button" disabled aria-disabled="true"
                        data-chosen=(self.chosen.is_some()) {
                        @if self.chosen.is_some() { "Sent" } @else { (label) }
                    }
                }
            } @else {
                details.answer {
                    summary.option { bdi { (label) } }
                    form method="post" action={ "/chats/" (self.chat) "/say" } data-once {
                        (self.hidden(what))
                        (fields)
                        button.button { "Send" }
                    }
                }
            }
        }
    }

    fn options(self, options: &[Choice<'_>]) -> Markup {
        html! {
            form.options method="post" action={ "/chats/" (self.chat) "/say" } data-once {
                input type="hidden" name="context_seq" value=(self.seq);
                input type="hidden" name="client_id" value={ (self.client_id) "-" (self.seq) };
                @for option in options {
                    @let is_chosen = self.chosen == Some(option.id);
                    @if let Some(section) = option.section { p.meta dir="auto" { (section) } }
                    @if self.closed() {
                        button.option type="button" dir="auto" disabled aria-disabled="true"
                            data-chosen=(is_chosen) {
                            (option) @if is_chosen { span.visually-hidden { ", chosen" } }
                        }
                    } @else {
                        button.option dir="auto" name="reply" value=(option.id) { (option) }
                    }
                }
            }
        }
    }
}

/// One thing that can be chosen.
#[derive(Debug, Clone, Copy)]
struct Choice<'a> {
    id: &'a str,
    title: &'a str,
    description: Option<&'a str>,
    /// The section it opens.
    section: Option<&'a str>,
}

impl<'a> From<&'a Button> for Choice<'a> {
    fn from(button: &'a Button) -> Self {
        Self { id: &button.id, title: &button.title, description: None, section: None }
    }
}

impl Render for Choice<'_> {
    fn render(&self) -> Markup {
        html! {
            span {
                (self.title)
                @if let Some(description) = self.description { br; span.meta { (description) } }
            }
        }
    }
}

fn rows_of(sections: &[Section]) -> Vec<Choice<'_>> {
    let rows = sections.iter().flat_map(|section| {
        section.rows.iter().enumerate().map(|(place, row)| Choice {
            id: &row.id,
            title: &row.title,
            description: row.description.as_deref(),
            section: section.title.as_deref().filter(|_| place == 0),
        })
    });
    rows.collect()
}

/// A link out, with where it leads.
fn out(label: &str, url: &str) -> Markup {
    let host = ["https://", "http://"].iter().find_map(|scheme| {
        let start = url.get(..scheme.len())?;
        let rest = start.eq_ignore_ascii_case(scheme).then(|| &url[scheme.len()..])?;
        let host = rest.split(['/', '?', '#', '\\']).next()?;
        host.rsplit('@').next()
    });
    html! {
        @if let Some(host) = host {
            a.option href=(url) rel="noopener noreferrer" {
                span { bdi { (label) } span.meta.option-host { (host) } }
            }
        } @else {
            p.meta.choices-note dir="auto" { (label) ": " (url) }
        }
    }
}

fn place() -> Markup {
    html! {
        label.field { "Latitude" input name="latitude" inputmode="decimal" required; }
        label.field { "Longitude" input name="longitude" inputmode="decimal" required; }
        label.field { "Name of the place (optional)" input name="name" maxlength="200" dir="auto"; }
        label.field { "Address (optional)" input name="address" maxlength="400" dir="auto"; }
    }
}

fn contact() -> Markup {
    html! {
        label.field { "Name" input name="name" maxlength="200" required autocomplete="name" dir="auto"; }
        label.field { "Phone number (optional)" input name="phone" type="tel" autocomplete="tel"; }
        label.field { "E-mail (optional)" input name="email" type="email" autocomplete="email"; }
    }
}

/// With an address to choose, no field is needed: the server says what is missing.
fn address(
    fields: &[AddressField],
    value: &dyn Fn(&str) -> String,
    saved: &[(&str, String)],
) -> Markup {
    html! {
        @if !saved.is_empty() {
            fieldset {
                legend { "Which address?" }
                @for (id, words) in saved {
                    label.check { input type="radio" name="saved" value=(id); (words) }
                }
                label.check { input type="radio" name="saved" value="" checked; "Another one" }
            }
        }
        @for field in fields {
            label.field {
                (field.label) @if !field.required { " (optional)" }
                input name={ "address." (field.name) } maxlength="500" dir="auto"
                    value=(value(field.name)) required[field.required && saved.is_empty()];
            }
        }
    }
}

#[cfg(test)]
mod tests;
