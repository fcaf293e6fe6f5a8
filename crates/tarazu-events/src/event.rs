//! The canonical event: one record of one dataset, with everything that a panel or a reader needs to trust it.

use jiff::civil::Date;
use serde::Serialize;

/// Where an event stands: enough to find its row again in the original file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// Dataset name, for example `UCDP GED`.
    pub dataset: String,
    /// Release of the dataset, for example `23.0.10`; `unknown` where neither file nor user names it.
    pub version: String,
    /// The dataset's own identifier of the event.
    pub event_id: String,
    /// SHA-256 of the file's bytes, in hexadecimal.
    pub file_sha256: String,
    /// Line of the file on which the row begins (1 is the first). A row may span several lines.
    pub line: u64,
}

/// How precisely the date is known: UCDP GED codebook, `date_prec`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum DatePrecision {
    /// 1: the exact day.
    Day,
    /// 2: a range of two to six days.
    Days,
    /// 3: the week.
    Week,
    /// 4: a range of eight to thirty days, or the month.
    Month,
    /// 5: more than a month, up to a year.
    Year,
}

impl DatePrecision {
    /// From the codebook's number, 1 to 5.
    pub fn from_code(code: i64) -> Option<Self> {
        Some(match code {
            1 => Self::Day,
            2 => Self::Days,
            3 => Self::Week,
            4 => Self::Month,
            5 => Self::Year,
            _ => return None,
        })
    }
}

/// The days between which the event happened, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DateInterval {
    /// First day on which it can have happened.
    pub start: Date,
    /// Last day on which it can have happened; never before `start`.
    pub end: Date,
    /// The dataset's own statement of precision.
    pub precision: DatePrecision,
}

/// How precisely the place is known: UCDP GED codebook, `where_prec`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum PlacePrecision {
    /// 1: the exact place.
    Exact,
    /// 2: within about 25 km of a known place.
    Near,
    /// 3: the second-order division (district).
    Admin2,
    /// 4: the first-order division (province).
    Admin1,
    /// 5: a linear feature or a fuzzy region.
    Region,
    /// 6: the country only.
    Country,
    /// 7: international waters or airspace.
    International,
}

impl PlacePrecision {
    /// From the codebook's number, 1 to 7.
    pub fn from_code(code: i64) -> Option<Self> {
        Some(match code {
            1 => Self::Exact,
            2 => Self::Near,
            3 => Self::Admin2,
            4 => Self::Admin1,
            5 => Self::Region,
            6 => Self::Country,
            7 => Self::International,
            _ => return None,
        })
    }
}

/// Where it happened. Coordinates serve joins and area resolution; nothing published is finer than a district.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Place {
    /// Country name as the dataset spells it.
    pub country: String,
    /// ISO 3166-1 alpha-3 code where the file gives it.
    pub iso3: Option<String>,
    /// Gleditsch and Ward country code where the file gives it.
    pub gw: Option<u32>,
    /// First-order division as given; `None` where the dataset leaves it empty.
    pub admin1: Option<String>,
    /// Second-order division as given; `None` where the dataset leaves it empty.
    pub admin2: Option<String>,
    /// Degrees north, −90 to 90.
    pub latitude: f64,
    /// Degrees east, −180 to 180.
    pub longitude: f64,
    /// The dataset's own statement of precision.
    pub precision: PlacePrecision,
}

/// UCDP's type of organised violence (`type_of_violence`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum ViolenceType {
    /// 1: at least one side is the government of a state.
    StateBased,
    /// 2: between organised groups, neither of which is a government.
    NonState,
    /// 3: by a government or an organised group against civilians.
    OneSided,
}

impl ViolenceType {
    /// From the codebook's number, 1 to 3.
    pub fn from_code(code: i64) -> Option<Self> {
        Some(match code {
            1 => Self::StateBased,
            2 => Self::NonState,
            3 => Self::OneSided,
            _ => return None,
        })
    }
}

/// A side of the event, as the dataset names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Actor {
    /// UCDP actor id, where given.
    pub id: Option<u32>,
    /// Name as given.
    pub name: String,
}

/// People reported killed. Status ("civilian") is the dataset's claim, never Tarazu's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Deaths {
    /// Reported killed on side A.
    pub side_a: u32,
    /// Reported killed on side B.
    pub side_b: u32,
    /// Reported killed and coded as civilians.
    pub civilians: u32,
    /// Reported killed, side unknown.
    pub unknown: u32,
    /// The dataset's best estimate of the total.
    pub best: u32,
    /// Lowest reliable estimate, as given.
    pub low: u32,
    /// Highest reliable estimate, as given.
    pub high: u32,
}

impl Deaths {
    /// Whether low ≤ best ≤ high. Published releases break this in about 3% of rows for Pakistan; such rows are kept as
    /// they are and counted in [`crate::Reading::unordered_bounds`].
    pub fn bounds_are_ordered(&self) -> bool {
        self.low <= self.best && self.best <= self.high
    }
}

/// One record of one dataset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// Dataset, version, id, file and line.
    pub identity: Identity,
    /// When.
    pub date: DateInterval,
    /// Where.
    pub place: Place,
    /// UCDP type of organised violence.
    pub violence: ViolenceType,
    /// The two sides; in one-sided violence side B stands for civilians.
    pub actors: [Actor; 2],
    /// Reported deaths.
    pub deaths: Deaths,
    /// Number of source reports; `None` where the dataset writes −1 (not counted).
    pub sources: Option<u32>,
}
