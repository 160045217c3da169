//! Message templates (reference 3.4, 6): what they are. Whether one is sound says `check`, how it
//! is filled in says `render`.
//!
//! Nobody reads templates here: one that keeps the published mechanical rules is approved at
//! once, one that breaks a rule is refused at once, for everybody alike. Nobody rates them
//! either, so none is ever paused.

mod buttons;
pub mod check;
pub mod pattern;
pub mod render;
#[cfg(test)]
mod tests;
pub mod words;

use serde::{Deserialize, Serialize};

use crate::content::Category;
use crate::content::parts::FlowName;
use crate::media::MediaKind;
use crate::time::Millis;
use pattern::Pattern;

/// Where a template stands. Only some of the platform's words: nothing waits for a reviewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It may be sent.
    Approved,
    /// Its provider put it away: it may not be sent until it is taken back.
    Archived,
}

impl Status {
    /// The platform's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::Archived => "ARCHIVED",
        }
    }
}

/// A template in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// `[a-z0-9_]`, 1-512 characters.
    pub name: String,
    /// One of [`words::LANGUAGES`].
    pub language: String,
    /// What it is for; never `Service`.
    pub category: Category,
    /// What it was for before its category was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_category: Option<Category>,
    /// Where it stands.
    pub status: Status,
    /// Its variables have names (`parameter_format` NAMED), not numbers.
    #[serde(default)]
    pub named: bool,
    /// What it is made of.
    pub parts: Parts,
    /// `message_send_ttl_seconds`; -1: thirty days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl_s: Option<i64>,
    /// `sub_category`, as it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_category: Option<String>,
    /// The template of the library that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
    /// `cta_url_link_tracking_opted_out`; nothing is tracked here anyway.
    #[serde(default)]
    pub untracked: bool,
    /// When it was made.
    pub created: Millis,
    /// When it was edited; the last thirty days.
    #[serde(default)]
    pub edits: Vec<Millis>,
}

impl Template {
    /// What it is found by: one for each name and language.
    pub fn key(name: &str, language: &str) -> String {
        format!("{name}/{language}")
    }
}

/// What a template is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Parts {
    /// Above the body.
    pub header: Option<Head>,
    /// The body; `None` only while it is being read.
    pub body: Option<Pattern>,
    /// For authentication, whose words are the platform's: the advice is added.
    pub advice: bool,
    /// Under the body.
    pub footer: Option<String>,
    /// For authentication: after how many minutes the code is no longer good.
    pub expires_minutes: Option<u32>,
    /// At most ten.
    pub buttons: Vec<Knob>,
    /// A limited-time offer.
    pub offer: Option<Offer>,
    /// Cards of a carousel.
    pub cards: Vec<Parts>,
    /// It asks whether the person may be called.
    pub asks_calls: bool,
}

/// What stands above a template's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Head {
    /// Words, with at most one variable.
    Text(Pattern),
    /// A file, given with each message.
    Media {
        /// Image, video or document.
        kind: MediaKind,
        /// A film that plays over and over (`GIF`).
        gif: bool,
        /// The sample's handle, of a resumable upload.
        sample: String,
    },
    /// A place, given with each message.
    Location,
    /// A product, given with each message.
    Product,
}

impl Head {
    /// The platform's `format`.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Text(_) => "TEXT",
            Self::Media { gif: true, .. } => "GIF",
            Self::Media { kind: MediaKind::Video, .. } => "VIDEO",
            Self::Media { kind: MediaKind::Document, .. } => "DOCUMENT",
            Self::Media { .. } => "IMAGE",
            Self::Location => "LOCATION",
            Self::Product => "PRODUCT",
        }
    }
}

/// A limited-time offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// 1-16 characters.
    pub text: String,
    /// Its end is given with each message.
    pub expires: bool,
}

/// How a one-time code gets to where it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OtpKind {
    /// The person copies it.
    CopyCode,
    /// A tap hands it to an app.
    OneTap,
    /// An app gets it untapped.
    ZeroTap,
}

