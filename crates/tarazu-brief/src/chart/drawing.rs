//! An SVG writer of our own: parts with roles, written out under a theme.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::measure::text_width;
use super::theme::{FONTS, Role, Theme};

/// Where a text begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

#[derive(Debug, Clone)]
enum Part {
    Line { from: (f64, f64), to: (f64, f64), role: Role },
    Path { data: String, at: Option<(f64, f64)>, fill: Fill, title: Option<String> },
    Rect { x: f64, y: f64, width: f64, height: f64, role: Role, title: Option<String> },
    Circle { x: f64, y: f64, radius: f64, role: Role, title: Option<String> },
    Text { x: f64, y: f64, text: String, anchor: Anchor, size: f64, bold: bool, role: Role },
}

/// How a path is filled and drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fill {
    Role(Role),
    /// The hatch of what is missing.
    Hatched,
}

/// A drawing: parts in the order in which they are drawn.
#[derive(Debug, Clone)]
pub struct Drawing {
    /// Its width in pixels.
    pub width: f64,
    /// Its height in pixels.
    pub height: f64,
    parts: Vec<Part>,
}

/// With one decimal, and none where it is zero.
pub(crate) fn short(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".into() } else { text.into() }
}

pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML 1.0 allows no other control characters.
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => out.push(c),
        }
    }
    out
}

/// A path through points, closed or open.
pub(crate) fn path(points: &[(f64, f64)], closed: bool) -> String {
    let mut data = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        let _ = write!(data, "{}{} {}", if i == 0 { "M" } else { "L" }, short(*x), short(*y));
    }
    if closed && !points.is_empty() {
        data.push('Z');
    }
    data
}

impl Drawing {
    pub(crate) fn new(width: f64) -> Self {
        Self { width, height: 0.0, parts: Vec::new() }
    }

