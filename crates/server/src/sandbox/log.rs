//! What happened in the sandbox, newest last: calls, webhooks, what people did, moves of the
//! clock, faults. Bounded in entries and in bytes.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use exchange::time::Millis;
use serde_json::{Map, Value};
use tokio::sync::watch;

/// Entries kept; the oldest go first (ours).
const ENTRIES: usize = 10_000;
/// Bytes of all entries kept, as JSON (ours).
const BYTES: usize = 64 * 1024 * 1024;
/// As much of a body as is kept (ours).
pub const BODY_BYTES: usize = 16 * 1024;

/// The log.
#[derive(Debug)]
pub struct Log {
    ring: Mutex<Ring>,
    /// Where every entry is written, too.
    recording: Mutex<Option<File>>,
    news: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Ring {
    entries: VecDeque<(Value, usize)>,
    bytes: usize,
    last: u64,
}

impl Default for Log {
    fn default() -> Self {
        Self { ring: Mutex::default(), recording: Mutex::default(), news: watch::Sender::new(0) }
    }
}

impl Log {
    /// Adds an entry: `fields` is an object; `n`, `at` (ms) and `kind` are put in front. Returns
    /// its number, counted from 1.
    pub fn add(&self, at: Millis, kind: &str, fields: Value) -> u64 {
        let mut entry = Map::new();
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.last += 1;
        let n = ring.last;
        entry.insert("n".into(), n.into());
        entry.insert("at".into(), at.0.into());
        entry.insert("kind".into(), kind.into());
        if let Value::Object(fields) = fields {
            entry.extend(fields);
        }
        let entry = Value::Object(entry);
        if let Some(file) = &mut *self.recording.lock().unwrap_or_else(PoisonError::into_inner)
            && let Err(error) = writeln!(file, "{entry}")
        {
            tracing::error!(%error, "the recording could not be written");
        }
        ring.push(entry);
        drop(ring);
        self.news.send_replace(n);
        n
    }

    /// Writes every entry from now on into a new file, one JSON object a line.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn record(&self, file: &Path) -> std::io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(file)?;
        *self.recording.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
        Ok(())
    }

    /// Entries after a number, oldest first, at most `limit`; of one kind, if given.
    pub fn after(&self, n: u64, kind: Option<&str>, limit: usize) -> Vec<Value> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let of_kind = |entry: &&Value| kind.is_none_or(|kind| entry["kind"] == kind);
        let later = ring.entries.iter().map(|(entry, _)| entry).filter(|entry| {
            let number = entry["n"].as_u64().unwrap_or(0);
            number > n
        });
        later.filter(of_kind).take(limit).cloned().collect()
    }

    /// The newest entries, newest first.
    pub fn newest(&self, limit: usize) -> Vec<Value> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.entries.iter().rev().take(limit).map(|(entry, _)| entry.clone()).collect()
    }

    /// The number of the newest entry.
    pub fn last(&self) -> u64 {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).last
    }

    /// Tells of each new entry.
    pub fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }
}

impl Ring {
    fn push(&mut self, entry: Value) {
        let size = entry.to_string().len();
        self.bytes += size;
        self.entries.push_back((entry, size));
        while self.entries.len() > ENTRIES || self.bytes > BYTES {
            let Some((_, size)) = self.entries.pop_front() else { return };
            self.bytes -= size;
        }
    }
}

/// A body as the log keeps it: text, clipped; of bytes that are no text, only how many.
pub fn body(bytes: &[u8], whole_len: usize) -> String {
    let kept = &bytes[..bytes.len().min(BODY_BYTES)];
    let text = match std::str::from_utf8(kept) {
        Ok(text) => text,
        // cut inside a character by the clipping
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&kept[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return format!("[{whole_len} bytes]"),
    };
    if whole_len > text.len() {
        return format!("{text}… [{whole_len} bytes]");
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_oldest_go_first_and_numbers_go_on() {
        let log = Log::default();
        for i in 0..ENTRIES + 5 {
            log.add(Millis(1), if i % 2 == 0 { "call" } else { "webhook" }, json!({"i": i}));
        }
        assert_eq!(log.last(), ENTRIES as u64 + 5);
        let first = &log.after(0, None, 1)[0];
        assert_eq!((&first["n"], &first["i"]), (&json!(6), &json!(5)));
        let calls = log.after(ENTRIES as u64, Some("call"), 10);
        let numbers: Vec<_> = calls.iter().map(|call| call["i"].clone()).collect();
        assert_eq!(numbers, [json!(10_000), json!(10_002), json!(10_004)]);
        assert_eq!(log.newest(1)[0]["n"], json!(ENTRIES + 5));
    }

    #[test]
    fn bytes_are_bounded_too() {
        let log = Log::default();
        let long = "x".repeat(1024 * 1024);
        for _ in 0..70 {
            log.add(Millis(1), "call", json!({"body": long}));
        }
        let kept = log.after(0, None, 100).len();
        assert!((60..64).contains(&kept), "{kept}");
    }

    #[test]
    fn a_body_is_clipped_between_characters() {
        let long = format!("{}é", "x".repeat(BODY_BYTES - 1));
        let kept = body(long.as_bytes(), long.len());
        assert!(kept.starts_with("xxx") && kept.ends_with("x… [16385 bytes]"), "{kept:.20}");
        assert_eq!(body(b"hi", 2), "hi");
        assert_eq!(body(&[0xff, 0xfe], 2), "[2 bytes]");
    }
}
