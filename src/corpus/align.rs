//! Page-level truth to block labels.
//!
//! A block is content when the truth holds its words in their order: by word trigrams where there are enough, by
//! the exact line for a short block, and by its neighbours where a few words prove nothing.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::document::{Document, LabelSet};
use crate::words::{gram_hash, word_hashes};

/// Length of the word runs that are looked up.
const GRAM: usize = 3;
/// Blocks with more words are decided by their trigrams alone.
const SHORT: usize = 5;
/// Neighbours that vouch for a short block stand at most this many blocks away.
const REACH: usize = 2;

struct Truth {
    /// How often each trigram stands in the truth.
    grams: FxHashMap<u64, u32>,
    lines: FxHashSet<u64>,
    phrases: [FxHashSet<u64>; SHORT],
}

impl Truth {
    fn of(main_content: &str) -> Truth {
        let words: Vec<u64> = word_hashes(main_content).collect();
        let line_hash = |line: &str| gram_hash(&word_hashes(line).collect::<Vec<_>>());
        let mut grams = FxHashMap::default();
        for gram in words.windows(GRAM) {
            *grams.entry(gram_hash(gram)).or_default() += 1;
        }
        Truth {
            grams,
            lines: main_content.lines().map(line_hash).collect(),
            phrases: std::array::from_fn(|n| words.windows(n + 1).map(gram_hash).collect()),
        }
    }

    /// Whether most trigrams of a block stand in the truth at least `times`.
    fn holds(&self, words: &[u64], times: u32) -> bool {
        let grams = words.len() + 1 - GRAM;
        let held = |gram: &&[u64]| self.grams.get(&gram_hash(gram)).is_some_and(|&count| count >= times);
        2 * words.windows(GRAM).filter(held).count() > grams
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Content,
    Chaff,
    /// Content if the blocks around it are.
    Open,
    /// Neither content nor chaff: no word, or text that an earlier block has and the truth has not once more.
    Untold,
}

/// Labels each block [`LabelSet::CONTENT`] or [`LabelSet::CHAFF`] by the page's main content;
/// [`LabelSet::NONE`] for blocks without a word, and for copies of content that the truth holds fewer times.
pub fn align(document: &Document<'_>, main_content: &str) -> Vec<LabelSet> {
    let truth = Truth::of(main_content);
    let mut seen: FxHashMap<u64, u32> = FxHashMap::default();
    let verdicts: Vec<Verdict> = document
        .blocks
        .iter()
        .map(|block| {
            let words: Vec<u64> = word_hashes(document.block_text(block)).collect();
            let times = seen.entry(gram_hash(&words)).or_default();
            *times += 1;
            verdict(&words, &truth, *times)
        })
        .collect();
    (0..verdicts.len()).map(|block| settle(&verdicts, block)).collect()
}

fn verdict(words: &[u64], truth: &Truth, times: u32) -> Verdict {
    match words.len() {
        0 => Verdict::Untold,
        length if length > SHORT => match (truth.holds(words, 1), truth.holds(words, times)) {
            (true, true) => Verdict::Content,
            (true, false) => Verdict::Untold,
            (false, _) => Verdict::Chaff,
        },
        length => {
            let hash = gram_hash(words);
            // A line of three words or more that is a line of the truth, the first time it is met.
            if length >= GRAM && truth.lines.contains(&hash) && times == 1 {
                Verdict::Content
            } else if truth.phrases[length - 1].contains(&hash) {
                Verdict::Open
            } else {
                Verdict::Chaff
            }
        }
    }
}

/// Decides an open block by the nearest decided block on each side.
fn settle(verdicts: &[Verdict], block: usize) -> LabelSet {
    let vouches = |mut around: Box<dyn Iterator<Item = &Verdict> + '_>| {
        around.find(|verdict| matches!(verdict, Verdict::Content | Verdict::Chaff)) == Some(&Verdict::Content)
    };
    match verdicts[block] {
        Verdict::Content => LabelSet::CONTENT,
        Verdict::Chaff => LabelSet::CHAFF,
        Verdict::Untold => LabelSet::NONE,
        Verdict::Open => {
            let before = vouches(Box::new(verdicts[block.saturating_sub(REACH * 4)..block].iter().rev()));
            let after = vouches(Box::new(verdicts[block + 1..].iter().take(REACH * 4)));
            if before || after { LabelSet::CONTENT } else { LabelSet::CHAFF }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::segment_text;

    fn labels(page: &str, truth: &str) -> String {
        let document = segment_text(page);
        let letters = align(&document, truth).into_iter().map(|label| match label.is_content() {
            Some(true) => 'C',
            Some(false) => '-',
            None => '?',
        });
        letters.collect()
    }

    #[test]
    fn long_blocks_follow_their_trigrams_whatever_the_punctuation() {
        let truth = "The bank raised its rate on Tuesday, the third time this year.";
        let page = "The bank raised its rate on Tuesday – the third time this year\n\
            Read more about why the bank and the rate matter on Tuesday";
        assert_eq!(labels(page, truth), "C-");
    }

    #[test]
    fn a_copy_that_the_truth_lacks_is_neither_content_nor_chaff() {
        let line = "Rain fell on the hills all night long";
        let page = format!("{line}\n{line}");
        assert_eq!(labels(&page, line), "C?");
        assert_eq!(labels(&page, &page), "CC");
    }

    #[test]
    fn short_blocks_follow_their_neighbours() {
        let truth =
            "Ingredients\nTwo cups of flour sifted twice over\nSalt\nMix all of it well for ten minutes";
        let page = "Salt\nHome\nAll the other recipes of this site\n* *\nIngredients\n\
            Two cups of flour sifted twice over\nSalt\nMix all of it well for ten minutes";
        assert_eq!(labels(page, truth), "---?CCCC");
    }
}
