//! Segment-level scores: which snippets an extraction has.

use serde::Serialize;

/// Counts over pages, as trafilatura's evaluation counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct SegmentCounts {
    /// Wanted segments that were found verbatim.
    pub true_positives: u32,
    /// Wanted segments that were not found.
    pub false_negatives: u32,
    /// Unwanted segments that were found.
    pub false_positives: u32,
    /// Unwanted segments that were not found.
    pub true_negatives: u32,
}

impl SegmentCounts {
    /// Adds one page.
    pub fn add(&mut self, extracted: &str, wanted: &[String], unwanted: &[String]) {
        for segment in wanted {
            let slot = if extracted.contains(segment.as_str()) {
                &mut self.true_positives
            } else {
                &mut self.false_negatives
            };
            *slot += 1;
        }
        for segment in unwanted {
            let slot = if extracted.contains(segment.as_str()) {
                &mut self.false_positives
            } else {
                &mut self.true_negatives
            };
            *slot += 1;
        }
    }

    /// Precision, recall and F1.
    pub fn scores(&self) -> (f64, f64, f64) {
        let hits = f64::from(self.true_positives);
        let precision = hits / f64::from(self.true_positives + self.false_positives).max(1.0);
        let recall = hits / f64::from(self.true_positives + self.false_negatives).max(1.0);
        let f1 = if hits == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) };
        (precision, recall, f1)
    }
}
