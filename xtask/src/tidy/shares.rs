//! Figures that are told, not judged: median file, and test lines against code lines.

use std::collections::BTreeSet;

use super::rust::module_files;
use super::tree::{File, Tree};

/// Lines that are not empty.
fn lines(file: &File) -> usize {
    file.text().lines().filter(|line| !line.trim().is_empty()).count()
}

/// Files that are tests as a whole.
fn test_files(tree: &Tree) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = tree
        .files
        .iter()
        .filter(|f| {
            f.path.starts_with("e2e/")
                || f.path.starts_with("crates/sim/")
                || f.path.split('/').any(|p| p == "tests")
        })
        .map(|f| f.path.clone())
        .collect();
    for (file, rust) in tree.rust() {
        let modules = rust.modules.iter().filter(|m| m.test_only);
        found.extend(modules.flat_map(|m| module_files(&file.path, m)));
    }
    found
}

/// Lines of code and lines of tests.
pub(crate) fn split(tree: &Tree) -> (usize, usize) {
    let test_files = test_files(tree);
    let (mut code, mut tests) = (0, 0);
    for file in tree.files.iter().filter(|f| f.is_source()) {
        if test_files.contains(&file.path) {
            tests += lines(file);
            continue;
        }
        let rust = tree.rust().find(|(f, _)| f.path == file.path);
        let in_tests = |n| rust.as_ref().is_some_and(|(_, r)| r.is_test_line(n));
        let inside =
            file.lines().filter(|(n, line)| !line.trim().is_empty() && in_tests(*n)).count();
        tests += inside;
        code += lines(file) - inside;
    }
    (code, tests)
}

/// One line of figures.
pub(crate) fn report(tree: &Tree) -> String {
    let mut lengths: Vec<usize> =
        tree.files.iter().filter(|f| f.is_source()).map(|f| f.text().lines().count()).collect();
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or(0);
    let longest = lengths.last().copied().unwrap_or(0);
    let (code, tests) = split(tree);
    #[expect(clippy::cast_precision_loss, reason = "a ratio for people, of numbers far below 2^52")]
    let ratio = tests as f64 / code.max(1) as f64;
    format!(
        "tidy: median file {median} lines (aim: at most 120), longest {longest}; {code} lines of code, {tests} of tests ({ratio:.2} to 1)"
    )
}

#[cfg(test)]
mod tests {
    use super::super::tree::sample;
    use super::*;

    #[test]
    fn test_lines_are_told_from_code_lines() {
        let tree = sample(&[
            ("a/src/lib.rs", "fn a() {}\n\n#[cfg(test)]\nmod tests;\n"),
            ("a/src/tests.rs", "fn t() {}\n"),
            ("a/src/b.rs", "fn b() {}\n#[cfg(test)]\nmod tests {\n}\n"),
            ("e2e/x.test.mjs", "a\nb\n"),
        ]);
        assert_eq!(split(&tree), (2, 8));
        assert!(report(&tree).contains("2 lines of code, 8 of tests"));
    }
}
