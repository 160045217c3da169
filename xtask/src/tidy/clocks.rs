//! Time and chance are arguments: only the named files ask the system for them. Tests wait for
//! a thing with a deadline, they do not sleep.

use super::Finding;
use super::rust::RustFile;
use super::tree::{File, Tree};

/// The only files that may ask for the time or for randomness.
const CLOCK_FILES: [&str; 4] = [
    "crates/server/src/clock.rs",
    "assistants/kit/src/clock.rs",
    "bench/src/clock.rs",
    "xtask/src/clock.rs",
];

/// What asks the system for time or chance.
const SOURCES: [&str; 8] = [
    concat!("SystemTime::", "now"),
    concat!("Instant::", "now"),
    concat!("Timestamp::", "now"),
    concat!("Zoned::", "now"),
    concat!("get", "random"),
    concat!("thread_", "rng"),
    concat!("Os", "Rng"),
    concat!("rand", "::"),
];

const SLEEP: &str = concat!("sleep", "(");

/// Both rules.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let rust = tree.rust().flat_map(|(file, rust)| in_rust(file, rust));
    let other = tree
        .files
        .iter()
        .filter(|f| f.path.starts_with("e2e/") && matches!(f.extension(), "mjs" | "py"));
    rust.chain(other.flat_map(|file| file.lines().filter_map(|(n, line)| sleeps(file, n, line))))
        .collect()
}

fn in_rust(file: &File, rust: &RustFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    let may_ask = CLOCK_FILES.contains(&file.path.as_str());
    let all_test = file.path.split('/').any(|part| part == "tests") || file.name() == "tests.rs";
    for (n, line) in file.lines() {
        let code = line.trim_start();
        if code.starts_with("//") {
            continue;
        }
        if let Some(source) = SOURCES.iter().find(|s| !may_ask && has_word(code, s)) {
            let text = format!("`{source}`: take it as an argument, or from the clock file");
            findings.push(Finding::new(&file.path, n, "clock", text));
        }
        if all_test || rust.is_test_line(n) {
            findings.extend(sleeps(file, n, line));
        }
    }
    findings
}

fn sleeps(file: &File, n: usize, line: &str) -> Option<Finding> {
    let text = "a test waits for a thing with a deadline, it does not sleep";
    has_word(line, SLEEP).then(|| Finding::new(&file.path, n, "sleep", text))
}

/// Does `text` hold `word`, not as the tail of a longer name?
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::super::tree::sample;
    use super::*;

    #[test]
    fn asking_for_time_or_chance_is_found_outside_the_clock_files() {
        for source in SOURCES {
            let text = format!("fn f() {{\n    let x = std::{source}();\n}}\n")
                .replace("::()", "::random()");
            let found = check(&sample(&[
                ("crates/wire/src/a.rs", &text),
                ("crates/server/src/clock.rs", &text),
            ]));
            assert_eq!(found.len(), 1, "{source}");
            assert_eq!((found[0].path.as_str(), found[0].line), ("crates/wire/src/a.rs", 2));
        }
    }

    #[test]
    fn words_that_only_end_alike_and_comments_pass() {
        let comment = SOURCES[1];
        let text =
            format!("fn f() {{\n    // {comment} is not for here\n    let x = operand::x();\n}}\n");
        assert!(check(&sample(&[("crates/wire/src/a.rs", &text)])).is_empty());
    }

    #[test]
    fn a_sleep_is_found_in_tests_and_not_in_code() {
        let call = format!("std::thread::{SLEEP}x)");
        let code = format!(
            "fn f() {{\n    {call};\n}}\n#[cfg(test)]\nmod tests {{\n    fn g() {{ {call} }}\n}}\n"
        );
        let found = check(&sample(&[("crates/server/src/a.rs", &code)]));
        assert_eq!(found.iter().map(|f| (f.rule, f.line)).collect::<Vec<_>>(), [("sleep", 6)]);
        let whole = format!("fn f() {{ {call} }}\n");
        assert_eq!(check(&sample(&[("crates/server/tests/a.rs", &whole)])).len(), 1);
        assert_eq!(
            check(&sample(&[("e2e/a.test.mjs", &format!("await {SLEEP}100);\n"))])).len(),
            1
        );
    }
}