    /// Draw everything of another drawing on top.
    pub(crate) fn append(&mut self, other: Self) {
        self.parts.extend(other.parts);
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), role: Role) {
        self.parts.push(Part::Line { from, to, role });
    }

    pub(crate) fn path(&mut self, data: String, role: Role) {
        self.titled_path(data, role, None);
    }

    pub(crate) fn titled_path(&mut self, data: String, role: Role, title: Option<String>) {
        self.add_path(data, None, Fill::Role(role), title);
    }

    fn add_path(&mut self, data: String, at: Option<(f64, f64)>, fill: Fill, title: Option<String>) {
        if !data.is_empty() {
            self.parts.push(Part::Path { data, at, fill, title });
        }
    }

    /// A path whose origin lies at a place. Within a page a path that is placed several times is written once.
    pub(crate) fn placed(&mut self, at: (f64, f64), data: &str, role: Role, title: Option<String>) {
        self.add_path(data.to_owned(), Some(at), Fill::Role(role), title);
    }

    /// An area of which nothing is known, likewise.
    pub(crate) fn placed_hatched(&mut self, at: (f64, f64), data: &str, title: String) {
        self.add_path(data.to_owned(), Some(at), Fill::Hatched, Some(title));
    }

    /// An area of which nothing is known.
    pub(crate) fn hatched(&mut self, data: String, title: Option<String>) {
        self.add_path(data, None, Fill::Hatched, title);
    }

    pub(crate) fn hatched_rect(&mut self, x: f64, y: f64, width: f64, height: f64, title: Option<String>) {
        let corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)];
        self.hatched(path(&corners, true), title);
    }

    pub(crate) fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), role: Role) {
        self.parts.push(Part::Rect { x, y, width, height, role, title: None });
    }

    pub(crate) fn titled_rect(
        &mut self,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        role: Role,
        title: String,
    ) {
        self.parts.push(Part::Rect { x, y, width, height, role, title: Some(title) });
    }

    pub(crate) fn circle(&mut self, (x, y): (f64, f64), radius: f64, role: Role, title: Option<String>) {
        self.parts.push(Part::Circle { x, y, radius, role, title });
    }

    pub(crate) fn text(
        &mut self,
        (x, y): (f64, f64),
        text: impl Into<String>,
        size: f64,
        anchor: Anchor,
        role: Role,
    ) {
        let text = text.into();
        self.parts.push(Part::Text { x, y, text, anchor, size, bold: false, role });
    }

    pub(crate) fn bold(
        &mut self,
        (x, y): (f64, f64),
        text: impl Into<String>,
        size: f64,
        anchor: Anchor,
        role: Role,
    ) {
        let text = text.into();
        self.parts.push(Part::Text { x, y, text, anchor, size, bold: true, role });
    }

    /// The drawing as SVG. `id` keeps the hatch of one drawing apart from those of others on the page; `label` says in words what is shown.
    pub(crate) fn svg(&self, theme: Theme, id: &str, label: &str) -> String {
        let (width, height) = (short(self.width), short(self.height));
        let mut svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\"");
        if theme == Theme::Print {
            let _ = write!(svg, " width=\"{width}\" height=\"{height}\"");
        }
        let _ = write!(svg, " role=\"img\" aria-label=\"{}\" font-family=\"{FONTS}\">", escaped(label));
        if self.parts.iter().any(|p| matches!(p, Part::Path { fill: Fill::Hatched, .. })) {
            let _ = write!(
                svg,
                "<defs><pattern id=\"hatch-{id}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
                 patternTransform=\"rotate(45)\"><line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\"{}/></pattern></defs>",
                Role::Hatch.attributes(theme)
            );
        }
        let _ = write!(svg, "<rect width=\"{width}\" height=\"{height}\"{}/>", Role::Paper.attributes(theme));
        // A file of its own refers to nothing, so that every program can draw it.
        let shapes = if theme == Theme::Page { self.repeated() } else { BTreeMap::new() };
        if !shapes.is_empty() {
            svg.push_str("<defs>");
            for (data, number) in &shapes {
                let _ = write!(svg, "<path id=\"s{number}-{id}\" d=\"{data}\"/>");
            }
            svg.push_str("</defs>");
        }
        for part in &self.parts {
            part.write(&mut svg, theme, id, &shapes);
        }
        svg.push_str("</svg>");
        svg
    }

    /// Placed paths that occur more than once, numbered.
    fn repeated(&self) -> BTreeMap<&str, usize> {
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for part in &self.parts {
            if let Part::Path { data, at: Some(_), .. } = part {
                *times.entry(data).or_default() += 1;
            }
        }
        times.retain(|_, n| *n > 1);
        for (number, slot) in times.values_mut().enumerate() {
            *slot = number;
        }
        times
    }
}

