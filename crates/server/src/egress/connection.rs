//! One HTTP/1.1 connection, driven by the task that uses it: no task of its own, no channel to
//! cross, and giving up (a time limit, a cancelled delivery) closes it.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::Fault;
use super::connect::refusal_of_us;

/// Bytes of a response head, and of the read buffer (ours).
const HEAD_BYTES: usize = 64 * 1024;

/// TCP or TLS.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for T {}

type Driver = http1::Connection<TokioIo<Box<dyn Stream>>, Full<Bytes>>;

/// A connection and who reads and writes on it.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// None once it has closed.
    driver: Option<Driver>,
}

/// Why there is no response.
pub(super) enum NotSent {
    /// Nothing was written: the request can go over another connection.
    Unsent(Box<Request<Full<Bytes>>>),
    /// It may have arrived.
    Broken(Fault),
}

impl Connection {
    pub(super) async fn over(io: TokioIo<Box<dyn Stream>>) -> Result<Self, Fault> {
        let handshake = http1::Builder::new()
            // some receivers look headers up as the documentation spells them
            .title_case_headers(true)
            .max_buf_size(HEAD_BYTES)
            .handshake(io);
        let (sender, driver) = handshake.await.map_err(|error| fault(&error))?;
        Ok(Self { sender, driver: Some(driver) })
    }

    /// Can it take a request? Notices that the other side has closed it meanwhile.
    pub(super) fn is_open(&mut self) -> bool {
        // nobody waits for an idle connection
        advance(&mut self.driver, &mut Context::from_waker(Waker::noop()));
        self.driver.is_some() && self.sender.is_ready()
    }

    /// Sends a request and waits for the head of the response.
    pub(super) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, NotSent> {
        let response = self.sender.try_send_request(request);
        drive(&mut self.driver, response).await.map_err(|mut error| match error.take_message() {
            Some(request) => NotSent::Unsent(Box::new(request)),
            None => NotSent::Broken(fault(error.error())),
        })
    }

    /// Reads a response's body: all of it, or None when it breaks off or is longer than `most`.
    pub(super) async fn body(&mut self, mut body: Incoming, most: usize) -> Option<Bytes> {
        if body.is_end_stream() {
            return Some(Bytes::new());
        }
        let mut all = BytesMut::new();
        while let Some(frame) = drive(&mut self.driver, body.frame()).await {
            let data = frame.ok()?.into_data().unwrap_or_default();
            if all.len() + data.len() > most {
                return None;
            }
            all.extend_from_slice(&data);
        }
        Some(all.freeze())
    }

    /// The next piece of a response's body; `None` at its end.
    pub(super) async fn piece(&mut self, body: &mut Incoming) -> Option<Result<Bytes, Fault>> {
        let frame = drive(&mut self.driver, body.frame()).await?;
        Some(match frame {
            Ok(frame) => Ok(frame.into_data().unwrap_or_default()),
            Err(error) => Err(fault(&error)),
        })
    }

    /// Reads a response's body away, so that the connection can be used again; false when it is
    /// not worth that.
    pub(super) async fn drain(&mut self, mut body: Incoming, most: usize) -> bool {
        let mut read = 0;
        while !body.is_end_stream() {
            match drive(&mut self.driver, body.frame()).await {
                None => break,
                Some(Ok(frame)) => read += frame.data_ref().map_or(0, Bytes::len),
                Some(Err(_)) => return false,
            }
            if read > most {
                return false;
            }
        }
        self.is_open()
    }
}

/// Polls a future that waits for something on the connection, and the connection with it.
async fn drive<F: Future>(driver: &mut Option<Driver>, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| {
        // Twice, for the future may have asked the connection for more (a request, a frame). Both
        // wake each other by that; the first time to no purpose, for they are polled again anyway.
        for cx in [&mut Context::from_waker(Waker::noop()), cx] {
            advance(driver, cx);
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(output);
            }
        }
        Poll::Pending
    })
    .await
}

/// One step of the connection. One that has ended is dropped, which wakes all who wait for it
/// with an error; polling it again is not allowed.
fn advance(driver: &mut Option<Driver>, cx: &mut Context<'_>) {
    if let Some(running) = driver
        && Pin::new(running).poll(cx).is_ready()
    {
        *driver = None;
    }
}

/// What went wrong, in words for the provider.
fn fault(error: &hyper::Error) -> Fault {
    tracing::debug!(%error, "a callback's connection failed");
    Fault::Unreachable(if let Some(refusal) = refusal_of_us(error) {
        refusal
    } else if error.is_parse_too_large() {
        "its answer's head is too long"
    } else if error.is_parse() {
        "its answer is not HTTP"
    } else if error.is_incomplete_message() {
        "it closed the connection before answering"
    } else {
        "the connection broke"
    })
}
