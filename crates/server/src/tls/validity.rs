//! From when and until when a certificate holds. Just enough of X.509's DER (RFC 5280, section
//! 4.1) to walk to that one field.

use exchange::time::{DAY_MS, Millis};

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The end of a certificate's validity; none when it is no certificate.
pub fn not_after(certificate: &[u8]) -> Option<Millis> {
    validity(certificate).map(|(_, until)| until)
}

/// The beginning and the end of a certificate's validity; none when it is no certificate.
pub fn validity(certificate: &[u8]) -> Option<(Millis, Millis)> {
    let mut outer = Der(certificate);
    let mut to_be_signed = Der(Der(outer.value(SEQUENCE)?).value(SEQUENCE)?);
    if to_be_signed.0.first() == Some(&VERSION) {
        to_be_signed.next()?;
    }
    // serial number, algorithm, issuer
    for _ in 0..3 {
        to_be_signed.next()?;
    }
    let mut validity = Der(to_be_signed.value(SEQUENCE)?);
    let mut end = || validity.next().and_then(|(tag, text)| time(tag, text));
    Some((end()?, end()?))
}

/// What is left of a sequence.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, first], rest) = self.0.split_first_chunk()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x83 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
                (bytes.iter().fold(0, |length, &byte| (length << 8) | usize::from(byte)), rest)
            }
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, value))
    }

    fn value(&mut self, expected: u8) -> Option<&'a [u8]> {
        self.next().filter(|(tag, _)| *tag == expected).map(|(_, value)| value)
    }
}

/// `YYMMDDHHMMSSZ` of 1950 to 2049, or `YYYYMMDDHHMMSSZ` (RFC 5280, section 4.1.2.5).
fn time(tag: u8, text: &[u8]) -> Option<Millis> {
    let digits = std::str::from_utf8(text.strip_suffix(b"Z")?).ok()?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match (tag, digits.len()) {
        (UTC_TIME, 12) => {
            let year: i64 = digits[..2].parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, &digits[2..])
        }
        (GENERALIZED_TIME, 14) => (digits[..4].parse().ok()?, &digits[4..]),
        _ => return None,
    };
    let field = |n: usize| rest[2 * n..2 * n + 2].parse::<i64>().ok();
    let (month, day) = (field(0)?, field(1)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let seconds = field(2)? * 3600 + field(3)? * 60 + field(4)?;
    Some(Millis(days(year, month, day) * DAY_MS + seconds * 1000))
}

/// Days from 1970-01-01 in the Gregorian calendar; years begin on 1 March here, so that the leap
/// day is the last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year
        - 719_468
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn the_end_is_found_in_real_certificates() {
        let key = KeyPair::generate().unwrap();
        for (year, month, day, ms) in [
            (1970, 1, 1, 0),
            (2000, 2, 29, 951_782_400_000),
            (2026, 6, 15, 1_781_481_600_000),
            (2049, 12, 31, 2_524_521_600_000),
            (2050, 1, 1, 2_524_608_000_000),
            (2100, 3, 1, 4_107_542_400_000),
        ] {
            let mut params = CertificateParams::new(["a.test".to_owned()]).unwrap();
            params.not_before = date_time_ymd(1970, 1, 2);
            params.not_after = date_time_ymd(year, month, day);
            let certificate = params.self_signed(&key).unwrap();
            let expected = Some((Millis(DAY_MS), Millis(ms)));
            assert_eq!(validity(certificate.der()), expected, "{year}-{month}-{day}");
        }
    }

    #[test]
    fn the_hour_counts() {
        let at = time(UTC_TIME, b"260615123456Z");
        assert_eq!(at, Some(Millis(1_781_481_600_000 + 45_296_000)));
        assert_eq!(time(GENERALIZED_TIME, b"20260615123456Z"), at);
    }

    #[test]
    fn anything_else_is_none_and_never_a_panic() {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["a.test".to_owned()]).unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        for length in 0..der.len() {
            assert_eq!(not_after(&der[..length]), None, "{length} bytes");
        }
        for at in 0..der.len() {
            let mut bent = der.clone();
            bent[at] ^= 0xff;
            let _ = not_after(&bent);
        }
        for text in ["", "Z", "2606151234567Z", "26061512345Z", "261315123456Z", "26é615123456Z"] {
            assert_eq!(time(UTC_TIME, text.as_bytes()), None, "{text}");
        }
    }
}
