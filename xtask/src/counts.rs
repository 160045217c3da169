//! Reads how many tests passed from what a test runner printed.

/// Tests passed, failed and skipped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
}

impl Counts {
    /// Of a check that is no test runner: one passed or one failed.
    pub(crate) fn check(passed: bool) -> Self {
        Self { passed: usize::from(passed), failed: usize::from(!passed), skipped: 0 }
    }

    /// The sum.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }

    /// Nothing at all was counted.
    pub(crate) fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// The sum of every summary in the output: nextest's, cargo test's and Node's.
pub(crate) fn parse(output: &str) -> Counts {
    let plain = without_colours(output);
    plain.lines().map(str::trim).fold(Counts::default(), |sum, line| sum.plus(line_counts(line)))
}

fn line_counts(line: &str) -> Counts {
    // nextest: "Summary [   0.5s] 12 tests run: 11 passed (1 slow), 1 failed, 3 skipped"
    if let Some((_, rest)) = line.split_once(" run: ").filter(|_| line.starts_with("Summary [")) {
        let failed = number_before(rest, "failed")
            + number_before(rest, "timed out")
            + number_before(rest, "exec failed");
        return Counts {
            passed: number_before(rest, "passed"),
            failed,
            skipped: number_before(rest, "skipped"),
        };
    }
    // cargo test: "test result: ok. 12 passed; 0 failed; 1 ignored; …"
    if let Some(rest) = line.strip_prefix("test result: ") {
        let number = |word| number_before(rest, word);
        return Counts {
            passed: number("passed"),
            failed: number("failed"),
            skipped: number("ignored"),
        };
    }
    // Node: "ℹ pass 5", or in TAP "# pass 5"
    let Some((word, number)) =
        line.strip_prefix("ℹ ").or(line.strip_prefix("# ")).and_then(|r| r.split_once(' '))
    else {
        return Counts::default();
    };
    let Ok(number) = number.parse() else { return Counts::default() };
    match word {
        "pass" => Counts { passed: number, ..Counts::default() },
        "fail" | "cancelled" => Counts { failed: number, ..Counts::default() },
        "skipped" => Counts { skipped: number, ..Counts::default() },
        _ => Counts::default(),
    }
}

/// The number that stands before `word`, or 0.
fn number_before(text: &str, word: &str) -> usize {
    let mut parts = text.split([',', ';', '.', '(']).map(str::trim);
    let number = parts.find_map(|part| part.strip_suffix(word)?.trim().parse().ok());
    number.unwrap_or(0)
}

/// Without terminal colours.
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        if c == '\u{1b}' {
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: usize, failed: usize, skipped: usize) -> Counts {
        Counts { passed, failed, skipped }
    }

    #[test]
    fn nextest_is_read() {
        let good = "     Summary [   0.512s] 12 tests run: 12 passed (1 slow), 3 skipped\n";
        assert_eq!(parse(good), counts(12, 0, 3));
        let bad = "\u{1b}[31;1m     Summary\u{1b}[0m [   0.5s] 4 tests run: \u{1b}[32;1m1\u{1b}[0m passed, 2 failed, 1 timed out, 0 skipped\n";
        assert_eq!(parse(bad), counts(1, 3, 0));
        assert_eq!(
            parse("Summary [ 0.1s] 2/5 tests run: 1 passed, 1 failed, 0 skipped"),
            counts(1, 1, 0)
        );
    }

    #[test]
    fn cargo_test_is_summed() {
        let text = "test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(parse(&text.repeat(2)), counts(4, 0, 2));
        assert_eq!(parse("test result: FAILED. 2 passed; 3 failed; 0 ignored"), counts(2, 3, 0));
    }

    #[test]
    fn node_is_read_in_both_reporters() {
        assert_eq!(
            parse("ℹ tests 7\nℹ suites 0\nℹ pass 5\nℹ fail 1\nℹ cancelled 1\nℹ skipped 0\n"),
            counts(5, 2, 0)
        );
        assert_eq!(parse("# tests 6\n# pass 5\n# fail 1\n# skipped 2\n"), counts(5, 1, 2));
    }

    #[test]
    fn other_words_count_nothing() {
        assert!(parse("# pass the salt\nall 5 passed\n").is_empty());
    }
}
