//! Signed webhooks out over keep-alive connections, from memory, in turn.

use super::log::Record;
use super::signed;
use crate::Outcome;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Webhooks that may wait for one connection. When they do, the writer waits too, and so do the
/// senders: without this bound, accepting outruns delivering and memory grows.
const WAITING: usize = 256;

/// Ids of delivered messages that the log has not been told of yet.
#[derive(Default)]
pub struct Done {
    ids: Mutex<Vec<u64>>,
}

impl Done {
    fn push(&self, id: u64) {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).push(id);
    }

    /// The ids so far, and forgets them.
    pub fn take(&self) -> Vec<u64> {
        std::mem::take(&mut self.ids.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The connections' queues.
pub struct Relays {
    queues: Vec<Sender<Record>>,
    turn: usize,
}

impl Relays {
    /// Hands a record to the next connection; waits while that one's queue is full.
    pub fn push(&mut self, record: Record) {
        self.turn = (self.turn + 1) % self.queues.len();
        // Fails only when the connection is gone; the sink then counts the message as missing.
        let _ = self.queues[self.turn].blocking_send(record);
    }
}

/// Opens `count` connections to the sink.
pub async fn start(sink: SocketAddr, count: usize, done: &Arc<Done>) -> Outcome<Relays> {
    let mut queues = Vec::with_capacity(count);
    for _ in 0..count.max(1) {
        let stream = TcpStream::connect(sink).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let (queue, records) = channel(WAITING);
        tokio::spawn(run(sink, sender, records, Arc::clone(done)));
        queues.push(queue);
    }
    Ok(Relays { queues, turn: 0 })
}

async fn run(
    sink: SocketAddr,
    mut sender: SendRequest<Full<Bytes>>,
    mut records: Receiver<Record>,
    done: Arc<Done>,
) {
    while let Some(record) = records.recv().await {
        if post(sink, &mut sender, &record).await.is_err() {
            return;
        }
        done.push(record.id);
    }
}

async fn post(
    sink: SocketAddr,
    sender: &mut SendRequest<Full<Bytes>>,
    record: &Record,
) -> Outcome<()> {
    let (body, signature) = signed(&record.account, record);
    let request = Request::post("/webhook")
        .header("host", sink.to_string())
        .header("content-type", "application/json")
        .header("x-hub-signature-256", signature)
        .body(Full::new(Bytes::from(body)))?;
    sender.ready().await?;
    let mut answer = sender.send_request(request).await?;
    while answer.frame().await.is_some() {}
    if answer.status() == 200 { Ok(()) } else { Err(answer.status().to_string().into()) }
}
