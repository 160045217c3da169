//! `multipart/form-data` in a body that is all there (RFC 7578): fields of small calls, and small
//! files such as Flow JSON. Large uploads are streamed elsewhere.

/// One part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// `name` of its `Content-Disposition`.
    pub name: String,
    /// `filename`, if it is a file.
    pub filename: Option<String>,
    /// Its bytes.
    pub body: &'a [u8],
}

/// Parts in one body; more is nobody's need.
const PARTS: usize = 100;

/// Takes a body apart; `None` if it is not what its `Content-Type` says.
pub fn parts<'a>(content_type: &str, body: &'a [u8]) -> Option<Vec<Part<'a>>> {
    let boundary = parameter(content_type, "boundary").filter(|b| (1..=70).contains(&b.len()))?;
    let opening = format!("--{boundary}");
    let between = format!("\r\n--{boundary}");
    let start = find(body, opening.as_bytes())?;
    let mut rest = &body[start + opening.len()..];
    let mut parts = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        if parts.len() >= PARTS {
            return None;
        }
        // What may stand between a boundary and its line's end is blank.
        rest = &rest[find(rest, b"\r\n")? + 2..];
        let head_end = if rest.starts_with(b"\r\n") { 0 } else { find(rest, b"\r\n\r\n")? + 2 };
        let head = std::str::from_utf8(&rest[..head_end]).ok()?;
        let content = rest.get(head_end + 2..)?;
        let end = find(content, between.as_bytes())?;
        let disposition = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
        })?;
        parts.push(Part {
            name: parameter(disposition, "name")?,
            filename: parameter(disposition, "filename"),
            body: &content[..end],
        });
        rest = &content[end + between.len()..];
    }
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|window| window == what)
}

/// `name="value"` or `name=value` after a semicolon; in quotes `\` stands before `"` and `\`.
fn parameter(header: &str, name: &str) -> Option<String> {
    let mut rest = header;
    loop {
        let (_, after) = split_unquoted(rest)?;
        rest = after.trim_start();
        let (found, value) = rest.split_once('=')?;
        if !found.trim().eq_ignore_ascii_case(name) {
            continue;
        }
        let value = value.trim_start();
        let Some(quoted) = value.strip_prefix('"') else {
            let end = value.find([';', ' ', '\t']).unwrap_or(value.len());
            return Some(value[..end].to_owned());
        };
        let (mut text, mut chars) = (String::new(), quoted.chars());
        loop {
            match chars.next()? {
                '"' => return Some(text),
                '\\' => text.push(chars.next()?),
                other => text.push(other),
            }
        }
    }
}

/// At the next semicolon that is not in quotes.
fn split_unquoted(text: &str) -> Option<(&str, &str)> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => return Some((&text[..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TYPE: &str = "multipart/form-data; boundary=xYz";

    #[test]
    fn fields_and_files_are_taken_apart() {
        let body = b"--xYz\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\n123-456\r\n\
            --xYz\r\ncontent-disposition: form-data; name=file; filename=\"a;b\\\"c.json\"\r\n\
            Content-Type: application/json\r\n\r\n{\"a\":\r\n1}\r\n--xYz--\r\n";
        let found = parts(TYPE, body).unwrap();
        assert_eq!((found[0].name.as_str(), found[0].body), ("code", &b"123-456"[..]));
        assert_eq!(found[1].filename.as_deref(), Some("a;b\"c.json"));
        assert_eq!(found[1].body, b"{\"a\":\r\n1}");
        let quoted = "multipart/form-data; charset=utf-8; boundary=\"xYz\"";
        assert_eq!(parts(quoted, body).unwrap(), found);
        assert_eq!(parts(TYPE, b"--xYz--"), Some(vec![]));
        for broken in [&b""[..], b"--xYz", b"--xYz\r\n\r\nx\r\n--xYz--", &body[..60]] {
            assert_eq!(parts(TYPE, broken), None);
        }
        assert_eq!(parts("multipart/form-data", body), None);
    }

    proptest! {
        #[test]
        fn no_body_does_harm(kind in "multipart[;=\" \\\\a-z]{0,60}", body in "[-xYz\r\n:;=\"a ]{0,200}") {
            let _ = parts(&kind, body.as_bytes());
            let _ = parts(TYPE, body.as_bytes());
        }
    }
}
