//! Parameters of the API: what each may be, and the checking of a request against them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tarazu_events::{Period, PeriodUnit};

use super::explorer::Explorer;
use super::problem::Problem;

/// A parameter of a query.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    pub name: &'static str,
    /// For the description.
    pub about: &'static str,
    pub kind: Kind,
}

/// What a parameter may be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A month, `2024-06`.
    Month,
    /// A whole number.
    Whole { least: u64, most: u64, otherwise: u64 },
    /// One of a few fixed words.
    Word(&'static [&'static str]),
    /// One of the names that this server has.
    Name(fn(&Explorer) -> Vec<String>),
    /// Any name up to [`LONGEST`] characters: one that is not known selects nothing, and the answer says so.
    Text,
}

/// Characters in a name.
pub const LONGEST: usize = 100;

/// Which months are written how.
const MONTH: &str = "^[0-9]{4}-(0[1-9]|1[0-2])$";

impl Parameter {
    /// Names that the server has none of make no parameter.
    pub fn is_there(&self, explorer: &Explorer) -> bool {
        !matches!(self.kind, Kind::Name(names) if names(explorer).is_empty())
    }

    pub fn schema(&self, explorer: &Explorer) -> Value {
        match self.kind {
            Kind::Month => json!({ "type": "string", "pattern": MONTH }),
            Kind::Whole { least, most, otherwise } => {
                json!({ "type": "integer", "minimum": least, "maximum": most, "default": otherwise })
            }
            Kind::Word(words) => json!({ "type": "string", "enum": words, "default": words.first() }),
            Kind::Name(names) => json!({ "type": "string", "enum": names(explorer) }),
            Kind::Text => json!({ "type": "string", "minLength": 1, "maxLength": LONGEST }),
        }
    }

    fn check(&self, explorer: &Explorer, value: &str) -> Result<(), Problem> {
        let fault = |expected: String, list: Vec<String>| {
            let shown: String = value.chars().take(100).collect();
            let detail = format!("`{}`: expected {expected}, found {shown:?}", self.name);
            Err(Problem::parameter(self.name, detail, list))
        };
        match self.kind {
            Kind::Month if month(value).is_none() => fault("a month as 2024-06".into(), Vec::new()),
            Kind::Whole { least, most, .. } if whole(value).is_none_or(|n| n < least || n > most) => {
                fault(format!("a whole number from {least} to {most}"), Vec::new())
            }
            Kind::Word(words) if !words.contains(&value) => {
                fault(format!("one of {}", words.join(", ")), words.iter().map(|w| (*w).to_owned()).collect())
            }
            Kind::Name(names) => {
                let names = names(explorer);
                if names.iter().any(|n| n == value) {
                    return Ok(());
                }
                let most = 10;
                let more = if names.len() > most { " …" } else { "" };
                let first = names.iter().take(most).map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
                fault(format!("one of {first}{more}"), names)
            }
            Kind::Text if value.is_empty() || value.chars().count() > LONGEST => {
                fault(format!("1 to {LONGEST} characters"), Vec::new())
            }
            _ => Ok(()),
        }
    }
}

/// A month as it is asked for.
fn month(text: &str) -> Option<Period> {
    let plain = text.len() == 7
        && text.bytes().enumerate().all(|(i, b)| if i == 4 { b == b'-' } else { b.is_ascii_digit() });
    text.parse::<Period>().ok().filter(|p| plain && p.unit() == PeriodUnit::Month)
}

/// A whole number in digits alone: no sign, no space.
fn whole(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}

/// The parameters of one request, checked.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    values: BTreeMap<&'static str, String>,
    /// What stands in the path, for routes that have such a part.
    pub code: String,
}

impl Asked {
    /// Check the query of a request against a route's parameters.
    pub fn read(explorer: &Explorer, parameters: &[Parameter], query: &str) -> Result<Self, Problem> {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let there: Vec<&Parameter> = parameters.iter().filter(|p| p.is_there(explorer)).collect();
            let Some(parameter) = there.iter().find(|p| p.name == name) else {
                let expected: Vec<String> = there.iter().map(|p| p.name.to_owned()).collect();
                let shown: String = name.chars().take(100).collect();
                let listed = if expected.is_empty() { "no parameter".into() } else { expected.join(", ") };
                let detail = format!("there is no parameter {shown:?} here; expected {listed}");
                return Err(Problem::parameter(&shown, detail, expected));
            };
            parameter.check(explorer, &value)?;
            if asked.values.insert(parameter.name, value.into_owned()).is_some() {
                let detail = format!("`{}` stands twice; expected it once", parameter.name);
                return Err(Problem::parameter(parameter.name, detail, Vec::new()));
            }
        }
        Ok(asked)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    pub fn month(&self, name: &str) -> Option<Period> {
        self.text(name).and_then(month)
    }

    /// A whole number, or what the parameter has otherwise.
    pub fn whole(&self, parameter: &Parameter) -> usize {
        let otherwise = if let Kind::Whole { otherwise, .. } = parameter.kind { otherwise } else { 0 };
        self.text(parameter.name).and_then(whole).unwrap_or(otherwise) as usize
    }

    /// Whether CSV is wanted.
    pub fn csv(&self) -> bool {
        self.text("format") == Some("csv")
    }

    /// What was asked for, for the answer to repeat.
    pub fn echo(&self) -> Value {
        json!(self.values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Parameter; 4] = [
        Parameter { name: "from", about: "", kind: Kind::Month },
        Parameter { name: "limit", about: "", kind: Kind::Whole { least: 1, most: 20, otherwise: 5 } },
        Parameter { name: "by", about: "", kind: Kind::Word(&["month", "year"]) },
        Parameter { name: "actor", about: "", kind: Kind::Text },
    ];

    fn read(query: &str) -> Result<Asked, Problem> {
        Asked::read(&Explorer::default(), &ALL, query)
    }

    #[test]
    fn what_is_asked_is_read() {
        let asked = read("from=2024-06&limit=7&by=year&actor=A%20%26+B").unwrap();
        assert_eq!(asked.month("from").unwrap().to_string(), "2024-06");
        assert_eq!(asked.whole(&ALL[1]), 7);
        assert_eq!(asked.text("actor"), Some("A & B"));
        assert_eq!(read("").unwrap().whole(&ALL[1]), 5);
    }

    #[test]
    fn what_is_at_fault_is_said_with_what_was_expected() {
        for (query, parameter, part) in [
            ("colour=red", "colour", "expected from, limit, by, actor"),
            ("from=June", "from", "a month as 2024-06"),
            ("from=2024-6", "from", "a month"),
            ("from=2024", "from", "a month"),
            ("from=%2B024-06", "from", "a month"),
            ("limit=0", "limit", "from 1 to 20"),
            ("limit=21", "limit", "from 1 to 20"),
            ("limit=+7", "limit", "whole number"),
            ("limit=07", "limit", "whole number"),
            ("by=", "by", "month, year"),
            ("by=year&by=month", "by", "stands twice"),
            ("actor=", "actor", "1 to 100"),
        ] {
            let problem = read(query).unwrap_err();
            assert_eq!(problem.parameter.as_deref(), Some(parameter), "{query}");
            assert!(problem.detail.contains(part), "{query}: {}", problem.detail);
        }
        assert!(read(&format!("actor={}", "x".repeat(101))).is_err());
    }
}
