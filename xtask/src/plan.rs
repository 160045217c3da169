//! `cargo xtask test`: a plan, its steps one after the other, and a plain summary.

use std::path::Path;
use std::time::Duration;

use crate::clock::timed;
use crate::counts::Counts;
use crate::steps::{STEPS, Step};

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    fast: bool,
    model: bool,
    only: Vec<String>,
}

impl Options {
    /// Reads the arguments after `test`.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--fast" => options.fast = true,
                "--model" => options.model = true,
                "--only" => {
                    let names = arguments.next().ok_or("--only needs the names of steps")?;
                    options.only = names.split(',').map(str::to_owned).collect();
                }
                other => {
                    return Err(format!("test takes --fast, --model and --only, not `{other}`"));
                }
            }
        }
        let unknown =
            options.only.iter().find(|name| !STEPS.iter().any(|step| step.name == **name));
        match unknown {
            Some(name) => Err(format!("there is no step `{name}`")),
            None => Ok(options),
        }
    }

    fn wants(&self, step: &Step) -> bool {
        if !self.only.is_empty() {
            return self.only.iter().any(|name| name == step.name);
        }
        (step.fast || !self.fast) && (!step.model || self.model)
    }
}

/// What became of a step.
struct Done {
    step: &'static Step,
    counts: Counts,
    took: Duration,
    note: String,
}

/// Runs the plan; true when everything passed.
pub(crate) fn run(root: &Path, options: Options) -> Result<bool, String> {
    let steps: Vec<&'static Step> = STEPS.iter().filter(|step| options.wants(step)).collect();
    println!("The plan:");
    for step in &steps {
        println!("  {:<13} {}", step.name, step.what);
    }
    let mut done: Vec<Done> = Vec::new();
    for step in steps {
        println!("\n=== {} ===", step.name);
        let result = one(root, step, &done);
        done.push(result);
    }
    println!("{}", summary(&done));
    Ok(total(&done).failed == 0)
}

fn one(root: &Path, step: &'static Step, before: &[Done]) -> Done {
    let broken = before.iter().find(|d| d.counts.failed > 0 && step.needs.contains(&d.step.name));
    if let Some(broken) = broken {
        let note = format!("not run: {} failed", broken.step.name);
        println!("{note}");
        return Done { step, counts: Counts::check(false), took: Duration::ZERO, note };
    }
    let (result, took) = timed(|| (step.run)(root));
    let (counts, note) = match result {
        Ok(counts) => (counts, String::new()),
        Err(reason) => (Counts::check(false), reason),
    };
    if !note.is_empty() {
        println!("{}: {note}", step.name);
    }
    println!("--- {} took {:.1} s", step.name, took.as_secs_f64());
    Done { step, counts, took, note }
}

fn total(done: &[Done]) -> Counts {
    done.iter().fold(Counts::default(), |sum, d| sum.plus(d.counts))
}

fn summary(done: &[Done]) -> String {
    let mut text = String::from("\nSummary (a check that runs no tests counts as one)\n");
    for d in done {
        let verdict = if d.counts.failed == 0 { "ok" } else { "FAILED" };
        text += &format!(
            "  {:<13} {verdict:<7} {:>5} passed {:>4} failed {:>8.1} s  {}\n",
            d.step.name,
            d.counts.passed,
            d.counts.failed,
            d.took.as_secs_f64(),
            d.note
        );
    }
    let took: Duration = done.iter().map(|d| d.took).sum();
    let sum = total(done);
    text += &format!(
        "Took {:.0} s.\n\n{} passed, {} failed",
        took.as_secs_f64(),
        sum.passed,
        sum.failed
    );
    if sum.skipped > 0 {
        text += &format!(", {} skipped", sum.skipped);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(words: &[&str]) -> Result<Options, String> {
        Options::parse(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>())
    }

    fn step(
        name: &'static str,
        needs: &'static [&'static str],
        run: fn(&Path) -> Result<Counts, String>,
    ) -> &'static Step {
        Box::leak(Box::new(Step { name, what: "", fast: true, model: false, needs, run }))
    }

    #[test]
    fn arguments_choose_the_steps() {
        let names =
            |o: &Options| STEPS.iter().filter(|s| o.wants(s)).map(|s| s.name).collect::<Vec<_>>();
        let fast = names(&options(&["--fast"]).unwrap());
        assert!(fast.contains(&"tidy") && !fast.contains(&"browser"));
        let full = names(&options(&[]).unwrap());
        assert!(full.contains(&"browser") && !full.contains(&"model"));
        assert!(names(&options(&["--model"]).unwrap()).contains(&"model"));
        assert_eq!(names(&options(&["--only", "tidy,fmt"]).unwrap()), ["fmt", "tidy"]);
        assert!(options(&["--slow"]).is_err() && options(&["--only", "nothing"]).is_err());
    }

    #[test]
    fn a_failure_is_in_the_last_line_and_stops_what_needs_it() {
        let good = step("good", &[], |_| Ok(Counts { passed: 4, failed: 0, skipped: 0 }));
        let bad = step("bad", &[], |_| Err("broken".into()));
        let after = step("after", &["bad"], |_| Ok(Counts::check(true)));
        let mut done = Vec::new();
        for step in [good, bad, after] {
            let result = one(Path::new("."), step, &done);
            done.push(result);
        }
        assert_eq!(done[2].note, "not run: bad failed");
        assert_eq!(summary(&done).lines().last(), Some("4 passed, 2 failed"));
    }
}
