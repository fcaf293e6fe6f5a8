//! What surrounds every chart: title and subtitle above; source, edition and trace code below, inside the drawing.

use super::drawing::{Anchor, Drawing, wrapped};
use super::measure::text_width;
use super::theme::Role;
use super::{ChartSource, Edition, NARROW};

pub(crate) struct Frame<'a> {
    pub title: &'a str,
    pub subtitle: &'a str,
    pub source: &'a str,
    pub code: &'a str,
}

const MARGIN: f64 = 2.0;

impl Frame<'_> {
    /// Draw what `inside` draws, with title and source around it.
    pub(crate) fn around(&self, width: f64, inside: &dyn Fn(&mut Drawing, f64) -> f64) -> Drawing {
        let mut drawing = Drawing::new(width);
        let narrow = width <= NARROW;
        let (large, small) = if narrow { (16.0, 12.5) } else { (19.0, 13.5) };
        let mut y = 4.0;
        for line in wrapped(self.title, large, true, width - 2.0 * MARGIN) {
            y += large * 1.2;
            drawing.bold((MARGIN, y), line, large, Anchor::Start, Role::Ink);
        }
        y += 3.0;
        for line in wrapped(self.subtitle, small, false, width - 2.0 * MARGIN) {
            y += small * 1.35;
            drawing.text((MARGIN, y), line, small, Anchor::Start, Role::Soft);
        }
        let mut y = inside(&mut drawing, y + 12.0) + 10.0;
        drawing.line((0.0, y), (width, y), Role::Grid);
        let size = 11.0;
        let room = width - 2.0 * MARGIN - if narrow { 0.0 } else { text_width(self.code, 12.0, true) + 16.0 };
        y += 4.0;
        let top = y;
        for line in wrapped(self.source, size, false, room) {
            y += size * 1.35;
            drawing.text((MARGIN, y), line, size, Anchor::Start, Role::Soft);
        }
        if narrow {
            y += 16.0;
            drawing.bold((MARGIN, y), self.code, 12.0, Anchor::Start, Role::Ink);
        } else {
            drawing.bold((width - MARGIN, top + 15.0), self.code, 12.0, Anchor::End, Role::Ink);
        }
        drawing.height = y + 6.0;
        drawing
    }
}

/// What is printed below a chart.
pub(crate) fn source_line(sources: &[ChartSource], edition: &Edition) -> String {
    let names: Vec<String> =
        sources
            .iter()
            .map(|s| {
                if s.licence == "as the case" {
                    s.name.clone()
                } else {
                    format!("{} ({})", s.name, s.licence)
                }
            })
            .collect();
    format!(
        "Source: {}. {}: Tarazu {}, edition {}, sources searched up to {}.",
        names.join("; "),
        edition.case,
        edition.version,
        edition.edition.get(..12).unwrap_or(&edition.edition),
        edition.as_of
    )
}
