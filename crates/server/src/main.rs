//! `strowger`: the exchange, and the sample assistants as programs of their own.
//!
//! Only this file and `samples` know that the samples exist; the exchange itself cannot tell
//! them from anybody else's.

mod samples;

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use server::clock::{Clock, random};
use server::config::{Config, Flags};
use server::engine::Engine;
use server::{sandbox, start, tls};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The automatic exchange for AI assistants on messaging platforms.
#[derive(Parser)]
#[command(name = "strowger", version, about, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    serve: Flags,
}

#[derive(Subcommand)]
enum Verb {
    /// Run the exchange (what happens without a verb, too)
    Serve(Flags),
    /// Run a sandbox for developing a bot: scripted people, a clock to move, faults, a log
    Dev(sandbox::start::Options),
    /// Run one of the sample assistants
    Assistant(Sample),
    /// Run a general assistant whose brain is any OpenAI-compatible chat endpoint
    Connect(Connect),
}

/// A program that ends with whoever started it.
#[derive(Args)]
struct Started {
    /// End when standard input closes, as it does when whoever started this ends
    #[arg(long)]
    exit_with_stdin: bool,
}

#[derive(Args)]
struct Sample {
    #[command(flatten)]
    started: Started,
    #[command(subcommand)]
    which: Which,
}

#[derive(Subcommand)]
enum Which {
    /// A booking agent: lists, buttons, no double booking
    Booking(assistant_booking::Options),
    /// A support desk: answers from a folder of Markdown articles
    Support(assistant_support::Options),
}

#[derive(Args)]
struct Connect {
    #[command(flatten)]
    started: Started,
    #[command(flatten)]
    options: assistant_connect::Options,
}

impl Sample {
    async fn run(self) -> Result<(), String> {
        match self.which {
            Which::Booking(options) => self.started.with(assistant_booking::run(options)).await,
            Which::Support(options) => self.started.with(assistant_support::run(options)).await,
        }
    }
}

impl Connect {
    async fn run(self) -> Result<(), String> {
        self.started.with(assistant_connect::run(self.options)).await
    }
}

