//! HTTP/1.1 messages, read from a buffer without copying.
//!
//! Just enough for the load generator, the set-up and the sink: heads, `Content-Length` and
//! chunked bodies. Everything is bounded; what is not understood is an error, never a guess.

use crate::Outcome;
use std::borrow::Cow;

/// Longest head that is read.
const HEAD_BYTES: usize = 64 * 1024;
/// Longest body that is read (the choice page of a few hundred assistants is the largest).
const BODY_BYTES: usize = 16 * 1024 * 1024;

/// The first line and the header lines of a request or an answer.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    text: &'a str,
}

impl<'a> Head<'a> {
    /// The request line or the status line.
    pub fn first_line(&self) -> &'a str {
        self.text.split("\r\n").next().unwrap_or("")
    }

    /// The status code of an answer.
    pub fn status(&self) -> Outcome<u16> {
        let line = self.first_line();
        let code = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
        match code.and_then(|digits| digits.parse().ok()) {
            Some(code) => Ok(code),
            None => Err(format!("not an HTTP/1.1 status line: {line:?}").into()),
        }
    }

    /// The values of the headers called `name` (compared without case), in order.
    pub fn all(&self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.text.split("\r\n").skip(1).filter_map(move |line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The first header called `name`.
    pub fn get(&self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }
}

/// A whole message at the front of a buffer.
#[derive(Debug)]
pub struct Message<'a> {
    /// First line and headers.
    pub head: Head<'a>,
    /// The body's exact bytes, chunks put together.
    pub body: Cow<'a, [u8]>,
    /// How many bytes of the buffer this message took.
    pub consumed: usize,
}

/// Reads the message at the front of `buffer`; `None` means more bytes are needed.
pub fn message(buffer: &[u8]) -> Outcome<Option<Message<'_>>> {
    let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
        if buffer.len() > HEAD_BYTES {
            return Err("an HTTP head longer than 64 KiB".into());
        }
        return Ok(None);
    };
    let head = Head { text: std::str::from_utf8(&buffer[..end])? };
    let rest = &buffer[end + 4..];
    if let Some(coding) = head.get("transfer-encoding") {
        if !coding.eq_ignore_ascii_case("chunked") {
            return Err(format!("transfer coding {coding:?} is not understood").into());
        }
        let Some((body, taken)) = chunks(rest)? else { return Ok(None) };
        let message = Message { head, body: Cow::Owned(body), consumed: end + 4 + taken };
        return Ok(Some(message));
    }
    let length: usize = match head.get("content-length") {
        Some(digits) => digits.parse()?,
        None => 0,
    };
    if length > BODY_BYTES {
        return Err(format!("a body of {length} bytes is over the limit").into());
    }
    if rest.len() < length {
        return Ok(None);
    }
    let body = Cow::Borrowed(&rest[..length]);
    Ok(Some(Message { head, body, consumed: end + 4 + length }))
}

/// Puts a chunked body together: the body and the bytes it took, `None` while incomplete.
fn chunks(buffer: &[u8]) -> Outcome<Option<(Vec<u8>, usize)>> {
    let mut body = Vec::new();
    let mut at = 0;
    loop {
        let Some(line) = buffer[at..].windows(2).position(|two| two == b"\r\n") else {
            return Ok(None);
        };
        let size = std::str::from_utf8(&buffer[at..at + line])?;
        let size = size.split(';').next().unwrap_or("").trim();
        let size = usize::from_str_radix(size, 16)?;
        if body.len().saturating_add(size) > BODY_BYTES {
            return Err("a chunked body over the limit".into());
        }
        at += line + 2;
        if buffer.len() < at + size + 2 {
            return Ok(None);
        }
        body.extend_from_slice(&buffer[at..at + size]);
        if &buffer[at + size..at + size + 2] != b"\r\n" {
            // Trailer fields would stand here after the last chunk; nobody here sends any.
            return Err("a chunk that does not end where it says".into());
        }
        at += size + 2;
        if size == 0 {
            return Ok(Some((body, at)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] =
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n\r\nhelloHTTP/1.1 404";

    #[test]
    fn an_answer_is_read_and_what_follows_is_left() {
        let read = message(ANSWER).unwrap().unwrap();
        assert_eq!(read.head.status().unwrap(), 200);
        assert_eq!(&*read.body, b"hello");
        assert_eq!(&ANSWER[read.consumed..], b"HTTP/1.1 404");
        assert_eq!(read.head.all("Set-Cookie").collect::<Vec<_>>(), ["a=1", "b=2"]);
    }

    #[test]
    fn every_shorter_prefix_asks_for_more() {
        let whole = message(ANSWER).unwrap().unwrap().consumed;
        for cut in 0..whole {
            assert!(message(&ANSWER[..cut]).unwrap().is_none(), "cut at {cut}");
        }
    }

    #[test]
    fn chunks_are_put_together_at_every_cut() {
        let text = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n5;x=y\r\npedia\r\n0\r\n\r\n";
        for cut in 0..text.len() {
            assert!(message(&text[..cut]).unwrap().is_none(), "cut at {cut}");
        }
        let read = message(text).unwrap().unwrap();
        assert_eq!(&*read.body, b"Wikipedia");
        assert_eq!(read.consumed, text.len());
    }

    #[test]
    fn nonsense_is_an_error() {
        assert!(message(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n").is_err());
        assert!(message(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n").is_err());
        assert!(message(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n").is_err());
        assert!(message(&vec![b'a'; HEAD_BYTES + 1]).is_err());
        let odd = message(b"HTTP/2 200\r\n\r\n").unwrap().unwrap();
        assert!(odd.head.status().is_err());
    }
}
