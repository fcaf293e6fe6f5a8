//! The computed figures of the text, each with how it came about.

use serde::Serialize;
use tarazu_events::{Measure, Panel, Period};
use tarazu_ledger::{Aggregate, Case, Figure, FigureFormat, FigureSource};

use super::{Answer, WeighError};
use crate::number::{grouped, percent};

/// A figure with its value and its derivation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComputedFigure {
    /// Name in the text.
    pub id: String,
    /// What it is.
    pub text: String,
    /// As printed.
    pub printed: String,
    /// At full precision, where it is a number.
    pub value: Option<f64>,
    /// How it was computed.
    pub how: String,
}

enum Value {
    Number(f64),
    Word(String),
}

pub(super) fn compute(
    case: &Case,
    panel: &Panel,
    answers: &[Answer],
) -> Result<Vec<ComputedFigure>, WeighError> {
    case.figures
        .iter()
        .map(|figure| {
            let (value, how) = one(case, panel, answers, figure).map_err(|message| WeighError::Mismatch {
                file: "figures.toml".into(),
                message: format!("figure `{}`: {message}", figure.id.value),
            })?;
            let (printed, number) = match value {
                Value::Word(word) => (word, None),
                Value::Number(v) => (print(v, figure.format), Some(v)),
            };
            Ok(ComputedFigure {
                id: figure.id.value.clone(),
                text: figure.text.value.clone(),
                printed,
                value: number,
                how,
            })
        })
        .collect()
}

fn print(value: f64, format: FigureFormat) -> String {
    match format {
        FigureFormat::Whole | FigureFormat::Word => grouped(value),
        FigureFormat::Decimal => format!("{value:.1}"),
        FigureFormat::Percent => percent(value),
    }
}

fn one(case: &Case, panel: &Panel, answers: &[Answer], figure: &Figure) -> Result<(Value, String), String> {
    match &figure.source {
        None => Err("it has no source".into()),
        Some(FigureSource::Ledger { count }) => {
            let value =
                case.count(count).ok_or_else(|| format!("the ledger has no count `{}`", count.value))?;
            Ok((Value::Number(value as f64), format!("count over the ledger: {}", count.value)))
        }
        Some(FigureSource::Days { request }) => {
            let found = case.ledger.requests.iter().find(|r| r.header.id.value == request.value);
            let request_found = found.ok_or("there is no such request")?;
            let days = request_found.days(case.settings.as_of).ok_or("its dates are not known to the day")?;
            Ok((Value::Number(f64::from(days)), format!("days counted for the request {}", request.value)))
        }
        Some(FigureSource::Panel { dataset, version, area, measure, from, to, of }) => {
            let period = |text: &str| text.parse::<Period>().map_err(|e| e.to_string());
            let (from, to) = (period(from)?, period(to)?);
            let measure = Measure::from_column(measure)
                .ok_or_else(|| format!("`{}` is no column of a panel", measure.value))?;
            if from.unit() != to.unit() || to < from {
                return Err(format!("`to` ({to}) is not a period from `from` ({from}) on"));
            }
            let values: Option<Vec<f64>> = panel
                .area(dataset, version, area)
                .filter(|r| r.period >= from && r.period <= to)
                .map(|r| r.measures.get(measure).map(|v| v as f64))
                .collect();
            let values = values.ok_or("the dataset does not publish this measure")?;
            let wanted = to.since(from) + 1;
            if values.len() as i32 != wanted {
                return Err(format!(
                    "{wanted} periods from {from} to {to} are asked for, the panel has {}",
                    values.len()
                ));
            }
            let value = match of {
                Aggregate::Sum => values.iter().sum(),
                Aggregate::Mean => values.iter().sum::<f64>() / values.len() as f64,
                Aggregate::Max => values.iter().copied().fold(0.0, f64::max),
            };
            let word = match of {
                Aggregate::Sum => "sum",
                Aggregate::Mean => "mean",
                Aggregate::Max => "largest value",
            };
            let how = format!(
                "{word} of {} over {from} to {to}, {} in {} {}",
                measure.column(),
                area.value,
                dataset.value,
                version.value
            );
            Ok((Value::Number(value), how))
        }
        Some(FigureSource::Verdict { about, value }) => {
            let answer = answers
                .iter()
                .find(|a| a.question.id == about.value)
                .ok_or_else(|| format!("nothing is asked about `{}`", about.value))?;
            let (verdict, summary) = (&answer.multiverse.verdict, &answer.multiverse.summary);
            let detectable = verdict.smallest_detectable;
            let number = match value.value.as_str() {
                "word" => return Ok((Value::Word(verdict.word.text().into()), how(answer))),
                "specifications" => Some(verdict.specifications as f64),
                "wholly_below" => Some(verdict.wholly_below as f64),
                "wholly_above" => Some(verdict.wholly_above as f64),
                "median_relative" => summary.middle.map(|m| m.estimate),
                "smallest_decrease" => detectable.map(|d| d.decrease),
                "smallest_increase" => detectable.map(|d| d.increase),
                "before_after" => summary.before_after,
                "joint_p" => verdict.joint_p,
                "months_after" => answer.months_after.map(|months| months as f64),
                other => return Err(format!("a verdict has no value `{other}`")),
            };
            let number = number.ok_or("no specification could be estimated")?;
            Ok((Value::Number(number), how(answer)))
        }
    }
}

fn how(answer: &Answer) -> String {
    format!(
        "over the {} specifications asked about {}",
        answer.multiverse.verdict.specifications, answer.question.name
    )
}
