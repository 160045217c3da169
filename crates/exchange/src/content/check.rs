//! The limits of the Cloud API (reference 3.1, 3.3, 16), the same for everybody.

use super::parts::{
    AddressForm, Button, Card, CardButton, ContactCard, FlowStart, Header, Location, Product,
    ProductSection, Row, Section,
};
use super::{Content, Invalid};
use crate::limits;
use crate::media::{MediaKind, Source};

type Checked = Result<(), Invalid>;

impl Content {
    /// Checks the limits of the Cloud API (reference 3.1, 3.3, 16), the same for everybody.
    ///
    /// # Errors
    /// The first field that breaks its rule.
    pub fn check(&self) -> Checked {
        match self {
            Self::Text { body, .. } => between("text.body", body, 1, limits::TEXT_BODY_CHARS),
            Self::Media { kind, source, caption, filename, .. } => {
                optional("caption", caption.as_ref(), limits::CAPTION_CHARS)?;
                optional("document.filename", filename.as_ref(), limits::FILENAME_CHARS)?;
                check_source(*kind, source)
            }
            Self::Location(place) => check_place(place),
            Self::Contacts { cards, .. } => check_cards(cards),
            Self::Reaction { emoji, .. } => check_emoji(emoji),
            Self::Order { items, .. } => {
                let fits = (1..=limits::ORDER_ITEMS).contains(&items.len())
                    && items.iter().all(|item| (1..=9_999).contains(&item.quantity));
                fits.then_some(()).ok_or_else(|| {
                    Invalid::new("order", "must hold 1 to 100 products, 1 to 9,999 of each")
                })
            }
            Self::FormReply { response_json, .. } => {
                let fits = response_json.len() <= limits::FORM_REPLY_BYTES;
                fits.then_some(()).ok_or_else(|| Invalid::new("form", "is too long"))
            }
            Self::ButtonReply { .. }
            | Self::ListReply { .. }
            | Self::TemplateReply { .. }
            | Self::CallPermissionReply { .. }
            | Self::Welcome
            | Self::Unsupported { .. }
            | Self::Notice { .. }
            | Self::Withheld => Ok(()),
            // Its words were checked when it was filled in.
            Self::Template(_) => {
                self.sources().iter().try_for_each(|(kind, source)| check_source(*kind, source))
            }
            interactive => interactive.check_interactive(),
        }
    }

    fn check_interactive(&self) -> Checked {
        match self {
            Self::Buttons { header, body, footer, buttons } => {
                frame(header.as_ref(), body, limits::BUTTONS_BODY_CHARS, footer.as_ref())?;
                check_buttons(buttons)
            }
            Self::List { header, body, footer, button, sections } => {
                text_only(header.as_ref())?;
                frame(header.as_ref(), body, limits::LIST_BODY_CHARS, footer.as_ref())?;
                between("interactive.action.button", button, 1, limits::LIST_BUTTON_CHARS)?;
                check_sections(sections)
            }
            Self::CtaUrl { header, body, footer, label, url } => {
                frame(header.as_ref(), body, limits::BUTTONS_BODY_CHARS, footer.as_ref())?;
                between("interactive.action.parameters.display_text", label, 1, limits::CTA_CHARS)?;
                web_address("interactive.action.parameters.url", url)
            }
            Self::Flow { header, body, footer, flow } => {
                frame(header.as_ref(), body, limits::BUTTONS_BODY_CHARS, footer.as_ref())?;
                check_flow(flow)
            }
            Self::LocationRequest { body } | Self::ContactRequest { body } => {
                between("interactive.body.text", body, 1, limits::BUTTONS_BODY_CHARS)
            }
            Self::CallPermissionRequest { body } => {
                between("interactive.body.text", body, 0, limits::BUTTONS_BODY_CHARS)
            }
            Self::AddressRequest { header, body, footer, form } => {
                frame(header.as_ref(), body, limits::BUTTONS_BODY_CHARS, footer.as_ref())?;
                check_address(form)
            }
            Self::ProductItem { body, footer, product } => {
                between("interactive.body.text", body, 0, limits::BUTTONS_BODY_CHARS)?;
                optional("interactive.footer.text", footer.as_ref(), limits::HEADER_FOOTER_CHARS)?;
                check_product(product)
            }
            Self::ProductList { header, body, footer, sections } => {
                text_only(header.as_ref())?;
                if header.is_none() {
                    return Err(Invalid::new("interactive.header", "is needed, of type text"));
                }
                frame(header.as_ref(), body, limits::BUTTONS_BODY_CHARS, footer.as_ref())?;
                check_products(sections)
            }
            Self::Catalog { body, footer, .. } => {
                frame(None, body, limits::BUTTONS_BODY_CHARS, footer.as_ref())
            }
            Self::Carousel { body, cards } => {
                between("interactive.body.text", body, 1, limits::BUTTONS_BODY_CHARS)?;
                check_carousel(cards)
            }
            _ => Ok(()),
        }
    }
}

