//! Every Cargo.toml: a licence, the workspace's lints, no dependency from git.

use super::Finding;
use super::tree::{File, Tree};

/// One Cargo.toml with a package in it.
pub(crate) struct Manifest<'t> {
    pub(crate) path: String,
    file: &'t File,
    table: toml::Table,
    /// A project of its own outside our workspace (a third-party bot of the tests).
    pub(crate) own_workspace: bool,
}

/// One dependency of a manifest.
pub(crate) struct Dependency {
    /// The name it is used by.
    pub(crate) key: String,
    /// The package's own name.
    pub(crate) package: String,
    /// Only for tests.
    pub(crate) dev: bool,
    /// From git.
    git: bool,
}

/// All manifests that parse.
pub(crate) fn manifests(tree: &Tree) -> impl Iterator<Item = Manifest<'_>> {
    tree.files.iter().filter(|f| f.name() == "Cargo.toml").filter_map(|file| {
        let table: toml::Table = file.text().parse().ok()?;
        let own_workspace = table.contains_key("workspace") && table.contains_key("package");
        Some(Manifest { path: file.path.clone(), file, table, own_workspace })
    })
}

impl Manifest<'_> {
    /// The package's name; none for the workspace's own manifest.
    pub(crate) fn package_name(&self) -> Option<&str> {
        self.table.get("package")?.get("name")?.as_str()
    }

    /// The first line that begins with `key`.
    pub(crate) fn line_of(&self, key: &str) -> usize {
        let begins = |line: &str| {
            let rest = line.trim_start().strip_prefix(key);
            rest.is_some_and(|r| r.starts_with([' ', '=', '.']))
        };
        self.file.lines().find(|(_, line)| begins(line)).map_or(1, |(n, _)| n)
    }

    /// All dependencies: of the package, of its tests and build, per target and of the workspace.
    pub(crate) fn dependencies(&self) -> Vec<Dependency> {
        let mut found = Vec::new();
        collect(&self.table, &mut found);
        if let Some(workspace) = self.table.get("workspace").and_then(toml::Value::as_table) {
            collect(workspace, &mut found);
        }
        let targets = self.table.get("target").and_then(toml::Value::as_table);
        for target in
            targets.into_iter().flat_map(toml::Table::values).filter_map(toml::Value::as_table)
        {
            collect(target, &mut found);
        }
        found
    }
}

fn collect(table: &toml::Table, found: &mut Vec<Dependency>) {
    for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let entries = table.get(kind).and_then(toml::Value::as_table);
        for (key, value) in entries.into_iter().flatten() {
            let package = value.get("package").and_then(toml::Value::as_str).unwrap_or(key);
            found.push(Dependency {
                key: key.clone(),
                package: package.to_owned(),
                dev: kind == "dev-dependencies",
                git: value.get("git").is_some(),
            });
        }
    }
}

/// The three rules.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|f| f.name() == "Cargo.toml") {
        if let Err(e) = file.text().parse::<toml::Table>() {
            findings.push(Finding::new(&file.path, 1, "manifest", e.message()));
        }
    }
    for manifest in manifests(tree) {
        let mut add = |line, text: String| {
            findings.push(Finding::new(&manifest.path, line, "manifest", text))
        };
        for dependency in manifest.dependencies().iter().filter(|d| d.git) {
            add(
                manifest.line_of(&dependency.key),
                format!("`{}` comes from git: use a published version", dependency.key),
            );
        }
        let Some(package) = manifest.table.get("package") else { continue };
        let inherits = |value: Option<&toml::Value>| {
            value.and_then(|v| v.get("workspace")).and_then(toml::Value::as_bool) == Some(true)
        };
        let licence = package.get("license");
        if !inherits(licence) && licence.and_then(toml::Value::as_str).is_none_or(str::is_empty) {
            add(1, "no licence: `license.workspace = true`".into());
        }
        if !manifest.own_workspace && !inherits(manifest.table.get("lints")) {
            add(1, "without the workspace's lints: `[lints] workspace = true`".into());
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tree::sample;
    use super::*;

    const GOOD: &str =
        "[package]\nname = \"a\"\nlicense.workspace = true\n[lints]\nworkspace = true\n";

    fn found(text: &str) -> Vec<String> {
        check(&sample(&[("a/Cargo.toml", text)])).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_good_manifest_passes() {
        assert!(found(GOOD).is_empty());
    }

    #[test]
    fn a_missing_licence_or_missing_lints_are_found() {
        assert!(found(&GOOD.replace("license.workspace = true\n", ""))[0].contains("no licence"));
        assert!(found(&GOOD.replace("[lints]\nworkspace = true\n", ""))[0].contains("lints"));
    }

    #[test]
    fn a_dependency_from_git_is_found_with_its_line() {
        let text = format!("{GOOD}[dependencies]\nx = {{ git = \"https://example.org/x\" }}\n");
        assert!(found(&text)[0].starts_with("a/Cargo.toml:7: manifest: `x` comes from git"));
        let target = format!(
            "{GOOD}[target.'cfg(unix)'.dependencies]\nx = {{ git = \"https://example.org/x\" }}\n"
        );
        assert_eq!(found(&target).len(), 1);
    }

    #[test]
    fn a_project_of_its_own_needs_no_workspace_lints() {
        assert!(
            found("[workspace]\n[package]\nname = \"bot\"\nlicense = \"Apache-2.0\"\n").is_empty()
        );
    }

    #[test]
    fn a_manifest_that_does_not_parse_is_told() {
        assert_eq!(found("[package\n").len(), 1);
    }
}
