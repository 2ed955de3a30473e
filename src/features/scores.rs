//! What the evidence models say of a document, without making bags of it first.
//!
//! A word's runs of letters and an element's outer attributes are summed once and remembered. Sums of whole numbers do not
//! depend on their order, so the probabilities are those of [`Evidence::probabilities_of`], bit for bit.

use rustc_hash::FxHashMap;

use super::bags::{NEAR, far_tokens, first_gram, gram_words, near_tokens, push_grams, push_pairs, spoken};
use super::vocabulary::{KNOWN, place_of, short_key};
use super::{Encoder, Evidence, Vocabulary};
use crate::document::{Document, Element, N_LABELS};

/// Sums of weights by label.
type Sums = [i32; N_LABELS];

/// What is remembered of words from document to document, for one model alone.
#[derive(Debug)]
pub struct WordMemory {
    encoder: Encoder,
    /// The last short word that fell on each place.
    grams: Vec<Known>,
}

/// The sums of a word's runs of letters.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    key: u128,
    sums: [i16; N_LABELS],
    count: u16,
}

impl Default for WordMemory {
    fn default() -> WordMemory {
        WordMemory { encoder: Encoder::default(), grams: vec![Known::default(); KNOWN] }
    }
}

/// Probability of each label by the words of each block, shape `n_blocks × 16`.
pub fn word_probabilities(
    document: &Document<'_>,
    vocabulary: &Vocabulary,
    evidence: &Evidence,
    memory: &mut WordMemory,
) -> Vec<[f32; N_LABELS]> {
    let WordMemory { encoder, grams } = memory;
    let mut grams = GramSums { evidence, offset: first_gram(vocabulary), tokens: Vec::new(), known: grams };
    let (mut tokens, mut word) = (Vec::new(), String::new());
    let mut probabilities: Vec<[f32; N_LABELS]> = Vec::with_capacity(document.blocks.len());
    // Every fourth block of a page says what an earlier one said.
    let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
    for block in &document.blocks {
        let text = spoken(document, block);
        let first = *seen.entry(text).or_insert(probabilities.len());
        if let Some(&same) = probabilities.get(first) {
            probabilities.push(same);
            continue;
        }
        tokens.clear();
        encoder.encode(vocabulary, text, &mut tokens);
        push_pairs(&mut tokens, 0, vocabulary.len() as u32);
        let mut runs = ([0; N_LABELS], 0);
        gram_words(text, &mut word, |word| grams.add(word, &mut runs));
        probabilities.push(evidence.weigh([(evidence.sums(&tokens), tokens.len()), runs]));
    }
    probabilities
}

/// Sums over the runs of letters of words.
struct GramSums<'m> {
    evidence: &'m Evidence,
    offset: u32,
    tokens: Vec<u32>,
    known: &'m mut [Known],
}

impl GramSums<'_> {
    fn add(&mut self, word: &str, (sums, count): &mut (Sums, usize)) {
        let Some(key) = short_key(word.as_bytes()) else {
            let (own, length) = self.sums(word);
            add(sums, own);
            *count += length;
            return;
        };
        let place = place_of(key);
        if self.known[place].key != key {
            let (sums, count) = self.sums(word);
            // At most 48 weights of eight bits: they fit.
            self.known[place] = Known { key, sums: sums.map(|sum| sum as i16), count: count as u16 };
        }
        let known = &self.known[place];
        add(sums, known.sums.map(i32::from));
        *count += usize::from(known.count);
    }

    fn sums(&mut self, word: &str) -> (Sums, usize) {
        self.tokens.clear();
        push_grams(word, self.offset, &mut self.tokens);
        (self.evidence.sums(&self.tokens), self.tokens.len())
    }
}

fn add(sums: &mut Sums, more: Sums) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}

/// Probability of each label by the tags and attributes around each block, shape `n_blocks × 16`.
pub fn attribute_probabilities(document: &Document<'_>, evidence: &Evidence) -> Vec<[f32; N_LABELS]> {
    let outer = outer_sums(document, evidence);
    let mut tokens = Vec::new();
    let blocks = document.blocks.iter().map(|block| {
        tokens.clear();
        let mut ancestors = Element::ancestors(&document.elements, block.context.element);
        for (level, at) in ancestors.by_ref().take(NEAR).enumerate() {
            tokens.extend(near_tokens(document, &document.elements[at], level));
        }
        let mut sums = evidence.sums(&tokens);
        let mut count = tokens.len();
        if let Some((far, more)) = ancestors.next().map(|at| outer[at]) {
            add(&mut sums, far);
            count += more;
        }
        evidence.weigh([(sums, count), ([0; N_LABELS], 0)])
    });
    blocks.collect()
}

/// For each element the sums of its own and its ancestors' words, and how many these are. Parents stand first.
fn outer_sums(document: &Document<'_>, evidence: &Evidence) -> Vec<(Sums, usize)> {
    let mut outer: Vec<(Sums, usize)> = Vec::with_capacity(document.elements.len());
    let mut tokens = Vec::new();
    for element in &document.elements {
        tokens.clear();
        tokens.extend(far_tokens(document, element));
        // The root is its own parent, and not there yet.
        let (mut sums, count) = outer.get(element.parent as usize).copied().unwrap_or_default();
        if !tokens.is_empty() {
            add(&mut sums, evidence.sums(&tokens));
        }
        outer.push((sums, count + tokens.len()));
    }
    outer
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::features::{ATTRIBUTE_BUCKETS, attribute_bags, n_word_tokens, quantise_evidence, word_bags};
    use crate::segment::segment_html;

    fn noise(tokens: usize, grams: u32) -> Evidence {
        let weights: Vec<f32> = (0..tokens * N_LABELS)
            .map(|at| ((at as u32).wrapping_mul(0x9e37_79b9) >> 24) as f32 - 128.0)
            .collect();
        quantise_evidence(&weights, [0.5; N_LABELS], grams)
    }

    proptest! {
        #[test]
        fn the_probabilities_are_those_of_the_bags(
            words in prop::collection::vec("[a-zA-Zü0-9]{1,20}|購読|सदस्यता|[.,]", 1..40),
            tags in prop::collection::vec("<(div|p|span) class=\"[a-z]{2,4} [a-z]{2,3}\">", 1..40),
        ) {
            let html: String = tags.iter().zip(words.iter().cycle()).map(|(tag, word)| format!("{tag}{word} Log in ")).collect();
            let document = segment_html(&html);
            let pieces = ["[UNK]", "log", "in", "##r", "a", "##b", "b", "購", "."].map(str::to_owned).to_vec();
            let vocabulary = Vocabulary::from(pieces);
            let mut memory = WordMemory::default();
            let evidence = noise(n_word_tokens(&vocabulary), first_gram(&vocabulary));
            prop_assert_eq!(
                word_probabilities(&document, &vocabulary, &evidence, &mut memory),
                evidence.probabilities_of(&word_bags(&document, &vocabulary))
            );
            let evidence = noise(ATTRIBUTE_BUCKETS as usize, ATTRIBUTE_BUCKETS);
            prop_assert_eq!(
                attribute_probabilities(&document, &evidence),
                evidence.probabilities_of(&attribute_bags(&document))
            );
        }
    }
}
