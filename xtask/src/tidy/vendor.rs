//! What others made and we keep as it came is what its record says it is.

use sha2::{Digest, Sha256};

use super::Finding;
use super::tree::{File, Tree};

/// Code that the browser gets, and the material that the contract tests read.
pub(crate) const FOLDERS: [&str; 2] = ["web/vendor/", "e2e/contract/meta/"];

/// Each vendored file (types that we wrote beside one are ours) against the SHA-256 recorded for it: in `SHA256SUMS`, or in the README on
/// a line that names the file.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    FOLDERS.iter().flat_map(|folder| in_folder(tree, folder)).collect()
}

fn in_folder(tree: &Tree, folder: &str) -> Vec<Finding> {
    let inside: Vec<&File> = tree
        .files
        .iter()
        .filter(|f| f.path.starts_with(folder) && !f.name().ends_with(".d.ts"))
        .collect();
    let (records, files): (Vec<&File>, Vec<&File>) =
        inside.into_iter().partition(|f| is_record(f.name()));
    let mut findings = Vec::new();
    for file in files {
        let hash: String =
            Sha256::digest(&file.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let named: Vec<&str> = records
            .iter()
            .flat_map(|r| r.text().lines())
            .filter(|line| line.contains(file.name()))
            .collect();
        let text = if named.iter().any(|line| line.contains(&hash)) {
            continue;
        } else if named.is_empty() {
            format!("no SHA-256 recorded for it in {folder}SHA256SUMS; it is {hash}")
        } else {
            format!("its SHA-256 is {hash}, which is not what is recorded")
        };
        findings.push(Finding::new(&file.path, 1, "vendor", text));
    }
    findings
}

fn is_record(name: &str) -> bool {
    name == "SHA256SUMS" || name.starts_with("README") || name.starts_with("LICENSE")
}

#[cfg(test)]
mod tests {
    use super::super::tree::sample;
    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_recorded_file_passes_and_a_changed_or_unrecorded_one_does_not() {
        let sums = format!("{ABC}  lib.js\n");
        assert!(
            check(&sample(&[("web/vendor/SHA256SUMS", &sums), ("web/vendor/lib.js", "abc")]))
                .is_empty()
        );
        let changed =
            check(&sample(&[("web/vendor/SHA256SUMS", &sums), ("web/vendor/lib.js", "abd")]));
        assert!(changed[0].text.contains("not what is recorded"));
        let unrecorded = check(&sample(&[("web/vendor/lib.js", "abc")]));
        assert!(unrecorded[0].text.contains(ABC));
        // A record counts for its own folder.
        let elsewhere = [("web/vendor/SHA256SUMS", &*sums), ("e2e/contract/meta/lib.js", "abc")];
        assert_eq!(check(&sample(&elsewhere)).len(), 1);
    }
}
