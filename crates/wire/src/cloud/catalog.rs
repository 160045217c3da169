//! Catalogues and products from the parameter bag, and as they are read (reference 3.3).

use exchange::catalog::{Catalog, Goods};
use exchange::id::ItemId;
use serde_json::{Value, json};

use super::error::GraphError;
use super::fields::{NodeType, asked};
use super::params::Params;

const CATALOG: NodeType = NodeType {
    name: "ProductCatalog",
    known: &["business", "da_display_settings", "feed_count", "store_catalog_settings"],
    default: &["name"],
};

const PRODUCT: NodeType = NodeType {
    name: "ProductItem",
    known: &["brand", "category", "condition", "product_catalog", "retailer_product_group_id"],
    default: &["name", "retailer_id"],
};

fn wrong(invalid: &exchange::message::Invalid) -> GraphError {
    GraphError::parameter(invalid.field, &format!("{}.", invalid.rule))
}

/// `POST /{business}/owned_product_catalogs`.
///
/// # Errors
/// 100: something is missing or wrong.
pub fn catalog(params: &Params) -> Result<Catalog, GraphError> {
    let vertical =
        params.text("vertical")?.map_or_else(|| "commerce".into(), |text| text.into_owned());
    let catalog = Catalog { name: params.required("name")?.into_owned(), vertical };
    catalog.check().map_err(|invalid| wrong(&invalid))?;
    Ok(catalog)
}

/// `POST /{catalog}/products`, or `POST /{product}` with what there was.
///
/// # Errors
/// 100: something is missing or wrong.
pub fn goods(params: &Params, catalog: ItemId, kept: Option<Goods>) -> Result<Goods, GraphError> {
    let text = |name: &str, kept: Option<String>| match params.given(name)? {
        Some(text) => Ok(text),
        None => kept.ok_or_else(|| GraphError::required(name)),
    };
    let or = |kept: Option<String>, default: &str| Some(kept.unwrap_or_else(|| default.into()));
    let of = |get: fn(&Goods) -> &String| kept.as_ref().map(|kept| get(kept).clone());
    let price_cents = match params.text("price")? {
        Some(price) => price
            .parse()
            .map_err(|_| GraphError::parameter("price", "must be a whole number of hundredths."))?,
        None => kept
            .as_ref()
            .map(|kept| kept.price_cents)
            .ok_or_else(|| GraphError::required("price"))?,
    };
    let goods = Goods {
        catalog,
        retailer_id: text("retailer_id", of(|it| &it.retailer_id))?,
        name: text("name", of(|it| &it.name))?,
        price_cents,
        currency: text("currency", of(|it| &it.currency))?.to_ascii_uppercase(),
        description: text("description", or(of(|it| &it.description), ""))?,
        availability: text("availability", or(of(|it| &it.availability), "in stock"))?,
        url: text("url", or(of(|it| &it.url), ""))?,
        image_url: text("image_url", or(of(|it| &it.image_url), ""))?,
    };
    goods.check().map_err(|invalid| wrong(&invalid))?;
    Ok(goods)
}

/// A catalogue with the fields asked for.
///
/// # Errors
/// 100 for a field that none has.
pub fn catalog_node(
    id: ItemId,
    it: &Catalog,
    products: u64,
    params: &Params,
) -> Result<Value, GraphError> {
    let all = json!({
        "id": id.to_string(), "name": it.name, "vertical": it.vertical, "product_count": products,
    });
    CATALOG.select(&all, asked(params)?.as_deref())
}

/// A product with the fields asked for.
///
/// # Errors
/// 100 for a field that none has.
pub fn product_node(id: ItemId, it: &Goods, params: &Params) -> Result<Value, GraphError> {
    let said = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
    let all = json!({
        "id": id.to_string(),
        "retailer_id": it.retailer_id,
        "name": it.name,
        "price": format!("{}.{:02} {}", it.price_cents / 100, it.price_cents % 100, it.currency),
        "currency": it.currency,
        "description": said(&it.description),
        "availability": it.availability,
        "url": said(&it.url),
        "image_url": said(&it.image_url),
        "visibility": "published",
        "review_status": "approved",
    });
    PRODUCT.select(&all, asked(params)?.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Params {
        Params::of(Some(text), None, b"").unwrap()
    }

    #[test]
    fn products_are_read_changed_and_shown() {
        let all = query("retailer_id=mug-1&name=Mug&price=1205&currency=eur");
        let mug = goods(&all, ItemId(7), None).unwrap();
        assert_eq!((mug.currency.as_str(), mug.availability.as_str()), ("EUR", "in stock"));
        let dearer = goods(&query("price=1300"), ItemId(7), Some(mug.clone())).unwrap();
        assert_eq!((dearer.price_cents, dearer.name.as_str()), (1300, "Mug"));
        let asked = query("fields=price,retailer_id,description");
        let node = product_node(ItemId(9), &mug, &asked).unwrap();
        assert_eq!(node, json!({"id": "9", "retailer_id": "mug-1", "price": "12.05 EUR"}));
        for bad in [
            "",
            "name=Mug&price=1&currency=EUR",
            "retailer_id=x&name=y&price=1.5&currency=EUR",
            "retailer_id=x&name=y&price=1&currency=Euro",
        ] {
            assert_eq!(goods(&query(bad), ItemId(7), None).unwrap_err().code, 100, "{bad}");
        }
    }

    #[test]
    fn a_catalogue_has_a_name() {
        let it = catalog(&query("name=Shop")).unwrap();
        assert_eq!(it.vertical, "commerce");
        assert_eq!(catalog(&query("vertical=x")).unwrap_err().code, 100);
        let node = catalog_node(ItemId(7), &it, 3, &query("fields=product_count")).unwrap();
        assert_eq!(node, json!({"id": "7", "product_count": 3}));
    }
}
