//! Each dataset's own types and precision codes in the project's terms (`data/crosswalk.csv`, `data/precision.csv`).

use foldhash::HashMap;

use crate::event::EventType;
use crate::table::{Table, TableError};

/// The project's types of events, each with its finer types. Coarse enough that every dataset can be placed, fine enough that
/// a suicide bombing is not a skirmish.
pub const TAXONOMY: [(&str, &[&str]); 12] = [
    ("battle", &["armed_clash", "government_gains_territory", "non_state_gains_territory"]),
    (
        "explosion",
        &[
            "suicide_bombing",
            "remote_explosive",
            "shelling",
            "air_or_drone_strike",
            "grenade",
            "chemical_weapon",
        ],
    ),
    (
        "civilian_attack",
        &[
            "armed_attack",
            "assassination",
            "sexual_violence",
            "abduction",
            "hostage_taking",
            "unarmed_assault",
            "mass_killing",
        ],
    ),
    ("infrastructure_attack", &["facility", "hijacking"]),
    ("protest", &["peaceful", "with_intervention", "excessive_force"]),
    ("riot", &["violent_demonstration", "mob_violence"]),
    (
        "strategic",
        &[
            "agreement",
            "arrests",
            "base_established",
            "looting_or_property_destruction",
            "territory_transfer",
            "weapons_use_disrupted",
            "change_of_group",
        ],
    ),
    ("cooperation", &["diplomatic", "material", "aid", "yield"]),
    ("statement", &["statement", "appeal", "intent", "consult"]),
    (
        "coercion",
        &["demand", "disapprove", "reject", "threaten", "force_posture", "reduce_relations", "coerce"],
    ),
    ("other", &[]),
    ("unknown", &[]),
];

/// The type of these names, if the taxonomy has it.
pub fn event_type(name: &str, subtype: &str) -> Option<EventType> {
    let (event_type, subtypes) = TAXONOMY.into_iter().find(|(t, _)| *t == name)?;
    let event_subtype = match subtype {
        "" => None,
        wanted => Some(*subtypes.iter().find(|s| **s == wanted)?),
    };
    Some(EventType { event_type, event_subtype })
}

/// A code in small letters; `None` where it is so already, as numbers are, and a second look would find what the first did.
fn in_small_letters(code: &str) -> Option<String> {
    let small = |b: u8| b.is_ascii() && !b.is_ascii_uppercase();
    (!code.bytes().all(small)).then(|| code.to_lowercase())
}

/// A dataset's codes with their types.
#[derive(Debug, Default, Clone)]
struct Codes {
    alone: Option<EventType>,
    with: HashMap<String, EventType>,
}

/// Types of one dataset's events by code and finer code.
#[derive(Debug, Default, Clone)]
pub struct Types(HashMap<String, Codes>);

impl Types {
    /// The type of a code, by the finer code where the table has it.
    pub fn find(&self, code: &str, subcode: &str) -> Option<EventType> {
        let codes = self.0.get(code).or_else(|| self.0.get(&in_small_letters(code)?))?;
        let finer = (!subcode.is_empty()).then(|| {
            codes.with.get(subcode).or_else(|| codes.with.get(&in_small_letters(subcode)?)).copied()
        });
        finer.flatten().or(codes.alone)
    }
}

/// Types of events by dataset, code and finer code.
#[derive(Debug, Default)]
pub struct Crosswalk {
    datasets: HashMap<String, Types>,
    targets: HashMap<String, String>,
}

impl Crosswalk {
    pub(crate) fn read(table: &Table) -> Result<Self, TableError> {
        let mut crosswalk = Self::default();
        let [dataset, code, subcode, label, kind, subtype] =
            ["dataset", "code", "subcode", "label", "event_type", "event_subtype"]
                .map(|name| table.column(name));
        let (dataset, code, subcode, label, kind, subtype) =
            (dataset?, code?, subcode?, label?, kind?, subtype?);
        let mut labels = Vec::new();
        for (line, row) in &table.rows {
            let cell = |at: usize| row.get(at).unwrap_or_default().trim();
            let key = cell(code).to_lowercase();
            if cell(dataset) == "GTD target" {
                crosswalk.targets.insert(key, cell(kind).into());
                crosswalk.targets.insert(cell(label).to_lowercase(), cell(kind).into());
                continue;
            }
            let Some(found) = event_type(cell(kind), cell(subtype)) else {
                let both = format!("{} {}", cell(kind), cell(subtype));
                return Err(table.fault(*line, "event_type", &both, "a type and finer type of the taxonomy"));
            };
            let codes = crosswalk.datasets.entry(cell(dataset).into()).or_default().0.entry(key).or_default();
            let former = match cell(subcode) {
                "" => codes.alone.replace(found),
                sub => codes.with.insert(sub.to_lowercase(), found),
            };
            if former.is_some() {
                return Err(table.fault(*line, "code", cell(code), "each code once"));
            }
            labels.push((cell(dataset), cell(label).to_lowercase(), cell(subcode).to_lowercase(), found));
        }
        // Files without the codes have their labels.
        for (dataset, label, subcode, found) in labels.into_iter().filter(|(_, label, ..)| !label.is_empty())
        {
            let codes = crosswalk.datasets.entry(dataset.into()).or_default().0.entry(label).or_default();
            if subcode.is_empty() {
                codes.alone.get_or_insert(found);
            } else {
                codes.with.entry(subcode).or_insert(found);
            }
        }
        Ok(crosswalk)
    }

    /// A dataset's types, to be looked up row by row; none where it has none.
    pub fn of(&self, dataset: &str) -> Types {
        self.datasets.get(dataset).cloned().unwrap_or_default()
    }

    /// GTD's category of what was struck.
    pub fn target(&self, code: &str) -> Option<&str> {
        self.targets.get(code).or_else(|| self.targets.get(&in_small_letters(code)?)).map(String::as_str)
    }
}

/// Radius of uncertainty by one dataset's precision codes.
#[derive(Debug, Default, Clone)]
pub struct Radii(HashMap<String, Option<f64>>);

impl Radii {
    /// What the dataset's codebook has for this code, if it has it: kilometres within which the true place is believed to lie, where
    /// it tells.
    pub fn find(&self, code: &str) -> Option<Option<f64>> {
        self.0.get(code).copied()
    }

    /// Kilometres within which the true place is believed to lie.
    pub fn km(&self, code: &str) -> Option<f64> {
        self.find(code).flatten()
    }
}

/// Radius of uncertainty by dataset and precision code.
#[derive(Debug, Default)]
pub struct Precision {
    datasets: HashMap<String, Radii>,
}

impl Precision {
    pub(crate) fn read(table: &Table) -> Result<Self, TableError> {
        let mut precision = Self::default();
        let (dataset, code, radius) =
            (table.column("dataset")?, table.column("code")?, table.column("radius_km")?);
        for (line, row) in &table.rows {
            let cell = |at: usize| row.get(at).unwrap_or_default().trim();
            let km = match cell(radius) {
                "" => None,
                text => match text.parse::<f64>() {
                    Ok(km) if km.is_finite() && km >= 0.0 => Some(km),
                    _ => return Err(table.fault(*line, "radius_km", text, "kilometres, or nothing")),
                },
            };
            precision.datasets.entry(cell(dataset).into()).or_default().0.insert(cell(code).into(), km);
        }
        Ok(precision)
    }

    /// A dataset's codes, to be looked up row by row; none where it has none.
    pub fn of(&self, dataset: &str) -> Radii {
        self.datasets.get(dataset).cloned().unwrap_or_default()
    }
}
