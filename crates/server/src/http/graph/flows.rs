//! Managing flows (reference 8): the provider's forms of several screens.

use std::sync::Arc;

use axum::http::Method;
use exchange::flow::{Flow, FlowRefusal, Status};
use exchange::id::{AssistantId, ItemId};
use exchange::limits;
use exchange::number::Number;
use store::Op;
use store::row::{Item, ItemKind};
use wire::cloud::error::GraphError;
use wire::cloud::flows::{self as wire_flows, Around, Change, Create, Doing};
use wire::cloud::paging;
use wire::cloud::send::SUCCESS;
use wire::flow::Script;
use wire::flow::check::{Problem, check};

use super::{Answer, Call, auth, failed, nodes, numbers};
use crate::App;
use crate::clock::random_u64;
use crate::directory::Entry;
use crate::engine::{Desk, StepError};

/// A flow that has been looked up.
pub struct Found {
    id: ItemId,
    flow: Flow,
}

/// `GET|POST /{account}/flows`
pub async fn of_account(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let entry = nodes::account(app, id, call)?;
    if call.method == Method::POST {
        return create(app, entry.row.id, wire_flows::create(&call.params()?)?).await;
    }
    list(app, &entry, call).await
}

async fn create(app: &App, assistant: AssistantId, wanted: Create) -> Answer {
    let Create { change, clone_of, json, publish } = wanted;
    let cloned = match clone_of {
        Some(id) => Some(find(app, assistant, id).await?.ok_or_else(|| {
            GraphError::parameter("clone_flow_id", "must be the id of a flow of this account.")
        })?),
        None => None,
    };
    let json = json.or(cloned.map(|cloned| cloned.flow.json)).unwrap_or_default();
    let problems = if json.is_empty() { Vec::new() } else { check(&json) };
    let asks = Script::read(&json).is_ok_and(|script| script.asks());
    let now = app.clock.now();
    let mut flow = Flow {
        name: change.name.unwrap_or_default(),
        categories: change.categories.unwrap_or_default(),
        status: Status::Draft,
        endpoint: change.endpoint,
        broken: !problems.is_empty(),
        json,
        preview: random_u64() >> 12,
        preview_until: wire_flows::preview_until(now),
        updated: now,
    };
    if publish {
        flow.publish(asks, now).map_err(|why| GraphError::flow(Doing::Publishing, why))?;
    }
    let id = ItemId::made(now, random_u64());
    save(app, assistant, id, flow, None).await?;
    Ok(wire_flows::made(Some(id), &problems))
}

/// Writes a flow; its name must be its provider's only one.
async fn save(
    app: &App,
    assistant: AssistantId,
    id: ItemId,
    flow: Flow,
    old: Option<Status>,
) -> Result<(), GraphError> {
    let step = move |desk: &mut Desk| {
        let namesake = desk.read().item_named(assistant, ItemKind::Flow, &flow.name)?;
        if namesake.is_some_and(|namesake| namesake.id != id) {
            return Ok(Err("Another flow of this account has this name."));
        }
        let count = desk.read().count_items(assistant, ItemKind::Flow)?;
        if old.is_none() && count >= limits::ITEMS as u64 {
            return Ok(Err("This account has as many flows as it can."));
        }
        if let Some(old) = old.filter(|old| *old != flow.status) {
            let value = wire_flows::status_changed(id, &flow, old.name());
            desk.tell(assistant, "flows", &value)?;
        }
        desk.put(Op::Item(item(assistant, id, &flow)?));
        Ok(Ok(()))
    };
    app.engine
        .step_alone(step)
        .await
        .map_err(failed)?
        .map_err(|why| GraphError::parameter("name", "is not possible.").details(why))
}

fn item(assistant: AssistantId, id: ItemId, flow: &Flow) -> Result<Item, StepError> {
    let body = serde_json::to_string(flow).map_err(|_| StepError::Unavailable)?;
    let (name, at) = (flow.name.clone(), flow.updated);
    Ok(Item { kind: ItemKind::Flow, id, assistant, name, at, body })
}

