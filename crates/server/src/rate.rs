//! How much one address may begin in an hour: registrations, new people. Bounded memory; the
//! same for every address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use exchange::time::{HOUR_MS, Millis};

/// Addresses remembered; past it the counts of the current hour are dropped.
const ADDRESSES: usize = 65_536;

/// A count per address and clock hour.
#[derive(Debug)]
pub struct PerHour {
    most: u32,
    counts: Mutex<(i64, HashMap<IpAddr, u32>)>,
}

impl PerHour {
    /// At most `most` an hour.
    pub fn new(most: u32) -> Self {
        Self { most, counts: Mutex::new((0, HashMap::new())) }
    }

    /// Takes one.
    ///
    /// # Errors
    /// Seconds until the next hour begins, when all are taken.
    pub fn take(&self, address: IpAddr, now: Millis) -> Result<(), i64> {
        let hour = now.0.div_euclid(HOUR_MS);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.0 != hour || counts.1.len() >= ADDRESSES {
            *counts = (hour, HashMap::new());
        }
        let count = counts.1.entry(neighbourhood(address)).or_default();
        if *count >= self.most {
            return Err((Millis((hour + 1) * HOUR_MS).since(now) + 999) / 1000);
        }
        *count += 1;
        Ok(())
    }
}

/// One subscriber holds a whole /64 of IPv6: it counts as one address.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_waits_for_the_next_hour_and_others_do_not() {
        let rate = PerHour::new(2);
        let one = IpAddr::from([10, 0, 0, 1]);
        let now = Millis(HOUR_MS * 5 + 1000);
        assert_eq!((rate.take(one, now), rate.take(one, now)), (Ok(()), Ok(())));
        assert_eq!(rate.take(one, now), Err(3599));
        assert_eq!(rate.take(IpAddr::from([10, 0, 0, 2]), now), Ok(()));
        assert_eq!(rate.take(one, now + 3_599_000), Ok(()));
        let v6 = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(neighbourhood(v6("2001:db8::1")), neighbourhood(v6("2001:db8::2")));
        assert_eq!(neighbourhood(v6("::ffff:10.0.0.1")), one);
    }
}
