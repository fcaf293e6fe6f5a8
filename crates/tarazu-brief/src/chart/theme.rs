//! Colours by what they stand for. A drawing names roles; a theme says how they look.
//!
//! Steps and categories are told apart by people with protanopia, deuteranopia and tritanopia: `vision.rs` simulates the three and holds
//! the palette to a least difference. No chart relies on colour alone: steps carry their number, categories a shape of their own.

use std::fmt::Write;

/// Where a drawing is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Within the page: classes, whose colours [`chart_style`] gives, so that the reader's colour scheme is followed.
    Page,
    /// By itself (a file, a PDF, a slide): plain attributes on white, without CSS.
    Print,
}

/// The fonts of charts: metrically alike, so that what fits in one fits in all.
pub const FONTS: &str = "Liberation Sans, Arial, Helvetica, sans-serif";

/// A colour by its name in style sheets, in light (and print) and in dark.
pub struct Colour {
    /// Name, without `--tz-`.
    pub name: &'static str,
    /// On paper and on light screens.
    pub light: &'static str,
    /// On dark screens.
    pub dark: &'static str,
}

const fn colour(name: &'static str, light: &'static str, dark: &'static str) -> Colour {
    Colour { name, light, dark }
}

/// Every colour of every chart.
pub const PALETTE: [Colour; 20] = [
    colour("paper", "#ffffff", "#15171a"),
    colour("ink", "#1d1b18", "#e9e5dc"),
    colour("soft", "#57524a", "#aea89e"),
    colour("rule", "#d8d2c6", "#3a3d42"),
    colour("wash", "#f1ede4", "#23262b"),
    colour("line", "#0b4f5c", "#7cc7d6"),
    colour("band", "#b9d3d8", "#2f5a63"),
    colour("mark", "#8a3b12", "#f0a070"),
    // Steps from little to much: lightness alone tells them apart.
    colour("step-0", "#eef3f4", "#24343a"),
    colour("step-1", "#bdd7dc", "#304f59"),
    colour("step-2", "#7fb0ba", "#3b6c7a"),
    colour("step-3", "#387b89", "#74b6c4"),
    colour("step-4", "#12515f", "#aadde8"),
    colour("step-5", "#07262e", "#eefafc"),
    // Categories, each with a shape of its own as well.
    colour("kind-0", "#12515f", "#8fd3e0"),
    colour("kind-1", "#c2571a", "#f2a36b"),
    colour("kind-2", "#7d6bb0", "#7f74c9"),
    colour("kind-3", "#e3b23c", "#f6e3a1"),
    colour("kind-4", "#7d1f3f", "#b5305f"),
    colour("kind-5", "#9a9488", "#8f8b84"),
];

/// How a role looks: fill and stroke by colour name, width of the stroke, dashes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    fill: Option<&'static str>,
    stroke: Option<&'static str>,
    width: f64,
    dashes: &'static str,
}

const fn filled(name: &'static str) -> Look {
    Look { fill: Some(name), stroke: None, width: 0.0, dashes: "" }
}

const fn stroked(name: &'static str, width: f64) -> Look {
    Look { fill: None, stroke: Some(name), width, dashes: "" }
}

const fn dashed(name: &'static str, width: f64, dashes: &'static str) -> Look {
    Look { fill: None, stroke: Some(name), width, dashes }
}

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident = $class:literal, $look:expr;)*) => {
        /// What a part of a drawing is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Role { $($(#[$doc])* $role,)* }

        impl Role {
            const ALL: &'static [Self] = &[$(Self::$role,)*];

            fn class(self) -> &'static str {
                match self { $(Self::$role => $class,)* }
            }

            fn look(self) -> Look {
                match self { $(Self::$role => $look,)* }
            }
        }
    };
}

