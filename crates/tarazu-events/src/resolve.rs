//! What an event's own words mean across datasets: the organisation behind a name, the area behind a point, today's name of a
//! division. Everything as given stays beside it.

use foldhash::HashMap;
use std::sync::Arc;

use crate::aliases::Aliases;
use crate::area::{AreaLevel, Boundaries};
use crate::country::CountryCode;
use crate::event::Event;
use crate::reject::Reject;
use crate::table::{Table, TableError};
use crate::tables::Tables;

/// A place is put into a district only when it is known to about that size, and into a province likewise (kilometres). One whose
/// dataset gives a precision code that the table does not translate is put into neither.
const FINE_ENOUGH: [(AreaLevel, f64); 3] =
    [(AreaLevel::Admin2, 50.0), (AreaLevel::Admin1, 200.0), (AreaLevel::Country, 500.0)];

/// How far, in kilometres, a point may lie outside the country that the dataset names before that is worth a remark: coarse boundary
/// files are wrong by about as much.
const AT_THE_BORDER: f64 = 25.0;

/// Everything that an event can be resolved through.
#[derive(Debug)]
pub struct Resolver {
    tables: Arc<Tables>,
    aliases: Aliases,
    boundaries: Vec<Boundaries>,
    /// ISO 3166 codes of the areas of each file of countries; empty for other files.
    countries: Vec<Vec<Option<String>>>,
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
        let iso3 = |unit: &crate::area::Unit| {
            let known = &tables.countries;
            let found = known.iso3(CountryCode::Iso3, &unit.iso3);
            found.or_else(|| known.iso3(CountryCode::Name, &unit.name)).map(str::to_owned)
        };
        let countries = boundaries.iter().map(|b| match b.level {
            AreaLevel::Country => b.units().iter().map(iso3).collect(),
            _ => Vec::new(),
        });
        let countries = countries.collect();
        Ok(Self { tables, aliases, boundaries, countries, labels })
    }

    /// The boundaries in words, with their vintage; `None` without boundaries.
    pub fn labels(&self) -> Option<&str> {
        self.labels.as_deref()
    }
}

/// Boundary set and unit of a point, for each level.
type Units = [Option<(u32, u32)>; 3];

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
    /// ISO 3166 code of the country by boundary polygon.
    pub country: Option<&'r str>,
    /// The event's country: as the dataset gives it, or the polygon's where it gives none.
    pub iso3: Option<&'r str>,
    /// Whether the point lies well outside the country that the dataset gives, in the polygon of another.
    pub elsewhere: bool,
    /// UCDP ids of the two sides.
    pub actors: [Option<u32>; 2],
}

