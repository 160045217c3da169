//! `strowger`: the exchange, and the sample assistants as programs of their own.
//!
//! Only this file and `samples` know that the samples exist; the exchange itself cannot tell
//! them from anybody else's.

#[cfg(any())]
mod samples;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use server::clock::Clock;
use server::config::{Config, Flags};
use server::start;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The automatic exchange for AI assistants on messaging platforms.
#[derive(Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
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
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("STROWGER_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("no runtime: {error}")),
    };
    let result = match cli.verb {
        None => runtime.block_on(serve(&cli.serve)),
        Some(Verb::Serve(flags)) => runtime.block_on(serve(&flags)),
    };
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => fail(&why),
    }
}

fn fail(why: &str) -> ExitCode {
    eprintln!("strowger: {why}");
    ExitCode::FAILURE
}

async fn serve(flags: &Flags) -> Result<(), String> {
    let mut config = Config::load(flags)?;
    let store = store::sqlite::open(&config.data)
        .map_err(|error| format!("{}: {error}", config.data.display()))?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
    config.listen = listener.local_addr().map_err(|error| error.to_string())?;
    let app = start::assemble(config.clone(), Clock::system(), store)
        .await
        .map_err(|error| error.to_string())?;
    greet(&config);
    let (stop, stopped) = watch::channel(false);
    let engine = app.engine.clone();
    let serving = tokio::spawn(start::serve(app, listener, stopped));
    wait_for_signal().await;
    eprintln!("strowger: stopping");
    let _ = stop.send(true);
    let _ = tokio::join!(serving);
    drop(engine);
    Ok(())
}

/// One line to open on standard output; what is worth knowing beside it.
fn greet(config: &Config) {
    let address = match &config.public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("http://{}", config.listen),
    };
    println!("Open {address}/");
    if config.private_callbacks() {
        eprintln!("strowger: callbacks to private addresses are allowed (listening on loopback)");
    }
}

async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
