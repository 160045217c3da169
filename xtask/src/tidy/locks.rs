//! Lock files: pinned versions from the default registries and from nowhere else.

use super::Finding;
use super::tree::{File, Tree};

const CARGO_SOURCE: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

/// All lock files and the lists of Python packages.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files
        .iter()
        .flat_map(|file| match file.name() {
            "Cargo.lock" => lines(
                file,
                |l| l.starts_with("source = ") && l != CARGO_SOURCE,
                "not the default registry",
            ),
            "package-lock.json" => lines(
                file,
                |l| l.starts_with("\"resolved\"") || l.contains("\"git+") || l.contains("://"),
                "a lock file names versions and hashes, not addresses",
            )
            .into_iter()
            .filter(|f| !f.text.contains("\"url\": "))
            .collect(),
            "package.json" => lines(
                file,
                |l| {
                    [": \"^", ": \"~", ": \"*", ": \"latest", "\"git", "\"file:", "\"http"]
                        .iter()
                        .any(|p| l.contains(p))
                },
                "pin an exact version",
            ),
            name if name.starts_with("requirements") && name.ends_with(".txt") => {
                lines(file, is_unpinned, "pin an exact version: name==version")
            }
            _ => Vec::new(),
        })
        .collect()
}

fn lines(file: &File, bad: impl Fn(&str) -> bool, why: &str) -> Vec<Finding> {
    let found = file.lines().filter(|(_, line)| bad(line.trim()));
    found
        .map(|(n, line)| Finding::new(&file.path, n, "lock", format!("{why}: {}", line.trim())))
        .collect()
}

/// A line of a list of Python packages that is neither a comment nor `name==version`.
fn is_unpinned(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or("").trim();
    let exact = |(name, version): (&str, &str)| {
        !name.is_empty() && !version.is_empty() && !version.contains('*') && !line.contains("://")
    };
    !line.is_empty() && !line.starts_with('#') && !line.split_once("==").is_some_and(exact)
}

#[cfg(test)]
mod tests {
    use super::super::tree::sample;
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&sample(&[(path, text)])).len()
    }

    #[test]
    fn only_the_default_registry_is_in_cargo_lock() {
        assert_eq!(count("Cargo.lock", &format!("{CARGO_SOURCE}\n")), 0);
        assert_eq!(count("Cargo.lock", "source = \"git+https://example.org/x#abc\"\n"), 1);
        assert_eq!(
            count("e2e/x/Cargo.lock", "source = \"registry+https://example.org/index\"\n"),
            1
        );
    }

    #[test]
    fn package_lock_holds_no_addresses() {
        assert_eq!(
            count(
                "e2e/package-lock.json",
                "  \"version\": \"1.0.0\",\n  \"integrity\": \"sha512-x\"\n"
            ),
            0
        );
        assert_eq!(count("e2e/package-lock.json", "  \"resolved\": \"x.tgz\",\n"), 1);
        assert_eq!(
            count("e2e/package-lock.json", "  \"url\": \"https://example.org/funding\"\n"),
            0
        );
    }

    #[test]
    fn versions_are_exact() {
        assert_eq!(count("e2e/package.json", "  \"axe-core\": \"4.14.1\",\n"), 0);
        assert_eq!(count("e2e/package.json", "  \"axe-core\": \"^4.14.1\",\n"), 1);
        assert_eq!(count("e2e/requirements.txt", "# bots\npywa==4.5.0\nhttpx>=0.2\nflask\n"), 2);
    }
}
