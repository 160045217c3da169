//! The portfolio around an account, calls, groups: what is there, and the right refusal for what
//! is not (reference 2, 7, 9, 10).

use std::sync::Arc;

use axum::http::Method;
use exchange::consent::State;
use exchange::id::ConversationId;
use exchange::time::Millis;
use serde_json::{Value, json};
use wire::ascii;
use wire::cloud::error::GraphError;
use wire::cloud::id::{parse_user_id, parse_wa_id};
use wire::cloud::node::business_id;
use wire::cloud::params::Params;

use super::lists::unread;
use super::{Answer, Call, auth, nodes, numbers, shop};
use crate::App;
use crate::directory::Entry;

fn list(entries: &[Value]) -> Vec<u8> {
    ascii::to_vec(&json!({ "data": entries }))
}

/// The caller, if `id` is its portfolio.
pub fn owner(app: &App, id: &str, call: &Call<'_>) -> Result<Arc<Entry>, GraphError> {
    let entry = auth::caller(app, call)?;
    if id.parse() == Ok(business_id(entry.row.account)) {
        return Ok(entry);
    }
    Err(GraphError::unknown_object(&call.method.as_str().to_lowercase(), id))
}

/// `GET /{business}` and its edges.
pub async fn edge(app: &App, id: &str, edge: &str, call: &Call<'_>) -> Answer {
    let entry = owner(app, id, call)?;
    let get = call.method == Method::GET;
    let account = entry.row.account.to_string();
    let user =
        json!({"id": entry.row.id.to_string(), "name": entry.row.card.name, "role": "ADMIN"});
    match edge {
        "" => Ok(ascii::to_vec(&json!({
            "id": id, "name": entry.row.card.provider, "verification_status": "not_verified",
            "timezone_id": 0,
        }))),
        "owned_whatsapp_business_accounts" if get => {
            nodes::accounts(app, &account, &entry, call).await
        }
        "client_whatsapp_business_accounts" if get => Ok(list(&[])),
        "system_users" if get => Ok(list(&[user])),
        "owned_product_catalogs" => shop::catalogs(app, entry.row.id, call).await,
        "system_user_access_tokens" => Err(GraphError::not_here(
            "An account has one token here. The provider's page makes a new one, which ends the \
             old one.",
        )),
        _ => Err(GraphError::unknown_object(&call.method.as_str().to_lowercase(), id)),
    }
}

/// `GET|POST|DELETE /{account}/assigned_users`
pub fn assigned_users(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let entry = nodes::account(app, id, call)?;
    if call.method != Method::GET {
        return Err(GraphError::not_here(
            "An account has one user here, its own; nobody else can be assigned.",
        ));
    }
    let tasks = ["MANAGE", "DEVELOP", "MANAGE_TEMPLATES", "MANAGE_PHONE", "VIEW_COST"];
    let user = json!({
        "id": entry.row.id.to_string(), "name": entry.row.card.name, "tasks": tasks,
    });
    Ok(list(&[user]))
}

/// The person that a call names, if they have consented to this assistant.
async fn person(
    app: &App,
    entry: &Entry,
    text: &str,
) -> Result<Option<exchange::conversation::Conversation>, GraphError> {
    let digits: String = text.chars().filter(|c| !"+-() ".contains(*c)).collect();
    let of: Option<ConversationId> = parse_wa_id(&digits).or_else(|| parse_user_id(text));
    let Some(of) = of else { return Ok(None) };
    let id = entry.row.id;
    let found = app.readers.read(move |reader| reader.conversation(of)).await.map_err(unread)?;
    Ok(found.filter(|of| of.assistant == id && of.consent == State::Given))
}

/// `POST /{phone}/calls`: settings and permissions are real, sound is not carried.
pub async fn calls(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let entry = nodes::number(app, id, call)?;
    let params = call.params()?;
    let action = params.required("action")?;
    if !numbers::read(app, entry.row.id).await?.calls_enabled() {
        return Err(GraphError::calling_not_enabled());
    }
    match action.as_ref() {
        "connect" => {
            let to = match params.text("to")? {
                Some(to) => to,
                None => params.text("recipient")?.ok_or_else(|| GraphError::required("to"))?,
            };
            let found = person(app, &entry, &to).await?.ok_or_else(GraphError::uncallable)?;
            let now = app.clock.now();
            if found.wishes.calls_until.is_none_or(|until| until <= now) {
                return Err(GraphError::no_call_permission());
            }
            Err(GraphError::calls_unavailable())
        }
        "pre_accept" | "accept" | "reject" | "terminate" => {
            params.required("call_id")?;
            Err(GraphError::parameter("call_id", "must be that of a call that is under way."))
        }
        _ => {
            let rule = "must be one of {connect, pre_accept, accept, reject, terminate}.";
            Err(GraphError::parameter("action", rule))
        }
    }
}

fn recipient(params: &Params) -> Result<String, GraphError> {
    let found = match params.text("user_wa_id")? {
        Some(text) => Some(text),
        None => params.text("recipient")?,
    };
    found.map(|text| text.into_owned()).ok_or_else(|| GraphError::required("user_wa_id"))
}

/// `GET /{phone}/call_permissions`
pub async fn call_permissions(app: &App, id: &str, call: &Call<'_>) -> Answer {
    let entry = nodes::number(app, id, call)?;
    let to = recipient(&call.params()?)?;
    let found = person(app, &entry, &to).await?.ok_or_else(GraphError::undeliverable)?;
    let now = app.clock.now();
    let until = found.wishes.calls_until.filter(|until| *until > now);
    let permission = match until {
        None => json!({"status": "no_permission"}),
        Some(Millis(i64::MAX)) => json!({"status": "permanent"}),
        Some(until) => json!({"status": "temporary", "expiration_time": until.seconds()}),
    };
    let open = found.window_until().is_some_and(|end| now < end);
    let actions = json!([
        {"action_name": "send_call_permission_request", "can_perform_action": open},
        // No sound is carried here, whatever is permitted.
        {"action_name": "start_call", "can_perform_action": false},
    ]);
    let answer = json!({
        "messaging_product": "whatsapp", "permission": permission, "actions": actions,
    });
    Ok(ascii::to_vec(&answer))
}

/// `GET|POST /{phone}/groups`: nobody is eligible; the list is empty, in its own shape.
pub fn groups(app: &App, id: &str, call: &Call<'_>) -> Answer {
    nodes::number(app, id, call)?;
    if call.method == Method::GET {
        return Ok(ascii::to_vec(&json!({ "data": {"groups": []} })));
    }
    Err(GraphError::no_groups())
}
