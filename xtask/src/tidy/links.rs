//! Every relative link in the documents leads somewhere.

use super::Finding;
use super::tree::{File, Tree};

/// Links of all Markdown files.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let documents = tree.files.iter().filter(|f| f.extension() == "md" && !f.is_vendored());
    documents.flat_map(|file| in_file(tree, file)).collect()
}

fn in_file(tree: &Tree, file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut fenced = false;
    for (n, line) in file.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for target in targets(&without_code(line)) {
            let path = target.split(['#', '?']).next().unwrap_or("").replace("%20", " ");
            if !is_relative(&target) || path.is_empty() {
                continue;
            }
            if resolve(&file.path, &path).is_none_or(|path| !tree.has(&path)) {
                findings.push(Finding::new(
                    &file.path,
                    n,
                    "link",
                    format!("`{target}` leads nowhere"),
                ));
            }
        }
    }
    findings
}

/// The line with `code` taken out.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

/// Targets of `[text](target "title")`, `![](target)`, `[id]: target`, `href="…"` and `src="…"`.
fn targets(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (open, close) in [("](", ')'), ("href=\"", '"'), ("src=\"", '"')] {
        for (at, _) in line.match_indices(open) {
            let rest = &line[at + open.len()..];
            let Some(end) = rest.find(close) else { continue };
            found.extend(
                rest[..end]
                    .split_whitespace()
                    .next()
                    .map(|t| t.trim_matches(['<', '>']).to_owned()),
            );
        }
    }
    let definition = line.trim_start().strip_prefix('[').and_then(|rest| rest.split_once("]: "));
    found.extend(
        definition.and_then(|(_, target)| target.split_whitespace().next()).map(str::to_owned),
    );
    found
}

/// Not an address with a scheme, nor a path on the server, nor a place in the same page.
fn is_relative(target: &str) -> bool {
    let scheme =
        target.split_once(':').is_some_and(|(s, _)| s.chars().all(|c| c.is_ascii_alphanumeric()));
    !scheme && !target.starts_with(['/', '#'])
}

/// The path from the root; none when it leaves the repository.
fn resolve(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::super::tree::sample;
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let files = [("docs/a.md", text), ("docs/adr/0001-x.md", ""), ("README.md", "")];
        check(&sample(&files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn links_that_lead_somewhere_pass() {
        let text = "[a](adr/0001-x.md#why) [b](../README.md) [c](adr/) [d](https://example.org) [e](#here)\n\
                    `[code](nowhere.md)`\n```\n[code](nowhere.md)\n```\n[f](/rules) ![g](adr/0001-x.md \"title\")\n";
        assert!(found(text).is_empty(), "{:?}", found(text));
    }

    #[test]
    fn links_that_lead_nowhere_are_found_with_their_line() {
        assert_eq!(
            found("x\n[a](nowhere.md)\n"),
            ["docs/a.md:2: link: `nowhere.md` leads nowhere"]
        );
        assert_eq!(found("[a](../../outside.md)\n").len(), 1);
        assert_eq!(found("[id]: gone.md\n").len(), 1);
        assert_eq!(found("<img src=\"images/gone.png\">\n").len(), 1);
    }
}
