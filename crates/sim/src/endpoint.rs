//! An assistant's endpoint: echoes handshakes, keeps every webhook, answers as told, also badly.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hmac::{Hmac, Mac as _};
use serde_json::Value;
use server::clock::Clock;
use sha2::Sha256;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::journal::Journal;
use crate::wait::on_news;

/// What an endpoint gives for a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gives {
    /// A status.
    Status(u16),
    /// A status and `Retry-After` in seconds.
    RetryAfter(u16, u32),
    /// Nothing, and keeps the connection.
    Nothing,
    /// 200 and fifty megabytes.
    Megabytes,
    /// Half a status line, and hangs up.
    HalfALine,
    /// 200 and half a body, and hangs up.
    HalfABody,
    /// 302 to there.
    Redirect(String),
}

impl Gives {
    /// The status that the exchange can see.
    fn status(&self) -> Option<u16> {
        match self {
            Self::Status(status) | Self::RetryAfter(status, _) => Some(*status),
            Self::Nothing | Self::HalfALine => None,
            Self::Megabytes | Self::HalfABody => Some(200),
            Self::Redirect(_) => Some(302),
        }
    }
}

/// A webhook as it came.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Its place in all that happened.
    pub number: u64,
    /// The world's time, ms.
    pub at_ms: i64,
    /// Its body.
    pub body: Value,
    /// Whether `X-Hub-Signature-256` is right for the exact bytes.
    pub signed: bool,
    /// The status it was answered with.
    pub answered: Option<u16>,
}

impl Webhook {
    /// `entry[0].changes[0].value`.
    pub fn value(&self) -> &Value {
        &self.body["entry"][0]["changes"][0]["value"]
    }

    /// The message in it.
    pub fn message(&self) -> Option<&Value> {
        self.value()["messages"].get(0)
    }

    /// The status in it.
    pub fn status(&self) -> Option<&Value> {
        self.value()["statuses"].get(0)
    }

    /// Whether the exchange was told that it arrived.
    pub fn is_taken(&self) -> bool {
        self.answered.is_some_and(|status| (200..300).contains(&status))
    }
}

struct Plan {
    usual: Gives,
    statuses: Option<Gives>,
    next: VecDeque<Gives>,
    verify_token: String,
    secret: String,
}

struct Inner {
    journal: Arc<Journal>,
    clock: Clock,
    plan: Mutex<Plan>,
    kept: Mutex<Vec<Webhook>>,
    news: watch::Sender<u64>,
}

/// The endpoint. Clones are the same one.
#[derive(Clone)]
pub struct Endpoint {
    inner: Arc<Inner>,
    url: String,
}

impl Endpoint {
    /// Listens on a free port of loopback.
    ///
    /// # Panics
    /// When there is none.
    pub async fn new(journal: Arc<Journal>, clock: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let plan = Plan {
            usual: Gives::Status(200),
            statuses: None,
            next: VecDeque::new(),
            verify_token: "sesame".to_owned(),
            secret: String::new(),
        };
        let inner = Arc::new(Inner {
            journal,
            clock,
            plan: Mutex::new(plan),
            kept: Mutex::default(),
            news: watch::Sender::new(0),
        });
        let shared = inner.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(shared.clone().serve(stream));
            }
        });
        Self { inner, url: format!("http://{address}/hook?bot=1") }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The verify token it expects.
    pub fn verify_token(&self) -> String {
        self.inner.plan().verify_token.clone()
    }

    /// Expects another verify token from now on.
    pub fn expects(&self, verify_token: &str) {
        self.inner.plan().verify_token = verify_token.to_owned();
    }

    /// Checks signatures with this app secret from now on.
    pub fn knows(&self, app_secret: &str) {
        self.inner.plan().secret = app_secret.to_owned();
    }

    /// Gives this from now on, for messages and statuses.
    pub fn gives(&self, what: Gives) {
        let mut plan = self.inner.plan();
        (plan.usual, plan.statuses) = (what, None);
        plan.next.clear();
    }

    /// Gives this for statuses from now on; messages as before.
    pub fn gives_statuses(&self, what: Gives) {
        self.inner.plan().statuses = Some(what);
    }

    /// Gives these, one webhook each, before what it usually gives.
    pub fn gives_next(&self, what: impl IntoIterator<Item = Gives>) {
        self.inner.plan().next.extend(what);
    }

    /// Whether it usually takes what it gets.
    pub fn is_well(&self) -> bool {
        let plan = self.inner.plan();
        let takes = |gives: &Gives| gives.status().is_some_and(|s| (200..300).contains(&s));
        takes(&plan.usual) && plan.statuses.as_ref().is_none_or(takes)
    }

    /// Every webhook so far.
    pub fn kept(&self) -> Vec<Webhook> {
        self.inner.kept().clone()
    }

    /// Waits until the webhooks so far give an answer.
    ///
    /// # Panics
    /// After the deadline.
    pub async fn until<T>(&self, what: &str, look: impl Fn(&[Webhook]) -> Option<T>) -> T {
        let news = self.inner.news.subscribe();
        on_news(what, news, || std::future::ready(look(&self.inner.kept()))).await
    }
}

