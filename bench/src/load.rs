//! The load generator: sends over keep-alive connections, in a closed or an open loop.

use crate::connection::Connection;
use crate::pace::{self, Schedule};
use crate::sink::Book;
use crate::tracker;
use crate::world::{App, World};
use crate::{Outcome, clock};
use serde::Deserialize;
use std::borrow::Cow;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;

/// Who is loaded, by whom, and where it is written down.
pub struct Target {
    /// The server's address, loopback.
    pub address: SocketAddr,
    /// Numbers and people.
    pub world: World,
    /// The sink's book.
    pub book: Arc<Book>,
}

/// How a load ended.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// When the first send was due.
    pub started: Instant,
    /// The pair limit came near and the load stopped early.
    pub spent: bool,
    /// The numbers' own limit held the load back: the server could have taken more.
    pub held: bool,
}

/// Most connections (a plain shell allows 1,024 open files).
const CONNECTIONS: usize = 500;

/// Keeps a closed loop below what the numbers may send, however fast the server is.
struct Ceiling {
    gap: Duration,
    next: Mutex<Instant>,
    asked: AtomicU64,
    waited: AtomicU64,
}

impl Ceiling {
    fn new(rate: u32, now: Instant) -> Self {
        let gap = Duration::from_secs(1) / rate.max(1);
        Self { gap, next: Mutex::new(now), asked: AtomicU64::new(0), waited: AtomicU64::new(0) }
    }

    /// Whether it mattered: a few sends wait at the start, when all connections begin at once.
    fn held(&self) -> bool {
        self.waited.load(Ordering::Relaxed) * 20 > self.asked.load(Ordering::Relaxed)
    }

    /// How long to wait before the next send; at most 5 ms of pause can be made up for.
    fn reserve(&self, now: Instant) -> Duration {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let bank = now.checked_sub(Duration::from_millis(5)).unwrap_or(now);
        *next = (*next + self.gap).max(bank);
        next.saturating_duration_since(now)
    }
}

/// One connection's worth of sending.
struct Sender {
    target: Arc<Target>,
    connection: Option<Connection>,
    request: Vec<u8>,
    body: Vec<u8>,
}

impl Sender {
    fn new(target: &Arc<Target>) -> Self {
        let target = Arc::clone(target);
        Self { target, connection: None, request: Vec::new(), body: Vec::new() }
    }

    async fn connect(&mut self) -> Outcome<()> {
        if self.connection.is_none() {
            self.connection = Some(Connection::open(self.target.address).await?);
        }
        Ok(())
    }

    /// Sends one message meant for `intended`; false when the world is spent.
    async fn send(&mut self, intended: Instant) -> Outcome<bool> {
        self.connect().await?;
        let target = Arc::clone(&self.target);
        let Some((app, to)) = target.world.next() else { return Ok(false) };
        write_request(&mut self.request, &mut self.body, target.address, app, to);
        let Some(connection) = self.connection.as_mut() else { return Ok(true) };
        let tracker = &target.book.tracker;
        let sent = clock::now();
        let answered = connection
            .exchange(&self.request, |answer| {
                let at = clock::now();
                let status = answer.head.status().unwrap_or(0);
                match serde_json::from_slice::<Accepted<'_>>(&answer.body) {
                    Ok(Accepted { messages: [message] }) if status == 200 => {
                        let address = tracker::address(&app.phone_number_id, to);
                        tracker.accepted(&message.id, address, intended, sent, at);
                    }
                    _ => tracker.refused(error_code(status, &answer.body)),
                }
            })
            .await;
        if answered.is_err() {
            tracker.answer_lost();
            self.connection = None;
        }
        Ok(true)
    }
}

#[derive(Deserialize)]
struct Accepted<'a> {
    #[serde(borrow)]
    messages: [MessageId<'a>; 1],
}

#[derive(Deserialize)]
struct MessageId<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

fn error_code(status: u16, body: &[u8]) -> String {
    let json: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    match json.pointer("/error/code").and_then(serde_json::Value::as_i64) {
        Some(code) => format!("HTTP {status}, code {code}"),
        None => format!("HTTP {status}"),
    }
}

fn write_request(out: &mut Vec<u8>, body: &mut Vec<u8>, host: SocketAddr, app: &App, to: &str) {
    body.clear();
    out.clear();
    // Writing to a Vec cannot fail.
    let _ = write!(
        body,
        r#"{{"messaging_product":"whatsapp","recipient_type":"individual","to":"{to}","type":"text","text":{{"preview_url":false,"body":"Your table for two is booked for Friday at seven. Reply CHANGE to choose another time."}}}}"#
    );
    let _ = write!(
        out,
        "POST /v25.0/{}/messages HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        app.phone_number_id,
        app.token,
        body.len()
    );
    out.extend_from_slice(body);
}

