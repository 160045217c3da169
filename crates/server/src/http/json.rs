//! A JSON body of the messenger, with a refusal in the messenger's own form.

use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use super::body::{self, NoBody};
use super::error::HttpError;
use crate::App;

/// A body read from JSON.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = HttpError;
    async fn from_request(request: Request, _: &App) -> Result<Self, HttpError> {
        let body = body::collect(request.into_body()).await.map_err(NoBody::refused)?;
        serde_json::from_slice(&body).map(Self).map_err(|error| {
            let message = format!("The body is not what is expected here: {error}.");
            HttpError::bad(message, "Send JSON as the messenger's documentation shows it.")
        })
    }
}
