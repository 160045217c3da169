//! The run: floor and exchange through the same phases, and the verdict.

use crate::floor;
use crate::load::{self, Target};
use crate::process::{self, Memory, Server};
use crate::report::{Figures, Ratio, Used};
use crate::setup;
use crate::sink::Sink;
use crate::tracker::Verdict;
use crate::world::{Plan, World};
use crate::{Outcome, clock};
use serde::Serialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

/// After the last send, webhooks are waited for this long.
const DRAIN: Duration = Duration::from_secs(30);
/// After the last phase, duplicates and inventions may still come this long.
const AFTERMATH: Duration = Duration::from_millis(500);
/// The floor has no limits to stay inside; this only bounds its world.
const FLOOR_CEILING: u32 = 100_000;

/// One kind of phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Every connection sends as soon as it was answered.
    Closed,
    /// So many sends a second at fixed times.
    Open(u32),
}

/// What to measure.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Length of each phase.
    pub lasting: Duration,
    /// Keep-alive connections of the generator.
    pub connections: usize,
    /// The phases, in order.
    pub phases: Vec<Phase>,
    /// The exchange's world is planned for no more sends a second than this.
    pub ceiling: u32,
    /// Data directories are made in here.
    pub scratch: PathBuf,
    /// The floor's keep-alive connections to the sink.
    pub relays: usize,
}

impl Settings {
    /// Unmeasured sending before the first phase.
    fn warm_up(&self) -> Duration {
        Duration::from_secs(1).min(self.lasting / 5)
    }

    /// Sends a second of a phase, at most.
    fn rate(phase: Phase, ceiling: u32) -> u32 {
        match phase {
            Phase::Closed => ceiling,
            Phase::Open(rate) => rate,
        }
    }

    /// The most sends a second of any phase: also what the warm-up may reach.
    fn top(&self, ceiling: u32) -> u32 {
        self.phases.iter().map(|phase| Self::rate(*phase, ceiling)).max().unwrap_or(1)
    }

    /// The world's size for these phases at no more than `ceiling` a second.
    fn plan(&self, ceiling: u32) -> Plan {
        let count = |length: Duration, rate: u32| length.as_millis() * u128::from(rate) / 1_000;
        let phases =
            self.phases.iter().map(|phase| count(self.lasting, Self::rate(*phase, ceiling)));
        let messages = phases.sum::<u128>() + count(self.warm_up(), self.top(ceiling));
        // The ceiling lets a pause of 5 ms be made up for, and every connection begins with one.
        let messages = messages + messages / 100 + self.connections as u128;
        Plan::new(u64::try_from(messages).unwrap_or(u64::MAX), self.top(ceiling))
    }
}

/// Everything a run found, as saved by `--json`.
#[derive(Debug, Default, Serialize)]
pub struct Findings {
    /// Each phase, in order.
    pub phases: Vec<Figures>,
    /// Exchange against floor, each kind of phase.
    pub ratios: Vec<Ratio>,
    /// The exchange's memory before anything happened.
    pub idle: Option<Memory>,
    /// What must not happen and did; empty on success.
    pub failures: Vec<String>,
}

impl Findings {
    /// Accepted-and-delivered of the closed loop against the floor's, when both were measured.
    pub fn floor_ratio(&self) -> Option<f64> {
        let closed = self.ratios.iter().find(|ratio| ratio.phase.starts_with("closed"));
        closed.map(|ratio| ratio.delivered)
    }

    fn compare(&mut self) {
        let (floors, others): (Vec<_>, Vec<_>) =
            self.phases.iter().partition(|figures| figures.server == "floor");
        for strowger in others {
            if let Some(floor) = floors.iter().find(|floor| floor.phase == strowger.phase) {
                self.ratios.push(Ratio::new(strowger, floor));
            }
        }
    }
}

/// Measures the floor alone, in a process of its own made from `executable`.
pub async fn floor(settings: &Settings, executable: &Path, findings: &mut Findings) -> Outcome<()> {
    let sink = Sink::start()?;
    let directory = tempfile::tempdir_in(&settings.scratch)?;
    let numbers = settings.plan(settings.ceiling).numbers;
    let mut command = Command::new(executable);
    command.arg("floor-server").args(["--sink", &sink.address.to_string()]);
    command.args(["--numbers", &numbers.to_string(), "--relays", &settings.relays.to_string()]);
    command.arg("--log").arg(directory.path().join("floor.log"));
    let server = Server::start(command, floor::READY)?;
    let target = floor_target(server.address, &sink, settings, numbers);
    measure("floor", &target, settings, FLOOR_CEILING, Some(server.pid), findings).await
}

