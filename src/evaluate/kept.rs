//! What cleaning loses and what it lets through, over blocks whose label is known.

use serde::Serialize;

use super::Prediction;
use crate::decision::Decision;
use crate::document::{Label, LabelSet};
use crate::words::count_words;

/// A paywall line of fewer words ("Log in") is not counted as a leak.
const LEAK_WORDS: usize = 3;

/// Counts of kept and lost blocks; shares of them are what a user of cleaned text notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct KeptCounts {
    /// Words of blocks that are content.
    pub content_words: usize,
    /// Of these, words of blocks labelled otherwise.
    pub lost_words: usize,
    /// Blocks that are content.
    pub content_blocks: usize,
    /// Of these, blocks that are kept.
    pub kept_blocks: usize,
    /// Paywall blocks of three words or more.
    pub paywall_blocks: usize,
    /// Of these, blocks that are kept.
    pub leaked_blocks: usize,
}

impl KeptCounts {
    /// Counts the blocks of one document.
    pub fn of(prediction: &Prediction<'_>, decisions: &[Decision]) -> KeptCounts {
        let document = &prediction.document;
        let mut counts = KeptCounts::default();
        for ((block, &target), decision) in
            document.document.blocks.iter().zip(&document.targets).zip(decisions)
        {
            let words = count_words(document.document.block_text(block));
            let is_kept = decision.label == Label::Content;
            if target.is_content() == Some(true) {
                counts.content_words += words;
                counts.lost_words += if is_kept { 0 } else { words };
                counts.content_blocks += 1;
                counts.kept_blocks += usize::from(is_kept);
            } else if target.is_within(LabelSet::PAYWALL) == Some(true) && words >= LEAK_WORDS {
                counts.paywall_blocks += 1;
                counts.leaked_blocks += usize::from(is_kept);
            }
        }
        counts
    }

    /// Adds other counts.
    pub fn merge(&mut self, other: &KeptCounts) {
        self.content_words += other.content_words;
        self.lost_words += other.lost_words;
        self.content_blocks += other.content_blocks;
        self.kept_blocks += other.kept_blocks;
        self.paywall_blocks += other.paywall_blocks;
        self.leaked_blocks += other.leaked_blocks;
    }

    /// Share of the content words that are lost.
    pub fn loss(&self) -> f64 {
        self.lost_words as f64 / self.content_words.max(1) as f64
    }

    /// Share of the content blocks that are kept.
    pub fn kept(&self) -> f64 {
        self.kept_blocks as f64 / self.content_blocks.max(1) as f64
    }

    /// Share of the paywall blocks of three words or more that are kept.
    pub fn leak(&self) -> f64 {
        self.leaked_blocks as f64 / self.paywall_blocks.max(1) as f64
    }
}
