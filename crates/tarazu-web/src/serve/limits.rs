//! How much one client may ask: a bucket of requests per address, which fills at a steady rate.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Seconds of the rate that may come at once.
const BURST: f64 = 10.0;
/// Addresses that are remembered; beyond it the full buckets are forgotten, which changes nothing for their clients.
const REMEMBERED: usize = 10_000;

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// The buckets of all clients.
#[derive(Debug)]
pub struct Rate {
    per_second: f64,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

impl Rate {
    /// `per_second` 0: no limit.
    pub fn new(per_second: u32) -> Self {
        Self { per_second: per_second.into(), buckets: Mutex::default() }
    }

    /// Whether a client may ask now.
    pub fn allows(&self, client: IpAddr, now: Instant) -> bool {
        if self.per_second == 0.0 {
            return true;
        }
        let most = self.per_second * BURST;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let client = network(client);
        if buckets.len() >= REMEMBERED && !buckets.contains_key(&client) {
            buckets.retain(|_, b| b.left + now.duration_since(b.at).as_secs_f64() * self.per_second < most);
            // Only a flood from ever new addresses comes here: they share what is left.
            if buckets.len() >= REMEMBERED {
                return false;
            }
        }
        let bucket = buckets.entry(client).or_insert(Bucket { left: most, at: now });
        let gained = now.saturating_duration_since(bucket.at).as_secs_f64() * self.per_second;
        bucket.left = (bucket.left + gained).min(most);
        bucket.at = now;
        if bucket.left < 1.0 {
            return false;
        }
        bucket.left -= 1.0;
        true
    }
}

/// One customer of IPv6 has at least a /64.
fn network(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            address.to_ipv4_mapped().map_or(IpAddr::V6(network.into()), IpAddr::V4)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_bucket_empties_and_fills_again_and_each_client_has_its_own() {
        let (rate, start) = (Rate::new(2), Instant::now());
        let (a, b): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        assert_eq!((0..30).filter(|_| rate.allows(a, start)).count(), 20);
        assert!(rate.allows(b, start));
        assert!(!rate.allows(a, start + Duration::from_millis(400)));
        assert!(rate.allows(a, start + Duration::from_millis(600)));
        assert!((0..1000).all(|_| Rate::new(0).allows(a, start)));
    }

    #[test]
    fn addresses_of_one_network_are_one_client() {
        let address = |t: &str| network(t.parse().unwrap());
        assert_eq!(address("2001:db8::1"), address("2001:db8::ffff:1"));
        assert_ne!(address("2001:db8::1"), address("2001:db8:0:1::1"));
        assert_eq!(address("::ffff:192.0.2.1"), address("192.0.2.1"));
    }
}
