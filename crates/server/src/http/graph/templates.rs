//! Message templates (reference 6): `/{account}/message_templates`, `/{template}`.

use axum::http::Method;
use exchange::id::ItemId;
use exchange::limits;
use exchange::template::{Status, Template};
use exchange::time::DAY_MS;
use store::row::ItemKind;
use wire::cloud::error::GraphError;
use wire::cloud::params::Params;
use wire::cloud::send::SUCCESS;
use wire::cloud::template::{self, event, list};

use super::{Answer, Call, auth, failed, nodes, templates_keep as keep, templates_more as more};
use crate::App;
use crate::engine::{Desk, StepError};

/// What a step finds: a refusal in Graph's words wrote nothing.
pub type Found<T> = Result<Result<T, GraphError>, StepError>;

/// The paths about templates; `None`: it is none of them.
pub async fn route(app: &App, segments: &[&str], call: &Call<'_>) -> Option<Answer> {
    let get = *call.method == Method::GET;
    let post = *call.method == Method::POST;
    Some(match segments {
        [id, "message_templates"] if get || post || *call.method == Method::DELETE => {
            of_account(app, id, call).await
        }
        [id, "message_templates", "archive"] if post => {
            more::archive(app, id, call, Status::Archived).await
        }
        [id, "message_templates", "unarchive"] if post => {
            more::archive(app, id, call, Status::Approved).await
        }
        [id, "upsert_message_templates"] if post => more::upsert(app, id, call).await,
        [id, "message_template_previews"] if get => more::previews(app, id, call),
        [id, "message_template_library"] if get => more::library(app, Some(id), call),
        [id, "migrate_message_templates"] if post => more::migrate(app, id, call),
        [id, "template_analytics" | "template_group_analytics"] if get => {
            more::analytics(app, id, call)
        }
        [id, "compare"] if get => more::compare(app, id, call).await,
        [id, "unpause"] if post => more::unpause(app, id, call).await,
        _ => return None,
    })
}

/// `GET /message_template_library`
pub fn library(app: &App, call: &Call<'_>) -> Answer {
    more::library(app, None, call)
}

/// `GET|POST|DELETE /{account}/message_templates`
async fn of_account(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let entry = nodes::account(app, id, call)?;
    let (assistant, params) = (entry.row.id, call.params()?);
    if *call.method == Method::POST {
        let template = template::create(&params, app.clock.now())?;
        return create(app, assistant, template).await;
    }
    if *call.method == Method::DELETE {
        return delete(app, assistant, &params).await;
    }
    let read = app.readers.read(move |reader| keep::all(reader, assistant)).await;
    let all = read.map_err(|_| GraphError::unavailable(2_000))?;
    let origin = app.origin(call.headers);
    let sample = |handle: &str| keep::sample_url(app, &origin, handle);
    let url = format!("{origin}{}", call.path);
    list::answer(&all, &params, (&url, call.query), &sample)
}

async fn create(app: &App, assistant: exchange::id::AssistantId, mut template: Template) -> Answer {
    template.settle();
    template.check().map_err(|fault| template::fault(&fault))?;
    let key = app.media_key;
    let id = ItemId::from_random(crate::clock::random_u64());
    let step = move |desk: &mut Desk| -> Found<Vec<u8>> {
        let mut template = template;
        if let Err(error) = keep::room(desk, assistant, &template)? {
            return Ok(Err(error));
        }
        if !keep::flows(desk, assistant, &mut template)? {
            return Ok(Err(template::unknown_flow()));
        }
        if let Err(error) = keep::keep_samples(desk, &key, assistant, &template)? {
            return Ok(Err(error));
        }
        keep::put(desk, assistant, id, &template)?;
        let value = event::status(id, &template, template.status.name());
        desk.tell(assistant, event::STATUS, &value)?;
        Ok(Ok(wire::ascii::to_vec(&template::created(id, &template))))
    };
    app.engine.step_alone(step).await.map_err(failed)?
}

