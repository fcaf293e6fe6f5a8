//! The Cox model against published values and peers' runs, and the series hazard model on data of known truth.

use rayon::prelude::*;
use tarazu_effects::{
    Control, Cox, CoxInference, EventSeries, HazardFit, SeriesHazard, Settings, Spell, Ties,
};

use crate::hawkes::simulate;
use crate::truth::Source;

fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() < tolerance, "{what}: {found}, expected {expected}");
}

fn spell(start: f64, stop: f64, event: bool, covariates: Vec<f64>, cluster: usize) -> Spell {
    Spell { start, stop, event, covariates, cluster }
}

fn fit(spells: &[Spell], names: &[&str], ties: Ties) -> HazardFit {
    let cox = Cox { ties, inference: CoxInference::Wald };
    cox.fit(spells, names, &Settings::default()).unwrap()
}

/// Therneau & Grambsch 2000, Modeling Survival Data, appendix E.1, and the vignette "Validation" of R's survival: worked by hand there.
/// Breslow: β 1.475285, log likelihood −4.564348 at 0 … −3.824750 at β, information 0.6341681. Efron: β 1.676857.
#[test]
fn the_hand_worked_example_of_therneau_and_grambsch_is_reproduced() {
    let rows = [
        (1.0, true, 1.0),
        (1.0, false, 1.0),
        (6.0, true, 1.0),
        (6.0, true, 0.0),
        (8.0, false, 0.0),
        (9.0, true, 0.0),
    ];
    let spells: Vec<Spell> =
        rows.iter().enumerate().map(|(i, (t, e, x))| spell(0.0, *t, *e, vec![*x], i)).collect();
    let breslow = fit(&spells, &["x"], Ties::Breslow);
    close(breslow.coefficients[0].log.estimate, 1.475285, 5e-7, "Breslow");
    close(breslow.log_likelihood.1, -3.824750, 5e-7, "log likelihood");
    close(breslow.coefficients[0].model_error.powi(-2), 0.6341681, 5e-8, "information");
    close(fit(&spells, &["x"], Ties::Efron).coefficients[0].log.estimate, 1.676857, 5e-7, "Efron");
}

/// Therneau & Grambsch 2000, appendix E.2, in (start, stop] form. statsmodels 0.15.0 (`PHReg(stop, x, status=event, entry=start + 0.5,
/// ties=…)`: its entry is inclusive) gives the same as the book: Breslow −0.084526081, Efron −0.021105210.
#[test]
fn the_example_in_counting_process_form_is_reproduced() {
    let start = [1, 2, 5, 2, 1, 7, 3, 4, 8, 8];
    let stop = [2, 3, 6, 7, 8, 9, 9, 9, 14, 17];
    let x = [1, 0, 0, 1, 0, 1, 1, 1, 0, 0];
    let spells: Vec<Spell> =
        (0..10).map(|i| spell(start[i].into(), stop[i].into(), i < 7, vec![x[i].into()], i)).collect();
    for (ties, beta, error, null, best) in [
        (
            Ties::Breslow,
            -0.084_526_080_661_308_72,
            0.793_817_277_485_535_4,
            -9.392_661_928_770_137,
            -9.387_015_118_366_335,
        ),
        (
            Ties::Efron,
            -0.021_105_209_580_174_925,
            0.795_176_873_819_882_1,
            -9.169_518_377_455_928,
            -9.169_166_464_724_762,
        ),
    ] {
        let found = fit(&spells, &["x"], ties);
        close(found.coefficients[0].log.estimate, beta, 1e-9, "coefficient");
        close(found.coefficients[0].model_error, error, 1e-9, "error");
        close(found.log_likelihood.0, null, 1e-10, "log likelihood at 0");
        close(found.log_likelihood.1, best, 1e-10, "log likelihood");
    }
}

/// Start, stop, event, two covariates; rows 4k to 4k + 3 are one cluster.
#[rustfmt::skip]
const ROWS: [(i32, i32, i32, i32, f64); 40] = [
    (2, 5, 1, 1, 1.55), (1, 6, 1, 1, 1.12), (3, 5, 1, 0, 2.37), (3, 10, 1, 0, 1.88), (0, 6, 0, 0, 0.99), (1, 7, 0, 1, 0.05),
    (3, 4, 1, 1, 1.67), (2, 6, 1, 0, 2.15), (1, 9, 0, 1, 2.11), (0, 5, 1, 0, 2.71), (1, 8, 1, 1, 1.12), (0, 5, 1, 1, 2.41),
    (0, 1, 1, 0, 1.65), (1, 5, 1, 1, 0.93), (1, 2, 0, 0, 1.3), (2, 3, 0, 1, 1.05), (2, 8, 0, 1, 2.1), (0, 8, 1, 1, 2.98),
    (2, 3, 1, 0, 0.47), (3, 7, 0, 1, 0.49), (3, 4, 0, 1, 0.39), (0, 4, 1, 0, 2.14), (1, 3, 1, 0, 2.64), (0, 2, 1, 0, 1.29),
    (1, 2, 1, 0, 0.67), (1, 5, 1, 0, 2.74), (2, 6, 1, 0, 2.25), (3, 7, 1, 1, 1.31), (1, 3, 1, 0, 2.37), (3, 11, 0, 0, 1.49),
    (2, 10, 1, 1, 0.95), (2, 8, 1, 0, 1.76), (2, 10, 0, 1, 0.31), (2, 10, 1, 0, 0.04), (2, 8, 0, 1, 2.41), (0, 1, 0, 0, 2.43),
    (0, 1, 1, 1, 1.89), (0, 4, 0, 1, 0.15), (0, 7, 0, 0, 1.42), (1, 8, 1, 0, 2.91),
];

