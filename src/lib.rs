#![forbid(unsafe_code)]
#![warn(missing_docs)]
//! Finds the chaff in scraped text: paywall notices, subscribe prompts, pricing tiers and every other kind of
//! boilerplate.
//!
//! Two entry points: [`Detector::detect_text`] for text that was already extracted, a line a block, and
//! [`Detector::detect_html`] for pages. Both label each block with one of sixteen [labels](document::Label) and
//! say whether the page was behind a wall.
//!
//! ```
//! use dechaff::Detector;
//!
//! # fn main() -> dechaff::Result<()> {
//! let detector = Detector::new()?;
//! let detection = detector.detect_text(
//!     "The council voted on Tuesday to reopen the ferry, which had been out of service since a storm in March.\n\
//!      Repairs took longer than planned because the engine had to come from abroad, a spokesman said.\n\
//!      You have reached your limit of free articles this month.\n\
//!      Subscribe now\n\
//!      $4.99 per month, cancel anytime",
//! );
//! for block in detection.blocks() {
//!     println!("{:<17} {:.2} {}", block.label, block.probability, block.text);
//! }
//! assert!(detection.content().starts_with("The council voted"));
//! assert!(!detection.content().contains("Subscribe"));
//! # Ok(())
//! # }
//! ```
//!
//! The stages of a run are the folders of the source, in this order: [`dump`] reads records, [`segment`] cuts them
//! into blocks, [`features`] describes each block, [`model`] gives probabilities, [`decision`] labels, and
//! [`batch`] runs all of it in parallel. [`corpus`] and [`evaluate`] train and measure.

pub mod batch;
pub mod cli;
pub mod corpus;
pub mod decision;
mod detector;
pub mod document;
pub mod dump;
mod error;
pub mod evaluate;
pub mod features;
pub mod label;
mod limits;
pub mod markdown;
mod math;
pub mod model;
pub mod report;
pub mod segment;
mod terminal;
pub mod words;

pub use limits::{Deadline, LimitExceeded, Limits, TimeUp};
/// Version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

pub use detector::{Detection, Detector, LabelledBlock};
pub use error::{Error, Result};
