//! Runs other programs: what they print goes to the terminal, and is kept.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;

/// How a program ended, and all that it printed.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) success: bool,
    pub(crate) output: String,
}

/// A command in a folder.
pub(crate) fn command<S: AsRef<OsStr>>(folder: &Path, program: &str, arguments: &[S]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command
}

/// Runs it, prints as it prints, and keeps the text.
pub(crate) fn show(command: &mut Command) -> Result<Ran, String> {
    println!("$ {}", line(command));
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{}: {e}", command.get_program().display()))?;
    let kept = Mutex::new(Vec::new());
    let (out, err) = (child.stdout.take(), child.stderr.take());
    std::thread::scope(|scope| {
        scope.spawn(|| copy(out, &kept));
        scope.spawn(|| copy(err, &kept));
    });
    let status = child.wait().map_err(|e| e.to_string())?;
    let kept = kept.into_inner().unwrap_or_default();
    Ok(Ran { success: status.success(), output: String::from_utf8_lossy(&kept).into_owned() })
}

fn copy(from: Option<impl Read>, kept: &Mutex<Vec<u8>>) {
    let Some(from) = from else { return };
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
        // A terminal that went away is no reason to lose the result.
        let _ = std::io::stdout().write_all(&line);
        if let Ok(mut kept) = kept.lock() {
            kept.extend_from_slice(&line);
        }
        line.clear();
    }
}

/// Runs it and fails with its words when it fails.
pub(crate) fn must(command: &mut Command) -> Result<(), String> {
    let ran = show(command)?;
    if ran.success { Ok(()) } else { Err(format!("`{}` failed", line(command))) }
}

/// Runs it quietly: does it succeed?
pub(crate) fn works(program: &str, arguments: &[&str]) -> bool {
    let quiet = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    quiet.is_ok_and(|status| status.success())
}

/// What it prints on its standard output, trimmed.
pub(crate) fn says(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_kept_and_a_failure_is_told() {
        let mut both = command(Path::new("."), "sh", &["-c", "echo out; echo err >&2; exit 3"]);
        let ran = show(&mut both).unwrap();
        assert!(!ran.success && ran.output.contains("out\n") && ran.output.contains("err\n"));
        assert!(must(&mut command(Path::new("."), "sh", &["-c", "exit 1"])).is_err());
        assert!(show(&mut command::<&str>(Path::new("."), "no-such-program-here", &[])).is_err());
    }
}