/// A flow of an assistant.
///
/// # Errors
/// 131016 when it cannot be read.
pub async fn find(
    app: &App,
    assistant: AssistantId,
    id: ItemId,
) -> Result<Option<Found>, GraphError> {
    let read = app.readers.read(move |reader| reader.item(ItemKind::Flow, id)).await;
    let item = read.map_err(|error| failed(error.into()))?;
    Ok(item.filter(|item| item.assistant == assistant).as_ref().and_then(of_item))
}

/// What an item says, if it is a flow.
pub fn of_item(item: &Item) -> Option<Found> {
    Some(Found { id: item.id, flow: serde_json::from_str(&item.body).ok()? })
}

/// The caller and its flow.
async fn own(app: &App, id: &str, call: &Call<'_>) -> Result<(Arc<Entry>, Found), GraphError> {
    let entry = auth::caller(app, call)?;
    let unknown = || GraphError::unknown_object(&call.method.as_str().to_lowercase(), id);
    let known = id.parse().map_err(|_| unknown())?;
    let found = find(app, entry.row.id, known).await?.ok_or_else(unknown)?;
    Ok((entry, found))
}

fn node(
    app: &App,
    entry: &Entry,
    settings: &Number,
    found: &Found,
    call: &Call<'_>,
) -> Result<serde_json::Value, GraphError> {
    let problems: Vec<Problem> =
        if found.flow.json.is_empty() { Vec::new() } else { check(&found.flow.json) };
    let around = Around {
        id: found.id,
        account: entry.row.account,
        account_name: settings.account_name.as_ref().unwrap_or(&entry.row.card.provider),
        timezone: settings.timezone.unwrap_or(0),
        app: entry.row.app,
        app_name: &entry.row.card.name,
        app_link: &nodes::link(&app.origin(call.headers)),
        problems: &problems,
        preview_url: &crate::http::flow::preview_url(
            &app.origin(call.headers),
            found.id,
            &found.flow,
        ),
    };
    wire_flows::node(&found.flow, &around, &call.params()?)
}

async fn list(app: &App, entry: &Arc<Entry>, call: &Call<'_>) -> Answer {
    let assistant = entry.row.id;
    let read = app.readers.read(move |reader| {
        let most = u32::try_from(limits::ITEMS).unwrap_or(u32::MAX);
        reader.items(assistant, ItemKind::Flow, ItemId(0), most)
    });
    let items = read.await.map_err(|error| failed(error.into()))?;
    let found: Vec<Found> = items.iter().filter_map(of_item).collect();
    let settings = numbers::read(app, assistant).await?;
    let node = |found: &Found| Ok((found.id.0, node(app, entry, &settings, found, call)?));
    let nodes: Result<Vec<_>, GraphError> = found.iter().map(node).collect();
    let asked = paging::asked(&call.params()?)?;
    let address = format!("{}/v25.0/{}/flows", app.origin(call.headers), entry.row.account);
    Ok(wire::ascii::to_vec(&paging::page(nodes?, &asked, &address, call.query)))
}

/// `GET|POST|DELETE /{flow}`; `None` if the caller has no such flow.
pub async fn one(app: &App, id: &str, call: &Call<'_>) -> Option<Answer> {
    let caller = auth::caller(app, call).ok()?;
    if id.parse() == Ok(caller.row.id) || id.parse() == Ok(caller.row.account) {
        return None;
    }
    let (entry, found) = own(app, id, call).await.ok()?;
    Some(if call.method == Method::GET {
        show(app, &entry, found, call).await
    } else if call.method == Method::DELETE {
        delete(app, found).await
    } else {
        update(app, &entry, found, call).await
    })
}

