//! The listener: HTTP/1.1, plain or over TLS, bounded in connections, in time for a handshake and
//! a request's head, and ended in good order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::tls::ACME_TLS_1;

/// Connections open at once; further ones wait in the system's queue. Bounded by the usual
/// open-file limit in practice; raise that first.
const CONNECTIONS: usize = 50_000;
/// A request's head must have come by then; a TLS handshake, too.
const HEAD: Duration = Duration::from_secs(10);
/// Requests under way may end within this when the exchange stops.
const GRACE: Duration = Duration::from_secs(5);

/// Says to the handlers that a request came over TLS. Nobody else can say it: what a client sends
/// under this name is thrown away.
const BY_TLS: HeaderName = HeaderName::from_static("x-strowger-by-tls");

/// Whether a request came over TLS to this very process.
pub fn came_by_tls(headers: &HeaderMap) -> bool {
    headers.contains_key(BY_TLS)
}

/// Serves until `stop` turns true, then lets requests under way end.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stopping = stop.clone();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, mostly: going on at once would only burn the CPU.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (tls, router, stop) = (tls.clone(), router.clone(), stop.clone());
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            match tls {
                None => connection(stream, (address, false), router, stop).await,
                Some(tls) => secure(stream, address, tls, router, stop).await,
            }
            drop(place);
        });
    }
    let everybody = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
    let _ = timeout(GRACE, places.acquire_many(everybody)).await;
}

async fn secure(
    stream: TcpStream,
    address: SocketAddr,
    tls: TlsAcceptor,
    router: Router,
    mut stop: watch::Receiver<bool>,
) {
    let handshake = tokio::select! {
        handshake = timeout(HEAD, tls.accept(stream)) => handshake,
        _ = stop.wait_for(|stop| *stop) => return,
    };
    match handshake {
        // an ACME authority has seen the proof in the handshake and has nothing to say
        Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(ACME_TLS_1) => (),
        Ok(Ok(stream)) => connection(stream, (address, true), router, stop).await,
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    (address, by_tls): (SocketAddr, bool),
    router: Router,
    mut stop: watch::Receiver<bool>,
) {
    let service = router.map_request(move |mut request: axum::http::Request<_>| {
        request.extensions_mut().insert(ConnectInfo(address));
        request.headers_mut().remove(BY_TLS);
        if by_tls {
            request.headers_mut().insert(BY_TLS, HeaderValue::from_static("1"));
        }
        request
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD).pipeline_flush(true);
    let connection =
        builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    tokio::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => {
            if let Err(error) = ended {
                tracing::trace!(%error, "a connection ended");
            }
            return;
        }
        _ = stop.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
