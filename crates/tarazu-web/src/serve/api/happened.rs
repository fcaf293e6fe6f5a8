//! What happened: events and deaths, counted.

use serde_json::{Map, Value, json};
use tarazu_events::{AreaUnit, Period};

use super::{CASE, FORMAT, any_object, count, count_or_null, list, object, text, text_or_null};
use crate::cube::{By, Counts, CubeTable, Selection, TableAnswer};
use crate::serve::answer::{Answer, Table};
use crate::serve::guard::Server;
use crate::serve::parameter::{Asked, Kind, Parameter};
use crate::serve::problem::Problem;
use crate::serve::route::{Content, Route};

const DATASET: Parameter = Parameter {
    name: "dataset",
    about: "One dataset; without it each answers apart. Datasets record the same incidents, so they are never added.",
    kind: Kind::Name(|explorer| explorer.datasets()),
};
const ACTOR: Parameter = Parameter {
    name: "actor",
    about: "An actor on either side, by its name in /api/v1/happened/names.",
    kind: Kind::Text,
};
const TYPE: Parameter = Parameter {
    name: "type",
    about: "A type of event of the project's taxonomy, as in /api/v1/happened/names.",
    kind: Kind::Text,
};
const AREA: Parameter = Parameter {
    name: "area",
    about: "A country, province or district with all that is in it, by its name in /api/v1/happened/names: `PAK`, `PAK/Sindh province`.",
    kind: Kind::Text,
};
const FROM: Parameter = Parameter { name: "from", about: "First month, `2024-06`.", kind: Kind::Month };
const TO: Parameter = Parameter { name: "to", about: "Last month, included.", kind: Kind::Month };
const BY: Parameter = Parameter {
    name: "by",
    about: "What the counts are summed by. By actor an event counts for each of its sides.",
    kind: Kind::Word(&["month", "year", "area", "type", "actor", "dataset"]),
};
const LEVEL: Parameter = Parameter {
    name: "level",
    about: "With `by=area`, of which areas: `below` those in `area`, or else countries.",
    kind: Kind::Word(&["below", "country", "admin1", "admin2"]),
};
const LIMIT: Parameter = Parameter {
    name: "limit",
    about: "Rows of each dataset at most; how many were left out is said.",
    kind: Kind::Whole { least: 1, most: 10_000, otherwise: 2000 },
};

pub const HAPPENED: Route = Route {
    path: "/api/v1/happened",
    name: "happened",
    summary: "Events and people reported killed, by month, year, area, type, actor or dataset",
    about: "Counts, never single events, and never finer than district and month; months that are not over by thirty days are left \
            out. `null` is not zero: the dataset does not publish it, or knows it of none of these events; events of unknown toll are \
            counted in `events_toll_unknown` and add nothing to deaths. Where a case asks it, cells of provinces and districts with few events \
            are `null` and counted in `suppressed`. A dataset that cannot tell is under `silent`, with the reason.",
    parameters: &[DATASET, ACTOR, TYPE, AREA, FROM, TO, BY, LEVEL, LIMIT, CASE, FORMAT],
    content: Content::Table(|| {
        let dataset = object(&[
            ("dataset", text()),
            ("release", text()),
            ("unit", text()),
            ("from", text()),
            ("to", text()),
            ("total", any_object()),
            (
                "rows",
                list(
                    json!({ "type": "object", "required": ["key"], "properties": { "key": text(), "events": count_or_null(), "suppressed": count() } }),
                ),
            ),
            ("rows_left_out", count()),
        ]);
        let silent = object(&[("dataset", text()), ("reason", text())]);
        object(&[
            ("asked", any_object()),
            ("by", text()),
            ("left_out_from", text_or_null()),
            ("datasets", list(dataset)),
            ("silent", list(silent)),
        ])
    }),
    answer: happened,
};

pub const NAMES: Route = Route {
    path: "/api/v1/happened/names",
    name: "names",
    summary: "The datasets with the areas, actors and types that can be asked for",
    about: "For each dataset its release, the months covered by country, what it publishes, and the names in it. An actor is named \
            where a UCDP actor id says that it is an organisation.",
    parameters: &[DATASET, CASE],
    content: Content::Json(|| {
        let dataset = object(&[
            ("dataset", text()),
            ("release", text()),
            ("unit", text()),
            ("measures", list(text())),
            ("coverage", any_object()),
            ("areas", any_object()),
            ("actors", list(text())),
            ("types", list(text())),
        ]);
        object(&[("datasets", list(dataset))])
    }),
    answer: names,
};

fn unit(unit: AreaUnit) -> &'static str {
    match unit {
        AreaUnit::Country => "country",
        AreaUnit::Admin1 => "admin1",
        AreaUnit::Admin2 => "admin2",
    }
}

fn level(asked: &Asked, area: Option<&str>) -> AreaUnit {
    match asked.text("level") {
        Some("country") => AreaUnit::Country,
        Some("admin1") => AreaUnit::Admin1,
        Some("admin2") => AreaUnit::Admin2,
        _ => match area.map(|a| a.matches('/').count()) {
            None => AreaUnit::Country,
            Some(0) => AreaUnit::Admin1,
            Some(_) => AreaUnit::Admin2,
        },
    }
}

/// A dataset that answers.
struct Told<'a> {
    name: String,
    table: &'a CubeTable,
    answer: TableAnswer,
    left_out: usize,
}