roles! {
    /// The ground of the whole drawing.
    Paper = "paper", filled("paper");
    /// Titles and labels.
    Ink = "ink", filled("ink");
    /// Words of less weight.
    Soft = "soft", filled("soft");
    /// Words beside what they name.
    Accent = "accent", filled("line");
    /// Words about a mark.
    MarkWord = "markword", filled("mark");
    /// Words on a dark step.
    OnDark = "ondark", filled("paper");
    /// A line of the grid.
    Grid = "grid", stroked("rule", 1.0);
    /// The line of nothing.
    Zero = "zero", dashed("ink", 1.2, "4 3");
    /// An axis.
    Axis = "axis", stroked("soft", 1.0);
    /// What was observed.
    Line = "line", stroked("line", 1.6);
    /// What was observed, where there is an expectation too.
    Observed = "observed", stroked("ink", 1.4);
    /// What was expected.
    Expected = "expected", dashed("mark", 1.8, "5 3");
    /// From low to high.
    Band = "band", filled("band");
    /// The dashed marks of interventions.
    Mark = "mark", dashed("mark", 1.0, "2 2");
    /// A strong line for intervals.
    Middle = "middle", stroked("line", 4.0);
    /// A thin line for intervals.
    Thin = "thin", stroked("line", 1.1);
    /// The interval of what was expected.
    Interval = "interval", stroked("mark", 1.2);
    /// A line to the extremes.
    Extremes = "extremes", stroked("soft", 1.1);
    /// A dot.
    Dot = "dot", filled("ink");
    /// A filled accent, such as the diamond of a summary.
    Solid = "solid", filled("line");
    /// An empty accent.
    Open = "open", Look { fill: Some("paper"), stroke: Some("line"), width: 1.6, dashes: "" };
    /// The line between areas.
    Border = "border", stroked("paper", 1.0);
    /// The outline of the country.
    Outline = "outline", stroked("soft", 1.2);
    /// A disputed border.
    Disputed = "disputed", dashed("ink", 1.2, "3 3");
    /// Land beyond.
    Land = "land", filled("wash");
    /// The lines of the hatch for what is missing.
    Hatch = "hatch", stroked("soft", 1.0);
    /// An empty cell with an edge.
    Empty = "empty", Look { fill: Some("paper"), stroke: Some("rule"), width: 1.0, dashes: "" };
    /// Steps.
    Step0 = "step-0", filled("step-0");
    /// Step.
    Step1 = "step-1", filled("step-1");
    /// Step.
    Step2 = "step-2", filled("step-2");
    /// Step.
    Step3 = "step-3", filled("step-3");
    /// Step.
    Step4 = "step-4", filled("step-4");
    /// Step.
    Step5 = "step-5", filled("step-5");
    /// Kinds.
    Kind0 = "kind-0", filled("kind-0");
    /// Kind.
    Kind1 = "kind-1", filled("kind-1");
    /// Kind.
    Kind2 = "kind-2", filled("kind-2");
    /// Kind.
    Kind3 = "kind-3", filled("kind-3");
    /// Kind.
    Kind4 = "kind-4", filled("kind-4");
    /// Kind.
    Kind5 = "kind-5", filled("kind-5");
}

impl Role {
    /// The steps from little to much.
    pub(crate) const STEPS: [Self; 6] =
        [Self::Step0, Self::Step1, Self::Step2, Self::Step3, Self::Step4, Self::Step5];

    /// Words that can be read on this step.
    pub(crate) fn words_on_step(step: usize) -> Self {
        if step >= 3 { Self::OnDark } else { Self::Ink }
    }

    /// The attributes that make a part look like this.
    pub(crate) fn attributes(self, theme: Theme) -> String {
        if theme == Theme::Page {
            return format!(" class=\"tz-{}\"", self.class());
        }
        let look = self.look();
        let mut text = match look.fill {
            Some(name) => format!(" fill=\"{}\"", light(name)),
            None => " fill=\"none\"".to_owned(),
        };
        if let Some(name) = look.stroke {
            let _ = write!(text, " stroke=\"{}\" stroke-width=\"{}\"", light(name), look.width);
            text.push_str(" stroke-linejoin=\"round\"");
        }
        if !look.dashes.is_empty() {
            let _ = write!(text, " stroke-dasharray=\"{}\"", look.dashes);
        }
        text
    }
}

fn light(name: &str) -> &'static str {
    PALETTE.iter().find(|c| c.name == name).map_or("#000000", |c| c.light)
}

/// The style sheet for charts within a page: colours for light, dark and print, and a class for every role.
pub fn chart_style() -> String {
    let variables = |dark: bool| -> String {
        PALETTE.iter().map(|c| format!("--tz-{}:{};", c.name, if dark { c.dark } else { c.light })).collect()
    };
    let mut css = format!(":root{{{}}}\n", variables(false));
    let _ = writeln!(css, "@media screen and (prefers-color-scheme:dark){{:root{{{}}}}}", variables(true));
    for role in Role::ALL {
        let look = role.look();
        let fill = look.fill.map_or_else(|| "none".to_owned(), |name| format!("var(--tz-{name})"));
        let _ = write!(css, ".tz-{}{{fill:{fill}", role.class());
        if let Some(name) = look.stroke {
            let _ = write!(css, ";stroke:var(--tz-{name});stroke-width:{};stroke-linejoin:round", look.width);
        }
        if !look.dashes.is_empty() {
            let _ = write!(css, ";stroke-dasharray:{}", look.dashes);
        }
        css.push_str("}\n");
    }
    css
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_that_a_role_names_is_in_the_palette() {
        for role in Role::ALL {
            for name in [role.look().fill, role.look().stroke].into_iter().flatten() {
                assert!(PALETTE.iter().any(|c| c.name == name), "{name}");
            }
        }
    }
}