fn forty(cluster: impl Fn(usize) -> usize) -> Vec<Spell> {
    let row = |(i, (start, stop, event, x, z)): (usize, &(i32, i32, i32, i32, f64))| {
        spell((*start).into(), (*stop).into(), *event == 1, vec![(*x).into(), *z], cluster(i))
    };
    ROWS.iter().enumerate().map(row).collect()
}

/// Made by a linear congruential generator; statsmodels 0.15.0, `PHReg(stop, x, status=event, entry=start + 0.5, ties=…).fit(groups=…)`;
/// lifelines 0.30.3's `CoxTimeVaryingFitter` gives the same with Efron's ties to 1e-12. The robust errors are statsmodels' with Breslow's
/// ties: with Efron's it approximates them (lifelines' are in the next test).
#[test]
fn delayed_entry_ties_and_clusters_agree_with_statsmodels() {
    let by_four = forty(|i| i / 4);
    let breslow = fit(&by_four, &["x", "z"], Ties::Breslow);
    let efron = fit(&by_four, &["x", "z"], Ties::Efron);
    for (found, beta, error, logs) in [
        (
            &breslow,
            [-0.4405037097450551, 0.26548607633357574],
            [0.41475747497167015, 0.24634468917500518],
            [-73.45087897275187, -71.99001385002227],
        ),
        (
            &efron,
            [-0.4735980918260132, 0.3082433955868942],
            [0.41409897598838036, 0.24826041699829154],
            [-71.0827667316413, -69.28769012837395],
        ),
    ] {
        for j in 0..2 {
            close(found.coefficients[j].log.estimate, beta[j], 1e-9, "coefficient");
            close(found.coefficients[j].model_error, error[j], 1e-9, "error");
        }
        close(found.log_likelihood.0, logs[0], 1e-9, "log likelihood at 0");
        close(found.log_likelihood.1, logs[1], 1e-9, "log likelihood");
    }
    close(breslow.coefficients[0].robust_error, 0.4246843936545519, 1e-9, "by cluster");
    close(breslow.coefficients[1].robust_error, 0.1927682270528752, 1e-9, "by cluster");
    let by_row = fit(&forty(|i| i), &["x", "z"], Ties::Breslow);
    close(by_row.coefficients[0].robust_error, 0.35351190281261624, 1e-9, "by row");
    close(by_row.coefficients[1].robust_error, 0.1914309779368378, 1e-9, "by row");
}

/// Score of the Efron likelihood with case weights (R's: the mean weight of the dying before the sum over them), by its definition.
fn weighted_score(spells: &[Spell], weights: &[f64], beta: [f64; 2]) -> [f64; 2] {
    let risk = |s: &Spell| (beta[0] * s.covariates[0] + beta[1] * s.covariates[1]).exp();
    let mut score = [0.0; 2];
    for time in 1..=11 {
        let time = f64::from(time);
        let dying: Vec<usize> =
            (0..spells.len()).filter(|i| spells[*i].event && spells[*i].stop == time).collect();
        let mean_weight = dying.iter().map(|i| weights[*i]).sum::<f64>() / dying.len() as f64;
        for (k, score) in score.iter_mut().enumerate() {
            *score += dying.iter().map(|i| weights[*i] * spells[*i].covariates[k]).sum::<f64>();
            for l in 0..dying.len() {
                let (mut zero, mut one) = (0.0, 0.0);
                for (i, s) in spells.iter().enumerate().filter(|(_, s)| s.start < time && time <= s.stop) {
                    let kept = if dying.contains(&i) { 1.0 - l as f64 / dying.len() as f64 } else { 1.0 };
                    zero += kept * weights[i] * risk(s);
                    one += kept * weights[i] * risk(s) * s.covariates[k];
                }
                *score -= mean_weight * one / zero;
            }
        }
    }
    score
}

