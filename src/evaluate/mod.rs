//! Metrics, cross-validation and reports.

mod calibration;
mod crossval;
mod kept;
mod labels;
mod render;
mod report;
mod segments;
mod threshold;
mod verdicts;
mod words;

pub use calibration::calibration_table;
pub use crossval::{Fold, Prediction, clean_form, cross_validate, predict, text_form};
pub use kept::KeptCounts;
pub use labels::{Confusion, Scores};
pub use report::{CorpusReport, Report, report};
pub use segments::SegmentCounts;
pub use threshold::{calibrate, choose_held_out, verify_losses};
pub use verdicts::VerdictScores;
pub use words::{WordScore, word_score};
