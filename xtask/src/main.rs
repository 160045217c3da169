//! The project's own tooling: `cargo xtask <what>`. It imports none of the product's crates.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod clients;
mod clock;
mod counts;
mod model;
mod plan;
mod run;
mod setup;
mod steps;
mod tidy;
mod tools;

const HELP: &str = "\
cargo xtask tidy                 the house rules
cargo xtask test [--fast]        installs what the tests need and runs all of them;
                                 --fast: only what needs Rust and Node
            [--model]            adds the test with a real small language model (130 MB)
            [--only STEP,…]      only these steps of the plan
cargo xtask bench [args]         builds the server and the benchmark, runs it
cargo xtask model [--port N]     a real small language model on loopback, until Ctrl-C
cargo xtask screenshots          keeps the last test run's picture for the README
cargo xtask compatibility        keeps what the last test run of third-party clients found
cargo xtask deny                 advisories, licences and sources by cargo-deny";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest = arguments.get(1..).unwrap_or_default();
    let root = root();
    let done = match arguments.first().map(String::as_str) {
        Some("tidy") => tidy::run(&root),
        Some("test") => plan::Options::parse(rest).and_then(|options| plan::run(&root, options)),
        Some("bench") => tools::bench(&root, rest),
        Some("model") => model::serve(&root, rest),
        Some("screenshots") => tools::screenshots(&root),
        Some("compatibility") => clients::keep(&root),
        Some("deny") => tools::deny(&root),
        None | Some("help" | "--help" | "-h") => {
            println!("{HELP}");
            Ok(true)
        }
        Some(other) => Err(format!("there is no `{other}`\n{HELP}")),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("xtask: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// The repository's root: cargo tells where this crate is.
fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    here.as_deref().and_then(Path::parent).map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}
