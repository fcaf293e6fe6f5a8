//! What the user adds to what a file says of itself.

use std::sync::Arc;

use crate::error::ReadError;
use crate::mapping::Mapping;
use crate::tables::Tables;

/// What the user knows and the file may not say.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// Dataset name, in place of the detected one.
    pub dataset: Option<String>,
    /// Release, in place of the one found in the file's name.
    pub version: Option<String>,
    /// Kind of file, in place of the detected one: one of [`crate::kind_keys`].
    pub kind: Option<String>,
    /// How to read a table that is of no known kind.
    pub mapping: Option<Arc<Mapping>>,
    /// Code tables, in place of those compiled in.
    pub tables: Option<Arc<Tables>>,
}

impl ReadOptions {
    /// The code tables.
    ///
    /// # Errors
    /// Where the tables compiled in are at fault, which a test rules out.
    pub fn tables(&self) -> Result<Arc<Tables>, ReadError> {
        match &self.tables {
            Some(tables) => Ok(tables.clone()),
            None => Ok(Arc::new(Tables::embedded()?)),
        }
    }

    /// What the result of reading depends on beside the file and this crate: tables and mapping.
    ///
    /// # Errors
    /// As [`ReadOptions::tables`].
    pub fn fingerprint(&self) -> Result<String, ReadError> {
        let mapping = self.mapping.as_deref().map_or("", |m| m.fingerprint.as_str());
        Ok(format!("{}{mapping}", self.tables()?.fingerprint))
    }
}
