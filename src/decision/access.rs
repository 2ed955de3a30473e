//! Was the page behind a wall?

use super::Decision;
use crate::document::{Access, Document, Label, N_LABELS};
use crate::words::count_words_of_any_script;

/// A teaser has fewer words of content than this.
const TEASER_WORDS: usize = 80;
/// A line with fewer words need not end like a sentence.
const SENTENCE_WORDS: usize = 8;
/// In a longer text the last line may be a disclaimer or a credit, so that its missing full stop proves nothing.
const CUT_WORDS: usize = 3 * TEASER_WORDS;
/// Sure enough of a notice that it counts, given other paywall text around it.
const NOTICE: f32 = 0.35;
/// Sure enough of a notice that it counts alone.
const LONE_NOTICE: f32 = 0.8;
/// A wall is a notice with an offer or a login beside it: so many blocks away, so many of them.
const REACH: usize = 10;
const COMPANIONS: usize = 2;

/// The page's access, how sure that is, and the blocks that speak for it.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessVerdict {
    /// The verdict.
    pub access: Access,
    /// How sure the verdict is: for an open page that nothing is a notice, otherwise that its surest notice is one.
    pub probability: f32,
    /// Indices of the blocks that say that access is limited.
    pub evidence: Vec<usize>,
}

/// Judges a page by its notices and by how its content ends.
///
/// A notice makes a page metered; it is gated if, besides, the content is a teaser: few words, or an end in the middle of a
/// sentence before the notice. What the page declares (schema.org) only supports a notice: some sites declare every page
/// paid.
pub fn judge_access(
    document: &Document<'_>,
    decisions: &[Decision],
    probabilities: &[[f32; N_LABELS]],
) -> AccessVerdict {
    let notice = |block: usize| probabilities[block][Label::MeterNotice.index()];
    let is_paywall = |block: &usize| decisions[*block].label.is_paywall();
    let counts = |block: &usize| {
        let around = block.saturating_sub(REACH)..(block + REACH + 1).min(decisions.len());
        let companions = around.filter(is_paywall).count().saturating_sub(1);
        let enough = if companions >= COMPANIONS { NOTICE } else { LONE_NOTICE };
        is_paywall(block) && notice(*block) >= enough
    };
    let evidence: Vec<usize> = (0..decisions.len()).filter(counts).collect();
    let surest = |blocks: &mut dyn Iterator<Item = usize>| blocks.map(notice).fold(0.0, f32::max);
    let Some(first) =
        evidence.iter().copied().max_by(|&a, &b| notice(a).total_cmp(&notice(b)).then(b.cmp(&a)))
    else {
        let probability = 1.0 - surest(&mut (0..decisions.len()).filter(is_paywall));
        return AccessVerdict { access: Access::Open, probability, evidence };
    };
    let words = |block: usize| count_words_of_any_script(document.block_text(&document.blocks[block]));
    let content: Vec<usize> =
        (0..decisions.len()).filter(|&block| decisions[block].label == Label::Content).collect();
    let total: usize = content.iter().map(|&block| words(block)).sum();
    let last_before = content.iter().rev().copied().find(|&block| block < first);
    let is_cut = last_before.is_some_and(|block| {
        let text = document.block_text(&document.blocks[block]).trim_end();
        text.ends_with('…')
            || text.ends_with("...")
            || (total < CUT_WORDS && words(block) >= SENTENCE_WORDS && !ends_sentence(text))
    });
    let declared_paid = document.metadata.accessible_for_free == Some(false);
    let limit = if declared_paid { 2 * TEASER_WORDS } else { TEASER_WORDS };
    let access = if is_cut || total < limit { Access::Gated } else { Access::Metered };
    let probability = surest(&mut evidence.iter().copied());
    AccessVerdict { access, probability, evidence }
}

/// Whether a text ends like a sentence in any script; closing quotes and brackets do not count.
fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '”', '’', '\'', ')', '」', '』', '»', ']']);
    text.ends_with(['.', '!', '?', ':', '。', '！', '？', '।', '۔', '؟', '．'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::segment_text;

    fn judge(text: &str) -> AccessVerdict {
        let document = segment_text(text);
        let mut decisions = Vec::new();
        let mut probabilities = Vec::new();
        for block in &document.blocks {
            let (label, sure) = match document.block_text(block) {
                text if text.starts_with("NOTICE") => (Label::MeterNotice, 0.9),
                text if text.starts_with("HINT") => (Label::MeterNotice, 0.5),
                text if text.starts_with("OFFER") => (Label::PricingTier, 0.9),
                _ => (Label::Content, 0.9),
            };
            decisions.push(Decision { label, probability: sure });
            let mut p = [0.0; N_LABELS];
            p[label.index()] = sure;
            probabilities.push(p);
        }
        judge_access(&document, &decisions, &probabilities)
    }

    #[test]
    fn the_length_and_the_end_of_the_content_part_metered_from_gated() {
        let full = "A sentence of seven words stands here. ".repeat(40);
        assert_eq!(judge(&full).access, Access::Open);
        assert_eq!(judge(&format!("{full}\nNOTICE")).access, Access::Metered);
        assert_eq!(judge(&format!("{full}\nand then it …\nNOTICE")).access, Access::Gated);
        let (some, cut) = (&full[..full.len() / 2], "this is how the story goes until it stops in the");
        assert_eq!(judge(&format!("{some}\n{cut}\nNOTICE")).access, Access::Gated);
        assert_eq!(judge(&format!("{full}\n{cut}\nNOTICE")).access, Access::Metered);
        assert_eq!(judge("Only a teaser.\nNOTICE").access, Access::Gated);
    }

    #[test]
    fn a_doubtful_notice_needs_an_offer_beside_it() {
        let full = "A sentence of seven words stands here. ".repeat(40);
        assert_eq!(judge(&format!("{full}\nHINT")).access, Access::Open);
        let verdict = judge(&format!("{full}\nHINT\nOFFER\nOFFER"));
        assert_eq!((verdict.access, verdict.evidence), (Access::Metered, vec![1]));
        assert!((verdict.probability - 0.5).abs() < 1e-6);
    }
}
