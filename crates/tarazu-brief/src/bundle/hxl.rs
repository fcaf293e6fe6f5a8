//! Hashtags of the Humanitarian Exchange Language (HXL 1.1) for columns that its users look for.

/// The tag of a column, where it has one.
pub fn tag(table: &str, column: &str) -> Option<&'static str> {
    let tag = match (table, column) {
        ("panel", "area") => "#country+code",
        ("panel" | "months", "period" | "month") => "#date+month",
        ("panel" | "months", "dataset") => "#meta+source",
        ("panel", "version") => "#meta+version",
        ("panel" | "months", "events") => "#event+num",
        ("panel", "events_state_based") => "#event+num+state_based",
        ("panel", "events_non_state") => "#event+num+non_state",
        ("panel", "events_one_sided") => "#event+num+one_sided",
        ("panel" | "months", "deaths_best" | "best") => "#affected+killed+best",
        ("panel" | "months", "deaths_low" | "low") => "#affected+killed+low",
        ("panel" | "months", "deaths_high" | "high") => "#affected+killed+high",
        ("panel", "deaths_civilians") => "#affected+killed+civilians",
        ("panel", "deaths_state_based") => "#affected+killed+state_based",
        ("incidents" | "incident_tolls", "incident") => "#event+code",
        ("incidents", "name") => "#event+name",
        ("incidents" | "incident_tolls" | "encounters", "date") => "#date",
        ("incidents", "province") => "#adm1+name",
        ("incidents", "district") => "#adm2+name",
        ("incident_tolls", "killed") => "#affected+killed",
        ("incident_tolls", "wounded") => "#affected+injured",
        ("incident_tolls" | "indicator_values", "per") => "#meta+source",
        ("indicators" | "indicator_values", "indicator") => "#indicator+code",
        ("indicators", "name") => "#indicator+name",
        ("indicator_values", "value") => "#indicator+value+num",
        ("indicator_values", "low") => "#indicator+value+min",
        ("indicator_values", "high") => "#indicator+value+max",
        ("indicator_values", "date" | "from") => "#date+start",
        ("indicator_values", "to") => "#date+end",
        ("tallies", "from") => "#date+start",
        ("tallies", "to") => "#date+end",
        ("tallies", "tracker") => "#meta+source",
        ("tallies", "value") => "#indicator+value+num",
        ("actors", "actor") => "#org+code",
        ("actors", "name") => "#org+name",
        ("documents", "url") => "#meta+url",
        _ => return None,
    };
    Some(tag)
}

/// Whether a table has a row of hashtags.
pub fn is_tagged(table: &str, columns: &[&str]) -> bool {
    columns.iter().any(|column| tag(table, column).is_some())
}
