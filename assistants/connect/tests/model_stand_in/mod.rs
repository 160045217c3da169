//! A STAND-IN for a model endpoint, for tests only. It has no model: it plays scripted bytes,
//! or, when nothing is scripted, repeats the question. It speaks the wire by hand so that it
//! can also do what no HTTP library lets one do: stall, break off, send garbage.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// One scripted answer.
pub(crate) struct Scripted {
    bytes: Vec<u8>,
    then_stall: bool,
}

fn answer(status: &str, headers: &str, body: &str) -> Scripted {
    let text = format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n{body}");
    Scripted { bytes: text.into_bytes(), then_stall: false }
}

fn events(pieces: &[&str]) -> String {
    let event = |piece: &&str| {
        let delta = json!({"choices": [{"index": 0, "delta": {"content": piece}}]});
        format!("data: {delta}\n\n")
    };
    pieces.iter().map(event).collect()
}

const STREAM: &str = "Content-Type: text/event-stream; charset=utf-8\r\n";

impl Scripted {
    /// A stream of these pieces, properly ended.
    pub(crate) fn stream(pieces: &[&str]) -> Self {
        let end =
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
        answer("200 OK", STREAM, &format!(": hello\n\n{}{end}", events(pieces)))
    }

    /// A stream of these pieces, and then silence.
    pub(crate) fn stall_after(pieces: &[&str]) -> Self {
        Self { then_stall: true, ..answer("200 OK", STREAM, &events(pieces)) }
    }

    /// A stream of these pieces that breaks off: more was promised than comes.
    pub(crate) fn break_after(pieces: &[&str]) -> Self {
        answer("200 OK", &format!("{STREAM}Content-Length: 100000\r\n"), &events(pieces))
    }

    /// Silence from the first byte on.
    pub(crate) fn silence() -> Self {
        Self { bytes: Vec::new(), then_stall: true }
    }

    /// A whole answer, not streamed.
    pub(crate) fn whole(text: &str, finish: &str) -> Self {
        let body = json!({"choices": [{"message": {"role": "assistant", "content": text},
            "finish_reason": finish}]});
        answer("200 OK", "Content-Type: application/json\r\n", &body.to_string())
    }

    /// A status and a `Retry-After`, with an error in the body.
    pub(crate) fn status(status: &str, retry_after: &str) -> Self {
        let headers = format!("Retry-After: {retry_after}\r\nContent-Type: application/json\r\n");
        answer(status, &headers, "{\"error\":{\"message\":\"scripted\"}}")
    }

    /// These bytes in place of an answer.
    pub(crate) fn body(body: &str) -> Self {
        answer("200 OK", "Content-Type: text/html\r\n", body)
    }
}

#[derive(Default)]
struct Script {
    answers: VecDeque<Scripted>,
    down: bool,
    looks: u32,
}

/// The stand-in; serves until the test ends.
pub(crate) struct ModelStandIn {
    /// Its base URL, with /v1.
    pub(crate) url: String,
    script: Arc<Mutex<Script>>,
    asked: UnboundedReceiver<(String, Value)>,
    looked: UnboundedReceiver<u32>,
}

impl ModelStandIn {
    /// Starts at this address; port 0 for a free one.
    pub(crate) async fn start(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.expect("the address is free");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let script = Arc::new(Mutex::new(Script::default()));
        let (ask, asked) = unbounded_channel();
        let (look, looked) = unbounded_channel();
        let shared = Arc::clone(&script);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared), ask.clone(), look.clone()));
            }
        });
        Self { url, script, asked, looked }
    }

    /// The next questions are answered like this.
    pub(crate) fn script(&self, answers: impl IntoIterator<Item = Scripted>) {
        self.script.lock().expect("no panic").answers.extend(answers);
    }

    /// Whether `GET /models` answers 503.
    pub(crate) fn set_down(&self, down: bool) {
        self.script.lock().expect("no panic").down = down;
    }

    /// The next question: the Authorization header and the body.
    pub(crate) async fn asked(&mut self) -> (String, Value) {
        let asked = tokio::time::timeout(assistant_kit::stand_in::DEADLINE, self.asked.recv());
        asked.await.expect("a question came").expect("the stand-in is there")
    }

    /// Waits until `GET /models` was asked once more; how often it was in all.
    pub(crate) async fn looked(&mut self) -> u32 {
        let looked = tokio::time::timeout(assistant_kit::stand_in::DEADLINE, self.looked.recv());
        looked.await.expect("a look came").expect("the stand-in is there")
    }
}

async fn serve(
    mut stream: TcpStream,
    script: Arc<Mutex<Script>>,
    ask: UnboundedSender<(String, Value)>,
    look: UnboundedSender<u32>,
) {
    let Some((head, body)) = request(&mut stream).await else { return };
    let scripted = if head.starts_with("GET /v1/models ") {
        let mut script = script.lock().expect("no panic");
        script.looks += 1;
        let _ = look.send(script.looks);
        let json = "Content-Type: application/json\r\n";
        if script.down {
            answer("503 Service Unavailable", "", "")
        } else {
            answer("200 OK", json, "{\"object\":\"list\",\"data\":[{\"id\":\"stand-in-1\"}]}")
        }
    } else {
        let question: Value = serde_json::from_slice(&body).unwrap_or_default();
        let auth = head.lines().find_map(|line| line.strip_prefix("authorization: "));
        let _ = ask.send((auth.unwrap_or_default().to_owned(), question.clone()));
        let next = script.lock().expect("no panic").answers.pop_front();
        next.unwrap_or_else(|| repeat(&question))
    };
    // The assistant may have gone away; that is not the stand-in's business.
    let _ = stream.write_all(&scripted.bytes).await;
    if scripted.then_stall {
        std::future::pending::<()>().await;
    }
    let _ = stream.shutdown().await;
}

fn repeat(question: &Value) -> Scripted {
    let messages = question["messages"].as_array().map_or(0, Vec::len);
    let last = question["messages"][messages.saturating_sub(1)]["content"].as_str();
    let said = format!("{}. You said: {}", messages, last.unwrap_or_default());
    Scripted::stream(&["Stand-in, message ", &said])
}

async fn request(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 8192];
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length").then(|| value.parse().ok())?
            });
            if bytes.len() >= end + 4 + length.unwrap_or(0) {
                return Some((head, bytes.split_off(end + 4)));
            }
        }
        match stream.read(&mut chunk).await {
            Ok(read) if read > 0 && bytes.len() < 4 * 1024 * 1024 => {
                bytes.extend_from_slice(&chunk[..read]);
            }
            _ => return None,
        }
    }
}
