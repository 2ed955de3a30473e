//! Where a page's content begins.

use crate::document::{Document, LabelSet, N_LABELS};
use crate::model::{Cut, Thresholds};

/// A page whose best expected F1 is lower has no content: an empty page of a shop, a search without a hit, a script's shell.
const NOTHING: f32 = 0.3;
/// Bytes of a page's chaff that may be content after all, for that question alone: a menu's one doubtful word is none.
const OVERLOOKED: f32 = 250.0;
/// Steps of probability that are told apart.
const STEPS: usize = 1000;
/// No probability reaches it.
const ABOVE_ALL: f32 = 1.1;

/// The probability from which on a block of this document is content.
///
/// With [`Cut::Page`] it is the one with the highest expected F1, `2·kept content / (all kept + missed·all content)` in
/// bytes, as if blocks were independent. The best threshold is half the F1 it reaches (Lipton et al. 2014), so that a page
/// without sure content is cut lower. A page that promises next to nothing at any threshold gets one that nothing reaches.
pub(super) fn content_threshold(
    document: &Document<'_>,
    probabilities: &[[f32; N_LABELS]],
    thresholds: Thresholds,
) -> f32 {
    let missed = match thresholds.content {
        Cut::At(threshold) => return threshold,
        Cut::Page(missed) => missed,
    };
    // Bytes and expected content bytes by probability; counting spares sorting.
    let mut steps = [(0.0_f32, 0.0_f32); STEPS + 1];
    let (mut content, mut all) = (0.0, 0.0);
    for (block, p) in document.blocks.iter().zip(probabilities) {
        if LabelSet::PAYWALL.mass(p) < thresholds.paywall {
            let bytes = block.text.len() as f32;
            let step = &mut steps[(p[0].clamp(0.0, 1.0) * STEPS as f32) as usize];
            step.0 += bytes;
            step.1 += bytes * p[0];
            content += bytes * p[0];
            all += bytes;
        }
    }
    let overlooked = OVERLOOKED.min(all - content);
    let (mut kept, mut hits) = (0.0, 0.0);
    let (mut best, mut threshold, mut promise) = (0.0, 0.5, 0.0_f32);
    for (index, (bytes, expected)) in steps.iter().enumerate().rev() {
        kept += bytes;
        hits += expected;
        let f1 = hits / (kept + missed * content);
        promise = promise.max(2.0 * hits / (kept + content + overlooked));
        if *bytes > 0.0 && f1 > best {
            (best, threshold) = (f1, index as f32 / STEPS as f32);
        }
    }
    if promise < NOTHING { ABOVE_ALL } else { threshold }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::segment_text;

    #[test]
    fn a_page_of_doubtful_blocks_is_cut_lower_than_one_of_sure_ones() {
        let document = segment_text("a block of text\nanother block of text\nand a third one here");
        let threshold = |content: [f32; 3]| {
            let probabilities = content.map(|content| {
                let mut p = [0.0; N_LABELS];
                (p[0], p[15]) = (content, 1.0 - content);
                p
            });
            let thresholds = Thresholds { content: Cut::Page(1.0), paywall: 0.5 };
            content_threshold(&document, &probabilities, thresholds)
        };
        assert!(threshold([0.99, 0.98, 0.4]) > 0.4);
        assert!(threshold([0.5, 0.4, 0.01]) <= 0.4);
        assert!(threshold([0.03, 0.02, 0.01]) > 1.0);
        assert!(threshold([0.9; 3]) <= 0.9);
    }
}
