//! Group commit: one thread appends whatever has queued, flushes once, then answers them all.

use super::{Account, relay};
use crate::Outcome;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

/// Most records in one group; bounds the memory of a burst, not the speed.
const GROUP: usize = 4_096;

/// A message to be kept and relayed.
pub struct Record {
    pub(super) id: u64,
    pub(super) wamid: String,
    pub(super) to: String,
    pub(super) text: String,
    pub(super) account: Arc<Account>,
}

type Ask = (Record, oneshot::Sender<()>);

/// The way to the writer thread.
pub struct Writer {
    queue: Sender<Ask>,
}

impl Writer {
    /// Starts the thread on a new log.
    pub fn start(path: &Path, relays: relay::Relays, done: Arc<relay::Done>) -> Outcome<Self> {
        let file = File::options().create_new(true).append(true).open(path)?;
        let (queue, asks) = channel();
        std::thread::Builder::new()
            .name("log".into())
            .spawn(move || write(file, &asks, relays, &done))?;
        Ok(Self { queue })
    }

    /// Returns when the record is on disk; an error means it may not be.
    pub async fn durable(&self, record: Record) -> Result<(), ()> {
        let (sender, receiver) = oneshot::channel();
        self.queue.send((record, sender)).map_err(|_| ())?;
        receiver.await.map_err(|_| ())
    }
}

fn write(mut file: File, asks: &Receiver<Ask>, mut relays: relay::Relays, done: &relay::Done) {
    let mut group: Vec<Ask> = Vec::with_capacity(GROUP);
    let mut bytes = Vec::with_capacity(64 * 1024);
    // No waiting for a group to fill: the flush itself is the time in which the next one gathers.
    while let Ok(first) = asks.recv() {
        group.push(first);
        while group.len() < GROUP {
            match asks.try_recv() {
                Ok(ask) => group.push(ask),
                Err(_) => break,
            }
        }
        bytes.clear();
        // What was delivered meanwhile rides along: losing such a record in a crash costs one
        // repeated webhook, so it needs no flush of its own.
        for id in done.take() {
            line(&mut bytes, &[b"done", id.to_string().as_bytes()]);
        }
        for (record, _) in &group {
            let id = record.id.to_string();
            let parts = [id.as_str(), &record.wamid, &record.to, &record.text];
            line(&mut bytes, &parts.map(str::as_bytes));
        }
        if file.write_all(&bytes).and_then(|()| file.sync_data()).is_err() {
            // Dropping the group drops its answers: everyone in it hears 503.
            group.clear();
            continue;
        }
        for (record, answer) in group.drain(..) {
            let _ = answer.send(());
            relays.push(record);
        }
    }
}

fn line(out: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(part);
    }
    out.push(b'\n');
}
