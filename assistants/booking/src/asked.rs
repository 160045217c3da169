//! What a button or a row asks for, as it stands in its id; pure.
//!
//! The id carries everything, so a button from last week still says what was meant, and
//! whether it can still be had is looked up when it is tapped.

use jiff::Timestamp;
use jiff::civil::Date;

/// A wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The three buttons.
    Menu,
    /// What this is.
    Help,
    /// One's appointments.
    Mine,
    /// The days, from row number `from` on; `moving` an appointment or booking a new one.
    Days { from: usize, moving: Option<i64> },
    /// The times of a day, from row number `from` on.
    Times { date: Date, from: usize, moving: Option<i64> },
    /// A time was chosen.
    Pick { slot: Timestamp, moving: Option<i64> },
    /// And confirmed.
    Confirm { slot: Timestamp, moving: Option<i64> },
    /// One appointment: move or cancel?
    Manage { booking: i64 },
    /// Cancel it?
    Cancel { booking: i64 },
    /// Yes, cancel it.
    ReallyCancel { booking: i64 },
}

impl Asked {
    /// The id, at most 200 characters as rows allow.
    pub(crate) fn id(self) -> String {
        let to = |moving: Option<i64>| moving.map_or("new".to_owned(), |id| id.to_string());
        match self {
            Self::Menu => "menu".into(),
            Self::Help => "help".into(),
            Self::Mine => "mine".into(),
            Self::Days { from, moving } => format!("days/{from}/{}", to(moving)),
            Self::Times { date, from, moving } => format!("times/{date}/{from}/{}", to(moving)),
            Self::Pick { slot, moving } => format!("pick/{}/{}", slot.as_second(), to(moving)),
            Self::Confirm { slot, moving } => {
                format!("confirm/{}/{}", slot.as_second(), to(moving))
            }
            Self::Manage { booking } => format!("manage/{booking}"),
            Self::Cancel { booking } => format!("cancel/{booking}"),
            Self::ReallyCancel { booking } => format!("really-cancel/{booking}"),
        }
    }

    /// Reads an id; `None` for one we never made.
    pub(crate) fn read(id: &str) -> Option<Self> {
        let parts: Vec<&str> = id.split('/').collect();
        let moving = |part: &str| match part {
            "new" => Some(None),
            id => id.parse().ok().map(Some),
        };
        let slot = |part: &str| Timestamp::from_second(part.parse().ok()?).ok();
        Some(match parts[..] {
            ["menu"] => Self::Menu,
            ["help"] => Self::Help,
            ["mine"] => Self::Mine,
            ["days", from, to] => Self::Days { from: from.parse().ok()?, moving: moving(to)? },
            ["times", date, from, to] => Self::Times {
                date: date.parse().ok()?,
                from: from.parse().ok()?,
                moving: moving(to)?,
            },
            ["pick", at, to] => Self::Pick { slot: slot(at)?, moving: moving(to)? },
            ["confirm", at, to] => Self::Confirm { slot: slot(at)?, moving: moving(to)? },
            ["manage", id] => Self::Manage { booking: id.parse().ok()? },
            ["cancel", id] => Self::Cancel { booking: id.parse().ok()? },
            ["really-cancel", id] => Self::ReallyCancel { booking: id.parse().ok()? },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn asked() -> impl Strategy<Value = Asked> {
        let moving = || prop::option::of(any::<i64>());
        let slot =
            || (0_i64..4_000_000_000).prop_map(|s| Timestamp::from_second(s).expect("in range"));
        let date = (1970_i16..2100, 1_i8..13, 1_i8..29)
            .prop_map(|(y, m, d)| Date::new(y, m, d).expect("in range"));
        prop_oneof![
            Just(Asked::Menu),
            Just(Asked::Help),
            Just(Asked::Mine),
            (0usize..99, moving()).prop_map(|(from, moving)| Asked::Days { from, moving }),
            (date, 0usize..99, moving()).prop_map(|(date, from, moving)| Asked::Times {
                date,
                from,
                moving
            }),
            (slot(), moving()).prop_map(|(slot, moving)| Asked::Pick { slot, moving }),
            (slot(), moving()).prop_map(|(slot, moving)| Asked::Confirm { slot, moving }),
            any::<i64>().prop_map(|booking| Asked::Manage { booking }),
            any::<i64>().prop_map(|booking| Asked::Cancel { booking }),
            any::<i64>().prop_map(|booking| Asked::ReallyCancel { booking }),
        ]
    }

    proptest! {
        #[test]
        fn an_id_says_what_was_asked(asked in asked()) {
            let id = asked.id();
            prop_assert!(id.len() <= 200);
            prop_assert_eq!(Asked::read(&id), Some(asked));
        }

        #[test]
        fn foreign_ids_are_not_understood(id in "[a-z/0-9-]{0,40}") {
            if let Some(asked) = Asked::read(&id) {
                prop_assert_eq!(Asked::read(&asked.id()), Some(asked));
            }
        }
    }
}
