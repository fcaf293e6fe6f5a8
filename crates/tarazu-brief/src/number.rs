//! Numbers as people read them.

/// A whole number with thousands set off by commas.
pub fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(c);
    }
    if value < 0.0 && digits.bytes().any(|b| b != b'0') { format!("−{text}") } else { text }
}

/// A share as a percentage without sign: 0.314 → `31%`.
pub fn percent(share: f64) -> String {
    format!("{}%", grouped(100.0 * share.abs()))
}

/// A share as a percentage with its sign: −0.314 → `−31%`, 0 → `0%`.
pub fn signed_percent(share: f64) -> String {
    let sign = match share {
        s if s.abs() < 0.005 => "",
        s if s > 0.0 => "+",
        _ => "−",
    };
    format!("{sign}{}", percent(share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_printed_in_a_table() {
        assert_eq!(grouped(1_234_567.4), "1,234,567");
        assert_eq!(grouped(-1_234.0), "−1,234");
        assert_eq!(grouped(-0.2), "0");
        assert_eq!(signed_percent(-0.314), "−31%");
        assert_eq!(signed_percent(11.0), "+1,100%");
        assert_eq!(signed_percent(0.001), "0%");
    }
}
