//! One child: kept running, its lines passed on, ended in order.

use std::time::Duration;

use server::clock::Clock;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{Log, Pace};

/// Longer lines are cut into pieces of this length.
const LINE_BYTES: u64 = 8 * 1024;
/// A grandchild may hold a dead child's pipes open; its last lines are waited for this long.
const LAST_LINES: Duration = Duration::from_secs(1);

/// What to keep running.
pub(super) struct Kept {
    pub(super) name: &'static str,
    pub(super) command: Command,
    pub(super) log: Log,
    pub(super) pace: Pace,
}

impl Kept {
    /// Until told to stop.
    pub(super) async fn keep_running(mut self, clock: Clock, mut stop: watch::Receiver<bool>) {
        let mut wait = self.pace.first;
        loop {
            let started_us = clock.monotonic_us();
            match self.command.spawn() {
                Err(error) => self.say(&format!("could not be started: {error}")),
                Ok(child) => {
                    if self.run(child, &mut stop).await {
                        return;
                    }
                }
            }
            let lived = Duration::from_micros(clock.monotonic_us().saturating_sub(started_us));
            if lived >= self.pace.healthy {
                wait = self.pace.first;
            }
            self.say(&format!("is started again in {wait:?}"));
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = told(&mut stop) => return,
            }
            wait = (wait * 2).min(self.pace.longest);
        }
    }

    /// One life. True when it ended because it was told to.
    async fn run(&self, mut child: Child, stop: &mut watch::Receiver<bool>) -> bool {
        let mut lines = JoinSet::new();
        if let Some(output) = child.stdout.take() {
            lines.spawn(pass_on(self.name, output, self.log.clone()));
        }
        if let Some(errors) = child.stderr.take() {
            lines.spawn(pass_on(self.name, errors, self.log.clone()));
        }
        // `wait` would close it; while we hold it, the child runs
        let input = child.stdin.take();
        let ended = tokio::select! {
            ended = child.wait() => Some(ended),
            () = told(stop) => None,
        };
        drop(input);
        if ended.is_none() && timeout(self.pace.grace, child.wait()).await.is_err() {
            self.say("did not end when told to and is killed");
            let _ = child.kill().await;
        }
        let all_lines = async { while lines.join_next().await.is_some() {} };
        let _ = timeout(LAST_LINES, all_lines).await;
        match &ended {
            Some(Ok(status)) => self.say(&format!("ended: {status}")),
            Some(Err(error)) => self.say(&format!("was lost: {error}")),
            None => {}
        }
        ended.is_none()
    }

    fn say(&self, what: &str) {
        (self.log)(self.name, what);
    }
}

/// Resolves when told to stop, or when nobody is left to tell.
async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn pass_on(name: &'static str, from: impl AsyncRead + Unpin, log: Log) {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut from).take(LINE_BYTES).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => log(name, String::from_utf8_lossy(&line).trim_end()),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::super::{Sample, Samples};
    use super::*;

    const PATIENT: Pace = Pace {
        first: Duration::from_millis(5),
        longest: Duration::from_millis(20),
        healthy: Duration::from_secs(60),
        grace: Duration::from_secs(20),
    };

    /// A shell script as a child, and what it says.
    fn child(script: &str, pace: Pace) -> (Samples, UnboundedReceiver<String>) {
        child_of(Path::new("/bin/sh"), script, pace)
    }

    fn child_of(program: &Path, script: &str, pace: Pace) -> (Samples, UnboundedReceiver<String>) {
        let (send, lines) = unbounded_channel();
        let log: Log = Arc::new(move |name, line| {
            let _ = send.send(format!("{name}: {line}"));
        });
        let sample = Sample { name: "one", arguments: vec!["-c".into(), script.into()] };
        (Samples::start(program, vec![sample], &Clock::system(), pace, &log), lines)
    }

    async fn next(lines: &mut UnboundedReceiver<String>) -> String {
        timeout(Duration::from_secs(20), lines.recv()).await.expect("in time").expect("a line")
    }

    #[tokio::test]
    async fn it_ends_when_its_standard_input_closes() {
        let (samples, mut lines) = child("echo up; echo odd >&2; cat; echo bye", PATIENT);
        let mut first = [next(&mut lines).await, next(&mut lines).await];
        first.sort();
        assert_eq!(first, ["one: odd", "one: up"]);
        samples.stop().await;
        assert_eq!(lines.recv().await.as_deref(), Some("one: bye"));
        assert_eq!(lines.recv().await, None, "not started again");
    }

    #[tokio::test]
    async fn it_is_started_again_and_waited_for_longer_each_time() {
        let (samples, mut lines) = child("echo up; exit 3", PATIENT);
        for wait in ["5ms", "10ms", "20ms", "20ms"] {
            assert_eq!(next(&mut lines).await, "one: up");
            assert_eq!(next(&mut lines).await, "one: ended: exit status: 3");
            assert_eq!(next(&mut lines).await, format!("one: is started again in {wait}"));
        }
        samples.stop().await;
    }

    #[tokio::test]
    async fn one_that_does_not_listen_is_killed() {
        let script = "trap '' TERM INT HUP; echo up; exec tail -f /dev/null";
        let impatient = Pace { grace: Duration::from_millis(50), ..PATIENT };
        let (samples, mut lines) = child(script, impatient);
        assert_eq!(next(&mut lines).await, "one: up");
        timeout(Duration::from_secs(20), samples.stop()).await.expect("killed");
        assert_eq!(next(&mut lines).await, "one: did not end when told to and is killed");
        assert_eq!(lines.recv().await, None);
    }

    #[tokio::test]
    async fn long_lines_are_cut_and_a_missing_program_is_said() {
        let script = "head -c 20000 /dev/zero | tr '\\0' x; echo; cat";
        let (samples, mut lines) = child(script, PATIENT);
        let mut length = 0;
        while length < 20_000 {
            length += next(&mut lines).await.len() - "one: ".len();
        }
        assert_eq!(length, 20_000);
        samples.stop().await;
        let (samples, mut lines) = child_of(Path::new("/nowhere/at/all"), "", PATIENT);
        assert!(next(&mut lines).await.starts_with("one: could not be started"));
        samples.stop().await;
    }
}
