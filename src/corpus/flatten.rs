//! Labelled pages as text dumps have them: lines without tags, more or less cleaned.

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::LabelledDocument;
use crate::document::LabelSet;
use crate::segment::segment_text;

/// How much of a page's chaff stays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Flattening {
    /// Every line, as WET has it.
    Everything,
    /// Content and this share of the runs of chaff, as extractors leave it.
    Partial(f64),
}

/// Turns a labelled page into a labelled text, one line a block. Content always stays; a run of neighbouring
/// chaff blocks stays or goes, cut short at times, by a generator seeded with `seed` and the page's id.
pub fn flatten(page: &LabelledDocument, flattening: Flattening, seed: u64) -> LabelledDocument {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ u64::from(crc32fast::hash(page.id.as_bytes())));
    let mut text = String::new();
    let mut targets = Vec::new();
    let (mut in_chaff, mut keeps_run) = (false, true);
    for (block, &target) in page.document.blocks.iter().zip(&page.targets) {
        let is_chaff = target.is_content() == Some(false);
        if let Flattening::Partial(share) = flattening {
            // Now and then a run changes its mind, so that pieces of menus and footers stay too.
            if is_chaff && (!in_chaff || rng.gen_bool(0.05)) {
                keeps_run = rng.gen_bool(share);
            }
            in_chaff = is_chaff;
            if is_chaff && !keeps_run {
                continue;
            }
        }
        push_lines(page.document.block_text(block), target, &mut text, &mut targets);
    }
    let document = segment_text(&text).into_owned();
    debug_assert_eq!(document.blocks.len(), targets.len());
    LabelledDocument { document, targets, truth: page.truth.clone(), ..page.clone_identity() }
}

fn push_lines(block: &str, target: LabelSet, text: &mut String, targets: &mut Vec<LabelSet>) {
    if !block.trim().is_empty() {
        text.push_str(&block.replace('\n', " "));
        text.push('\n');
        targets.push(target);
    }
}

impl LabelledDocument {
    /// Everything but the blocks and what is known of them.
    fn clone_identity(&self) -> LabelledDocument {
        LabelledDocument {
            id: self.id.clone(),
            source: self.source.clone(),
            host: self.host.clone(),
            page_type: self.page_type.clone(),
            language: self.language.clone(),
            document: segment_text(""),
            targets: Vec::new(),
            truth: Default::default(),
        }
    }
}
