//! Tokens of blocks: sub-words, their pairs and runs of letters; tags and attribute words.

use super::vocabulary::{joins_words, push_lower};
use super::{Encoder, Vocabulary};
use crate::document::{Block, Document, Element};

/// Buckets that class, id, role and tag words are hashed into.
pub const ATTRIBUTE_BUCKETS: u32 = 1 << 14;

/// The tokens of each block of a document, flat.
#[derive(Clone, Debug, Default)]
pub struct Bags {
    tokens: Vec<u32>,
    ends: Vec<u32>,
}

impl Bags {
    /// Number of blocks.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no block.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The tokens of a block.
    pub fn get(&self, block: usize) -> &[u32] {
        let start = if block == 0 { 0 } else { self.ends[block - 1] as usize };
        &self.tokens[start..self.ends[block] as usize]
    }

    fn end_block(&mut self) {
        self.ends.push(self.tokens.len() as u32);
    }
}

/// Buckets that pairs of neighbouring sub-words are hashed into.
const PAIR_BUCKETS: u32 = 1 << 15;
/// Buckets that runs of letters are hashed into.
const GRAM_BUCKETS: u32 = 1 << 17;
/// Letters of the longest run.
const GRAM: usize = 5;
/// Letters of a block whose runs are looked at: they tell short blocks apart, long ones speak by their words.
const GRAM_CHARS: usize = 160;
/// Stands before the first and after the last letter of a word in a run.
const WORD_END: char = ' ';
/// Stands before the first and after the last sub-word in a pair.
const BLOCK_END: u32 = u32::MAX;

/// Bytes of a block whose words are looked at: a longer one is no paragraph but a file.
const MAX_BYTES: usize = 1 << 20;

