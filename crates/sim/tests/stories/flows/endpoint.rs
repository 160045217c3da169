//! A provider's endpoint for flows: opens what is sealed for it, and seals its answer, by the
//! platform's description.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aes_gcm::aead::consts::U16;
use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::aes::Aes128;
use aes_gcm::{AesGcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, Mac};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rsa::pkcs8::{EncodePublicKey, LineEnding};
use rsa::sha2::Sha256;
use rsa::{Oaep, RsaPrivateKey};
use serde_json::Value;
use server::clock::SystemChance;
use tokio::net::TcpListener;

type Cipher = AesGcm<Aes128, U16>;
type Answers = Box<dyn Fn(&Value) -> Value + Send + Sync>;

struct Inner {
    private: RsaPrivateKey,
    answers: Answers,
    next: Mutex<VecDeque<(u16, Value)>>,
    seen: Mutex<Vec<(Value, Bytes, String)>>,
}

pub(super) struct FlowEndpoint {
    inner: Arc<Inner>,
    url: String,
}

impl FlowEndpoint {
    pub(super) async fn start(answers: impl Fn(&Value) -> Value + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/flow", listener.local_addr().expect("an address"));
        let inner = Arc::new(Inner {
            private: RsaPrivateKey::new(&mut SystemChance, 2048).expect("a key"),
            answers: Box::new(answers),
            next: Mutex::default(),
            seen: Mutex::default(),
        });
        let shared = inner.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = shared.clone();
                let service = service_fn(move |request| answer(shared.clone(), request));
                let served = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::spawn(served);
            }
        });
        Self { inner, url }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn public_key(&self) -> String {
        self.inner.private.to_public_key().to_public_key_pem(LineEnding::LF).expect("a key")
    }

    /// The next request gets this status and plain body.
    pub(super) fn answers_next(&self, status: u16, body: Value) {
        self.inner.next.lock().expect("no panic").push_back((status, body));
    }

    pub(super) fn requests(&self) -> Vec<Value> {
        self.inner
            .seen
            .lock()
            .expect("no panic")
            .iter()
            .map(|(request, ..)| request.clone())
            .collect()
    }

    pub(super) fn signatures_hold(&self, app_secret: &str) -> bool {
        self.inner.seen.lock().expect("no panic").iter().all(|(_, body, signature)| {
            let mut mac =
                <Hmac<sha2::Sha256> as Mac>::new_from_slice(app_secret.as_bytes()).expect("a key");
            mac.update(body);
            *signature == format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
        })
    }
}

async fn answer(
    inner: Arc<Inner>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, std::convert::Infallible> {
    let signature = request.headers().get("x-hub-signature-256");
    let signature = signature.and_then(|s| s.to_str().ok()).unwrap_or_default().to_owned();
    let body = request.into_body().collect().await.expect("a body").to_bytes();
    let sealed: Value = serde_json::from_slice(&body).expect("JSON");
    let bytes = |name: &str| STANDARD.decode(sealed[name].as_str().expect("text")).expect("base64");
    let key = inner.private.decrypt(Oaep::new::<Sha256>(), &bytes("encrypted_aes_key"));
    let cipher = Cipher::new_from_slice(&key.expect("our key")).expect("sixteen bytes");
    let vector = bytes("initial_vector");
    let data = bytes("encrypted_flow_data");
    let plain = cipher.decrypt(Nonce::from_slice(&vector), data.as_slice()).expect("sealed");
    let asked: Value = serde_json::from_slice(&plain).expect("JSON");
    inner.seen.lock().expect("no panic").push((asked.clone(), body, signature));
    let planned = inner.next.lock().expect("no panic").pop_front();
    if let Some((status, body)) = planned {
        let mut response = Response::new(Full::from(body.to_string()));
        *response.status_mut() = hyper::StatusCode::from_u16(status).expect("a status");
        return Ok(response);
    }
    let turned: Vec<u8> = vector.iter().map(|byte| !byte).collect();
    let said = (inner.answers)(&asked).to_string();
    let sealed = cipher.encrypt(Nonce::from_slice(&turned), said.as_bytes()).expect("sealed");
    Ok(Response::new(Full::from(STANDARD.encode(sealed))))
}
