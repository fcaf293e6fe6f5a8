//! Displacement against published examples and a peer's run, and the near-repeat test on data of known truth.

use tarazu_effects::simulate::Simulation;
use tarazu_effects::{
    BeforeAfter, DisplacementCounts, DisplacementSeries, EffectsError, Interval, Knox, PlacedEvent, Reading,
    Settings,
};

use crate::truth::Source;

fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() < tolerance, "{what}: {found}, expected {expected}");
}

/// The example of Wheeler & Ratcliffe 2018 (as in the tests of Wheeler's R package ptools).
fn published() -> DisplacementCounts {
    DisplacementCounts::new(BeforeAfter::new(207.0, 110.0), BeforeAfter::new(308.0, 318.0))
        .with_ring(BeforeAfter::new(178.0, 157.0))
        .with_ring_control(BeforeAfter::new(150.0, 140.0))
}

/// Wheeler & Ratcliffe 2018: −118, variance 1568, z −2.98, 95% interval −196 to −40.
#[test]
fn the_weighted_displacement_difference_of_the_paper_is_reproduced() {
    let found = published().weighted_difference(&Settings::default()).unwrap();
    close(found.total.estimate, -118.0, 1e-12, "total");
    close(found.error * found.error, 1568.0, 1e-9, "variance");
    close(found.z, -2.98, 5e-3, "z");
    close(found.total.low, -196.0, 0.5, "low");
    close(found.total.high, -40.0, 0.5, "high");
    close(found.local.estimate, -107.0, 1e-12, "local");
    close(found.displaced.unwrap().estimate, -11.0, 1e-12, "displaced");
    // Sums tell nothing of how counts vary from period to period.
    assert!(found.warnings.len() == 1 && found.warnings[0].contains("docs/calibration.md"));
}

/// Wheeler's two extensions (andrewpwheeler.com 2021-01-09 and 2021-02-23; tests of ptools): periods of different lengths, −20 with
/// variance 115; areas of different sizes, −99.69444444, error 35.4280755, z −2.813995483, −169.1321965 to −30.25669241.
#[test]
fn lengths_and_sizes_weigh_as_in_ptools() {
    let mut longer = DisplacementCounts::new(BeforeAfter::new(80.0, 20.0), BeforeAfter::new(100.0, 50.0));
    longer.lengths = (2.0, 1.0);
    let found = longer.weighted_difference(&Settings::default()).unwrap();
    close(found.total.estimate, -20.0, 1e-12, "total");
    close(found.error * found.error, 115.0, 1e-9, "variance");
    let mut sized = published();
    (sized.control.size, sized.treated.size) = (0.9, 1.2);
    sized.ring_control.as_mut().unwrap().size = 1.6;
    sized.ring.as_mut().unwrap().size = 1.5;
    let found = sized.weighted_difference(&Settings::default()).unwrap();
    close(found.total.estimate, -99.69444444, 1e-8, "total");
    close(found.error, 35.4280755, 1e-7, "error");
    close(found.z, -2.813995483, 1e-9, "z");
    close(found.total.low, -169.1321965, 1e-6, "low");
    close(found.total.high, -30.25669241, 1e-6, "high");
}

/// The formulas of Guerette 2009, appendix B, worked by hand on the counts of Wheeler & Ratcliffe: Rₐ/Cₐ = 110/318 = 0.345912, R_b/C_b =
/// 207/308 = 0.672078, Dₐ/Cₐ = 157/318 = 0.493711, D_b/C_b = 178/308 = 0.577922.
#[test]
fn the_quotient_and_its_parts_are_those_of_the_guide() {
    let found = published().weighted_quotient(&Settings::default()).unwrap();
    close(found.success, -0.326166, 1e-6, "success");
    close(found.ring, -0.084211, 1e-6, "ring");
    close(found.quotient.unwrap(), 0.258185, 2e-6, "quotient");
    assert_eq!(found.gross_effect, 97.0);
    close(found.total_net_effect, 103.720779 + 26.779221, 1e-6, "total net effect");
    assert_eq!(found.reading, Reading::Diffusion);
    let Interval { low, high, .. } = found.interval.unwrap();
    assert!(low < 0.258 && 0.258 < high, "{low} {high}");
}

