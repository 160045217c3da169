//! What a person says by a form of a page without JavaScript. The fields are those that
//! `pages::answers` writes.

use exchange::content::parts::{ContactCard, Degrees, Location};
use exchange::id::Seq;

use super::what::{Line, ReplyBody, TextBody, What};
use crate::http::error::HttpError;
use crate::http::form::Form;

/// Before the name of an address's field.
pub(crate) const ADDRESS: &str = "address.";
/// Before the seller's id of a product whose quantity is given.
pub(crate) const QUANTITY: &str = "quantity.";

/// What it is, and which message it answers.
pub(super) fn read(form: &Form) -> Result<(What, Option<Seq>), HttpError> {
    let context = form.get("context_seq").parse().ok().map(Seq);
    let what = match form.get("what") {
        "location" => place(form)?,
        "contact" => contact(form),
        "calls" => {
            let answer = form.get("calls");
            let (accepted, permanent) = (answer != "no", answer == "always");
            What::CallPermissionReply { accepted, permanent }
        }
        "address" => {
            let field = |(name, value): (String, String)| {
                Some((name.strip_prefix(ADDRESS)?.to_owned(), value))
            };
            let values = form.by_name().into_iter().filter_map(field).collect();
            let saved = Some(form.get("saved").to_owned()).filter(|saved| !saved.is_empty());
            What::AddressReply { values, saved }
        }
        "order" => order(form)?,
        _ => match (form.get("reply"), context) {
            ("", _) | (_, None) => {
                let text = TextBody { body: form.get("body").to_owned() };
                return Ok((What::Text { text, product: None }, None));
            }
            (reply, Some(_)) => What::ButtonReply { reply: ReplyBody { id: reply.to_owned() } },
        },
    };
    Ok((what, context))
}

fn named(form: &Form, name: &str) -> Option<String> {
    Some(form.get(name).trim().to_owned()).filter(|text| !text.is_empty())
}

fn place(form: &Form) -> Result<What, HttpError> {
    let angle = |name: &str| {
        let typed = form.get(name).trim().replace(',', ".");
        typed.parse::<f64>().ok().and_then(Degrees::new)
    };
    let (Some(latitude), Some(longitude)) = (angle("latitude"), angle("longitude")) else {
        let hint = "Write them as degrees, such as 50.8467 and 4.3525.";
        return Err(HttpError::bad("Latitude and longitude are numbers.", hint));
    };
    let (name, address) = (named(form, "name"), named(form, "address"));
    Ok(What::Location(Location { latitude, longitude, name, address, url: None }))
}

fn contact(form: &Form) -> What {
    let name = form.get("name").trim();
    let (first, last) = name.split_once(' ').unwrap_or((name, ""));
    let part = |key: &str, value: &str| (key.to_owned(), value.trim().to_owned());
    let card = ContactCard {
        name: [part("formatted_name", name), part("first_name", first), part("last_name", last)]
            .into(),
        phones: vec![[part("phone", form.get("phone"))].into()],
        emails: vec![[part("email", form.get("email"))].into()],
        ..ContactCard::default()
    };
    What::Contacts { cards: vec![card], requested: true }
}

fn order(form: &Form) -> Result<What, HttpError> {
    let mut items = Vec::new();
    for (name, typed) in form.by_name() {
        let Some(retailer_id) = name.strip_prefix(QUANTITY) else { continue };
        let typed = typed.trim();
        let quantity = if typed.is_empty() { Ok(0) } else { typed.parse::<u32>() };
        let quantity = quantity.map_err(|_| {
            HttpError::bad("A quantity is a whole number.", "Write 0 for what you do not want.")
        })?;
        if quantity > 0 {
            items.push(Line { retailer_id: retailer_id.to_owned(), quantity });
        }
    }
    Ok(What::Order { items, note: named(form, "note") })
}
