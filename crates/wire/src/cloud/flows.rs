//! Managing flows (reference 8).

use exchange::flow::{CATEGORIES, Flow, FlowRefusal};
use exchange::id::{AccountId, AppId, ItemId};
use exchange::time::Millis;
use serde_json::{Value, json};

use super::error::{GraphError, shortened};
use super::fields::{NodeType, asked};
use super::node::graph_time;
use super::params::{Params, as_flag};
use crate::ascii;
use crate::flow::check::Problem;

/// What can be changed of a flow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// Its name.
    pub name: Option<String>,
    /// What it is for.
    pub categories: Option<Vec<String>>,
    /// Its endpoint; an empty one takes it away.
    pub endpoint: Option<String>,
}

/// A flow to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Create {
    /// Its first values; name and categories are there.
    pub change: Change,
    /// Whose screens it begins with.
    pub clone_of: Option<ItemId>,
    /// Its screens.
    pub json: Option<String>,
    /// Whether it is published at once.
    pub publish: bool,
}

/// Names of flows (ours; the platform's interface takes 200).
const NAME_CHARS: usize = 200;

/// Reads `POST /{flow}`.
///
/// # Errors
/// 100, saying which parameter is wrong.
pub fn change(params: &Params) -> Result<Change, GraphError> {
    let name = params.text("name")?.map(|name| name.trim().to_owned());
    if name.as_ref().is_some_and(|name| !(1..=NAME_CHARS).contains(&name.chars().count())) {
        let rule = format!("must be 1 to {NAME_CHARS} characters long.");
        return Err(GraphError::parameter("name", &rule));
    }
    let categories = params.list("categories")?;
    if let Some(categories) = &categories {
        let known = |category: &&String| CATEGORIES.contains(&category.as_str());
        if categories.is_empty() || !categories.iter().all(|category| known(&category)) {
            let rule = format!("must hold some of {{{}}}.", CATEGORIES.join(", "));
            return Err(GraphError::parameter("categories", &rule));
        }
    }
    let endpoint = params.text("endpoint_uri")?.map(|uri| uri.into_owned());
    let sound =
        |uri: &String| exchange::assistant::is_web_address(uri, exchange::limits::URL_CHARS);
    if endpoint.as_ref().is_some_and(|uri| !sound(uri)) {
        return Err(GraphError::parameter("endpoint_uri", "must be a valid URL."));
    }
    Ok(Change { name, categories, endpoint })
}

/// Reads `POST /{account}/flows`.
///
/// # Errors
/// 100, saying which parameter is missing or wrong.
pub fn create(params: &Params) -> Result<Create, GraphError> {
    params.required("name")?;
    let change = change(params)?;
    if change.categories.is_none() {
        return Err(GraphError::required("categories"));
    }
    let clone_of = match params.text("clone_flow_id")? {
        None => None,
        Some(id) => Some(
            id.parse()
                .map_err(|_| GraphError::parameter("clone_flow_id", "must be the id of a flow."))?,
        ),
    };
    let json = match params.get("flow_json") {
        Some(object @ Value::Object(_)) => Some(object.to_string()),
        _ => params.text("flow_json")?.map(|json| json.into_owned()),
    };
    let publish = match params.get("publish") {
        None => false,
        Some(flag) => {
            as_flag(flag).ok_or_else(|| GraphError::parameter("publish", "must be a boolean."))?
        }
    };
    Ok(Create { change, clone_of, json, publish })
}

/// Reads `POST /{flow}/assets`: the Flow JSON.
///
/// # Errors
/// 100, saying which parameter is missing or wrong.
pub fn asset(params: &Params) -> Result<String, GraphError> {
    let kind = params.text("asset_type")?;
    if kind.as_deref().is_some_and(|kind| kind != "FLOW_JSON") {
        return Err(GraphError::parameter("asset_type", "must be one of {FLOW_JSON}."));
    }
    params.required("file").map(|json| json.into_owned())
}

/// The answer to a flow that was made or given screens.
pub fn made(id: Option<ItemId>, problems: &[Problem]) -> Vec<u8> {
    let problems: Vec<Value> = problems.iter().map(Problem::to_json).collect();
    let mut answer = json!({"success": true, "validation_errors": problems});
    if let Some(id) = id {
        answer["id"] = id.to_string().into();
    }
    ascii::to_vec(&answer)
}

const FLOW: NodeType = NodeType {
    name: "WhatsAppFlow",
    known: &["metric"],
    default: &["name", "status", "categories", "validation_errors"],
};

