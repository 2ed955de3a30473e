//! Line-level scores by label.

use serde::Serialize;

use crate::document::{Label, LabelSet, N_LABELS};

/// Counts of blocks: true label × decided label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confusion([[u32; N_LABELS]; N_LABELS]);

/// Precision, recall and F1 of a label or a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Scores {
    /// Blocks that truly have the label.
    pub support: u32,
    /// Harmonic mean.
    pub f1: f64,
    /// Share of the blocks so labelled that truly are.
    pub precision: f64,
    /// Share of the true blocks that were found.
    pub recall: f64,
}

impl Confusion {
    /// Counts one block.
    pub fn add(&mut self, truth: Label, decided: Label) {
        self.0[truth.index()][decided.index()] += 1;
    }

    /// Counts a block that may have any label of a small set: right if the decided label is one of them. A block
    /// that is only known to be chaff is not counted.
    pub fn add_any(&mut self, truth: LabelSet, decided: Label) {
        if truth.is_empty() || truth == LabelSet::CHAFF {
            return;
        }
        let first = Label::ALL.into_iter().find(|&label| truth.contains(label)).unwrap_or(decided);
        self.add(if truth.contains(decided) { decided } else { first }, decided);
    }

    /// Adds other counts.
    pub fn merge(&mut self, other: &Confusion) {
        for (row, other) in self.0.iter_mut().zip(&other.0) {
            for (count, other) in row.iter_mut().zip(other) {
                *count += other;
            }
        }
    }

    /// Blocks of a true label that were decided as another.
    pub fn count(&self, truth: Label, decided: Label) -> u32 {
        self.0[truth.index()][decided.index()]
    }

    /// Scores of a set of labels taken as one.
    pub fn group(&self, group: LabelSet) -> Scores {
        let (mut hits, mut truly, mut decided_so) = (0, 0, 0);
        for truth in Label::ALL {
            for decided in Label::ALL {
                let count = self.count(truth, decided);
                let (is_true, is_decided) = (group.contains(truth), group.contains(decided));
                hits += if is_true && is_decided { count } else { 0 };
                truly += if is_true { count } else { 0 };
                decided_so += if is_decided { count } else { 0 };
            }
        }
        let share = |whole: u32| if whole == 0 { 0.0 } else { f64::from(hits) / f64::from(whole) };
        let (precision, recall) = (share(decided_so), share(truly));
        let f1 = if hits == 0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) };
        Scores { support: truly, f1, precision, recall }
    }

    /// Mean F1 over the labels that occur.
    pub fn macro_f1(&self) -> f64 {
        let scores = Label::ALL.map(|label| self.group(label.into()));
        let present: Vec<f64> = scores.iter().filter(|s| s.support > 0).map(|s| s.f1).collect();
        present.iter().sum::<f64>() / present.len().max(1) as f64
    }

    /// Number of blocks.
    pub fn total(&self) -> u32 {
        self.0.iter().flatten().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_one_group_are_not_confused_for_the_group() {
        let mut confusion = Confusion::default();
        confusion.add(Label::PricingTier, Label::PlanBenefits);
        confusion.add(Label::Content, Label::Content);
        assert_eq!(confusion.group(LabelSet::PAYWALL).f1, 1.0);
        assert_eq!(confusion.group(Label::PricingTier.into()).f1, 0.0);
        assert_eq!(confusion.macro_f1(), 0.5);
    }
}
