//! A specification in columns: its choices, then what was found. The bundle, `estimates.csv` and the grid of an estimate lay it out alike.

use tarazu_effects::multiverse::{CellResult, DIMENSION_NAMES, Grid};

use super::table::{Cell, Field};

/// Its columns.
pub fn fields() -> Vec<Field> {
    let share = "share of expectation";
    let per_month = "outcome per month";
    let words: [&str; DIMENSION_NAMES.len()] = [
        "Dataset and release",
        "Outcome: a column of the panel",
        "Months before",
        "Months after",
        "First month after, counted from the month of the date",
        "Comparison units",
        "Trend",
        "Seasonal terms",
        "Scale",
        "Estimator",
        "Unit taken as the treated one",
    ];
    let choices = DIMENSION_NAMES.iter().zip(words).map(|(name, words)| Field::text(name, words).required());
    let found = [
        Field::number("relative", share, "Difference from expectation"),
        Field::number("low", share, "Lower end of its interval"),
        Field::number("high", share, "Upper end of its interval"),
        Field::number("p", "1", "Two-sided p").within(0.0, 1.0),
        Field::number("average", per_month, "Difference per month"),
        Field::number("average_low", per_month, "Lower end of its interval"),
        Field::number("average_high", per_month, "Upper end of its interval"),
        Field::number("pre_period_r_squared", "1", "Share of the variance before that the fit describes"),
        Field::number("before_after", share, "What a plain before-after reading says"),
        Field::text("excluded", "Why the data cannot carry the specification"),
    ];
    choices.chain(found).collect()
}

/// Its row.
pub fn cells(grid: &Grid, result: &CellResult) -> Vec<Cell> {
    let choices = result.levels.iter().enumerate();
    let mut row: Vec<Cell> =
        choices.map(|(dimension, level)| Cell::Text(grid.label(dimension, *level))).collect();
    match &result.outcome {
        Ok(e) => {
            let (relative, average) = (e.relative, e.average);
            let numbers = [
                relative.estimate,
                relative.low,
                relative.high,
                e.p,
                average.estimate,
                average.low,
                average.high,
                e.r_squared,
            ];
            row.extend(numbers.map(Cell::rounded));
            row.extend([e.before_after.map(Cell::rounded).into(), Cell::Missing]);
        }
        Err(reason) => {
            row.extend(std::iter::repeat_n(Cell::Missing, 9));
            row.push(reason.as_ref().into());
        }
    }
    row
}
