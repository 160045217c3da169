//! The smaller commands: benchmark, screenshots, cargo-deny.

use std::path::Path;

use crate::run::{command, must, works};

/// Builds the server and the benchmark as they are shipped, and runs the benchmark.
pub(crate) fn bench(root: &Path, arguments: &[String]) -> Result<bool, String> {
    must(&mut command(
        root,
        "cargo",
        &["build", "--locked", "--release", "-p", "server", "-p", "bench"],
    ))?;
    let mut bench =
        command(root, "target/release/bench", &["run", "--strowger", "target/release/strowger"]);
    must(bench.args(arguments)).map(|()| true)
}

/// Keeps the picture that the browser tests made of the messenger.
pub(crate) fn screenshots(root: &Path) -> Result<bool, String> {
    let from = root.join("e2e/artefacts/messenger.png");
    let to = root.join("docs/images/messenger.png");
    if !from.exists() {
        return Err(format!("{} is not there: run `cargo xtask test` first", from.display()));
    }
    std::fs::create_dir_all(root.join("docs/images")).map_err(|e| e.to_string())?;
    std::fs::copy(&from, &to).map_err(|e| format!("{}: {e}", to.display()))?;
    println!("{}", to.display());
    Ok(true)
}

/// Advisories, licences, sources.
pub(crate) fn deny(root: &Path) -> Result<bool, String> {
    if !works("cargo", &["deny", "--version"]) {
        return Err(
            "cargo-deny is missing: cargo install cargo-deny --locked --version 0.20.2".into()
        );
    }
    must(&mut command(root, "cargo", &["deny", "check"])).map(|()| true)
}
