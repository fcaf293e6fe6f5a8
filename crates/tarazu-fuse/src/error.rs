//! What can be wrong with what fusion is given.

/// Why reports cannot be fused.
#[derive(Debug, thiserror::Error)]
pub enum FuseError {
    /// A column of a record batch is missing or has another type than the canonical event's.
    #[error("record batch: column `{column}`: found {found}, expected {expected}")]
    Column {
        /// The column.
        column: String,
        /// What there is.
        found: String,
        /// What there should be.
        expected: String,
    },
    /// A report with a value that no event can have.
    #[error("dataset {dataset:?}, event {id:?}: `{field}`: found {found}, expected {expected}")]
    Value {
        /// Its dataset.
        dataset: String,
        /// Its id.
        id: String,
        /// The field.
        field: &'static str,
        /// What there is.
        found: String,
        /// What there should be.
        expected: &'static str,
    },
    /// Two reports of one dataset with the same id.
    #[error("dataset {dataset:?} holds the event {id:?} twice")]
    Twice {
        /// The dataset.
        dataset: String,
        /// The id.
        id: String,
    },
    /// A settings file that cannot be used.
    #[error("settings: {0}")]
    Settings(String),
    /// A judgement about an event that is not there.
    #[error("judgement on {dataset:?} {id:?}: no such event")]
    Judgement {
        /// The dataset.
        dataset: String,
        /// The id.
        id: String,
    },
    /// More than the numbers inside can count.
    #[error("{0}")]
    TooMany(&'static str),
}
