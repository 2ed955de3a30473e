//! Where a page's content begins.

use crate::document::{Document, LabelSet, N_LABELS};
use crate::model::{Cut, Thresholds};

/// A page whose best expected F1 is lower has no content: an empty page of a shop, a search without a hit, a script's shell.
const NOTHING: f32 = 0.3;
/// Bytes of a page's chaff that may be content after all, for that question alone: a menu's one doubtful word is none.
const OVERLOOKED: f32 = 250.0;
/// Bytes that the likely content's blocks of a page of running text have on average.
const PROSE: f32 = 100.0;
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
        Cut::Page(missed) if is_prose(document, probabilities) => missed.prose,
        Cut::Page(missed) => missed.lines,
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

/// Whether the blocks that are likelier content than not are paragraphs, not lines.
pub(crate) fn is_prose(document: &Document<'_>, probabilities: &[[f32; N_LABELS]]) -> bool {
    let likely = document.blocks.iter().zip(probabilities).filter(|(_, p)| p[0] > 0.5);
    let (bytes, count) =
        likely.fold((0, 0), |(bytes, count), (block, _)| (bytes + block.text.len(), count + 1));
    count > 0 && bytes as f32 >= PROSE * count as f32
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
            let thresholds = Thresholds { content: Cut::Page(1.0.into()), paywall: 0.5 };
            content_threshold(&document, &probabilities, thresholds)
        };
        assert!(threshold([0.99, 0.98, 0.4]) > 0.4);
        assert!(threshold([0.5, 0.4, 0.01]) <= 0.4);
        assert!(threshold([0.03, 0.02, 0.01]) > 1.0);
        assert!(threshold([0.9; 3]) <= 0.9);
    }

    #[test]
    fn prose_and_short_lines_are_weighed_by_their_own_weights() {
        let line = "a short line";
        let paragraph = "and a paragraph that goes on ".repeat(6);
        let doubtful = |text: &str| {
            let document = segment_text(text);
            let probabilities: Vec<_> = document
                .blocks
                .iter()
                .enumerate()
                .map(|(index, _)| {
                    let mut p = [0.0; N_LABELS];
                    p[0] = if index == 0 { 0.9 } else { 0.4 };
                    p
                })
                .collect();
            let missed = crate::model::Missed { prose: 0.1, lines: 1.2 };
            let thresholds = Thresholds { content: Cut::Page(missed), paywall: 0.5 };
            content_threshold(&document, &probabilities, thresholds)
        };
        assert!(doubtful(&format!("{line}\n{line}")) <= 0.4);
        assert!(doubtful(&format!("{paragraph}\n{paragraph}")) > 0.4);
    }
}
