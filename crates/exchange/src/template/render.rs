//! Filling in (reference 3.4): what the assistant sends along, checked against the template.

use super::pattern::{self, fill, variables};
use super::{Head, Knob, Parts, Template};
use crate::content::Category;
use crate::content::parts::{
    FlowStart, Header, Location, Product, ProductSection, Rendered, TemplateButton, TemplateCard,
};
use crate::id::ItemId;
use crate::limits;
use crate::media::{MediaKind, Source};

/// A value for a variable, or for a header that is no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Param {
    /// Words.
    Text {
        /// `parameter_name`.
        name: Option<String>,
        /// The value.
        text: String,
    },
    /// A file.
    Media {
        /// Sent as.
        kind: MediaKind,
        /// Sent as `gif`.
        gif: bool,
        /// Where it is.
        source: Source,
        /// The name of a document.
        filename: Option<String>,
    },
    /// A place.
    Location(Location),
    /// A product.
    Product(Product),
}

impl Param {
    fn name(&self) -> &'static str {
        match self {
            Self::Text { .. } => "TEXT",
            Self::Media { gif: true, .. } => "GIF",
            Self::Media { kind: MediaKind::Video, .. } => "VIDEO",
            Self::Media { kind: MediaKind::Document, .. } => "DOCUMENT",
            Self::Media { .. } => "IMAGE",
            Self::Location(_) => "LOCATION",
            Self::Product(_) => "PRODUCT",
        }
    }
}

/// What a button is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ButtonParam {
    /// A quick reply's payload.
    Payload(String),
    /// The end of an address, or a one-time code.
    Text(String),
    /// A coupon's code.
    Coupon(String),
    /// For catalogues, products and flows.
    Action {
        /// `thumbnail_product_retailer_id`.
        thumbnail: Option<String>,
        /// Products under titles, by their sellers' ids.
        sections: Vec<(Option<String>, Vec<String>)>,
        /// `flow_token`.
        token: Option<String>,
        /// `flow_action_data`, JSON of an object.
        data: Option<String>,
    },
}

/// A button as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentButton {
    /// Its place, from 0.
    pub index: usize,
    /// `sub_type`, lower case.
    pub kind: String,
    /// What it is given.
    pub params: Vec<ButtonParam>,
}

/// The components of a send.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sent {
    /// For the header.
    pub header: Vec<Param>,
    /// For the body.
    pub body: Vec<Param>,
    /// For the buttons.
    pub buttons: Vec<SentButton>,
    /// When the offer ends, milliseconds since 1970.
    pub offer_ends_ms: Option<i64>,
    /// For the cards, by their place from 0.
    pub cards: Vec<(usize, Sent)>,
}

/// Why what is sent does not fit the template (reference 3.4, 15.4).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// 132001: there is no such template, or it may not be sent.
    #[error("template name ({name}) does not exist in {language}")]
    Unknown {
        /// Its name.
        name: String,
        /// Its language.
        language: String,
    },
    /// 132000: too few or too many.
    #[error(
        "{part}: number of localizable_params ({sent}) does not match the expected number of params ({expected})"
    )]
    Count {
        /// `header`, `body`, ….
        part: &'static str,
        /// Given.
        sent: usize,
        /// Needed.
        expected: usize,
    },
    /// 132012: of another kind.
    #[error("{part}: Format mismatch, expected {expected}, received {received}")]
    Format {
        /// `header`, `buttons`, ….
        part: &'static str,
        /// Needed.
        expected: String,
        /// Given.
        received: String,
    },
    /// 100: a named template's value without its name.
    #[error("Parameter name is missing or empty")]
    Nameless,
    /// 131008: a button's value is missing.
    #[error("buttons: Button at index {index} of type {kind} requires a parameter")]
    ButtonValue {
        /// Its place.
        index: usize,
        /// `Url`, `CopyCode`, ….
        kind: &'static str,
    },
    /// 132005: too long, filled in.
    #[error("{part}: the text, filled in, must be at most {most} characters long")]
    TooLong {
        /// `header`, `body`.
        part: &'static str,
        /// Characters.
        most: usize,
    },
    /// 132007: control characters.
    #[error("{part}: a value has control characters")]
    Characters {
        /// `header`, `body`.
        part: &'static str,
    },
    /// 132018: new lines, tabs, many spaces.
    #[error("Param text cannot have new-line/tab characters or more than 4 consecutive spaces")]
    Spaces,
    /// 132008: a value that cannot be.
    #[error("{0}")]
    Value(String),
    /// 132018: anything else.
    #[error("{0}")]
    Shape(String),
}

type Result<T> = std::result::Result<T, Misfit>;

