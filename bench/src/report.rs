//! What a phase came to, printed for people and saved for programs.

use crate::figures::Summary;
use crate::load::Course;
use crate::process::Memory;
use crate::tracker::Tally;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// When others take more of the machine than this, its figures say more about them.
const QUIET: f64 = 0.10;

/// The figures of one phase.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Figures {
    /// `floor` or `strowger`.
    pub server: String,
    /// `closed, 64 connections` or `open, 1000/s`.
    pub phase: String,
    /// From the first send to the last accept, in seconds.
    pub seconds: f64,
    /// Sends answered with 200.
    pub accepted: u64,
    /// The same per second of `seconds`.
    pub accepted_per_s: f64,
    /// Accepted sends whose signed `sent` webhook arrived.
    pub delivered: u64,
    /// The same per second from the first send to the last webhook, so a backlog counts.
    pub delivered_per_s: f64,
    /// From the intended send to the 200.
    pub accept: Summary,
    /// From the intended send to the webhook's arrival.
    pub end_to_end: Summary,
    /// From the intended to the real send: the part of both that is the generator's waiting.
    pub send_lag: Summary,
    /// The server's processor time per delivered message, µs.
    pub cpu_us_per_message: f64,
    /// The same with the load generator and the sink.
    pub cpu_us_per_message_in_all: f64,
    /// Part of the machine's processor time that neither server nor benchmark used (0-1).
    pub others_share: f64,
    /// The server's memory at the phase's end.
    pub memory: Memory,
    /// Webhooks that came more than once.
    pub duplicates: u64,
    /// Accepted sends whose webhook had not come when the wait for it ended.
    pub missing: u64,
    /// Connections the server opened to the sink in this phase.
    pub new_connections: u64,
    /// Sends not accepted, by status and code.
    pub errors: BTreeMap<String, u64>,
    /// Remarks: the load stopped early, or the numbers' limit held it back.
    pub remarks: Vec<String>,
}

/// What is measured around a phase.
#[derive(Clone, Copy, Debug, Default)]
pub struct Used {
    /// The server's processor time.
    pub server: Duration,
    /// The benchmark's own.
    pub own: Duration,
    /// Everybody's together.
    pub all: Duration,
    /// What there was to use: the phase's length times the processors.
    pub available: Duration,
    /// The server's memory at the end.
    pub memory: Memory,
    /// Accepted sends without webhook at the end.
    pub missing: u64,
    /// Connections the server opened to the sink.
    pub new_connections: u64,
}

#[expect(clippy::cast_precision_loss, reason = "figures for people, far below 2^52")]
fn per(count: u64, duration: Duration) -> f64 {
    if duration.is_zero() { 0.0 } else { count as f64 / duration.as_secs_f64() }
}

