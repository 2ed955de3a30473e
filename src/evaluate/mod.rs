//! Metrics, cross-validation and reports.

mod bootstrap;
mod calibration;
mod crossval;
mod curves;
mod kept;
mod labels;
mod pages;
mod render;
mod report;
mod segments;
mod threshold;
mod verdicts;
mod words;

pub use bootstrap::{Interval, mean_interval};
pub use calibration::calibration_table;
pub use crossval::{Prediction, Progress, clean_form, cross_validate, predict, predict_all, text_form};
pub use curves::precision_recall;
pub use kept::KeptCounts;
pub use labels::{Confusion, Scores};
pub(crate) use pages::mode_of;
pub use pages::{PageScore, page_scores};
pub use report::{CorpusReport, Report, report};
pub use segments::SegmentCounts;
pub use threshold::{calibrate, choose_held_out, verify_losses};
pub use verdicts::VerdictScores;
pub use words::{WordScore, word_score};
