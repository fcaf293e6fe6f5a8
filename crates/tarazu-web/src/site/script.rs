//! A data file: a script that hands one JSON value to the page.

use serde::Serialize;

use super::{Site, SiteError};

/// Put `data/NAME.js` into the site.
pub(super) fn data_file(site: &mut Site, name: &str, value: &impl Serialize) -> Result<(), SiteError> {
    let json = serde_json::to_string(value)?;
    site.insert(format!("data/{name}.js"), format!("tarazu(\"{name}\",{});\n", escaped(&json)).into_bytes());
    Ok(())
}

/// JSON as it may stand in a script, in a page or by itself: what could end a script or a line of one is escaped. These characters
/// stand only inside strings, so the value stays the same.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '\u{2028}' => text.push_str("\\u2028"),
            '\u{2029}' => text.push_str("\\u2029"),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_can_end_the_script_and_every_text_arrives() {
        let hostile = "</script><!--\u{2028}\u{2029}\"'\\";
        let mut site = Site::new();
        data_file(&mut site, "overview", &hostile).unwrap();
        let file = String::from_utf8(site.remove("data/overview.js").unwrap()).unwrap();
        assert!(!file.contains('<') && !file.contains('\u{2028}') && !file.contains('\u{2029}'), "{file}");
        let json = file.strip_prefix("tarazu(\"overview\",").unwrap().strip_suffix(");\n").unwrap();
        assert_eq!(serde_json::from_str::<String>(json).unwrap(), hostile);
    }
}
