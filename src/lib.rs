#![forbid(unsafe_code)]
#![warn(missing_docs)]
//! dechaff
pub mod document;
pub mod features;
pub mod segment;
pub mod words;
