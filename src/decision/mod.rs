//! Probabilities to labels, the page's access, and the kept text.

mod access;

use crate::document::{Document, Label, LabelSet, N_LABELS};

pub use access::{AccessVerdict, judge_access};

/// The label of a block and how sure the model is of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// The label.
    pub label: Label,
    /// Its probability.
    pub probability: f32,
}

/// Decides one block: content if its probability reaches `threshold`, else the likeliest kind of chaff.
pub fn decide(probabilities: &[f32; N_LABELS], threshold: f32) -> Decision {
    let content = probabilities[Label::Content.index()];
    if content >= threshold {
        return Decision { label: Label::Content, probability: content };
    }
    let chaff = Label::ALL.into_iter().skip(1);
    let likeliest = chaff.max_by(|a, b| {
        // Of two that are level the earlier wins, so that the result does not depend on the iterator's habits.
        probabilities[a.index()].total_cmp(&probabilities[b.index()]).then(b.index().cmp(&a.index()))
    });
    let label = likeliest.unwrap_or(Label::Other);
    Decision { label, probability: probabilities[label.index()] }
}

/// The text of the blocks whose label is in `keep`, one block a line.
pub fn kept_text(document: &Document<'_>, decisions: &[Decision], keep: LabelSet) -> String {
    let mut text = String::new();
    for (block, decision) in document.blocks.iter().zip(decisions) {
        if keep.contains(decision.label) {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(document.block_text(block));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::segment_text;

    fn probabilities(content: f32, ad: f32) -> [f32; N_LABELS] {
        let mut p = [(1.0 - content - ad) / 14.0; N_LABELS];
        p[Label::Content.index()] = content;
        p[Label::Ad.index()] = ad;
        p
    }

    #[test]
    fn the_threshold_decides_for_content_and_the_rest_is_the_likeliest_kind() {
        assert_eq!(decide(&probabilities(0.4, 0.5), 0.4).label, Label::Content);
        assert_eq!(decide(&probabilities(0.39, 0.5), 0.4), Decision { label: Label::Ad, probability: 0.5 });
    }

    #[test]
    fn kept_text_has_one_line_for_each_kept_block() {
        let document = segment_text("a\n\nbuy now\nb");
        let decisions = [0.9, 0.1, 0.8].map(|content| decide(&probabilities(content, 0.1), 0.5));
        assert_eq!(kept_text(&document, &decisions, LabelSet::CONTENT), "a\nb");
        assert_eq!(kept_text(&document, &decisions, LabelSet::NONE), "");
    }
}
