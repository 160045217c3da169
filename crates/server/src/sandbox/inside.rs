//! A person's requests, made inside the process through the very routes that a browser uses.

use std::net::{Ipv4Addr, SocketAddr};

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::{App, http};

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Where to go on.
    pub location: String,
    /// A cookie that was set, `name=value`.
    pub cookie: String,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Its JSON, if it went well.
    ///
    /// # Errors
    /// What was answered instead.
    pub fn sound(self) -> Result<Value, Refused> {
        if self.status.is_success() {
            return Ok(self.json());
        }
        Err(Refused { status: self.status, body: self.json() })
    }
}

/// What the exchange refused a person, or the sandbox its developer.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// HTTP status.
    pub status: StatusCode,
    /// `{"error":{"message","hint"}}`
    pub body: Value,
}

impl Refused {
    /// With a status, what happened and what to do.
    pub fn new(status: StatusCode, message: impl Into<String>, hint: &str) -> Self {
        let body = json!({"error": {"message": message.into(), "hint": hint, "field": null}});
        Self { status, body }
    }

    /// Bad input.
    pub fn bad(message: impl Into<String>, hint: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message, hint)
    }

    /// In words.
    pub fn words(&self) -> String {
        let error = &self.body["error"];
        let message = error["message"].as_str().unwrap_or("the exchange refused it");
        format!("{} {message} {}", self.status.as_u16(), error["hint"].as_str().unwrap_or(""))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.status, axum::Json(self.body)).into_response()
    }
}

impl From<http::error::HttpError> for Refused {
    fn from(error: http::error::HttpError) -> Self {
        Self::new(error.status, error.message, &error.hint)
    }
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        http::error::HttpError::from(error).into()
    }
}

/// What goes with a request.
#[derive(Debug, Clone)]
pub enum Sent {
    /// Nothing.
    Nothing,
    /// JSON.
    Json(Value),
    /// A form.
    Form(Vec<(&'static str, String)>),
}

/// Makes a request as from a browser on this machine, with a cookie unless it is empty.
pub async fn call(app: &App, method: Method, path: &str, cookie: &str, sent: Sent) -> Answer {
    let (kind, body) = match sent {
        Sent::Nothing => ("", Vec::new()),
        Sent::Json(body) => ("application/json", body.to_string().into_bytes()),
        Sent::Form(fields) => {
            let form =
                form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            ("application/x-www-form-urlencoded", form.into_bytes())
        }
    };
    pass(app, method, path, cookie, kind, Body::from(body)).await
}

/// The same with a body of any type.
pub async fn pass(
    app: &App,
    method: Method,
    path: &str,
    cookie: &str,
    content_type: &str,
    body: Body,
) -> Answer {
    let port = app.config.listen.port();
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, format!("127.0.0.1:{port}"))
        .extension(ConnectInfo(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))));
    if !cookie.is_empty() {
        request = request.header(header::COOKIE, cookie);
    }
    if !content_type.is_empty() {
        request = request.header(header::CONTENT_TYPE, content_type);
    }
    let Ok(request) = request.body(body) else {
        return Answer {
            status: StatusCode::BAD_REQUEST,
            location: String::new(),
            cookie: String::new(),
            body: Bytes::new(),
        };
    };
    // The table is made anew: kept, it would hold the exchange that holds it.
    let Ok(response) = http::table(app.clone()).oneshot(request).await;
    read(response).await
}

async fn read(response: Response) -> Answer {
    let (head, body) = response.into_parts();
    let text = |name| {
        let value = head.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let cookie = text(header::SET_COOKIE);
    let body = body.collect().await.map(http_body_util::Collected::to_bytes);
    Answer {
        status: head.status,
        location: text(header::LOCATION),
        cookie: cookie.split(';').next().unwrap_or_default().to_owned(),
        body: body.unwrap_or_default(),
    }
}
