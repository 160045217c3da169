//! Opens a sandbox: a folder that goes away, an exchange on it, one registered bot.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use exchange::fact::Fact;
use exchange::id::PersonId;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::client_lines::{self, Client};
use super::inside::{Refused, Sent, call};
use super::people::{self, Person};
use super::replay;
use super::script::Script;
use super::{Bot, Sandbox};
use crate::clock::{Clock, random};
use crate::config::Config;
use crate::engine::{Desk, StepError};
use crate::http::provider::{Registered, register_with};
use crate::{App, tls};

/// What is remembered in a folder that is kept.
const FILE: &str = "sandbox.json";
/// Between two tries to reach the bot's callback.
const AGAIN: Duration = Duration::from_millis(300);

/// The flags of `strowger dev`.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The bot's name
    #[arg(long, default_value = "Sandbox Bot")]
    pub name: String,
    /// The bot's callback: subscribed as soon as it answers
    #[arg(long, value_name = "URL")]
    pub callback: Option<String>,
    /// Comes with the handshake
    #[arg(long, value_name = "TEXT", default_value = "sandbox")]
    pub verify_token: String,
    /// Print the lines that point this client at the sandbox
    #[arg(long = "for", value_name = "CLIENT")]
    pub client: Option<Client>,
    /// Listen with TLS, too (a certificate of an authority of its own)
    #[arg(long, value_name = "ADDR")]
    pub tls_listen: Option<SocketAddr>,
    /// Names and addresses that the certificate is for
    #[arg(long, value_name = "NAMES", default_value = "localhost,127.0.0.1")]
    pub tls_local: String,
    /// Keep everything in this folder [default: nothing is kept]
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// People and what they do, once the bot is subscribed (TOML or JSON)
    #[arg(long, value_name = "FILE")]
    pub people: Option<PathBuf>,
    /// Write everything that happens to this file
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Do again what a recording says, compare the bot's answers, and end
    #[arg(long, value_name = "FILE")]
    pub replay: Option<PathBuf>,
    /// How long an answer is awaited by --people and --replay, ms
    #[arg(long, value_name = "MS", default_value_t = 10_000)]
    pub wait_ms: u64,
    /// Let others than this machine command the sandbox
    #[arg(long)]
    pub anyone: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            name: "Sandbox Bot".to_owned(),
            callback: None,
            verify_token: "sandbox".to_owned(),
            client: None,
            tls_listen: None,
            tls_local: "localhost,127.0.0.1".to_owned(),
            keep: None,
            people: None,
            record: None,
            replay: None,
            wait_ms: 10_000,
            anyone: false,
        }
    }
}

/// A sandbox that is ready to be served.
pub struct Opened {
    /// The exchange.
    pub app: App,
    /// Where it listens.
    pub listener: TcpListener,
    /// Where it listens with TLS, if it does.
    pub tls: Option<(TcpListener, TlsAcceptor)>,
    /// Its bot.
    pub bot: Bot,
    /// Goes away when dropped, after everything else, unless it is kept.
    pub folder: Folder,
}

/// A sandbox's folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    is_kept: bool,
}

impl Folder {
    fn open(keep: Option<&Path>) -> Result<Self, String> {
        if let Some(path) = keep {
            return Ok(Self { path: path.to_owned(), is_kept: true });
        }
        let mut bits = [0; 8];
        random(&mut bits);
        let path = std::env::temp_dir().join(format!("strowger-dev-{}", hex::encode(bits)));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { path, is_kept: false })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.is_kept
            && let Err(error) = std::fs::remove_dir_all(&self.path)
        {
            tracing::warn!(%error, "the sandbox's folder could not be removed");
        }
    }
}

/// Opens a sandbox.
///
/// # Errors
/// In words for the developer.
pub async fn open(options: &Options) -> Result<Opened, String> {
    let folder = Folder::open(options.keep.as_deref())?;
    let store = store::sqlite::open(folder.path())
        .map_err(|error| format!("{}: {error}", folder.path().display()))?;
    let listener = bind(options.listen).await?;
    let mut config = Config {
        data: folder.path().to_owned(),
        listen: listener.local_addr().map_err(|error| error.to_string())?,
        no_samples: true,
        allow_private_callbacks: Some(true),
        registrations_per_hour: u32::MAX,
        people_per_hour: u32::MAX,
        ..Config::default()
    };
    let clock = Clock::shifted();
    let tls = match options.tls_listen {
        Some(at) => {
            let listener = bind(at).await?;
            config.tls_listen = listener.local_addr().ok();
            config.tls_local = Some(options.tls_local.clone());
            Some((listener, tls::open(&config, &clock)?))
        }
        None => None,
    };
    let sandbox =
        Sandbox { anyone: options.anyone, keep: options.keep.clone(), ..Sandbox::default() };
    let app = crate::start::assemble_with(config, clock, store, Some(Arc::new(sandbox)))
        .await
        .map_err(|error| error.to_string())?;
    let bot = settle(&app, options).await?;
    if let (Some(file), Some(sandbox)) = (&options.record, &app.sandbox) {
        let recorded = sandbox.log.record(file);
        recorded.map_err(|error| format!("{}: {error}", file.display()))?;
    }
    if let Some(url) = options.callback.clone() {
        tokio::spawn(subscribe(app.clone(), bot.clone(), url));
    }
    Ok(Opened { app, listener, tls, bot, folder })
}