/// The made-up world of a floor at `address` with this many numbers.
pub fn floor_target(
    address: SocketAddr,
    sink: &Sink,
    settings: &Settings,
    numbers: usize,
) -> Arc<Target> {
    let conversations = settings.plan(FLOOR_CEILING).conversations();
    let world = World::synthetic(numbers, conversations.div_ceil(numbers));
    world.apps().iter().for_each(|app| sink.book.expect(app));
    Arc::new(Target { address, world, book: Arc::clone(&sink.book) })
}

/// Starts the exchange on an empty data directory, sets a world up and measures.
pub async fn strowger(
    settings: &Settings,
    executable: &Path,
    findings: &mut Findings,
) -> Outcome<()> {
    let directory = tempfile::tempdir_in(&settings.scratch)?;
    let mut command = Command::new(executable);
    command.arg("serve").arg("--data").arg(directory.path());
    command.args(["--listen", "127.0.0.1:0", "--no-samples"]);
    command.args(["--registrations-per-hour", "100000", "--people-per-hour", "1000000"]);
    let server = Server::start(command, "Open ")?;
    let idle = process::memory(server.pid)?;
    println!("strowger | idle: RSS {} MiB, PSS {} MiB", idle.rss_kib / 1024, idle.pss_kib / 1024);
    findings.idle = Some(idle);
    let measured = running(settings, server.address, Some(server.pid), findings).await;
    measured
        .map_err(|error| format!("{error}\nstrowger's last words:\n{}", server.last_words()).into())
}

/// Sets a world up on an exchange that runs already, and measures.
pub async fn running(
    settings: &Settings,
    address: SocketAddr,
    pid: Option<u32>,
    findings: &mut Findings,
) -> Outcome<()> {
    let sink = Sink::start()?;
    let plan = settings.plan(settings.ceiling);
    let began = clock::now();
    let world = setup::world(address, &sink.callback(), &sink.book, plan).await?;
    println!(
        "strowger | set-up: {} numbers, {} people, {} conversations in {:.1} s",
        plan.numbers,
        plan.people(),
        plan.conversations(),
        (clock::now() - began).as_secs_f64()
    );
    let target = Arc::new(Target { address, world, book: Arc::clone(&sink.book) });
    measure("strowger", &target, settings, settings.ceiling, pid, findings).await
}

/// Warms up, goes through the phases, and looks for what must not have happened.
pub async fn measure(
    name: &str,
    target: &Arc<Target>,
    settings: &Settings,
    ceiling: u32,
    pid: Option<u32>,
    findings: &mut Findings,
) -> Outcome<()> {
    let top = settings.top(ceiling);
    load::closed(target, settings.connections, settings.warm_up(), top).await?;
    drain(target).await;
    target.book.tracker.take();
    for phase in &settings.phases {
        let figures = one_phase(name, target, settings, *phase, ceiling, pid).await?;
        println!("{figures}");
        if figures.accepted == 0 {
            findings.failures.push(format!("{name}, {}: nothing was accepted", figures.phase));
        }
        findings.phases.push(figures);
    }
    tokio::time::sleep(AFTERMATH).await;
    let verdict = target.book.tracker.verdict();
    if !verdict.clean() {
        findings.failures.push(format!("{name}: {}", describe(&verdict)));
        if let Some(complaint) = target.book.complaint() {
            println!("the first webhook of {name} that was not right: {complaint}");
        }
    }
    Ok(())
}

