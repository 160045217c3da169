//! Words that may not stand in the repository: unfinished work, paths of one machine, and
//! addresses of package registries.

use super::Finding;
use super::tree::{File, Tree};

const UNFINISHED: [&str; 6] = [
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
    concat!("FIX", "ME"),
    concat!("TO", "DO"),
    concat!("X", "XX"),
    concat!("HA", "CK"),
];

/// Folders that exist on the machine of whoever wrote it, not on the reader's.
const MACHINE: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/t", "mp/"),
    concat!("/Us", "ers/"),
    concat!("C:", "\\"),
];

const REGISTRIES: [&str; 9] = [
    concat!("registry.npm", "js.org"),
    concat!("npm", "js.com"),
    concat!("pypi", ".org"),
    concat!("pythonhosted", ".org"),
    concat!("static.crates", ".io"),
    concat!("index.crates", ".io"),
    concat!("//crates", ".io"),
    concat!("deb.debian", ".org"),
    concat!("proxy.golang", ".org"),
];

/// All three rules on every text file.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files.iter().filter(|file| !file.is_vendored()).flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let code = file.is_source()
        || matches!(file.extension(), "toml" | "json" | "yml")
        || file.path == ".ci/run";
    for (n, line) in file.lines() {
        let mut add = |rule, text: String| findings.push(Finding::new(&file.path, n, rule, text));
        if let Some(word) =
            UNFINISHED.iter().find(|w| code && !file.is_lock() && stands_alone(line, w))
        {
            add(
                "unfinished",
                format!("`{word}`: finish it, or leave it out and say so in the README"),
            );
        }
        if let Some(path) = MACHINE.iter().find(|path| starts_a_path(line, path)) {
            add("machine", format!("`{path}` is a path of one machine"));
        }
        if let Some(host) = REGISTRIES.iter().find(|host| line.contains(**host)) {
            add("registry", format!("`{host}`: name the package, not where it is kept"));
        }
    }
    findings
}

/// Is `word` there, not as part of a longer word?
fn stands_alone(line: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(part_of_word)
            && (word.ends_with('!') || !after.is_some_and(part_of_word))
    })
}

/// Does a path begin with `folder`, rather than hold it further in?
fn starts_a_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "._-/}>)*…".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tree::sample;
    use super::*;

    fn rules(path: &str, text: &str) -> Vec<&'static str> {
        check(&sample(&[(path, text)])).iter().map(|f| f.rule).collect()
    }

    #[test]
    fn unfinished_work_is_found_in_code() {
        for word in UNFINISHED {
            assert_eq!(
                rules("a/src/b.rs", &format!("fn f() {{ // {word}\n}}\n")),
                ["unfinished"],
                "{word}"
            );
        }
        assert!(rules("a/src/b.rs", "const MAX_XXXL: u8 = 1; // hacking\n").is_empty());
    }

    #[test]
    fn paths_of_a_machine_are_found_anywhere() {
        for path in MACHINE {
            assert_eq!(rules("docs/a.md", &format!("see `{path}x`\n")), ["machine"], "{path}");
        }
        for path in MACHINE {
            let inside = format!("see crates{path}x and https://example.org{path}x\n");
            assert!(rules("docs/a.md", &inside).is_empty(), "{path}");
        }
    }

    #[test]
    fn registries_are_found_anywhere() {
        for host in REGISTRIES {
            assert_eq!(
                rules(
                    "e2e/package-lock.json",
                    &format!("\"https:{host}/x\"\n")
                        .replace("https:", "https://")
                        .replace("////", "//")
                ),
                ["registry"],
                "{host}"
            );
        }
        assert!(rules("README.md", "install it with cargo from crates.io\n").is_empty());
    }
}
