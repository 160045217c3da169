//! What messages say: one enum, with the parts it is made of. Its limits are checked in `check`,
//! what a person may answer in `answer`.

mod address;
mod answer;
mod check;
mod order;
pub mod parts;
#[cfg(test)]
mod tests;
mod words;

use serde::{Deserialize, Serialize};

use crate::id::{ItemId, Seq};
use crate::media::{MediaKind, Source};
use parts::{
    AddressForm, Button, Card, ContactCard, FlowStart, Header, Location, OrderItem, Product,
    ProductSection, Rendered, Section,
};

pub use address::AddressField;
pub use order::order;

/// What a notice of the exchange is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// At the first turn: you talk with an AI (AI Act Art. 50(1)).
    Ai,
    /// At the first turn: you talk with an automaton without AI.
    Automated,
    /// The person stopped the assistant.
    Stopped,
}

/// Which form a person filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormKind {
    /// A flow.
    Flow,
    /// An address.
    Address,
}

/// Content of a message. Widths of texts are in `limits`, by the Cloud API (reference 3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    /// Plain text, 1-4096 characters.
    Text {
        /// The text, with WhatsApp's marks.
        body: String,
        /// Whether the assistant asked for a link preview.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        preview_url: bool,
    },
    /// A file. Both sides.
    Media {
        /// What it is sent as.
        kind: MediaKind,
        /// Where it is.
        source: Source,
        /// Words under it; images, videos and documents.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caption: Option<String>,
        /// The name of a document.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filename: Option<String>,
        /// A voice note (audio).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        voice: bool,
        /// A sticker that moves.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        animated: bool,
    },
    /// A place. Both sides.
    Location(Location),
    /// Contact cards. Both sides.
    Contacts {
        /// At least one.
        cards: Vec<ContactCard>,
        /// The person's answer to a [`Content::ContactRequest`].
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        requested: bool,
    },
    /// A question with one to three reply buttons.
    Buttons {
        /// Above the body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        header: Option<Header>,
        /// 1-1024 characters.
        body: String,
        /// ≤ 60 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        footer: Option<String>,
        /// One to three.
        buttons: Vec<Button>,
    },
    /// A question with a list of at most ten rows.
    List {
        /// Above the body; text only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        header: Option<Header>,
        /// 1-4096 characters.
        body: String,
        /// ≤ 60 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        footer: Option<String>,
        /// Label of the button that opens it, 1-20 characters.
        button: String,
        /// One to ten.
        sections: Vec<Section>,
    },
    /// A button that opens an address.
    CtaUrl {
        /// Above the body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        header: Option<Header>,
        /// 1-1024 characters.
        body: String,
        /// ≤ 60 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        footer: Option<String>,
        /// Label, 1-20 characters.
        label: String,
        /// http(s) address.
        url: String,
    },
    /// A button that opens a flow.
    Flow {
        /// Above the body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        header: Option<Header>,
        /// 1-1024 characters.
        body: String,
        /// ≤ 60 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        footer: Option<String>,
        /// Which flow, and how it begins.
        flow: FlowStart,
    },
    /// Asks for the person's place.
    LocationRequest {
        /// 1-1024 characters.
        body: String,
    },
    /// Asks for the person's contact card.
    ContactRequest {
        /// 1-1024 characters.
        body: String,
    },
    /// Asks whether the person may be called.
    CallPermissionRequest {
        /// ≤ 1024 characters; may be empty.
        body: String,
    },
    /// Asks for an address (India and Singapore).
    AddressRequest {
        /// Above the body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        header: Option<Header>,
        /// 1-1024 characters.
        body: String,
        /// ≤ 60 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        footer: Option<String>,
        /// What is asked.
        form: AddressForm,
    },
    /// One product.
    ProductItem {
        /// ≤ 1024 characters; may be empty.
        body: String,
        /// ≤ 60 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        footer: Option<String>,
        /// Which.
        product: Product,
    },
    /// Up to thirty products in sections.
    ProductList {
        /// Text only; needed.
        header: Option<Header>,
        /// 1-1024 characters.
        body: String,
        /// ≤ 60 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        footer: Option<String>,
        /// One to ten.
        sections: Vec<ProductSection>,
    },
    /// The whole catalogue.
    Catalog {
        /// 1-1024 characters.
        body: String,
        /// ≤ 60 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        footer: Option<String>,
        /// Which catalogue.
        catalog: ItemId,
        /// The product whose picture is shown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thumbnail: Option<Product>,
    },
    /// Two to ten cards, side by side.
    Carousel {
        /// 1-1024 characters.
        body: String,
        /// All of one make.
        cards: Vec<Card>,
    },
    /// A template, filled in.
    Template(Rendered),
    /// The person tapped a reply button (context: the question).
    ButtonReply {
        /// The button's id.
        id: String,
        /// The button's title.
        title: String,
    },
    /// The person chose a row (context: the question).
    ListReply {
        /// The row's id.
        id: String,
        /// The row's title.
        title: String,
        /// The row's description.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
    },
    /// The person tapped a quick reply of a template (context: the template).
    TemplateReply {
        /// What the assistant sent along.
        payload: String,
        /// The button's words.
        text: String,
    },
    /// The person filled in a form (context: the question).
    FormReply {
        /// Which form.
        form: FormKind,
        /// The values, JSON of an object.
        response_json: String,
    },
    /// The person answered whether they may be called.
    CallPermissionReply {
        /// Whether they may.
        accepted: bool,
        /// Until when, milliseconds since 1970; `None`: for good, or not at all.
        until_ms: Option<i64>,
    },
    /// The person orders products.
    Order {
        /// From which catalogue.
        catalog: ItemId,
        /// Words along with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// At least one.
        items: Vec<OrderItem>,
    },
    /// The person opened the chat for the first time and the assistant asked to be told.
    Welcome,
    /// The person sent something that the platform does not carry.
    Unsupported {
        /// What: `poll`, ….
        what: String,
    },
    /// One emoji on another message; empty takes it back.
    Reaction {
        /// The message reacted to.
        target: Seq,
        /// The emoji, or nothing.
        emoji: String,
    },
    /// A notice of the exchange.
    Notice {
        /// What it is about.
        kind: NoticeKind,
        /// Its words, as shown.
        text: String,
    },
    /// Nothing is kept: the message was accepted and then failed (window closed).
    Withheld,
}

