//! The style in which documents are cited: one of those that hayagriva embeds, or any CSL file.

use hayagriva::archive::ArchivedStyle;
use hayagriva::citationberg::{self, IndependentStyle};

use super::bibliography::LETTER;

/// How documents are cited and listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CitationStyle {
    /// A style of the archive that hayagriva embeds.
    Named(&'static str),
    /// A CSL style.
    Csl {
        /// Title of the style.
        title: String,
        /// The style's XML.
        text: String,
    },
}

impl Default for CitationStyle {
    fn default() -> Self {
        Self::Named("chicago-author-date")
    }
}

/// Styles worth naming to somebody who asked for one that there is not.
const WELL_KNOWN: [&str; 8] = [
    "chicago-author-date",
    "chicago-notes",
    "apa",
    "harvard-cite-them-right",
    "ieee",
    "mla",
    "modern-humanities-research-association",
    "american-political-science-association",
];

/// Why a style cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StyleError {
    /// No embedded style has the name.
    #[error(
        "there is no embedded citation style \"{found}\"; expected the path of a CSL file or a name such as {}",
        WELL_KNOWN.join(", ")
    )]
    Unknown {
        /// What was asked for.
        found: String,
    },
    /// The text is no CSL style.
    #[error("no CSL style: {message}")]
    Broken {
        /// What the reader of CSL says.
        message: String,
    },
    /// The style only points to another one.
    #[error("the style \"{title}\" only points to another one, {parent}; give that one")]
    Dependent {
        /// Its title.
        title: String,
        /// Address of the other one.
        parent: String,
    },
    /// The style has no rules for a bibliography.
    #[error("the style \"{title}\" has no <bibliography>; a brief lists its documents")]
    NoBibliography {
        /// Its title.
        title: String,
    },
}

impl CitationStyle {
    /// The embedded style of this name.
    ///
    /// # Errors
    /// [`StyleError::Unknown`] where there is none.
    pub fn named(name: &str) -> Result<Self, StyleError> {
        let style = ArchivedStyle::by_name(name).ok_or_else(|| StyleError::Unknown { found: name.into() })?;
        let canonical = style.names().first().ok_or_else(|| StyleError::Unknown { found: name.into() })?;
        Ok(Self::Named(canonical))
    }

    /// A style as XML, from a file such as Zotero keeps.
    ///
    /// # Errors
    /// [`StyleError`] where it is no style with rules of its own for citations and a bibliography.
    pub fn csl(text: &str) -> Result<Self, StyleError> {
        let broken = |e: citationberg::XmlDeError| StyleError::Broken { message: e.to_string() };
        match citationberg::Style::from_xml(text).map_err(broken)? {
            citationberg::Style::Independent(style) => {
                let title = style.info.title.value;
                if style.bibliography.is_none() {
                    return Err(StyleError::NoBibliography { title });
                }
                Ok(Self::Csl { title, text: text.into() })
            }
            citationberg::Style::Dependent(style) => {
                Err(StyleError::Dependent { title: style.info.title.value, parent: style.parent_link.href })
            }
        }
    }

    /// Name of the style.
    pub fn name(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::Csl { title, .. } => title,
        }
    }

    /// The style's XML as Typst is to use it.
    pub(super) fn xml(&self) -> String {
        let style = match self {
            Self::Named(name) => match ArchivedStyle::by_name(name).map(ArchivedStyle::get) {
                Some(citationberg::Style::Independent(style)) => Some(style),
                _ => None,
            },
            Self::Csl { text, .. } => IndependentStyle::from_xml(text).ok(),
        };
        match (style.map(lettered), self) {
            (Some(Some(xml)), _) => xml,
            (_, Self::Csl { text, .. }) => text.clone(),
            (_, Self::Named(_)) => String::new(),
        }
    }
}

/// The style with the letters after years taken from the documents. Of a style that prints none, nothing changes; notes need none, as
/// they name the document.
fn lettered(mut style: IndependentStyle) -> Option<String> {
    if style.settings.class == citationberg::StyleClass::Note {
        return None;
    }
    style.citation.disambiguate_add_year_suffix = false;
    let xml = citationberg::Style::Independent(style).to_xml().ok()?;
    let mut changed = String::with_capacity(xml.len());
    let mut rest = xml.as_str();
    while let Some((before, after)) = rest.split_once("variable=\"") {
        let (variables, after) = after.split_once('"')?;
        let own: Vec<&str> =
            variables.split(' ').map(|v| if v == "year-suffix" { LETTER } else { v }).collect();
        changed.push_str(&format!("{before}variable=\"{}\"", own.join(" ")));
        rest = after;
    }
    changed.push_str(rest);
    (changed != xml).then_some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_known_by_name_or_read_from_csl() {
        let whole = CitationStyle::named("american-psychological-association").unwrap();
        assert_eq!(CitationStyle::named("apa").unwrap(), whole, "a short name stands for the whole one");
        let error = CitationStyle::named("chicago").unwrap_err().to_string();
        assert!(error.contains("\"chicago\"") && error.contains("chicago-author-date"), "{error}");
        let error = CitationStyle::csl("<style>").unwrap_err().to_string();
        assert!(error.starts_with("no CSL style"), "{error}");
    }

    #[test]
    fn a_style_by_author_and_date_takes_its_letters_from_the_documents_and_others_stay_as_they_are() {
        for name in ["chicago-author-date", "apa", "harvard-cite-them-right"] {
            let xml = CitationStyle::Named(name).xml();
            assert!(xml.contains(LETTER) && !xml.contains("\"year-suffix\""), "{name}");
            assert!(matches!(CitationStyle::csl(&xml), Ok(CitationStyle::Csl { .. })), "{name}");
        }
        for name in ["ieee", "chicago-notes"] {
            assert_eq!(CitationStyle::Named(name).xml(), "", "{name}");
        }
    }
}
