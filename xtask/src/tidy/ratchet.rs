//! A maximum in the list of exceptions may only go down: it is compared with every version of
//! the list that git knows.

use std::path::Path;
use std::process::Command;

use super::Finding;
use super::exceptions::{Exceptions, PATH};

/// How many committed versions are looked at.
const VERSIONS: &str = "50";

/// Compares the list with its committed versions. Without a history there is nothing to compare.
pub(crate) fn check(root: &Path, now: &Exceptions) -> Vec<Finding> {
    let git = |args: &[&str]| {
        let output = Command::new("git").args(args).current_dir(root).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let Some(commits) = git(&["log", "-n", VERSIONS, "--format=%H", "--", PATH]) else {
        return Vec::new();
    };
    let versions = commits.lines().filter_map(|commit| git(&["show", &format!("{commit}:{PATH}")]));
    versions
        .filter_map(|text| Exceptions::parse(&text).ok())
        .flat_map(|old| grown(&old, now))
        .collect()
}

fn grown(old: &Exceptions, now: &Exceptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in &now.longer {
        let before = old.longer.iter().find(|o| o.path == entry.path && o.name == entry.name);
        if let Some(before) = before.filter(|b| b.max_lines < entry.max_lines) {
            let text = format!(
                "the exception of {} {} grew from {} to {}: it may only shrink",
                entry.path,
                entry.name.as_deref().unwrap_or(""),
                before.max_lines,
                entry.max_lines
            );
            findings.push(Finding::new(PATH, 1, "ratchet", text));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(max: usize) -> Exceptions {
        Exceptions::parse(&format!(
            "[[file]]\npath = \"a.rs\"\nmax_lines = {max}\nreason = \"r\"\n"
        ))
        .unwrap()
    }

    #[test]
    fn a_maximum_may_shrink_and_not_grow() {
        assert!(grown(&list(700), &list(700)).is_empty());
        assert!(grown(&list(700), &list(650)).is_empty());
        assert!(grown(&list(700), &list(701))[0].text.contains("grew from 700 to 701"));
        assert!(grown(&Exceptions::default(), &list(800)).is_empty());
    }
}
