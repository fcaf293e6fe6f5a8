//! Releases as publishers write them into the names of their files.

/// A file's name without folders and endings.
fn stem(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().and_then(|n| n.split('.').next()).unwrap_or_default()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// UCDP, between underscores: `GEDEvent_v23_0_10.csv` → `23.0.10`.
pub(crate) fn of_ucdp(name: &str) -> Option<String> {
    let is_start = |part: &&str| part.strip_prefix(['v', 'V']).is_some_and(|n| n.len() == 2 && is_number(n));
    let mut parts = stem(name).split('_').skip_while(|p| !is_start(p));
    let first = parts.next()?.get(1..)?.to_owned();
    let rest = parts.map_while(|p| p.parse::<u32>().ok().map(|n| n.to_string()));
    Some(std::iter::once(first).chain(rest).collect::<Vec<_>>().join("."))
}

/// Whether a release of UCDP is one of candidate events: numbered year.0.month (Hegre et al. 2020), or from a month to a month
/// (`23.1.23.12`); a final one is numbered year.1.
pub(super) fn is_candidate(release: &str) -> bool {
    let parts: Vec<&str> = release.split('.').collect();
    parts.len() == 4 || parts.get(1).is_some_and(|p| *p == "0")
}

/// GTD, by the month and year of making: `globalterrorismdb_0522dist.xlsx` → `2022.05`.
pub(super) fn of_gtd(name: &str) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let (_, rest) = name.split_once("globalterrorismdb_")?;
    let before = rest.split("dist").next()?;
    let digits = before.get(before.len().checked_sub(4)?..)?;
    is_number(digits).then(|| format!("20{}.{}", &digits[2..], &digits[..2]))
}

/// A version at the end of the name: `pakistan-v11.csv` → `11`.
pub(super) fn at_the_end(name: &str) -> Option<String> {
    let version = stem(name).rsplit(['-', '_', ' ']).next()?.strip_prefix(['v', 'V'])?;
    is_number(version).then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_is_read_from_published_file_names() {
        assert_eq!(of_ucdp("a/GEDEvent_v23_0_10.csv").as_deref(), Some("23.0.10"));
        assert_eq!(of_ucdp("GEDEvent_v25_1.xlsx").as_deref(), Some("25.1"));
        assert_eq!(of_ucdp("GEDEvent_v23_01_23_12.csv").as_deref(), Some("23.1.23.12"));
        assert_eq!(of_ucdp("ged_v23_1_central_african_republic.geojson").as_deref(), Some("23.1"));
        assert_eq!(of_ucdp("pakistan-1989-2021.csv"), None);
        assert_eq!(of_ucdp("conflict_data_ukr_new_layout.csv"), None);
        assert_eq!(of_gtd("x/globalterrorismdb_0522dist.xlsx").as_deref(), Some("2022.05"));
        assert_eq!(of_gtd("globalterrorismdb_2021Jan-June_1222dist.xlsx").as_deref(), Some("2022.12"));
        assert_eq!(of_gtd("globalterrorismdb.csv"), None);
        assert_eq!(at_the_end("x/pakistan-v11.csv").as_deref(), Some("11"));
        assert_eq!(at_the_end("pakistan.csv"), None);
    }

    #[test]
    fn a_candidate_release_is_known_by_its_number() {
        assert!(is_candidate("23.0.10") && is_candidate("23.1.23.12"));
        assert!(!is_candidate("23.1") && !is_candidate("unknown"));
    }
}
