//! Catalogues and their products: what product messages and orders name (reference 3.3).

use serde::{Deserialize, Serialize};

use crate::assistant::is_web_address;
use crate::content::Invalid;
use crate::content::parts::Product;
use crate::id::ItemId;
use crate::limits;

/// A catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// 1-200 characters.
    pub name: String,
    /// The platform's line of business; `commerce` by default.
    pub vertical: String,
}

/// A product of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are the platform's")]
pub struct Goods {
    pub catalog: ItemId,
    /// The seller's own id.
    pub retailer_id: String,
    pub name: String,
    /// In hundredths of the currency.
    pub price_cents: i64,
    /// ISO 4217.
    pub currency: String,
    pub description: String,
    pub availability: String,
    pub url: String,
    pub image_url: String,
}

/// What can be said of whether it can be had.
pub const AVAILABILITY: [&str; 5] =
    ["in stock", "out of stock", "preorder", "available for order", "discontinued"];

/// What an item of a product is called: unique for one assistant.
pub fn item_name(catalog: ItemId, retailer_id: &str) -> String {
    format!("{catalog}/{retailer_id}")
}

fn width(field: &'static str, text: &str, least: usize, most: usize) -> Result<(), Invalid> {
    let length = text.chars().count();
    if (least..=most).contains(&length) && !text.chars().any(|c| c.is_control() && c != '\n') {
        return Ok(());
    }
    Err(Invalid::new(field, format!("must be {least} to {most} characters long")))
}

impl Catalog {
    /// Checks it.
    ///
    /// # Errors
    /// The first field that breaks its rule.
    pub fn check(&self) -> Result<(), Invalid> {
        width("name", &self.name, 1, 200)?;
        width("vertical", &self.vertical, 1, 50)
    }
}

impl Goods {
    /// Checks it.
    ///
    /// # Errors
    /// The first field that breaks its rule.
    pub fn check(&self) -> Result<(), Invalid> {
        width("retailer_id", &self.retailer_id, 1, 100)?;
        width("name", &self.name, 1, 200)?;
        width("description", &self.description, 0, 5000)?;
        if !(0..=1_000_000_000_000).contains(&self.price_cents) {
            let rule = "must be a whole number of hundredths of the currency, not negative";
            return Err(Invalid::new("price", rule));
        }
        if self.currency.len() != 3 || !self.currency.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(Invalid::new("currency", "must be three capital letters (ISO 4217)"));
        }
        if !AVAILABILITY.contains(&self.availability.as_str()) {
            let rule = format!("must be one of {{{}}}", AVAILABILITY.join(", "));
            return Err(Invalid::new("availability", rule));
        }
        for (field, address) in [("url", &self.url), ("image_url", &self.image_url)] {
            if !address.is_empty() && !is_web_address(address, limits::URL_CHARS) {
                return Err(Invalid::new(field, "must be an http or https address"));
            }
        }
        Ok(())
    }

    /// What a message says of it.
    pub fn product(&self) -> Product {
        Product {
            catalog: self.catalog,
            retailer_id: self.retailer_id.clone(),
            name: Some(self.name.clone()),
            price_cents: Some(self.price_cents),
            currency: Some(self.currency.clone()),
            description: Some(self.description.clone()).filter(|words| !words.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mug() -> Goods {
        Goods {
            catalog: ItemId(7),
            retailer_id: "mug-1".into(),
            name: "A mug".into(),
            price_cents: 1250,
            currency: "EUR".into(),
            description: String::new(),
            availability: "in stock".into(),
            url: String::new(),
            image_url: String::new(),
        }
    }

    #[test]
    fn goods_keep_their_rules() {
        assert_eq!(mug().check(), Ok(()));
        let broken: [fn(&mut Goods); 7] = [
            |g| g.retailer_id = String::new(),
            |g| g.name = "x".repeat(201),
            |g| g.price_cents = -1,
            |g| g.currency = "eur".into(),
            |g| g.availability = "perhaps".into(),
            |g| g.url = "javascript:1".into(),
            |g| g.description = "a\u{0}".into(),
        ];
        for breakage in broken {
            let mut goods = mug();
            breakage(&mut goods);
            assert!(goods.check().is_err(), "{goods:?}");
        }
    }

    #[test]
    fn a_message_says_what_the_product_was() {
        let product = mug().product();
        assert_eq!((product.name.as_deref(), product.price_cents), (Some("A mug"), Some(1250)));
        assert_eq!(product.description, None);
        assert_eq!(item_name(product.catalog, &product.retailer_id), "7/mug-1");
    }
}
