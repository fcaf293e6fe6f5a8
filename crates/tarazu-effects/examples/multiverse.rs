//! How long the multiverse of a case takes: `multiverse CASE_FOLDER UNIT YYYY-MM`, with the folder's `grid.toml` and `panel.csv`.
//!
//! Prints the cells of the grid, those that have their data, and the seconds for these and for the whole answer with its placebos.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

use tarazu_effects::Settings;
use tarazu_effects::multiverse::{Plan, Question, Series, SeriesTable, summary};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &'static str| arguments.next().ok_or(what);
    let folder = next("expected the folder of a case")?;
    let (unit, start) = (next("expected a unit")?, month(&next("expected a month, such as 2024-06")?)?);
    let folder = Path::new(&folder);
    let mut plan: Plan = toml::from_str(&std::fs::read_to_string(folder.join("grid.toml"))?)?;
    let table = panel(&folder.join("panel.csv"), &plan.choices.outcome)?;
    if plan.choices.dataset.is_empty() {
        plan.choices.dataset = table.datasets().into_iter().map(str::to_owned).collect();
    }

    let settings = Settings { level: plan.level, seed: plan.seed, draws: plan.draws, replicate: 0 };
    let begun = Instant::now();
    let answer = plan.answer(&table, &unit, start, None)?;
    let whole = begun.elapsed().as_secs_f64();
    let cells: Vec<_> = answer.results.iter().map(|r| r.levels).collect();
    let question = Question { grid: &plan.choices, table: &table, treated: &unit, start, settings };
    let begun = Instant::now();
    let found = summary(&question.run(&cells)?);
    let alone = begun.elapsed().as_secs_f64();
    println!(
        "{} cells, {} with their data, {} estimated: {alone:.2} s; with {} placebo dates and {} placebo units: {whole:.2} s; {} threads",
        answer.grid,
        cells.len(),
        found.estimated,
        answer.dates.map_or(0, |d| d.placebos),
        answer.units.map_or(0, |u| u.placebos),
        rayon::current_num_threads()
    );
    Ok(())
}

/// Months since the year 0.
fn month(text: &str) -> Result<i64, Box<dyn Error>> {
    let (year, month) = text.split_once('-').ok_or(format!("{text}: expected a month, such as 2024-06"))?;
    Ok(year.parse::<i64>()? * 12 + month.parse::<i64>()? - 1)
}

/// The series of a panel. A measure is there for the months in which it is published, which follow one another.
fn panel(path: &Path, outcomes: &[String]) -> Result<SeriesTable, Box<dyn Error>> {
    let mut series: BTreeMap<[String; 3], Series> = BTreeMap::new();
    for row in csv::Reader::from_path(path)?.deserialize() {
        let row: BTreeMap<String, String> = row?;
        let dataset = format!("{} {}", row["dataset"], row["version"]);
        for outcome in outcomes {
            let Some(value) = row.get(outcome).and_then(|v| v.parse().ok()) else { continue };
            let first = month(&row["period"])?;
            let key = [dataset.clone(), row["area"].clone(), outcome.clone()];
            series.entry(key).or_insert(Series { first, values: Vec::new() }).values.push(value);
        }
    }
    let mut table = SeriesTable::new(Some(12));
    for ([dataset, unit, outcome], series) in series {
        table.insert(&dataset, &unit, &outcome, series);
    }
    Ok(table)
}