/// The text of a block as far as its words are looked at.
pub(super) fn spoken<'d>(document: &'d Document<'_>, block: &Block) -> &'d str {
    let text = document.block_text(block);
    let end = (0..=MAX_BYTES.min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    &text[..end.unwrap_or(0)]
}

/// How many tokens [`word_bags`] tells apart with a vocabulary.
pub fn n_word_tokens(vocabulary: &Vocabulary) -> usize {
    vocabulary.len() + (PAIR_BUCKETS + GRAM_BUCKETS) as usize
}

/// The first token of [`word_bags`] that is a run of letters.
pub fn first_gram(vocabulary: &Vocabulary) -> u32 {
    vocabulary.len() as u32 + PAIR_BUCKETS
}

/// Sub-word ids of each block, after them the hashed pairs of neighbours ("log in" is not "log" and "in", and a block
/// that is just "Plus" is not one that holds the word), then the hashed runs of three to five letters of its first
/// words, which meet words that training did not see ("Loginbereich"; fastText, Bojanowski et al. 2017).
pub fn word_bags(document: &Document<'_>, vocabulary: &Vocabulary) -> Bags {
    let mut bags = Bags::default();
    let mut encoder = Encoder::default();
    let mut word = String::new();
    for block in &document.blocks {
        let (text, start) = (spoken(document, block), bags.tokens.len());
        encoder.encode(vocabulary, text, &mut bags.tokens);
        push_pairs(&mut bags.tokens, start, vocabulary.len() as u32);
        gram_words(text, &mut word, |word| push_grams(word, first_gram(vocabulary), &mut bags.tokens));
        bags.end_block();
    }
    bags
}

pub(super) fn push_pairs(tokens: &mut Vec<u32>, start: usize, offset: u32) {
    let end = tokens.len();
    let mut before = BLOCK_END;
    for at in start..end {
        let own = tokens[at];
        tokens.push(offset + pair_bucket(before, own));
        before = own;
    }
    if end > start {
        tokens.push(offset + pair_bucket(before, BLOCK_END));
    }
}

/// Calls `visit` with each word of a block's first characters as runs of letters see them: lower-cased letters and digits,
/// every digit a 0.
pub(super) fn gram_words(text: &str, word: &mut String, mut visit: impl FnMut(&str)) {
    word.clear();
    for c in text.chars().take(GRAM_CHARS) {
        if c.is_alphanumeric() || (!c.is_ascii() && joins_words(c)) {
            push_lower(c, word);
        } else if !word.is_empty() {
            visit(word);
            word.clear();
        }
    }
    if !word.is_empty() {
        visit(word);
    }
}

/// Appends the runs of letters of one word, the gaps before and after it included.
pub(super) fn push_grams(word: &str, offset: u32, tokens: &mut Vec<u32>) {
    // The word so far, from the gap before it on.
    let mut last = [u32::from(WORD_END); GRAM];
    for (before, c) in word.chars().chain([WORD_END]).enumerate() {
        last = [last[1], last[2], last[3], last[4], u32::from(c)];
        let mut run = last[GRAM - 1] ^ (last[GRAM - 2] << 16);
        for size in 3..=GRAM.min(before + 2) {
            run = run.rotate_left(5).wrapping_mul(0x9e37_79b1) ^ last[GRAM - size];
            tokens.push(offset + bucket(run, size as u32, GRAM_BUCKETS));
        }
    }
}

fn pair_bucket(before: u32, own: u32) -> u32 {
    bucket(before, own, PAIR_BUCKETS)
}

/// The high bits of a multiplicative hash; `buckets` is a power of two.
fn bucket(before: u32, own: u32, buckets: u32) -> u32 {
    let mixed = before.wrapping_mul(0x9e37_79b1) ^ own.rotate_left(16).wrapping_mul(0x85eb_ca77);
    mixed.wrapping_mul(0xc2b2_ae3d) >> (u32::BITS - buckets.trailing_zeros())
}

/// Buckets of the tags and attribute words around each block: those of the three innermost elements are told
/// apart from the rest.
pub fn attribute_bags(document: &Document<'_>) -> Bags {
    let mut bags = Bags::default();
    for block in &document.blocks {
        for (level, at) in Element::ancestors(&document.elements, block.context.element).enumerate() {
            let element = &document.elements[at];
            if level < NEAR {
                bags.tokens.extend(near_tokens(document, element, level));
            } else {
                bags.tokens.extend(far_tokens(document, element));
            }
        }
        bags.end_block();
    }
    bags
}

/// How many of the innermost elements are near.
pub(super) const NEAR: usize = 3;

/// Tokens of one of the innermost elements around a block: its words, and its tag with its level.
pub(super) fn near_tokens<'d>(
    document: &'d Document<'_>,
    element: &Element,
    level: usize,
) -> impl Iterator<Item = u32> + use<'d> {
    let tag = element.tag.rotate_left(level as u32 + 1);
    element_words(document, element)
        .iter()
        .copied()
        .chain([tag])
        .map(|word| attribute_bucket(word ^ 0x9e37_79b9))
}

/// Tokens of an element further out.
pub(super) fn far_tokens<'d>(
    document: &'d Document<'_>,
    element: &Element,
) -> impl Iterator<Item = u32> + use<'d> {
    element_words(document, element).iter().copied().map(attribute_bucket)
}

fn element_words<'d>(document: &'d Document<'_>, element: &Element) -> &'d [u32] {
    document.attribute_words.get(element.words.0 as usize..element.words.1 as usize).unwrap_or_default()
}

fn attribute_bucket(word: u32) -> u32 {
    word.wrapping_mul(0x85eb_ca6b) >> (u32::BITS - ATTRIBUTE_BUCKETS.trailing_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_letters_follow_words_in_any_script() {
        let count = |text: &str| {
            let mut tokens = Vec::new();
            gram_words(text, &mut String::new(), |word| push_grams(word, 7, &mut tokens));
            assert!(tokens.iter().all(|&token| (7..7 + GRAM_BUCKETS).contains(&token)));
            tokens.len()
        };
        assert_eq!(
            [count("Log in"), count(" log  IN!"), count("登录"), count("…"), count("")],
            [9, 9, 3, 0, 0]
        );
    }
}
