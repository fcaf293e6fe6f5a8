//! Plausible partitions of one dataset into incidents, and how often two reports are together in them.
//!
//! Links within one dataset are transitive, so that pairs do not stand alone. A partition has weight `exp Σ_c (2/n_c)^½ S_c`, with `S`
//! the sum of the log-odds of all pairs of an incident and `n` its reports. Were the pairs independent, `S` would count whole; were all
//! said by one pair for each report beyond the first, `2/n` of it would: this stands between. A pair alone is
//! joined as often as its own odds say. Partitions are drawn by Gibbs sampling: in turn each
//! report leaves its incident and joins one anew, or stays alone. What is reported of a pair is the mean of the conditional
//! probabilities in those turns, which varies less than counting partitions (Gelfand & Smith 1990).

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Pairs below these log-odds are never the reason to join.
const FAINT: f32 = -7.0;

/// A partition of reports `0..count` that is drawn anew, sweep by sweep.
pub(crate) struct Partition {
    /// For each report its pairs: the other report and the number of the pair.
    starts: Vec<u32>,
    near: Vec<(u32, u32)>,
    group: Vec<u32>,
    /// Members of each group, and the sum of the log-odds of all pairs among them.
    members: Vec<Vec<u32>>,
    sums: Vec<f64>,
    empty: Vec<u32>,
}

impl Partition {
    /// Every report alone.
    pub(crate) fn new(count: usize, pairs: &[(u32, u32)]) -> Self {
        let mut starts = vec![0_u32; count + 1];
        for &(a, b) in pairs {
            starts[a as usize + 1] += 1;
            starts[b as usize + 1] += 1;
        }
        for n in 0..count {
            starts[n + 1] += starts[n];
        }
        let mut next = starts.clone();
        let mut near = vec![(0, 0); pairs.len() * 2];
        for (n, &(a, b)) in pairs.iter().enumerate() {
            for (from, to) in [(a, b), (b, a)] {
                near[next[from as usize] as usize] = (to, n as u32);
                next[from as usize] += 1;
            }
        }
        Self {
            starts,
            near,
            group: (0..count as u32).collect(),
            members: (0..count as u32).map(|n| vec![n]).collect(),
            sums: vec![0.0; count],
            empty: Vec::new(),
        }
    }

    fn near(&self, report: u32) -> &[(u32, u32)] {
        &self.near[self.starts[report as usize] as usize..self.starts[report as usize + 1] as usize]
    }

    /// The sums, where log-odds have changed.
    fn recount(&mut self, log_odds: &[f32], absent: f32) {
        for (sum, members) in self.sums.iter_mut().zip(&self.members) {
            let n = members.len() as f64;
            *sum = n * (n - 1.0) / 2.0 * f64::from(absent);
        }
        for report in 0..self.group.len() as u32 {
            let group = self.group[report as usize];
            let mut sum = 0.0;
            for &(other, pair) in self.near(report) {
                if other > report && self.group[other as usize] == group {
                    sum += f64::from(log_odds[pair as usize] - absent);
                }
            }
            self.sums[group as usize] += sum;
        }
    }

    /// Draw `sweeps` times; what is added to `together` for each pair is the mean probability over the last `counted` of them.
    pub(crate) fn draw(
        &mut self,
        log_odds: &[f32],
        absent: f32,
        forbidden: &dyn Fn(u32, u32) -> bool,
        (sweeps, counted): (usize, usize),
        random: &mut ChaCha8Rng,
        together: &mut [f32],
    ) {
        self.recount(log_odds, absent);
        // Groups around a report with the log-odds of its pairs there.
        let mut around: Vec<(u32, f64)> = Vec::new();
        let mut chances: Vec<f64> = Vec::new();
        let share = 0.5 / counted.max(1) as f32;
        for sweep in 0..sweeps {
            let counts = sweep + counted >= sweeps;
            for report in 0..self.group.len() as u32 {
                if self.near(report).is_empty() {
                    continue;
                }
                self.leave(report, log_odds, absent);
                around.clear();
                // Groups with which at least one pair joins; then all of the report's pairs there count.
                for &(other, pair) in self.near(report) {
                    let group = self.group[other as usize];
                    if log_odds[pair as usize] > FAINT && around.iter().all(|g| g.0 != group) {
                        around.push((group, 0.0));
                    }
                }
                for (group, sum) in &mut around {
                    *sum = self
                        .near(report)
                        .iter()
                        .filter(|(other, _)| self.group[*other as usize] == *group)
                        .map(|&(_, pair)| f64::from(log_odds[pair as usize] - absent))
                        .sum();
                }
                chances.clear();
                for &(group, sum) in &around {
                    let members = &self.members[group as usize];
                    let n = members.len() as f64;
                    let before = if n > 1.0 { (2.0 / n).sqrt() * self.sums[group as usize] } else { 0.0 };
                    let after =
                        (2.0 / (n + 1.0)).sqrt() * (self.sums[group as usize] + sum + n * f64::from(absent));
                    let barred = members.iter().any(|&m| forbidden(report.min(m), report.max(m)));
                    chances.push(if barred { 0.0 } else { (after - before).clamp(-60.0, 60.0).exp() });
                }
                let all: f64 = 1.0 + chances.iter().sum::<f64>();
                if counts {
                    for &(other, pair) in self.near(report) {
                        let group = self.group[other as usize];
                        if let Some(at) = around.iter().position(|g| g.0 == group) {
                            together[pair as usize] += share * (chances[at] / all) as f32;
                        }
                    }
                }
                let mut u: f64 = random.random_range(0.0..1.0) * all;
                let mut chosen = None;
                for (&(group, sum), chance) in around.iter().zip(&chances) {
                    if u < *chance {
                        chosen = Some((group, sum));
                        break;
                    }
                    u -= chance;
                }
                self.join(report, chosen, absent);
            }
        }
    }

    fn leave(&mut self, report: u32, log_odds: &[f32], absent: f32) {
        let group = self.group[report as usize];
        let mut sum = 0.0;
        for &(other, pair) in self.near(report) {
            if self.group[other as usize] == group {
                sum += f64::from(log_odds[pair as usize] - absent);
            }
        }
        let members = &mut self.members[group as usize];
        members.retain(|&m| m != report);
        self.sums[group as usize] -= sum + members.len() as f64 * f64::from(absent);
        if members.is_empty() {
            self.sums[group as usize] = 0.0;
            self.empty.push(group);
        }
        self.group[report as usize] = u32::MAX;
    }

    fn join(&mut self, report: u32, chosen: Option<(u32, f64)>, absent: f32) {
        let group = match chosen {
            Some((group, sum)) => {
                self.sums[group as usize] +=
                    sum + self.members[group as usize].len() as f64 * f64::from(absent);
                group
            }
            // A report that left alone has left its group empty; one that left others has a number to spare among those emptied.
            None => self.empty.pop().unwrap_or(report),
        };
        self.members[group as usize].push(report);
        self.group[report as usize] = group;
    }

    /// Whether two reports are together in the latest draw.
    pub(crate) fn together(&self, a: u32, b: u32) -> bool {
        self.group[a as usize] == self.group[b as usize]
    }
}