struct Call {
    line: String,
    signature: String,
    body: Vec<u8>,
}

impl Inner {
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Webhook>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(self: Arc<Self>, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        while let Some(call) = read(&mut stream).await {
            let stays = if call.line.starts_with("GET ") {
                self.handshake(&call.line, &mut stream).await
            } else {
                let gives = self.keep(&call);
                give(&gives, &mut stream).await
            };
            if stays.is_none() {
                return;
            }
        }
    }

    async fn handshake(&self, line: &str, stream: &mut BufReader<TcpStream>) -> Option<()> {
        let query = line.split(' ').nth(1)?.split_once('?')?.1;
        let field = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let known = field("hub.verify_token")? == self.plan().verify_token
            && field("hub.mode")? == "subscribe"
            && field("bot")? == "1";
        let (status, body) =
            if known { (200, field("hub.challenge")?) } else { (403, String::new()) };
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(head.as_bytes()).await.ok()
    }

    /// Keeps a webhook and says what it gets.
    fn keep(&self, call: &Call) -> Gives {
        let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
        let mut plan = self.plan();
        let signed = signature(&plan.secret, &call.body) == call.signature;
        let mut webhook =
            Webhook { number: 0, at_ms: self.clock.now().0, body, signed, answered: None };
        let usual = match (&plan.statuses, webhook.status()) {
            (Some(gives), Some(_)) => gives.clone(),
            _ => plan.usual.clone(),
        };
        let gives = plan.next.pop_front().unwrap_or(usual);
        drop(plan);
        webhook.answered = gives.status();
        let mut kept = self.kept();
        webhook.number = self.journal.number();
        kept.push(webhook);
        drop(kept);
        self.news.send_modify(|count| *count += 1);
        gives
    }
}

fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Call> {
    let mut call = Call { line: String::new(), signature: String::new(), body: Vec::new() };
    if stream.read_line(&mut call.line).await.ok()? == 0 {
        return None;
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "x-hub-signature-256" => call.signature = value.trim().to_owned(),
            _ => {}
        }
    }
    call.body.resize(length, 0);
    stream.read_exact(&mut call.body).await.ok()?;
    Some(call)
}

/// `None` when the connection is at its end.
async fn give(gives: &Gives, stream: &mut BufReader<TcpStream>) -> Option<()> {
    let head = match gives {
        Gives::Status(status) => format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n"),
        Gives::RetryAfter(status, seconds) => {
            format!("HTTP/1.1 {status} X\r\nRetry-After: {seconds}\r\nContent-Length: 0\r\n\r\n")
        }
        Gives::Nothing => {
            // Until the other side gives up.
            let _ = stream.read_u8().await;
            return None;
        }
        Gives::Megabytes => {
            stream.write_all(b"HTTP/1.1 200 X\r\nContent-Length: 50000000\r\n\r\n").await.ok()?;
            let part = vec![b'x'; 100_000];
            for _ in 0..500 {
                stream.write_all(&part).await.ok()?;
            }
            return Some(());
        }
        Gives::HalfALine => {
            let _ = stream.write_all(b"HTTP/1.1 20").await;
            return None;
        }
        Gives::HalfABody => {
            let _ = stream.write_all(b"HTTP/1.1 200 X\r\nContent-Length: 1000\r\n\r\nha").await;
            return None;
        }
        Gives::Redirect(to) => {
            format!("HTTP/1.1 302 X\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
        }
    };
    stream.write_all(head.as_bytes()).await.ok()
}