fn frame(header: Option<&Header>, body: &str, most: usize, footer: Option<&String>) -> Checked {
    match header {
        Some(Header::Text(text)) => {
            between("interactive.header.text", text, 1, limits::HEADER_FOOTER_CHARS)?;
        }
        Some(Header::Media { kind, source, filename }) => {
            if matches!(kind, MediaKind::Audio | MediaKind::Sticker) {
                let rule = "must be a text, an image, a video or a document";
                return Err(Invalid::new("interactive.header", rule));
            }
            optional("interactive.header.filename", filename.as_ref(), limits::FILENAME_CHARS)?;
            check_source(*kind, source)?;
        }
        Some(Header::Location(_)) => {
            return Err(Invalid::new("interactive.header", "must not be a location"));
        }
        None => {}
    }
    between("interactive.body.text", body, 1, most)?;
    optional("interactive.footer.text", footer, limits::HEADER_FOOTER_CHARS)
}

fn text_only(header: Option<&Header>) -> Checked {
    match header {
        None | Some(Header::Text(_)) => Ok(()),
        Some(_) => Err(Invalid::new("interactive.header", "must be of type text")),
    }
}

/// A file's type and size fit what it is sent as; a link is an address.
fn check_source(kind: MediaKind, source: &Source) -> Checked {
    match source {
        Source::Link(url) => web_address("link", url),
        Source::Id(_) => Ok(()),
        Source::Kept(media) if !kind.takes(&media.mime) => {
            let types = kind.types().join(", ");
            let rule = format!("is a file of type {}, not one of {types}", media.mime);
            Err(Invalid::new(kind.name(), rule))
        }
        Source::Kept(media) if media.size_bytes > kind.most_bytes() => {
            let rule = format!("must be at most {} bytes long", kind.most_bytes());
            Err(Invalid::new(kind.name(), rule))
        }
        Source::Kept(_) => Ok(()),
    }
}

