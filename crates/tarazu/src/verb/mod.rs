//! One file per verb: arguments, the call, and what is printed.

#[cfg(feature = "pdf")]
pub mod brief;
pub mod check;
pub mod estimate;
pub mod fuse;
#[cfg(feature = "store")]
pub mod import;
#[cfg(feature = "store")]
pub mod log;
pub mod panel;
pub mod review;
#[cfg(feature = "serve")]
pub mod serve;
pub mod simulate;
#[cfg(feature = "sql")]
pub mod sql;
pub mod weigh;

/// The name of a dataset or release, as an argument.
fn name(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    if text.trim().is_empty() || length > 100 || text.contains(|c: char| c.is_control()) {
        let expected = "expected 1 to 100 characters, none of them a control character";
        return Err(format!("{expected}; found {length}"));
    }
    Ok(text.into())
}
