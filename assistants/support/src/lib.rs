//! A sample assistant that answers questions from a folder of Markdown articles; an automaton
//! without AI.
//!
//! It knows only the public API. It finds the section that fits a question ([`search`]), says
//! which article it is from, and says plainly when it has none.

mod article;
mod search;
mod talk;

use std::future::Future;
use std::path::PathBuf;

use assistant_kit::{
    Assistant, Card, Clock, Common, Desk, Error, Incoming, Outgoing, Pace, Setup, until_signal,
};
use jiff::Timestamp;
use rusqlite::Connection;

pub use article::{Section, embedded, from_folder, sections};
pub use search::{Found, Index};

/// Options of `strowger assistant support`.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The options every sample assistant takes
    #[command(flatten)]
    pub common: Common,
    /// Folder of Markdown articles [default: those about Strowger that come with it]
    #[arg(long, value_name = "DIR")]
    pub articles: Option<PathBuf>,
}

/// Runs until SIGTERM or SIGINT.
pub async fn run(options: Options) -> Result<(), Error> {
    run_until(options, Clock::system(), Pace::default(), until_signal()).await
}

/// Runs until `stop` resolves, with a clock and a pace of the caller's.
pub async fn run_until(
    options: Options,
    clock: Clock,
    pace: Pace,
    stop: impl Future<Output = ()>,
) -> Result<(), Error> {
    assistant_kit::run(setup(options, clock, pace)?, stop).await
}

/// What [`run_until`] runs.
pub fn setup(options: Options, clock: Clock, pace: Pace) -> Result<Setup<Support>, Error> {
    let sections = match &options.articles {
        Some(folder) => from_folder(folder)?,
        None => embedded(),
    };
    let human = options.common.human_contact.clone();
    let assistant = Support { index: Index::new(&sections)?, human };
    let privacy = PRIVACY.into();
    Ok(Setup {
        common: options.common,
        kind: "support",
        card: card(),
        privacy,
        assistant,
        clock,
        pace,
    })
}

fn card() -> Card {
    Card {
        name: "Sample Help Desk".into(),
        purpose: "Answers questions from a folder of help articles".into(),
        details: "A sample that comes with Strowger. It searches articles and quotes them, \
                  without AI, and says so when it finds nothing."
            .into(),
        retention: "questions are deleted once answered".into(),
        data_location: "this machine, in the assistant's own folder".into(),
        trains: false,
        automation: "automated",
    }
}

const PRIVACY: &str = "\
Privacy of the sample help desk

Your question is deleted from the assistant's database as soon as it is answered. The ids of
messages are kept for 8 days, to recognise a message that is delivered twice. No profile is
kept. Nothing is used for training. Nothing is given to anybody else.
";

/// The assistant.
#[derive(Debug)]
pub struct Support {
    index: Index,
    human: Option<String>,
}

impl Assistant for Support {
    type Thought = ();
    const SCHEMA: &'static str = "";

    async fn think(&self, _desk: &Desk, _message: &Incoming) {}

    fn decide(
        &self,
        _db: &Connection,
        message: &Incoming,
        (): (),
        _now: Timestamp,
    ) -> Result<Vec<Outgoing>, Error> {
        Ok(talk::answer(&self.index, self.human.as_deref(), &message.content)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        options: Options,
    }

    #[test]
    fn the_options_are_sound() {
        Program::command().debug_assert();
        let missing = ["support", "--articles", "/nowhere/at/all"];
        let options = Program::parse_from(missing).options;
        assert!(setup(options, Clock::system(), Pace::default()).is_err());
    }
}