/// By `name` in all languages, by `name` and `hsm_id`, or by `hsm_ids`: all of them or none.
async fn delete(app: &App, assistant: exchange::id::AssistantId, params: &Params) -> Answer {
    let name = params.text("name")?.map(std::borrow::Cow::into_owned);
    let mut ids = params.list("hsm_ids")?.unwrap_or_default();
    ids.extend(params.text("hsm_id")?.map(std::borrow::Cow::into_owned));
    if name.is_none() && ids.is_empty() {
        return Err(GraphError::required("name")
            .details("Give name, for all languages; name and hsm_id, for one; or hsm_ids."));
    }
    let step = move |desk: &mut Desk| -> Found<Vec<u8>> {
        let mut gone = Vec::new();
        let all = keep::all(desk.read(), assistant)?;
        let named = |it: &Template| name.as_ref().is_none_or(|name| *name == it.name);
        if ids.is_empty() {
            gone.extend(all.iter().filter(|(_, it)| named(it)));
        }
        for id in &ids {
            let found = all.iter().find(|(own, it)| id.parse() == Ok(*own) && named(it));
            let Some(found) = found else { return Ok(Err(template::not_found(id))) };
            gone.push(found);
        }
        if gone.is_empty() {
            return Ok(Err(template::not_found(name.as_deref().unwrap_or_default())));
        }
        for (id, it) in gone {
            desk.put(store::Op::DropItem(ItemKind::Template, *id));
            desk.tell(assistant, event::STATUS, &event::status(*id, it, "DELETED"))?;
        }
        Ok(Ok(SUCCESS.to_vec()))
    };
    app.engine.step_alone(step).await.map_err(failed)?
}

/// Whether an id is that of a template of anybody's; whose, is asked afterwards.
pub async fn is_one(app: &App, id: &str) -> bool {
    let Ok(id) = id.parse::<ItemId>() else { return false };
    let read = app.readers.read(move |reader| reader.item(ItemKind::Template, id)).await;
    matches!(read, Ok(Some(_)))
}

/// `GET|POST /{template}`; a template of another's is as unknown as none.
pub async fn node(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let entry = auth::caller(app, call)?;
    let assistant = entry.row.id;
    let unknown = || GraphError::unknown_object(&call.method.as_str().to_lowercase(), id);
    let id: ItemId = id.parse().map_err(|_| unknown())?;
    let params = call.params()?;
    let read = app.readers.read(move |reader| keep::one(reader, assistant, id)).await;
    let found = read.map_err(|_| GraphError::unavailable(2_000))?.ok_or_else(unknown)?;
    if *call.method == Method::POST {
        let change = template::change(&params, found.named)?;
        return edit(app, assistant, id, change).await;
    }
    if *call.method == Method::DELETE {
        let mut by_id = Params::default();
        by_id.add("hsm_id", &id.to_string());
        return delete(app, assistant, &by_id).await;
    }
    let origin = app.origin(call.headers);
    let sample = |handle: &str| keep::sample_url(app, &origin, handle);
    template::node(id, &found, &params, &sample)
}

async fn edit(
    app: &App,
    assistant: exchange::id::AssistantId,
    id: ItemId,
    change: template::Change,
) -> Answer {
    let key = app.media_key;
    let step = move |desk: &mut Desk| -> Found<Vec<u8>> {
        let Some(before) = keep::one(desk.read(), assistant, id)? else {
            return Ok(Err(GraphError::unknown_object("post", &id.to_string())));
        };
        let now = desk.now();
        let mut it = before.clone();
        it.edits.retain(|at| now.since(*at) < 30 * DAY_MS);
        let (most, apart_ms) = limits::TEMPLATE_EDITS;
        let recent = it.edits.iter().any(|at| now.since(*at) < apart_ms);
        if recent || it.edits.len() >= most {
            return Ok(Err(template::edited_too_often()));
        }
        if let Err(error) = apply(&mut it, change) {
            return Ok(Err(error));
        }
        if !keep::flows(desk, assistant, &mut it)? {
            return Ok(Err(template::unknown_flow()));
        }
        if let Err(error) = keep::keep_samples(desk, &key, assistant, &it)? {
            return Ok(Err(error));
        }
        it.edits.push(now);
        if it.category != before.category {
            it.previous_category = Some(before.category);
            let value = event::category(id, &it, before.category);
            desk.tell(assistant, event::CATEGORY, &value)?;
        }
        if it.parts != before.parts {
            desk.tell(assistant, event::COMPONENTS, &event::components(id, &it))?;
        }
        keep::put(desk, assistant, id, &it)?;
        Ok(Ok(template::edited(id, &it)))
    };
    app.engine.step_alone(step).await.map_err(failed)?
}

fn apply(it: &mut Template, change: template::Change) -> Result<(), GraphError> {
    it.category = change.category.unwrap_or(it.category);
    it.named = change.named.unwrap_or(it.named);
    it.untracked = change.untracked.unwrap_or(it.untracked);
    it.ttl_s = change.ttl_s.or(it.ttl_s);
    if let Some(parts) = change.parts {
        it.parts = parts;
    }
    it.settle();
    it.check().map_err(|fault| template::fault(&fault))
}