impl Template {
    /// What the person is to see. `catalog` is the one that is connected to the number.
    ///
    /// # Errors
    /// [`Misfit`], the first that is found.
    pub fn render(
        &self,
        template: ItemId,
        sent: &Sent,
        catalog: Option<ItemId>,
    ) -> Result<Rendered> {
        let maker = Maker { of: self, catalog };
        let parts = &self.parts;
        let (header, product) = maker.header(parts.header.as_ref(), &sent.header)?;
        let body = maker.body(parts, &sent.body, "body", limits::TEMPLATE_BODY_CHARS)?;
        let buttons = maker.buttons(&parts.buttons, &sent.buttons, product.as_ref())?;
        let cards = maker.cards(&parts.cards, &sent.cards)?;
        let expires = parts.offer.as_ref().is_some_and(|offer| offer.expires);
        if expires != sent.offer_ends_ms.is_some() {
            let (given, needed) = (usize::from(!expires), usize::from(expires));
            return Err(Misfit::Count {
                part: "limited_time_offer",
                sent: given,
                expected: needed,
            });
        }
        Ok(Rendered {
            template,
            name: self.name.clone(),
            language: self.language.clone(),
            category: self.category,
            header,
            body,
            footer: self.footer_words(),
            buttons,
            cards,
            offer: parts.offer.as_ref().map(|offer| offer.text.clone()),
            offer_ends_ms: sent.offer_ends_ms,
            call_permission: parts.asks_calls,
        })
    }
}

struct Maker<'a> {
    of: &'a Template,
    catalog: Option<ItemId>,
}

fn one<'a>(part: &'static str, expected: &str, sent: &'a [Param]) -> Result<&'a Param> {
    match sent {
        [only] => Ok(only),
        [] => Err(Misfit::Format {
            part,
            expected: expected.to_owned(),
            received: "UNKNOWN".to_owned(),
        }),
        more => Err(Misfit::Count { part, sent: more.len(), expected: 1 }),
    }
}