async fn one_phase(
    name: &str,
    target: &Arc<Target>,
    settings: &Settings,
    phase: Phase,
    ceiling: u32,
    pid: Option<u32>,
) -> Outcome<Figures> {
    let own = std::process::id();
    let cpu = |pid: Option<u32>| pid.map_or(Ok(Duration::ZERO), process::cpu);
    let (server_before, own_before) = (cpu(pid)?, cpu(Some(own))?);
    let connections_before = target.book.connections();
    let (all_before, began) = (process::cpu_of_all()?, clock::now());
    let connections = settings.connections;
    let (title, course) = match phase {
        Phase::Closed => {
            let course = load::closed(target, connections, settings.lasting, ceiling).await?;
            (format!("closed, {connections} connections"), course)
        }
        Phase::Open(rate) => {
            let course = load::open(target, connections, settings.lasting, rate).await?;
            (format!("open, {rate}/s"), course)
        }
    };
    drain(target).await;
    let used = Used {
        server: cpu(pid)?.saturating_sub(server_before),
        own: cpu(Some(own))?.saturating_sub(own_before),
        all: process::cpu_of_all()?.saturating_sub(all_before),
        available: (clock::now() - began)
            * u32::try_from(std::thread::available_parallelism()?.get())?,
        memory: pid.map_or(Ok(Memory::default()), process::memory)?,
        missing: target.book.tracker.waiting(),
        new_connections: target.book.connections() - connections_before,
    };
    Ok(Figures::new(name, title, course, target.book.tracker.take(), used))
}

/// Waits until every accepted send has met its webhook, bounded in time.
async fn drain(target: &Target) {
    let limit = clock::now() + DRAIN;
    while target.book.tracker.open_ends() > 0 && clock::now() < limit {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn describe(verdict: &Verdict) -> String {
    let Verdict { missing, invented, badly_signed, malformed, misaddressed, ids_given_twice } =
        verdict;
    format!(
        "missing {missing}, invented {invented}, badly signed {badly_signed}, malformed {malformed}, \
         misaddressed {misaddressed}, message ids given twice {ids_given_twice}"
    )
}

/// Compares, prints the end, saves; the last line is `floor-ratio 0.xx` when both ran closed.
pub fn conclude(mut findings: Findings, json: Option<&Path>) -> Outcome<()> {
    findings.compare();
    for ratio in &findings.ratios {
        println!("{ratio}");
    }
    if let Some(path) = json {
        std::fs::write(path, serde_json::to_vec_pretty(&findings)?)?;
    }
    for failure in &findings.failures {
        println!("FAILED {failure}");
    }
    if let Some(ratio) = findings.floor_ratio() {
        if findings.phases.iter().any(|figures| !figures.remarks.is_empty()) {
            println!("note: the ratio is no better than its phases; see their notes above");
        }
        println!("floor-ratio {ratio:.2}");
    }
    match findings.failures.len() {
        0 => Ok(()),
        count => Err(format!("{count} of the checks failed; see FAILED above").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::PER_PAIR;

    fn settings(phases: Vec<Phase>) -> Settings {
        let lasting = Duration::from_secs(10);
        Settings {
            lasting,
            connections: 64,
            phases,
            ceiling: 20_000,
            scratch: "/".into(),
            relays: 1,
        }
    }

    #[test]
    fn the_world_holds_warm_up_and_all_phases() {
        let both = settings(vec![Phase::Closed, Phase::Open(1_000)]);
        let plan = both.plan(20_000);
        assert!(plan.conversations() * PER_PAIR >= 20_000 * 11 + 1_000 * 10, "{plan:?}");
        assert!(plan.numbers * 80 >= 20_000, "{plan:?}");
    }

    #[test]
    fn a_slow_open_loop_needs_a_small_world_and_a_slow_warm_up() {
        let open = settings(vec![Phase::Open(1_000), Phase::Open(500)]);
        assert_eq!(open.top(20_000), 1_000);
        let plan = open.plan(20_000);
        assert!(plan.numbers <= 16, "{plan:?}");
        assert!(plan.conversations() * PER_PAIR >= 16_000, "{plan:?}");
    }

    #[test]
    fn only_equal_phases_are_compared_and_any_failure_fails() {
        let figures = |server: &str, phase: &str, delivered_per_s| Figures {
            server: server.to_owned(),
            phase: phase.to_owned(),
            delivered_per_s,
            ..Figures::default()
        };
        let mut findings = Findings::default();
        findings.phases.push(figures("floor", "closed, 64 connections", 100.0));
        findings.phases.push(figures("floor", "open, 1000/s", 50.0));
        findings.phases.push(figures("strowger", "closed, 64 connections", 40.0));
        findings.compare();
        assert_eq!(findings.ratios.len(), 1);
        assert!((findings.floor_ratio().unwrap() - 0.4).abs() < 1e-9);
        assert!(conclude(findings, None).is_ok());
        let failed = Findings { failures: vec!["missing 1".into()], ..Findings::default() };
        assert!(conclude(failed, None).is_err());
    }
}
