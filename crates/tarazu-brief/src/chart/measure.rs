//! How wide a text is, by the advance widths of Helvetica (Adobe's AFM files), which Arial and Liberation Sans share.

/// Widths of the characters from space to tilde, in thousandths of the size.
const REGULAR: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// The width of a text in pixels at this size. Characters beyond ASCII are taken for an average letter, capitals of theirs for a wide one;
/// bold is a twentieth wider.
pub(crate) fn text_width(text: &str, size: f64, bold: bool) -> f64 {
    let units: u32 = text
        .chars()
        .map(|c| match c {
            ' '..='~' => REGULAR.get(c as usize - 32).copied().unwrap_or(556).into(),
            '–' | '−' => 584,
            '…' | '—' => 1000,
            '·' | '’' | '‘' => 278,
            '“' | '”' => 333,
            c if ('\u{300}'..='\u{36f}').contains(&c) => 0,
            c if c.is_uppercase() => 722,
            _ => 600,
        })
        .sum();
    f64::from(units) / 1000.0 * size * if bold { 1.06 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_font() {
        // Helvetica: capital W 944, i 222, digits 556.
        assert_eq!(text_width("Wi0", 1000.0, false), 944.0 + 222.0 + 556.0);
        assert_eq!(text_width("~", 1000.0, false), 584.0);
    }
}
