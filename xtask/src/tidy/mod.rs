//! The house rules as checks. Each check takes the tree and returns what it found.

use std::fmt;
use std::path::Path;

mod clocks;
mod codes;
mod exceptions;
mod layers;
mod licences;
mod links;
mod locks;
mod manifests;
mod ratchet;
mod rust;
mod shares;
mod size;
mod spdx;
mod tree;
mod vendor;
mod words;

use exceptions::Exceptions;
use tree::Tree;

/// One breach of a house rule, at a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    rule: &'static str,
    text: String,
}

impl Finding {
    fn new(path: &str, line: usize, rule: &'static str, text: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, rule, text: text.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.text)
    }
}

/// Runs every check on the repository at `root`; prints findings and figures; true when clean.
pub(crate) fn run(root: &Path) -> Result<bool, String> {
    let tree = Tree::read(root)?;
    let mut exceptions = Exceptions::read(&tree)?;
    let mut findings = checks(&tree);
    findings.extend(licences::check(root, &tree));
    findings = exceptions.apply(findings);
    findings.extend(size::check(&tree, &mut exceptions));
    findings.extend(exceptions.unused());
    findings.extend(ratchet::check(root, &exceptions));
    findings.sort();
    findings.dedup();
    for finding in &findings {
        println!("{finding}");
    }
    println!("{}", shares::report(&tree));
    match findings.len() {
        0 => println!("tidy: {} files, nothing found", tree.files.len()),
        n => println!("tidy: {} files, {n} findings", tree.files.len()),
    }
    Ok(findings.is_empty())
}

/// The checks that need nothing but the tree.
fn checks(tree: &Tree) -> Vec<Finding> {
    let mut findings: Vec<Finding> = tree
        .unparsed()
        .map(|(path, line, reason)| Finding::new(path, line, "parse", reason))
        .collect();
    let all: [fn(&Tree) -> Vec<Finding>; 9] = [
        clocks::check,
        codes::check,
        layers::check,
        links::check,
        locks::check,
        manifests::check,
        size::depth,
        vendor::check,
        words::check,
    ];
    findings.extend(all.iter().flat_map(|check| check(tree)));
    findings
}