#[test]
fn readings_follow_the_criteria() {
    let with = |treated_after, ring_after| {
        DisplacementCounts::new(BeforeAfter::new(100.0, treated_after), BeforeAfter::new(100.0, 100.0))
            .with_ring(BeforeAfter::new(100.0, ring_after))
            .weighted_quotient(&Settings::default())
            .unwrap()
    };
    for (treated, ring, reading) in [
        (100.0, 50.0, Reading::NoSuccess),
        (120.0, 100.0, Reading::NoSuccess),
        (60.0, 40.0, Reading::DiffusionBeyondDirect),
        (60.0, 80.0, Reading::Diffusion),
        (60.0, 100.0, Reading::Neither),
        (60.0, 120.0, Reading::Displacement),
        (60.0, 160.0, Reading::DisplacementBeyondDirect),
    ] {
        let found = with(treated, ring);
        assert_eq!(found.reading, reading, "{treated} {ring}");
        assert_eq!(found.quotient.is_none(), reading == Reading::NoSuccess);
    }
    // A success that chance could have made bounds no quotient.
    assert!(with(95.0, 100.0).quotient.is_some() && with(95.0, 100.0).interval.is_none());
    let nothing = DisplacementCounts::new(BeforeAfter::new(1.0, 1.0), BeforeAfter::new(0.0, 1.0))
        .with_ring(BeforeAfter::new(1.0, 1.0));
    assert!(nothing.weighted_quotient(&Settings::default()).is_err());
    let negative = DisplacementCounts::new(BeforeAfter::new(-1.0, 1.0), BeforeAfter::new(1.0, 1.0));
    assert!(negative.weighted_difference(&Settings::default()).is_err());
}

/// Poisson counts, a third of what the treated area loses moves to the ring. Both intervals over 4000 draws.
#[test]
fn intervals_of_difference_and_quotient_cover_what_they_say() {
    let mut source = Source(1);
    let (mut total, mut quotient, mut bounded) = (0_i32, 0_i32, 0_i32);
    let draws = 4000;
    for _ in 0..draws {
        let mut area = |before, after| BeforeAfter::new(source.poisson(before), source.poisson(after));
        let counts = DisplacementCounts::new(area(150.0, 90.0), area(300.0, 300.0))
            .with_ring(area(120.0, 140.0))
            .with_ring_control(area(200.0, 200.0));
        let found = counts.weighted_difference(&Settings::default()).unwrap();
        assert_eq!(found.p < 0.05, found.total.low > 0.0 || found.total.high < 0.0);
        total += i32::from(found.total.low <= -40.0 && -40.0 <= found.total.high);
        if let Some(interval) = counts.weighted_quotient(&Settings::default()).unwrap().interval {
            bounded += 1;
            // (20/300) / (−60/300).
            quotient += i32::from(interval.low <= -1.0 / 3.0 && -1.0 / 3.0 <= interval.high);
        }
    }
    let share = f64::from(total) / f64::from(draws);
    assert!((0.94..=0.96).contains(&share), "difference covers {share}");
    assert!(bounded > draws * 9 / 10);
    let share = f64::from(quotient) / f64::from(bounded);
    assert!((0.935..=0.965).contains(&share), "quotient covers {share}");
}

/// Autocorrelated, overdispersed counts of ten units of which none changed: sums taken for Poisson counts find a change far too often, their
/// periods do not (of 400 at 5%: 20, three standard errors 13).
#[test]
fn the_periods_know_what_their_sums_do_not() {
    let simulation = Simulation::named("panel-unchanged").unwrap();
    let (mut by_period, mut by_sums) = (0, 0);
    for replicate in 0..400 {
        let data = simulation.draw(5, replicate).unwrap();
        let series = DisplacementSeries {
            treated: data.units[0].clone(),
            ring: vec![data.units[8].clone()],
            controls: data.units[1..8].to_vec(),
            start: data.start,
        };
        let found = series.weighted_difference(&Settings::default()).unwrap();
        assert_eq!(found.p < 0.05, found.total.low > 0.0 || found.total.high < 0.0);
        by_period += usize::from(found.p < 0.05);
        by_sums += usize::from(series.counts().weighted_difference(&Settings::default()).unwrap().p < 0.05);
    }
    assert!(by_period <= 33 && by_sums > 80, "{by_period}, {by_sums} of 400");
}

