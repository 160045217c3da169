//! `Retry-After`: seconds, or a date of HTTP (RFC 9110, 10.2.3).

use std::time::UNIX_EPOCH;

use exchange::time::{Millis, SECOND_MS};

/// Milliseconds to wait from `now`; a date that has passed is 0; anything else is no value.
pub(super) fn milliseconds(value: &[u8], now: Millis) -> Option<i64> {
    let text = std::str::from_utf8(value).ok()?.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // more digits than fit mean "very long"; the queue has its own bound
        return Some(text.parse::<i64>().unwrap_or(i64::MAX).saturating_mul(SECOND_MS));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let since_epoch = date.duration_since(UNIX_EPOCH).unwrap_or_default();
    let at = i64::try_from(since_epoch.as_millis()).ok()?;
    Some(Millis(at).since(now).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T18:00:00Z.
    const NOW: Millis = Millis(1_795_456_800_000);

    #[test]
    fn seconds_and_dates_are_read() {
        for (value, expected) in [
            ("0", Some(0)),
            ("120", Some(120_000)),
            (" 7 ", Some(7_000)),
            ("99999999999999999999", Some(i64::MAX)),
            ("Mon, 23 Nov 2026 18:00:30 GMT", Some(30_000)),
            ("Mon, 23 Nov 2026 17:00:00 GMT", Some(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Monday, 23-Nov-26 18:01:00 GMT", Some(60_000)),
            ("Mon Nov 23 18:00:01 2026", Some(1_000)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("Mon, 23 Nov 2026", None),
        ] {
            assert_eq!(milliseconds(value.as_bytes(), NOW), expected, "{value:?}");
        }
        assert_eq!(milliseconds(b"\xff", NOW), None);
    }
}
