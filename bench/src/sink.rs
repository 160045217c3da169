//! The assistants' end: takes webhooks, checks every one, answers 200.
//!
//! Runs on a thread of its own, so that reading a webhook never waits for the load generator.

use crate::connection::Connection;
use crate::http1::Message;
use crate::tracker::{self, Tracker};
use crate::verify::{self, Event, Keyring};
use crate::world::App;
use crate::{Fault, Outcome, clock};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;

/// The verify token that the benchmark registers with and the sink insists on.
pub const VERIFY_TOKEN: &str = "strowger-bench";
const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const FORBIDDEN: &[u8] = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
/// Connections that may wait to be taken. When they overflow, the kernel drops the request to
/// connect, the other side asks again after a whole second, and the sink would be what is measured.
const BACKLOG: u32 = 4_096;
/// People's first messages are kept for the set-up, no more than this many.
const GREETINGS: usize = 1_000_000;

/// What the sink saw, shared with who drives it.
#[derive(Default)]
pub struct Book {
    /// Sends and their `sent` webhooks.
    pub tracker: Tracker,
    keyring: RwLock<Keyring>,
    greetings: Mutex<Vec<(String, String)>>,
    complaint: Mutex<Option<String>>,
    connections: AtomicU64,
}

impl Book {
    /// Expects webhooks of this number, signed with its secret.
    pub fn expect(&self, app: &App) {
        self.keyring.write().unwrap_or_else(PoisonError::into_inner).add(app);
    }

    /// Connections that servers have opened to the sink so far.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// How many messages of people have come.
    pub fn greeted(&self) -> usize {
        self.greetings.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The messages of people that have come: (phone number id, `wa_id`), and forgets them.
    pub fn take_greetings(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.greetings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The first webhook that was not right, for the one who reads the report.
    pub fn complaint(&self) -> Option<String> {
        self.complaint.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Checks one webhook and ticks it in the book.
    pub fn webhook(&self, signed: Option<&str>, body: &[u8]) {
        let at = clock::now();
        let keyring = self.keyring.read().unwrap_or_else(PoisonError::into_inner);
        match verify::check(&keyring, signed, body) {
            Ok(Event::Status { phone_number_id, wamid, status, recipient }) => {
                if status == "sent" {
                    let address = tracker::address(&phone_number_id, &recipient);
                    self.tracker.arrived(&wamid, address, at);
                } else {
                    self.complain(
                        &format!("status {status:?} where only `sent` can be"),
                        signed,
                        body,
                    );
                    self.tracker.malformed();
                }
            }
            Ok(Event::Message { phone_number_id, from }) => {
                let mut list = self.greetings.lock().unwrap_or_else(PoisonError::into_inner);
                if list.len() < GREETINGS {
                    list.push((phone_number_id.into_owned(), from.into_owned()));
                }
            }
            Err(refusal) => {
                self.complain(&format!("{refusal:?}"), signed, body);
                match refusal {
                    verify::Refusal::BadSignature => self.tracker.badly_signed(),
                    _ => self.tracker.malformed(),
                }
            }
        }
    }

    fn complain(&self, why: &str, signed: Option<&str>, body: &[u8]) {
        let mut first = self.complaint.lock().unwrap_or_else(PoisonError::into_inner);
        if first.is_none() {
            let shown = String::from_utf8_lossy(&body[..body.len().min(2_000)]).into_owned();
            *first = Some(format!("{why}\n  X-Hub-Signature-256: {signed:?}\n  body: {shown}"));
        }
    }
}

/// A running sink; stops when dropped.
pub struct Sink {
    /// Where it listens, on 127.0.0.1.
    pub address: SocketAddr,
    /// What it saw.
    pub book: Arc<Book>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sink {
    /// Starts on a free port.
    pub fn start() -> Outcome<Self> {
        let book = Arc::new(Book::default());
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let listener = {
            let _inside = runtime.enter();
            let socket = TcpSocket::new_v4()?;
            socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
            socket.listen(BACKLOG)?
        };
        let address = listener.local_addr()?;
        let shared = Arc::clone(&book);
        let thread = std::thread::Builder::new().name("sink".into()).spawn(move || {
            runtime.block_on(async move {
                tokio::select! {
                    () = accept(listener, shared) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { address, book, stop: Some(stop), thread: Some(thread) })
    }

    /// The callback URL that assistants register with.
    pub fn callback(&self) -> String {
        format!("http://{}/webhook", self.address)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, book: Arc<Book>) {
    while let Ok((stream, _)) = listener.accept().await {
        book.connections.fetch_add(1, Ordering::Relaxed);
        let book = Arc::clone(&book);
        tokio::spawn(async move {
            // A connection that breaks is the sender's to explain: its message is delivered
            // again or counted as missing.
            let _ = serve(stream, &book).await;
        });
    }
}

async fn serve(stream: tokio::net::TcpStream, book: &Book) -> Result<(), Fault> {
    let mut connection = Connection::accepted(stream)?;
    loop {
        let answer = connection.next(|request| answer(request, book)).await?;
        match answer {
            None => return Ok(()),
            Some(None) => connection.send(OK).await?,
            Some(Some(other)) => connection.send(&other).await?,
        }
    }
}

/// The answer to one request; `None` stands for the bare 200 nearly all of them get.
fn answer(request: &Message<'_>, book: &Book) -> Option<Vec<u8>> {
    let line = request.head.first_line();
    if let Some(rest) = line.strip_prefix("GET ") {
        let target = rest.split(' ').next().unwrap_or("");
        return Some(handshake(target).unwrap_or_else(|| FORBIDDEN.to_vec()));
    }
    book.webhook(request.head.get("x-hub-signature-256"), &request.body);
    None
}

/// Echoes the challenge when mode and token are right.
fn handshake(target: &str) -> Option<Vec<u8>> {
    let (_, query) = target.split_once('?')?;
    let field =
        |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let challenge = field("hub.challenge")?;
    let right = field("hub.mode")? == "subscribe" && field("hub.verify_token")? == VERIFY_TOKEN;
    let digits = !challenge.is_empty() && challenge.bytes().all(|byte| byte.is_ascii_digit());
    if !right || !digits {
        return None;
    }
    let length = challenge.len();
    Some(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{challenge}").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::webhook;
    use crate::tracker::Verdict;
    use crate::world::World;

    #[test]
    fn a_handshake_echoes_only_to_who_knows_the_token() {
        let good =
            format!("/webhook?hub.mode=subscribe&hub.challenge=42&hub.verify_token={VERIFY_TOKEN}");
        assert!(handshake(&good).unwrap().ends_with(b"\r\n\r\n42"));
        assert!(handshake(&good.replace(VERIFY_TOKEN, "guess")).is_none());
        assert!(handshake(&good.replace("subscribe", "other")).is_none());
        assert!(handshake(&good.replace("=42", "=<b>")).is_none());
        assert!(handshake("/webhook").is_none());
    }

    #[test]
    fn forged_and_foreign_webhooks_are_counted_and_the_first_is_shown() {
        let world = World::synthetic(2, 1);
        let app = &world.apps()[0];
        let book = Book::default();
        book.expect(app);
        let body = webhook(app, "wamid.A", "1", 1);
        book.webhook(Some("sha256=00"), body.as_bytes());
        let foreign = webhook(&world.apps()[1], "wamid.A", "1", 1);
        book.webhook(None, foreign.as_bytes());
        let expected = Verdict { badly_signed: 1, malformed: 1, ..Verdict::default() };
        assert_eq!(book.tracker.verdict(), expected);
        assert!(book.complaint().unwrap().contains("BadSignature"));
    }
}
