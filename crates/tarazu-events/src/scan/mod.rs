//! A file as a stream of rows: find out what it is, cut it into chunks, make events of each chunk.
//!
//! Chunks come one after another from [`Scan::next_chunk`]; [`Parser::rows`] makes events of a chunk and can do so on any thread, as
//! it shares nothing but the heading and the code tables.

mod find;
mod parse;

use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, PoisonError};

use self::find::Finder;
pub use self::parse::{Asides, Outcome, Parser};
use crate::dataset::{self, Binding, Context, Renewal};
use crate::error::ReadError;
use crate::file::FileError;
use crate::options::ReadOptions;
use crate::source::{self, Chunk, Contents, Copying, Objects, Original, Records, Workbook, open};
use crate::survey::{Dates, Survey};

type Text = Box<dyn Read + Send>;

enum Stream {
    Lines(Records<Text>),
    Objects(Objects<Text>),
    Workbook(Box<Workbook>),
}

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Dataset name.
    pub dataset: String,
    /// Release, or `unknown`.
    pub release: String,
    /// The layout in words: dataset, format, columns, tags.
    pub layout: String,
    /// What a newer file of this dataset does to the events of an older one.
    pub renewal: Renewal,
}

impl Description {
    /// Settle what the file's name could only suggest. A name for the dataset that the user gave stays.
    fn is_ucdp(&mut self, candidate: bool, named: bool) {
        let [found, other] = match candidate {
            true => [dataset::CANDIDATE, dataset::FINAL],
            false => [dataset::FINAL, dataset::CANDIDATE],
        };
        if let Some(rest) = self.layout.strip_prefix(other) {
            self.layout = format!("{found}{rest}");
        }
        if !named {
            found.clone_into(&mut self.dataset);
        }
        // A candidate file has the events of its months alone; those of other months stay.
        self.renewal = if candidate { Renewal::Adds } else { Renewal::Replaces };
    }
}

/// A file being read.
pub struct Scan {
    original: Original,
    description: Description,
    stream: Stream,
    /// Chunks that were looked at already.
    ahead: VecDeque<Chunk>,
    parser: Arc<Parser>,
}

impl Scan {
    /// Open a file and find out what it is from its contents.
    ///
    /// # Errors
    /// [`ReadError`] where it is no dataset that is known, or lacks a column without which no row can be read.
    pub fn open(original: Original, options: &ReadOptions) -> Result<Self, ReadError> {
        let mut scan = Self::begin(original, options, None)?;
        scan.survey(options)?;
        Ok(scan)
    }

    /// As [`Scan::open`], of a file that is copied as it is read.
    ///
    /// # Errors
    /// As [`Scan::open`].
    pub fn of_copy(original: Original, copying: &Copying, options: &ReadOptions) -> Result<Self, ReadError> {
        let mut scan = Self::begin(original, options, Some(copying))?;
        scan.survey(options)?;
        Ok(scan)
    }

    /// Go through the file for what only the whole of it tells, where its reader needs to know.
    fn survey(&mut self, options: &ReadOptions) -> Result<(), ReadError> {
        let (dates, coding) = (self.parser.reader.dates(), self.parser.reader.coding());
        if dates.is_none() && coding.is_none() {
            return Ok(());
        }
        let columns = dates.as_ref().map(|d| d.columns.clone()).unwrap_or_default();
        let (survey, learnt) = Survey::of(columns, coding);
        let Parser { heading, dialect, width, .. } = &*self.parser;
        let survey =
            Parser { reader: Box::new(survey), heading: heading.clone(), dialect: *dialect, width: *width };
        let look = |chunk: &Chunk| survey.rows(chunk, &mut Vec::new(), &mut |_| {});
        // Every date counts; of UCDP's events the first few thousand tell, or as many as reach into a second year.
        if dates.is_some() {
            let mut whole = Self::begin(self.original.clone(), options, None)?;
            while let Some(chunk) = whole.next_chunk()? {
                look(&chunk);
            }
        } else {
            let mut ahead = VecDeque::new();
            while ahead.len() < 4
                && !learnt.lock().unwrap_or_else(PoisonError::into_inner).coding.years()
                && let Some(chunk) = self.next_chunk()?
            {
                look(&chunk);
                ahead.push_back(chunk);
            }
            self.ahead = ahead;
        }
        let learnt = learnt.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(is_candidate) = learnt.coding.is_candidate() {
            self.description.is_ucdp(is_candidate, options.dataset.is_some());
        }
        let Some(Dates { usual, .. }) = dates else { return Ok(()) };
        match learnt.dates.verdict(usual) {
            Ok(None) => Ok(()),
            Ok(Some((order, note))) => {
                if let Some(parser) = Arc::get_mut(&mut self.parser) {
                    parser.reader.settle(order);
                }
                self.description.layout = format!("{}, {note}", self.description.layout);
                Ok(())
            }
            Err((line, reason)) => {
                Err(ReadError::Structure { file: self.original.name.clone(), line, reason })
            }
        }
    }

    fn begin(
        original: Original,
        options: &ReadOptions,
        copying: Option<&Copying>,
    ) -> Result<Self, ReadError> {
        let context = Context {
            file: original.name.clone(),
            member: source::member(&original),
            release: options.version.clone(),
            tables: options.tables()?,
            first_row: None,
        };
        let finder = Finder { original: &original, options, context };
        let (stream, binding, parser_of, layout) = match open(&original, copying)? {
            Contents::Workbook(workbook) => finder.workbook(workbook)?,
            Contents::Text(text) => finder.text(text)?,
        };
        let Binding { dataset, release, renewal, reader } = binding;
        let (heading, dialect, width) = parser_of;
        Ok(Self {
            description: Description {
                layout: format!("{dataset}, {layout}"),
                dataset: options.dataset.clone().unwrap_or(dataset),
                release: release.unwrap_or_else(|| "unknown".into()),
                renewal,
            },
            stream,
            ahead: VecDeque::new(),
            parser: Arc::new(Parser { reader, heading, dialect, width }),
            original,
        })
    }

    /// What the file turned out to be.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The file's identity.
    pub fn original(&self) -> &Original {
        &self.original
    }

    /// What makes events of this file's chunks.
    pub fn parser(&self) -> Arc<Parser> {
        self.parser.clone()
    }

    /// The next chunk of rows.
    ///
    /// # Errors
    /// [`ReadError`] where the file cannot be read on, or changed meanwhile.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, ReadError> {
        if let Some(chunk) = self.ahead.pop_front() {
            return Ok(Some(chunk));
        }
        let fail = |e| ReadError::File(FileError::read_named(&self.original.name, e));
        let chunk = match &mut self.stream {
            Stream::Lines(records) => records.next().map_err(fail)?,
            Stream::Objects(objects) => objects.next().map_err(fail)?,
            Stream::Workbook(workbook) => workbook.next()?,
        };
        if chunk.is_none() {
            self.original.still_the_same()?;
        }
        Ok(chunk)
    }
}