/// The robust variance is the infinitesimal jackknife: Σ (∂β/∂weight)² over clusters (Therneau & Grambsch 2000, §7.1). Peers differ here with
/// Efron's ties (statsmodels uses Breslow's residuals, lifelines 0.30.3 differs too), so the derivative is taken numerically.
#[test]
fn robust_errors_with_efron_ties_are_the_infinitesimal_jackknife() {
    let spells = forty(|i| i / 4);
    let found = fit(&spells, &["x", "z"], Ties::Efron);
    let beta = [0, 1].map(|j| found.coefficients[j].log.estimate);
    let h = 1e-5;
    let difference = |up: [f64; 2], down: [f64; 2]| [0, 1].map(|k| (up[k] - down[k]) / (2.0 * h));
    let ones = [1.0; 40];
    let a = difference(
        weighted_score(&spells, &ones, [beta[0] - h, beta[1]]),
        weighted_score(&spells, &ones, [beta[0] + h, beta[1]]),
    );
    let b = difference(
        weighted_score(&spells, &ones, [beta[0], beta[1] - h]),
        weighted_score(&spells, &ones, [beta[0], beta[1] + h]),
    );
    let determinant = a[0] * b[1] - a[1] * b[0];
    let mut variance = [0.0; 2];
    for cluster in 0..10 {
        let weights =
            |w: f64| -> Vec<f64> { (0..40).map(|i| if i / 4 == cluster { w } else { 1.0 }).collect() };
        let u = difference(
            weighted_score(&spells, &weights(1.0 + h), beta),
            weighted_score(&spells, &weights(1.0 - h), beta),
        );
        variance[0] += ((b[1] * u[0] - b[0] * u[1]) / determinant).powi(2);
        variance[1] += ((a[0] * u[1] - a[1] * u[0]) / determinant).powi(2);
    }
    close(found.coefficients[0].robust_error, variance[0].sqrt(), 1e-7, "x");
    close(found.coefficients[1].robust_error, variance[1].sqrt(), 1e-7, "z");
}

/// The same rows as if all were watched from 0; lifelines 0.30.3, `CoxPHFitter().fit(df, "stop", "event")`.
#[test]
fn coefficients_and_residuals_agree_with_lifelines() {
    let spells: Vec<Spell> = forty(|i| i).into_iter().map(|s| Spell { start: 0.0, ..s }).collect();
    let found = fit(&spells, &["x", "z"], Ties::Efron);
    close(found.coefficients[0].log.estimate, -0.4954710974401104, 1e-9, "x");
    close(found.coefficients[1].log.estimate, 0.35976629951307343, 1e-9, "z");
    close(found.martingale.iter().sum(), 0.0, 1e-9, "sum of the martingale residuals");
}

/// Twenty-six patients with ovarian cancer (Edmonson et al. 1979): time, death, age, ECOG status. `cox.zph(coxph(Surv(futime, fustat) ~ age +
/// ecog.ps, ovarian))` of R's survival 3 prints χ² 0.698 (age), 2.371 (ecog.ps), 3.633 (global), p 0.40, 0.12, 0.16.
#[test]
fn the_test_of_proportional_hazards_agrees_with_r() {
    #[rustfmt::skip]
    let rows = [
        (59, 1, 72.3315, 1), (115, 1, 74.4932, 1), (156, 1, 66.4658, 2), (421, 0, 53.3644, 1), (431, 1, 50.3397, 1), (448, 0, 56.4301, 2),
        (464, 1, 56.937, 2), (475, 1, 59.8548, 2), (477, 0, 64.1753, 1), (563, 1, 55.1781, 2), (638, 1, 56.7562, 2), (744, 0, 50.1096, 1),
        (769, 0, 59.6301, 2), (770, 0, 57.0521, 1), (803, 0, 39.2712, 1), (855, 0, 43.1233, 2), (1040, 0, 38.8932, 2), (1106, 0, 44.6, 1),
        (1129, 0, 53.9068, 1), (1206, 0, 44.2055, 1), (1227, 0, 59.589, 2), (268, 1, 74.5041, 2), (329, 1, 43.137, 1), (353, 1, 63.2192, 2),
        (365, 1, 64.4247, 1), (377, 0, 58.3096, 1),
    ];
    let spells: Vec<Spell> = rows
        .iter()
        .enumerate()
        .map(|(i, (t, e, age, ecog))| spell(0.0, f64::from(*t), *e == 1, vec![*age, f64::from(*ecog)], i))
        .collect();
    let test = fit(&spells, &["age", "ecog.ps"], Ties::Efron).proportionality.unwrap();
    for (found, statistic, p) in [
        (test.by_covariate[0].1, 0.698, 0.40),
        (test.by_covariate[1].1, 2.371, 0.12),
        (test.global, 3.633, 0.16),
    ] {
        close(found.statistic, statistic, 5e-4, "χ²");
        close(found.p, p, 5e-3, "p");
    }
}

