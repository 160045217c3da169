//! Products that a message shows, and orders of them. What a product costs is what the message
//! says, never what the orderer says.

use super::parts::{OrderItem, Product, TemplateButton};
use super::{Content, Invalid};
use crate::limits;

impl Content {
    /// The products it shows, in order.
    pub fn products(&self) -> Vec<&Product> {
        match self {
            Self::ProductItem { product, .. } => vec![product],
            Self::ProductList { sections, .. } => {
                sections.iter().flat_map(|section| &section.products).collect()
            }
            Self::Catalog { thumbnail, .. } => thumbnail.iter().collect(),
            Self::Carousel { cards, .. } => {
                cards.iter().filter_map(|card| card.product.as_ref()).collect()
            }
            Self::Template(it) => {
                let listed = it.buttons.iter().filter_map(|button| match button {
                    TemplateButton::Products { sections, .. } => Some(sections),
                    _ => None,
                });
                let listed = listed.flatten().flat_map(|section| &section.products);
                it.cards.iter().filter_map(|card| card.product.as_ref()).chain(listed).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// An order of some of these products: how many of which (by the seller's id).
///
/// # Errors
/// A product that is not among them, has no price, or is named twice; nothing at all; too much.
pub fn order(
    offered: &[&Product],
    lines: &[(String, u32)],
    text: Option<String>,
) -> Result<Content, Invalid> {
    let invalid = |rule: &str| Invalid::new("items", rule);
    let mut items: Vec<OrderItem> = Vec::with_capacity(lines.len());
    let mut catalog = None;
    for (retailer_id, quantity) in lines {
        let product = offered.iter().find(|product| product.retailer_id == *retailer_id);
        let product = product.ok_or_else(|| invalid("name a product that was not offered"))?;
        let (Some(price_cents), Some(currency)) = (product.price_cents, &product.currency) else {
            return Err(invalid("name a product without a price"));
        };
        if *catalog.get_or_insert(product.catalog) != product.catalog {
            return Err(invalid("must be of one catalogue"));
        }
        if items.iter().any(|item| item.retailer_id == *retailer_id) {
            return Err(invalid("name a product twice"));
        }
        items.push(OrderItem {
            retailer_id: retailer_id.clone(),
            quantity: *quantity,
            price_cents,
            currency: currency.clone(),
        });
    }
    let catalog = catalog.ok_or_else(|| invalid("must hold at least one product"))?;
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > limits::TEXT_BODY_CHARS) {
        let rule = format!("must be at most {} characters long", limits::TEXT_BODY_CHARS);
        return Err(Invalid::new("note", rule));
    }
    Ok(Content::Order { catalog, text, items })
}

#[cfg(test)]
mod tests {
    use super::super::parts::ProductSection;
    use super::*;
    use crate::id::ItemId;

    fn product(catalog: u64, id: &str, price_cents: Option<i64>) -> Product {
        Product {
            catalog: ItemId(catalog),
            retailer_id: id.into(),
            name: None,
            price_cents,
            currency: Some("EUR".into()),
            description: None,
        }
    }

    #[test]
    fn prices_are_the_messages_and_an_order_is_of_what_was_offered() {
        let list = Content::ProductList {
            header: None,
            body: String::new(),
            footer: None,
            sections: vec![ProductSection {
                title: None,
                products: vec![
                    product(7, "tea", Some(250)),
                    product(7, "air", None),
                    product(8, "mug", Some(1)),
                ],
            }],
        };
        let offered = list.products();
        let line = |id: &str, n| (id.to_owned(), n);
        let made = order(&offered, &[line("tea", 2)], Some(" soon ".into())).expect("an order");
        let Content::Order { catalog, text, items } = &made else { panic!("{made:?}") };
        assert_eq!((catalog, text.as_deref()), (&ItemId(7), Some("soon")));
        assert_eq!((items[0].price_cents, items[0].quantity), (250, 2));
        assert!(made.check().is_ok());
        for wrong in [
            vec![],
            vec![line("coffee", 1)],
            vec![line("air", 1)],
            vec![line("tea", 1), line("tea", 1)],
            vec![line("tea", 1), line("mug", 1)],
        ] {
            assert!(order(&offered, &wrong, None).is_err(), "{wrong:?}");
        }
        let none = order(&offered, &[line("tea", 0)], None).expect("checked later");
        assert!(none.check().is_err(), "none of it");
    }
}
