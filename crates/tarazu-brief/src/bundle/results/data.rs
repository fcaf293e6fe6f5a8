//! The figures that were weighed: the panel, where it comes from, the months that are shown, provinces and districts.

use tarazu_events::Measure;

use crate::bundle::licence::may_publish;
use crate::bundle::table::{Cell, Field, Origin, Table, row};
use crate::weigh::{AreaKind, PanelSource, Weighing};

fn dataset() -> Field {
    Field::text("dataset", "Dataset").required()
}

fn version() -> Field {
    Field::text("version", "Release of the dataset").required()
}

pub fn sources(weighing: &Weighing) -> Table {
    let mut table = Table::new(
        Origin::Datasets,
        "sources",
        "Sources of the panel",
        "Where the figures of each dataset and release come from.",
        &["dataset", "version"],
        vec![
            dataset(),
            version(),
            Field::text("attribution", "Who publishes it and what to cite").required(),
            Field::text("licence", "Licence, as the case states it").required(),
            Field::text("computed", "How the figures were computed").required(),
            Field::text("sha256", "SHA-256 of the file that they were computed from").required(),
            Field::text("notes", "What a reader must know"),
            Field::boolean("published", "Whether its figures are part of this bundle").required(),
        ],
    );
    for s in &weighing.panel_sources {
        table.rows.push(row![
            &s.dataset,
            &s.version,
            &s.attribution,
            &s.licence,
            &s.computed,
            &s.sha256,
            &s.notes,
            may_publish(s)
        ]);
    }
    table
}

pub fn panel(weighing: &Weighing) -> Table {
    let described = |measure: Measure| match measure {
        Measure::Events => ("events", "Events of all types"),
        Measure::EventsStateBased => ("events", "Events in which at least one side is a government"),
        Measure::EventsNonState => ("events", "Events between organised groups"),
        Measure::EventsOneSided => ("events", "Events against civilians"),
        Measure::DeathsBest => ("people", "Reported killed, best estimate"),
        Measure::DeathsLow => ("people", "Reported killed, low estimate"),
        Measure::DeathsHigh => ("people", "Reported killed, high estimate"),
        Measure::DeathsCivilians => ("people", "Reported killed, coded as civilians by the dataset"),
        Measure::DeathsStateBased => {
            ("people", "Reported killed in events with a government on one side, best estimate")
        }
        Measure::EventsTollUnknown => ("events", "Events whose toll is not known"),
    };
    let mut fields = vec![
        dataset(),
        version(),
        Field::text("area", "Area: ISO 3166-1 alpha-3 code of a country, or province or district below it")
            .required(),
        Field::month("period", "Month").required(),
    ];
    fields.extend(Measure::ALL.map(|m| {
        let (unit, words) = described(m);
        Field::count(m.column(), unit, words)
    }));
    let about = "Events and deaths by area and month, per dataset and release. An empty cell is not published or not known, never zero.";
    let mut table = Table::new(
        Origin::Datasets,
        "panel",
        "Panel",
        about,
        &["dataset", "version", "area", "period"],
        fields,
    );
    let published = |dataset: &str, version: &str| {
        let of = |s: &&PanelSource| s.dataset == dataset && s.version == version;
        weighing.panel_sources.iter().find(of).is_none_or(may_publish)
    };
    for r in weighing.panel.rows.iter().filter(|r| published(&r.dataset, &r.version)) {
        let mut row = row![&r.dataset, &r.version, &r.area, r.period];
        row.extend(Measure::ALL.map(|m| Cell::from(r.measures.get(m))));
        table.rows.push(row);
    }
    table
}

pub fn months(weighing: &Weighing) -> Table {
    let mut table = Table::new(
        Origin::Datasets,
        "months",
        "Months shown",
        "The treated area by month as the brief draws it: best and high of one dataset, low of whichever release publishes it.",
        &["month"],
        vec![
            Field::month("month", "Month").required(),
            Field::text("dataset", "Dataset and release of events, best and high").required(),
            Field::count("events", "events", "Events"),
            Field::count("best", "people", "Reported killed, best estimate"),
            Field::count("low", "people", "Reported killed, low estimate"),
            Field::text("low_dataset", "Dataset and release of the low estimate"),
            Field::count("high", "people", "Reported killed, high estimate"),
        ],
    );
    let withheld = |name: &str| {
        let of = |s: &&PanelSource| format!("{} {}", s.dataset, s.version) == name;
        weighing.panel_sources.iter().find(of).is_some_and(|s| !may_publish(s))
    };
    for m in weighing.monthly.iter().filter(|m| !withheld(&m.dataset)) {
        let low = m.low_dataset.as_ref().filter(|d| !withheld(d));
        table.rows.push(row![m.month, &m.dataset, m.events, m.best, low.and(m.low), low, m.high]);
    }
    table
}

pub fn areas(weighing: &Weighing) -> Table {
    let mut table = Table::new(
        Origin::Datasets,
        "areas",
        "Provinces and districts",
        "Totals of provinces and of districts by blocks of years, as the maps show them. Where the dataset names no area, the name is empty.",
        &[],
        vec![
            dataset(),
            version(),
            Field::text("kind", "What an area is").required().one_of(["province", "district"]),
            Field::text("province", "Province, as the dataset names it"),
            Field::text("district", "District, as the dataset names it"),
            Field::count("from", "year", "First year").required(),
            Field::count("to", "year", "Last year").required(),
            Field::count("events", "events", "Events"),
            Field::count("deaths_low", "people", "Reported killed, low estimate"),
            Field::count("deaths_best", "people", "Reported killed, best estimate"),
            Field::count("deaths_high", "people", "Reported killed, high estimate"),
        ],
    );
    if weighing.areas.iter().flat_map(|a| &a.rows).any(|r| !r.suppressed.is_empty()) {
        let words = "Periods that are suppressed as small cells, and in none of the sums of the row";
        table.fields.push(Field::count("suppressed", "periods", words));
    }
    for a in weighing.areas.iter().filter(|a| may_publish(&a.source)) {
        for r in &a.rows {
            let (kind, province, district) = match a.kind {
                AreaKind::Province => ("province", r.name.as_ref(), None),
                AreaKind::District => ("district", r.province.as_ref(), r.name.as_ref()),
            };
            for (i, (block, [events, low, best, high])) in a.blocks.iter().zip(&r.blocks).enumerate() {
                let years = [block.from, block.to].map(|year| Cell::Integer(year.into()));
                let [from, to] = years;
                let (dataset, version) = (&a.source.dataset, &a.source.version);
                let mut row =
                    row![dataset, version, kind, province, district, from, to, *events, *low, *best, *high];
                row.extend(r.suppressed.get(i).map(|n| Cell::from(*n)));
                table.rows.push(row);
            }
        }
    }
    table
}