fn happened(server: &Server, asked: &Asked) -> Result<Answer, Problem> {
    let explorer = &server.explorer;
    let selection = Selection {
        actor: asked.text("actor").map(str::to_owned),
        event_type: asked.text("type").map(str::to_owned),
        area: asked.text("area").map(str::to_owned),
        from: asked.month("from"),
        to: asked.month("to"),
    };
    let word = asked.text("by").unwrap_or("month");
    let by = match word {
        "year" => By::Year,
        "area" => By::Area(level(asked, selection.area.as_deref())),
        "type" => By::Type,
        "actor" => By::Actor,
        "dataset" => By::Dataset,
        _ => By::Month,
    };
    let limit = asked.whole(&LIMIT);
    let (mut told, mut silent): (Vec<Told<'_>>, Vec<(String, &str)>) = (Vec::new(), Vec::new());
    for (name, table) in explorer.tables(explorer.case(asked.text("case"))) {
        // A dataset may have a table by country and one by province: the first that can tell does.
        if asked.text("dataset").is_some_and(|d| d != name) || told.iter().any(|t| t.name == name) {
            continue;
        }
        match table.ask(&selection, by) {
            Ok(mut answer) => {
                silent.retain(|s| s.0 != name);
                let left_out = answer.rows.len().saturating_sub(limit);
                answer.rows.truncate(limit);
                told.push(Told { name, table, answer, left_out });
            }
            Err(reason) => {
                silent.retain(|s| s.0 != name);
                silent.push((name, reason));
            }
        }
    }
    if asked.csv() {
        return Ok(Answer::Csv(table(word, &told)));
    }
    let datasets: Vec<Value> = told.iter().map(dataset).collect();
    let silent: Vec<Value> =
        silent.iter().map(|(name, reason)| json!({ "dataset": name, "reason": reason })).collect();
    let left_out_from = explorer.store.as_ref().map(|s| s.left_out_from.to_string());
    Ok(Answer::Json(json!({
        "asked": asked.echo(),
        "by": word,
        "left_out_from": left_out_from,
        "datasets": datasets,
        "silent": silent,
    })))
}

fn dataset(told: &Told<'_>) -> Value {
    let row = |counts: &Counts| -> Map<String, Value> {
        let values = told.table.measures.iter().zip(&counts.values);
        let mut map: Map<String, Value> = values.map(|(m, v)| (m.column().to_owned(), json!(v))).collect();
        if told.table.small_cells.is_some() {
            map.insert("suppressed".into(), counts.suppressed.into());
        }
        map
    };
    let rows = told.answer.rows.iter().map(|r| {
        let mut map = Map::from_iter([("key".to_owned(), Value::from(r.key.as_str()))]);
        map.extend(row(r));
        Value::Object(map)
    });
    json!({
        "dataset": told.name,
        "release": told.table.version,
        "unit": unit(told.table.area),
        "from": told.answer.span.0,
        "to": told.answer.span.1,
        "total": row(&told.answer.total),
        "rows": rows.collect::<Vec<_>>(),
        "rows_left_out": told.left_out,
    })
}

fn table(by: &str, told: &[Told<'_>]) -> Table {
    let mut headings = vec!["dataset", "release", "by", "key"];
    headings.extend(tarazu_events::Measure::ALL.map(tarazu_events::Measure::column));
    let suppressing = told.iter().any(|t| t.table.small_cells.is_some());
    if suppressing {
        headings.push("suppressed");
    }
    let mut rows = Vec::new();
    for t in told {
        let whole = [("(all)".to_owned(), &t.answer.total)];
        let parts = t.answer.rows.iter().map(|r| (r.key.clone(), r));
        let lines: Vec<_> = if by == "dataset" { whole.into_iter().collect() } else { parts.collect() };
        for (key, counts) in lines {
            let mut row = vec![t.name.clone(), t.table.version.clone(), by.to_owned(), key];
            row.extend(tarazu_events::Measure::ALL.map(|m| {
                let value = t.table.place(m).and_then(|p| counts.values.get(p).copied().flatten());
                value.map_or_else(String::new, |v| v.to_string())
            }));
            if suppressing {
                row.push(if t.table.small_cells.is_some() {
                    counts.suppressed.to_string()
                } else {
                    String::new()
                });
            }
            rows.push(row);
        }
    }
    Table { headings, rows }
}

fn names(server: &Server, asked: &Asked) -> Result<Answer, Problem> {
    let explorer = &server.explorer;
    let tables = explorer.tables(explorer.case(asked.text("case")));
    let wanted = tables.into_iter().filter(|(name, _)| asked.text("dataset").is_none_or(|d| d == name));
    let datasets: Vec<Value> = wanted
        .map(|(name, table)| {
            let months = |(first, last): &(Period, Period)| json!([first, last]);
            let coverage: Map<String, Value> =
                table.coverage.iter().map(|(c, m)| (c.clone(), months(m))).collect();
            let areas: Map<String, Value> =
                table.units().map(|u| (unit(u).to_owned(), json!(table.area_ids(u)))).collect();
            json!({
                "dataset": name,
                "release": table.version,
                "unit": unit(table.area),
                "measures": table.measures.iter().map(|m| m.column()).collect::<Vec<_>>(),
                "coverage": coverage,
                "areas": areas,
                "actors": table.actors,
                "types": table.types,
            })
        })
        .collect();
    Ok(Answer::Json(json!({ "datasets": datasets })))
}
