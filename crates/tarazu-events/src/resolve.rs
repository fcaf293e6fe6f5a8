//! What an event's own words mean across datasets: the organisation behind a name, the area behind a point, today's name of a
//! division. Everything as given stays beside it.

use foldhash::HashMap;
use std::sync::Arc;

use crate::aliases::Aliases;
use crate::area::{AreaLevel, Boundaries};
use crate::event::Event;
use crate::table::{Table, TableError};
use crate::tables::Tables;

/// A place is put into a district only when it is known to about that size, and into a province likewise (kilometres). One whose
/// dataset gives a precision code that the table does not translate is put into neither.
const FINE_ENOUGH: [(AreaLevel, f64); 2] = [(AreaLevel::Admin2, 50.0), (AreaLevel::Admin1, 200.0)];

/// Everything that an event can be resolved through.
#[derive(Debug)]
pub struct Resolver {
    tables: Arc<Tables>,
    aliases: Aliases,
    boundaries: Vec<Boundaries>,
    labels: Option<String>,
}

impl Resolver {
    /// Through the tables, the boundaries given and, where given, UCDP's actor list.
    ///
    /// # Errors
    /// [`TableError`] where the actor list is at fault.
    pub fn new(
        tables: Arc<Tables>,
        boundaries: Vec<Boundaries>,
        actors: Option<&Table>,
    ) -> Result<Self, TableError> {
        let mut aliases = tables.aliases.clone();
        if let Some(list) = actors {
            aliases.add_ucdp_list(list)?;
        }
        let labels: Vec<&str> = boundaries.iter().map(|b| b.label.as_str()).collect();
        let labels = (!labels.is_empty()).then(|| labels.join("; "));
        Ok(Self { tables, aliases, boundaries, labels })
    }

    /// The boundaries in words, with their vintage; `None` without boundaries.
    pub fn labels(&self) -> Option<&str> {
        self.labels.as_deref()
    }
}

/// Boundary set and unit of a point, for both levels.
type Units = [Option<(u32, u32)>; 2];

/// A resolver's memory of what it has looked up: one for each thread.
#[derive(Debug, Default)]
pub struct Lookup {
    areas: HashMap<(u64, u64), Units>,
    actors: HashMap<String, Option<u32>>,
}

/// More remembered places than this are forgotten all at once, so that memory stays bounded.
const REMEMBERED: usize = 200_000;

/// What an event was resolved to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Resolved<'r> {
    /// Province by boundary polygon, in the boundaries' vintage.
    pub admin1: Option<&'r str>,
    /// District by boundary polygon, in the boundaries' vintage.
    pub admin2: Option<&'r str>,
    /// Today's name of the province as given, or of the polygon's where none is given.
    pub admin1_current: Option<&'r str>,
    /// UCDP ids of the two sides.
    pub actors: [Option<u32>; 2],
}

impl Resolver {
    /// Resolve one event.
    pub fn resolve<'r>(&'r self, event: &'r Event<'_>, lookup: &mut Lookup) -> Resolved<'r> {
        let mut resolved = Resolved::default();
        let vague = event.place.precision.is_some() && event.place.radius_km.is_none();
        let placed = event.place.coordinates.filter(|_| !vague && !self.boundaries.is_empty());
        if let Some((latitude, longitude)) = placed {
            let found = self.areas_at(latitude, longitude, lookup);
            for ((level, limit), found) in FINE_ENOUGH.into_iter().zip(found) {
                if event.place.radius_km.is_some_and(|km| km > limit) {
                    continue;
                }
                let unit = found
                    .and_then(|(set, unit)| self.boundaries.get(set as usize)?.unit(unit))
                    .map(|u| u.name.as_str());
                match level {
                    AreaLevel::Admin2 => resolved.admin2 = unit,
                    _ => resolved.admin1 = unit,
                }
            }
        }
        let province = event.place.admin1.as_deref().or(resolved.admin1);
        resolved.admin1_current = province.map(|name| {
            self.tables.successions.current(event.place.iso3.as_deref().unwrap_or_default(), name)
        });
        for (side, actor) in event.actors.iter().enumerate() {
            resolved.actors[side] =
                actor.id.or_else(|| actor.name.as_deref().and_then(|name| self.actor(name, lookup)));
        }
        resolved
    }

    fn actor(&self, name: &str, lookup: &mut Lookup) -> Option<u32> {
        if let Some(known) = lookup.actors.get(name) {
            return *known;
        }
        if lookup.actors.len() >= REMEMBERED {
            lookup.actors.clear();
        }
        let id = self.aliases.find(name);
        lookup.actors.insert(name.into(), id);
        id
    }

    /// The boundary set and unit of a point, district first, then province.
    fn areas_at(&self, latitude: f64, longitude: f64, lookup: &mut Lookup) -> [Option<(u32, u32)>; 2] {
        let key = (latitude.to_bits(), longitude.to_bits());
        if let Some(known) = lookup.areas.get(&key) {
            return *known;
        }
        if lookup.areas.len() >= REMEMBERED {
            lookup.areas.clear();
        }
        let found = FINE_ENOUGH.map(|(level, _)| {
            self.boundaries
                .iter()
                .enumerate()
                .filter(|(_, b)| b.level == level)
                .find_map(|(set, b)| b.position_at(latitude, longitude).map(|unit| (set as u32, unit)))
        });
        lookup.areas.insert(key, found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::DateInterval;

    #[test]
    fn a_place_goes_into_a_division_only_when_it_is_known_well_enough() {
        let folder = std::env::temp_dir().join(format!("tarazu-resolve-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let square = |name: &str, kind: &str| {
            let path = folder.join(format!("{kind}.geojson"));
            let ring = "[[70,30],[72,30],[72,32],[70,32],[70,30]]";
            let text = format!(
                r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"shapeName":"{name}","shapeGroup":"PAK","shapeType":"{kind}"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}]}}"#
            );
            std::fs::write(&path, text).unwrap();
            Boundaries::open(&path, Some("2020")).unwrap()
        };
        let boundaries = vec![square("A district", "ADM2"), square("A province", "ADM1")];
        std::fs::remove_dir_all(&folder).unwrap();
        let resolver = Resolver::new(Arc::new(Tables::embedded().unwrap()), boundaries, None).unwrap();
        let placed = |precision: Option<&'static str>, radius_km| {
            let day = jiff::civil::date(2024, 6, 22);
            let mut event = Event::new("1", 2, DateInterval::day(day));
            event.place.coordinates = Some((31.0, 71.0));
            event.place.precision = precision.map(Into::into);
            event.place.radius_km = radius_km;
            let resolved = resolver.resolve(&event, &mut Lookup::default());
            (resolved.admin2.is_some(), resolved.admin1.is_some())
        };
        assert_eq!(placed(Some("1"), Some(5.0)), (true, true));
        assert_eq!(placed(Some("4"), Some(150.0)), (false, true));
        assert_eq!(placed(Some("6"), Some(1000.0)), (false, false));
        assert_eq!(placed(Some("99"), None), (false, false), "a code without a row in precision.csv");
        assert_eq!(
            placed(None, None),
            (true, true),
            "a dataset without precision codes is taken at its word"
        );
    }
}
