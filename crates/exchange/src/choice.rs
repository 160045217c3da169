//! The neutral choice screen: order drawn at random per showing, recomputable by anybody.
//!
//! Order = Fisher-Yates over the eligible assistants sorted by id, with random numbers from
//! HMAC-SHA256(day key, showing number ‖ counter). The showing's number is printed on the page.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The order of one showing: positions into the list sorted by assistant id.
pub fn order(day_key: &[u8; 32], showing: u64, count: usize) -> Vec<usize> {
    let mut draw = Draw { day_key, showing, counter: 0, pool: Vec::new() };
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        order.swap(last, draw.below(last as u64 + 1) as usize);
    }
    order
}

struct Draw<'a> {
    day_key: &'a [u8; 32],
    showing: u64,
    counter: u64,
    pool: Vec<u64>,
}

impl Draw<'_> {
    fn next(&mut self) -> u64 {
        if self.pool.is_empty() {
            let mut mac = Hmac::<Sha256>::new_from_slice(self.day_key)
                .expect("HMAC takes a key of any length");
            mac.update(&self.showing.to_be_bytes());
            mac.update(&self.counter.to_be_bytes());
            self.counter += 1;
            let bytes = mac.finalize().into_bytes();
            let numbers = bytes.chunks_exact(8).map(|eight| {
                eight.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte))
            });
            self.pool = numbers.collect();
        }
        self.pool.pop().expect("just filled")
    }

    /// Uniform below `bound`: numbers in the last, incomplete stretch are drawn again.
    fn below(&mut self, bound: u64) -> u64 {
        let fair = u64::MAX - u64::MAX % bound;
        loop {
            let number = self.next();
            if number < fair {
                return number % bound;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_order_is_a_permutation(key: [u8; 32], showing: u64, count in 0usize..60) {
            let mut drawn = order(&key, showing, count);
            drawn.sort_unstable();
            prop_assert_eq!(drawn, (0..count).collect::<Vec<_>>());
        }

        #[test]
        fn the_same_showing_is_the_same_order(key: [u8; 32], showing: u64) {
            prop_assert_eq!(order(&key, showing, 9), order(&key, showing, 9));
        }
    }

    /// Chi-square over all 24 orders of four: 23 degrees of freedom, 60 is beyond p = 0.00004.
    #[test]
    fn every_order_is_equally_likely() {
        let key = [7; 32];
        let mut seen = std::collections::HashMap::new();
        let showings = 24_000u64;
        for showing in 0..showings {
            *seen.entry(order(&key, showing, 4)).or_insert(0u64) += 1;
        }
        let expected = showings as f64 / 24.0;
        let chi: f64 = seen.values().map(|n| (*n as f64 - expected).powi(2) / expected).sum();
        assert_eq!(seen.len(), 24);
        assert!(chi < 60.0, "chi-square {chi}");
    }
}
