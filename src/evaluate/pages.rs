//! Each page's own score.

use rayon::prelude::*;

use super::{Prediction, word_score};
use crate::decision::{Decision, Layout, decide, kept_text};
use crate::document::{DocumentKind, LabelSet};

/// A page that has a main content, or labels for its blocks.
#[derive(Clone, Debug)]
pub struct PageScore<'a> {
    /// What the model said.
    pub prediction: &'a Prediction<'a>,
    /// `html`, `text`, or `clean`.
    pub mode: &'static str,
    /// Word F1 against the main content; where blocks are labelled, the share that is right as content or not.
    pub score: f64,
    /// A decision for each block.
    pub decisions: Vec<Decision>,
}

/// What kind of document a prediction is about.
pub(crate) fn mode_of(prediction: &Prediction<'_>) -> &'static str {
    match (prediction.is_clean, prediction.document.document.kind) {
        (true, _) => "clean",
        (false, DocumentKind::Html) => "html",
        (false, DocumentKind::Text) => "text",
    }
}

/// Scores pages, in the order of the predictions; those without truth are left out.
pub fn page_scores<'a>(predictions: &'a [Prediction<'a>]) -> Vec<PageScore<'a>> {
    predictions.par_iter().filter_map(page_score).collect()
}

fn page_score<'a>(prediction: &'a Prediction<'a>) -> Option<PageScore<'a>> {
    let document = &prediction.document;
    let decisions = decide(&document.document, &prediction.probabilities, prediction.thresholds);
    let score = match &document.truth.main_content {
        Some(content) => {
            word_score(&kept_text(&document.document, &decisions, LabelSet::CONTENT, Layout::Fold), content)
                .f1
        }
        None if document.truth.has_block_labels => {
            let judged = decisions.iter().zip(&document.targets).filter_map(|(decision, target)| {
                Some(LabelSet::CONTENT.contains(decision.label) == target.is_within(LabelSet::CONTENT)?)
            });
            let judged: Vec<bool> = judged.collect();
            judged.iter().filter(|right| **right).count() as f64 / judged.len().max(1) as f64
        }
        None => return None,
    };
    Some(PageScore { prediction, mode: mode_of(prediction), score, decisions })
}
