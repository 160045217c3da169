//! Reading a request's body, bounded.

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use exchange::limits;
use http_body_util::BodyExt as _;

use super::error::HttpError;

/// As much of a body that is too long is read and dropped before it is refused: a client that is
/// still writing would otherwise lose the answer with the connection.
const DROPPED_BYTES: usize = 32 * 1024 * 1024;

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoBody {
    /// Longer than `limits::BODY_BYTES`.
    TooLong,
    /// It broke off.
    Broken,
}

impl NoBody {
    /// The refusal, outside the Cloud API.
    pub fn refused(self) -> HttpError {
        match self {
            Self::TooLong => {
                let message = format!("The body is longer than {} bytes.", limits::BODY_BYTES);
                HttpError::new(StatusCode::PAYLOAD_TOO_LARGE, message, "Send less.")
            }
            Self::Broken => HttpError::bad("The body broke off.", "Send it again."),
        }
    }
}

/// Reads a body of at most `limits::BODY_BYTES`.
///
/// # Errors
/// [`NoBody`].
pub async fn collect(mut body: Body) -> Result<Bytes, NoBody> {
    let mut first: Option<Bytes> = None;
    let mut whole: Vec<u8> = Vec::new();
    let mut read = 0usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| NoBody::Broken)?;
        let Ok(data) = frame.into_data() else { continue };
        read += data.len();
        if read > DROPPED_BYTES {
            break;
        }
        if read > limits::BODY_BYTES {
            whole = Vec::new();
            continue;
        }
        match (&first, whole.is_empty()) {
            // Nearly every body comes in one piece and is not copied.
            (None, _) => first = Some(data),
            (Some(begun), true) => whole = [begun.as_ref(), data.as_ref()].concat(),
            (Some(_), false) => whole.extend_from_slice(&data),
        }
    }
    match (read > limits::BODY_BYTES, whole.is_empty()) {
        (true, _) => Err(NoBody::TooLong),
        (false, true) => Ok(first.unwrap_or_default()),
        (false, false) => Ok(whole.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::StreamBody;
    use hyper::body::Frame;

    fn pieces(sizes: &[usize]) -> Body {
        let frames: Vec<Result<_, std::io::Error>> =
            sizes.iter().map(|size| Ok(Frame::data(Bytes::from(vec![b'x'; *size])))).collect();
        Body::new(StreamBody::new(futures_util::stream::iter(frames)))
    }

    #[tokio::test]
    async fn a_body_is_whole_or_refused() {
        for sizes in [&[][..], &[5], &[5, 0, 7], &[100_000, 100_000, 62_144]] {
            let body = collect(pieces(sizes)).await.expect("short enough");
            assert_eq!(body.len(), sizes.iter().sum::<usize>());
        }
        for sizes in [&[262_145][..], &[262_144, 1], &[1_000_000; 10], &[1_000_000; 40]] {
            assert_eq!(collect(pieces(sizes)).await, Err(NoBody::TooLong));
        }
    }
}