impl Content {
    /// Every place where this names a file.
    pub fn sources_mut(&mut self) -> Vec<(MediaKind, &mut Source)> {
        fn of_header(header: &mut Option<Header>) -> Option<(MediaKind, &mut Source)> {
            match header {
                Some(Header::Media { kind, source, .. }) => Some((*kind, source)),
                _ => None,
            }
        }
        match self {
            Self::Media { kind, source, .. } => vec![(*kind, source)],
            Self::Buttons { header, .. }
            | Self::List { header, .. }
            | Self::CtaUrl { header, .. }
            | Self::Flow { header, .. }
            | Self::AddressRequest { header, .. } => of_header(header).into_iter().collect(),
            Self::Carousel { cards, .. } => {
                cards.iter_mut().filter_map(|card| of_header(&mut card.header)).collect()
            }
            Self::Template(it) => of_header(&mut it.header)
                .into_iter()
                .chain(it.cards.iter_mut().filter_map(|card| of_header(&mut card.header)))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The kept files this shows, and the addresses of those still to be fetched.
    pub fn sources(&self) -> Vec<(MediaKind, Source)> {
        let mut copy = match self {
            Self::Text { .. } | Self::Reaction { .. } => return Vec::new(),
            other => other.clone(),
        };
        copy.sources_mut().into_iter().map(|(kind, source)| (kind, source.clone())).collect()
    }

    /// Whether a file of it is still to be fetched: it is not shown, and has no receipt, until
    /// then.
    pub fn is_pending(&self) -> bool {
        self.sources().iter().any(|(_, source)| matches!(source, Source::Link(_)))
    }

    /// The category that the platform's price list has for it (reference 12, `pricing`).
    pub fn category(&self) -> Category {
        if let Self::Template(it) = self { it.category } else { Category::Service }
    }
}

/// What a message is for, by the platform's price list; here everything is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Not a template.
    Service,
    /// A template about something the person asked for.
    Utility,
    /// A template that advertises.
    Marketing,
    /// A template with a one-time code.
    Authentication,
}

impl Category {
    /// The platform's word, lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Utility => "utility",
            Self::Marketing => "marketing",
            Self::Authentication => "authentication",
        }
    }
}

/// Why content is refused: the field and the rule, in words for the sender.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {rule}")]
pub struct Invalid {
    /// Which field.
    pub field: &'static str,
    /// What it must be.
    pub rule: String,
}

impl Invalid {
    /// A field and its rule.
    pub fn new(field: &'static str, rule: impl Into<String>) -> Self {
        Self { field, rule: rule.into() }
    }
}
