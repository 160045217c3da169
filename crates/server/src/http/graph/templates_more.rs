//! Templates beyond one at a time: many languages at once, previews, the library, putting away,
//! and what can be told of how they do (reference 6, 13).

use exchange::content::Category;
use exchange::id::ItemId;
use exchange::template::{Status, Template};
use serde_json::{Map, Value, json};
use wire::ascii;
use wire::cloud::error::GraphError;
use wire::cloud::template::{self, codes, event, library};

use super::templates::Found;
use super::{Answer, Call, auth, failed, nodes, templates_keep as keep};
use crate::App;
use crate::clock::random_u64;
use crate::engine::{Desk, StepError};

/// `POST /{account}/upsert_message_templates`: all of them or none.
pub async fn upsert(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let assistant = nodes::account(app, id, call)?.row.id;
    let mut all = codes::upsert(&call.params()?, app.clock.now())?;
    for template in &mut all {
        template.settle();
        template.check().map_err(|fault| template::fault(&fault))?;
    }
    let step = move |desk: &mut Desk| -> Found<Vec<u8>> {
        let mut kept = Vec::with_capacity(all.len());
        for template in all {
            let found = keep::named(desk.read(), assistant, &template.name, &template.language)?;
            kept.push(match found {
                Some((_, before)) if before.category != Category::Authentication => {
                    return Ok(Err(template::duplicate(&template.name, &template.language)));
                }
                Some((id, before)) => {
                    let (created, edits) = (before.created, before.edits);
                    (id, Template { created, edits, status: before.status, ..template }, false)
                }
                None => (ItemId::from_random(random_u64()), template, true),
            });
        }
        let new = kept.iter().filter(|(_, _, new)| *new).count();
        if let Err(error) = keep::capacity(desk, assistant, new)? {
            return Ok(Err(error));
        }
        let mut data: Vec<Value> = Vec::with_capacity(kept.len());
        for (id, template, new) in &kept {
            keep::put(desk, assistant, *id, template)?;
            if *new {
                let value = event::status(*id, template, template.status.name());
                desk.tell(assistant, event::STATUS, &value)?;
            } else {
                desk.tell(assistant, event::COMPONENTS, &event::components(*id, template))?;
            }
            data.push(json!({
                "id": id.to_string(), "status": template.status.name(),
                "language": template.language,
            }));
        }
        Ok(Ok(ascii::to_vec(&json!({ "data": data }))))
    };
    app.engine.step_alone(step).await.map_err(failed)?
}

/// `GET /{account}/message_template_previews`
pub fn previews(app: &App, id: &str, call: &Call<'_>) -> Answer {
    nodes::account(app, id, call)?;
    codes::previews(&call.params()?)
}

/// `GET /message_template_library`, `GET /{account}/message_template_library`
pub fn library(app: &App, id: Option<&str>, call: &Call<'_>) -> Answer {
    match id {
        Some(id) => nodes::account(app, id, call)?,
        None => auth::caller(app, call)?,
    };
    let url = format!("{}{}", app.origin(call.headers), call.path);
    library::answer(&call.params()?, (&url, call.query))
}

/// `POST /{account}/message_templates/archive` and `…/unarchive`: those that are not this
/// account's are told of one by one.
pub async fn archive(app: &App, id: &str, call: &Call<'_>, status: Status) -> Answer {
    let assistant = nodes::account(app, id, call)?.row.id;
    let ids = call.params()?.list("hsm_ids")?.filter(|ids| !ids.is_empty());
    let ids = ids.ok_or_else(|| GraphError::required("hsm_ids"))?;
    let event = if status == Status::Archived { "ARCHIVED" } else { "UNARCHIVED" };
    let step = move |desk: &mut Desk| -> Result<Vec<u8>, StepError> {
        let (mut done, mut failed): (Vec<Value>, Map<String, Value>) = Default::default();
        for text in ids {
            let id = text.parse().ok();
            let found = id.map(|id| keep::one(desk.read(), assistant, id)).transpose()?.flatten();
            let (Some(id), Some(before)) = (id, found) else {
                let cut: String = text.chars().take(80).collect();
                failed.insert(cut, "There is no such template of this account.".into());
                continue;
            };
            if before.status != status {
                let it = Template { status, ..before };
                keep::put(desk, assistant, id, &it)?;
                desk.tell(assistant, event::STATUS, &event::status(id, &it, event))?;
            }
            done.push(text.into());
        }
        let list = format!("{}_templates", event.to_lowercase());
        Ok(ascii::to_vec(&json!({ list: done, "failed_templates": failed })))
    };
    app.engine.step_alone(step).await.map_err(failed)
}

/// `POST /{account}/migrate_message_templates`: a token has one account here, so there is none to
/// migrate from.
pub fn migrate(app: &App, id: &str, call: &Call<'_>) -> Answer {
    nodes::account(app, id, call)?;
    let params = call.params()?;
    params.required("source_waba_id")?;
    let rule = "must be another account that the token may use.";
    Err(GraphError::parameter("source_waba_id", rule)
        .details("A token of this exchange belongs to one account: create the templates anew."))
}

/// `GET /{account}/template_analytics`: insights are not kept here.
pub fn analytics(app: &App, id: &str, call: &Call<'_>) -> Answer {
    nodes::account(app, id, call)?;
    let title = "Template insights are not enabled";
    Err(GraphError::new(400, 200_007, title)
        .details("This exchange keeps no counts by template: statuses of messages tell."))
}

async fn own(app: &App, id: &str, call: &Call<'_>) -> Result<ItemId, GraphError> {
    let assistant = auth::caller(app, call)?.row.id;
    let unknown = || GraphError::unknown_object(&call.method.as_str().to_lowercase(), id);
    let id: ItemId = id.parse().map_err(|_| unknown())?;
    let read = app.readers.read(move |reader| keep::one(reader, assistant, id)).await;
    let found = read.map_err(|_| GraphError::unavailable(2_000))?;
    found.map(|_| id).ok_or_else(unknown)
}

/// `GET /{template}/compare`: nothing is counted by template, so there are no values.
pub async fn compare(app: &App, id: &str, call: &Call<'_>) -> Answer {
    own(app, id, call).await?;
    let params = call.params()?;
    for name in ["template_ids", "start", "end"] {
        params.get(name).ok_or_else(|| GraphError::required(name))?;
    }
    for other in params.list("template_ids")?.unwrap_or_default() {
        own(app, &other, call).await?;
    }
    Ok(ascii::to_vec(&json!({"data": [
        {"metric": "BLOCK_RATE", "type": "RELATIVE", "order_by_relative_metric": []},
        {"metric": "MESSAGE_SENDS", "type": "NUMBER_VALUES", "number_values": []},
        {"metric": "TOP_BLOCK_REASON", "type": "STRING_VALUES", "string_values": []},
    ]})))
}

/// `POST /{template}/unpause`: none is ever paused.
pub async fn unpause(app: &App, id: &str, call: &Call<'_>) -> Answer {
    own(app, id, call).await?;
    Ok(ascii::to_vec(&json!({"success": false, "reason": "The template is not paused."})))
}
