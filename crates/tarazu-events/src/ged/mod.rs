//! UCDP Georeferenced Event Dataset, every published layout, and the UCDP candidate dataset, which shares its columns.
//!
//! Source: Högbladh, *UCDP GED Codebook* (versions 19.1 to 25.1, Department of Peace and Conflict Research, Uppsala
//! University); Sundberg & Melander 2013; for the candidate dataset Hegre et al. 2020.
//!
//! Layouts differ in order and number of columns (41 to 52) but not in names, so columns are found by name. Country files
//! of the Humanitarian Data Exchange carry a row of HXL tags below the heading; it is recognised and is not data.

mod delimited;
mod geojson;
mod row;

use crate::file::SourceFile;
use crate::read::{Collector, ReadError, ReadOptions};

/// What was found out about the file as a whole.
pub(crate) struct Description {
    pub dataset: String,
    pub version: String,
    pub layout: String,
}

/// What every row of one file shares.
pub(crate) struct Origin {
    pub dataset: String,
    pub version: String,
    pub sha256: String,
}

pub(crate) fn read(
    file: &SourceFile,
    options: &ReadOptions,
    collector: &mut Collector,
) -> Result<Description, ReadError> {
    let version = options.version.clone().or_else(|| release_in_name(&file.name()));
    // A candidate release is numbered year.0.month (Hegre et al. 2020), a final one year.1.
    let is_candidate = version.as_deref().is_some_and(|v| v.split('.').nth(1) == Some("0"));
    let origin = Origin {
        dataset: options
            .dataset
            .clone()
            .unwrap_or_else(|| if is_candidate { "UCDP Candidate".into() } else { "UCDP GED".into() }),
        version: version.unwrap_or_else(|| "unknown".into()),
        sha256: file.sha256.clone(),
    };
    let first = file.bytes.iter().find(|b| !b.is_ascii_whitespace());
    let layout = match first {
        None => {
            return Err(ReadError::Unknown {
                file: file.name(),
                found: "an empty file".into(),
                expected: row::EXPECTED.into(),
            });
        }
        Some(b'{') => geojson::read(file, &origin, collector)?,
        Some(_) => delimited::read(file, &origin, collector)?,
    };
    Ok(Description { dataset: origin.dataset, version: origin.version, layout })
}

/// The release as UCDP and HDX write it into file names: `GEDEvent_v23_0_10.csv` → `23.0.10`.
fn release_in_name(name: &str) -> Option<String> {
    let stem = name.rsplit(['/', '\\']).next()?.split('.').next()?;
    let mut parts = stem.split('_').skip_while(|p| !is_release_start(p));
    let first = parts.next()?.get(1..)?.to_owned();
    let rest = parts.map_while(|p| p.parse::<u32>().ok().map(|n| n.to_string()));
    Some(std::iter::once(first).chain(rest).collect::<Vec<_>>().join("."))
}

fn is_release_start(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|n| n.len() == 2 && n.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_is_read_from_published_file_names() {
        assert_eq!(release_in_name("a/GEDEvent_v23_0_10.csv").as_deref(), Some("23.0.10"));
        assert_eq!(release_in_name("ged_v23_1_central_african_republic.geojson").as_deref(), Some("23.1"));
        assert_eq!(release_in_name("pakistan-1989-2021.csv"), None);
        assert_eq!(release_in_name("conflict_data_ukr_new_layout.csv"), None);
    }
}
