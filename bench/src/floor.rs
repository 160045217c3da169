//! The physical floor: the least program that does the exchange's job durably.
//!
//! Bare hyper takes the request; one writer thread puts it on disk in groups ([`log`]); then
//! comes the 200, and from memory the signed webhook ([`relay`]). No rules, no store, no
//! identities beyond a table of tokens. What the exchange does beyond this is what it costs.

pub mod log;
pub mod relay;

use crate::verify::{self, Key};
use crate::world::{App, World};
use crate::{Outcome, clock};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::TcpListener;

/// What a floor's process says before its URL.
pub const READY: &str = "Floor at ";

/// What a floor needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where webhooks go.
    pub sink: SocketAddr,
    /// The append log, made new.
    pub log: PathBuf,
    /// Numbers of the made-up world (see [`World::synthetic`]).
    pub numbers: usize,
    /// Keep-alive connections to the sink.
    pub relays: usize,
}

struct Account {
    app: App,
    key: Key,
}

struct Floor {
    accounts: HashMap<String, Arc<Account>>,
    log: log::Writer,
    next: AtomicU64,
}

#[derive(Deserialize)]
struct Send {
    messaging_product: String,
    to: String,
    text: Text,
}

#[derive(Deserialize)]
struct Text {
    body: String,
}

/// Serves until the process ends. `listener` is bound by the caller, who knows the address.
pub async fn serve(listener: TcpListener, config: Config) -> Outcome<()> {
    let done = Arc::new(relay::Done::default());
    let relays = relay::start(config.sink, config.relays, &done).await?;
    let log = log::Writer::start(&config.log, relays, done)?;
    let accounts = World::synthetic(config.numbers, 1)
        .apps()
        .iter()
        .map(|app| {
            let account = Account { key: verify::key(&app.secret), app: app.clone() };
            (app.phone_number_id.clone(), Arc::new(account))
        })
        .collect();
    let floor = Arc::new(Floor { accounts, log, next: AtomicU64::new(1) });
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let floor = Arc::clone(&floor);
        tokio::spawn(async move {
            let service = service_fn(move |request| accept(Arc::clone(&floor), request));
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            // The client's going away ends its connection, nothing else.
            let _ = connection.await;
        });
    }
}

async fn accept(
    floor: Arc<Floor>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (status, body) = match take(&floor, request).await {
        Ok(body) => (StatusCode::OK, body),
        Err(status) => (status, String::from("{}")),
    };
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    let json = hyper::header::HeaderValue::from_static("application/json");
    answer.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
    Ok(answer)
}

/// Answers only when the message is on disk.
async fn take(floor: &Floor, request: Request<Incoming>) -> Result<String, StatusCode> {
    let mut path = request.uri().path().split('/').skip(2);
    let number = path.next().ok_or(StatusCode::NOT_FOUND)?;
    let account = Arc::clone(floor.accounts.get(number).ok_or(StatusCode::NOT_FOUND)?);
    let token = request.headers().get(hyper::header::AUTHORIZATION);
    let token = token.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if token != Some(account.app.token.as_str()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let body = request.into_body().collect().await.map_err(|_| StatusCode::BAD_REQUEST)?;
    let send: Send =
        serde_json::from_slice(&body.to_bytes()).map_err(|_| StatusCode::BAD_REQUEST)?;
    if send.messaging_product != "whatsapp" {
        return Err(StatusCode::BAD_REQUEST);
    }
    let id = floor.next.fetch_add(1, Ordering::Relaxed);
    let wamid = format!("wamid.HBgMOTk5MDAwMDAwMDAwFQIAERgS{id:018}");
    let answer = format!(
        r#"{{"messaging_product":"whatsapp","contacts":[{{"input":"{to}","wa_id":"{to}"}}],"messages":[{{"id":"{wamid}"}}]}}"#,
        to = send.to
    );
    let record = log::Record { id, wamid, to: send.to, text: send.text.body, account };
    floor.log.durable(record).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(answer)
}

/// The `sent` status webhook, as the Cloud API shapes it.
pub fn webhook(app: &App, wamid: &str, to: &str, timestamp: u64) -> String {
    format!(
        concat!(
            r#"{{"object":"whatsapp_business_account","entry":[{{"id":"{}","changes":[{{"field":"messages","#,
            r#""value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"99900{}","#,
            r#""phone_number_id":"{}"}},"statuses":[{{"id":"{}","status":"sent","timestamp":"{}","#,
            r#""recipient_id":"{}","pricing":{{"billable":false,"pricing_model":"PMP","#,
            r#""type":"free_customer_service","category":"service"}}}}]}}}}]}}]}}"#
        ),
        app.waba_id, app.phone_number_id, app.phone_number_id, wamid, timestamp, to
    )
}

fn signed(account: &Account, record: &log::Record) -> (String, String) {
    let body = webhook(&account.app, &record.wamid, &record.to, clock::unix_seconds());
    let signature = verify::signature(&account.key, body.as_bytes());
    (body, signature)
}
