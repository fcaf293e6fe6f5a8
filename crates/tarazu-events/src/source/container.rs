//! What kind of file it is by its first bytes: text, gzip, zip or workbook.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::Crc;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use zip::{CompressionMethod, ZipArchive};

use super::{Copying, Original, Workbook};
use crate::error::ReadError;
use crate::file::FileError;

/// A compressed file may inflate to this many times its size …
const INFLATION: u64 = 200;
/// … and always to this many bytes.
const INFLATION_FREE: u64 = 64 << 20;

/// The texts of a workbook stand apart from its cells and are held in memory: no more than this.
const TEXTS: u64 = 512 << 20;

/// A file's contents, ready to be read.
pub(crate) enum Contents {
    /// Text, whatever it was wrapped in.
    Text(Box<dyn Read + Send>),
    /// A workbook.
    Workbook(Box<Workbook>),
}

/// Find out what the file is and open it. Plain text is read from its copying, if it is being copied.
pub(crate) fn open(original: &Original, copying: Option<&Copying>) -> Result<Contents, ReadError> {
    let fail = |e: io::Error| ReadError::File(FileError::read_named(&original.name, e));
    let unknown = |found: &str, expected: &str| ReadError::Unknown {
        file: original.name.clone(),
        found: found.into(),
        expected: expected.into(),
    };
    let mut file = File::open(&original.path).map_err(fail)?;
    let mut magic = Vec::new();
    file.by_ref().take(8).read_to_end(&mut magic).map_err(fail)?;
    file.seek(SeekFrom::Start(0)).map_err(fail)?;
    let save_as = "CSV in UTF-8 or an .xlsx workbook: save it as one of these";
    match magic.as_slice() {
        [0x1f, 0x8b, ..] => {
            let inflated = MultiGzDecoder::new(BufReader::with_capacity(1 << 18, file));
            Ok(Contents::Text(Box::new(Inflating::new(inflated, original.length))))
        }
        [b'P', b'K', 3 | 5, 4 | 6, ..] => zipped(file, original),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(unknown("an old Excel workbook (.xls)", save_as)),
        [b'P', b'A', b'R', b'1', ..] => Err(unknown(
            "a Parquet file",
            "a dataset as published; `tarazu sql \"SELECT … FROM 'FILE.parquet'\"` reads Parquet",
        )),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Err(unknown("text in UTF-16", save_as)),
        // Latin letters in UTF-16 without a byte order mark.
        [a, b, c, d, e, f, ..]
            if [a, c, e] == [&0; 3] && ![b, d, f].contains(&&0)
                || [b, d, f] == [&0; 3] && ![a, c, e].contains(&&0) =>
        {
            Err(unknown("text in UTF-16", save_as))
        }
        [b'%', b'P', b'D', b'F', ..] => Err(unknown("a PDF", "a table")),
        _ => Ok(Contents::Text(match copying.and_then(Copying::reader) {
            Some(copied) => Box::new(copied),
            None => Box::new(file),
        })),
    }
}

/// The name of the one file in a zip, where it is one: publishers write releases into it.
pub(crate) fn member(original: &Original) -> Option<String> {
    let mut file = File::open(&original.path).ok()?;
    let mut magic = [0; 2];
    file.read_exact(&mut magic).ok().filter(|()| magic == *b"PK")?;
    let mut archive = ZipArchive::new(BufReader::new(file)).ok()?;
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).ok()?;
        let name = member.name().ok()?.into_owned();
        if !member.is_dir() && !name.starts_with("__MACOSX/") {
            names.push(name);
        }
    }
    names.pop().filter(|_| names.is_empty())
}

/// The one file in a zip, or a workbook.
fn zipped(mut file: File, original: &Original) -> Result<Contents, ReadError> {
    let structure = |reason: String| ReadError::Structure { file: original.name.clone(), line: 0, reason };
    let broken = |e: &dyn std::fmt::Display| structure(format!("not a sound zip file: {e}"));
    let archive_file = file.try_clone().map_err(|e| broken(&e))?;
    let mut archive = ZipArchive::new(BufReader::new(archive_file)).map_err(|e| broken(&e))?;
    if archive.index_for_name("xl/workbook.xml").is_some() {
        for index in 0..archive.len() {
            let member = archive.by_index(index).map_err(|e| broken(&e))?;
            let limit = member.compressed_size();
            let texts = member.name().is_ok_and(|name| name == "xl/sharedStrings.xml");
            // What the directory says of sizes may be false: inflate each part once and see.
            let length =
                io::copy(&mut Inflating::new(member, limit), &mut io::sink()).map_err(|e| broken(&e))?;
            if texts && length > TEXTS {
                return Err(structure(format!(
                    "the workbook's texts take {} MiB, which must be held in memory; expected at most {} MiB: save it as CSV",
                    length >> 20,
                    TEXTS >> 20
                )));
            }
        }
        return Ok(Contents::Workbook(Box::new(Workbook::open(original, 0)?)));
    }
    let mut members = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(|e| broken(&e))?;
        let name = member.name().map_err(|e| broken(&e))?.into_owned();
        if !member.is_dir() && !name.starts_with("__MACOSX/") {
            members.push((index, name));
        }
    }
    let [(index, _)] = members.as_slice() else {
        let names: Vec<_> = members.iter().take(4).map(|(_, n)| n.as_str()).collect();
        let reason = format!(
            "expected a zip with one file in it, found {} ({}); unpack it and name the files",
            members.len(),
            names.join(", ")
        );
        return Err(structure(reason));
    };
    let member = archive.by_index_raw(*index).map_err(|e| broken(&e))?;
    let start =
        member.data_start().ok_or_else(|| structure("not a sound zip file: its data has no place".into()))?;
    let (length, method, crc) = (member.compressed_size(), member.compression(), member.crc32());
    drop(member);
    file.seek(SeekFrom::Start(start)).map_err(|e| broken(&e))?;
    let raw = BufReader::with_capacity(1 << 18, file.take(length));
    match method {
        CompressionMethod::Stored => Ok(Contents::Text(Box::new(Checked::new(raw, crc)))),
        CompressionMethod::Deflated => {
            let inflated = Inflating::new(DeflateDecoder::new(raw), length);
            Ok(Contents::Text(Box::new(Checked::new(inflated, crc))))
        }
        other => Err(structure(format!("compressed by {other}, which is not read; unpack it first"))),
    }
}

/// Inflated contents, up to a reasonable size.
struct Inflating<R> {
    inner: R,
    left: u64,
    compressed: u64,
}

impl<R> Inflating<R> {
    fn new(inner: R, compressed: u64) -> Self {
        Self { inner, left: INFLATION_FREE.max(compressed.saturating_mul(INFLATION)), compressed }
    }
}

impl<R: Read> Read for Inflating<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(n as u64).ok_or_else(|| {
            io::Error::other(format!(
                "{} compressed bytes inflate to more than {INFLATION} times their size: no dataset does",
                self.compressed
            ))
        })?;
        Ok(n)
    }
}

/// Contents whose checksum is compared at the end.
struct Checked<R> {
    inner: R,
    crc: Crc,
    expected: u32,
}

impl<R> Checked<R> {
    fn new(inner: R, expected: u32) -> Self {
        Self { inner, crc: Crc::new(), expected }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.crc.update(&buffer[..n]);
        if n == 0 && !buffer.is_empty() && self.crc.sum() != self.expected {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the zip file's checksum does not fit its contents",
            ));
        }
        Ok(n)
    }
}