impl Part {
    fn write(&self, svg: &mut String, theme: Theme, id: &str, shapes: &BTreeMap<&str, usize>) {
        let titled = |svg: &mut String, element: &str, title: &Option<String>| match title {
            Some(title) => {
                let _ = write!(svg, "><title>{}</title></{element}>", escaped(title));
            }
            None => svg.push_str("/>"),
        };
        match self {
            Self::Line { from, to, role } => {
                let _ = write!(
                    svg,
                    "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"{}/>",
                    short(from.0),
                    short(from.1),
                    short(to.0),
                    short(to.1),
                    role.attributes(theme)
                );
            }
            Self::Path { data, at, fill, title } => {
                let attributes = match fill {
                    Fill::Role(role) => role.attributes(theme),
                    Fill::Hatched => format!(" fill=\"url(#hatch-{id})\""),
                };
                match (at, shapes.get(data.as_str())) {
                    (Some((x, y)), Some(number)) => {
                        let (x, y) = (short(*x), short(*y));
                        let _ = write!(svg, "<use href=\"#s{number}-{id}\" x=\"{x}\" y=\"{y}\"{attributes}");
                        titled(svg, "use", title);
                    }
                    (Some((x, y)), None) => {
                        let (x, y) = (short(*x), short(*y));
                        let _ =
                            write!(svg, "<path transform=\"translate({x} {y})\" d=\"{data}\"{attributes}");
                        titled(svg, "path", title);
                    }
                    (None, _) => {
                        let _ = write!(svg, "<path d=\"{data}\"{attributes}");
                        titled(svg, "path", title);
                    }
                }
            }
            Self::Rect { x, y, width, height, role, title } => {
                let _ = write!(
                    svg,
                    "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}",
                    short(*x),
                    short(*y),
                    short(*width),
                    short(*height),
                    role.attributes(theme)
                );
                titled(svg, "rect", title);
            }
            Self::Circle { x, y, radius, role, title } => {
                let _ = write!(
                    svg,
                    "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}",
                    short(*x),
                    short(*y),
                    short(*radius),
                    role.attributes(theme)
                );
                titled(svg, "circle", title);
            }
            Self::Text { x, y, text, anchor, size, bold, role } => {
                let _ = write!(
                    svg,
                    "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{}{}{}>{}</text>",
                    short(*x),
                    short(*y),
                    short(*size),
                    match anchor {
                        Anchor::Start => "",
                        Anchor::Middle => " text-anchor=\"middle\"",
                        Anchor::End => " text-anchor=\"end\"",
                    },
                    if *bold { " font-weight=\"700\"" } else { "" },
                    role.attributes(theme),
                    escaped(text)
                );
            }
        }
    }
}

/// Words broken into lines no longer than `width`. A word that is longer stands alone.
pub(crate) fn wrapped(text: &str, size: f64, bold: bool, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if text_width(&format!("{line} {word}"), size, bold) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The text cut to a width, with an ellipsis where something is left out.
pub(crate) fn cut(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size, false) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        if text_width(&format!("{kept}{c}…"), size, false) > width {
            break;
        }
        kept.push(c);
    }
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_case_cannot_leave_its_element() {
        let mut drawing = Drawing::new(100.0);
        drawing.text((0.0, 0.0), "</text><script>x</script>&\u{1}", 12.0, Anchor::Start, Role::Ink);
        let svg = drawing.svg(Theme::Print, "a", "\"><script>");
        assert!(!svg.contains("<script") && !svg.contains('\u{1}'), "{svg}");
    }

    #[test]
    fn words_are_broken_where_the_line_ends() {
        let lines = wrapped("one two three four", 10.0, false, text_width("one two", 10.0, false));
        assert_eq!(lines, ["one two", "three", "four"]);
        assert_eq!(cut("abcdef", 10.0, text_width("abc…", 10.0, false)), "abc…");
    }

    #[test]
    fn what_is_placed_twice_is_written_once_in_a_page_and_in_full_in_a_file() {
        let mut drawing = Drawing::new(10.0);
        for x in [0.0, 5.0] {
            drawing.placed((x, 1.0), "M0 0l1 1z", Role::Land, None);
        }
        let page = drawing.svg(Theme::Page, "a", "x");
        assert_eq!(page.matches("M0 0l1 1z").count(), 1);
        assert!(page.contains("<use href=\"#s0-a\" x=\"5\" y=\"1\" class=\"tz-land\"/>"), "{page}");
        let print = drawing.svg(Theme::Print, "a", "x");
        assert!(print.matches("M0 0l1 1z").count() == 2 && !print.contains("href"));
    }

    #[test]
    fn print_needs_no_style_sheet() {
        let mut drawing = Drawing::new(10.0);
        drawing.line((0.0, 0.0), (1.0, 1.04), Role::Zero);
        let print = drawing.svg(Theme::Print, "a", "x");
        assert!(
            !print.contains("class=")
                && print.contains("stroke-dasharray=\"4 3\"")
                && print.contains("y2=\"1\"")
        );
        assert!(drawing.svg(Theme::Page, "a", "x").contains("class=\"tz-zero\""));
    }
}
