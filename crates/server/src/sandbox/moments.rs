//! Durations as people write them: `25h`, `1d12h`, `90s`, `250ms`.

/// The clock is moved by at most this at once and in all, ms: ten years (ours).
pub const FARTHEST_MS: i64 = 3_650 * 24 * 3_600_000;

/// Reads a duration in ms: numbers each with a unit of `d`, `h`, `m`, `s` or `ms`.
///
/// # Errors
/// What it must be, in words.
pub fn duration_ms(text: &str) -> Result<i64, String> {
    let wrong = || format!("{text:.40?} is no duration: write it like 25h, 1d12h, 90s or 250ms");
    let (mut rest, mut sum) = (text.trim(), 0i64);
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let number: i64 = rest[..digits].parse().map_err(|_| wrong())?;
        rest = &rest[digits..];
        let unit_len = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let unit_ms = match rest[..unit_len].trim() {
            "d" => 24 * 3_600_000,
            "h" => 3_600_000,
            "m" | "min" => 60_000,
            "s" => 1_000,
            "ms" => 1,
            _ => return Err(wrong()),
        };
        let part = number.checked_mul(unit_ms).ok_or_else(wrong)?;
        sum = sum.checked_add(part).ok_or_else(wrong)?;
        rest = &rest[unit_len..];
    }
    if sum > FARTHEST_MS {
        return Err(format!("{text} is too far: at most ten years"));
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        for (text, ms) in [
            ("25h", 90_000_000),
            ("1d12h", 129_600_000),
            ("1m 30s", 90_000),
            ("250ms", 250),
            ("0s", 0),
        ] {
            assert_eq!(duration_ms(text), Ok(ms), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_in_words() {
        for text in ["", "h", "25", "-1h", "1y", "1h-", "99999999999999999999h", "99999999d", "é"]
        {
            assert!(duration_ms(text).is_err(), "{text}");
        }
    }
}
