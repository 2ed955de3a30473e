//! Probabilities to labels, the page's access, and the kept text.

mod access;
mod copies;
mod cut;
mod kept;

use crate::document::{Document, Label, LabelSet, N_LABELS};
use crate::model::Thresholds;
use copies::drop_copies;
use cut::content_threshold;
pub(crate) use cut::is_prose;

pub use access::{AccessVerdict, judge_access};
pub use kept::{Layout, kept_text};

/// The label of a block and how sure the model is of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// The label.
    pub label: Label,
    /// Its probability.
    pub probability: f32,
}

/// Decides the blocks of a document: a paywall label if those together reach their threshold, else content if that
/// reaches the page's own, else the likeliest other kind of chaff. What an HTML page repeats of its content is kept once.
pub fn decide(
    document: &Document<'_>,
    probabilities: &[[f32; N_LABELS]],
    thresholds: Thresholds,
) -> Vec<Decision> {
    let content = content_threshold(document, probabilities, thresholds);
    let mut decisions: Vec<Decision> =
        probabilities.iter().map(|p| decide_block(p, content, thresholds.paywall)).collect();
    drop_copies(document, probabilities, &mut decisions);
    decisions
}

fn decide_block(probabilities: &[f32; N_LABELS], from: f32, paywall_from: f32) -> Decision {
    let paywall = LabelSet::PAYWALL.mass(probabilities);
    let content = probabilities[Label::Content.index()];
    if paywall < paywall_from && content >= from {
        return Decision { label: Label::Content, probability: content };
    }
    let is_paywall = paywall >= paywall_from;
    let kinds = Label::ALL.into_iter().skip(1).filter(|label| label.is_paywall() == is_paywall);
    let likeliest = kinds.max_by(|a, b| {
        // Of two that are level the earlier wins, so that the result does not depend on the iterator's habits.
        probabilities[a.index()].total_cmp(&probabilities[b.index()]).then(b.index().cmp(&a.index()))
    });
    let label = likeliest.unwrap_or(Label::Other);
    Decision { label, probability: probabilities[label.index()] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probabilities(content: f32, ad: f32) -> [f32; N_LABELS] {
        let mut p = [(1.0 - content - ad) / 14.0; N_LABELS];
        p[Label::Content.index()] = content;
        p[Label::Ad.index()] = ad;
        p
    }

    #[test]
    fn the_threshold_decides_for_content_and_the_rest_is_the_likeliest_kind() {
        assert_eq!(decide_block(&probabilities(0.4, 0.5), 0.4, 0.5).label, Label::Content);
        assert_eq!(
            decide_block(&probabilities(0.39, 0.5), 0.4, 0.5),
            Decision { label: Label::Ad, probability: 0.5 }
        );
    }

    #[test]
    fn paywall_labels_count_together_and_go_before_content() {
        let mut p = probabilities(0.45, 0.0);
        p[Label::PricingTier.index()] = 0.3;
        p[Label::PlanBenefits.index()] = 0.25;
        assert_eq!(decide_block(&p, 0.4, 0.6).label, Label::PricingTier);
        assert_eq!(decide_block(&p, 0.4, 0.9).label, Label::Content);
    }
}
