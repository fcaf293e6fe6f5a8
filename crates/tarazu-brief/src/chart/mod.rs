//! Charts and maps from one small grammar.
//!
//! A chart is a drawing under a title, with its source, edition and trace code printed inside it, so that a cropped screenshot still
//! carries them; and beside the drawing its table, words for those who do not see it, and metadata. [`charts`] makes all of them from a
//! weighing; [`Chart::svg`] writes one under a [`Theme`]. Each is drawn twice: for a desk and for a phone.
//!
//! One file per chart; each has a function that takes the case and the weighing and gives a [`Draft`]. To add one: a file here, and a line
//! in [`charts`].

mod claims;
mod commitments;
mod compared;
mod coverage;
mod curve;
mod drawing;
mod estimate;
mod frame;
mod map;
mod measure;
mod monthly;
mod scale;
mod since;
mod table;
mod theme;
#[cfg(test)]
mod vision;

use serde::Serialize;
use tarazu_events::file::sha256_hex;
use tarazu_ledger::Case;

pub(crate) use commitments::SCORE_WORDS;
pub use curve::specification_curve_svg;
pub use drawing::Drawing;
pub use estimate::estimate_svg;
pub use table::{Cell, Column, Table};
pub use theme::{Colour, FONTS, PALETTE, Theme, chart_style};

use crate::weigh::{PanelSource, Weighing};

/// Width of a drawing for a desk, in pixels.
pub const WIDE: f64 = 960.0;
/// Width of a drawing for a phone.
pub const NARROW: f64 = 380.0;

/// A chart with everything that belongs to it.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Name of its files: `deaths-by-month`.
    pub id: &'static str,
    /// Code from which `tarazu trace` recovers data, version and citation.
    pub code: String,
    /// Anchor of the section of the page that it belongs to.
    pub section: &'static str,
    /// What it shows.
    pub title: String,
    /// How to read it, in a line.
    pub subtitle: String,
    /// What it shows, in words, for those who do not see it.
    pub alt: String,
    /// What a reader must know.
    pub notes: Vec<String>,
    /// Everything that is drawn, as a table.
    pub table: Table,
    /// Where the data come from.
    pub sources: Vec<ChartSource>,
    /// Edition, version and day of the weighing.
    pub edition: Edition,
    wide: Drawing,
    narrow: Drawing,
}

/// Where data of a chart come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChartSource {
    /// Dataset with its release, or the part of the case.
    pub name: String,
    /// Who publishes it and what to cite.
    pub attribution: String,
    /// Licence.
    pub licence: String,
    /// How the figures were computed from it.
    pub computed: String,
    /// SHA-256 of the file, where it is one file.
    pub sha256: Option<String>,
}

/// Which weighing a chart belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edition {
    /// The weighing's identity.
    pub edition: String,
    /// Version of Tarazu.
    pub version: &'static str,
    /// The day up to which sources were searched.
    pub as_of: String,
    /// Title of the case.
    pub case: String,
}

/// What `NAME.json` says of a chart.
#[derive(Debug, Clone, Serialize)]
pub struct ChartMetadata<'a> {
    /// Name of its files.
    pub id: &'a str,
    /// Trace code.
    pub code: &'a str,
    /// Title.
    pub title: &'a str,
    /// Subtitle.
    pub subtitle: &'a str,
    /// In words.
    pub alt: &'a str,
    /// What a reader must know.
    pub notes: &'a [String],
    /// Columns of `NAME.csv`.
    pub columns: &'a [Column],
    /// Rows of `NAME.csv`.
    pub rows: usize,
    /// SHA-256 of `NAME.csv`.
    pub csv_sha256: String,
    /// Where the data come from.
    pub sources: &'a [ChartSource],
    /// Which weighing.
    #[serde(flatten)]
    pub edition: &'a Edition,
}

impl Chart {
    /// The drawing for a desk.
    pub fn svg(&self, theme: Theme) -> String {
        self.wide.svg(theme, self.id, &self.alt)
    }

    /// The drawing for a phone.
    pub fn svg_narrow(&self, theme: Theme) -> String {
        self.narrow.svg(theme, &format!("{}-narrow", self.id), &self.alt)
    }

    /// The table as CSV.
    pub fn csv(&self) -> String {
        self.table.csv()
    }

    /// What there is to know about the chart, for programs.
    pub fn metadata(&self) -> ChartMetadata<'_> {
        ChartMetadata {
            id: self.id,
            code: &self.code,
            title: &self.title,
            subtitle: &self.subtitle,
            alt: &self.alt,
            notes: &self.notes,
            columns: &self.table.columns,
            rows: self.table.rows.len(),
            csv_sha256: sha256_hex(self.csv().as_bytes()),
            sources: &self.sources,
            edition: &self.edition,
        }
    }
}

/// Draws between title and source: gets the drawing and the height at which it may begin, gives the height at which it ends.
type Draw<'a> = Box<dyn Fn(&mut Drawing, f64) -> f64 + 'a>;

