//! What Typst sees: files in memory and embedded fonts, and nothing of the machine.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

const TEMPLATE: &str = include_str!("brief.typ");

/// Faces that the crate `typst-assets` does not have; see `fonts/README.md`.
const FACES: [&[u8]; 5] = [
    include_bytes!("../../fonts/FiraSans-Regular.ttf"),
    include_bytes!("../../fonts/FiraSans-Italic.ttf"),
    include_bytes!("../../fonts/FiraSans-SemiBold.ttf"),
    include_bytes!("../../fonts/NotoNaskhArabic-Regular.ttf"),
    include_bytes!("../../fonts/NotoNaskhArabic-Bold.ttf"),
];

/// The text face; the other faces of that crate are for mathematics and code, which a brief has none of.
const TEXT_FACE: &str = "Libertinus Serif";

static FONTS: LazyLock<(LazyHash<FontBook>, Vec<Font>)> = LazyLock::new(|| {
    let text = typst_assets::fonts().flat_map(|data| Font::iter(Bytes::new(data)));
    let own = FACES.into_iter().flat_map(|data| Font::iter(Bytes::new(data)));
    let fonts: Vec<Font> = text.filter(|f| f.info().family == TEXT_FACE).chain(own).collect();
    (LazyHash::new(FontBook::from_fonts(&fonts)), fonts)
});

/// Files by name.
#[derive(Debug, Default)]
pub(super) struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    /// Add a file.
    pub(super) fn add(&mut self, name: impl Into<String>, bytes: Vec<u8>) {
        self.0.insert(name.into(), bytes);
    }

    /// Add a picture; its name is what the content refers to it by.
    pub(super) fn add_svg(&mut self, svg: String) -> String {
        let name = format!("figure-{}.svg", self.0.len());
        self.add(name.clone(), svg.into_bytes());
        name
    }
}

/// The world of one document.
pub(super) struct BriefWorld {
    library: LazyHash<Library>,
    main: Source,
    files: BTreeMap<String, Bytes>,
}

impl BriefWorld {
    pub(super) fn new(files: Files) -> Result<Self, String> {
        let path = VirtualPath::new("brief.typ").map_err(|e| e.to_string())?;
        let main = FileId::new(RootedPath::new(VirtualRoot::Project, path));
        Ok(Self {
            library: LazyHash::new(Library::default()),
            main: Source::new(main, TEMPLATE.into()),
            files: files.0.into_iter().map(|(name, bytes)| (name, Bytes::new(bytes))).collect(),
        })
    }
}

impl World for BriefWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.0
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(absent(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(id.get().vpath().get_without_slash()).cloned().ok_or_else(|| absent(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.1.get(index).cloned()
    }

    /// There is no today: a document that depends on the day it was made is not the same the day after.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn absent(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}

/// Messages of Typst in one line.
pub(super) fn words(errors: &[SourceDiagnostic]) -> String {
    let one = |e: &SourceDiagnostic| {
        let hints: Vec<String> = e.hints.iter().map(|h| h.v.to_string()).collect();
        if hints.is_empty() { e.message.to_string() } else { format!("{} ({})", e.message, hints.join("; ")) }
    };
    errors.iter().map(one).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_fonts_cover_latin_urdu_and_the_marks_of_a_score() {
        let families: Vec<&str> = FONTS.1.iter().map(|f| f.info().family.as_str()).collect();
        for family in [TEXT_FACE, "Fira Sans", "Noto Naskh Arabic"] {
            assert!(families.contains(&family), "{family} is not among {families:?}");
        }
        for c in "Aé–“”’…−×±≤■□ترازوپٹچڈڑژکگںھہےئ۔،؟".chars() {
            assert!(FONTS.1.iter().any(|f| f.info().coverage.contains(c as u32)), "no font has {c}");
        }
    }
}