/// Every connection sends its next message as soon as the last is answered, for `lasting`, but
/// together never more than `ceiling` a second.
pub async fn closed(
    target: &Arc<Target>,
    connections: usize,
    lasting: Duration,
    ceiling: u32,
) -> Outcome<Course> {
    let mut senders = open_all(target, connections).await?;
    let started = clock::now();
    let end = started + lasting;
    let ceiling = Arc::new(Ceiling::new(ceiling, started));
    let mut tasks = JoinSet::new();
    for mut sender in senders.drain(..) {
        let ceiling = Arc::clone(&ceiling);
        tasks.spawn(async move {
            loop {
                let wait = ceiling.reserve(clock::now());
                ceiling.asked.fetch_add(1, Ordering::Relaxed);
                if wait > Duration::from_millis(1) {
                    ceiling.waited.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(wait).await;
                }
                let now = clock::now();
                if now >= end {
                    return Ok(false);
                }
                if !sender.send(now).await? {
                    return Ok(true);
                }
            }
        });
    }
    let spent = join(tasks, lasting).await?;
    Ok(Course { started, spent, held: ceiling.held() })
}

/// `rate` sends a second at fixed times, whatever the server does; a send that finds every
/// connection busy waits, and its latency counts from when it was due.
pub async fn open(
    target: &Arc<Target>,
    connections: usize,
    lasting: Duration,
    rate: u32,
) -> Outcome<Course> {
    let mut senders = open_all(target, connections).await?;
    let count = u64::from(rate) * u64::try_from(lasting.as_millis())? / 1_000;
    // A moment to get the threads going before the first is due.
    let started = clock::now() + Duration::from_millis(20);
    let (slots, queue) = unbounded_channel();
    let schedule = Schedule { start: started, rate, count };
    let pacer = std::thread::Builder::new()
        .name("pace".into())
        .spawn(move || pace::keep(schedule, &slots))?;
    let queue = Arc::new(tokio::sync::Mutex::new(queue));
    let mut tasks = JoinSet::new();
    for mut sender in senders.drain(..) {
        let queue = Arc::clone(&queue);
        tasks.spawn(async move {
            while let Some(due) = next_slot(&queue).await {
                if !sender.send(due).await? {
                    return Ok(true);
                }
            }
            Ok(false)
        });
    }
    drop(queue);
    let spent = join(tasks, lasting).await?;
    // All senders are gone, so the pacer's channel is closed or empty: it ends by itself.
    tokio::task::spawn_blocking(move || pacer.join()).await?.map_err(|_| "the pacer panicked")?;
    Ok(Course { started, spent, held: false })
}

async fn next_slot(queue: &tokio::sync::Mutex<UnboundedReceiver<Instant>>) -> Option<Instant> {
    queue.lock().await.recv().await
}

async fn open_all(target: &Arc<Target>, connections: usize) -> Outcome<Vec<Sender>> {
    let mut senders = Vec::with_capacity(connections);
    for _ in 0..connections.clamp(1, CONNECTIONS) {
        let mut sender = Sender::new(target);
        sender.connect().await?;
        senders.push(sender);
    }
    Ok(senders)
}

/// Waits for all senders, bounded in time; true when one of them found the world spent.
async fn join(mut tasks: JoinSet<Outcome<bool>>, lasting: Duration) -> Outcome<bool> {
    let limit = lasting + Duration::from_secs(60);
    let all = async {
        let mut spent = false;
        while let Some(ended) = tasks.join_next().await {
            spent |= ended??;
        }
        Ok(spent)
    };
    match tokio::time::timeout(limit, all).await {
        Ok(outcome) => outcome,
        Err(_) => {
            Err(format!("sends were still unanswered {} s after they began", limit.as_secs())
                .into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http1;

    #[test]
    fn a_request_is_one_readable_message() {
        let world = World::synthetic(1, 1);
        let (app, to) = world.next().unwrap();
        let (mut request, mut body) = (Vec::new(), Vec::new());
        let host = "127.0.0.1:80".parse().unwrap();
        write_request(&mut request, &mut body, host, app, to);
        let read = http1::message(&request).unwrap().unwrap();
        assert_eq!(read.consumed, request.len());
        assert!(read.head.first_line().starts_with("POST /v25.0/100000000000000/messages"));
        let json: serde_json::Value = serde_json::from_slice(&read.body).unwrap();
        assert_eq!(json["to"], to);
    }

    #[test]
    fn errors_are_named_by_status_and_code() {
        let body = br#"{"error":{"message":"(#131056) Pair rate limit hit","code":131056}}"#;
        assert_eq!(error_code(400, body), "HTTP 400, code 131056");
        assert_eq!(error_code(503, b"busy"), "HTTP 503");
    }

    #[test]
    fn the_ceiling_holds_a_fast_loop_back_and_forgives_little() {
        let start = clock::now();
        let ceiling = Ceiling::new(1_000, start);
        for index in 1..=100 {
            assert_eq!(ceiling.reserve(start), Duration::from_millis(index));
        }
        assert!(!ceiling.held(), "reserving is not waiting");
        let later = start + Duration::from_secs(10);
        let free = (0..100).filter(|_| ceiling.reserve(later).is_zero()).count();
        assert_eq!(free, 6, "5 ms may be made up for at 1,000 a second, and the send itself");
    }
}