/// A chart before it is drawn.
pub(crate) struct Draft<'a> {
    id: &'static str,
    section: &'static str,
    title: String,
    subtitle: String,
    alt: String,
    notes: Vec<String>,
    sources: Vec<ChartSource>,
    table: Table,
    draw: Draw<'a>,
}

impl Draft<'_> {
    fn finish(self, edition: &Edition) -> Chart {
        let code = trace_code(&format!("chart {}", self.id), &edition.edition);
        let frame = frame::Frame {
            title: &self.title,
            subtitle: &self.subtitle,
            source: &frame::source_line(&self.sources, edition),
            code: &code,
        };
        let draw = |width: f64| frame.around(width, &*self.draw);
        let (wide, narrow) = (draw(WIDE), draw(NARROW));
        Chart {
            id: self.id,
            code,
            section: self.section,
            title: self.title,
            subtitle: self.subtitle,
            alt: self.alt,
            notes: self.notes,
            table: self.table,
            sources: self.sources,
            edition: edition.clone(),
            wide,
            narrow,
        }
    }
}

/// Every chart that this weighing has the data for, in the order of the page.
pub fn charts(case: &Case, weighing: &Weighing) -> Vec<Chart> {
    let edition = Edition {
        edition: weighing.edition.clone(),
        version: weighing.version,
        as_of: weighing.as_of.clone(),
        case: weighing.title.clone(),
    };
    let mut drafts = Vec::new();
    drafts.extend(commitments::by_year(case));
    drafts.extend(monthly::all_months(case, weighing));
    drafts.extend(map::maps(case, weighing));
    drafts.extend(claims::over_time(case));
    drafts.extend(since::campaign(case, weighing));
    drafts.extend(compared::operations(case, weighing));
    drafts.extend(curve::specifications(weighing));
    drafts.extend(compared::funnel(weighing));
    drafts.extend(coverage::datasets(case, weighing));
    drafts.into_iter().map(|draft| draft.finish(&edition)).collect()
}

/// The characters of a code: digits and letters that are not taken for one another (Crockford's base 32).
const CODE_LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The code of a thing in an edition, such as `TZ-7F3K-92`: of 105 million, so that a few hundred of an edition hardly ever meet.
pub fn trace_code(what: &str, edition: &str) -> String {
    let hash = sha256_hex(format!("{what}\n{edition}").as_bytes());
    let number = u64::from_str_radix(hash.get(..12).unwrap_or_default(), 16).unwrap_or(0);
    let letters: String =
        (0..4).map(|i| char::from(CODE_LETTERS[(number >> (5 * i)) as usize % CODE_LETTERS.len()])).collect();
    format!("TZ-{letters}-{:02}", (number >> 20) % 100)
}

/// The sources of a panel's datasets by their names with release.
pub(crate) fn dataset_sources(sources: &[PanelSource], wanted: &[&str]) -> Vec<ChartSource> {
    let named = |s: &&PanelSource| {
        let name = format!("{} {}", s.dataset, s.version);
        wanted.is_empty() || wanted.contains(&name.as_str())
    };
    let named: Vec<&PanelSource> = sources.iter().filter(named).collect();
    // Several versions of one dataset on the same terms are one source, such as fusions by several thresholds.
    let same = |a: &&PanelSource, b: &&PanelSource| {
        (&a.dataset, &a.attribution, &a.licence, &a.sha256)
            == (&b.dataset, &b.attribution, &b.licence, &b.sha256)
    };
    let source = |versions: &[&PanelSource]| {
        let (first, last) = (versions.first()?, versions.last()?);
        let name = match versions.len() {
            1 => format!("{} {}", first.dataset, first.version),
            n => format!("{}, {n} versions ({} to {})", first.dataset, first.version, last.version),
        };
        let computed: Vec<&str> = versions.iter().map(|s| s.computed.as_str()).collect();
        Some(ChartSource {
            name,
            attribution: first.attribution.clone(),
            licence: first.licence.clone(),
            computed: computed.join("; or "),
            sha256: Some(first.sha256.clone()),
        })
    };
    named.chunk_by(same).filter_map(source).collect()
}

/// A file of the case as a source.
pub(crate) fn ledger_source(case: &Case, file: &str) -> ChartSource {
    let text = case.sources.iter().find(|s| s.name == file).map(|s| s.text.as_str());
    ChartSource {
        name: format!("this case’s {file}"),
        attribution: "compiled for this case from the documents that each entry cites".into(),
        licence: "as the case".into(),
        computed: "read from the case folder".into(),
        sha256: text.map(|t| sha256_hex(t.as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_belongs_to_one_thing_of_one_edition() {
        let code = trace_code("chart a", "1");
        assert_eq!(code, trace_code("chart a", "1"));
        assert!(code != trace_code("chart a", "2") && code != trace_code("chart b", "1"));
        assert!(code.len() == 10 && code.starts_with("TZ-"), "{code}");
    }
}
