//! The tables of the ledger: one per kind of entry and one per list within it, and one of all citations.

mod claimed;
mod documents;
mod happened;
mod promised;

use tarazu_ledger::Case;

use super::table::{Field, Origin, Table, row};

const STRANDS: [&str; 4] = ["security", "regional cooperation", "socio-economic", "political"];

/// All tables of the ledger.
pub fn tables(case: &Case) -> Vec<Table> {
    let mut tables = vec![actors(case)];
    tables.extend(promised::campaigns(case));
    tables.extend(promised::commitments(case));
    tables.extend(promised::programmes(case));
    tables.push(claimed::encounters(case));
    tables.extend(claimed::claims(case));
    tables.push(claimed::requests(case));
    tables.push(happened::tallies(case));
    tables.extend(happened::incidents(case));
    tables.extend(happened::indicators(case));
    tables.push(documents::corrections(case));
    tables.push(documents::documents(case));
    tables.push(documents::citations(case));
    tables
}

fn number() -> Field {
    Field::count("number", "1", "Place in the list, counted from 1").required().within(1.0, 1e6)
}

fn actors(case: &Case) -> Table {
    let fields = vec![
        Field::text("actor", "Id of the actor").required(),
        Field::text("name", "Full name").required(),
        Field::text("short", "Short name"),
        Field::text("kind", "What it is: a state, body, party, organisation; never a private person")
            .required(),
        Field::text("part_of", "The actor of which it is a part").refers("actors", "actor"),
        Field::text("aliases", "Other names, divided by semicolons"),
        Field::count("ucdp_actor_id", "1", "Id in the UCDP actor list"),
    ];
    let about = "States, bodies, parties and organisations of the case.";
    let mut table = Table::new(Origin::Case, "actors", "Actors", about, &["actor"], fields);
    for a in &case.ledger.actors {
        let kind = a.kind.map(|k| k.text());
        let id = &a.header.id;
        table.rows.push(row![
            id,
            &a.name,
            a.short.as_ref(),
            kind,
            a.part_of.as_ref(),
            &a.aliases,
            a.ucdp_actor_id
        ]);
    }
    table
}
