//! Brings what the tests need beyond Rust: Debian packages, Node packages, Python packages.

use std::path::{Path, PathBuf};

use crate::run::{command, must, says, works};

const NODE_MAJOR: u32 = 20;

/// What the tests need from Debian, and how to see that it is there.
fn debian_missing() -> Vec<&'static str> {
    let mut missing = Vec::new();
    if !Path::new("/usr/bin/chromium").exists() {
        missing.push("chromium");
    }
    if !works("sh", &["-c", "fc-list : family | grep -qi emoji"]) {
        missing.extend(["fontconfig", "fonts-noto-color-emoji"]);
    }
    if !works("python3", &["-c", "import ensurepip, venv"]) {
        missing.push("python3-venv");
    }
    // The third-party Rust bot speaks TLS through the system's OpenSSL.
    if !works("pkg-config", &["--exists", "openssl"]) {
        missing.extend(["pkg-config", "libssl-dev"]);
    }
    // Let's Encrypt's test server, for the certificate by ACME.
    if !works("sh", &["-c", "command -v pebble"]) {
        missing.push("pebble");
    }
    missing
}

/// Installs what is missing from Debian, as root; otherwise says what to install.
pub(crate) fn debian(root: &Path) -> Result<(), String> {
    node()?;
    let missing = debian_missing();
    if missing.is_empty() {
        println!("nothing to install");
        return Ok(());
    }
    let by_hand = format!("apt-get install --no-install-recommends {}", missing.join(" "));
    if says("id", &["-u"]).as_deref() != Some("0") || !works("apt-get", &["--version"]) {
        return Err(format!("missing: {}. As root on Debian: {by_hand}", missing.join(", ")));
    }
    must(&mut command(root, "apt-get", &["update", "-q"]))?;
    let mut install = command(root, "apt-get", &["install", "-q", "-y", "--no-install-recommends"]);
    must(install.args(&missing).env("DEBIAN_FRONTEND", "noninteractive"))?;
    match debian_missing() {
        missing if missing.is_empty() => Ok(()),
        missing => Err(format!("still missing after the installation: {}", missing.join(", "))),
    }
}

/// Node is there and new enough.
fn node() -> Result<(), String> {
    let version =
        says("node", &["--version"]).ok_or(format!("Node.js {NODE_MAJOR} or newer is missing"))?;
    let major =
        version.trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    if major.is_some_and(|major: u32| major >= NODE_MAJOR) {
        return Ok(());
    }
    Err(format!("Node.js {version} is too old: {NODE_MAJOR} or newer is needed"))
}

/// `npm ci` in `e2e`, when the lock file changed since the last time.
pub(crate) fn node_packages(root: &Path) -> Result<(), String> {
    let e2e = root.join("e2e");
    let stamp = e2e.join("node_modules/.strowger-lock");
    once(&stamp, &e2e.join("package-lock.json"), || {
        must(&mut command(&e2e, "npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))
    })
}

/// A Python environment of its own at `folder` with exactly the packages of `requirements`.
pub(crate) fn python(root: &Path, folder: &str, requirements: &str) -> Result<PathBuf, String> {
    let folder = root.join(folder);
    let requirements = root.join(requirements);
    let python = folder.join("bin/python");
    once(&folder.join("strowger-requirements"), &requirements, || {
        must(command(root, "python3", &["-m", "venv", "--clear"]).arg(&folder))?;
        let quiet = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--only-binary",
            ":all:",
            "-r",
        ];
        must(command(root, &python.to_string_lossy(), &quiet).arg(&requirements))?;
        must(&mut command(
            root,
            &python.to_string_lossy(),
            &["-m", "pip", "check", "--disable-pip-version-check"],
        ))
    })?;
    Ok(python)
}

/// Does `work` unless `stamp` holds what `source` holds, and then writes it there.
fn once(
    stamp: &Path,
    source: &Path,
    work: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    let wanted = std::fs::read(source).map_err(|e| format!("{}: {e}", source.display()))?;
    if std::fs::read(stamp).is_ok_and(|there| there == wanted) {
        println!("{} is as {} says", stamp.parent().unwrap_or(stamp).display(), source.display());
        return Ok(());
    }
    work()?;
    std::fs::write(stamp, wanted).map_err(|e| format!("{}: {e}", stamp.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_once_per_content_and_again_after_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let (stamp, source) = (folder.path().join("stamp"), folder.path().join("source"));
        let mut done = 0;
        std::fs::write(&source, "1").unwrap();
        assert!(once(&stamp, &source, || Err("no".into())).is_err());
        for _ in 0..2 {
            once(&stamp, &source, || {
                done += 1;
                Ok(())
            })
            .unwrap();
        }
        std::fs::write(&source, "2").unwrap();
        once(&stamp, &source, || {
            done += 1;
            Ok(())
        })
        .unwrap();
        assert_eq!(done, 2);
    }
}
