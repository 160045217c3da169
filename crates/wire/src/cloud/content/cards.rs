//! Carousels, products and catalogues (reference 3.3).

use exchange::content::parts::{Button, Card, CardButton, Product, ProductSection};
use exchange::id::ItemId;
use exchange::message::Content;

use super::interactive::header;
use super::{Members, items, member, needed, object, string};
use crate::cloud::error::GraphError;
use crate::cloud::params::as_object;

pub(super) fn catalog(of: &Members, path: &str) -> Result<ItemId, GraphError> {
    let path = format!("{path}['catalog_id']");
    let id = needed(of, "catalog_id", &path)?;
    id.parse().map_err(|_| GraphError::invalid_value(format!("{path}: is no catalogue's id.")))
}

/// Name and price are looked up later.
pub(super) fn product(of: &Members, catalog: ItemId, path: &str) -> Result<Product, GraphError> {
    let retailer_id = needed(of, "product_retailer_id", &format!("{path}['product_retailer_id']"))?;
    Ok(named(catalog, retailer_id))
}

fn named(catalog: ItemId, retailer_id: String) -> Product {
    Product {
        catalog,
        retailer_id,
        name: None,
        price_cents: None,
        currency: None,
        description: None,
    }
}

pub(super) fn products(action: &Members) -> Result<Vec<ProductSection>, GraphError> {
    let catalog = catalog(action, "interactive['action']")?;
    let path = "interactive['action']['sections']";
    let mut sections = Vec::new();
    for item in items(action, "sections", path)? {
        let section = as_object(item, path)?.unwrap_or_default();
        let title = string(&section, "title", &format!("{path}['title']"))?;
        let path = format!("{path}['product_items']");
        let mut products = Vec::new();
        for item in items(&section, "product_items", &path)? {
            products.push(product(&as_object(item, &path)?.unwrap_or_default(), catalog, &path)?);
        }
        sections.push(ProductSection { title, products });
    }
    Ok(sections)
}

/// A catalogue message. Which catalogue is known by its thumbnail or is the account's only one:
/// `ItemId(0)` until it has been looked up.
pub(super) fn whole(
    body: String,
    footer: Option<String>,
    action: &Members,
) -> Result<Content, GraphError> {
    let path = "interactive['action']['parameters']";
    let parameters = object(action, "parameters", path)?.unwrap_or_default();
    let name = "thumbnail_product_retailer_id";
    let thumbnail = string(&parameters, name, &format!("{path}['{name}']"))?;
    let thumbnail = thumbnail.map(|id| named(ItemId(0), id));
    Ok(Content::Catalog { body, footer, catalog: ItemId(0), thumbnail })
}

pub(super) fn carousel(body: String, action: &Members) -> Result<Content, GraphError> {
    let path = "interactive['action']['cards']";
    let mut cards = Vec::new();
    for (i, item) in items(action, "cards", path)?.iter().enumerate() {
        cards.push(card(&as_object(item, path)?.unwrap_or_default(), &format!("{path}[{i}]"))?);
    }
    Ok(Content::Carousel { body, cards })
}

fn card(it: &Members, path: &str) -> Result<Card, GraphError> {
    let action = object(it, "action", &format!("{path}['action']"))?
        .ok_or_else(|| GraphError::missing_part(&format!("{path}['action']")))?;
    let body = match object(it, "body", &format!("{path}['body']"))? {
        Some(body) => string(&body, "text", &format!("{path}['body']['text']"))?,
        None => None,
    };
    if member(&action, "product_retailer_id").is_some() {
        let path = format!("{path}['action']");
        let product = product(&action, catalog(&action, &path)?, &path)?;
        return Ok(Card { header: None, product: Some(product), body, buttons: Vec::new() });
    }
    let header = header(it, path)?;
    let buttons = if member(&action, "buttons").is_some() {
        replies(&action, &format!("{path}['action']['buttons']"))?
    } else {
        let path = format!("{path}['action']['parameters']");
        let it =
            object(&action, "parameters", &path)?.ok_or_else(|| GraphError::missing_part(&path))?;
        let label = needed(&it, "display_text", &format!("{path}['display_text']"))?;
        vec![CardButton::Url { label, url: needed(&it, "url", &format!("{path}['url']"))? }]
    };
    Ok(Card { header, product: None, body, buttons })
}

fn replies(action: &Members, path: &str) -> Result<Vec<CardButton>, GraphError> {
    let mut buttons = Vec::new();
    for item in items(action, "buttons", path)? {
        let button = as_object(item, path)?.unwrap_or_default();
        // The guide says quick_reply; `reply`, as elsewhere, is seen too.
        let mut reply = object(&button, "quick_reply", path)?;
        if reply.is_none() {
            reply = object(&button, "reply", path)?;
        }
        let path = format!("{path}['quick_reply']");
        let reply = reply.ok_or_else(|| GraphError::missing_part(&path))?;
        let id = needed(&reply, "id", &format!("{path}['id']"))?;
        let title = needed(&reply, "title", &format!("{path}['title']"))?;
        buttons.push(CardButton::Reply(Button { id, title }));
    }
    Ok(buttons)
}
