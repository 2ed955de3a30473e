#![forbid(unsafe_code)]
#![warn(missing_docs)]
//! dechaff
pub mod cli;
pub mod corpus;
pub mod decision;
pub mod document;
pub mod dump;
pub mod error;
pub mod evaluate;
pub mod features;
pub mod model;
pub mod segment;
pub mod words;
pub use error::{Error, Result};
