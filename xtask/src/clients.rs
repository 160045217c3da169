//! `docs/compatibility.md`: what a run of the third-party clients found, compared and kept.

use std::path::Path;

/// Where the tests write what they found.
const FOUND: &str = "e2e/artefacts/compatibility.md";
/// Where it is kept.
const KEPT: &str = "docs/compatibility.md";
/// The one line that may differ.
const DATE: &str = "Date of the run: ";
/// A cell of a client that could not be run on this machine (it needs port 443).
const NOT_RUN: &str = "not run";

fn read(root: &Path, path: &str) -> Result<String, String> {
    std::fs::read_to_string(root.join(path)).map_err(|e| format!("{path}: {e}"))
}

/// Does the page kept say what the last run found?
///
/// # Errors
/// Every line in which they differ.
pub(crate) fn compare(root: &Path) -> Result<(), String> {
    let differences = differences(&read(root, KEPT)?, &read(root, FOUND)?);
    if differences.is_empty() {
        return Ok(());
    }
    let hint = "if that is right: cargo xtask compatibility";
    Err(format!("{KEPT} is not what was found; {hint}\n{}", differences.join("\n")))
}

/// Keeps what the last run found.
pub(crate) fn keep(root: &Path) -> Result<bool, String> {
    let found = read(root, FOUND)
        .map_err(|e| format!("{e}: run `cargo xtask test --only clients` first"))?;
    if found.contains(NOT_RUN) {
        return Err("a client was not run, so the page is not whole: run it as root".into());
    }
    std::fs::write(root.join(KEPT), found).map_err(|e| format!("{KEPT}: {e}"))?;
    println!("{KEPT}");
    Ok(true)
}

/// Lines that differ, dates and the cells of clients that were not run apart.
fn differences(kept: &str, found: &str) -> Vec<String> {
    let whole = !found.contains(NOT_RUN);
    let lines = |text: &str| -> Vec<String> {
        let tables_alone = |line: &&str| whole || line.starts_with('|');
        let lines = text.lines().filter(|line| !line.starts_with(DATE)).filter(tables_alone);
        lines.map(str::to_owned).collect()
    };
    let (kept, found) = (lines(kept), lines(found));
    let longest = kept.len().max(found.len());
    let line = |of: &[String], n: usize| of.get(n).cloned().unwrap_or_default();
    (0..longest)
        .map(|n| (line(&kept, n), line(&found, n)))
        .filter(|(kept, found)| !same(kept, found, whole))
        .map(|(kept, found)| format!("- {kept}\n+ {found}"))
        .collect()
}

/// The same cells; a cell that was not run agrees with any. Without all clients the remarks have
/// other numbers, so these are then passed over.
fn same(kept: &str, found: &str, whole: bool) -> bool {
    if kept == found {
        return true;
    }
    let cells = |line: &str| -> Vec<String> {
        let bare = |cell: &str| cell.split("<sup>").next().unwrap_or_default().trim().to_owned();
        line.split('|').map(bare).collect()
    };
    let (kept, found) = (cells(kept), cells(found));
    !whole
        && kept.len() == found.len()
        && kept.iter().zip(&found).all(|(kept, found)| kept == found || found == NOT_RUN)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# C\nDate of the run: 1\n| text | ok | – <sup>1</sup> |\n1. why\n";

    #[test]
    fn another_date_is_no_difference_and_another_cell_is() {
        assert!(differences(PAGE, &PAGE.replace(": 1", ": 2")).is_empty());
        assert_eq!(differences(PAGE, &PAGE.replace("ok", "no")).len(), 1);
        assert_eq!(differences(PAGE, &PAGE.replace("why", "else")).len(), 1);
        assert_eq!(differences(PAGE, "# C\n").len(), 2);
    }

    #[test]
    fn a_client_that_was_not_run_agrees_and_the_others_are_still_compared() {
        let without = "# C\nDate of the run: 1\n| text | ok | not run <sup>1</sup> |\n1. no port\n";
        assert!(differences(PAGE, without).is_empty());
        assert_eq!(differences(PAGE, &without.replace("ok", "no")).len(), 1);
    }

    #[test]
    fn a_page_is_kept_only_when_it_is_whole() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["docs", "e2e/artefacts"] {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        assert!(keep(root.path()).is_err());
        std::fs::write(root.path().join(FOUND), "| not run |\n").unwrap();
        assert!(keep(root.path()).is_err());
        std::fs::write(root.path().join(FOUND), PAGE).unwrap();
        assert!(compare(root.path()).is_err());
        assert_eq!(keep(root.path()), Ok(true));
        assert_eq!(compare(root.path()), Ok(()));
    }
}
