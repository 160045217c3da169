//! Latencies as HDR histograms, and what is printed and saved of them.

use hdrhistogram::Histogram;
use serde::Serialize;
use std::time::Duration;

/// Latencies from 1 µs to 10 minutes with three digits.
#[derive(Clone, Debug)]
pub struct Latencies {
    nanoseconds: Histogram<u64>,
}

const LONGEST_NS: u64 = 600_000_000_000;

impl Default for Latencies {
    fn default() -> Self {
        let nanoseconds =
            Histogram::new_with_bounds(1_000, LONGEST_NS, 3).expect("constant bounds are valid");
        Self { nanoseconds }
    }
}

impl Latencies {
    /// Adds one latency; longer than ten minutes counts as ten minutes.
    pub fn record(&mut self, latency: Duration) {
        let nanoseconds = u64::try_from(latency.as_nanos()).unwrap_or(LONGEST_NS);
        self.nanoseconds.saturating_record(nanoseconds.min(LONGEST_NS));
    }

    /// How many were recorded.
    pub fn count(&self) -> u64 {
        self.nanoseconds.len()
    }

    /// The quantile (0-1) in milliseconds; 0 when nothing was recorded.
    pub fn quantile_ms(&self, quantile: f64) -> f64 {
        milliseconds(self.nanoseconds.value_at_quantile(quantile))
    }

    /// The longest in milliseconds.
    pub fn max_ms(&self) -> f64 {
        milliseconds(self.nanoseconds.max())
    }

    /// What is printed of them.
    pub fn summary(&self) -> Summary {
        Summary {
            p50_ms: self.quantile_ms(0.50),
            p99_ms: self.quantile_ms(0.99),
            max_ms: self.max_ms(),
        }
    }
}

fn milliseconds(nanoseconds: u64) -> f64 {
    // Three digits of a histogram fit easily.
    #[expect(clippy::cast_precision_loss, reason = "three digits are kept")]
    let value = nanoseconds as f64 / 1e6;
    (value * 10_000.0).round() / 10_000.0
}

/// Median, 99th percentile and maximum, in milliseconds.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Summary {
    /// Half were faster.
    pub p50_ms: f64,
    /// One in a hundred was slower.
    pub p99_ms: f64,
    /// The slowest.
    pub max_ms: f64,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:.2} / {:.2} / {:.2}", self.p50_ms, self.p99_ms, self.max_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_keep_three_digits() {
        let mut latencies = Latencies::default();
        for microseconds in 1..=10_000 {
            latencies.record(Duration::from_micros(microseconds));
        }
        assert_eq!(latencies.count(), 10_000);
        assert!((latencies.quantile_ms(0.5) - 5.0).abs() < 0.01);
        assert!((latencies.quantile_ms(0.99) - 9.9).abs() < 0.02);
        assert!((latencies.max_ms() - 10.0).abs() < 0.02);
    }

    #[test]
    fn out_of_range_is_kept_at_the_edge() {
        let mut latencies = Latencies::default();
        latencies.record(Duration::from_secs(100_000));
        latencies.record(Duration::ZERO);
        assert_eq!(latencies.count(), 2);
        assert!(latencies.max_ms() >= 599_000.0);
    }
}
