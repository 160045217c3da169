//! What a message says, by its type, for pages without scripts: the same classes as
//! `web/lib/view-content.js` draws. Nothing is loaded from elsewhere.

use std::collections::BTreeMap;

use exchange::content::parts::{
    Card, ContactCard, Header, Location, Product, Rendered, TemplateCard,
};
use exchange::id::ConversationId;
use exchange::media::{Media, MediaKind, Source};
use exchange::message::Content;
use exchange::time::Millis;
use maud::{Markup, html};

use super::marks::Marked;
use super::time;

/// Messages of one chat, whose files have addresses below it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Says {
    pub(super) chat: ConversationId,
}

fn text(body: &str) -> Markup {
    html! { @if !body.is_empty() { div.text dir="auto" { (Marked::read(body)) } } }
}

fn small(footer: Option<&String>) -> Markup {
    html! { @if let Some(footer) = footer { p.bubble-footer.meta dir="auto" { (footer) } } }
}

impl Says {
    /// What is in the bubble.
    pub(super) fn body(self, content: &Content) -> Markup {
        match content {
            Content::Text { body, .. } => text(body),
            Content::Media { kind, source, caption, filename, voice, .. } => html! {
                (self.file(*kind, source, caption.as_deref(), filename.as_deref(), *voice))
                (text(caption.as_deref().unwrap_or_default()))
            },
            Content::Location(it) => place(it),
            Content::Contacts { cards, .. } => {
                html! { div.people { @for card in cards { (person(card)) } } }
            }
            Content::ButtonReply { title, .. } | Content::TemplateReply { text: title, .. } => {
                html! { div.text dir="auto" { p { (title) } } }
            }
            Content::ListReply { title, description, .. } => html! {
                div.text dir="auto" {
                    p { (title) }
                    @if let Some(description) = description { p.meta { (description) } }
                }
            },
            Content::Order { text: note, items, .. } => html! {
                div.order {
                    p.bubble-header { "Order" }
                    ul role="list" {
                        @for item in items {
                            li {
                                span { (item.quantity) " × " (item.retailer_id) }
                                span { (money(item.price_cents * i64::from(item.quantity), &item.currency)) }
                            }
                        }
                    }
                    (text(note.as_deref().unwrap_or_default()))
                }
            },
            Content::Reaction { .. } | Content::Notice { .. } | Content::Withheld => html! {},
            other => self.framed(other),
        }
    }

    fn framed(self, content: &Content) -> Markup {
        match content {
            Content::Buttons { header, body, footer, .. }
            | Content::List { header, body, footer, .. }
            | Content::CtaUrl { header, body, footer, .. }
            | Content::Flow { header, body, footer, .. }
            | Content::AddressRequest { header, body, footer, .. } => html! {
                (self.header(header.as_ref())) (text(body)) (small(footer.as_ref()))
            },
            Content::CallPermissionRequest { body } if body.is_empty() => text(&content.words()),
            Content::LocationRequest { body }
            | Content::ContactRequest { body }
            | Content::CallPermissionRequest { body } => text(body),
            Content::ProductItem { body, footer, product } => html! {
                (goods(product)) (text(body)) (small(footer.as_ref()))
            },
            Content::ProductList { header, body, footer, sections } => html! {
                (self.header(header.as_ref())) (text(body))
                @for section in sections {
                    div.products {
                        @if let Some(title) = &section.title { p.products-title dir="auto" { (title) } }
                        @for product in &section.products { (goods(product)) }
                    }
                }
                (small(footer.as_ref()))
            },
            Content::Catalog { body, footer, thumbnail, .. } => html! {
                (text(body))
                @if let Some(product) = thumbnail { (goods(product)) }
                (small(footer.as_ref()))
            },
            Content::Carousel { body, .. } => text(body),
            Content::Template(it) => self.template(it),
            other => text(&other.words()),
        }
    }

    fn template(self, it: &Rendered) -> Markup {
        html! {
            (self.header(it.header.as_ref()))
            @if let Some(offer) = &it.offer {
                p.offer {
                    strong dir="auto" { (offer) }
                    @if let Some(ends) = it.offer_ends_ms {
                        span.meta { "Until " (time::moment(Millis(ends))) }
                    }
                }
            }
            (text(&it.body)) (small(it.footer.as_ref()))
        }
    }

    /// The head of a message or of a card.
    pub(super) fn header(self, header: Option<&Header>) -> Markup {
        match header {
            None => html! {},
            Some(Header::Text(text)) => html! { p.bubble-header dir="auto" { (text) } },
            Some(Header::Location(it)) => place(it),
            Some(Header::Media { kind, source, filename }) => {
                self.file(*kind, source, None, filename.as_deref(), false)
            }
        }
    }

