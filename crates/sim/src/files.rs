//! Files to send: small ones that are what they say, and a place on the web that gives them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A PNG of `size` bytes: a sound header, and then anything.
pub fn png(size: usize) -> Vec<u8> {
    with_head(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x20\x08\x06\0\0\0", size)
}

/// A voice note of `size` bytes.
pub fn ogg(size: usize) -> Vec<u8> {
    with_head(b"OggS\0\x02", size)
}

/// A PDF of `size` bytes.
pub fn pdf(size: usize) -> Vec<u8> {
    with_head(b"%PDF-1.7\n", size)
}

fn with_head(head: &[u8], size: usize) -> Vec<u8> {
    let rest = (head.len()..size).map(|n| (n ^ (n >> 8)) as u8);
    head.iter().copied().chain(rest).collect()
}

/// SHA-256, hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// What a place gives.
#[derive(Debug, Clone)]
pub enum Given {
    /// A file of a type.
    File(String, Vec<u8>),
    /// A status and nothing else.
    Status(u16),
    /// A redirect to there.
    Redirect(String),
    /// A head that promises this many bytes, and then nothing.
    Silence(usize),
}

#[derive(Debug, Default)]
struct Inner {
    given: Mutex<HashMap<String, Given>>,
    asked: Mutex<Vec<String>>,
}

/// A place on the web. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Place {
    inner: Arc<Inner>,
    base: String,
}

impl Place {
    /// Listens on a free port of loopback.
    ///
    /// # Panics
    /// When there is none.
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let inner = Arc::new(Inner::default());
        let shared = inner.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(shared.clone(), stream));
            }
        });
        Self { inner, base }
    }

    /// Gives this at a path from now on; returns its address.
    pub fn gives(&self, path: &str, what: Given) -> String {
        let mut given = self.inner.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.insert(path.to_owned(), what);
        format!("{}{path}", self.base)
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        let asked = self.inner.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.iter().filter(|one| *one == path).count()
    }
}

async fn serve(inner: Arc<Inner>, stream: TcpStream) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if !matches!(stream.read_line(&mut line).await, Ok(1..)) {
            return;
        }
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        loop {
            let mut line = String::new();
            match stream.read_line(&mut line).await {
                Ok(1..) if line.trim().is_empty() => break,
                Ok(1..) => {}
                _ => return,
            }
        }
        let given = {
            let given = inner.given.lock().unwrap_or_else(PoisonError::into_inner);
            given.get(&path).cloned().unwrap_or(Given::Status(404))
        };
        inner.asked.lock().unwrap_or_else(PoisonError::into_inner).push(path);
        if give(&mut stream, given).await.is_none() {
            return;
        }
    }
}

async fn give(stream: &mut BufReader<TcpStream>, given: Given) -> Option<()> {
    let empty = "Content-Length: 0\r\n\r\n";
    let (head, body) = match given {
        Given::File(kind, bytes) => {
            let length = bytes.len();
            let head = format!(
                "HTTP/1.1 200 X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
            );
            (head, bytes)
        }
        Given::Status(status) => (format!("HTTP/1.1 {status} X\r\n{empty}"), Vec::new()),
        Given::Redirect(to) => (format!("HTTP/1.1 302 X\r\nLocation: {to}\r\n{empty}"), Vec::new()),
        Given::Silence(length) => {
            let head = format!("HTTP/1.1 200 X\r\nContent-Length: {length}\r\n\r\n");
            stream.write_all(head.as_bytes()).await.ok()?;
            // Until the other side gives up.
            let _ = stream.read_u8().await;
            return None;
        }
    };
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(&body).await.ok()
}
