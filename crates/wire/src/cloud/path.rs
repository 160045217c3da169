//! Paths of the Graph API: `/v25.0/{id}/messages`, the same without a version, doubled and
//! trailing slashes (reference 1).

use std::fmt;

/// The most segments a path of ours can have after its version; longer ones are nobody's.
const MOST: usize = 5;

/// A version of the Graph API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// 1-99.
    pub major: u8,
    /// 0-9.
    pub minor: u8,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}", self.major, self.minor)
    }
}

/// A path of the Graph API, taken apart without copying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphPath<'a> {
    /// The version named, if any. Every version is served alike.
    pub version: Option<Version>,
    segments: [&'a str; MOST],
    count: usize,
}

impl<'a> GraphPath<'a> {
    /// What follows the version, in order, none of them empty. Meant for `match`.
    pub fn segments(&self) -> &[&'a str] {
        &self.segments[..self.count]
    }
}

/// Reads the path of a request (without its query). `None` when it is not of the Graph API, so
/// that it may be a page of ours: it must begin with a version, or with an id in digits, or be
/// `oauth/access_token`, `debug_token`, `me` or `message_template_library`.
pub fn parse(path: &str) -> Option<GraphPath<'_>> {
    let mut found = path.split('/').filter(|segment| !segment.is_empty()).peekable();
    let version = found.peek().copied().and_then(version);
    if version.is_some() {
        found.next();
    }
    let (mut segments, mut count) = ([""; MOST], 0);
    for segment in found {
        *segments.get_mut(count)? = segment;
        count += 1;
    }
    let known = match segments {
        ["oauth", "access_token", ..] | ["debug_token" | "me" | "message_template_library", ..] => {
            true
        }
        // The name of a resumable upload; some clients escape its colon.
        [first, ..] if first.starts_with("upload:") || first.starts_with("upload%3A") => true,
        [first, ..] => !first.is_empty() && first.bytes().all(|b| b.is_ascii_digit()),
    };
    (version.is_some() || known).then_some(GraphPath { version, segments, count })
}

fn version(segment: &str) -> Option<Version> {
    let number = |digits: &str, most: usize| -> Option<u8> {
        let sound =
            (1..=most).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if sound { digits.parse().ok() } else { None }
    };
    let (major, minor) = segment.strip_prefix('v')?.split_once('.')?;
    let version = Version { major: number(major, 2)?, minor: number(minor, 1)? };
    (version.major > 0).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(path: &str) -> Option<(Option<String>, Vec<&str>)> {
        parse(path).map(|it| {
            (it.version.map(|v| v.to_string()), it.segments.into_iter().take(it.count).collect())
        })
    }

    #[test]
    fn graph_paths_are_taken_apart() {
        let v = |text: &str| Some(text.to_owned());
        for (path, expected) in [
            (
                "/v25.0/106540352242922/messages",
                Some((v("v25.0"), vec!["106540352242922", "messages"])),
            ),
            ("/v13.0//123/messages/", Some((v("v13.0"), vec!["123", "messages"]))),
            ("/123/", Some((None, vec!["123"]))),
            ("//123//messages//", Some((None, vec!["123", "messages"]))),
            ("/v99.9/", Some((v("v99.9"), vec![]))),
            ("/v25.0/nobody/at/all", Some((v("v25.0"), vec!["nobody", "at", "all"]))),
            ("/oauth/access_token", Some((None, vec!["oauth", "access_token"]))),
            ("/v19.0/oauth/access_token/", Some((v("v19.0"), vec!["oauth", "access_token"]))),
            ("/debug_token", Some((None, vec!["debug_token"]))),
            ("/me", Some((None, vec!["me"]))),
            ("/upload:MTIz", Some((None, vec!["upload:MTIz"]))),
            ("/message_template_library", Some((None, vec!["message_template_library"]))),
        ] {
            assert_eq!(read(path), expected, "{path}");
        }
    }

    #[test]
    fn other_paths_are_left_to_the_pages() {
        for path in [
            "",
            "/",
            "/chats",
            "/v0.1/x",
            "/v100.0/1",
            "/v25/1",
            "/v25.10/1",
            "/v2a.0/1",
            "/oauth",
            "/oauth/authorize",
            "/12a/messages",
            "/providers/1/deliveries",
            "/1/2/3/4/5/6",
        ] {
            assert_eq!(parse(path), None, "{path}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic_and_segments_are_whole(path in ".*") {
            if let Some(found) = parse(&path) {
                for segment in found.segments() {
                    prop_assert!(!segment.is_empty() && !segment.contains('/'));
                }
            }
        }

        #[test]
        fn slashes_do_not_matter(id in "[0-9]{1,19}", lead in "/{0,3}", mid in "/{1,3}", end in "/{0,3}") {
            let path = format!("{lead}v25.0{mid}{id}{mid}messages{end}");
            let found = parse(&path).unwrap();
            prop_assert_eq!(found.segments(), &[id.as_str(), "messages"][..]);
        }
    }
}
