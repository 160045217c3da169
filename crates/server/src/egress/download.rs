//! Getting a file from an address that a stranger gave: as it comes, never held whole. Redirects
//! are followed a few times, each to an address that is checked like the first.

use bytes::Bytes;
use exchange::delivery::outcome::Outcome;
use exchange::limits;
use hyper::body::{Body as _, Incoming};
use hyper::header::{self, HeaderMap, HeaderName};
use hyper::{Method, Response};

use super::connection::Connection;
use super::target::Target;
use super::{Egress, request, retry_after};

/// A file that is coming in. Dropped before its end, the connection is closed.
pub struct Download {
    connection: Connection,
    body: Incoming,
    /// `Content-Type`, if there is one.
    pub content_type: Option<String>,
    /// `Content-Length`, if there is one.
    pub length: Option<u64>,
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Download({:?}, {:?})", self.content_type, self.length)
    }
}

impl Download {
    /// The next piece; `None` at the end.
    pub async fn piece(&mut self) -> Option<Result<Bytes, Outcome>> {
        let piece = self.connection.piece(&mut self.body).await?;
        Some(piece.map_err(Outcome::from))
    }
}

impl Egress {
    /// Begins to get a file. No time limit of its own: the caller has one for all of it.
    ///
    /// # Errors
    /// Why there is none: any other status than 200 among it.
    pub async fn get(&self, url: &str) -> Result<Download, Outcome> {
        let mut url = without_fragment(url).to_owned();
        for _ in 0..=limits::LINK_REDIRECTS {
            let target = Target::of_any_length(&url)
                .map_err(|_| Outcome::Unreachable("its link is not an address"))?;
            let (connection, response) =
                self.exchange(&target, request(Method::GET, &target, Bytes::new())).await?;
            let status = response.status().as_u16();
            match (status, text(response.headers(), header::LOCATION)) {
                (200, _) => return Ok(download(connection, response)),
                (301 | 302 | 303 | 307 | 308, Some(location)) => url = beyond(&url, &location),
                _ => {
                    let wait = response.headers().get(header::RETRY_AFTER);
                    let retry_after_ms = wait.and_then(|value| {
                        retry_after::milliseconds(value.as_bytes(), self.clock.now())
                    });
                    return Err(Outcome::Answered { status, retry_after_ms });
                }
            }
        }
        Err(Outcome::Unreachable("it redirects too often"))
    }
}

fn download(connection: Connection, response: Response<Incoming>) -> Download {
    let content_type = text(response.headers(), header::CONTENT_TYPE);
    let body = response.into_body();
    Download { connection, length: body.size_hint().exact(), body, content_type }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn without_fragment(url: &str) -> &str {
    url.split('#').next().unwrap_or_default()
}

/// Where a redirect leads: an address of its own, or a path from where it was said.
fn beyond(from: &str, location: &str) -> String {
    let location = without_fragment(location.trim());
    let (scheme, rest) = from.split_once("://").unwrap_or(("", from));
    let absolute = location.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    if absolute {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{host}{location}")
    } else {
        let path = rest[host.len()..].split('?').next().unwrap_or_default();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{scheme}://{host}{folder}/{location}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_lead_where_they_say() {
        let from = "https://a.example/one/two?x=1/2";
        for (location, to) in [
            ("http://b.example/y#part", "http://b.example/y"),
            ("//b.example/y", "https://b.example/y"),
            ("/y?z=://", "https://a.example/y?z=://"),
            ("y", "https://a.example/one/y"),
        ] {
            assert_eq!(beyond(from, location), to, "{location}");
        }
        assert_eq!(beyond("http://a.example?x", "y"), "http://a.example/y");
        assert_eq!(without_fragment("https://a.example/x#y"), "https://a.example/x");
    }
}