impl OtpKind {
    /// The platform's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::CopyCode => "COPY_CODE",
            Self::OneTap => "ONE_TAP",
            Self::ZeroTap => "ZERO_TAP",
        }
    }
}

/// An app that takes one-time codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakingApp {
    /// Such as `com.example.app`.
    pub package: String,
    /// Eleven characters.
    pub signature: String,
}

/// A button of a template, before it is filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Knob {
    /// Answers.
    QuickReply {
        /// Its words.
        text: String,
    },
    /// Opens an address, which may end in one variable.
    Url {
        /// Its words.
        text: String,
        /// The address.
        url: String,
        /// An example of the whole address; needed with a variable.
        example: Option<String>,
    },
    /// Calls a number.
    Phone {
        /// Its words.
        text: String,
        /// The number.
        phone: String,
    },
    /// Copies a coupon's code, given with each message.
    CopyCode {
        /// Its words: the platform's.
        text: String,
        /// An example of the code.
        example: String,
    },
    /// Hands over a one-time code.
    Otp {
        /// How.
        way: OtpKind,
        /// Its words.
        text: String,
        /// Words when an app takes the code.
        autofill: Option<String>,
        /// Which apps may.
        apps: Vec<TakingApp>,
        /// `zero_tap_terms_accepted`.
        terms: bool,
    },
    /// Opens the catalogue.
    Catalog {
        /// Its words.
        text: String,
    },
    /// Opens products, given with each message.
    Products {
        /// Its words.
        text: String,
    },
    /// Opens the product of the header.
    Product {
        /// Its words.
        text: String,
    },
    /// Opens a flow.
    Flow {
        /// Its words.
        text: String,
        /// Which; by id once it is kept.
        flow: FlowName,
        /// The assistant's endpoint is asked for the first screen.
        exchange: bool,
        /// The first screen.
        screen: Option<String>,
        /// `icon`, as it was given.
        icon: Option<String>,
    },
    /// Asks for the person's contact card.
    Contact {
        /// Its words.
        text: String,
    },
}

impl Knob {
    /// Its words.
    pub fn text(&self) -> &str {
        match self {
            Self::QuickReply { text }
            | Self::Url { text, .. }
            | Self::Phone { text, .. }
            | Self::CopyCode { text, .. }
            | Self::Otp { text, .. }
            | Self::Catalog { text }
            | Self::Products { text }
            | Self::Product { text }
            | Self::Flow { text, .. }
            | Self::Contact { text } => text,
        }
    }

    /// The platform's `type`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::QuickReply { .. } => "QUICK_REPLY",
            Self::Url { .. } => "URL",
            Self::Phone { .. } => "PHONE_NUMBER",
            Self::CopyCode { .. } => "COPY_CODE",
            Self::Otp { .. } => "OTP",
            Self::Catalog { .. } => "CATALOG",
            Self::Products { .. } => "MPM",
            Self::Product { .. } => "SPM",
            Self::Flow { .. } => "FLOW",
            Self::Contact { .. } => "REQUEST_CONTACT_INFO",
        }
    }
}

/// Which published rule a template breaks (reference 6, 15.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// A part has too many characters.
    TooLong,
    /// The header's form.
    Header,
    /// The body's form.
    Body,
    /// The footer's form.
    Footer,
    /// Too many variables for its words.
    Ratio,
    /// A variable at the very beginning or end of the body.
    Edge,
    /// Something needed is missing, such as examples.
    Missing,
    /// Buttons: how many, in which order, with what.
    Buttons,
    /// Anything else: name, language, category, which parts go together.
    Shape,
}

/// A broken rule, in words for the provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Fault {
    /// Which.
    pub rule: Rule,
    /// What to do.
    pub words: String,
}

impl Fault {
    /// A rule and words.
    pub fn new(rule: Rule, words: impl Into<String>) -> Self {
        Self { rule, words: words.into() }
    }
}