/// Does what is to be done once it is served: plays the script, or a recording. Returns when a
/// recording was played; without one, never.
///
/// # Errors
/// What is wrong with the files, or how the bot answered otherwise.
pub async fn play(options: &Options, app: &App) -> Result<(), String> {
    let wait = Duration::from_millis(options.wait_ms);
    // a recording has its people, and what they did, in it
    if let (Some(file), None) = (&options.people, &options.replay) {
        let script = Script::read(file)?;
        script.enter(app).await?;
        replay::subscribed(app).await;
        for why in script.play(app, wait).await {
            eprintln!("strowger: {why}");
            note(app, "--people", &why);
        }
    }
    let Some(file) = &options.replay else { return std::future::pending().await };
    let recording = std::fs::read_to_string(file);
    let recording = recording.map_err(|error| format!("{}: {error}", file.display()))?;
    let differences = replay::replay(app, &recording, wait).await?;
    if differences.is_empty() {
        println!("The bot answered as recorded.");
        return Ok(());
    }
    for difference in &differences {
        println!("{difference}");
    }
    Err(format!("{} differences from the recording", differences.len()))
}

async fn bind(at: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(at).await.map_err(|error| format!("cannot listen on {at}: {error}"))
}

/// The bot and the people from before, or a bot that is new.
async fn settle(app: &App, options: &Options) -> Result<Bot, String> {
    let sandbox = app.sandbox.as_ref().ok_or("there is no sandbox")?;
    let kept = options.keep.as_ref().map(|folder| folder.join(FILE)).filter(|file| file.exists());
    let kept: Option<Kept> = match kept {
        None => None,
        Some(file) => {
            let text = std::fs::read(&file).map_err(|e| format!("{}: {e}", file.display()))?;
            let kept = serde_json::from_slice(&text);
            Some(kept.map_err(|error| format!("{}: {error}", file.display()))?)
        }
    };
    let (bot, known) = match kept {
        Some(Kept { bot, people }) if app.directory.get(bot.phone_number_id).is_some() => {
            (bot, people)
        }
        _ => (enrol(app, options).await?, Vec::new()),
    };
    let _ = sandbox.bot.set(bot.clone());
    for KeptPerson { name, profile_name, id, auto } in known {
        let person = Arc::new(Person::known(name, profile_name, id, auto));
        sandbox.people.put(person.clone());
        people::attend(app, &person);
    }
    keep(app).map_err(|refused| refused.words())?;
    Ok(bot)
}

/// Registers the bot as any provider would. On loopback its ids and secrets are made from its
/// name: the same at every start, so that what was put into a client stays right.
async fn enrol(app: &App, options: &Options) -> Result<Bot, String> {
    let Options { name, verify_token, .. } = options;
    let mut fields = std::collections::BTreeMap::new();
    for (field, value) in [
        ("name", name.as_str()),
        ("purpose", "is being developed"),
        ("provider", "You"),
        ("country", "BE"),
        ("data_location", "This machine"),
        ("retention", "Until the sandbox ends"),
        ("trains", "false"),
        ("automation", "automated"),
        ("privacy_policy", "https://example.org/privacy"),
        ("contact_email", "you@example.org"),
        ("verify_token", verify_token),
    ] {
        fields.insert(field.to_owned(), value.to_owned());
    }
    let mut counter = 0u64;
    let mut from_name = |bytes: &mut [u8]| {
        for part in bytes.chunks_mut(32) {
            counter += 1;
            let block = Sha256::digest(format!("strowger sandbox\n{name}\n{counter}"));
            part.copy_from_slice(&block[..part.len()]);
        }
    };
    let mut by_chance = random;
    let local = options.listen.ip().is_loopback();
    let chance: &mut (dyn FnMut(&mut [u8]) + Send) =
        if local { &mut from_name } else { &mut by_chance };
    let from = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let Registered { row, token, verify_token, .. } =
        register_with(app, from, &fields, chance).await.map_err(|error| error.message)?;
    let bot = Bot {
        name: name.clone(),
        phone_number_id: row.id,
        number: row.number.to_string(),
        waba_id: row.account,
        app_id: row.app,
        app_secret: row.app_secret.clone(),
        access_token: token,
        verify_token,
    };
    // Listed before its callback answers: people of a sandbox may be there before the bot runs.
    let step = move |desk: &mut Desk| {
        let mut row = row;
        row.listed = Some(desk.now());
        desk.record(Fact::Listed { assistant: row.id });
        desk.put_assistant(row);
        Ok::<_, StepError>(())
    };
    app.engine.step_alone(step).await.map_err(|error| error.to_string())?;
    Ok(bot)
}

