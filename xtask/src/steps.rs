//! The steps of `cargo xtask test`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::counts::{self, Counts};
use crate::run::{command, must, show, works};
use crate::{clients, model, setup, tidy};

/// One step of the plan.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    /// Part of `--fast`.
    pub(crate) fast: bool,
    /// Only with `--model`.
    pub(crate) model: bool,
    /// Steps without which this one makes no sense.
    pub(crate) needs: &'static [&'static str],
    pub(crate) run: fn(&Path) -> Result<Counts, String>,
}

const FAST: Step = Step { name: "", what: "", fast: true, model: false, needs: &[], run: fmt };
const FULL: Step = Step { fast: false, ..FAST };

/// The plan, in order.
pub(crate) const STEPS: &[Step] = &[
    Step { name: "fmt", what: "cargo fmt --check", run: fmt, ..FAST },
    Step { name: "tidy", what: "the house rules", run: house_rules, ..FAST },
    Step { name: "clippy", what: "cargo clippy, no warnings", run: clippy, ..FAST },
    Step { name: "rust", what: "all Rust tests", run: rust, ..FAST },
    Step { name: "doc-tests", what: "examples in the Rust documentation", run: doc_tests, ..FULL },
    Step { name: "unit", what: "Node tests of the browser's modules", run: unit, ..FAST },
    Step {
        name: "debian",
        what: "Chromium, Python and Pebble from Debian, if missing",
        run: debian,
        ..FULL
    },
    Step {
        name: "acme",
        what: "a certificate by ACME from Let's Encrypt's test server Pebble",
        run: acme,
        needs: &["debian"],
        ..FULL
    },
    Step {
        name: "npm",
        what: "pinned Node packages for the browser tests",
        run: npm,
        needs: &["debian"],
        ..FULL
    },
    Step { name: "tsc", what: "types of the browser's modules", run: tsc, needs: &["npm"], ..FULL },
    Step {
        name: "python",
        what: "pinned Python packages of the third-party clients",
        run: python,
        needs: &["debian"],
        ..FULL
    },
    Step { name: "release", what: "cargo build --release -p server", run: release, ..FULL },
    Step {
        name: "contract",
        what: "Meta's collections, OpenAPI document and schemathesis against the real server",
        run: contract,
        needs: &["debian", "release"],
        ..FULL
    },
    Step {
        name: "rust-bot",
        what: "builds the whatsapp-business-rs bot and client",
        run: rust_bot,
        needs: &["debian"],
        ..FULL
    },
    Step {
        name: "browser",
        what: "people, bots and pages in Chromium against the real server",
        run: browser,
        needs: &["npm", "python", "release", "rust-bot"],
        ..FULL
    },
    Step {
        name: "clients",
        what: "six third-party clients, unchanged, and docs/compatibility.md",
        run: third_party,
        needs: &["npm", "python", "release", "rust-bot"],
        ..FULL
    },
    Step {
        name: "model",
        what: "a real small language model answers through the browser",
        run: with_model,
        model: true,
        needs: &["npm", "release"],
        ..FULL
    },
];

fn check(done: Result<(), String>) -> Result<Counts, String> {
    done.map(|()| Counts::check(true))
}

fn cargo(root: &Path, arguments: &[&str]) -> Command {
    command(root, "cargo", arguments)
}

fn fmt(root: &Path) -> Result<Counts, String> {
    check(must(&mut cargo(root, &["fmt", "--all", "--check"])))
}

fn house_rules(root: &Path) -> Result<Counts, String> {
    tidy::run(root).map(Counts::check)
}

fn clippy(root: &Path) -> Result<Counts, String> {
    check(must(&mut cargo(
        root,
        &["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"],
    )))
}

fn rust(root: &Path) -> Result<Counts, String> {
    if works("cargo", &["nextest", "--version"]) {
        return tests(&mut cargo(
            root,
            &["nextest", "run", "--locked", "--workspace", "--no-fail-fast"],
        ));
    }
    tests(&mut cargo(root, &["test", "--locked", "--workspace", "--all-targets", "--no-fail-fast"]))
}

fn acme(root: &Path) -> Result<Counts, String> {
    let arguments =
        ["test", "--locked", "-p", "server", "--test", "tls", "--", "--ignored", "acme"];
    tests(&mut cargo(root, &arguments))
}

