//! Catalogues and products (reference 3.3): what product messages name.

use axum::http::Method;
use exchange::catalog::{Catalog, Goods, item_name};
use exchange::id::{AssistantId, ItemId};
use exchange::limits;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use store::Op;
use store::row::{Item, ItemKind};
use wire::ascii;
use wire::cloud::catalog as words;
use wire::cloud::error::GraphError;
use wire::cloud::paging;
use wire::cloud::send::SUCCESS;

use super::lists::unread;
use super::{Answer, Call, auth, failed};
use crate::App;
use crate::clock::random_u64;
use crate::engine::{Desk, StepError};

fn read<T: DeserializeOwned>(item: &Item) -> Result<T, GraphError> {
    serde_json::from_str(&item.body).map_err(|_| GraphError::internal())
}

/// Puts an item down whose name nobody else has.
async fn keep(app: &App, item: Item) -> Result<(), GraphError> {
    let step = move |desk: &mut Desk| {
        let other = desk.read().item_named(item.assistant, item.kind, &item.name)?;
        if other.is_some_and(|other| other.id != item.id) {
            return Ok(Err("retailer_id"));
        }
        let is_new = desk.read().item(item.kind, item.id)?.is_none();
        if is_new && desk.read().count_items(item.assistant, item.kind)? >= limits::ITEMS as u64 {
            return Ok(Err("limit"));
        }
        let at = desk.now();
        desk.put(Op::Item(Item { at, ..item }));
        Ok(Ok(()))
    };
    match app.engine.step_alone(step).await.map_err(failed)? {
        Ok(()) => Ok(()),
        Err("limit") => Err(GraphError::new(400, 100, "Too many of them")
            .details(format!("One provider can keep {}. Delete some first.", limits::ITEMS))),
        Err(name) => Err(GraphError::parameter(name, "must be another one: it is taken.")),
    }
}

fn item<T: serde::Serialize>(
    kind: ItemKind,
    id: ItemId,
    assistant: AssistantId,
    name: String,
    it: &T,
) -> Result<Item, GraphError> {
    let body = serde_json::to_string(it).map_err(|_| GraphError::internal())?;
    Ok(Item { kind, id, assistant, name, at: exchange::time::Millis(0), body })
}

/// `GET|POST /{business}/owned_product_catalogs`, `GET /{account}/product_catalogs`: the caller
/// is known to own `id`.
pub async fn catalogs(app: &App, owner: AssistantId, call: &Call<'_>) -> Answer {
    let params = call.params()?;
    if call.method == Method::GET {
        return list(app, owner, ItemKind::Catalog, None, call).await;
    }
    let catalog = words::catalog(&params)?;
    let id = ItemId::from_random(random_u64());
    keep(app, item(ItemKind::Catalog, id, owner, id.to_string(), &catalog)?).await?;
    Ok(ascii::to_vec(&json!({ "id": id.to_string() })))
}

/// `POST /{account}/product_catalogs`: a catalogue of the account's own is connected already.
pub async fn connect(app: &App, call: &Call<'_>) -> Answer {
    let params = call.params()?;
    let id = params.required("catalog_id")?;
    match owned(app, &id, call).await?.filter(|item| item.kind == ItemKind::Catalog) {
        Some(_) => Ok(SUCCESS.to_vec()),
        None => Err(GraphError::parameter("catalog_id", "must be that of a catalogue of yours.")),
    }
}

async fn list(
    app: &App,
    owner: AssistantId,
    kind: ItemKind,
    catalog: Option<ItemId>,
    call: &Call<'_>,
) -> Answer {
    let params = call.params()?;
    let asked = paging::asked(&params)?;
    let most = u32::try_from(limits::ITEMS).unwrap_or(u32::MAX);
    let all = app.readers.read(move |reader| reader.items(owner, kind, ItemId(0), most)).await;
    let prefix = catalog.map(|catalog| item_name(catalog, ""));
    let own = |item: &Item| prefix.as_ref().is_none_or(|prefix| item.name.starts_with(prefix));
    let all: Vec<Item> = all.map_err(unread)?.into_iter().filter(own).collect();
    let nodes: Result<Vec<(u64, Value)>, GraphError> = all
        .iter()
        .map(|item| {
            let node = match kind {
                ItemKind::Catalog => {
                    words::catalog_node(item.id, &read::<Catalog>(item)?, 0, &params)?
                }
                _ => words::product_node(item.id, &read::<Goods>(item)?, &params)?,
            };
            Ok((item.id.0, node))
        })
        .collect();
    let page = paging::page(nodes?, &asked, &call.address(app), call.query);
    Ok(ascii::to_vec(&page))
}