impl Maker<'_> {
    fn header(
        &self,
        head: Option<&Head>,
        sent: &[Param],
    ) -> Result<(Option<Header>, Option<Product>)> {
        let Some(head) = head else {
            let none = sent.is_empty();
            let misfit = Misfit::Count { part: "header", sent: sent.len(), expected: 0 };
            return if none { Ok((None, None)) } else { Err(misfit) };
        };
        if let Head::Text(text) = head {
            let most = limits::HEADER_FOOTER_CHARS;
            let filled = self.fill(&text.text, sent, "header", most)?;
            return Ok((Some(Header::Text(filled)), None));
        }
        let param = one("header", head.format(), sent)?;
        match (head, param) {
            (Head::Media { kind, .. }, Param::Media { kind: given, source, filename, .. })
                if kind == given =>
            {
                let filename = filename.clone().filter(|_| *kind == MediaKind::Document);
                let header = Header::Media { kind: *kind, source: source.clone(), filename };
                Ok((Some(header), None))
            }
            (Head::Location, Param::Location(place)) => {
                Ok((Some(Header::Location(place.clone())), None))
            }
            (Head::Product, Param::Product(product)) => Ok((None, Some(product.clone()))),
            _ => Err(Misfit::Format {
                part: "header",
                expected: head.format().to_owned(),
                received: param.name().to_owned(),
            }),
        }
    }

    fn body(
        &self,
        parts: &Parts,
        sent: &[Param],
        part: &'static str,
        most: usize,
    ) -> Result<String> {
        let text = parts.body.as_ref().map_or("", |body| body.text.as_str());
        if self.of.category != Category::Authentication {
            return self.fill(text, sent, part, most);
        }
        if let [Param::Text { text, .. }] = sent {
            code(text)?;
        }
        self.fill(&self.of.code_body(parts.advice), sent, part, most)
    }

    /// A text with the values that were sent.
    fn fill(&self, text: &str, sent: &[Param], part: &'static str, most: usize) -> Result<String> {
        let needed = variables(text);
        let mut values: Vec<(Option<&str>, &str)> = Vec::new();
        for param in sent {
            let Param::Text { name, text } = param else {
                let (expected, received) = ("TEXT".to_owned(), param.name().to_owned());
                return Err(Misfit::Format { part, expected, received });
            };
            sound(text, part)?;
            values.push((name.as_deref().filter(|name| !name.is_empty()), text));
        }
        if values.len() != needed.len() {
            return Err(Misfit::Count { part, sent: values.len(), expected: needed.len() });
        }
        if self.of.named {
            for (name, _) in &values {
                let name = name.ok_or(Misfit::Nameless)?;
                if !needed.contains(&name) {
                    let received = name.chars().take(80).collect();
                    return Err(Misfit::Format { part, expected: needed.join(", "), received });
                }
            }
        }
        let value = |name: &str| {
            if self.of.named {
                let mut found = values.iter().filter(|(given, _)| *given == Some(name));
                return found.next().map(|(_, text)| *text);
            }
            let place = name.parse::<usize>().ok()?.checked_sub(1)?;
            values.get(place).map(|(_, text)| *text)
        };
        if let Some(name) = needed.iter().find(|name| value(name).is_none()) {
            let (expected, received) = ((*name).to_owned(), "UNKNOWN".to_owned());
            return Err(Misfit::Format { part, expected, received });
        }
        let filled = fill(text, value);
        let fits = filled.chars().count() <= most;
        fits.then_some(filled).ok_or(Misfit::TooLong { part, most })
    }

    fn cards(&self, cards: &[Parts], sent: &[(usize, Sent)]) -> Result<Vec<TemplateCard>> {
        if cards.len() != sent.len() {
            let (sent, expected) = (sent.len(), cards.len());
            return Err(Misfit::Count { part: "carousel", sent, expected });
        }
        let mut made = Vec::with_capacity(cards.len());
        for (place, parts) in cards.iter().enumerate() {
            let own = sent.iter().find(|(index, _)| *index == place).map(|(_, sent)| sent);
            let own = own.ok_or_else(|| {
                Misfit::Shape(format!("carousel: there is no card with card_index {place}"))
            })?;
            let (header, product) = self.header(parts.header.as_ref(), &own.header)?;
            let body = match &parts.body {
                None if own.body.is_empty() => None,
                _ => Some(self.body(parts, &own.body, "card", limits::CARD_BODY_CHARS)?),
            };
            let buttons = self.buttons(&parts.buttons, &own.buttons, product.as_ref())?;
            made.push(TemplateCard { header, product, body, buttons });
        }
        Ok(made)
    }

    fn buttons(
        &self,
        knobs: &[Knob],
        sent: &[SentButton],
        product: Option<&Product>,
    ) -> Result<Vec<TemplateButton>> {
        if let Some(stray) = sent.iter().find(|button| button.index >= knobs.len()) {
            let index = stray.index;
            let words = format!("buttons: the template has no button at index {index}");
            return Err(Misfit::Shape(words));
        }
        let made = knobs.iter().enumerate().map(|(index, knob)| {
            let own = sent.iter().find(|button| button.index == index);
            if let Some(own) = own
                && sub_type(knob) != Some(own.kind.as_str())
            {
                return Err(Misfit::Format {
                    part: "buttons",
                    expected: sub_type(knob).unwrap_or("no component").to_uppercase(),
                    received: own.kind.to_uppercase(),
                });
            }
            let params = own.map_or(&[][..], |own| own.params.as_slice());
            self.button(index, knob, params, product)
        });
        made.collect()
    }

    fn button(
        &self,
        index: usize,
        knob: &Knob,
        params: &[ButtonParam],
        product: Option<&Product>,
    ) -> Result<TemplateButton> {
        let text = knob.text().to_owned();
        let first = params.first();
        let wants = |kind: &'static str| Misfit::ButtonValue { index, kind };
        Ok(match knob {
            Knob::QuickReply { .. } => {
                let payload = match first {
                    None => text.clone(),
                    Some(ButtonParam::Payload(payload)) => payload.clone(),
                    Some(_) => return Err(wants("QuickReply")),
                };
                if payload.chars().count() > limits::TEMPLATE_PAYLOAD_CHARS {
                    return Err(Misfit::Value(format!(
                        "buttons: a payload must be at most {} characters long",
                        limits::TEMPLATE_PAYLOAD_CHARS
                    )));
                }
                TemplateButton::Reply { text, payload }
            }
            Knob::Url { url, .. } => {
                TemplateButton::Url { text, url: address(url, params, index)? }
            }
            Knob::Otp { .. } => {
                let Some(ButtonParam::Text(given)) = first else { return Err(wants("Url")) };
                code(given)?;
                TemplateButton::Copy { text, code: given.clone() }
            }
            Knob::Phone { phone, .. } => TemplateButton::Phone { text, phone: phone.clone() },
            Knob::CopyCode { .. } => {
                let Some(ButtonParam::Coupon(code)) = first else { return Err(wants("CopyCode")) };
                if code.is_empty() || code.chars().count() > limits::COUPON_CHARS {
                    let most = limits::COUPON_CHARS;
                    let words = format!("buttons: coupon_code must have 1 to {most} characters");
                    return Err(Misfit::Value(words));
                }
                TemplateButton::Copy { text, code: code.clone() }
            }
            Knob::Contact { .. } => TemplateButton::Contact { text },
            Knob::Flow { flow, exchange, screen, .. } => {
                let (token, data) = match first {
                    Some(ButtonParam::Action { token, data, .. }) => (token.clone(), data.clone()),
                    _ => (None, None),
                };
                TemplateButton::Flow {
                    flow: FlowStart {
                        flow: flow.clone(),
                        label: text,
                        token,
                        draft: false,
                        exchange: *exchange,
                        screen: screen.clone(),
                        data,
                    },
                }
            }
            Knob::Catalog { .. } | Knob::Products { .. } | Knob::Product { .. } => {
                self.products(index, knob, first, product)?
            }
        })
    }

    fn products(
        &self,
        index: usize,
        knob: &Knob,
        given: Option<&ButtonParam>,
        product: Option<&Product>,
    ) -> Result<TemplateButton> {
        let text = knob.text().to_owned();
        if let (Knob::Product { .. }, Some(product)) = (knob, product) {
            let section = ProductSection { title: None, products: vec![product.clone()] };
            let catalog = Some(product.catalog);
            return Ok(TemplateButton::Products { text, catalog, sections: vec![section] });
        }
        let catalog = self.catalog.ok_or_else(|| {
            Misfit::Shape("No catalog is connected to this number: connect one first".to_owned())
        })?;
        if matches!(knob, Knob::Catalog { .. }) {
            return Ok(TemplateButton::Products { text, catalog: Some(catalog), sections: vec![] });
        }
        let Some(ButtonParam::Action { sections, .. }) = given else {
            return Err(Misfit::ButtonValue { index, kind: "Mpm" });
        };
        let count: usize = sections.iter().map(|(_, ids)| ids.len()).sum();
        let holes = sections.iter().any(|(_, ids)| ids.is_empty());
        let titled = sections.len() == 1 || sections.iter().all(|(title, _)| title.is_some());
        let short = sections
            .iter()
            .flat_map(|(title, _)| title)
            .all(|title| title.chars().count() <= limits::LIST_TITLE_CHARS);
        let fits = (1..=limits::PRODUCTS).contains(&count)
            && sections.len() <= limits::LIST_SECTIONS
            && !holes
            && titled
            && short;
        if !fits {
            return Err(Misfit::Value(
                "buttons: 1 to 10 sections with titles of at most 24 characters and 1 to 30 \
                 products in all, none empty"
                    .to_owned(),
            ));
        }
        let product = |id: &String| Product {
            catalog,
            retailer_id: id.clone(),
            name: None,
            price_cents: None,
            currency: None,
            description: None,
        };
        let sections = sections.iter().map(|(title, ids)| ProductSection {
            title: title.clone(),
            products: ids.iter().map(product).collect(),
        });
        let sections = sections.collect();
        Ok(TemplateButton::Products { text, catalog: Some(catalog), sections })
    }
}

