//! What the server counts of itself, in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper ends of the histogram, in seconds.
const BOUNDS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

#[derive(Debug, Default, Clone)]
struct Latency {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    seconds: f64,
}

/// The counters. A route is named by its pattern, never by what a client wrote, so that there are few.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<(&'static str, u16), u64>>,
    latency: Mutex<BTreeMap<&'static str, Latency>>,
    pub in_flight: AtomicI64,
    pub connections: AtomicI64,
    pub accepted: AtomicU64,
}

impl Metrics {
    pub fn record(&self, route: &'static str, status: u16, took: Duration) {
        *self.requests.lock().unwrap_or_else(PoisonError::into_inner).entry((route, status)).or_default() +=
            1;
        let mut latency = self.latency.lock().unwrap_or_else(PoisonError::into_inner);
        let of = latency.entry(route).or_default();
        let seconds = took.as_secs_f64();
        for (bucket, bound) in of.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(seconds <= bound);
        }
        of.count += 1;
        of.seconds += seconds;
    }

    /// As Prometheus reads it. `gauges`: name, help, value.
    pub fn text(&self, gauges: &[(&str, &str, u64)]) -> String {
        let mut text = String::new();
        let head = |text: &mut String, name: &str, kind: &str, help: &str| {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        };
        head(&mut text, "tarazu_requests_total", "counter", "Requests answered, by route and status.");
        for ((route, status), count) in &*self.requests.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = writeln!(text, "tarazu_requests_total{{route=\"{route}\",status=\"{status}\"}} {count}");
        }
        let name = "tarazu_request_duration_seconds";
        head(&mut text, name, "histogram", "Time from a request's head to its answer, by route.");
        for (route, of) in &*self.latency.lock().unwrap_or_else(PoisonError::into_inner) {
            for (bound, count) in BOUNDS.iter().zip(of.buckets) {
                let _ = writeln!(text, "{name}_bucket{{route=\"{route}\",le=\"{bound}\"}} {count}");
            }
            let _ = writeln!(text, "{name}_bucket{{route=\"{route}\",le=\"+Inf\"}} {}", of.count);
            let _ = writeln!(text, "{name}_sum{{route=\"{route}\"}} {:.6}", of.seconds);
            let _ = writeln!(text, "{name}_count{{route=\"{route}\"}} {}", of.count);
        }
        head(&mut text, "tarazu_connections_total", "counter", "Connections accepted.");
        let _ = writeln!(text, "tarazu_connections_total {}", self.accepted.load(Ordering::Relaxed));
        let now = |n: &AtomicI64| u64::try_from(n.load(Ordering::Relaxed)).unwrap_or(0);
        let own = [
            ("tarazu_requests_in_flight", "Requests in work.", now(&self.in_flight)),
            ("tarazu_connections_open", "Connections open.", now(&self.connections)),
        ];
        for (name, help, value) in own.iter().chain(gauges) {
            head(&mut text, name, "gauge", help);
            let _ = writeln!(text, "{name} {value}");
        }
        text
    }
}

/// Bytes of memory that the process has in use, where the system says it.
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|k| k * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_up() {
        let metrics = Metrics::default();
        metrics.record("/a", 200, Duration::from_millis(3));
        metrics.record("/a", 404, Duration::from_secs(9));
        let text = metrics.text(&[("x", "An x.", 7)]);
        for line in [
            "tarazu_requests_total{route=\"/a\",status=\"404\"} 1",
            "tarazu_request_duration_seconds_bucket{route=\"/a\",le=\"0.0025\"} 0",
            "tarazu_request_duration_seconds_bucket{route=\"/a\",le=\"0.005\"} 1",
            "tarazu_request_duration_seconds_bucket{route=\"/a\",le=\"5\"} 1",
            "tarazu_request_duration_seconds_bucket{route=\"/a\",le=\"+Inf\"} 2",
            "tarazu_request_duration_seconds_count{route=\"/a\"} 2",
            "x 7",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
    }
}
