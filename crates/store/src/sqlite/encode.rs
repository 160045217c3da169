//! Numbers and JSON in columns. The meaning of the numbers is told in `schema`.

use exchange::consent::State;
use exchange::delivery::{End, Kind};
use exchange::message::{Author, Failure};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::row::ItemKind;

/// A column that does not hold what we write into it.
pub(super) fn corrupt(what: &str) -> Error {
    Error::Engine(format!("{what}: the file holds something this program does not write"))
}

/// An id to be written: SQLite's numbers have a sign.
pub(super) fn number(id: u64) -> Result<i64, Error> {
    i64::try_from(id).map_err(|_| Error::Engine(format!("{id} is too large for the store")))
}

/// An id to be looked for; one that cannot have been written is found nowhere.
pub(super) fn sought(id: u64) -> i64 {
    i64::try_from(id).unwrap_or(-1)
}

/// An upper bound: ids that cannot have been written are above all that were.
pub(super) fn bound(id: u64) -> i64 {
    i64::try_from(id).unwrap_or(i64::MAX)
}

pub(super) fn json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Engine(error.to_string()))
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| corrupt(&error.to_string()))
}

/// A closed list of words kept as numbers.
pub(super) trait Code: Copy + Sized + 'static {
    /// All of them; the place is the number.
    const ALL: &'static [Self];

    fn code(self) -> i64;

    fn decode(code: i64) -> Result<Self, Error> {
        let place = usize::try_from(code).ok();
        let found = place.and_then(|place| Self::ALL.get(place)).copied();
        found.ok_or_else(|| corrupt(std::any::type_name::<Self>()))
    }
}

macro_rules! code {
    ($kind:ty: $($word:ident = $number:literal),+) => {
        impl Code for $kind {
            const ALL: &'static [Self] = &[$(Self::$word),+];
            fn code(self) -> i64 {
                match self { $(Self::$word => $number),+ }
            }
        }
    };
}

code!(Author: Person = 0, Assistant = 1, Exchange = 2);
code!(Failure: WindowClosed = 0, Undelivered = 1, Stopped = 2, MediaUnreachable = 3,
    MediaUnfit = 4, MarketingStopped = 5, Blocked = 6, TemplateStopped = 7);
code!(Kind: Message = 0, Sent = 1, Delivered = 2, Read = 3, Failed = 4, Fetch = 5, Event = 6,
    Played = 7, MarketingStopped = 8, MarketingResumed = 9);
code!(ItemKind: Template = 0, Flow = 1, Qr = 2, Upload = 3, Number = 4, Event = 5, Catalog = 6,
    Product = 7, FlowRun = 8);
code!(End: Delivered = 0, Dead = 1, Cancelled = 2);
code!(State: Given = 0, Withdrawn = 1);

#[cfg(test)]
mod tests {
    use super::*;

    fn all_read_back<T: Code + PartialEq + std::fmt::Debug>() {
        for (place, word) in T::ALL.iter().enumerate() {
            assert_eq!(word.code(), place as i64);
            assert_eq!(T::decode(word.code()).unwrap(), *word);
        }
        assert!(T::decode(T::ALL.len() as i64).is_err());
        assert!(T::decode(-1).is_err());
    }

    #[test]
    fn words_read_back_from_their_numbers() {
        all_read_back::<Author>();
        all_read_back::<Failure>();
        all_read_back::<Kind>();
        all_read_back::<End>();
        all_read_back::<State>();
        all_read_back::<ItemKind>();
    }

    #[test]
    fn numbers_too_large_are_refused_when_written_and_not_found_when_sought() {
        assert!(number(u64::MAX).is_err());
        assert_eq!(sought(u64::MAX), -1);
        assert_eq!(bound(u64::MAX), i64::MAX);
    }
}
