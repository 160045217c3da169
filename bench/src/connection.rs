//! A keep-alive HTTP/1.1 connection to 127.0.0.1, one request at a time.

use crate::Outcome;
use crate::http1::{self, Message};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection and what was read from it but not yet used.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects. Refuses every address that is not this machine's own loopback.
    pub async fn open(address: SocketAddr) -> Outcome<Self> {
        if !address.ip().is_loopback() {
            return Err(format!(
                "{address} is not a loopback address; the benchmark stays on this machine"
            )
            .into());
        }
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(8 * 1024) })
    }

    /// Wraps the accepting side of a connection.
    pub fn accepted(stream: TcpStream) -> Outcome<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(8 * 1024) })
    }

    /// Sends the bytes of one request and gives the answer to `read`.
    pub async fn exchange<T>(
        &mut self,
        request: &[u8],
        read: impl FnOnce(&Message<'_>) -> T,
    ) -> Outcome<T> {
        self.send(request).await?;
        match self.next(read).await? {
            Some(value) => Ok(value),
            None => Err("the connection was closed before the answer".into()),
        }
    }

    /// Writes bytes.
    pub async fn send(&mut self, bytes: &[u8]) -> Outcome<()> {
        Ok(self.stream.write_all(bytes).await?)
    }

    /// Gives the next message to `read`; `None` when the other side closed between messages.
    pub async fn next<T>(&mut self, read: impl FnOnce(&Message<'_>) -> T) -> Outcome<Option<T>> {
        loop {
            if let Some(message) = http1::message(&self.buffer)? {
                let value = read(&message);
                let consumed = message.consumed;
                self.buffer.drain(..consumed);
                return Ok(Some(value));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                if self.buffer.is_empty() {
                    return Ok(None);
                }
                return Err("the connection was closed inside a message".into());
            }
        }
    }
}
