//! The real binary as a process of its own: started, killed, started again.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::OnceCell;

use crate::wait::in_time;

/// A running exchange.
#[derive(Debug)]
pub struct Process {
    child: Child,
    address: SocketAddr,
    /// Kept open: what it prints must not break it.
    _stdout: BufReader<ChildStdout>,
}

/// The binary of the profile that the tests are built with; built if it is not up to date.
///
/// # Panics
/// When it cannot be built.
pub async fn binary() -> &'static Path {
    static BINARY: OnceCell<PathBuf> = OnceCell::const_new();
    BINARY.get_or_init(build).await
}

async fn build() -> PathBuf {
    // target/<profile>/deps/<test>
    let own = std::env::current_exe().expect("a test is a file");
    let profile = own.ancestors().nth(2).expect("a profile's folder");
    let target = profile.parent().expect("the target folder");
    let name = match profile.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    // What cargo tells a test about its package would make build scripts run again, each time.
    for (name, _) in std::env::vars_os() {
        let own = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_", "CARGO_PRIMARY_"];
        if name.to_str().is_some_and(|name| own.iter().any(|own| name.starts_with(own))) {
            build.env_remove(name);
        }
    }
    build.args(["build", "--quiet", "--package", "server", "--profile", name]);
    build.args(["--manifest-path", manifest, "--target-dir"]).arg(target);
    let built = build.status().await.expect("cargo runs");
    assert!(built.success(), "the server cannot be built");
    profile.join("strowger")
}

impl Process {
    /// Starts it and waits until it says where it listens.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(data: &Path, listen: SocketAddr) -> Self {
        let mut command = Command::new(binary().await);
        command.arg("serve").arg("--data").arg(data).arg("--listen").arg(listen.to_string());
        command.args(["--no-samples", "--registrations-per-hour", "10000"]);
        command.args(["--people-per-hour", "10000"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.kill_on_drop(true).spawn().expect("it starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("its standard output"));
        let mut line = String::new();
        in_time("its first line", stdout.read_line(&mut line)).await.expect("a line");
        let address = line
            .trim()
            .strip_prefix("Open http://")
            .and_then(|rest| rest.trim_end_matches('/').parse().ok());
        let address = address.unwrap_or_else(|| panic!("it did not start: {line:?}"));
        Self { child, address, _stdout: stdout }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Kills it (SIGKILL), this very moment.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub fn kill(&mut self) {
        self.child.start_kill().expect("it can be killed");
    }

    /// Waits until it is gone.
    ///
    /// # Panics
    /// When it does not die.
    pub async fn is_gone(&mut self) {
        in_time("it dies", self.child.wait()).await.expect("it dies");
    }
}