/// `sub_type` of a button's component; `None`: it has none.
fn sub_type(knob: &Knob) -> Option<&'static str> {
    Some(match knob {
        Knob::QuickReply { .. } => "quick_reply",
        Knob::Url { .. } | Knob::Otp { .. } => "url",
        Knob::CopyCode { .. } => "copy_code",
        Knob::Catalog { .. } => "catalog",
        Knob::Products { .. } => "mpm",
        Knob::Flow { .. } => "flow",
        Knob::Product { .. } => "spm",
        Knob::Phone { .. } => "phone_number",
        Knob::Contact { .. } => "request_contact_info",
    })
}

fn address(url: &str, params: &[ButtonParam], index: usize) -> Result<String> {
    if variables(url).is_empty() {
        if params.is_empty() {
            return Ok(url.to_owned());
        }
        return Err(Misfit::Count { part: "buttons", sent: params.len(), expected: 0 });
    }
    let Some(ButtonParam::Text(end)) = params.first() else {
        return Err(Misfit::ButtonValue { index, kind: "Url" });
    };
    let filled = pattern::fill(url, |_| Some(end));
    let sound =
        super::buttons::is_web_address(&filled) && filled.chars().count() <= limits::URL_CHARS;
    sound.then_some(filled).ok_or_else(|| {
        Misfit::Value(format!(
            "buttons: the address, filled in, must have no spaces and at most {} characters",
            limits::URL_CHARS
        ))
    })
}

fn code(text: &str) -> Result<()> {
    let fits = text.chars().count() <= limits::CODE_CHARS;
    fits.then_some(()).ok_or_else(|| {
        let most = limits::CODE_CHARS;
        Misfit::Value(format!("A one-time code must be at most {most} characters long"))
    })
}

fn sound(text: &str, part: &'static str) -> Result<()> {
    if text.contains(['\n', '\r', '\t']) || text.contains("     ") {
        return Err(Misfit::Spaces);
    }
    if text.chars().any(char::is_control) { Err(Misfit::Characters { part }) } else { Ok(()) }
}