/// A catalogue or product of the caller's, if `id` is one.
async fn owned(app: &App, id: &str, call: &Call<'_>) -> Result<Option<Item>, GraphError> {
    let Ok(id) = id.parse::<ItemId>() else { return Ok(None) };
    let caller = auth::caller(app, call)?.row.id;
    let found = app.readers.read(move |reader| {
        let catalog = reader.item(ItemKind::Catalog, id)?;
        if catalog.is_some() { Ok(catalog) } else { reader.item(ItemKind::Product, id) }
    });
    Ok(found.await.map_err(unread)?.filter(|item| item.assistant == caller))
}

/// `GET|POST|DELETE /{catalog}`, `/{product}`; `None` when it is neither, of the caller's.
///
/// # Errors
/// As the calls' own.
pub async fn node(app: &App, id: &str, call: &Call<'_>) -> Result<Option<Vec<u8>>, GraphError> {
    let Some(found) = owned(app, id, call).await? else { return Ok(None) };
    let params = call.params()?;
    if call.method == Method::DELETE {
        remove(app, found).await?;
        return Ok(Some(SUCCESS.to_vec()));
    }
    if call.method == Method::GET {
        let node = if found.kind == ItemKind::Catalog {
            let (owner, most) = (found.assistant, u32::try_from(limits::ITEMS).unwrap_or(u32::MAX));
            let all = app
                .readers
                .read(move |reader| reader.items(owner, ItemKind::Product, ItemId(0), most))
                .await
                .map_err(unread)?;
            let prefix = item_name(found.id, "");
            let products = all.iter().filter(|item| item.name.starts_with(&prefix)).count();
            words::catalog_node(found.id, &read::<Catalog>(&found)?, products as u64, &params)?
        } else {
            words::product_node(found.id, &read::<Goods>(&found)?, &params)?
        };
        return Ok(Some(ascii::to_vec(&node)));
    }
    if found.kind == ItemKind::Catalog {
        let mut catalog: Catalog = read(&found)?;
        catalog.name = params.required("name")?.into_owned();
        let invalid = |it| GraphError::invalid(&it);
        catalog.check().map_err(invalid)?;
        keep(app, item(found.kind, found.id, found.assistant, found.name, &catalog)?).await?;
    } else {
        let kept: Goods = read(&found)?;
        let goods = words::goods(&params, kept.catalog, Some(kept))?;
        let name = item_name(goods.catalog, &goods.retailer_id);
        keep(app, item(found.kind, found.id, found.assistant, name, &goods)?).await?;
    }
    Ok(Some(SUCCESS.to_vec()))
}

/// A catalogue goes with its products; messages that named them keep what they said.
async fn remove(app: &App, found: Item) -> Result<(), GraphError> {
    let step = move |desk: &mut Desk| {
        if found.kind == ItemKind::Catalog {
            let most = u32::try_from(limits::ITEMS).unwrap_or(u32::MAX);
            let all = desk.read().items(found.assistant, ItemKind::Product, ItemId(0), most)?;
            let prefix = item_name(found.id, "");
            for product in all.iter().filter(|item| item.name.starts_with(&prefix)) {
                desk.put(Op::DropItem(ItemKind::Product, product.id));
            }
        }
        desk.put(Op::DropItem(found.kind, found.id));
        Ok::<_, StepError>(())
    };
    app.engine.step_alone(step).await.map_err(failed)
}

/// `GET|POST /{catalog}/products`
pub async fn products(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let unknown = || GraphError::unknown_object(&call.method.as_str().to_lowercase(), id);
    let catalog = owned(app, id, call).await?.filter(|item| item.kind == ItemKind::Catalog);
    let catalog = catalog.ok_or_else(unknown)?;
    if call.method == Method::GET {
        return list(app, catalog.assistant, ItemKind::Product, Some(catalog.id), call).await;
    }
    let goods = words::goods(&call.params()?, catalog.id, None)?;
    let id = ItemId::from_random(random_u64());
    let name = item_name(catalog.id, &goods.retailer_id);
    keep(app, item(ItemKind::Product, id, catalog.assistant, name, &goods)?).await?;
    Ok(ascii::to_vec(&json!({ "id": id.to_string() })))
}
