//! Whether the hazards are proportional: the score test of Grambsch & Therneau 1994, eq. 3.

use faer::Mat;

use super::partial::Rows;
use super::{ChiSquareTest, Proportionality, Ties};
use crate::linear::Cholesky;

/// What one event time adds: its time, events, rows at risk, observed less expected covariates, and their variance.
struct Moment {
    time: f64,
    residual: Vec<f64>,
    variance: Vec<f64>,
}

pub(super) fn test(rows: &Rows, beta: &[f64], ties: Ties, names: &[&str]) -> Option<Proportionality> {
    let p = rows.width;
    let mut moments = Vec::new();
    rows.sweep(&rows.predictors(beta), ties, |tied| {
        let mut moment = Moment { time: tied.time, residual: vec![0.0; p], variance: vec![0.0; p * p] };
        for (l, death) in tied.deaths.iter().enumerate() {
            let risk = tied.risk(l);
            (0..p).for_each(|k| moment.residual[k] += rows.row(*death)[k] - risk.mean[k]);
            (0..p * p).for_each(|k| moment.variance[k] += risk.variance[k]);
        }
        moments.push(moment);
    });
    moments.reverse();
    let g = centred_kaplan_meier(rows, &moments);
    let mut score = vec![0.0; p];
    let mut information = Mat::zeros(2 * p, 2 * p);
    for (moment, g) in moments.iter().zip(&g) {
        for i in 0..p {
            score[i] += g * moment.residual[i];
            for j in 0..p {
                let variance = moment.variance[i * p + j];
                information[(i, j)] += variance;
                information[(i, p + j)] += g * variance;
                information[(p + i, j)] += g * variance;
                information[(p + i, p + j)] += g * g * variance;
            }
        }
    }
    // Of the coefficients themselves the score is 0 at the maximum.
    let statistic = |added: &[usize]| {
        let kept: Vec<usize> = (0..p).chain(added.iter().map(|j| p + j)).collect();
        let block = Mat::from_fn(kept.len(), kept.len(), |a, b| information[(kept[a], kept[b])]);
        let u: Vec<f64> = (0..kept.len()).map(|a| if a < p { 0.0 } else { score[added[a - p]] }).collect();
        let solved = Cholesky::new(&block)?.solve(&u);
        Some(ChiSquareTest::new(crate::linear::dot(&u, &solved), added.len()))
    };
    let by_covariate =
        (0..p).map(|j| Some((names[j].to_owned(), statistic(&[j])?))).collect::<Option<Vec<_>>>()?;
    Some(Proportionality { by_covariate, global: statistic(&(0..p).collect::<Vec<_>>())? })
}

/// 1 − S(t−) at each event time, less its mean over the events.
fn centred_kaplan_meier(rows: &Rows, moments: &[Moment]) -> Vec<f64> {
    let (mut survival, mut total, mut events) = (1.0, 0.0, 0.0);
    let mut g = Vec::new();
    for moment in moments {
        let at_risk = (0..rows.stop.len())
            .filter(|i| rows.start[*i] < moment.time && moment.time <= rows.stop[*i])
            .count() as f64;
        let deaths =
            (0..rows.stop.len()).filter(|i| rows.event[*i] && rows.stop[*i] == moment.time).count() as f64;
        g.push(1.0 - survival);
        total += deaths * (1.0 - survival);
        events += deaths;
        survival *= 1.0 - deaths / at_risk;
    }
    g.iter().map(|v| v - total / events).collect()
}
