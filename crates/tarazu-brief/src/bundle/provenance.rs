//! Where everything comes from, as PROV-JSON (W3C PROV data model): files and documents are entities, the weighing is an activity, and
//! every figure, verdict and sentence is derived from what it rests on. There are no times in it: they would be another run's.

use serde_json::{Map, Value, json};
use tarazu_ledger::text::{Inline, split_inline};
use tarazu_ledger::{Case, FigureSource};

use crate::weigh::Weighing;

/// The parts of a PROV document that are used.
#[derive(Default)]
struct Prov {
    entities: Map<String, Value>,
    derived: Map<String, Value>,
    used: Map<String, Value>,
    generated: Map<String, Value>,
}

impl Prov {
    fn entity(&mut self, id: &str, label: &str, attributes: &[(&str, Value)]) {
        let mut entity = Map::new();
        entity.insert("prov:label".into(), json!(label));
        entity.extend(attributes.iter().map(|(key, value)| (format!("tarazu:{key}"), value.clone())));
        self.entities.insert(id.into(), entity.into());
    }

    fn derived(&mut self, from: &str, what: &str) {
        let id = format!("_:d{}", self.derived.len() + 1);
        self.derived.insert(id, json!({ "prov:generatedEntity": what, "prov:usedEntity": from }));
    }

    fn used(&mut self, entity: &str) {
        let id = format!("_:u{}", self.used.len() + 1);
        self.used.insert(id, json!({ "prov:activity": WEIGHING, "prov:entity": entity }));
    }

    fn generated(&mut self, entity: &str) {
        let id = format!("_:g{}", self.generated.len() + 1);
        self.generated.insert(id, json!({ "prov:entity": entity, "prov:activity": WEIGHING }));
    }
}

const WEIGHING: &str = "bundle:weighing";

/// A name within the bundle: what a qualified name may not hold becomes a hyphen.
fn name(kind: &str, id: &str) -> String {
    let id: String = id
        .chars()
        .map(|c| if c.is_alphanumeric() || matches!(c, '-' | '.' | '_') { c } else { '-' })
        .collect();
    format!("bundle:{kind}.{id}")
}

/// The provenance of a weighing.
pub fn prov(case: &Case, weighing: &Weighing) -> Vec<u8> {
    let mut prov = Prov::default();
    for input in &weighing.inputs {
        let id = name("file", &input.name);
        prov.entity(&id, &input.name, &[("sha256", json!(input.sha256))]);
        prov.used(&id);
    }
    for s in &weighing.panel_sources {
        let release = format!("{} {}", s.dataset, s.version);
        let (file, panel) = (name("dataset-file", &s.sha256), name("panel", &release));
        prov.entity(&file, &format!("The file of {release}"), &[("sha256", json!(s.sha256))]);
        let attributes = [("computed", json!(s.computed)), ("licence", json!(s.licence))];
        prov.entity(&panel, &format!("Panel of {release}"), &attributes);
        prov.derived(&file, &panel);
        prov.used(&panel);
    }
    for a in &weighing.answers {
        let (q, verdict) = (&a.question, &a.multiverse.verdict);
        let (estimates, answer) = (name("estimates", &q.id), name("verdict", &q.id));
        let attributes =
            [("rows", json!(a.multiverse.results.len())), ("table", json!("data/estimates.csv"))];
        prov.entity(&estimates, &format!("Specifications asked about {}", q.name), &attributes);
        let attributes = [("says", json!(verdict.word.text()))];
        prov.entity(&answer, &format!("Verdict on {}", q.name), &attributes);
        prov.generated(&estimates);
        for s in &weighing.panel_sources {
            prov.derived(&name("panel", &format!("{} {}", s.dataset, s.version)), &estimates);
        }
        prov.derived(&name("file", "grid.toml"), &estimates);
        prov.derived(&estimates, &answer);
    }
    for d in case.documents.values() {
        let mut attributes = vec![];
        attributes.extend(d.url.as_ref().map(|url| ("url", json!(url))));
        attributes.extend(d.sha256.as_ref().map(|sha256| ("sha256", json!(sha256))));
        prov.entity(&name("document", &d.key), &d.title, &attributes);
    }
    for (kind, header) in case.ledger.headers() {
        let id = name("entry", &header.id.value);
        prov.entity(&id, &format!("{kind} {}", header.id.value), &[]);
        for cite in &header.cites {
            prov.derived(&name("document", &cite.document.value), &id);
        }
    }
    for f in &weighing.figures {
        let id = name("figure", &f.id);
        prov.entity(&id, &f.text, &[("printed", json!(f.printed)), ("how", json!(f.how))]);
        let defined = case.figures.iter().find(|d| d.id.value == f.id).and_then(|d| d.source.as_ref());
        let from = match defined {
            Some(FigureSource::Panel { dataset, version, .. }) => {
                name("panel", &format!("{} {}", dataset.value, version.value))
            }
            Some(FigureSource::Verdict { about, .. }) => name("verdict", &about.value),
            Some(FigureSource::Days { request }) => name("entry", &request.value),
            Some(FigureSource::Ledger { .. }) | None => name("file", "case.toml"),
        };
        prov.derived(&from, &id);
    }
    for section in &case.brief.sections {
        let id = name("section", &section.heading.value);
        prov.entity(&id, &section.heading.value, &[]);
        prov.derived(&name("file", "brief.md"), &id);
        for (_, piece) in split_inline(&section.body.value) {
            match piece {
                Inline::Figure(figure) => prov.derived(&name("figure", figure), &id),
                Inline::Citation(cites) => {
                    for (key, _) in cites {
                        prov.derived(&name("document", key), &id);
                    }
                }
                Inline::Plain(_) => {}
            }
        }
    }
    let software = format!("bundle:tarazu-{}", weighing.version);
    let mut weighed = json!({
        "prov:label": "The weighing",
        "tarazu:edition": weighing.edition,
        "tarazu:version": weighing.version,
        "tarazu:as_of": weighing.as_of,
    });
    if let Some(plan) = &weighing.plan {
        weighed["tarazu:seed"] = json!(plan.seed.to_string());
        weighed["tarazu:level"] = json!(plan.level.to_string());
        weighed["tarazu:draws"] = json!(plan.draws);
    }
    if let Some(events) = &weighing.events {
        let id = name("event-file", &events.sha256);
        let attributes = [("sha256", json!(events.sha256)), ("accounts", json!(events.accounts.to_string()))];
        prov.entity(&id, &events.file, &attributes);
        prov.used(&id);
    }
    let document = json!({
        "prefix": {
            "tarazu": "urn:tarazu:",
            "bundle": format!("urn:sha256:{}:", weighing.edition),
        },
        "entity": prov.entities,
        "activity": { WEIGHING: weighed },
        "agent": { software.clone(): { "prov:type": { "$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME" }, "prov:label": format!("Tarazu {}", weighing.version) } },
        "used": prov.used,
        "wasGeneratedBy": prov.generated,
        "wasDerivedFrom": prov.derived,
        "wasAssociatedWith": { "_:a1": { "prov:activity": WEIGHING, "prov:agent": software } },
    });
    let mut bytes = serde_json::to_vec_pretty(&document).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
