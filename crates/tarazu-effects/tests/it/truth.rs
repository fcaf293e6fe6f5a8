//! Data of known truth: bias and coverage over simulated series. Thresholds leave Monte Carlo room and are stated.

use rayon::prelude::*;
use tarazu_effects::simulate::Simulation;
use tarazu_effects::{Bsts, Estimator, InterruptedTimeSeries, Problem, Season, Settings, estimator_by_name};

/// A small generator of its own (SplitMix64), so that the simulated data share no code with the estimators.
pub struct Source(pub u64);

impl Source {
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 + 1e-17
    }

    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (2.0 * std::f64::consts::PI * self.uniform()).cos()
    }

    /// Poisson by counting exponential gaps.
    pub fn poisson(&mut self, mean: f64) -> f64 {
        let (mut count, mut time) = (0.0, -self.uniform().ln());
        while time < mean {
            count += 1.0;
            time -= self.uniform().ln();
        }
        count
    }

    /// Gamma with shape 2 (the sum of two exponentials), mean 1: mixes Poissons into a negative binomial with α = ½.
    fn gamma_of_shape_two(&mut self) -> f64 {
        -(self.uniform().ln() + self.uniform().ln()) / 2.0
    }
}

/// 120 monthly counts, season and overdispersion, 30% fewer from month 84 on.
fn independent_counts(seed: u64, ratio: f64) -> Problem {
    let mut source = Source(seed);
    let outcome = (0..120)
        .map(|t| {
            let season = 0.3 * (2.0 * std::f64::consts::PI * f64::from(t) / 12.0).sin();
            let change = if t >= 84 { ratio.ln() } else { 0.0 };
            let mean = (3.0 + season + change).exp() * source.gamma_of_shape_two();
            source.poisson(mean)
        })
        .collect();
    Problem::new(outcome, 84).unwrap().with_season(Season { length: 12, first: 0 })
}

/// 120 points of a random walk seen with noise, lifted by 1 from point 84 on.
fn local_level(seed: u64) -> Problem {
    let mut source = Source(seed);
    let mut level = 50.0;
    let outcome = (0..120)
        .map(|t| {
            level += 0.1 * source.normal();
            level + source.normal() + if t >= 84 { 1.0 } else { 0.0 }
        })
        .collect();
    Problem::new(outcome, 84).unwrap()
}

/// Share of simulations whose interval covers the truth, and the mean error, both of ln(observed/expected).
fn coverage(simulations: u64, run: impl Fn(u64) -> (bool, f64) + Sync + Send) -> (f64, f64) {
    let results: Vec<(bool, f64)> = (0..simulations).into_par_iter().map(run).collect();
    let n = simulations as f64;
    let covered = results.iter().filter(|(covered, _)| *covered).count() as f64;
    (covered / n, results.iter().map(|(_, error)| error).sum::<f64>() / n)
}

#[test]
fn its_covers_what_it_says_on_independent_counts_and_is_unbiased() {
    let truth: f64 = 0.7;
    let (covered, bias) = coverage(400, |seed| {
        let problem = independent_counts(seed * 7919 + 1, truth);
        let settings = Settings { draws: 10, ..Settings::default() };
        let estimate = InterruptedTimeSeries::default().estimate(&problem, &settings).unwrap();
        let relative = estimate.difference.relative;
        let covers = (relative.low..=relative.high).contains(&(truth - 1.0));
        (covers, estimate.log_ratio.0 - truth.ln())
    });
    // Binomial error of 400 simulations at 95%: 1.1 points; three of them each way.
    assert!((0.917..=0.983).contains(&covered), "95% interval covers {covered}");
    assert!(bias.abs() < 0.05, "bias {bias}");
}

#[test]
fn bsts_covers_what_it_says_on_the_model_it_assumes() {
    let (covered, bias) = coverage(200, |seed| {
        let problem = local_level(seed * 104_729 + 3);
        let bsts = Bsts {
            level_guess: 0.1,
            level_weight: 1.0,
            expected_r2: 0.5,
            residual_weight: 1.0,
            ..Bsts::default()
        };
        let settings = Settings { draws: 400, ..Settings::default() };
        let average = bsts.estimate(&problem, &settings).unwrap().difference.average;
        ((average.low..=average.high).contains(&1.0), average.estimate - 1.0)
    });
    // Binomial error of 200 simulations at 95%: 1.5 points; three of them below. A level prior wider than the truth may cover more.
    assert!(covered >= 0.90, "95% interval covers {covered}");
    assert!(bias.abs() < 0.15, "bias {bias}");
}

/// What `docs/calibration.md` says of 2,000 simulations, on fewer: autocorrelated counts with and without a change.
#[test]
fn autocorrelated_counts_are_covered_and_nothing_is_found_where_nothing_changed() {
    for (method, simulations, error) in [("its-ar", 600, 0.31), ("bsts-nb", 200, 0.21)] {
        let estimator = estimator_by_name(method).unwrap();
        let run = |process: &str| -> (f64, f64, f64, f64) {
            let simulation = Simulation::named(process).unwrap();
            let trials: Vec<(bool, bool, f64)> = (0..simulations)
                .into_par_iter()
                .map(|replicate| {
                    let data = simulation.draw(77, replicate).unwrap();
                    let settings = Settings { draws: 400, replicate, ..Settings::default() };
                    let estimate = estimator.estimate(&data.problem().unwrap(), &settings).unwrap();
                    let relative = estimate.difference.relative;
                    let covers = (relative.low..=relative.high).contains(&data.truth.log_ratio.exp_m1());
                    (covers, estimate.p < 0.05, estimate.log_ratio.0 - data.truth.log_ratio)
                })
                .collect();
            let n = simulations as f64;
            let share =
                |f: &dyn Fn(&(bool, bool, f64)) -> bool| trials.iter().filter(|t| f(t)).count() as f64 / n;
            let bias = trials.iter().map(|t| t.2).sum::<f64>() / n;
            let square = trials.iter().map(|t| t.2.powi(2)).sum::<f64>() / n;
            (share(&|t| t.0), share(&|t| t.1), bias, square.sqrt())
        };
        let (covered, _, bias, rmse) = run("counts-decline");
        // Binomial error at 95%: 0.9 points for 600 simulations, 1.5 for 200; three of them each way.
        let room = 3.0 * (0.05 * 0.95 / simulations as f64).sqrt();
        assert!((covered - 0.95).abs() < room, "{method}: 95% interval covers {covered}");
        assert!(bias.abs() < 0.02 + 3.0 * rmse / (simulations as f64).sqrt(), "{method}: bias {bias}");
        assert!(rmse < error, "{method}: RMSE {rmse}");
        let (_, found, ..) = run("counts-unchanged");
        assert!(found < 0.05 + room, "{method}: {found} found where nothing changed");
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    let problem = independent_counts(5, 1.0);
    let run = || {
        let estimates: Vec<String> = (0..8_u64)
            .into_par_iter()
            .map(|replicate| {
                let settings = Settings { replicate, draws: 50, ..Settings::default() };
                let its = InterruptedTimeSeries::default().estimate(&problem, &settings).unwrap();
                let bsts = Bsts::for_counts().estimate(&problem, &settings).unwrap();
                serde_json::to_string(&(its, bsts)).unwrap()
            })
            .collect();
        estimates
    };
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(run);
    let three = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap().install(run);
    assert_eq!(one, three);
    assert_ne!(one[0], one[1], "replicates have streams of their own");
}
