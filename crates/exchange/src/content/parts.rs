//! The parts that messages are made of (reference 3.1, 3.3, 3.4).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Category;
use crate::id::ItemId;
use crate::media::{MediaKind, Source};

/// A reply button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What the assistant gets back, 1-256 characters.
    pub id: String,
    /// What the person reads, 1-20 characters.
    pub title: String,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What the assistant gets back, 1-200 characters.
    pub id: String,
    /// 1-24 characters.
    pub title: String,
    /// 0-72 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A section of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// 1-24 characters; may be absent only if it is the only section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// At least one.
    pub rows: Vec<Row>,
}

/// What stands above a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Header {
    /// ≤ 60 characters.
    Text(String),
    /// A file: image, video or document.
    Media {
        /// What it is.
        kind: MediaKind,
        /// Where it is.
        source: Source,
        /// The name of a document.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filename: Option<String>,
    },
    /// A place (templates only).
    Location(Location),
}

/// An angle, in ten millionths of a degree, so that places can be compared. JSON: a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Degrees(pub i32);

impl Degrees {
    /// From degrees; `None` if it is not a number between -180 and 180.
    pub fn new(degrees: f64) -> Option<Self> {
        let units = (degrees * 1e7).round();
        (degrees.is_finite() && units.abs() <= 1.8e9).then_some(Self(units as i32))
    }

    /// In degrees.
    pub fn get(self) -> f64 {
        f64::from(self.0) / 1e7
    }
}

impl Serialize for Degrees {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.get())
    }
}

impl<'de> Deserialize<'de> for Degrees {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let degrees = f64::deserialize(from)?;
        Self::new(degrees).ok_or_else(|| serde::de::Error::custom("not an angle"))
    }
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// -90 to 90.
    pub latitude: Degrees,
    /// -180 to 180.
    pub longitude: Degrees,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// A page about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A contact card (reference 3.1, `contacts`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactCard {
    /// Names by part: `formatted_name`, `first_name`, `last_name`, `middle_name`, `suffix`,
    /// `prefix`.
    pub name: BTreeMap<String, String>,
    /// `phone`, `type`, `wa_id`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<BTreeMap<String, String>>,
    /// `email`, `type`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<BTreeMap<String, String>>,
    /// `street`, `city`, `state`, `zip`, `country`, `country_code`, `type`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<BTreeMap<String, String>>,
    /// `company`, `department`, `title`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub org: BTreeMap<String, String>,
    /// `url`, `type`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<BTreeMap<String, String>>,
    /// `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birthday: Option<String>,
}

/// Which flow a button opens, and how it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowStart {
    /// Which flow: by id, or by name until it has been looked up.
    pub flow: FlowName,
    /// The button's label, 1-30 characters.
    pub label: String,
    /// `flow_token`, given back with the answer.
    pub token: Option<String>,
    /// A draft is tried.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draft: bool,
    /// The assistant's endpoint is asked for the first screen (`data_exchange`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exchange: bool,
    /// The first screen (`navigate`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen: Option<String>,
    /// Its data, JSON of an object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
}

/// A flow as it is referred to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowName {
    /// By id.
    Id(ItemId),
    /// By name; never kept in a message.
    Name(String),
}

/// What an address form asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressForm {
    /// `IN` or `SG`.
    pub country: String,
    /// Values to begin with, by field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
    /// Addresses to choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub saved: Vec<SavedAddress>,
    /// What was wrong with the values, by field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub errors: BTreeMap<String, String>,
}

/// An address to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedAddress {
    /// What the assistant gets back.
    pub id: String,
    /// Values by field.
    pub value: BTreeMap<String, String>,
}

/// A product, as it was when the message was sent. Until it has been looked up only the first
/// two members are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its catalogue.
    pub catalog: ItemId,
    /// The seller's id of it.
    pub retailer_id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its price, in hundredths of the currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_cents: Option<i64>,
    /// ISO 4217.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Products under a title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductSection {
    /// 1-24 characters; may be absent only if it is the only section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// At least one.
    pub products: Vec<Product>,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderItem {
    /// The seller's id.
    pub retailer_id: String,
    /// How many.
    pub quantity: u32,
    /// What one costs, in hundredths of the currency.
    pub price_cents: i64,
    /// ISO 4217.
    pub currency: String,
}

/// A card of a carousel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// A picture or a film.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Header>,
    /// A product instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Product>,
    /// ≤ 160 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// At most one that opens an address, or up to three quick replies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<CardButton>,
}

/// A button of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CardButton {
    /// Answers.
    Reply(Button),
    /// Opens an address.
    Url {
        /// Label, 1-20 characters.
        label: String,
        /// http(s) address.
        url: String,
    },
}

/// A template, filled in: what the person sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    /// The template's id.
    pub template: ItemId,
    /// Its name.
    pub name: String,
    /// Its language, such as `en_US`.
    pub language: String,
    /// What it is for.
    pub category: Category,
    /// Above the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Header>,
    /// The body, filled in.
    pub body: String,
    /// ≤ 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// At most ten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<TemplateButton>,
    /// Cards of a carousel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<TemplateCard>,
    /// A limited-time offer: its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<String>,
    /// When the offer ends, milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_ends_ms: Option<i64>,
    /// It asks whether the person may be called.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub call_permission: bool,
}

/// A card of a template's carousel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateCard {
    /// A picture or a film.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Header>,
    /// A product instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Product>,
    /// ≤ 160 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// One or two.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<TemplateButton>,
}

/// A button of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TemplateButton {
    /// Answers with its payload.
    Reply {
        /// Its words.
        text: String,
        /// What the assistant gets back.
        payload: String,
    },
    /// Opens an address.
    Url {
        /// Its words.
        text: String,
        /// http(s) address.
        url: String,
    },
    /// Calls a number.
    Phone {
        /// Its words.
        text: String,
        /// The number.
        phone: String,
    },
    /// Copies a code (coupons, one-time codes).
    Copy {
        /// Its words.
        text: String,
        /// The code.
        code: String,
    },
    /// Opens a flow.
    Flow {
        /// Which, and how it begins; its label is the button's words.
        flow: FlowStart,
    },
    /// Opens products of a catalogue.
    Products {
        /// Its words.
        text: String,
        /// The catalogue, or chosen products.
        catalog: Option<ItemId>,
        /// Chosen products; empty: the whole catalogue.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        sections: Vec<ProductSection>,
    },
    /// Asks for the person's contact card.
    Contact {
        /// Its words.
        text: String,
    },
}
