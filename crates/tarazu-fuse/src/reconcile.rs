//! The fields of an incident, beside every dataset's own value.

use crate::reports::Reports;

/// What the members of an incident say, reconciled by stated rules. Every field names the row that it comes from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reconciled {
    /// First and last day: of the member with the shortest interval; ties by key.
    pub days: Option<(i32, i32)>,
    /// The row.
    pub days_from: Option<u32>,
    /// Coordinates of the member with the smallest radius; ties by key.
    pub coordinates: Option<(f64, f64)>,
    /// The row.
    pub coordinates_from: Option<u32>,
    /// Lowest over the members of `deaths_low`, or else `deaths_best`, with its row.
    pub deaths_low: Option<(u32, u32)>,
    /// Median over the members of `deaths_best` (the lower of two middle ones), with its row.
    pub deaths_best: Option<(u32, u32)>,
    /// Highest over the members of `deaths_high`, or else `deaths_best`, with its row.
    pub deaths_high: Option<(u32, u32)>,
    /// Highest over the members, with its row.
    pub wounded: Option<(u32, u32)>,
}

/// Reconcile the members of an incident.
pub fn reconcile(reports: &Reports, members: &[u32]) -> Reconciled {
    let mut rows: Vec<u32> = members.to_vec();
    rows.sort_by_key(|&row| reports.key(row as usize));
    let days_from = rows.iter().copied().filter_map(|r| Some((r, reports.days(r as usize)?)));
    let days_from = days_from.min_by_key(|(_, (start, end))| end - start);
    let located = rows.iter().copied().filter(|&r| reports.coordinates(r as usize).is_some());
    let located = located.min_by(|&x, &y| {
        let radius = |row| reports.radius_km(row as usize).unwrap_or(f64::INFINITY);
        radius(x).total_cmp(&radius(y))
    });
    let of = |bound: usize| {
        let value = move |row: u32| {
            let [best, low, high] = reports.deaths(row as usize);
            [best, low.or(best), high.or(best)][bound]
        };
        rows.iter().filter_map(|&row| Some((value(row)?, row))).collect::<Vec<_>>()
    };
    let mut best = of(0);
    best.sort_by_key(|v| v.0);
    Reconciled {
        days: days_from.map(|d| d.1),
        days_from: days_from.map(|d| d.0),
        coordinates: located.and_then(|r| reports.coordinates(r as usize)),
        coordinates_from: located,
        deaths_low: of(1).into_iter().min_by_key(|v| v.0),
        deaths_best: best.get(best.len().saturating_sub(1) / 2).copied(),
        deaths_high: of(2).into_iter().max_by_key(|v| (v.0, std::cmp::Reverse(reports.key(v.1 as usize)))),
        wounded: rows
            .iter()
            .filter_map(|&r| Some((reports.wounded(r as usize)?, r)))
            .max_by_key(|v| (v.0, std::cmp::Reverse(reports.key(v.1 as usize)))),
    }
}
