//! A server in a process of its own: started, measured from `/proc`, ended.

use crate::Outcome;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Linux reports processor time in these ticks a second, on every architecture (`USER_HZ`).
const TICKS: u64 = 100;
/// A server that has not said where it listens by then is given up.
const READY: Duration = Duration::from_secs(60);
/// Lines kept of what a server said last, for the error message.
const LINES: usize = 30;

/// A running server; ended when dropped.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its process.
    pub pid: u32,
    child: Child,
    said: Said,
}

type Said = Arc<Mutex<VecDeque<String>>>;

impl Server {
    /// Starts `command` and waits for the line on its standard output that begins with `ready`
    /// and ends with the URL it listens on.
    pub fn start(mut command: Command, ready: &str) -> Outcome<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("cannot start {name}: {error}"))?;
        let pid = child.id();
        let said = Said::default();
        let (lines, heard) = channel();
        follow(child.stdout.take(), &said, Some(lines));
        follow(child.stderr.take(), &said, None);
        let mut server = Self { address: SocketAddr::from(([127, 0, 0, 1], 0)), pid, child, said };
        loop {
            match heard.recv_timeout(READY) {
                Ok(line) if line.starts_with(ready) => {
                    let url = line[ready.len()..].trim();
                    server.address = loopback(url)?;
                    return Ok(server);
                }
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    // The pipe may close a moment before the process is gone.
                    let end =
                        server.child.try_wait()?.map_or("still runs".into(), |s| s.to_string());
                    let said = server.last_words();
                    return Err(
                        format!("{name} did not say {ready:?} ({end}). It said:\n{said}").into()
                    );
                }
            }
        }
    }

    /// What it wrote last, to both outputs.
    pub fn last_words(&self) -> String {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.iter().map(|line| format!("  {line}\n")).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads a server's output to its end, so that it never blocks on a full pipe.
fn follow(output: Option<impl Read + Send + 'static>, said: &Said, lines: Option<Sender<String>>) {
    let Some(output) = output else { return };
    let said = Arc::clone(said);
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            {
                let mut kept = said.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() == LINES {
                    kept.pop_front();
                }
                kept.push_back(line.clone());
            }
            if let Some(lines) = &lines {
                let _ = lines.send(line);
            }
        }
    });
}

/// The address in an `http://127.0.0.1:PORT/` URL; anything but loopback is refused.
pub fn loopback(url: &str) -> Outcome<SocketAddr> {
    let rest =
        url.strip_prefix("http://").ok_or_else(|| format!("{url:?} is not an http:// URL"))?;
    let host = rest.split('/').next().unwrap_or("").replace("localhost", "127.0.0.1");
    let address: SocketAddr =
        host.parse().map_err(|_| format!("{url:?} names no address and port"))?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(format!("{url:?} is not this machine; the benchmark stays on loopback").into())
    }
}

/// Processor time a process has used so far, user and system, all its threads.
pub fn cpu(pid: u32) -> Outcome<Duration> {
    parse_stat(&std::fs::read_to_string(format!("/proc/{pid}/stat"))?)
}

fn parse_stat(stat: &str) -> Outcome<Duration> {
    // The name in parentheses may hold spaces; fields 14 and 15 are the 12th and 13th after it.
    let (_, fields) = stat.rsplit_once(')').ok_or("no name in /proc/PID/stat")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
    let ticks = ticks.sum::<Result<u64, _>>()?;
    Ok(Duration::from_millis(ticks * 1_000 / TICKS))
}

/// Processor time that all programs together, the kernel and the hypervisor's other guests have
/// taken from this machine since it started.
pub fn cpu_of_all() -> Outcome<Duration> {
    parse_all(&std::fs::read_to_string("/proc/stat")?)
}

fn parse_all(stat: &str) -> Outcome<Duration> {
    let line = stat.lines().next().and_then(|line| line.strip_prefix("cpu "));
    let fields = line.ok_or("no line `cpu` in /proc/stat")?.split_whitespace();
    let fields: Vec<u64> = fields.map(str::parse).collect::<Result<_, _>>()?;
    // user, nice, system, (idle, iowait,) irq, softirq, steal
    let ticks: u64 = [0, 1, 2, 5, 6, 7].iter().filter_map(|at| fields.get(*at)).sum();
    Ok(Duration::from_millis(ticks * 1_000 / TICKS))
}

/// Memory of a process, in KiB.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Memory {
    /// Resident pages.
    pub rss_kib: u64,
    /// Resident pages, shared ones divided among those who share them.
    pub pss_kib: u64,
    /// The most that was ever resident.
    pub peak_rss_kib: u64,
}

/// What a process holds now.
pub fn memory(pid: u32) -> Outcome<Memory> {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    Ok(Memory {
        rss_kib: kib(&rollup, "Rss:")?,
        pss_kib: kib(&rollup, "Pss:")?,
        peak_rss_kib: kib(&status, "VmHWM:")?,
    })
}

fn kib(text: &str, name: &str) -> Outcome<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let digits = line.and_then(|rest| rest.split_whitespace().next());
    Ok(digits.ok_or_else(|| format!("no {name} in /proc"))?.parse()?)
}

/// The file system a directory is on, by the longest mount point above it.
pub fn file_system(directory: &Path) -> Outcome<String> {
    let directory = directory.canonicalize()?;
    let mounts = std::fs::read_to_string("/proc/mounts")?;
    let mut best = (0, "unknown");
    for line in mounts.lines() {
        let mut fields = line.split(' ').skip(1);
        let (Some(point), Some(kind)) = (fields.next(), fields.next()) else { continue };
        if directory.starts_with(point) && point.len() >= best.0 {
            best = (point.len(), kind);
        }
    }
    Ok(best.1.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_fields_14_and_15_whatever_the_name() {
        let stat = "7 (a) (b c) S 1 7 7 0 -1 4194560 9 0 0 0 250 50 0 0 20 0 3 0 100 1 2";
        assert_eq!(parse_stat(stat).unwrap(), Duration::from_secs(3));
        assert!(parse_stat("nonsense").is_err());
    }

    #[test]
    fn idle_time_is_nobodys() {
        let stat = "cpu  100 10 20 5000 400 3 4 63 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n";
        assert_eq!(parse_all(stat).unwrap(), Duration::from_secs(2));
        assert!(parse_all("intr 5").is_err());
        assert!(cpu_of_all().unwrap() > Duration::ZERO);
    }

    #[test]
    fn this_process_can_be_measured() {
        let memory = memory(std::process::id()).unwrap();
        assert!(memory.rss_kib > 0 && memory.pss_kib > 0);
        assert!(memory.peak_rss_kib >= memory.pss_kib);
        cpu(std::process::id()).unwrap();
        assert_ne!(file_system(Path::new("/proc/self")).unwrap(), "unknown");
    }

    #[test]
    fn only_loopback_urls_are_taken() {
        assert_eq!(loopback("http://127.0.0.1:8080/").unwrap().port(), 8080);
        assert_eq!(loopback("http://localhost:81").unwrap().port(), 81);
        for other in ["http://192.0.2.1:80/", "https://127.0.0.1:1/", "http://127.0.0.1/"] {
            assert!(loopback(other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_server_that_dies_is_quoted() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo no such flag >&2; echo starting; exit 3"]);
        let error = Server::start(command, "Open ").err().unwrap().to_string();
        assert!(error.contains("did not say"), "{error}");
    }
}
