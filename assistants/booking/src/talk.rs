//! The conversation: what was said and what the book holds in, what to say out.

use assistant_kit::{Choice, Content, Outgoing, Section};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use rusqlite::{Connection, Result};

use crate::asked::Asked;
use crate::book::{self, Appointment, Outcome};
use crate::calendar::Calendar;

/// Rows of a list that leave room for the one that opens the next page.
const PAGE: usize = 9;

/// One turn of one person's conversation.
pub(crate) struct Talk<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) calendar: &'a Calendar,
    pub(crate) person: &'a str,
    pub(crate) human: Option<&'a str>,
    pub(crate) now: Timestamp,
}

fn button(asked: Asked, title: &str) -> Choice {
    Choice::new(asked.id(), title)
}

fn ask(body: impl Into<String>, choices: Vec<Choice>) -> Vec<Outgoing> {
    vec![Outgoing::Buttons { body: body.into(), choices }]
}

const BOOK: Asked = Asked::Days { from: 0, moving: None };

impl Talk<'_> {
    /// Answers, and keeps the step for what may be typed next.
    pub(crate) fn answer(&self, content: &Content) -> Result<Vec<Outgoing>> {
        let asked = match content {
            Content::Choice(id) => Asked::read(id).unwrap_or(Asked::Menu),
            Content::Text(text) => self.typed(text)?,
            Content::Other(_) => {
                let body = "I can read text and buttons only. What would you like to do?";
                return Ok(self.menu(body));
            }
        };
        book::keep_step(self.db, self.person, &asked.id(), self.now)?;
        self.grant(asked)
    }

    /// What typed words ask for at the present step.
    fn typed(&self, text: &str) -> Result<Asked> {
        let words = text.trim().trim_end_matches(['.', '!', '?']).to_lowercase();
        let step = book::step(self.db, self.person)?.and_then(|id| Asked::read(&id));
        Ok(match (words.as_str(), step) {
            ("yes" | "ok" | "confirm", Some(Asked::Pick { slot, moving })) => {
                Asked::Confirm { slot, moving }
            }
            ("yes", Some(Asked::Cancel { booking })) => Asked::ReallyCancel { booking },
            ("no", Some(Asked::Pick { slot, moving })) => {
                Asked::Times { date: self.calendar.date(slot), from: 0, moving }
            }
            ("book", _) => BOOK,
            ("my bookings" | "bookings" | "mine" | "cancel" | "move", _) => Asked::Mine,
            ("help", _) => Asked::Help,
            (time, Some(Asked::Times { date, moving, .. })) => {
                self.time_typed(time, date).map_or(Asked::Menu, |slot| Asked::Pick { slot, moving })
            }
            _ => Asked::Menu,
        })
    }

    fn time_typed(&self, text: &str, date: Date) -> Option<Timestamp> {
        let padded = if text.len() == 4 { format!("0{text}") } else { text.to_owned() };
        let time: Time = padded.parse().ok()?;
        Some(date.to_datetime(time).to_zoned_datetime(self.calendar.zone.clone()).ok()?.timestamp())
    }

    fn grant(&self, asked: Asked) -> Result<Vec<Outgoing>> {
        match asked {
            Asked::Menu => Ok(self.menu(
                "Hello. I book appointments in a sample calendar. What would you like to do?",
            )),
            Asked::Help => Ok(self.help()),
            Asked::Mine => self.mine(),
            Asked::Days { from, moving } => self.days(from, moving),
            Asked::Times { date, from, moving } => self.times(date, from, moving, ""),
            Asked::Pick { slot, moving } => self.pick(slot, moving),
            Asked::Confirm { slot, moving } => self.confirm(slot, moving),
            Asked::Manage { booking } => self.with_own(booking, |own| {
                let body = format!("Your appointment: *{}*.", self.calendar.long(own.slot));
                ask(body, manage_buttons(own.id))
            }),
            Asked::Cancel { booking } => self.with_own(booking, |own| {
                let body = format!("Cancel *{}*?", self.calendar.long(own.slot));
                let yes = button(Asked::ReallyCancel { booking }, "Yes, cancel it");
                ask(body, vec![yes, button(Asked::Manage { booking }, "No, keep it")])
            }),
            Asked::ReallyCancel { booking } => self.cancel(booking),
        }
    }

    fn menu(&self, body: &str) -> Vec<Outgoing> {
        let choices = vec![
            button(BOOK, "Book"),
            button(Asked::Mine, "My bookings"),
            button(Asked::Help, "Help"),
        ];
        ask(body, choices)
    }

    fn help(&self) -> Vec<Outgoing> {
        let mut body =
            "I am an automatic booking assistant, not a person and not an AI. Tap *Book*, \
            choose a day and a time, and confirm. Under *My bookings* you can move or cancel. \
            I keep your number and your times until 30 days after the appointment, nothing else. \
            This is a sample: nobody waits for you at the appointment."
                .to_owned();
        if let Some(human) = self.human {
            body = format!("{body}\n\nA human: {human}");
        }
        self.menu(&body)
    }

    fn mine(&self) -> Result<Vec<Outgoing>> {
        let own = book::ahead(self.db, self.person, self.now)?;
        Ok(match own[..] {
            [] => ask("You have no appointments.", vec![button(BOOK, "Book")]),
            [Appointment { id, slot }] => {
                let body = format!("Your appointment: *{}*.", self.calendar.long(slot));
                ask(body, manage_buttons(id))
            }
            _ => {
                let row = |own: &Appointment| Choice {
                    id: Asked::Manage { booking: own.id }.id(),
                    title: self.calendar.date(own.slot).strftime("%a %-d %B").to_string(),
                    description: self.calendar.time(own.slot),
                };
                let rows = own.iter().map(row).collect();
                list("Your appointments. Choose one to move or cancel it.", "Appointments", rows)
            }
        })
    }

    fn days(&self, from: usize, moving: Option<i64>) -> Result<Vec<Outgoing>> {
        let mut rows = Vec::new();
        for date in self.calendar.days(self.now) {
            let free = book::free(self.db, self.calendar.slots(date, self.now))?.len();
            if free > 0 {
                rows.push(Choice {
                    id: Asked::Times { date, from: 0, moving }.id(),
                    title: date.strftime("%A %-d %B").to_string(),
                    description: format!("{free} free"),
                });
            }
        }
        if rows.is_empty() {
            return Ok(self.menu("Every time is taken. Please ask again another day."));
        }
        let rows = page(rows, from, |from| Asked::Days { from, moving });
        Ok(list("Which day?", "Days", rows))
    }

    fn times(
        &self,
        date: Date,
        from: usize,
        moving: Option<i64>,
        before: &str,
    ) -> Result<Vec<Outgoing>> {
        let free = book::free(self.db, self.calendar.slots(date, self.now))?;
        let day = date.strftime("%A %-d %B");
        if free.is_empty() {
            let body = format!("{before}Nothing is free on {day} any more. Another day?");
            return Ok(ask(body, vec![button(Asked::Days { from: 0, moving }, "Other days")]));
        }
        let row = |slot: &Timestamp| {
            button(Asked::Pick { slot: *slot, moving }, &self.calendar.time(*slot))
        };
        let rows =
            page(free.iter().map(row).collect(), from, |from| Asked::Times { date, from, moving });
        Ok(list(&format!("{before}At what time on {day}?"), "Times", rows))
    }

    fn pick(&self, slot: Timestamp, moving: Option<i64>) -> Result<Vec<Outgoing>> {
        if !self.still_free(slot)? {
            return self.gone(slot, moving);
        }
        let verb = if moving.is_some() { "Move it to" } else { "Book" };
        let body = format!("{verb} *{}*?", self.calendar.long(slot));
        let other = Asked::Times { date: self.calendar.date(slot), from: 0, moving };
        let choices =
            vec![button(Asked::Confirm { slot, moving }, "Confirm"), button(other, "Another time")];
        Ok(ask(body, choices))
    }

    fn still_free(&self, slot: Timestamp) -> Result<bool> {
        Ok(self.calendar.offers(slot, self.now) && !book::free(self.db, vec![slot])?.is_empty())
    }

    fn gone(&self, slot: Timestamp, moving: Option<i64>) -> Result<Vec<Outgoing>> {
        let before = format!("Sorry, {} is not free any more. ", self.calendar.long(slot));
        self.times(self.calendar.date(slot), 0, moving, &before)
    }

    fn confirm(&self, slot: Timestamp, moving: Option<i64>) -> Result<Vec<Outgoing>> {
        // Whether it is an hour we offer is ours to check; whether it is free is the
        // database's to say, by its UNIQUE constraint.
        let outcome = match book::held(self.db, self.person, slot)? {
            Some(id) => Outcome::AlreadyYours(id),
            None if !self.calendar.offers(slot, self.now) => Outcome::Taken,
            None => book::book(self.db, self.person, slot, moving, self.now)?,
        };
        let when = self.calendar.long(slot);
        Ok(match outcome {
            Outcome::Booked(id) if moving.is_some() => {
                ask(format!("Moved to *{when}*."), manage_buttons(id))
            }
            Outcome::Booked(id) => ask(format!("Booked: *{when}*."), manage_buttons(id)),
            Outcome::AlreadyYours(id) => {
                ask(format!("*{when}* is yours already."), manage_buttons(id))
            }
            Outcome::Taken => return self.gone(slot, moving),
            Outcome::TooMany => {
                let body = format!(
                    "You have {} appointments, more is not possible. Cancel one first.",
                    book::MAX_AHEAD
                );
                ask(body, vec![button(Asked::Mine, "My bookings")])
            }
            Outcome::Gone => self.no_such(),
        })
    }

    fn cancel(&self, booking: i64) -> Result<Vec<Outgoing>> {
        Ok(match book::cancel(self.db, self.person, booking)? {
            Some(slot) => self
                .menu(&format!("Cancelled: {}. The time is free again.", self.calendar.long(slot))),
            None => self.no_such(),
        })
    }

    fn with_own(
        &self,
        booking: i64,
        say: impl FnOnce(Appointment) -> Vec<Outgoing>,
    ) -> Result<Vec<Outgoing>> {
        let own = book::ahead(self.db, self.person, self.now)?;
        Ok(own.into_iter().find(|own| own.id == booking).map_or_else(|| self.no_such(), say))
    }

    fn no_such(&self) -> Vec<Outgoing> {
        self.menu("That appointment is not there any more: it was cancelled or has passed.")
    }
}

fn manage_buttons(id: i64) -> Vec<Choice> {
    vec![
        button(Asked::Days { from: 0, moving: Some(id) }, "Move"),
        button(Asked::Cancel { booking: id }, "Cancel it"),
        button(Asked::Menu, "Something else"),
    ]
}

fn list(body: &str, label: &str, rows: Vec<Choice>) -> Vec<Outgoing> {
    let sections = vec![Section { title: label.to_owned(), rows }];
    vec![Outgoing::List { body: body.to_owned(), button: label.to_owned(), sections }]
}

/// One page of rows, the last of which opens the next page when there is more.
fn page(rows: Vec<Choice>, from: usize, next: impl FnOnce(usize) -> Asked) -> Vec<Choice> {
    // A stale page number past the end starts again.
    let from = if from < rows.len() { from } else { 0 };
    let more = rows.len() > from + PAGE + 1;
    let mut shown: Vec<Choice> =
        rows.into_iter().skip(from).take(if more { PAGE } else { PAGE + 1 }).collect();
    if more {
        shown.push(button(next(from + PAGE), "More…"));
    }
    shown
}
