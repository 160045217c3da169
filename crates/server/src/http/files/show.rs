//! Giving a file out: whole or a part of it.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use store::row::MediaRow;

use crate::media::{Fault, Span, Vault};

/// The answer with a file's bytes, or the part that `Range` asks for. `None`: the blob is gone.
///
/// # Errors
/// [`Fault`], when it cannot be read.
pub async fn show(
    vault: &Vault,
    row: &MediaRow,
    asked: &HeaderMap,
) -> Result<Option<Response>, Fault> {
    let size = row.media.size_bytes;
    let range = asked.get(header::RANGE).and_then(|value| value.to_str().ok());
    let span = match range.map_or(Asked::All, |range| span(range, size)) {
        Asked::All => None,
        Asked::Part(span) => Some(span),
        Asked::Beyond => return Ok(Some(beyond(size))),
    };
    let Some(bytes) = vault.read(&row.blob, span.clone()).await? else { return Ok(None) };
    let mut response = Response::new(Body::from_stream(bytes.0));
    let length = span.as_ref().map_or(size, |span| span.end - span.start);
    let headers = response.headers_mut();
    let octets = || HeaderValue::from_static("application/octet-stream");
    let kind = HeaderValue::from_str(&row.media.mime).unwrap_or_else(|_| octets());
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(span) = span {
        let text = format!("bytes {}-{}/{size}", span.start, span.end - 1);
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(header::CONTENT_RANGE, value);
        }
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(Some(response))
}

fn beyond(size: u64) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    All,
    Part(Span),
    Beyond,
}

/// One range of bytes; whatever else is asked for gets everything (RFC 9110, 14.2).
fn span(range: &str, size: u64) -> Asked {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|it| it.split_once('-')) else {
        return Asked::All;
    };
    let (first, last) = (first.trim(), last.trim());
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first > last => Asked::All,
        (Ok(first), _) if first >= size && (last.is_empty() || last.parse::<u64>().is_ok()) => {
            Asked::Beyond
        }
        (Ok(first), Ok(last)) => Asked::Part(first..last.saturating_add(1).min(size)),
        (Ok(first), Err(_)) if last.is_empty() => Asked::Part(first..size),
        (Err(_), Ok(0)) if first.is_empty() => Asked::Beyond,
        (Err(_), Ok(count)) if first.is_empty() && size > 0 => {
            Asked::Part(size.saturating_sub(count)..size)
        }
        _ => Asked::All,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_understood() {
        for (range, expected) in [
            ("bytes=0-0", Asked::Part(0..1)),
            ("bytes=2-5", Asked::Part(2..6)),
            ("bytes=2-", Asked::Part(2..10)),
            ("bytes=-3", Asked::Part(7..10)),
            ("bytes=-99", Asked::Part(0..10)),
            ("bytes=5-99", Asked::Part(5..10)),
            ("bytes=10-", Asked::Beyond),
            ("bytes=10-20", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=5-2", Asked::All),
            ("bytes=0-1,4-5", Asked::All),
            ("bytes=-", Asked::All),
            ("lines=1-2", Asked::All),
            ("bytes=0-18446744073709551615", Asked::Part(0..10)),
        ] {
            assert_eq!(span(range, 10), expected, "{range}");
        }
        assert_eq!(span("bytes=0-", 0), Asked::Beyond);
        assert_eq!(span("bytes=-5", 0), Asked::All);
    }
}
