//! Which call of numbers and accounts is which (reference 5, 7, 10, 13).

use axum::http::Method;

use super::{Answer, Call, nodes, numbers};
use crate::App;

/// The answer to a call of this family; `None` for any other.
pub async fn route(app: &App, segments: &[&str], call: &Call<'_>) -> Option<Answer> {
    let get = call.method == Method::GET;
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
        [id] if post => match nodes::account(app, id, call) {
            Ok(_) => numbers::account(app, id, call).await,
            Err(_) => numbers::post(app, id, call).await,
        },
        _ => return None,
    })
}
