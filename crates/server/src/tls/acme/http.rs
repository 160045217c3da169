//! How the authority's directory is spoken with: https, few and small answers, in time.

use std::error::Error as _;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Limited;
use hyper::Request;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use tokio::time::timeout;

/// The head of an answer has come by then (ours).
const HEAD: Duration = Duration::from_secs(30);
/// Bytes of an answer (ours); chains have a few thousand.
const MOST: usize = 256 * 1024;

/// A client of the directory.
#[derive(Debug, Clone)]
pub(super) struct Http(Client<HttpsConnector<HttpConnector>, BodyWrapper<Bytes>>);

impl Http {
    /// Trusts Mozilla's authorities and those in `root`.
    pub(super) fn new(root: Option<&Path>) -> Result<Self, String> {
        let mut tls = crate::egress::tls_config(root, None).map_err(|error| error.to_string())?;
        // the builder sets them itself
        tls.alpn_protocols.clear();
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_only().enable_http1().build();
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }
}

impl HttpClient for Http {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let response = self.0.request(request);
        Box::pin(async move {
            let response = match timeout(HEAD, response).await {
                Ok(Ok(response)) => response,
                Ok(Err(error)) => return Err(Error::Other(words(&error).into())),
                Err(_) => return Err(Error::Other("the directory does not answer".into())),
            };
            Ok(BytesResponse::from(response.map(|body| Limited::new(body, MOST))))
        })
    }
}

/// An error with what caused it: the client's own words say nothing of it.
fn words(error: &hyper_util::client::legacy::Error) -> String {
    let mut words = format!("the directory cannot be reached: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}