async fn show(app: &App, entry: &Entry, mut found: Found, call: &Call<'_>) -> Answer {
    let now = app.clock.now();
    let over = found.flow.preview_until <= now;
    if over || wire_flows::invalidates_preview(&call.params()?) {
        found.flow.preview = random_u64() >> 12;
        found.flow.preview_until = wire_flows::preview_until(now);
        let status = Some(found.flow.status);
        save(app, entry.row.id, found.id, found.flow.clone(), status).await?;
    }
    let settings = numbers::read(app, entry.row.id).await?;
    Ok(wire::ascii::to_vec(&node(app, entry, &settings, &found, call)?))
}

async fn update(app: &App, entry: &Entry, mut found: Found, call: &Call<'_>) -> Answer {
    let Change { name, categories, endpoint } = wire_flows::change(&call.params()?)?;
    let drafts_only = name.is_some() || categories.is_some();
    if drafts_only && found.flow.status != Status::Draft {
        return Err(GraphError::flow(Doing::Updating, FlowRefusal::NotDraft));
    }
    let flow = &mut found.flow;
    flow.name = name.unwrap_or_else(|| flow.name.clone());
    flow.categories = categories.unwrap_or_else(|| flow.categories.clone());
    flow.endpoint = endpoint.or_else(|| flow.endpoint.clone());
    flow.updated = app.clock.now();
    let status = Some(flow.status);
    save(app, entry.row.id, found.id, found.flow, status).await?;
    Ok(SUCCESS.to_vec())
}

async fn delete(app: &App, found: Found) -> Answer {
    if found.flow.status != Status::Draft {
        return Err(GraphError::flow(Doing::Deleting, FlowRefusal::NotDraft));
    }
    let step = move |desk: &mut Desk| {
        desk.put(Op::DropItem(ItemKind::Flow, found.id));
        Ok(())
    };
    app.engine.step(step).await.map_err(failed)?;
    Ok(SUCCESS.to_vec())
}

/// `POST /{flow}/publish`, `POST /{flow}/deprecate`
pub async fn turn(app: &App, id: &str, publish: bool, call: &Call<'_>) -> Answer {
    let (entry, mut found) = own(app, id, call).await?;
    let (old, now) = (found.flow.status, app.clock.now());
    if publish {
        let asks = Script::read(&found.flow.json).is_ok_and(|script| script.asks());
        let done = found.flow.publish(asks, now);
        done.map_err(|why| GraphError::flow(Doing::Publishing, why))?;
    } else {
        let done = found.flow.deprecate(now);
        done.map_err(|why| GraphError::flow(Doing::Deprecating, why))?;
    }
    save(app, entry.row.id, found.id, found.flow, Some(old)).await?;
    Ok(SUCCESS.to_vec())
}

/// `GET|POST /{flow}/assets`
pub async fn assets(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let (entry, mut found) = own(app, id, call).await?;
    if call.method == Method::GET {
        let url = crate::http::flow::json_url(&app.origin(call.headers), found.id, &found.flow);
        return Ok(wire_flows::assets((!found.flow.json.is_empty()).then_some(&*url)));
    }
    if found.flow.status != Status::Draft {
        return Err(GraphError::flow(Doing::Updating, FlowRefusal::NotDraft));
    }
    found.flow.json = wire_flows::asset(&call.params()?)?;
    let problems = check(&found.flow.json);
    found.flow.broken = !problems.is_empty();
    found.flow.updated = app.clock.now();
    let status = Some(found.flow.status);
    save(app, entry.row.id, found.id, found.flow, status).await?;
    Ok(wire_flows::made(None, &problems))
}

/// `POST /{account}/migrate_flows`: one token has one account here, so there is never another
/// account's flow that it may read.
pub fn migrate(app: &App, call: &Call<'_>) -> Answer {
    auth::caller(app, call)?;
    let source = call.params()?.required("source_waba_id")?.into_owned();
    Err(GraphError::unknown_object("post", &source))
}
