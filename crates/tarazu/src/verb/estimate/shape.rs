//! The shape that the JSON of every method has (DESIGN.md, §5), whatever else it says.

use serde::Serialize;
use serde_json::{Map, Value, json};
use tarazu_effects::{Difference, PeriodDifference};

use crate::report::Failure;

/// What every method answers.
#[derive(Serialize)]
pub struct Shared<'a> {
    pub difference: &'a Difference,
    pub p: f64,
    /// Single events have no periods: the days on which the intervention was in force are one.
    pub by_period: &'a [PeriodDifference],
}

/// A result of a method with a result of its own, in the shape of all: `difference`, `p` and `by_period` are added, and the keys in
/// `diagnostics` go into one of that name.
pub fn shaped(own: &impl Serialize, shared: &Shared<'_>, diagnostics: &[&str]) -> Result<Value, Failure> {
    let mut value = serde_json::to_value(own)?;
    if let Value::Object(keys) = &mut value {
        let mut moved = Map::new();
        for key in diagnostics {
            if let Some(found) = keys.remove(*key) {
                moved.insert((*key).to_owned(), found);
            }
        }
        keys.insert("diagnostics".into(), Value::Object(moved));
        keys.insert("difference".into(), json!(shared.difference));
        keys.insert("p".into(), json!(shared.p));
        keys.insert("by_period".into(), json!(shared.by_period));
        keys.entry("warnings").or_insert_with(|| json!([]));
    }
    Ok(value)
}
