//! Moments in words, in UTC: the server does not know where the reader is. Pages with scripts say
//! them again in the reader's own time.

use exchange::time::{DAY_MS, HOUR_MS, MINUTE_MS, Millis, SECOND_MS};
use maud::{Markup, html};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment by calendar and clock, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Civil {
    year: i64,
    month: usize,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

/// The Gregorian calendar by eras of 400 years that begin on 1 March, so that the leap day is the
/// last of its year.
fn civil(at: Millis) -> Civil {
    const DAYS_OF_ERA: i64 = 146_097;
    let (day_number, of_day) = (at.0.div_euclid(DAY_MS), at.0.rem_euclid(DAY_MS));
    let shifted = day_number + 719_468;
    let era = shifted.div_euclid(DAYS_OF_ERA);
    let of_era = shifted.rem_euclid(DAYS_OF_ERA);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month: usize::try_from(month).unwrap_or(1),
        day: of_year - (153 * from_march + 2) / 5 + 1,
        hour: of_day / HOUR_MS,
        minute: of_day % HOUR_MS / MINUTE_MS,
        second: of_day % MINUTE_MS / SECOND_MS,
    }
}

/// `2026-11-23T18:20:05Z`.
pub fn iso(at: Millis) -> String {
    let Civil { year, month, day, hour, minute, second, .. } = civil(at);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// "23 November 2026".
pub fn date_words(at: Millis) -> String {
    let Civil { year, month, day, .. } = civil(at);
    format!("{day} {} {year}", MONTHS[month - 1])
}

/// "18:20".
pub fn clock_words(at: Millis) -> String {
    let Civil { hour, minute, .. } = civil(at);
    format!("{hour:02}:{minute:02}")
}

/// "23 Nov 2026".
pub fn day_words(at: Millis) -> String {
    let Civil { year, month, day, .. } = civil(at);
    format!("{day} {} {year}", &MONTHS[month - 1][..3])
}

/// The calendar day, as a number: two moments of one day have the same.
pub fn day_number(at: Millis) -> i64 {
    at.0.div_euclid(DAY_MS)
}

/// "23 November 2026" as a `time` element.
pub fn date(at: Millis) -> Markup {
    html! { time datetime=(iso(at)) { (date_words(at)) } }
}

/// "23 November 2026, 18:20 UTC" as a `time` element.
pub fn moment(at: Millis) -> Markup {
    html! { time datetime=(iso(at)) { (date_words(at)) ", " (clock_words(at)) " UTC" } }
}

/// "2026-11-23 18:20:05" as a `time` element, for tables whose caption says UTC.
pub fn exact(at: Millis) -> Markup {
    let text = iso(at);
    let (date, clock) = text.trim_end_matches('Z').split_once('T').unwrap_or((&text, ""));
    html! {
        time datetime=(text) { span.nowrap { (date) } " " span.nowrap { (clock) } }
    }
}

/// "18:20" as a `time` element, with the class that places it.
pub fn clock(at: Millis, class: Option<&str>) -> Markup {
    html! { time class=[class] datetime=(iso(at)) { (clock_words(at)) } }
}

/// "23 Nov" as a `time` element, with the class that places it.
pub fn short_date(at: Millis, class: Option<&str>) -> Markup {
    let Civil { month, day, .. } = civil(at);
    html! { time class=[class] datetime=(iso(at)) { (day) " " (&MONTHS[month - 1][..3]) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments() {
        let known = [
            (0, "1970-01-01T00:00:00Z", "1 January 1970"),
            (951_827_696_789, "2000-02-29T12:34:56Z", "29 February 2000"),
            (-1, "1969-12-31T23:59:59Z", "31 December 1969"),
            (1_795_458_005_000, "2026-11-23T18:20:05Z", "23 November 2026"),
            (4_107_542_399_000, "2100-02-28T23:59:59Z", "28 February 2100"),
            (4_107_542_400_000, "2100-03-01T00:00:00Z", "1 March 2100"),
        ];
        for (at, text, day) in known {
            assert_eq!(iso(Millis(at)), text);
            assert_eq!(date_words(Millis(at)), day);
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let lengths =
            |leap: bool| [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for number in 0..60_000 {
            let found = civil(Millis(number * DAY_MS));
            assert_eq!((found.year, found.month, found.day), (year, month, day));
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            day += 1;
            if day > lengths(leap)[month - 1] {
                (month, day) = (month % 12 + 1, 1);
                year += i64::from(month == 1);
            }
        }
    }

    #[test]
    fn elements_carry_the_machine_readable_moment() {
        let at = Millis(1_795_458_005_000);
        let words = "<time datetime=\"2026-11-23T18:20:05Z\">23 November 2026, 18:20 UTC</time>";
        assert_eq!(day_words(at), "23 Nov 2026");
        assert_eq!(moment(at).into_string(), words);
        let words = exact(at).into_string();
        assert!(words.contains("2026-11-23</span> <span class=\"nowrap\">18:20:05<"), "{words}");
    }
}
