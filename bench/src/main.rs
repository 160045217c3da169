//! `bench`: measures the exchange against the physical floor, on this machine only.

use bench::process::{file_system, loopback};
use bench::run::{self, Findings, Phase, Settings};
use bench::{Outcome, floor, pace};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

#[derive(Parser)]
#[command(about = "Measures the exchange against the physical floor, on this machine only")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Floor and exchange through the same phases; ends with the ratio of the two
    Run {
        /// The exchange's binary
        #[arg(long)]
        strowger: PathBuf,
        #[command(flatten)]
        options: Options,
    },
    /// The physical floor alone
    Floor {
        #[command(flatten)]
        options: Options,
    },
    /// Loads an exchange that runs already, after setting a world up on it
    Load {
        /// Its address, http://127.0.0.1:PORT/
        #[arg(long)]
        url: String,
        /// Its process, for processor time and memory
        #[arg(long)]
        pid: Option<u32>,
        #[command(flatten)]
        options: Options,
    },
    /// Serves the floor; started by `run` and `floor` as a process of its own
    #[command(hide = true)]
    FloorServer {
        #[arg(long)]
        sink: SocketAddr,
        #[arg(long)]
        log: PathBuf,
        #[arg(long)]
        numbers: usize,
        #[arg(long)]
        relays: usize,
    },
}

#[derive(Args)]
struct Options {
    /// Length of each phase
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    seconds: u64,
    /// Keep-alive connections of the load generator
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=500))]
    connections: u16,
    /// Sends a second in the open loop; several, with commas, make several phases
    #[arg(long, default_value = "1000", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=50_000))]
    rate: Vec<u32>,
    /// Only the closed or only the open loop
    #[arg(long)]
    only: Option<Only>,
    /// Saves every figure here
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The world is planned for this many closed-loop sends a second; the load stays below
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    ceiling: u32,
    /// Where data directories are made, on a real disk [default: beside this program]
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
    /// The floor's connections to the sink
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=256))]
    relays: u16,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Only {
    Closed,
    Open,
}

impl Options {
    fn settings(&self) -> Outcome<Settings> {
        let mut phases = Vec::new();
        if self.only != Some(Only::Open) {
            phases.push(Phase::Closed);
        }
        if self.only != Some(Only::Closed) {
            phases.extend(self.rate.iter().map(|rate| Phase::Open(*rate)));
        }
        let beside = std::env::current_exe()?.parent().map(Path::to_path_buf);
        let scratch =
            self.scratch.clone().or(beside).ok_or("no directory for data; give --scratch")?;
        let kind = file_system(&scratch)?;
        if kind == "tmpfs" || kind == "ramfs" {
            let shown = scratch.display();
            return Err(format!("{shown} is in memory ({kind}), where nothing is ever flushed; give --scratch on a disk").into());
        }
        println!("data on {kind}, {} processors\n", std::thread::available_parallelism()?);
        Ok(Settings {
            lasting: Duration::from_secs(self.seconds),
            connections: usize::from(self.connections),
            phases,
            ceiling: self.ceiling,
            scratch,
            relays: usize::from(self.relays),
        })
    }
}

fn main() -> ExitCode {
    match perform(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn perform(command: Command) -> Outcome<()> {
    let executable = std::env::current_exe()?;
    let mut findings = Findings::default();
    match command {
        Command::FloorServer { sink, log, numbers, relays } => {
            let config = floor::Config { sink, log, numbers, relays };
            Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()?
                .block_on(serve(config))
        }
        Command::Floor { options } => {
            let settings = options.settings()?;
            generator()?.block_on(run::floor(&settings, &executable, &mut findings))?;
            run::conclude(findings, options.json.as_deref())
        }
        Command::Load { url, pid, options } => {
            let settings = options.settings()?;
            let address = loopback(&url)?;
            generator()?.block_on(run::running(&settings, address, pid, &mut findings))?;
            run::conclude(findings, options.json.as_deref())
        }
        Command::Run { strowger, options } => {
            let settings = options.settings()?;
            let runtime = generator()?;
            // One after the other: neither shares the machine with the other.
            runtime.block_on(run::floor(&settings, &executable, &mut findings))?;
            runtime.block_on(run::strowger(&settings, &strowger, &mut findings))?;
            run::conclude(findings, options.json.as_deref())
        }
    }
}

/// One thread for the generator: it leaves the other processors to the server and the sink.
fn generator() -> Outcome<Runtime> {
    pace::sleep_finely();
    Ok(Builder::new_current_thread().enable_all().build()?)
}

async fn serve(config: floor::Config) -> Outcome<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}http://{}/", floor::READY, listener.local_addr()?);
    floor::serve(listener, config).await
}
