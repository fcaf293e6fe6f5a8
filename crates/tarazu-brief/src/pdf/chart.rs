//! Charts of the weighing as pictures: the drawing for a desk in print, which needs no style sheet.

use super::content::{Block, Run, line, text};
use super::world::Files;
use crate::chart::{Chart, Theme};

/// The chart of this name, where the weighing has data for it. Title, source and trace code stand inside the drawing.
pub(super) fn figure(charts: &[Chart], files: &mut Files, id: &str) -> Option<Block> {
    let chart = charts.iter().find(|c| c.id == id)?;
    let mut caption = line(chart.title.clone());
    if !chart.title.ends_with(['.', '?', '!']) {
        caption.push(text("."));
    }
    let mut notes: Vec<Run> = chart.notes.iter().map(|n| text(format!("{n} "))).collect();
    notes.push(text(format!("Data: charts/{}.csv.", chart.id)));
    Some(Block::Figure {
        file: files.add_svg(chart.svg(Theme::Print)),
        alt: chart.alt.clone(),
        caption,
        source: notes,
    })
}
