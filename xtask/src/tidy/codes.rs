//! Every error code of the Cloud API that can be raised is provoked by a test through the API: its
//! number stands in a test that talks to the real server.

use std::collections::BTreeMap;

use super::Finding;
use super::tree::{File, Tree};

/// Where errors are made.
const MADE: &str = "crates/wire/src/cloud/";
/// Where the real server is talked to.
const ASKED: [&str; 3] = ["crates/sim/tests/", "crates/server/tests/", "e2e/"];

/// Codes that are made and that no such test names.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut made: BTreeMap<u32, (&str, usize)> = BTreeMap::new();
    let sources = tree.files.iter().filter(|file| file.path.starts_with(MADE));
    for file in sources.filter(|file| !file.path.contains("tests")) {
        for (n, code) in codes(file) {
            made.entry(code).or_insert((&file.path, n));
        }
    }
    let tests: Vec<String> = tree
        .files
        .iter()
        .filter(|file| ASKED.iter().any(|room| file.path.starts_with(room)) && file.is_source())
        .map(|file| {
            let lines: Vec<&str> = file.lines().map(|(_, line)| line).collect();
            lines.join("\n").replace('_', "")
        })
        .collect();
    let unnamed = |code: &u32| !tests.iter().any(|text| names(text, *code));
    made.into_iter()
        .filter(|(code, _)| unnamed(code))
        .map(|(code, (path, n))| {
            let text = format!("error {code} is raised, and no test provokes it through the API");
            Finding::new(path, n, "codes", text)
        })
        .collect()
}

/// `new(400, 131_009, …)` and `bare(401, 190, …)`: the second argument, on the same line or the
/// next ones; constants with a code's shape are not looked for.
fn codes(file: &File) -> Vec<(usize, u32)> {
    let lines: Vec<(usize, &str)> = file.lines().collect();
    let mut found = Vec::new();
    for (at, (n, line)) in lines.iter().enumerate() {
        for call in ["new(", "bare("] {
            let Some((_, rest)) = line.split_once(call) else { continue };
            let mut text = rest.to_owned();
            for (_, more) in lines.iter().skip(at + 1).take(2) {
                text.push(' ');
                text.push_str(more.trim());
            }
            let mut arguments = text.split(',').map(str::trim);
            let status: Option<u32> = arguments.next().and_then(|first| first.parse().ok());
            let code = arguments.next().map(|second| second.replace('_', ""));
            let code = code.and_then(|code| code.parse::<u32>().ok());
            // A fault of ours cannot be provoked from outside.
            if let (Some(400..=499), Some(code)) = (status, code) {
                found.push((*n, code));
            }
        }
    }
    found
}

/// Whether a number stands in a text by itself.
fn names(text: &str, code: u32) -> bool {
    let digits = code.to_string();
    text.match_indices(&digits).any(|(at, _)| {
        let before = text[..at].bytes().next_back();
        let after = text[at + digits.len()..].bytes().next();
        let apart = |byte: Option<u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
        apart(before) && apart(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_by_itself() {
        assert!(names("code == 131009)", 131_009));
        assert!(!names("1310091", 131_009) && !names("x131009", 131_009));
    }
}
