//! The canonical event: one record of one dataset, with everything that a panel, a fusion or a reader needs to trust it.
//!
//! Texts borrow from the row they were read from where they can, so that a reader of millions of rows allocates little;
//! [`Event::into_owned`] frees an event from its row. An absent value is `None`: not known, or not published.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;

/// A text that may borrow from its row; `None` where the dataset leaves it empty or has no such column.
pub type Text<'a> = Option<Cow<'a, str>>;

/// How precisely the date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DatePrecision {
    /// The exact day (UCDP 1, ACLED 1).
    Day,
    /// A range of two to six days (UCDP 2).
    Days,
    /// The week (UCDP 3, ACLED 2).
    Week,
    /// A range of eight to thirty days, or the month (UCDP 4, ACLED 3, GTD with day 0).
    Month,
    /// More than a month, up to a year (UCDP 5, GTD with month 0).
    Year,
}

impl DatePrecision {
    /// All, from the finest to the coarsest.
    pub const ALL: [Self; 5] = [Self::Day, Self::Days, Self::Week, Self::Month, Self::Year];

    /// From UCDP's number, 1 to 5 (GED codebook, `date_prec`).
    pub fn from_ucdp(code: i64) -> Option<Self> {
        usize::try_from(code - 1).ok().and_then(|i| Self::ALL.get(i)).copied()
    }

    /// The word in the store.
    pub fn name(self) -> &'static str {
        ["day", "days", "week", "month", "year"][self as usize]
    }

    /// The precision of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name() == name)
    }
}

/// The days between which the event happened, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateInterval {
    /// First day on which it can have happened.
    pub start: Date,
    /// Last day on which it can have happened; never before `start`.
    pub end: Date,
    /// The dataset's own statement of precision.
    pub precision: DatePrecision,
}

impl DateInterval {
    /// From one day to another, with the precision that follows from how many there are.
    pub fn between(start: Date, end: Date) -> Self {
        let precision = match (end - start).get_days() {
            0 => DatePrecision::Day,
            1..=5 => DatePrecision::Days,
            6 => DatePrecision::Week,
            7..=30 => DatePrecision::Month,
            _ => DatePrecision::Year,
        };
        Self { start, end, precision }
    }

    /// A single day.
    pub fn day(day: Date) -> Self {
        Self { start: day, end: day, precision: DatePrecision::Day }
    }
}

/// A type in the project's taxonomy (`data/crosswalk.csv`), beside the dataset's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventType {
    /// One of [`crate::crosswalk::TAXONOMY`].
    pub event_type: &'static str,
    /// A finer type where the dataset says it.
    pub event_subtype: Option<&'static str>,
}

impl EventType {
    /// The dataset's type has no row in the crosswalk.
    pub const UNKNOWN: Self = Self { event_type: "unknown", event_subtype: None };
}

/// UCDP's type of organised violence (`type_of_violence`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ViolenceType {
    /// 1: at least one side is the government of a state.
    StateBased,
    /// 2: between organised groups, neither of which is a government.
    NonState,
    /// 3: by a government or an organised group against civilians.
    OneSided,
}

impl ViolenceType {
    const ALL: [Self; 3] = [Self::StateBased, Self::NonState, Self::OneSided];

    /// From the codebook's number, 1 to 3.
    pub fn from_code(code: i64) -> Option<Self> {
        usize::try_from(code - 1).ok().and_then(|i| Self::ALL.get(i)).copied()
    }

    /// The codebook's number.
    pub fn code(self) -> i32 {
        self as i32 + 1
    }
}

/// Where it happened. Coordinates serve joins and area resolution; nothing published is finer than a district.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Place<'a> {
    /// Country as the dataset spells or codes it.
    pub country: Text<'a>,
    /// ISO 3166-1 alpha-3 code, from the file or from `data/countries.csv`.
    pub iso3: Option<Cow<'a, str>>,
    /// First-order division as given.
    pub admin1: Text<'a>,
    /// Second-order division as given.
    pub admin2: Text<'a>,
    /// Town, village or other place as given.
    pub name: Text<'a>,
    /// Degrees north and east: −90 to 90, −180 to 180.
    pub coordinates: Option<(f64, f64)>,
    /// The dataset's own precision code, as given.
    pub precision: Text<'a>,
    /// Radius in kilometres within which the true place is believed to lie (`data/precision.csv`).
    pub radius_km: Option<f64>,
}

/// A side of the event, as the dataset names it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Actor<'a> {
    /// UCDP actor id: given by UCDP, otherwise found by name (`data/actor-aliases.csv`).
    pub id: Option<u32>,
    /// Name as given.
    pub name: Text<'a>,
}