#[test]
fn series_at_fault_are_refused() {
    let series = |periods: usize, controls: usize| DisplacementSeries {
        treated: vec![1.0; periods],
        ring: vec![],
        controls: vec![vec![2.0; periods]; controls],
        start: 6,
    };
    let fault = |series: DisplacementSeries| series.weighted_difference(&Settings::default()).unwrap_err();
    assert_eq!(fault(series(11, 1)), EffectsError::TooShort { side: "after", found: 5, needed: 6 });
    assert!(fault(series(12, 0)).to_string().contains("found no control"));
    let longer = DisplacementSeries { treated: vec![1.0; 13], ..series(12, 1) };
    assert!(fault(longer).to_string().contains("found series of 12 and 13 periods"));
    assert!(series(12, 1).weighted_difference(&Settings::default()).unwrap().displaced.is_none());
}

/// 80 places and days of a linear congruential generator; about a third have a companion within 5 units and 9 days.
fn events() -> Vec<PlacedEvent> {
    let mut state = 77_u64;
    let mut below = |limit: f64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 / (1_u64 << 53) as f64 * limit).floor()
    };
    let mut events = Vec::new();
    for _ in 0..80 {
        let event = PlacedEvent { x: below(100.0), y: below(100.0), day: below(365.0) };
        events.push(event);
        if below(20.0) < 7.0 {
            events.push(PlacedEvent {
                x: event.x + below(6.0),
                y: event.y + below(6.0),
                day: event.day + below(10.0),
            });
        }
    }
    events
}

/// pointpats 2.5.5, `Knox(xy, days, delta, tau, permutations=9999)` with seed 1: pairs within (delta, tau) (5, 5) 9, (5, 20) 15, (20, 5) 32,
/// (20, 20) 76; expected 1.42181818, 4.95313131, 16.38181818, 57.06868687; p 0.0002, 0.0003, 0.0003, 0.0065. Bands are differences of these.
#[test]
fn bands_of_the_knox_test_agree_with_pointpats() {
    let knox = Knox { distances: vec![5.0, 20.0], delays: vec![5.0, 20.0], ..Knox::default() };
    let table = knox.test(&events(), &Settings::default()).unwrap();
    let (observed, expected) = ([9, 6, 23, 38], [1.42181818, 3.53131313, 14.96, 37.15555556]);
    for (cell, (pairs, mean)) in table.cells.iter().zip(observed.iter().zip(expected)) {
        assert_eq!(cell.observed, *pairs);
        close(cell.expected, mean, 1e-7, "expected");
        assert!(cell.p_adjusted >= cell.p || cell.p > 0.5, "{cell:?}");
    }
    for (distance, delay, p) in
        [(5.0, 5.0, 0.0002), (5.0, 20.0, 0.0003), (20.0, 5.0, 0.0003), (20.0, 20.0, 0.0065)]
    {
        let knox =
            Knox { distances: vec![distance], delays: vec![delay], permutations: 9999, ..Knox::default() };
        let cell = knox.test(&events(), &Settings::default()).unwrap().cells[0];
        // Both are Monte Carlo: four standard errors of the difference.
        close(cell.p, p, 4.0 * (2.0 * p / 9999.0_f64).sqrt(), "p");
        assert_eq!(cell.p, cell.p_adjusted);
    }
}

#[test]
fn permutations_do_not_depend_on_threads() {
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let knox = Knox { distances: vec![5.0, 20.0], delays: vec![5.0, 20.0], ..Knox::default() };
        pool.install(|| knox.before_and_after(&events(), 180.0, &Settings::default()).unwrap())
    };
    let (one, four) = (with(1), with(4));
    assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&four).unwrap());
    assert_eq!(one.0.events + one.1.events, 100);
}

/// Places and days drawn apart from one another: the smallest adjusted p of nine bands is below 5% in at most 5% of cases (Monte Carlo
/// error of 400: 1.1 points).
#[test]
fn independent_places_and_dates_repeat_no_more_than_chance() {
    let mut source = Source(9);
    let mut found = 0;
    for _ in 0..400 {
        let events: Vec<PlacedEvent> = (0..60)
            .map(|_| PlacedEvent {
                x: 100.0 * source.uniform(),
                y: 100.0 * source.uniform(),
                day: (365.0 * source.uniform().powi(2)).floor(),
            })
            .collect();
        let knox = Knox { permutations: 199, ..Knox::default() };
        let table = knox.test(&events, &Settings::default()).unwrap();
        found += usize::from(table.cells.iter().any(|c| c.p_adjusted <= 0.05));
    }
    let share = found as f64 / 400.0;
    assert!((0.02..=0.083).contains(&share), "{share}");
}