impl Started {
    /// Everything a sample does survives being cut off: the next start takes it up again.
    async fn with<E: std::fmt::Display>(
        self,
        program: impl Future<Output = Result<(), E>>,
    ) -> Result<(), String> {
        let closed = async {
            if self.exit_with_stdin {
                samples::stdin_closed().await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            result = program => result.map_err(|error| error.to_string()),
            () = closed => Ok(()),
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("STROWGER_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("no runtime: {error}")),
    };
    let (mut writer, mut folder) = (None, None);
    let result = match cli.verb {
        None => runtime.block_on(serve(&cli.serve, &mut writer)),
        Some(Verb::Serve(flags)) => runtime.block_on(serve(&flags, &mut writer)),
        Some(Verb::Dev(options)) => runtime.block_on(dev(&options, &mut writer, &mut folder)),
        Some(Verb::Assistant(sample)) => runtime.block_on(sample.run()),
        Some(Verb::Connect(connect)) => runtime.block_on(connect.run()),
    };
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    // Nobody is left to order anything: the writer ends, and closing the store folds its log in.
    if let Some(writer) = writer.take() {
        writer.join();
    }
    drop(folder);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => fail(&why),
    }
}

fn fail(why: &str) -> ExitCode {
    eprintln!("strowger: {why}");
    ExitCode::FAILURE
}

/// Runs until told to stop; leaves a handle on the writer for closing it last.
async fn serve(flags: &Flags, writer: &mut Option<Engine>) -> Result<(), String> {
    let mut config = Config::load(flags)?;
    let store = store::sqlite::open(&config.data)
        .map_err(|error| format!("{}: {error}", config.data.display()))?;
    let listener = bind(config.listen).await?;
    config.listen = listener.local_addr().map_err(|error| error.to_string())?;
    let clock = Clock::system();
    let tls = match config.tls_listen {
        Some(at) => {
            let listener = bind(at).await?;
            config.tls_listen = listener.local_addr().ok();
            Some((listener, tls::open(&config, &clock)?))
        }
        None => None,
    };
    let app =
        start::assemble(config.clone(), clock, store).await.map_err(|error| error.to_string())?;
    *writer = Some(app.engine.clone());
    let told_to_stop = told_to_stop();
    greet(&config);
    let (stop, stopped) = watch::channel(false);
    let samples = start_samples(&config);
    let mut serving = JoinSet::new();
    if let Some((listener, tls)) = tls {
        serving.spawn(start::serve_tls(app.clone(), listener, tls, stopped.clone()));
    }
    serving.spawn(start::serve(app, listener, stopped));
    told_to_stop.await;
    eprintln!("strowger: stopping");
    if let Some(samples) = samples {
        samples.stop().await;
    }
    let _ = stop.send(true);
    serving.join_all().await;
    Ok(())
}

async fn bind(at: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(at).await.map_err(|error| format!("cannot listen on {at}: {error}"))
}

/// Runs a sandbox until told to stop; its folder goes away last.
async fn dev(
    options: &sandbox::start::Options,
    writer: &mut Option<Engine>,
    folder: &mut Option<sandbox::start::Folder>,
) -> Result<(), String> {
    let told_to_stop = told_to_stop();
    let opened = sandbox::start::open(options).await?;
    *writer = Some(opened.app.engine.clone());
    *folder = Some(opened.folder);
    print!("{}", sandbox::start::greeting(options, &opened.app, &opened.bot));
    let (stop, stopped) = watch::channel(false);
    let mut serving = JoinSet::new();
    if let Some((listener, tls)) = opened.tls {
        serving.spawn(start::serve_tls(opened.app.clone(), listener, tls, stopped.clone()));
    }
    serving.spawn(start::serve(opened.app.clone(), opened.listener, stopped));
    let result = tokio::select! {
        result = sandbox::start::play(options, &opened.app) => result,
        () = told_to_stop => Ok(()),
    };
    eprintln!("strowger: stopping");
    let _ = stop.send(true);
    serving.join_all().await;
    result
}

/// The samples as child processes, and the signed statement that they are the operator's own.
fn start_samples(config: &Config) -> Option<samples::Samples> {
    if config.no_samples {
        return None;
    }
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => {
            eprintln!("strowger: the samples cannot be started: {error}");
            return None;
        }
    };
    let model = config.model_url.as_deref().map(|url| (url, config.model.as_deref()));
    let plan = samples::plan(config.listen, &config.data, model);
    let log: samples::Log = Arc::new(|name, line| eprintln!("{name}: {line}"));
    let clock = Clock::system();
    let pace = samples::Pace::default();
    let mut samples = samples::Samples::start(&program, plan, &clock, pace, &log);
    samples.keep_stated(config.data.clone(), clock, random, log);
    Some(samples)
}

/// One line to open on standard output; what is worth knowing beside it.
fn greet(config: &Config) {
    println!("Open {}/", config.origin());
    if let Some(at) = config.tls_listen {
        eprintln!("strowger: TLS on {at}");
    }
    if config.tls_local.is_some() || config.webhook_client_local {
        let file = config.data.join(tls::local::CERTIFICATE);
        let file = std::fs::canonicalize(&file).unwrap_or(file);
        eprintln!(
            "strowger: the local authority's certificate, for SSL_CERT_FILE or \
             NODE_EXTRA_CA_CERTS of clients and for endpoints: {}",
            file.display()
        );
    }
    if config.private_callbacks() {
        eprintln!("strowger: callbacks to private addresses are allowed (listening on loopback)");
    }
}

/// Resolves at Ctrl-C or SIGTERM, from the moment this returns on.
fn told_to_stop() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async move {
        match signals {
            [Ok(mut interrupt), Ok(mut terminate)] => tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            },
            _ => {
                let _ = tokio::signal::ctrl_c().await;
            }
        }
    }
}