/// An absolute http(s) address with a host, without spaces.
fn web_address(field: &'static str, url: &str) -> Checked {
    let rest = ["https://", "http://"].iter().find_map(|scheme| {
        let start = url.get(..scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then(|| &url[scheme.len()..])
    });
    let sound = rest
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#', ':']))
        && url.chars().count() <= limits::URL_CHARS
        && !url.chars().any(|c| c.is_whitespace() || c.is_control());
    sound.then_some(()).ok_or_else(|| {
        let most = limits::URL_CHARS;
        Invalid::new(
            field,
            format!("must be an http or https address of at most {most} characters"),
        )
    })
}

fn check_place(place: &Location) -> Checked {
    if place.latitude.0.abs() > 900_000_000 {
        return Err(Invalid::new("location.latitude", "must be between -90 and 90"));
    }
    optional("location.name", place.name.as_ref(), limits::PLACE_CHARS)?;
    optional("location.address", place.address.as_ref(), limits::PLACE_CHARS)
}

fn check_cards(cards: &[ContactCard]) -> Checked {
    if !(1..=limits::CONTACTS).contains(&cards.len()) {
        let rule = format!("must hold 1 to {} contacts", limits::CONTACTS);
        return Err(Invalid::new("contacts", rule));
    }
    for card in cards {
        let formatted = card.name.get("formatted_name").is_some_and(|name| !name.trim().is_empty());
        if !formatted {
            return Err(Invalid::new("contacts.name.formatted_name", "must not be empty"));
        }
        if !card.name.iter().any(|(part, text)| part != "formatted_name" && !text.is_empty()) {
            let rule = "needs formatted_name and at least one more part, such as first_name";
            return Err(Invalid::new("contacts.name", rule));
        }
        let groups = [&card.phones, &card.emails, &card.addresses, &card.urls];
        let maps = [&card.name, &card.org].into_iter().chain(groups.into_iter().flatten());
        for text in maps.flat_map(|map| map.values()).chain(&card.birthday) {
            between("contacts", text, 0, limits::CONTACT_CHARS)?;
        }
        if groups.iter().any(|group| group.len() > limits::CONTACTS) {
            return Err(Invalid::new("contacts", "holds too many entries"));
        }
    }
    Ok(())
}

fn check_flow(flow: &FlowStart) -> Checked {
    between("interactive.action.parameters.flow_cta", &flow.label, 1, limits::FLOW_CTA_CHARS)?;
    let token = "interactive.action.parameters.flow_token";
    optional(token, flow.token.as_ref(), limits::FLOW_TOKEN_CHARS)?;
    if flow.data.as_ref().is_some_and(|data| data.len() > limits::FLOW_DATA_BYTES) {
        let field = "interactive.action.parameters.flow_action_payload.data";
        return Err(Invalid::new(field, "is too long"));
    }
    Ok(())
}

fn check_address(form: &AddressForm) -> Checked {
    if !matches!(form.country.as_str(), "IN" | "SG") {
        let field = "interactive.action.parameters.country";
        return Err(Invalid::new(field, "must be one of {IN, SG}"));
    }
    let maps = [&form.values, &form.errors].into_iter().chain(form.saved.iter().map(|s| &s.value));
    for text in maps.flat_map(|map| map.values()) {
        between("interactive.action.parameters", text, 0, limits::CONTACT_CHARS)?;
    }
    Ok(())
}

fn check_product(product: &Product) -> Checked {
    let field = "interactive.action.product_retailer_id";
    between(field, &product.retailer_id, 1, limits::CONTACT_CHARS)
}

fn check_products(sections: &[ProductSection]) -> Checked {
    let field = "interactive.action.sections";
    let count: usize = sections.iter().map(|section| section.products.len()).sum();
    let holes = sections.iter().any(|section| section.products.is_empty());
    if sections.len() > limits::LIST_SECTIONS || !(1..=limits::PRODUCTS).contains(&count) || holes {
        return Err(Invalid::new(
            field,
            format!(
                "must hold 1 to {} sections, none empty, with at most {} products in all",
                limits::LIST_SECTIONS,
                limits::PRODUCTS
            ),
        ));
    }
    if sections.len() > 1 && sections.iter().any(|section| section.title.is_none()) {
        return Err(Invalid::new(field, "every section needs a title when there is more than one"));
    }
    for section in sections {
        let title = "interactive.action.sections.title";
        optional(title, section.title.as_ref(), limits::LIST_TITLE_CHARS)?;
        section.products.iter().try_for_each(check_product)?;
    }
    Ok(())
}

fn check_carousel(cards: &[Card]) -> Checked {
    let field = "interactive.action.cards";
    if !limits::CARDS.contains(&cards.len()) {
        return Err(Invalid::new(field, "must hold 2 to 10 cards"));
    }
    let make = |card: &Card| {
        let buttons: Vec<bool> =
            card.buttons.iter().map(|b| matches!(b, CardButton::Reply(_))).collect();
        (card.product.is_some(), card.header.is_some(), buttons)
    };
    if cards.iter().any(|card| make(card) != make(&cards[0])) {
        return Err(Invalid::new(field, "must all be of one make, with the same kinds of buttons"));
    }
    let mut ids: Vec<&str> = Vec::new();
    for card in cards {
        match &card.header {
            Some(header @ Header::Media { kind: MediaKind::Image | MediaKind::Video, .. }) => {
                frame(Some(header), "-", 1, None)?;
            }
            None if card.product.is_some() => {}
            _ => {
                let rule = "must be an image or a video";
                return Err(Invalid::new("interactive.action.cards.header", rule));
            }
        }
        let body = "interactive.action.cards.body.text";
        optional(body, card.body.as_ref(), limits::CARD_BODY_CHARS)?;
        for button in &card.buttons {
            match button {
                CardButton::Reply(button) => {
                    let (id, title) = (&button.id, &button.title);
                    between("interactive.action.cards.buttons.id", id, 1, limits::BUTTON_ID_CHARS)?;
                    let field = "interactive.action.cards.buttons.title";
                    between(field, title, 1, limits::BUTTON_TITLE_CHARS)?;
                    ids.push(&button.id);
                }
                CardButton::Url { label, url } => {
                    let field = "interactive.action.cards.action.parameters.display_text";
                    between(field, label, 1, limits::CTA_CHARS)?;
                    web_address("interactive.action.cards.action.parameters.url", url)?;
                }
            }
        }
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() != count {
        return Err(Invalid::new(field, "ids of quick replies must be unique"));
    }
    Ok(())
}

pub(crate) fn between(
    field: &'static str,
    text: &str,
    least: usize,
    most: usize,
) -> Result<(), Invalid> {
    // Characters are counted only where bytes leave doubt: a text of N bytes has at most N.
    let enough = least == 0 || !text.trim().is_empty();
    if enough && (text.len() <= most || text.chars().count() <= most) {
        return Ok(());
    }
    let rule = if enough {
        format!("must be at most {most} characters long")
    } else {
        "must not be empty".to_owned()
    };
    Err(Invalid { field, rule })
}

pub(crate) fn optional(
    field: &'static str,
    text: Option<&String>,
    most: usize,
) -> Result<(), Invalid> {
    text.map_or(Ok(()), |text| between(field, text, 1, most))
}

fn check_emoji(emoji: &str) -> Result<(), Invalid> {
    let plain = |c: char| c.is_alphabetic() || c.is_whitespace() || c.is_control();
    if emoji.len() > limits::EMOJI_BYTES || emoji.chars().any(plain) {
        let rule = "must be one emoji, or empty to take it back".to_owned();
        return Err(Invalid { field: "reaction.emoji", rule });
    }
    Ok(())
}

fn check_buttons(buttons: &[Button]) -> Result<(), Invalid> {
    let field = "interactive.action.buttons";
    if buttons.is_empty() || buttons.len() > limits::BUTTONS {
        return Err(Invalid { field, rule: format!("must hold 1 to {} buttons", limits::BUTTONS) });
    }
    for (i, button) in buttons.iter().enumerate() {
        between("interactive.action.buttons.reply.id", &button.id, 1, limits::BUTTON_ID_CHARS)?;
        let title = "interactive.action.buttons.reply.title";
        between(title, &button.title, 1, limits::BUTTON_TITLE_CHARS)?;
        if buttons[..i].iter().any(|b| b.id == button.id || b.title == button.title) {
            return Err(Invalid { field, rule: "ids and titles must be unique".to_owned() });
        }
    }
    Ok(())
}

fn check_sections(sections: &[Section]) -> Result<(), Invalid> {
    let field = "interactive.action.sections";
    if sections.is_empty() || sections.len() > limits::LIST_SECTIONS {
        let rule = format!("must hold 1 to {} sections", limits::LIST_SECTIONS);
        return Err(Invalid { field, rule });
    }
    let rows: Vec<&Row> = sections.iter().flat_map(|s| &s.rows).collect();
    if rows.len() > limits::LIST_ROWS || sections.iter().any(|s| s.rows.is_empty()) {
        let rule = format!("must hold 1 to {} rows in all, none empty", limits::LIST_ROWS);
        return Err(Invalid { field, rule });
    }
    if sections.len() > 1 && sections.iter().any(|s| s.title.is_none()) {
        let rule = "every section needs a title when there is more than one".to_owned();
        return Err(Invalid { field, rule });
    }
    for section in sections {
        optional(
            "interactive.action.sections.title",
            section.title.as_ref(),
            limits::LIST_TITLE_CHARS,
        )?;
    }
    for (i, row) in rows.iter().enumerate() {
        between("interactive.action.sections.rows.id", &row.id, 1, limits::LIST_ROW_ID_CHARS)?;
        between("interactive.action.sections.rows.title", &row.title, 1, limits::LIST_TITLE_CHARS)?;
        let description = "interactive.action.sections.rows.description";
        optional(description, row.description.as_ref(), limits::LIST_DESCRIPTION_CHARS)?;
        if rows[..i].iter().any(|r| r.id == row.id) {
            return Err(Invalid { field, rule: "row ids must be unique".to_owned() });
        }
    }
    Ok(())
}