impl Resolved<'_> {
    /// What is to be said of the event's place: that it lies outside the country given.
    pub fn remark(&self, event: &Event<'_>) -> Option<Reject> {
        let (given, found) = (event.place.iso3.as_deref()?, self.country?);
        let (latitude, longitude) = event.place.coordinates?;
        self.elsewhere.then(|| {
            let reason = format!("expected coordinates in {given}; they lie in {found}, and both are kept");
            Reject::new(event.line, "coordinates", &format!("{latitude} {longitude}"), reason)
        })
    }
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
                let name = || {
                    let (set, unit) = found?;
                    self.boundaries.get(set as usize)?.unit(unit).map(|u| u.name.as_str())
                };
                match level {
                    AreaLevel::Admin2 => resolved.admin2 = name(),
                    AreaLevel::Admin1 => resolved.admin1 = name(),
                    AreaLevel::Country => resolved.country = found.and_then(|unit| self.country(unit)),
                }
            }
        }
        let given = event.place.iso3.as_deref();
        resolved.iso3 = given.or(resolved.country);
        if let (Some(given), Some(found), Some(point)) = (given, resolved.country, placed)
            && given != found
        {
            resolved.elsewhere = !self.is_near(given, point, event.place.radius_km);
        }
        let province = event.place.admin1.as_deref().or(resolved.admin1);
        resolved.admin1_current =
            province.map(|name| self.tables.successions.current(resolved.iso3.unwrap_or_default(), name));
        for (side, actor) in event.actors.iter().enumerate() {
            resolved.actors[side] =
                actor.id.or_else(|| actor.name.as_deref().and_then(|name| self.actor(name, lookup)));
        }
        resolved
    }

    fn country(&self, (set, unit): (u32, u32)) -> Option<&str> {
        self.countries.get(set as usize)?.get(unit as usize)?.as_deref()
    }

    /// Whether a country lies within the point's radius, or within what boundaries are wrong by, in one of eight directions.
    fn is_near(&self, iso3: &str, (latitude, longitude): (f64, f64), radius_km: Option<f64>) -> bool {
        let degrees = radius_km.unwrap_or(0.0).max(AT_THE_BORDER) / 111.2;
        let wide = degrees / latitude.to_radians().cos().max(0.01);
        (0..8).any(|eighth| {
            let (north, east) = (f64::from(eighth) * std::f64::consts::FRAC_PI_4).sin_cos();
            let (y, x) = (latitude + north * degrees, longitude + east * wide);
            (0_u32..).zip(&self.boundaries).filter(|(_, b)| b.level == AreaLevel::Country).any(|(set, b)| {
                b.position_at(y, x).is_some_and(|unit| self.country((set, unit)) == Some(iso3))
            })
        })
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

    /// The boundary set and unit of a point: district, province, country.
    fn areas_at(&self, latitude: f64, longitude: f64, lookup: &mut Lookup) -> Units {
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

    #[test]
    fn coordinates_tell_the_country_where_none_is_given_and_disagree_where_another_is() {
        let folder = std::env::temp_dir().join(format!("tarazu-countries-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let country = |code: &str, iso: &str, name: &str, west: i32| {
            let (a, b) = (west, west + 2);
            format!(
                r#"{{"type":"Feature","properties":{{"ADM0_A3":"{code}","ISO_A3":"{iso}","NAME":"{name}"}},"geometry":{{"type":"Polygon","coordinates":[[[{a},30],[{b},30],[{b},32],[{a},32],[{a},30]]]}}}}"#
            )
        };
        let features = [
            country("PAK", "PAK", "Pakistan", 70),
            country("SDS", "SSD", "S. Sudan", 72),
            country("KOS", "-99", "Kosovo", 74),
        ];
        let path = folder.join("countries.geojson");
        std::fs::write(
            &path,
            format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(",")),
        )
        .unwrap();
        let boundaries = vec![Boundaries::open(&path, None).unwrap()];
        std::fs::remove_dir_all(&folder).unwrap();
        let resolver = Resolver::new(Arc::new(Tables::embedded().unwrap()), boundaries, None).unwrap();
        let found = |iso3: Option<&'static str>, longitude| {
            let mut event = Event::new("1", 2, DateInterval::day(jiff::civil::date(2024, 6, 22)));
            event.place.coordinates = Some((31.0, longitude));
            event.place.iso3 = iso3.map(Into::into);
            event.place.admin1 = Some("FATA".into());
            let mut lookup = Lookup::default();
            let resolved = resolver.resolve(&event, &mut lookup);
            let words = [resolved.iso3, resolved.country, resolved.admin1_current]
                .map(Option::unwrap_or_default)
                .join(" ");
            (words, resolved.remark(&event).map(|r| r.reason))
        };
        assert_eq!(found(None, 71.0), ("PAK PAK Khyber Pakhtunkhwa".into(), None));
        assert_eq!(found(None, 73.0).0, "SSD SSD FATA");
        assert_eq!(found(None, 75.0).0, "XKX XKX FATA", "by name where ISO has no code");
        assert_eq!(found(None, 80.0).0, "  FATA");
        assert_eq!(
            found(Some("PAK"), 72.1),
            ("PAK SSD Khyber Pakhtunkhwa".into(), None),
            "just over the border"
        );
        let reason = "expected coordinates in PAK; they lie in SSD, and both are kept";
        assert_eq!(found(Some("PAK"), 73.0).1.as_deref(), Some(reason));
        assert_eq!(found(Some("PAK"), 80.0).1, None, "at sea");
    }
}
