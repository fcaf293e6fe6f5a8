//! What a person can set; every value has a default that needs no knowledge of the datasets.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::FuseError;

/// Settings of a fusion.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Pairs with at least this probability may be joined.
    pub threshold: f64,
    /// Pairs with less than this probability are not reported.
    pub keep: f64,
    /// Seed of everything random.
    pub seed: u64,
    /// Fusions drawn for the interval on the number of incidents.
    pub draws: usize,
    /// Level of intervals.
    pub level: f64,
    /// Which pairs are compared.
    pub blocking: BlockingSettings,
    /// Rules that forbid a link.
    pub cannot_link: Vec<CannotLink>,
    /// What is known of a dataset, by its name.
    pub datasets: BTreeMap<String, DatasetRules>,
    /// Names of the state's own forces, as the datasets write them: a report of which the first named actor is one of them is of an
    /// operation of the state. Needed where a dataset leaves those out.
    pub state_actors: Vec<String>,
    /// Comparisons, by name: switched off, or with fixed probabilities instead of learned ones.
    pub comparisons: BTreeMap<String, ComparisonSettings>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            threshold: 0.5,
            keep: 0.01,
            seed: 1,
            draws: 200,
            level: 0.95,
            blocking: BlockingSettings::default(),
            cannot_link: vec![CannotLink::SameSource],
            datasets: BTreeMap::new(),
            state_actors: Vec::new(),
            comparisons: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Read from TOML.
    ///
    /// # Errors
    /// [`FuseError::Settings`] with line, key and what was expected.
    pub fn from_toml(text: &str) -> Result<Self, FuseError> {
        let settings: Self = toml::from_str(text).map_err(|e| FuseError::Settings(e.to_string()))?;
        settings.check()?;
        Ok(settings)
    }

    /// Whether the values can be used together.
    ///
    /// # Errors
    /// [`FuseError::Settings`] that names the key.
    pub fn check(&self) -> Result<(), FuseError> {
        for (key, value) in [("threshold", self.threshold), ("keep", self.keep), ("level", self.level)] {
            if !(value > 0.0 && value < 1.0) {
                let text = format!("`{key}`: found {value}, expected a number between 0 and 1");
                return Err(FuseError::Settings(text));
            }
        }
        let blocking = &self.blocking;
        if !(blocking.kilometres > 0.0 && blocking.kilometres <= 1000.0) {
            let value = blocking.kilometres;
            let text =
                format!("`blocking.kilometres`: found {value}, expected a number above 0, at most 1000");
            return Err(FuseError::Settings(text));
        }
        if blocking.days > 366 {
            let text = format!("`blocking.days`: found {}, expected at most 366", blocking.days);
            return Err(FuseError::Settings(text));
        }
        if blocking.longest == 0 {
            let text = "`blocking.longest`: found 0, expected at least 1 day".to_owned();
            return Err(FuseError::Settings(text));
        }
        let leaves_out = self.datasets.iter().find(|(_, rules)| rules.no_state_operations);
        if let Some((name, _)) = leaves_out
            && self.state_actors.is_empty()
        {
            let text = format!(
                "`datasets.{name}.no_state_operations`: found no `state_actors`, expected the names under which the other datasets \
                 put the state's own forces first, such as state_actors = [\"Military Forces of Pakistan\"]; no common field says who acted"
            );
            return Err(FuseError::Settings(text));
        }
        for (name, comparison) in &self.comparisons {
            for (key, values) in [("m", &comparison.m), ("u", &comparison.u)] {
                let Some(values) = values else { continue };
                let total: f64 = values.iter().sum();
                if values.iter().any(|p| !(*p > 0.0 && *p <= 1.0)) || (total - 1.0).abs() > 0.01 {
                    let text = format!(
                        "`comparisons.{name}.{key}`: found {values:?}, expected probabilities above 0 that sum to 1"
                    );
                    return Err(FuseError::Settings(text));
                }
            }
        }
        Ok(())
    }

    /// The rules of a dataset: those given, or the defaults.
    pub fn dataset(&self, name: &str) -> DatasetRules {
        self.datasets.get(name).copied().unwrap_or_default()
    }
}

/// Which pairs are compared.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BlockingSettings {
    /// Pairs further apart are not compared, whatever their precision.
    pub kilometres: f64,
    /// Pairs with a longer gap between their dates are not compared.
    pub days: u16,
    /// Most candidates kept for a report; the nearest in place and time are. How often that happens is reported.
    pub cap: usize,
    /// A report over more days than these tells of more than one incident: it is compared only with reports over at least half as
    /// many days.
    pub longest: u16,
}

impl Default for BlockingSettings {
    fn default() -> Self {
        Self { kilometres: 150.0, days: 7, cap: 64, longest: 31 }
    }
}

/// A rule that forbids a link between two reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CannotLink {
    /// Two reports of one dataset that name the same source (article, document).
    SameSource,
    /// Two reports of different countries.
    OtherCountry,
}

/// What is known of a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatasetRules {
    /// Whether it may hold an incident several times. Not said: only when it is the one dataset given.
    pub repeats: Option<bool>,
    /// Whether it holds only events with deaths, so that absence of others is not evidence.
    pub lethal_only: bool,
    /// Whether it leaves out what states do: who that is, [`Settings::state_actors`] says.
    pub no_state_operations: bool,
}

/// A comparison as it is set.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ComparisonSettings {
    /// Whether it is left out.
    pub off: bool,
    /// Probability of each level among matches; learned where not given.
    pub m: Option<Vec<f64>>,
    /// Probability of each level among pairs that do not match; learned where not given.
    pub u: Option<Vec<f64>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_and_faults_are_named() {
        let settings = Settings::from_toml(
            "threshold = 0.6\ncannot_link = [\"same-source\"]\nstate_actors = [\"Army\"]\n[datasets.GTD]\nno_state_operations = true\n\
             [comparisons.distance]\noff = true\n",
        )
        .unwrap();
        assert_eq!(settings.threshold, 0.6);
        assert!(settings.dataset("GTD").no_state_operations);
        assert!(settings.comparisons["distance"].off);
        for (text, word) in [
            ("treshold = 0.5", "treshold"),
            ("threshold = 2.0", "threshold"),
            ("[blocking]\ndays = 400", "blocking.days"),
            ("[blocking]\nlongest = 0", "blocking.longest"),
            ("[datasets.GTD]\nno_state_operations = true", "state_actors"),
            ("[comparisons.dates]\nm = [0.5, 0.2]", "comparisons.dates.m"),
        ] {
            let error = Settings::from_toml(text).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