/// What is told of a flow beside itself.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// Its id.
    pub id: ItemId,
    /// Its account.
    pub account: AccountId,
    /// The account's name.
    pub account_name: &'a str,
    /// Its zone in the platform's list.
    pub timezone: u32,
    /// Its app.
    pub app: AppId,
    /// The app's name.
    pub app_name: &'a str,
    /// The page about it.
    pub app_link: &'a str,
    /// What is wrong with its screens.
    pub problems: &'a [Problem],
    /// Where it can be tried.
    pub preview_url: &'a str,
}

/// A flow as a node.
///
/// # Errors
/// 100 for a field that no flow has, 2500 for a selection that cannot be read.
pub fn node(flow: &Flow, around: &Around<'_>, params: &Params) -> Result<Value, GraphError> {
    let script: Value = serde_json::from_str(&flow.json).unwrap_or_default();
    let problems: Vec<Value> = around.problems.iter().map(Problem::to_json).collect();
    let id = around.id.to_string();
    let blocked = flow.broken || flow.json.is_empty();
    let health = if blocked { "BLOCKED" } else { "AVAILABLE" };
    let all = json!({
        "id": id,
        "name": flow.name,
        "status": flow.status.name(),
        "categories": flow.categories,
        "validation_errors": problems,
        "json_version": script["version"],
        "data_api_version": script["data_api_version"],
        "endpoint_uri": flow.endpoint,
        "data_channel_uri": flow.endpoint,
        "preview": {
            "preview_url": around.preview_url,
            "expires_at": graph_time(flow.preview_until),
        },
        "updated_at": graph_time(flow.updated),
        "whatsapp_business_account": {
            "id": around.account.to_string(), "name": around.account_name,
            "timezone_id": around.timezone.to_string(),
            "message_template_namespace": super::node::namespace(around.account),
        },
        "application": {
            "id": around.app.to_string(), "name": around.app_name, "link": around.app_link,
        },
        "health_status": {
            "can_send_message": health,
            "entities": [{"entity_type": "FLOW", "id": id, "can_send_message": health}],
        },
    });
    FLOW.select(&all, asked(params)?.as_deref())
}

/// Whether `fields` asks for a new preview (`preview.invalidate(true)`).
pub fn invalidates_preview(params: &Params) -> bool {
    let fields = params.text("fields").ok().flatten();
    fields.is_some_and(|fields| fields.contains("preview.invalidate(true)"))
}

/// `GET /{flow}/assets`.
pub fn assets(download_url: Option<&str>) -> Vec<u8> {
    let data: Vec<Value> = download_url
        .iter()
        .map(|url| json!({"name": "flow.json", "asset_type": "FLOW_JSON", "download_url": url}))
        .collect();
    let cursor = super::node::CURSOR;
    ascii::to_vec(&match data.is_empty() {
        true => json!({"data": []}),
        false => json!({"data": data, "paging": {"cursors": {"before": cursor, "after": cursor}}}),
    })
}

/// What an account is told when a flow's status changes (reference 13, `flows`).
pub fn status_changed(id: ItemId, flow: &Flow, old: &str) -> Value {
    let new = flow.status.name();
    json!({
        "event": "FLOW_STATUS_CHANGE",
        "message": format!("Flow {} went from {old} to {new}", shortened(&flow.name)),
        "flow_id": id.to_string(), "old_status": old, "new_status": new,
    })
}

/// Until when a new preview works (reference 8: 30 days).
pub fn preview_until(now: Millis) -> Millis {
    now + 30 * exchange::time::DAY_MS
}

/// Which of the four calls was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// 139001.
    Updating,
    /// 139002.
    Publishing,
    /// 139003.
    Deprecating,
    /// 139004.
    Deleting,
}

impl GraphError {
    /// 139001-139004: a flow that cannot be changed so.
    pub fn flow(doing: Doing, why: FlowRefusal) -> Self {
        let (code, what) = match doing {
            Doing::Updating => (139_001, "Flow can't be updated"),
            Doing::Publishing => (139_002, "Flow can't be published"),
            Doing::Deprecating => (139_003, "Flow can't be deprecated"),
            Doing::Deleting => (139_004, "Flow can't be deleted"),
        };
        Self::new(400, code, what).details(format!("{why}."))
    }

    /// 131009: a message names a flow that cannot be sent so.
    pub fn flow_not_sendable(details: &str) -> Self {
        Self::invalid_value(details)
    }
}