/// 120 gaps of a renewal process with hazard 2u/θ² (Weibull, shape 2) times `ratio` from the 60th gap's middle on.
fn renewal(seed: u64, ratio: f64) -> EventSeries {
    let mut source = Source(seed);
    let (change, end) = (300.0, 600.0);
    let (mut days, mut now) = (Vec::new(), 0.0_f64);
    while now < end {
        days.push(now);
        // Cumulative hazard u²/25, times the ratio after the change.
        let target = -source.uniform().ln();
        let before: f64 = (change - now).max(0.0);
        let reached = before * before / 25.0;
        now += if target <= reached {
            5.0 * target.sqrt()
        } else {
            (before * before + 25.0 * (target - reached) / ratio).sqrt()
        };
    }
    EventSeries::new(days, 0.0, end).unwrap().with_intervention("step", change, None).unwrap()
}

/// Monte Carlo error of a coverage of 95%: 0.8 points. A run of 1000 found 93.9% (likelihood), 94.0% (Wald), 93.2% (robust), bias −0.010.
const SIMULATIONS: u64 = 700;

#[test]
fn the_series_hazard_model_covers_what_it_says_on_renewal_processes() {
    for (inference, ratio, controls) in [
        (CoxInference::Likelihood, 0.6, vec![]),
        (CoxInference::Likelihood, 1.0, vec![Control::PreviousGap]),
        (CoxInference::Wald, 0.6, vec![]),
        (CoxInference::Robust, 0.6, vec![]),
    ] {
        let cox = Cox { inference, ..Cox::default() };
        let model = SeriesHazard { cox, controls, ..SeriesHazard::default() };
        let results: Vec<(bool, f64, bool)> = (0..SIMULATIONS)
            .into_par_iter()
            .map(|seed| {
                let fit = model.fit(&renewal(seed * 7919 + 3, ratio), &Settings::default()).unwrap();
                let step = fit.coefficient("step").unwrap();
                assert_eq!(step.p < 0.05, step.ratio.low > 1.0 || step.ratio.high < 1.0);
                let covered = step.ratio.low <= ratio && ratio <= step.ratio.high;
                (covered, step.log.estimate - ratio.ln(), fit.serial_correlation.unwrap().1 < 0.05)
            })
            .collect();
        let share = |f: fn(&(bool, f64, bool)) -> bool| {
            results.iter().filter(|r| f(r)).count() as f64 / SIMULATIONS as f64
        };
        let bias = results.iter().map(|r| r.1).sum::<f64>() / SIMULATIONS as f64;
        assert!((0.925..=0.97).contains(&share(|r| r.0)), "{inference:?}: covers {}", share(|r| r.0));
        assert!(bias.abs() < 0.02, "{inference:?}: bias {bias}");
        assert!(share(|r| r.2) < 0.08, "finds a serial correlation in {}", share(|r| r.2));
    }
}

/// Nothing changed, but events come in bursts (branching 0.6, mean delay 3 days): at 5%, the likelihood finds a difference in 15.8% of 500
/// series, the robust error over blocks of 60 days in 7.4%; without bursts 5.0% and 6.4%. The test of dependence warns in 59% and 4%.
#[test]
fn bursts_mislead_the_series_hazard_model_less_with_blocks_and_it_warns() {
    let share = |branching: f64, model: &SeriesHazard| -> (f64, f64) {
        let results: Vec<(bool, bool)> = (0..300_u64)
            .into_par_iter()
            .map(|seed| {
                let mut days =
                    simulate(seed * 7919 + 11, 0.2 * (1.0 - branching) / 0.6, 1.0, branching, 3.0, 1000.0);
                days.iter_mut().for_each(|d| *d = d.floor());
                let series = EventSeries::new(days, 0.0, 1000.0).unwrap();
                let series = series.with_intervention("step", 500.0, None).unwrap();
                let fit = model.fit(&series, &Settings::default()).unwrap();
                (fit.coefficients[0].p < 0.05, fit.warnings.iter().any(|w| w.contains("one gap tells")))
            })
            .collect();
        let n = results.len() as f64;
        (results.iter().filter(|r| r.0).count() as f64 / n, results.iter().filter(|r| r.1).count() as f64 / n)
    };
    let plain = SeriesHazard::default();
    let cox = Cox { inference: CoxInference::Robust, ..Cox::default() };
    let blocks = SeriesHazard { cox, block: Some(60.0), ..SeriesHazard::default() };
    let (found, warned) = share(0.6, &plain);
    assert!(found > 0.1 && warned > 0.5, "{found} {warned}");
    assert!(share(0.6, &blocks).0 < 0.115);
    let (found, warned) = share(0.0, &plain);
    assert!(found < 0.085 && warned < 0.085, "{found} {warned}");
}
