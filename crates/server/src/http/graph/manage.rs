//! Which call of numbers and accounts is which (reference 5, 7, 10, 13).

use axum::http::Method;
use wire::cloud::error::GraphError;

use super::{Answer, Call, auth, business, lists, nodes, numbers, shop};
use crate::App;

/// The answer to a call of this family; `None` for any other.
pub async fn route(app: &App, segments: &[&str], call: &Call<'_>) -> Option<Answer> {
    let get = call.method == Method::GET;
    let delete = call.method == Method::DELETE;
    let post = call.method == Method::POST || call.method == Method::PUT;
    Some(match *segments {
        [id, what @ ("register" | "deregister" | "request_code" | "verify_code")] if post => {
            numbers::registration(app, id, what, call).await
        }
        [id, "settings"] if get || post => numbers::settings(app, id, call).await,
        [id, "whatsapp_business_profile"] if get => nodes::business_profile(app, id, call).await,
        [id, what @ ("whatsapp_commerce_settings" | "whatsapp_business_encryption")] if get => {
            numbers::get(app, id, what, call).await
        }
        [
            id,
            what @ ("whatsapp_business_profile"
            | "conversational_automation"
            | "whatsapp_commerce_settings"
            | "whatsapp_business_encryption"),
        ] if post => numbers::set(app, id, what, call).await,
        [id, "block_users"] => lists::block_users(app, id, call).await,
        [id, "message_qrdls"] if get || post => lists::qr_codes(app, id, call).await,
        [id, "message_qrdls", code] if get || post || delete => {
            lists::qr_code(app, id, code, call).await
        }
        [id, "calls"] if post => business::calls(app, id, call).await,
        [id, "call_permissions"] if get => business::call_permissions(app, id, call).await,
        [id, "groups"] if get || post => business::groups(app, id, call),
        [id, "phone_numbers" | "add_phone_numbers"] if post => match owns(app, id, call) {
            Ok(()) => Err(GraphError::one_number()),
            Err(error) => Err(error),
        },
        [id, "assigned_users"] => business::assigned_users(app, id, call),
        [id, "product_catalogs"] if get || post => match nodes::account(app, id, call) {
            Ok(entry) if get => shop::catalogs(app, entry.row.id, call).await,
            // A catalogue of the account's portfolio is the account's from the start.
            Ok(_) => shop::connect(app, call).await,
            Err(error) => Err(error),
        },
        [id, "products"] if get || post => shop::products(app, id, call).await,
        [
            id,
            edge @ ("owned_whatsapp_business_accounts"
            | "client_whatsapp_business_accounts"
            | "system_users"
            | "owned_product_catalogs"
            | "system_user_access_tokens"),
        ] => business::edge(app, id, edge, call).await,
        [_, "permissions"] if delete => auth::caller(app, call).and_then(|_| {
            Err(GraphError::not_here(
                "Permissions of a token are fixed here: make a new token on the provider's page.",
            ))
        }),
        [id] if !get => return of_node(app, id, call).await,
        _ => return None,
    })
}

/// Whether the caller owns this account or portfolio.
fn owns(app: &App, id: &str, call: &Call<'_>) -> Result<(), GraphError> {
    nodes::account(app, id, call).or_else(|_| business::owner(app, id, call)).map(|_| ())
}

/// Changing or deleting a node: what it is tells its id.
async fn of_node(app: &App, id: &str, call: &Call<'_>) -> Option<Answer> {
    match shop::node(app, id, call).await {
        Ok(Some(answer)) => return Some(Ok(answer)),
        Ok(None) => {}
        Err(error) => return Some(Err(error)),
    }
    if call.method == Method::DELETE {
        return None;
    }
    Some(match nodes::account(app, id, call) {
        Ok(_) => numbers::account(app, id, call).await,
        Err(_) => numbers::post(app, id, call).await,
    })
}
