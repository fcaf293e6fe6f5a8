//! `tarazu verify BUNDLE`: make a bundle again and compare every file.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use tarazu_brief::bundle::{
    Bundle, Damage, Difference, FirstDifference, Inputs, Verification, VerifyError, verify,
};

use super::weigh::progress_bar;
use crate::report::{Failure, print, print_json};

/// Make a bundle again from what it records, and compare every file by its bytes.
#[derive(Args)]
pub struct Verify {
    /// The bundle: a folder, a zip file, or a case or out/ that holds one.
    bundle: PathBuf,
    /// The case folder it was made of, in place of the bundle's own copy.
    #[arg(long, value_name = "DIR")]
    case: Option<PathBuf>,
    /// The event file it was made with, where it was made with one.
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// The boundaries that its maps were drawn in, where they were a file of its maker's.
    #[arg(long, value_name = "FILE")]
    boundaries: Option<PathBuf>,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub fn run(self) -> Result<(), Failure> {
        let bundle = Bundle::read(&super::bundle_at(&self.bundle))?;
        let bar = progress_bar();
        let inputs = Inputs { case: self.case, events: self.events, boundaries: self.boundaries };
        let verification = verify(&bundle, &inputs, &|p| {
            bar.set_length(p.of as u64);
            bar.set_position(p.done as u64);
        });
        bar.finish_and_clear();
        let verification = match verification {
            Err(VerifyError::Case(error)) => return Err(Failure::load(&self.bundle.join("case"), error)),
            other => other?,
        };
        if self.json {
            print_json(&verification)?;
        } else {
            print(&words(&verification))?;
        }
        if verification.same {
            return Ok(());
        }
        Err(Failure::Message(format!("{} is not what its case makes", self.bundle.display())))
    }
}

fn words(v: &Verification) -> String {
    let edition = v.record.edition.get(..12).unwrap_or_default();
    if v.same {
        return format!("same: {} files of edition {edition} were made again, byte for byte\n", v.files);
    }
    let mut text = String::new();
    for damage in &v.damage {
        let _ = match damage {
            Damage::Changed(file) => writeln!(text, "{file}: its SHA-256 is not the one in SHA256SUMS"),
            Damage::Missing(file) => writeln!(text, "{file}: listed in SHA256SUMS and not there"),
            Damage::Extra(file) => writeln!(text, "{file}: not listed in SHA256SUMS"),
        };
    }
    for Difference { file, first } in &v.differences {
        let _ = match first {
            FirstDifference::Missing => writeln!(text, "{file}: is missing"),
            FirstDifference::Extra => writeln!(text, "{file}: is there and is not made"),
            FirstDifference::Line { line, column, found, made } => {
                writeln!(text, "{file}: line {line}, column {column}: found {found:?}, made {made:?}")
            }
            FirstDifference::Byte { at, found, made } => {
                writeln!(text, "{file}: byte {at} is another (found {found} bytes, made {made})")
            }
        };
    }
    for why in &v.why {
        let _ = writeln!(text, "why: {why}");
    }
    text
}