/// What is printed when it is open: where it is, and what to put into a client.
pub fn greeting(options: &Options, app: &App, bot: &Bot) -> String {
    let base = format!("http://{}", app.config.listen);
    let rows = [
        ("base URL", base.clone()),
        ("phone_number_id", bot.phone_number_id.to_string()),
        ("access_token", bot.access_token.clone()),
        ("app_id", bot.app_id.to_string()),
        ("app_secret", bot.app_secret.clone()),
        ("account (waba_id)", bot.waba_id.to_string()),
        ("verify_token", bot.verify_token.clone()),
    ];
    let mut out = format!("Open {base}/sandbox\n");
    for (name, value) in rows {
        out.push_str(&format!("  {name:<18} {value}\n"));
    }
    if let Some(at) = app.config.tls_listen {
        let file = app.config.data.join(tls::local::CERTIFICATE);
        let file = std::fs::canonicalize(&file).unwrap_or(file);
        out.push_str(&format!("  {:<18} https://{at}\n", "with TLS"));
        out.push_str(&format!("  {:<18} {}\n", "its authority", file.display()));
    }
    if let Some(client) = options.client {
        out.push('\n');
        out.push_str(&client_lines::lines(client, &base, bot));
    }
    out
}

/// Subscribes the bot's callback as soon as it answers the handshake.
async fn subscribe(app: App, bot: Bot, url: String) {
    let path = format!("/v25.0/{}/subscriptions", bot.app_id);
    let mut said = String::new();
    loop {
        let fields = vec![
            ("access_token", format!("{}|{}", bot.app_id, bot.app_secret)),
            ("object", "whatsapp_business_account".to_owned()),
            ("callback_url", url.clone()),
            ("verify_token", bot.verify_token.clone()),
            ("fields", wire::cloud::subscription::FIELDS.join(",")),
        ];
        let answer = call(&app, Method::POST, &path, "", Sent::Form(fields)).await;
        if answer.status.is_success() {
            eprintln!("strowger: {url} is subscribed");
            note(&app, &url, "subscribed");
            return;
        }
        let error = &answer.json()["error"];
        let why = error["message"].as_str().unwrap_or("the subscription failed").to_owned();
        if why != said {
            eprintln!("strowger: {why} (tried again until it answers)");
            note(&app, &url, &why);
            said = why;
        }
        tokio::time::sleep(AGAIN).await;
    }
}

fn note(app: &App, url: &str, what: &str) {
    if let Some(sandbox) = &app.sandbox {
        let entry = serde_json::json!({"to": url, "reason": what});
        sandbox.log.add(app.clock.now(), "callback", entry);
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    bot: Bot,
    people: Vec<KeptPerson>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptPerson {
    name: String,
    profile_name: String,
    id: PersonId,
    auto: bool,
}

/// Writes down who there is, if the sandbox is kept: for its owner's eyes only.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn keep(app: &App) -> Result<(), Refused> {
    let sandbox = people::of(app)?;
    let (Some(folder), Some(bot)) = (&sandbox.keep, sandbox.bot()) else { return Ok(()) };
    let one = |person: &Arc<Person>| KeptPerson {
        name: person.name.clone(),
        profile_name: person.profile_name.clone(),
        id: person.id,
        auto: person.is_auto(),
    };
    let people = sandbox.people.all().iter().map(one).collect();
    let text = serde_json::to_vec_pretty(&Kept { bot: bot.clone(), people }).unwrap_or_default();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || std::io::Write::write_all(&mut options.open(folder.join(FILE))?, &text);
    write().map_err(|error| {
        let status = axum::http::StatusCode::INTERNAL_SERVER_ERROR;
        Refused::new(status, format!("{FILE} could not be written: {error}"), "Is there room?")
    })
}