/// People reported killed, per the dataset. Status ("civilian") is the dataset's claim, never Tarazu's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deaths {
    /// Reported killed on the side of the first actor (GTD: perpetrators).
    pub side_a: Option<u32>,
    /// Reported killed on the side of the second actor.
    pub side_b: Option<u32>,
    /// Reported killed and coded as civilians.
    pub civilians: Option<u32>,
    /// Reported killed, side unknown.
    pub unknown: Option<u32>,
    /// The dataset's best, or only, estimate of the total.
    pub best: Option<u32>,
    /// Lowest reliable estimate, as given.
    pub low: Option<u32>,
    /// Highest reliable estimate, as given.
    pub high: Option<u32>,
}

impl Deaths {
    /// Whether low ≤ best ≤ high as far as they are given. Published releases break this in about 3% of rows for Pakistan;
    /// such rows are kept as they are and counted.
    pub fn bounds_are_ordered(&self) -> bool {
        let best = self.best;
        !matches!((self.low, best), (Some(l), Some(b)) if l > b)
            && !matches!((best, self.high), (Some(b), Some(h)) if b > h)
            && !matches!((self.low, self.high), (Some(l), Some(h)) if l > h)
    }
}

/// One record of one dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct Event<'a> {
    /// The dataset's own identifier, or one made from the row's contents where it has none.
    pub event_id: Cow<'a, str>,
    /// Line of the file on which the row begins (1 is the first); row number in a workbook.
    pub line: u64,
    /// When.
    pub date: DateInterval,
    /// The one day that the dataset gives, which `date` may widen by what the dataset says of its precision; `None` where it gives
    /// an interval or less than a day.
    pub day_given: Option<Date>,
    /// The year in which the dataset counts the event.
    pub year: i16,
    /// What, in the project's taxonomy.
    pub kind: EventType,
    /// The dataset's own type.
    pub type_as_given: Text<'a>,
    /// The dataset's own finer type.
    pub subtype_as_given: Text<'a>,
    /// UCDP type of organised violence; `None` in other datasets.
    pub violence: Option<ViolenceType>,
    /// Whether the dataset itself doubts that this is an event of its kind (GTD `doubtterr`).
    pub doubted: Option<bool>,
    /// Where.
    pub place: Place<'a>,
    /// The two sides; in one-sided violence the second stands for civilians.
    pub actors: [Actor<'a>; 2],
    /// What was struck, as given (a category such as "Police", never a person's name).
    pub target: Text<'a>,
    /// The category of what was struck (`data/crosswalk.csv`, rows of `GTD target`).
    pub target_type: Text<'a>,
    /// Reported deaths.
    pub deaths: Deaths,
    /// Reported wounded.
    pub wounded: Option<u32>,
    /// Number of source reports; `None` where the dataset does not count them.
    pub number_of_sources: Option<u32>,
    /// News outlets or links, as given. Stays in the store and is never published.
    pub source: Text<'a>,
    /// Free text. Stays in the store and is never published.
    pub notes: Text<'a>,
    /// When the dataset last revised the event, by its own account (ACLED `timestamp`).
    pub recorded_at: Option<Timestamp>,
}

impl<'a> Event<'a> {
    /// An event with an identity and a date and nothing else known.
    pub fn new(event_id: impl Into<Cow<'a, str>>, line: u64, date: DateInterval) -> Self {
        Self {
            event_id: event_id.into(),
            line,
            date,
            day_given: (date.start == date.end).then_some(date.start),
            year: date.start.year(),
            kind: EventType::UNKNOWN,
            type_as_given: None,
            subtype_as_given: None,
            violence: None,
            doubted: None,
            place: Place::default(),
            actors: [Actor::default(), Actor::default()],
            target: None,
            target_type: None,
            deaths: Deaths::default(),
            wounded: None,
            number_of_sources: None,
            source: None,
            notes: None,
            recorded_at: None,
        }
    }

    /// The same event, borrowing nothing.
    pub fn into_owned(self) -> Event<'static> {
        fn own(text: Text<'_>) -> Text<'static> {
            text.map(|t| Cow::Owned(t.into_owned()))
        }
        let [a, b] = self.actors;
        let actor = |a: Actor<'a>| Actor { id: a.id, name: own(a.name) };
        Event {
            event_id: Cow::Owned(self.event_id.into_owned()),
            line: self.line,
            date: self.date,
            day_given: self.day_given,
            year: self.year,
            kind: self.kind,
            type_as_given: own(self.type_as_given),
            subtype_as_given: own(self.subtype_as_given),
            violence: self.violence,
            doubted: self.doubted,
            place: Place {
                country: own(self.place.country),
                iso3: own(self.place.iso3),
                admin1: own(self.place.admin1),
                admin2: own(self.place.admin2),
                name: own(self.place.name),
                coordinates: self.place.coordinates,
                precision: own(self.place.precision),
                radius_km: self.place.radius_km,
            },
            actors: [actor(a), actor(b)],
            target: own(self.target),
            target_type: own(self.target_type),
            deaths: self.deaths,
            wounded: self.wounded,
            number_of_sources: self.number_of_sources,
            source: own(self.source),
            notes: own(self.notes),
            recorded_at: self.recorded_at,
        }
    }
}
