//! The sample assistants: child processes of the same binary that know the public API and nothing
//! else. The exchange has no side door for them: it cannot tell them from anybody else's, and
//! this module, which starts them, is part of the program, not of the exchange's library.
//!
//! Each child has a pipe as standard input and ends when that closes: so it ends with this
//! process whatever ends this process, `kill -9` included.

pub(crate) mod affiliation;
mod child;

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use server::clock::Clock;
use tokio::process::Command;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

/// Tells a sample's verb to end when its standard input closes; right after the first word.
pub(crate) const EXIT_WITH_STDIN: &str = "--exit-with-stdin";

/// Every sample there can be: the operator's own assistants, whether they run now or not.
const NAMES: [&str; 3] = ["booking", "support", "connect"];
/// How often it is looked whether samples have registered.
const LOOK: Duration = Duration::from_secs(5);

/// One sample: its name and the arguments that make this binary be it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sample {
    /// Also the name of its folder.
    pub(crate) name: &'static str,
    /// What to run.
    pub(crate) arguments: Vec<OsString>,
}

/// Durations of the supervision.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Before the first restart; doubled each time.
    pub(crate) first: Duration,
    /// The longest wait before a restart.
    pub(crate) longest: Duration,
    /// A child that lived this long has the first wait again.
    pub(crate) healthy: Duration,
    /// Between closing a child's standard input and killing it.
    pub(crate) grace: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(60),
            healthy: Duration::from_secs(60),
            grace: Duration::from_secs(5),
        }
    }
}

/// Takes a sample's name and one line it wrote.
pub(crate) type Log = Arc<dyn Fn(&str, &str) + Send + Sync>;

/// The folder of a sample.
pub(crate) fn folder(data: &Path, name: &str) -> PathBuf {
    data.join("samples").join(name)
}

/// Which samples there are: booking and support always, the general one where there is a model
/// for it (`model` is the endpoint and perhaps the model's name).
pub(crate) fn plan(
    listen: SocketAddr,
    data: &Path,
    model: Option<(&str, Option<&str>)>,
) -> Vec<Sample> {
    let exchange = format!("http://{}", reachable(listen));
    let sample = |name: &'static str, words: &[&str], more: &[(&str, &str)]| {
        let mut arguments: Vec<OsString> = words.iter().map(OsString::from).collect();
        arguments.insert(1, EXIT_WITH_STDIN.into());
        arguments.extend(["--exchange".into(), exchange.clone().into()]);
        arguments.extend(["--data".into(), folder(data, name).into()]);
        arguments.extend(more.iter().flat_map(|(option, value)| [option.into(), value.into()]));
        Sample { name, arguments }
    };
    let mut samples = vec![
        sample("booking", &["assistant", "booking"], &[]),
        sample("support", &["assistant", "support"], &[]),
    ];
    if let Some((url, name)) = model {
        let mut more = vec![("--model-url", url)];
        more.extend(name.map(|name| ("--model", name)));
        samples.push(sample("connect", &["connect"], &more));
    }
    samples
}

/// Where this machine reaches a listener: an unspecified address is not one to call.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, listen.port())
}

/// Samples that run.
#[derive(Debug)]
pub(crate) struct Samples {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Samples {
    /// Starts them as children that run `program`, and starts them again when they die.
    pub(crate) fn start(
        program: &Path,
        samples: Vec<Sample>,
        clock: &Clock,
        pace: Pace,
        log: &Log,
    ) -> Self {
        let (stop, _) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for sample in samples {
            let mut command = Command::new(program);
            command
                .args(&sample.arguments)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .kill_on_drop(true);
            // a group of its own: Ctrl-C in a terminal is for us, and we tell them
            #[cfg(unix)]
            command.process_group(0);
            let child = child::Kept { name: sample.name, command, log: log.clone(), pace };
            tasks.spawn(child.keep_running(clock.clone(), stop.subscribe()));
        }
        Self { stop, tasks }
    }

    /// Keeps the public statement of who is the operator's own true ([`affiliation`]), until
    /// stopped. `random` fills with random bytes, for the key that signs it.
    pub(crate) fn keep_stated(
        &mut self,
        data: PathBuf,
        clock: Clock,
        random: fn(&mut [u8]),
        log: Log,
    ) {
        let mut stop = self.stop.subscribe();
        self.tasks.spawn(async move {
            let mut said = String::new();
            loop {
                let result = affiliation::state(&data, &NAMES, clock.now(), &mut { random });
                if let Err(why) = result
                    && why != said
                {
                    log("affiliation", &why);
                    said = why;
                }
                tokio::select! {
                    () = tokio::time::sleep(LOOK) => {}
                    _ = stop.wait_for(|stop| *stop) => return,
                }
            }
        });
    }

    /// Closes their standard inputs, waits for them to end, and kills what has not ended then.
    pub(crate) async fn stop(mut self) {
        let _ = self.stop.send(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Resolves when standard input closes: the stop of a sample that was started with
/// [`EXIT_WITH_STDIN`].
pub(crate) async fn stdin_closed() {
    let (tell, told) = oneshot::channel();
    // a thread of its own, for the runtime would wait at its end for one of its threads
    let reader = std::thread::Builder::new().name("stdin".to_owned()).spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = tell.send(());
    });
    if reader.is_err() || told.await.is_err() {
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_has_registered_is_stated_while_it_runs() {
        let folder_of_all = tempfile::tempdir().unwrap();
        let data = folder_of_all.path();
        std::fs::create_dir_all(folder(data, "booking")).unwrap();
        let credentials = folder(data, "booking").join("credentials.json");
        std::fs::write(credentials, r#"{"phone_number_id":"100"}"#).unwrap();
        let log: Log = Arc::new(|_, line| panic!("{line}"));
        let clock = Clock::system();
        let mut none =
            Samples::start(Path::new("/bin/false"), Vec::new(), &clock, Pace::default(), &log);
        none.keep_stated(data.to_owned(), clock, |bytes| bytes.fill(1), log);
        let stated = async {
            while affiliation::read(data).is_err() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), stated).await.expect("stated");
        none.stop().await;
        assert_eq!(affiliation::read(data).unwrap().assistants[0].id, "100");
    }

    #[test]
    fn the_samples_are_this_binary_with_words_of_the_public_kind() {
        let listen = "0.0.0.0:8080".parse().unwrap();
        let plain = plan(listen, Path::new("d"), None);
        assert_eq!(plain.iter().map(|s| s.name).collect::<Vec<_>>(), ["booking", "support"]);
        assert_eq!(
            plain[0].arguments,
            [
                "assistant",
                "--exit-with-stdin",
                "booking",
                "--exchange",
                "http://127.0.0.1:8080",
                "--data",
                "d/samples/booking"
            ]
        );
        let with =
            plan("[::]:1".parse().unwrap(), Path::new("d"), Some(("http://m/v1", Some("x"))));
        assert_eq!(
            with[2].arguments,
            [
                "connect",
                "--exit-with-stdin",
                "--exchange",
                "http://[::1]:1",
                "--data",
                "d/samples/connect",
                "--model-url",
                "http://m/v1",
                "--model",
                "x"
            ]
        );
    }
}