impl Used {
    /// The part of the machine that other programs took (0-1); flushes and interrupts, which the
    /// kernel counts to nobody, are in it too.
    fn others_share(&self) -> f64 {
        let others = self.all.saturating_sub(self.server + self.own);
        if self.available.is_zero() {
            0.0
        } else {
            others.as_secs_f64() / self.available.as_secs_f64()
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people, far below 2^52")]
fn microseconds_each(duration: Duration, count: u64) -> f64 {
    if count == 0 { 0.0 } else { duration.as_secs_f64() * 1e6 / count as f64 }
}

impl Figures {
    /// Puts a phase's figures together.
    pub fn new(server: &str, phase: String, course: Course, tally: Tally, used: Used) -> Self {
        let until = |last: Option<std::time::Instant>| {
            last.map_or(Duration::ZERO, |at| at.saturating_duration_since(course.started))
        };
        let accepting = until(tally.last_accept);
        let delivering = until(tally.last_completion).max(accepting);
        let mut remarks = Vec::new();
        if course.spent {
            remarks.push("stopped early: another message could pass the pair limit (--ceiling plans a larger world)".into());
        }
        if course.held {
            remarks.push("held back by the numbers' limit of 80 messages a second (--ceiling plans more numbers)".into());
        }
        if used.others_share() > QUIET {
            let share = used.others_share() * 100.0;
            remarks.push(format!(
                "NOT QUIET: others took {share:.0} % of the processors; measure again"
            ));
        }
        Self {
            server: server.to_owned(),
            phase,
            seconds: accepting.as_secs_f64(),
            accepted: tally.accepted,
            accepted_per_s: per(tally.accepted, accepting),
            delivered: tally.completed,
            delivered_per_s: per(tally.completed, delivering),
            accept: tally.accept.summary(),
            end_to_end: tally.end_to_end.summary(),
            send_lag: tally.send_lag.summary(),
            cpu_us_per_message: microseconds_each(used.server, tally.completed),
            cpu_us_per_message_in_all: microseconds_each(used.server + used.own, tally.completed),
            others_share: used.others_share(),
            memory: used.memory,
            duplicates: tally.duplicates,
            missing: used.missing,
            new_connections: used.new_connections,
            errors: tally.errors,
            remarks,
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} | {} | {:.1} s", self.server, self.phase, self.seconds)?;
        writeln!(
            out,
            "  accepted              {:>9.0} /s   ({})",
            self.accepted_per_s, self.accepted
        )?;
        writeln!(
            out,
            "  accepted + delivered  {:>9.0} /s   ({})",
            self.delivered_per_s, self.delivered
        )?;
        writeln!(out, "  accept      p50 / p99 / max   {} ms", self.accept)?;
        writeln!(out, "  end to end  p50 / p99 / max   {} ms", self.end_to_end)?;
        writeln!(out, "  send lag    p50 / p99 / max   {} ms (within both)", self.send_lag)?;
        writeln!(
            out,
            "  CPU per message  {:.1} us server, {:.1} us with generator and sink",
            self.cpu_us_per_message, self.cpu_us_per_message_in_all
        )?;
        let mib = |kib: u64| kib / 1024;
        writeln!(
            out,
            "  memory  RSS {} MiB, PSS {} MiB, peak RSS {} MiB",
            mib(self.memory.rss_kib),
            mib(self.memory.pss_kib),
            mib(self.memory.peak_rss_kib)
        )?;
        writeln!(
            out,
            "  missing {}, duplicates {}, new connections to the sink {}",
            self.missing, self.duplicates, self.new_connections
        )?;
        for (code, count) in &self.errors {
            writeln!(out, "  not accepted: {code}: {count}")?;
        }
        for remark in &self.remarks {
            writeln!(out, "  note: {remark}")?;
        }
        Ok(())
    }
}

/// The exchange against the floor, in the same kind of phase of the same run.
#[derive(Clone, Debug, Serialize)]
pub struct Ratio {
    /// The kind of phase.
    pub phase: String,
    /// Accepted a second, exchange / floor (higher is better).
    pub accepted: f64,
    /// Accepted and delivered a second, exchange / floor (higher is better).
    pub delivered: f64,
    /// Median end to end, exchange / floor (lower is better).
    pub p50: f64,
    /// 99th percentile end to end, exchange / floor (lower is better).
    pub p99: f64,
    /// Processor time per message, exchange / floor (lower is better).
    pub cpu: f64,
}

impl Ratio {
    /// Compares two phases.
    pub fn new(strowger: &Figures, floor: &Figures) -> Self {
        let over = |above: f64, below: f64| if below > 0.0 { above / below } else { 0.0 };
        Self {
            phase: strowger.phase.clone(),
            accepted: over(strowger.accepted_per_s, floor.accepted_per_s),
            delivered: over(strowger.delivered_per_s, floor.delivered_per_s),
            p50: over(strowger.end_to_end.p50_ms, floor.end_to_end.p50_ms),
            p99: over(strowger.end_to_end.p99_ms, floor.end_to_end.p99_ms),
            cpu: over(strowger.cpu_us_per_message, floor.cpu_us_per_message),
        }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}: accepted x{:.2}, delivered x{:.2}, p50 x{:.2}, p99 x{:.2}, CPU x{:.2} of the floor",
            self.phase, self.accepted, self.delivered, self.p50, self.p99, self.cpu
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn a_backlog_lowers_delivered_per_second_but_not_accepted() {
        let started = clock::now();
        let mut tally = Tally { accepted: 1_000, completed: 1_000, ..Tally::default() };
        tally.last_accept = Some(started + Duration::from_secs(1));
        tally.last_completion = Some(started + Duration::from_secs(4));
        let course = Course { started, spent: true, held: false };
        let used = Used { server: Duration::from_millis(50), ..Used::default() };
        let figures = Figures::new("floor", "closed".into(), course, tally, used);
        assert!((figures.accepted_per_s - 1_000.0).abs() < 1.0);
        assert!((figures.delivered_per_s - 250.0).abs() < 1.0);
        assert!((figures.cpu_us_per_message - 50.0).abs() < 0.1);
        assert_eq!(figures.remarks.len(), 1);
        let ratio = Ratio::new(&figures, &figures);
        assert!((ratio.delivered - 1.0).abs() < 1e-9);
    }
}
