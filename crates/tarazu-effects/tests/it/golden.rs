//! Values that somebody else published or computed.

use std::path::PathBuf;

use tarazu_effects::{
    Bsts, Dispersion, Estimator, InterruptedTimeSeries, Problem, Season, Settings, Study, random_effects,
};

/// The vignette of Google's CausalImpact R package: 100 points, the response lifted by 10 from point 71 on.
///
/// Printed by R (two published runs of the vignette): prediction 107 (s.d. 0.35 and 0.42), 95% interval of the average difference
/// [9.8, 11] and [9.7, 11]; of the sum 316, [294.4, 336] and [291.7, 340]. Full digits of four other programs: actual mean
/// 117.048517, sum 3511.455505, average difference 10.45 to 10.95.
#[test]
fn the_causal_impact_vignette_is_reproduced_on_the_same_prior() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/golden/causalimpact_example.csv");
    if !path.exists() {
        assert!(
            std::env::var_os("TARAZU_REQUIRE_SHARED").is_none(),
            "{} is required and absent",
            path.display()
        );
        eprintln!("SKIPPED: {} is absent", path.display());
        return;
    }
    let (mut y, mut x) = (Vec::new(), Vec::new());
    for row in csv::Reader::from_path(path).unwrap().records().map(Result::unwrap) {
        y.push(row[0].parse().unwrap());
        x.push(row[1].parse().unwrap());
    }
    let problem = Problem::new(y, 70).unwrap().with_covariates(vec![x]).unwrap();
    for seed in [1, 2, 3] {
        let settings = Settings { seed, draws: 4000, ..Settings::default() };
        let estimate = Bsts::causal_impact().estimate(&problem, &settings).unwrap();
        let actual: f64 = problem.after().iter().sum();
        assert!((actual - 3511.455505).abs() < 1e-6);
        let average = estimate.difference.average;
        assert!((10.45..=10.95).contains(&average.estimate), "{average:?}");
        assert!((9.65..=9.95).contains(&average.low), "{average:?}");
        assert!((10.9..=11.45).contains(&average.high), "{average:?}");
        let deviation = (average.high - average.low) / (2.0 * 1.96);
        assert!((0.33..=0.44).contains(&deviation), "posterior s.d. {deviation}");
        assert!(estimate.p < 0.005);
    }
    // Where the level may move as it will, the estimate is within the programs' range and its interval wider than theirs.
    let average = Bsts::default().estimate(&problem, &Settings::default()).unwrap().difference.average;
    assert!((10.45..=10.95).contains(&average.estimate), "{average:?}");
    assert!(average.low < 9.8 && average.high > 11.2, "{average:?}");
}

/// 96 monthly counts made by a linear congruential generator, asked about from 72 on.
fn made_counts() -> Problem {
    #[rustfmt::skip]
    let counts = [
        16, 11, 23, 8, 19, 16, 15, 8, 5, 5, 11, 5, 9, 20, 27, 35, 28, 16, 14, 12, 5, 10, 11, 18, 10, 16, 26, 28, 10, 5, 20, 3, 10, 5,
        10, 12, 12, 9, 25, 28, 15, 31, 23, 10, 12, 4, 11, 13, 20, 30, 18, 33, 25, 5, 13, 5, 11, 7, 5, 18, 6, 7, 12, 36, 24, 19, 13,
        5, 10, 7, 9, 6, 19, 20, 14, 18, 4, 24, 6, 7, 11, 10, 12, 5, 16, 5, 28, 5, 8, 25, 15, 3, 5, 9, 4, 16,
    ];
    let outcome = counts.into_iter().map(f64::from).collect();
    Problem::new(outcome, 72).unwrap().with_season(Season { length: 12, first: 0 })
}

/// The same model and priors in NumPyro 0.22, NUTS, two chains of 20,000: the sum of what would have been has mean 348.8, standard deviation
/// 46.6, median 347 and 95% between 264 and 446; overdispersion 0.0946 on average, the level's standard deviation 0.165. Its
/// chains mix slowly (effective size 130 for the intercept): half a standard deviation of the mean is 2.
#[test]
fn counts_have_the_posterior_of_a_long_chain() {
    let problem = made_counts();
    let settings = Settings { draws: 20_000, ..Settings::default() };
    let estimate = Bsts::negative_binomial().estimate(&problem, &settings).unwrap();
    let observed: f64 = problem.after().iter().sum();
    let cumulative = estimate.difference.cumulative;
    for (found, chain, room) in [
        (observed - cumulative.estimate, 347.0, 6.0),
        (observed - cumulative.high, 264.0, 6.0),
        (observed - cumulative.low, 446.0, 10.0),
        (estimate.diagnostics.parameters[0].1, 0.0946, 0.015),
        (estimate.diagnostics.parameters[1].1, 0.165, 0.04),
    ] {
        assert!((found - chain).abs() < room, "{found}, the chain has {chain}");
    }
}

