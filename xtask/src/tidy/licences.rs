//! The licence of every dependency is in the allow-list of `deny.toml`, and the allow-list
//! holds permissive and weak copyleft licences only.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::Finding;
use super::spdx;
use super::tree::Tree;

const LIST: &str = "deny.toml";

/// Licences that may stand in the list: permissive ones, and weak copyleft by file.
const MAY_STAND: [&str; 19] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "bzip2-1.0.6",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "NCSA",
    "OpenSSL",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

/// What the list says: licences for all, and licences for one crate.
#[derive(Debug, Default)]
struct Allowed {
    all: Vec<String>,
    per_crate: Vec<(String, String)>,
}

/// The list itself, then every package that `cargo metadata` names.
pub(crate) fn check(root: &Path, tree: &Tree) -> Vec<Finding> {
    let allowed =
        match tree.file(LIST).ok_or("there is none".to_owned()).and_then(|f| parse(f.text())) {
            Ok(allowed) => allowed,
            Err(e) => return vec![Finding::new(LIST, 1, "licence", e)],
        };
    let mut findings = list(&allowed);
    match metadata(root) {
        Ok(metadata) => findings.extend(packages(&metadata, &allowed)),
        Err(e) => findings.push(Finding::new("Cargo.lock", 1, "licence", e)),
    }
    findings
}

fn metadata(root: &Path) -> Result<Value, String> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root)
        .output()
        .map_err(|e| format!("cargo metadata does not start: {e}"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ");
        return Err(format!("cargo metadata --locked: {reason}"));
    }
    serde_json::from_slice(&output.stdout).map_err(|e| format!("cargo metadata: {e}"))
}

fn parse(text: &str) -> Result<Allowed, String> {
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| e.message().to_owned())?;
    let licences = table.get("licenses").ok_or("no [licenses]")?;
    let strings = |value: Option<&toml::Value>| -> Vec<String> {
        let list = value.and_then(toml::Value::as_array).into_iter().flatten();
        list.filter_map(|v| v.as_str().map(str::to_owned)).collect()
    };
    let mut allowed = Allowed { all: strings(licences.get("allow")), per_crate: Vec::new() };
    for exception in
        licences.get("exceptions").and_then(toml::Value::as_array).into_iter().flatten()
    {
        let name = exception.get("crate").or(exception.get("name")).and_then(toml::Value::as_str);
        for licence in strings(exception.get("allow")) {
            allowed.per_crate.push((name.unwrap_or("").to_owned(), licence));
        }
    }
    Ok(allowed)
}

fn list(allowed: &Allowed) -> Vec<Finding> {
    let named = allowed.all.iter().chain(allowed.per_crate.iter().map(|(_, licence)| licence));
    named
        .filter(|licence| !MAY_STAND.contains(&licence.as_str()))
        .map(|licence| {
            let text = format!(
                "`{licence}` is neither permissive nor weak copyleft, or not known to tidy"
            );
            Finding::new(LIST, 1, "licence", text)
        })
        .collect()
}

fn packages(metadata: &Value, allowed: &Allowed) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or("?");
        let licence = package["license"].as_str().unwrap_or("");
        let permitted = |id: &str| {
            allowed.all.iter().any(|a| a == id)
                || allowed.per_crate.iter().any(|(n, a)| n == name && a == id)
        };
        if !spdx::permits(licence, &permitted) {
            let version = package["version"].as_str().unwrap_or("?");
            let text =
                format!("{name} {version} is under `{licence}`, which {LIST} does not allow");
            findings.push(Finding::new("Cargo.lock", 1, "licence", text));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(licence: Value) -> usize {
        let allowed = parse(
            "[licenses]\nallow = [\"MIT\"]\nexceptions = [{ crate = \"x\", allow = [\"MPL-2.0\"] }]\n",
        );
        let metadata = serde_json::json!({"packages": [{"name": "x", "version": "1.0.0", "license": licence}]});
        packages(&metadata, &allowed.unwrap()).len()
    }

    #[test]
    fn a_licence_outside_the_list_or_a_missing_one_is_found() {
        assert_eq!(found("MIT".into()), 0);
        assert_eq!(found("MPL-2.0".into()), 0);
        assert_eq!(found("GPL-3.0-only".into()), 1);
        assert_eq!(found(Value::Null), 1);
    }

    #[test]
    fn the_list_itself_may_not_hold_strong_copyleft() {
        let bad = parse("[licenses]\nallow = [\"MIT\", \"AGPL-3.0\"]\n").unwrap();
        assert!(list(&bad)[0].text.contains("AGPL-3.0"));
        assert!(parse("[graph]\n").is_err());
    }
}
