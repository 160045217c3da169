//! The working calendar, as a rule; pure.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// Nothing starting sooner than this can be booked.
const LEAD: SignedDuration = SignedDuration::from_mins(30);

/// When appointments are possible.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// The zone that dates and times of day are in.
    pub zone: TimeZone,
    /// The first start of a working day.
    pub opens: Time,
    /// The end of the last appointment.
    pub closes: Time,
    /// Length of an appointment.
    pub slot_minutes: u16,
    /// How many days ahead can be booked, today not counted.
    pub days_ahead: u16,
    /// Dates without appointments.
    pub closed: Vec<Date>,
}

impl Calendar {
    /// The working days from today to the end of the calendar.
    pub fn days(&self, now: Timestamp) -> Vec<Date> {
        let today = now.to_zoned_datetime(self.zone.clone()).date();
        let days = today.series(1.day()).take(usize::from(self.days_ahead) + 1);
        days.filter(|date| self.works_on(*date)).collect()
    }

    fn works_on(&self, date: Date) -> bool {
        !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
            && !self.closed.contains(&date)
    }

    /// The starts on this date that can still be booked at `now`, in order.
    pub fn slots(&self, date: Date, now: Timestamp) -> Vec<Timestamp> {
        if !self.days(now).contains(&date) {
            return Vec::new();
        }
        let length = i64::from(self.slot_minutes).minutes();
        let ends = date.to_datetime(self.closes);
        let starts = date.to_datetime(self.opens).series(length).take_while(|start| {
            start.date() == date && start.checked_add(length).is_ok_and(|end| end <= ends)
        });
        // A time that the clocks jump over does not exist and is left out. One that they
        // repeat counts once.
        let mut slots: Vec<Timestamp> = starts
            .filter_map(|start| {
                let zoned = start.to_zoned_datetime(self.zone.clone()).ok()?;
                (zoned.datetime() == start).then(|| zoned.timestamp())
            })
            .filter(|start| start.duration_since(now) >= LEAD)
            .collect();
        slots.dedup();
        slots
    }

    /// Whether this very time can be booked at `now`.
    pub fn offers(&self, slot: Timestamp, now: Timestamp) -> bool {
        self.slots(self.date(slot), now).contains(&slot)
    }

    /// The date of a time, here.
    pub fn date(&self, slot: Timestamp) -> Date {
        slot.to_zoned_datetime(self.zone.clone()).date()
    }

    /// "Thursday 15 October, 10:30".
    pub fn long(&self, slot: Timestamp) -> String {
        slot.to_zoned_datetime(self.zone.clone()).strftime("%A %-d %B, %H:%M").to_string()
    }

    /// "10:30".
    pub fn time(&self, slot: Timestamp) -> String {
        slot.to_zoned_datetime(self.zone.clone()).strftime("%H:%M").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn calendar(zone: &str) -> Calendar {
        Calendar {
            zone: TimeZone::get(zone).unwrap(),
            opens: "09:00".parse().unwrap(),
            closes: "17:00".parse().unwrap(),
            slot_minutes: 30,
            days_ahead: 14,
            closed: vec!["2026-11-11".parse().unwrap()],
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn weekends_and_closed_dates_are_left_out() {
        let days = calendar("Europe/Brussels").days(at("2026-11-06T08:00:00Z"));
        let days: Vec<String> = days.iter().map(Date::to_string).collect();
        assert_eq!(days[..4], ["2026-11-06", "2026-11-09", "2026-11-10", "2026-11-12"]);
        assert_eq!(days.last().unwrap(), "2026-11-20");
    }

    #[test]
    fn the_past_and_the_next_half_hour_are_gone() {
        let calendar = calendar("Europe/Brussels");
        let date = "2026-10-15".parse().unwrap();
        let times = |now: &str| -> Vec<String> {
            calendar.slots(date, at(now)).into_iter().map(|slot| calendar.time(slot)).collect()
        };
        assert_eq!(times("2026-10-14T08:00:00Z").len(), 16);
        assert_eq!(times("2026-10-14T08:00:00Z")[0], "09:00");
        assert_eq!(times("2026-10-15T13:40:00Z"), ["16:30"], "15:40 in Brussels");
        assert!(times("2026-10-15T15:00:00Z").is_empty());
        assert!(times("2026-10-16T08:00:00Z").is_empty(), "a date that has passed");
    }

    #[test]
    fn nothing_ends_after_closing() {
        let odd = Calendar { slot_minutes: 45, ..calendar("Europe/Brussels") };
        let slots = odd.slots("2026-10-15".parse().unwrap(), at("2026-10-14T08:00:00Z"));
        assert_eq!(odd.time(*slots.last().unwrap()), "15:45");
        let date = "2026-10-15".parse().unwrap();
        assert_eq!(odd.long(slots[0]), "Thursday 15 October, 09:00");
        assert_eq!(odd.date(slots[0]), date);
    }

    #[test]
    fn times_the_clocks_jump_over_do_not_exist() {
        // Egypt's clocks jump from 00:00 to 01:00 on Friday 24 April 2026.
        let night = Calendar {
            opens: "00:00".parse().unwrap(),
            closes: "03:00".parse().unwrap(),
            ..calendar("Africa/Cairo")
        };
        let slots = night.slots("2026-04-24".parse().unwrap(), at("2026-04-20T08:00:00Z"));
        let times: Vec<String> = slots.iter().map(|slot| night.time(*slot)).collect();
        assert_eq!(times, ["01:00", "01:30", "02:00", "02:30"]);
    }

    proptest! {
        #[test]
        fn every_offered_slot_is_lawful(seconds in 1_790_000_000_i64..1_900_000_000, minutes in 5u16..120) {
            let calendar = Calendar { slot_minutes: minutes, ..calendar("Europe/Brussels") };
            let now = Timestamp::from_second(seconds).unwrap();
            for date in calendar.days(now) {
                let slots = calendar.slots(date, now);
                prop_assert!(slots.is_sorted_by(|a, b| a < b));
                for slot in slots {
                    let local = slot.to_zoned_datetime(calendar.zone.clone());
                    prop_assert!(slot.duration_since(now) >= LEAD);
                    prop_assert!(local.time() >= calendar.opens && local.date() == date);
                    prop_assert!(calendar.offers(slot, now));
                }
            }
        }
    }
}
