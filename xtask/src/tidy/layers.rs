//! Who may import whom, read from the manifests: the rooms of the house.

use std::collections::BTreeSet;

use super::Finding;
use super::manifests::{Manifest, manifests};
use super::rust::module_files;
use super::tree::Tree;

/// What one crate of ours may use.
struct Room {
    name: &'static str,
    ours: &'static [&'static str],
    never: &'static [&'static str],
}

const EDGES: &[&str] =
    &["tokio", "axum", "hyper", "hyper-util", "reqwest", "rusqlite", "tokio-postgres"];
const HTTP: &[&str] = &["axum", "hyper", "hyper-util", "reqwest"];

const ROOMS: &[Room] = &[
    Room { name: "exchange", ours: &[], never: EDGES },
    Room { name: "wire", ours: &["exchange"], never: EDGES },
    Room { name: "store", ours: &["exchange"], never: HTTP },
    Room { name: "server", ours: &["exchange", "wire", "store", "assistant-*"], never: &["sim"] },
    Room { name: "sim", ours: &["*"], never: &[] },
    Room { name: "assistant-kit", ours: &[], never: &[] },
    Room { name: "assistant-booking", ours: &["assistant-kit"], never: &[] },
    Room { name: "assistant-support", ours: &["assistant-kit"], never: &[] },
    Room { name: "assistant-connect", ours: &["assistant-kit"], never: &[] },
    Room { name: "bench", ours: &[], never: &[] },
    Room { name: "xtask", ours: &[], never: EDGES },
];

/// The manifests' dependencies, and where the server's sources name the assistants.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let manifests: Vec<Manifest> = manifests(tree).collect();
    let ours: BTreeSet<&str> =
        manifests.iter().filter(|m| !m.own_workspace).filter_map(Manifest::package_name).collect();
    let mut findings: Vec<Finding> =
        manifests.iter().filter(|m| !m.own_workspace).flat_map(|m| imports(m, &ours)).collect();
    findings.extend(assistants_in_server(tree));
    findings
}

fn imports(manifest: &Manifest, ours: &BTreeSet<&str>) -> Vec<Finding> {
    let Some(name) = manifest.package_name() else { return Vec::new() };
    let Some(room) = ROOMS.iter().find(|room| room.name == name) else {
        let text =
            format!("the crate `{name}` is not in the table of rooms (xtask/src/tidy/layers.rs)");
        return vec![Finding::new(&manifest.path, 1, "layers", text)];
    };
    let mut findings = Vec::new();
    for dependency in manifest.dependencies() {
        let package = dependency.package.as_str();
        let allowed = room
            .ours
            .iter()
            .any(|o| o.strip_suffix('*').map_or(*o == package, |p| package.starts_with(p)));
        let reason = if ours.contains(package) && !allowed && package != name {
            "it may not import this crate of ours"
        } else if room.never.contains(&package) && !dependency.dev {
            "it may not use this"
        } else {
            continue;
        };
        let line = manifest.line_of(&dependency.key);
        findings.push(Finding::new(
            &manifest.path,
            line,
            "layers",
            format!("`{name}` uses `{package}`: {reason}"),
        ));
    }
    findings
}

/// The assistants are programs behind the public API: only the binary's side, which starts
/// them as child processes, may name their crates.
fn assistants_in_server(tree: &Tree) -> Vec<Finding> {
    const ROOM: &str = "crates/server/src/";
    let main = format!("{ROOM}main.rs");
    let mut bin_side = BTreeSet::from([main.clone()]);
    loop {
        let found: Vec<String> = tree
            .rust()
            .filter(|(file, _)| bin_side.contains(&file.path))
            .flat_map(|(file, rust)| rust.modules.iter().flat_map(|m| module_files(&file.path, m)))
            .filter(|path| tree.file(path).is_some() && !bin_side.contains(path))
            .collect();
        if found.is_empty() {
            break;
        }
        bin_side.extend(found);
    }
    let mut findings = Vec::new();
    let inside =
        tree.files.iter().filter(|f| f.path.starts_with(ROOM) && !bin_side.contains(&f.path));
    for file in inside {
        for (n, line) in file.lines().filter(|(_, line)| names_assistant_crate(line)) {
            let text =
                format!("only the binary's side may name an assistant's crate: `{}`", line.trim());
            findings.push(Finding::new(&file.path, n, "layers", text));
        }
    }
    findings
}

fn names_assistant_crate(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or("");
    ["assistant_kit", "assistant_booking", "assistant_support", "assistant_connect"]
        .iter()
        .any(|krate| code.contains(&format!("{krate}::")) || code.contains(&format!("use {krate}")))
}

#[cfg(test)]
mod tests {
    use super::super::tree::sample;
    use super::*;

    fn manifest(name: &str, dependencies: &str) -> String {
        format!("[package]\nname = \"{name}\"\n[dependencies]\n{dependencies}\n")
    }

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        check(&sample(files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_rules_may_not_import_the_edges_nor_us() {
        let store = manifest("store", "exchange.workspace = true");
        let exchange =
            manifest("exchange", "serde = \"1\"\ntokio.workspace = true\nstore.workspace = true");
        let found = found(&[
            ("crates/store/Cargo.toml", &store),
            ("crates/exchange/Cargo.toml", &exchange),
        ]);
        assert_eq!(found.len(), 2);
        let tokio = "crates/exchange/Cargo.toml:5: layers: `exchange` uses `tokio`";
        assert!(found.iter().any(|f| f.starts_with(tokio)), "{found:?}");
    }

    #[test]
    fn a_renamed_dependency_is_seen_by_its_package() {
        let wire = manifest("wire", "innocent = { package = \"tokio\", version = \"1\" }");
        assert_eq!(found(&[("crates/wire/Cargo.toml", &wire)]).len(), 1);
    }

    #[test]
    fn an_assistant_may_not_import_the_exchange() {
        let exchange = manifest("exchange", "");
        let kit = manifest("assistant-kit", "exchange = { path = \"../../crates/exchange\" }");
        assert_eq!(
            found(&[
                ("crates/exchange/Cargo.toml", &exchange),
                ("assistants/kit/Cargo.toml", &kit)
            ])
            .len(),
            1
        );
    }

    #[test]
    fn an_unknown_crate_must_be_given_a_room() {
        assert!(
            found(&[("crates/new/Cargo.toml", &manifest("new", ""))])[0].contains("table of rooms")
        );
    }

    #[test]
    fn the_servers_library_may_not_name_an_assistant_and_its_binary_may() {
        let call = "fn f() { assistant_booking::run(); }\n";
        let files = [
            ("crates/server/src/main.rs", "mod children;\nfn main() {}\n"),
            ("crates/server/src/children.rs", call),
            ("crates/server/src/lib.rs", "mod route;\n"),
            ("crates/server/src/route.rs", call),
        ];
        let found = found(&files);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/server/src/route.rs:1"));
    }
}
