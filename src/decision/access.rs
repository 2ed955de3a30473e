//! Was the page behind a wall?

use super::Decision;
use crate::document::{Access, Document, Label};
use crate::words::word_hashes;

/// A teaser has fewer words of content than this.
const TEASER_WORDS: usize = 80;
/// Sure enough of a notice that it counts.
const NOTICE: f32 = 0.5;

/// The page's access and the blocks that speak for it.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessVerdict {
    /// The verdict.
    pub access: Access,
    /// Indices of the blocks that say that access is limited.
    pub evidence: Vec<usize>,
}

/// Judges a page by its notices and by how its content ends.
///
/// A notice makes a page metered; it is gated if, besides, the content before the notice is a teaser: few words, or
/// an end in the middle of a sentence. What the page declares (schema.org) only supports a notice: some sites
/// declare every page paid.
pub fn judge_access(document: &Document<'_>, decisions: &[Decision]) -> AccessVerdict {
    let evidence: Vec<usize> = (0..decisions.len())
        .filter(|&block| {
            decisions[block].label == Label::MeterNotice && decisions[block].probability >= NOTICE
        })
        .collect();
    let Some(&first) = evidence.first() else {
        return AccessVerdict { access: Access::Open, evidence };
    };
    let content: Vec<usize> =
        (0..decisions.len()).filter(|&block| decisions[block].label == Label::Content).collect();
    let text_of = |block: usize| document.block_text(&document.blocks[block]);
    let words: usize = content.iter().map(|&block| word_hashes(text_of(block)).count()).sum();
    let last_before = content.iter().rev().find(|&&block| block < first).map(|&block| text_of(block));
    let is_cut = last_before.is_some_and(|text| text.ends_with('…') || text.ends_with("..."));
    let declared_paid = document.metadata.accessible_for_free == Some(false);
    let limit = if declared_paid { 2 * TEASER_WORDS } else { TEASER_WORDS };
    let access = if is_cut || words < limit { Access::Gated } else { Access::Metered };
    AccessVerdict { access, evidence }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::segment_text;

    fn judge(text: &str) -> Access {
        let document = segment_text(text);
        let decisions: Vec<Decision> = document
            .blocks
            .iter()
            .map(|block| {
                let is_notice = document.block_text(block).starts_with("NOTICE");
                let label = if is_notice { Label::MeterNotice } else { Label::Content };
                Decision { label, probability: 0.9 }
            })
            .collect();
        judge_access(&document, &decisions).access
    }

    #[test]
    fn the_length_and_the_end_of_the_content_part_metered_from_gated() {
        let full = "A sentence of seven words stands here. ".repeat(40);
        assert_eq!(judge(&full), Access::Open);
        assert_eq!(judge(&format!("{full}\nNOTICE")), Access::Metered);
        assert_eq!(judge(&format!("{full}\nand then it …\nNOTICE")), Access::Gated);
        assert_eq!(judge("Only a teaser.\nNOTICE"), Access::Gated);
    }
}