fn doc_tests(root: &Path) -> Result<Counts, String> {
    let mut command = cargo(root, &["test", "--locked", "--workspace", "--doc", "--no-fail-fast"]);
    let ran = show(&mut command)?;
    Ok(judge(ran.success, counts::parse(&ran.output)))
}

/// Runs a test runner; that it ran no test at all is a failure too.
fn tests(command: &mut Command) -> Result<Counts, String> {
    let ran = show(command)?;
    let counts = counts::parse(&ran.output);
    if ran.success && counts.is_empty() {
        return Err("no test was run".into());
    }
    Ok(judge(ran.success, counts))
}

/// A runner that failed has at least one failure, whatever it counted.
fn judge(success: bool, counts: Counts) -> Counts {
    if success || counts.failed > 0 { counts } else { counts.plus(Counts::check(false)) }
}

/// The test files directly in `folder`, sorted.
fn test_files(root: &Path, folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut files: Vec<PathBuf> = names
        .filter(|name| name.ends_with(".test.mjs"))
        .map(|name| Path::new(folder).join(name))
        .collect();
    files.sort();
    files
}

fn node_tests(root: &Path, files: &[PathBuf], at_once: u32) -> Result<Counts, String> {
    if files.is_empty() {
        // Without files Node would look for tests by itself, everywhere.
        return Err("there are no test files".into());
    }
    let at_once = format!("--test-concurrency={at_once}");
    let mut node = command(root, "node", &["--test", "--test-reporter=spec", &at_once]);
    tests(node.args(files))
}

fn unit(root: &Path) -> Result<Counts, String> {
    if !works("node", &["--version"]) {
        return Err("Node.js is missing".into());
    }
    node_tests(root, &test_files(root, "e2e/unit"), 2)
}

fn debian(root: &Path) -> Result<Counts, String> {
    check(setup::debian(root))
}

fn npm(root: &Path) -> Result<Counts, String> {
    check(setup::node_packages(root))
}

fn tsc(root: &Path) -> Result<Counts, String> {
    let tsc = ["e2e/node_modules/typescript/bin/tsc", "--noEmit", "-p", "web/jsconfig.json"];
    check(must(&mut command(root, "node", &tsc)))
}

fn python(root: &Path) -> Result<Counts, String> {
    check(setup::python(root, "target/e2e/venv", "e2e/requirements.txt").map(drop))
}

fn release(root: &Path) -> Result<Counts, String> {
    check(must(&mut cargo(root, &["build", "--locked", "--release", "-p", "server"])))
}

fn rust_bot(root: &Path) -> Result<Counts, String> {
    let manifest = "e2e/bots/rust-bot/Cargo.toml";
    let arguments =
        ["build", "--locked", "--manifest-path", manifest, "--target-dir", "target/e2e/rust-bot"];
    check(must(&mut cargo(root, &arguments)))
}

fn contract(root: &Path) -> Result<Counts, String> {
    let list = "e2e/contract/requirements.txt";
    let python = setup::python(root, "target/e2e/contract-venv", list)?;
    tests(&mut command(root, &python.to_string_lossy(), &["-B", "e2e/contract/run.py"]))
}

fn browser(root: &Path) -> Result<Counts, String> {
    node_tests(root, &test_files(root, "e2e"), 1)
}

fn third_party(root: &Path) -> Result<Counts, String> {
    let ran = node_tests(root, &test_files(root, "e2e/clients"), 1)?;
    Ok(ran.plus(check(clients::compare(root))?))
}

fn with_model(root: &Path) -> Result<Counts, String> {
    let model = model::prepare(root)?;
    let mut node = command(root, "node", &["--test", "--test-reporter=spec", "e2e/model.mjs"]);
    tests(node.env("E2E_MODEL", model.command_line()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_needs_only_steps_before_it() {
        for (at, step) in STEPS.iter().enumerate() {
            for need in step.needs {
                assert!(
                    STEPS[..at].iter().any(|before| before.name == *need),
                    "{} needs {need}",
                    step.name
                );
            }
        }
    }

    #[test]
    fn a_runner_that_runs_nothing_or_dies_has_failed() {
        let shell = |script: &str| tests(&mut command(Path::new("."), "sh", &["-c", script]));
        assert!(shell("true").is_err());
        assert_eq!(shell("echo '# pass 3'").unwrap().failed, 0);
        assert_eq!(shell("echo '# pass 3'; exit 1").unwrap().failed, 1);
    }
}