    fn file(
        self,
        kind: MediaKind,
        source: &Source,
        caption: Option<&str>,
        filename: Option<&str>,
        voice: bool,
    ) -> Markup {
        let word = word(kind, voice);
        let Some(media) = source.kept() else {
            return html! { p.file-gone.meta { (word) ": not here." } };
        };
        let url = format!("/app/chats/{}/media/{}", self.chat, media.id);
        let alt = caption.map_or_else(|| word.to_owned(), |text| Marked::read(text).plain());
        match kind {
            MediaKind::Image => html! {
                a.picture href=(url) {
                    img src=(url) alt=(alt) width=[media.width] height=[media.height];
                }
            },
            MediaKind::Sticker => {
                html! { img.sticker src=(url) alt=(alt) width="160" height="160"; }
            }
            MediaKind::Video => {
                html! { video.film controls preload="metadata" src=(url) aria-label=(alt) {} }
            }
            MediaKind::Audio => html! {
                div.sound data-voice=(voice) {
                    audio controls preload="metadata" src=(url) aria-label=(word) {}
                }
            },
            MediaKind::Document => document(&url, filename.unwrap_or("Document"), media),
        }
    }

    /// What stands on a card of a carousel, without its buttons.
    pub(super) fn card(self, card: &Card) -> Markup {
        self.slide(card.header.as_ref(), card.product.as_ref(), card.body.as_ref())
    }

    /// The same of a template's card.
    pub(super) fn template_card(self, card: &TemplateCard) -> Markup {
        self.slide(card.header.as_ref(), card.product.as_ref(), card.body.as_ref())
    }

    fn slide(
        self,
        header: Option<&Header>,
        product: Option<&Product>,
        body: Option<&String>,
    ) -> Markup {
        html! {
            (self.header(header))
            @if let Some(product) = product { (goods(product)) }
            @if let Some(body) = body { (text(body)) }
        }
    }
}

fn word(kind: MediaKind, voice: bool) -> &'static str {
    match kind {
        MediaKind::Image => "Photo",
        MediaKind::Video => "Video",
        MediaKind::Audio if voice => "Voice message",
        MediaKind::Audio => "Audio",
        MediaKind::Document => "Document",
        MediaKind::Sticker => "Sticker",
    }
}

fn document(url: &str, name: &str, media: &Media) -> Markup {
    let size = match media.size_bytes {
        bytes @ ..1_000 => format!("{bytes} bytes"),
        bytes @ ..1_000_000 => format!("{} kB", bytes / 1_000),
        bytes => format!("{} MB", bytes / 1_000_000),
    };
    let kind = media.mime.split(';').next().unwrap_or_default();
    html! {
        a.document href=(url) download=(name) {
            span.document-name { bdi { (name) } span.meta { (kind) ", " (size) } }
            span.visually-hidden { " Download" }
        }
    }
}

fn place(it: &Location) -> Markup {
    let (latitude, longitude) = (it.latitude.get(), it.longitude.get());
    let map = format!(
        "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
    );
    html! {
        div.place {
            div {
                p.place-name dir="auto" { (it.name.as_deref().unwrap_or("A place")) }
                @if let Some(address) = &it.address { p dir="auto" { (address) } }
                p.meta { (format!("{latitude:.5}, {longitude:.5}")) }
                p.place-links {
                    a href={ "geo:" (latitude) "," (longitude) } { "Map on this device" }
                    " "
                    a href=(map) rel="noopener noreferrer" { "openstreetmap.org" }
                }
            }
        }
    }
}

fn person(card: &ContactCard) -> Markup {
    let part =
        |map: &BTreeMap<String, String>, key: &str| map.get(key).cloned().unwrap_or_default();
    let joined = |map: &BTreeMap<String, String>, keys: &[&str]| {
        let all: Vec<String> =
            keys.iter().map(|key| part(map, key)).filter(|text| !text.is_empty()).collect();
        all.join(", ")
    };
    let work = joined(&card.org, &["title", "department", "company"]);
    html! {
        div.person {
            p.person-name { bdi { (part(&card.name, "formatted_name")) } }
            @if !work.is_empty() { p.meta dir="auto" { (work) } }
            @for phone in &card.phones {
                @let number = part(phone, "phone");
                @let dialled: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
                p { a href={ "tel:" (dialled) } { (number) } }
            }
            @for email in &card.emails { p { (part(email, "email")) } }
            @for address in &card.addresses {
                p dir="auto" { (joined(address, &["street", "zip", "city", "state", "country"])) }
            }
            @for url in &card.urls { p { (super::parts::web_link(&part(url, "url"))) } }
            @if let Some(birthday) = &card.birthday { p.meta { "Born " (birthday) } }
        }
    }
}

/// A product as it is shown.
pub(super) fn goods(product: &Product) -> Markup {
    html! {
        div.product {
            span.product-name dir="auto" { (product.name.as_ref().unwrap_or(&product.retailer_id)) }
            @if let (Some(cents), Some(currency)) = (product.price_cents, &product.currency) {
                span.product-price { (money(cents, currency)) }
            }
            @if let Some(words) = &product.description { span.product-words.meta dir="auto" { (words) } }
        }
    }
}

fn money(cents: i64, currency: &str) -> String {
    format!("{}.{:02} {currency}", cents / 100, cents.unsigned_abs() % 100)
}
