//! A message in a few plain words: for previews, quotes, and readers of the screen.

use super::{Content, FormKind};
use crate::media::MediaKind;

impl Content {
    /// What it is, and what it says in short; marks of the text stand as they are.
    pub fn words(&self) -> String {
        match self {
            Self::Text { body, .. }
            | Self::Buttons { body, .. }
            | Self::List { body, .. }
            | Self::CtaUrl { body, .. }
            | Self::Flow { body, .. }
            | Self::LocationRequest { body }
            | Self::ContactRequest { body }
            | Self::AddressRequest { body, .. }
            | Self::ProductList { body, .. }
            | Self::Catalog { body, .. }
            | Self::Carousel { body, .. }
            | Self::Notice { text: body, .. } => body.clone(),
            Self::Template(it) => it.body.clone(),
            Self::Media { kind, caption, filename, voice, .. } => {
                let what = match kind {
                    MediaKind::Image => "Photo",
                    MediaKind::Video => "Video",
                    MediaKind::Audio if *voice => "Voice message",
                    MediaKind::Audio => "Audio",
                    MediaKind::Document => "Document",
                    MediaKind::Sticker => "Sticker",
                };
                joined(what, caption.as_ref().or(filename.as_ref()))
            }
            Self::Location(place) => {
                joined("Location", place.name.as_ref().or(place.address.as_ref()))
            }
            Self::Contacts { cards, .. } => {
                let name = cards.first().and_then(|card| card.name.get("formatted_name"));
                match cards.len() {
                    0 | 1 => joined("Contact", name),
                    more => format!("{more} contacts"),
                }
            }
            Self::CallPermissionRequest { body } if body.is_empty() => {
                "Asks whether you may be called".to_owned()
            }
            Self::CallPermissionRequest { body } => body.clone(),
            Self::ProductItem { product, .. } => {
                joined("Product", product.name.as_ref().or(Some(&product.retailer_id)))
            }
            Self::ButtonReply { title, .. }
            | Self::ListReply { title, .. }
            | Self::TemplateReply { text: title, .. } => title.clone(),
            Self::FormReply { form: FormKind::Flow, .. } => "Form sent".to_owned(),
            Self::FormReply { form: FormKind::Address, .. } => "Address sent".to_owned(),
            Self::CallPermissionReply { accepted: true, .. } => "Calls allowed".to_owned(),
            Self::CallPermissionReply { accepted: false, .. } => "Calls not allowed".to_owned(),
            Self::Order { items, .. } => match items.len() {
                1 => "Order of one product".to_owned(),
                more => format!("Order of {more} products"),
            },
            Self::Unsupported { what } => format!("Not carried here: {what}"),
            Self::Reaction { emoji, .. } if emoji.is_empty() => "Took a reaction back".to_owned(),
            Self::Reaction { emoji, .. } => format!("Reacted {emoji}"),
            Self::Welcome | Self::Withheld => String::new(),
        }
    }
}

fn joined(what: &str, more: Option<&String>) -> String {
    more.map_or_else(|| what.to_owned(), |more| format!("{what}: {more}"))
}
