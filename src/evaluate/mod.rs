//! Metrics, cross-validation and reports.

mod crossval;
mod labels;
mod report;
mod segments;
mod threshold;
mod words;

pub use crossval::{Fold, Prediction, cross_validate, predict, text_form};
pub use labels::{Confusion, Scores};
pub use report::{CorpusReport, Report, report};
pub use segments::SegmentCounts;
pub use threshold::{calibrate, choose_held_out};
pub use words::{WordScore, word_score};
