//! A sample assistant that takes appointments with lists and buttons; an automaton without AI.
//!
//! It knows only the public API. Its calendar is a rule ([`Calendar`]), its appointments are
//! rows in its own database ([`book`]), what it says is [`talk`]. Two people can never get the
//! same time: the database's UNIQUE constraint decides, not a check beforehand.

mod asked;
pub mod book;
mod calendar;
mod talk;

use std::future::Future;

use assistant_kit::{
    Assistant, Card, Clock, Common, Desk, Error, Incoming, Outgoing, Pace, Setup, until_signal,
};
use jiff::civil::{Date, Time};
use jiff::{Timestamp, tz::TimeZone};
use rusqlite::Connection;

pub use calendar::Calendar;

/// Options of `strowger assistant booking`.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The options every sample assistant takes
    #[command(flatten)]
    pub common: Common,
    /// Time zone of the calendar
    #[arg(long, value_name = "ZONE", default_value = "Europe/Brussels")]
    pub time_zone: String,
    /// First appointment of a working day (Monday to Friday)
    #[arg(long, value_name = "HH:MM", default_value = "09:00")]
    pub opens: Time,
    /// End of the last appointment
    #[arg(long, value_name = "HH:MM", default_value = "17:00")]
    pub closes: Time,
    /// Length of an appointment in minutes
    #[arg(long, value_name = "MINUTES", default_value_t = 30,
          value_parser = clap::value_parser!(u16).range(5..=480))]
    pub slot_minutes: u16,
    /// How many days ahead can be booked
    #[arg(long, value_name = "DAYS", default_value_t = 14,
          value_parser = clap::value_parser!(u16).range(1..=365))]
    pub days_ahead: u16,
    /// A date without appointments; may be given several times
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub closed: Vec<Date>,
}

impl Options {
    fn calendar(&self) -> Result<Calendar, Error> {
        let zone = TimeZone::get(&self.time_zone).map_err(|_| {
            Error::Settings(format!("--time-zone: {:?} is not a known zone", self.time_zone))
        })?;
        if self.opens >= self.closes {
            return Err(Error::Settings("--opens has to be before --closes".into()));
        }
        Ok(Calendar {
            zone,
            opens: self.opens,
            closes: self.closes,
            slot_minutes: self.slot_minutes,
            days_ahead: self.days_ahead,
            closed: self.closed.clone(),
        })
    }
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
pub fn setup(options: Options, clock: Clock, pace: Pace) -> Result<Setup<Booking>, Error> {
    let human = options.common.human_contact.clone();
    let assistant = Booking { calendar: options.calendar()?, human };
    Ok(Setup {
        common: options.common,
        kind: "booking",
        card: card(),
        privacy: PRIVACY.into(),
        assistant,
        clock,
        pace,
    })
}

fn card() -> Card {
    Card {
        name: "Sample Appointments".into(),
        purpose: "Books, moves and cancels appointments in a sample calendar".into(),
        details: "A sample that comes with Strowger. It works with lists and buttons, without AI. \
                  The calendar is real, the appointments are with nobody."
            .into(),
        retention: "appointments until 30 days after their date".into(),
        data_location: "this machine, in the assistant's own folder".into(),
        trains: false,
        automation: "automated",
    }
}

const PRIVACY: &str = "\
Privacy of the sample booking assistant

Kept: your number (or the id that stands for it), the times you booked, and the step of the
conversation you are at. Appointments are deleted 30 days after their date, the step after 30
days without a message. The ids of messages are kept for 8 days, to recognise a message that
is delivered twice. The text of your messages is not kept once it is answered.
Nothing is used for training. Nothing is given to anybody else.
";

/// The assistant.
#[derive(Debug)]
pub struct Booking {
    calendar: Calendar,
    human: Option<String>,
}

impl Assistant for Booking {
    type Thought = ();
    const SCHEMA: &'static str = book::SCHEMA;

    async fn think(&self, _desk: &Desk, _message: &Incoming) {}

    fn decide(
        &self,
        db: &Connection,
        message: &Incoming,
        (): (),
        now: Timestamp,
    ) -> Result<Vec<Outgoing>, Error> {
        let person = message.person.key();
        let talk = talk::Talk {
            db,
            calendar: &self.calendar,
            person: &person,
            human: self.human.as_deref(),
            now,
        };
        Ok(talk.answer(&message.content)?)
    }

    fn prune(&self, db: &Connection, now: Timestamp) -> Result<(), Error> {
        Ok(book::prune(db, now)?)
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
    fn the_options_make_a_calendar() {
        Program::command().debug_assert();
        let parse = |more: &[&str]| {
            Program::try_parse_from(["booking"].iter().chain(more)).map(|program| program.options)
        };
        let calendar = parse(&["--opens", "10:15", "--closed", "2026-12-24"]).unwrap().calendar();
        let calendar = calendar.unwrap();
        assert_eq!(calendar.opens.to_string(), "10:15:00");
        assert_eq!(calendar.closed.len(), 1);
        assert!(parse(&["--time-zone", "Europe/Nowhere"]).unwrap().calendar().is_err());
        assert!(parse(&["--opens", "18:00"]).unwrap().calendar().is_err());
        assert!(parse(&["--slot-minutes", "0"]).is_err());
    }
}
