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
    let mut rng = generator(page, seed);
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

/// A part of a labelled text: some lines in a row, drawn by a generator seeded with `seed` and the text's id. Dumps
/// hold short texts too, and notices that lost their article.
pub fn excerpt(text: &LabelledDocument, seed: u64) -> LabelledDocument {
    let mut rng = generator(text, seed);
    let count = text.document.blocks.len();
    let length = rng.gen_range(count.min(2)..=count);
    let start = rng.gen_range(0..=count - length);
    let mut lines = String::new();
    let mut targets = Vec::new();
    for at in start..start + length {
        let block = text.document.block_text(&text.document.blocks[at]);
        push_lines(block, text.targets[at], &mut lines, &mut targets);
    }
    let document = segment_text(&lines).into_owned();
    LabelledDocument { document, targets, truth: text.truth.clone(), ..text.clone_identity() }
}

fn generator(document: &LabelledDocument, seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed ^ u64::from(crc32fast::hash(document.id.as_bytes())))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::parse_record;

    fn page() -> LabelledDocument {
        let chaff: String = (0..40)
            .map(|n| format!("<div data-label=ad>Buy {n}</div><p data-label=content>c{n}</p>"))
            .collect();
        parse_record(&serde_json::json!({"id": "a", "html": chaff}).to_string(), "mine").unwrap()
    }

    #[test]
    fn content_stays_and_chaff_stays_in_part() {
        let count = |flattening| {
            let text = flatten(&page(), flattening, 3);
            let content = text.targets.iter().filter(|target| target.is_content() == Some(true)).count();
            assert_eq!(text.targets.len(), text.document.blocks.len());
            (content, text.targets.len() - content)
        };
        assert_eq!(count(Flattening::Everything), (40, 40));
        assert_eq!(count(Flattening::Partial(0.0)), (40, 0));
        let (content, chaff) = count(Flattening::Partial(0.5));
        assert!(content == 40 && (8..32).contains(&chaff), "{chaff}");
    }

    #[test]
    fn an_excerpt_is_a_run_of_lines_with_their_labels() {
        let whole = flatten(&page(), Flattening::Everything, 3);
        for seed in 0..20 {
            let part = excerpt(&whole, seed);
            assert!(whole.document.text.contains(part.document.text.as_ref()));
            assert!(part.targets.len() >= 2);
            assert!(whole.targets.windows(part.targets.len()).any(|run| run == part.targets));
        }
    }
}