/// On these counts the values below are statsmodels 0.15.0's on the same numbers:
/// `NegativeBinomial(y, X).fit()` for α, `GLM(…, family=NegativeBinomial(alpha)).fit()` for the step and its error, the same with
/// `cov_type="HAC", cov_kwds={"maxlags": 6, "use_correction": True}` for the robust error, `GLM(…, family=Poisson())` for Poisson.
#[test]
fn negative_binomial_its_agrees_with_statsmodels() {
    let problem = made_counts();
    let parameters = |dispersion| {
        let its = InterruptedTimeSeries { dispersion, lags: Some(6), ..InterruptedTimeSeries::default() };
        let estimate = its.estimate(&problem, &Settings { draws: 1, ..Settings::default() }).unwrap();
        let total: f64 = estimate.difference.cumulative.estimate / -(-estimate.log_ratio.0).exp_m1();
        let mut values: Vec<f64> = estimate.diagnostics.parameters.into_iter().map(|(_, v)| v).collect();
        values.push(total);
        values
    };
    let close = |found: f64, expected: f64, what: &str| {
        assert!(
            (found - expected).abs() < 1e-6 * expected.abs().max(0.1),
            "{what}: {found}, expected {expected}"
        );
    };
    let found = parameters(Dispersion::NegativeBinomial);
    close(found[0], -0.160_007_558, "step");
    close(found[1], 0.145_781_212, "robust error");
    close(found[2], 0.166_976_207, "model error");
    close(found[3], 0.136_155_583, "alpha");
    close(found[4], 297.343_616, "fitted total after");
    let found = parameters(Dispersion::Poisson);
    close(found[0], -0.214_167_898, "step");
    close(found[2], 0.097_418_390, "model error");
}

/// Thirteen trials of the BCG vaccine (Colditz et al. 1994), log risk ratios. R metafor prints, with REML and the funnel test with
/// multiplicative dispersion: mean −0.7145, τ² 0.3132, I² 92.22%, Q 152.2330; t = −1.4013, p = 0.1887, limit −0.1909. PyMARE 0.0.13
/// with the Knapp–Hartung interval: mean −0.714532, error 0.180792, interval −1.108444 to −0.320621, τ² 0.31324327.
#[test]
fn the_meta_analysis_of_the_bcg_trials_is_reproduced() {
    #[rustfmt::skip]
    let trials = [
        (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
        (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232), (17, 1699, 65, 1600),
        (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
    ];
    let studies = trials.map(|(ill, well, ill_without, well_without)| {
        let share = |ill: i32, well: i32| f64::from(ill) / f64::from(ill + well);
        let variance = |ill: i32, well: i32| 1.0 / f64::from(ill) - 1.0 / f64::from(ill + well);
        Study {
            estimate: (share(ill, well) / share(ill_without, well_without)).ln(),
            error: (variance(ill, well) + variance(ill_without, well_without)).sqrt(),
        }
    });
    let summary = random_effects(&studies, 0.95).unwrap();
    let close = |found: f64, expected: f64, tolerance: f64| {
        assert!((found - expected).abs() < tolerance, "{found}, expected {expected}");
    };
    close(summary.mean.estimate, -0.714532, 1e-6);
    close(summary.error, 0.180792, 1e-6);
    close(summary.mean.low, -1.108444, 1e-6);
    close(summary.mean.high, -0.320621, 1e-6);
    close(summary.tau_squared, 0.31324327, 1e-7);
    close(summary.q, 152.2330, 5e-5);
    close(summary.i_squared, 0.9222, 5e-5);
    let funnel = summary.funnel.unwrap();
    close(funnel.t, -1.4013, 5e-5);
    close(funnel.p, 0.1887, 5e-5);
    close(funnel.limit, -0.1909, 5e-5);
}
