//! A plain HTTP client: what is sent is exactly what was asked for.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::wait::in_time;

type Body = BoxBody<Bytes, Infallible>;

/// A client of one server.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client<HttpConnector, Body>,
    base: String,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}), {}: {}", self.status, self.text()))
    }

    /// A header as text; empty without it.
    pub fn header(&self, name: HeaderName) -> String {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    }

    /// `error.code` of a Graph error; 0 without one.
    pub fn code(&self) -> i64 {
        let json: Option<Value> = serde_json::from_slice(&self.body).ok();
        json.and_then(|json| json["error"]["code"].as_i64()).unwrap_or(0)
    }

    /// Itself.
    ///
    /// # Panics
    /// When the status is another one.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

impl Http {
    /// Of the server at `base`, such as `http://127.0.0.1:8080`. `keep` connections between
    /// requests.
    pub fn new(base: &str, keep: usize) -> Self {
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_max_idle_per_host(keep).pool_idle_timeout(Duration::from_secs(5));
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self { client: builder.build(connector), base: base.to_owned() }
    }

    /// The server's address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A call to a path.
    pub fn call(&self, method: Method, path: &str) -> Call<'_> {
        let (path, headers) = (path.to_owned(), HeaderMap::new());
        Call { http: self, method, path, headers, body: Full::default().boxed() }
    }

    /// A GET.
    pub fn get(&self, path: &str) -> Call<'_> {
        self.call(Method::GET, path)
    }

    /// A POST.
    pub fn post(&self, path: &str) -> Call<'_> {
        self.call(Method::POST, path)
    }
}

/// A call being put together.
pub struct Call<'a> {
    http: &'a Http,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Body,
}

impl Call<'_> {
    /// With a header.
    ///
    /// # Panics
    /// When the value cannot stand in a header.
    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        let value = HeaderValue::from_str(value).expect("a header's value");
        self.headers.insert(name, value);
        self
    }

    /// With a token; none when it is empty.
    pub fn bearer(self, token: &str) -> Self {
        if token.is_empty() {
            return self;
        }
        self.with(header::AUTHORIZATION, &format!("Bearer {token}"))
    }

    /// With JSON.
    pub fn json(self, body: &Value) -> Self {
        self.bytes("application/json", body.to_string())
    }

    /// With a form.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.bytes("application/x-www-form-urlencoded", body)
    }

    /// With any body.
    pub fn bytes(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = Full::new(body.into()).boxed();
        self.with(header::CONTENT_TYPE, content_type)
    }

    /// With a body in pieces and no Content-Length.
    pub fn chunked(mut self, content_type: &str, pieces: Vec<Bytes>) -> Self {
        let frames = pieces.into_iter().map(|piece| Ok::<_, Infallible>(Frame::data(piece)));
        let stream = StreamBody::new(futures_util::stream::iter(frames));
        self.body = stream.boxed();
        self.with(header::CONTENT_TYPE, content_type)
    }

    /// Sends; the body of the answer is still to come.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn open(self) -> Result<Response<Incoming>, String> {
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.headers_mut() = self.headers;
        let uri = format!("{}{}", self.http.base, self.path);
        *request.uri_mut() = uri.parse().map_err(|error| format!("{uri}: {error}"))?;
        self.http.client.request(request).await.map_err(|error| format!("{uri}: {error:?}"))
    }

    /// Sends and reads the answer.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub async fn attempt(self) -> Result<Answer, String> {
        let response = self.open().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.into_body().collect().await.map_err(|error| error.to_string())?;
        Ok(Answer { status, headers, body: body.to_bytes() })
    }

    /// Sends and reads the answer.
    ///
    /// # Panics
    /// When there is no whole answer in time.
    pub async fn send(self) -> Answer {
        let what = format!("{} {}", self.method, self.path);
        in_time(&what, self.attempt()).await.unwrap_or_else(|why| panic!("no answer: {why}"))
    }
}
