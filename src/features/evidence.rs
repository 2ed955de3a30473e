//! Word and attribute evidence: a linear model over bags of tokens, one log-odds column for each label.

use serde::{Deserialize, Serialize};

use super::columns::Column as C;
use super::vocabulary::joins_words;
use super::{FeatureMatrix, SMOOTHING, Vocabulary, block_words, share, smooth};
use crate::document::{Document, LabelSet, N_LABELS};
use crate::math::{exp, ln};

/// Buckets that class, id, role and tag words are hashed into.
pub const ATTRIBUTE_BUCKETS: u32 = 1 << 14;
/// Log-odds are cut here.
const MAX_LOG_ODDS: f32 = 12.0;
/// How far back [`C::PaywallAbove`] looks, in blocks.
const PAYWALL_REACH: usize = 20;

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
    let mut encoder = vocabulary.encoder(document.text.len());
    for block in &document.blocks {
        let start = bags.tokens.len();
        encoder.encode(document.block_text(block), &mut bags.tokens);
        push_pairs(&mut bags.tokens, start, vocabulary.len() as u32);
        push_grams(document.block_text(block), first_gram(vocabulary), &mut bags.tokens);
        bags.end_block();
    }
    bags
}

fn push_pairs(tokens: &mut Vec<u32>, start: usize, offset: u32) {
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

fn push_grams(text: &str, offset: u32, tokens: &mut Vec<u32>) {
    // The word so far, from the gap before it on.
    let mut length = 1_usize;
    let mut last = [u32::from(WORD_END); GRAM];
    let mut push = |c: char| {
        if c == WORD_END && length == 1 {
            return;
        }
        last = [last[1], last[2], last[3], last[4], u32::from(c)];
        length += 1;
        let mut run = last[GRAM - 1] ^ (last[GRAM - 2] << 16);
        for size in 3..=GRAM.min(length) {
            run = run.rotate_left(5).wrapping_mul(0x9e37_79b1) ^ last[GRAM - size];
            tokens.push(offset + bucket(run, size as u32, GRAM_BUCKETS));
        }
        if c == WORD_END {
            length = 1;
        }
    };
    for c in text.chars().take(GRAM_CHARS) {
        if c.is_ascii_digit() {
            push('0');
        } else if c.is_alphanumeric() || (!c.is_ascii() && joins_words(c)) {
            c.to_lowercase().for_each(&mut push);
        } else {
            push(WORD_END);
        }
    }
    push(WORD_END);
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
    const NEAR: usize = 3;
    let mut bags = Bags::default();
    for block in &document.blocks {
        let mut at = block.context.element as usize;
        let mut level = 0;
        while let Some(element) = document.elements.get(at) {
            let salt = if level < NEAR { 0x9e37_79b9_u32 } else { 0 };
            let words = document.attribute_words.get(element.words.0 as usize..element.words.1 as usize);
            let near_tag = (level < NEAR).then_some(element.tag.rotate_left(level as u32 + 1));
            let tokens = words.unwrap_or_default().iter().copied().chain(near_tag);
            bags.tokens.extend(tokens.map(|word| (word ^ salt).wrapping_mul(0x85eb_ca6b) >> 18));
            let parent = element.parent as usize;
            if parent == at {
                break;
            }
            at = parent;
            level += 1;
        }
        bags.end_block();
    }
    bags
}

/// A multinomial linear model over bags of tokens: `n_tokens × 16` weights, eight bits each.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Evidence {
    weights: Vec<i8>,
    scale: f32,
    bias: [f32; N_LABELS],
    /// Tokens from here on count as a group of their own.
    grams: u32,
}

/// Rounds trained weights (`n_tokens × 16`, row by row) to eight bits. Tokens from `grams` on are a second group.
pub fn quantise_evidence(weights: &[f32], bias: [f32; N_LABELS], grams: u32) -> Evidence {
    let largest = weights.iter().fold(1e-6_f32, |largest, weight| largest.max(weight.abs()));
    let scale = largest / f32::from(i8::MAX);
    let weights = weights.iter().map(|weight| (weight / scale).round() as i8).collect();
    Evidence { weights, scale, bias, grams }
}

/// What the weights of a bag's two groups of tokens are multiplied with, so that neither drowns the other: a block has
/// many more runs of letters than words. Tokens from `grams` on stand after the others.
pub(crate) fn bag_norms(bag: &[u32], grams: u32) -> [f32; 2] {
    let first = bag.partition_point(|&token| token < grams);
    [first, bag.len() - first].map(norm)
}

fn norm(count: usize) -> f32 {
    1.0 / (count.max(1) as f32).sqrt()
}

impl Evidence {
    /// Number of tokens the model has weights for.
    pub fn n_tokens(&self) -> usize {
        self.weights.len() / N_LABELS
    }

    /// Probability of each label given a bag of tokens.
    pub fn probabilities(&self, bag: &[u32]) -> [f32; N_LABELS] {
        let (first, grams) = bag.split_at(bag.partition_point(|&token| token < self.grams));
        let mut scores = self.bias;
        for group in [first, grams] {
            let norm = norm(group.len());
            for (score, sum) in scores.iter_mut().zip(self.sums(group)) {
                *score += sum as f32 * norm * self.scale;
            }
        }
        softmax(scores)
    }

    /// Weights of some tokens, summed by label.
    fn sums(&self, tokens: &[u32]) -> [i32; N_LABELS] {
        let mut sums = [0_i32; N_LABELS];
        // So many eight-bit weights fit sixteen bits, in which a machine adds twice as many at once.
        for tokens in tokens.chunks(256) {
            let mut part = [0_i16; N_LABELS];
            for &token in tokens {
                let start = token as usize * N_LABELS;
                if let Some(weights) = self.weights.get(start..).and_then(<[i8]>::first_chunk::<N_LABELS>) {
                    for (sum, &weight) in part.iter_mut().zip(weights) {
                        *sum += i16::from(weight);
                    }
                }
            }
            for (sum, part) in sums.iter_mut().zip(part) {
                *sum += i32::from(part);
            }
        }
        sums
    }
}

/// Turns scores into probabilities.
pub(crate) fn softmax(mut scores: [f32; N_LABELS]) -> [f32; N_LABELS] {
    let highest = scores.iter().copied().fold(f32::MIN, f32::max);
    let mut total = 0.0;
    for score in &mut scores {
        *score = exp(*score - highest);
        total += *score;
    }
    scores.map(|score| score / total)
}

pub(super) fn log_odds(probability: f32) -> f32 {
    let p = probability.clamp(1e-6, 1.0 - 1e-6);
    ln(p / (1.0 - p)).clamp(-MAX_LOG_ODDS, MAX_LOG_ODDS)
}

const WORD_COLUMNS: [C; N_LABELS] = [
    C::WordContent,
    C::WordMeterNotice,
    C::WordSubscribePrompt,
    C::WordPricingTier,
    C::WordPlanBenefits,
    C::WordLoginPrompt,
    C::WordNewsletter,
    C::WordConsent,
    C::WordNavigation,
    C::WordRelated,
    C::WordShare,
    C::WordAd,
    C::WordMetadata,
    C::WordComment,
    C::WordLegal,
    C::WordOther,
];

/// Half-width of the mean over the next neighbours, and of that over a run of lines such as an offer.
const NEXT: usize = 2;
const NEAR: usize = 5;

/// Means over a run of lines: a price alone is no offer, a price between a plan's name and its terms is.
const NEAR_COLUMNS: [(C, C); 6] = [
    (C::NearSubscribe, C::WordSubscribePrompt),
    (C::NearPricing, C::WordPricingTier),
    (C::NearBenefits, C::WordPlanBenefits),
    (C::NearLogin, C::WordLoginPrompt),
    (C::NearNewsletter, C::WordNewsletter),
    (C::NearNavigation, C::WordNavigation),
];

/// Fills the evidence columns of a matrix that [`extract`](super::extract) made. `attributes` is `None` for text.
pub fn apply_evidence(
    matrix: &mut FeatureMatrix,
    words: (&Bags, &Evidence),
    attributes: Option<(&Bags, &Evidence)>,
) {
    let weights: Vec<f32> = block_words(matrix).collect();
    let ones = vec![1.0; weights.len()];
    let (mut content, mut paywall) = (Vec::new(), Vec::new());
    for block in 0..matrix.n_blocks() {
        let probabilities = words.1.probabilities(words.0.get(block));
        let odds = probabilities.map(log_odds);
        for (column, odds) in WORD_COLUMNS.into_iter().zip(odds) {
            matrix.set(block, column, odds);
        }
        content.push(odds[0]);
        paywall.push(log_odds(LabelSet::PAYWALL.mass(&probabilities)));
        matrix.set(block, C::WordPaywall, paywall[block]);
        let reach = &paywall[block.saturating_sub(PAYWALL_REACH)..block];
        matrix.set(block, C::PaywallAbove, reach.iter().copied().fold(-MAX_LOG_ODDS, f32::max));
    }
    fill_column(matrix, C::SmoothContent, &smooth(&content, &weights, SMOOTHING));
    fill_column(matrix, C::SmoothPaywall, &smooth(&paywall, &ones, SMOOTHING));
    fill_column(matrix, C::PageContent, &page_mean(&content, &weights));
    fill_column(matrix, C::NearPaywall, &smooth(&paywall, &ones, NEXT));
    fill_column(matrix, C::PagePaywall, &page_mean(&paywall, &ones));
    for (near, of) in NEAR_COLUMNS {
        let values: Vec<f32> = (0..matrix.n_blocks()).map(|block| matrix.get(block, of)).collect();
        fill_column(matrix, near, &smooth(&values, &ones, NEAR));
    }
    if let Some((bags, evidence)) = attributes {
        apply_attributes(matrix, bags, evidence, &weights);
    }
}

fn apply_attributes(matrix: &mut FeatureMatrix, bags: &Bags, evidence: &Evidence, weights: &[f32]) {
    let mut content = Vec::new();
    for block in 0..matrix.n_blocks() {
        let probabilities = evidence.probabilities(bags.get(block));
        content.push(log_odds(probabilities[0]));
        matrix.set(block, C::AttributePaywall, log_odds(LabelSet::PAYWALL.mass(&probabilities)));
    }
    let page = page_mean(&content, weights);
    fill_column(matrix, C::AttributeContent, &content);
    fill_column(matrix, C::SmoothAttribute, &smooth(&content, weights, SMOOTHING));
    fill_column(matrix, C::PageAttribute, &page);
    let rank: Vec<f32> = content.iter().zip(&page).map(|(own, page)| own - page).collect();
    fill_column(matrix, C::AttributeRank, &rank);
}

pub(super) fn fill_column(matrix: &mut FeatureMatrix, column: C, values: &[f32]) {
    for (block, &value) in values.iter().enumerate() {
        matrix.set(block, column, value);
    }
}

pub(super) fn page_mean(values: &[f32], weights: &[f32]) -> Vec<f32> {
    let sum: f32 = values.iter().zip(weights).map(|(value, weight)| value * weight).sum();
    vec![share(sum, weights.iter().sum()); values.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Label;

    #[test]
    fn runs_of_letters_follow_words_in_any_script() {
        let count = |text: &str| {
            let mut tokens = Vec::new();
            push_grams(text, 7, &mut tokens);
            assert!(tokens.iter().all(|&token| (7..7 + GRAM_BUCKETS).contains(&token)));
            tokens.len()
        };
        assert_eq!(
            [count("Log in"), count(" log  IN!"), count("登录"), count("…"), count("")],
            [9, 9, 3, 0, 0]
        );
    }

    #[test]
    fn a_token_that_speaks_for_a_label_raises_its_probability() {
        let mut weights = vec![0.0; 2 * N_LABELS];
        weights[N_LABELS + Label::PricingTier.index()] = 4.0;
        let evidence = quantise_evidence(&weights, [0.0; N_LABELS], 2);
        let p = evidence.probabilities(&[1]);
        assert!(p[Label::PricingTier.index()] > 0.7);
        assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert_eq!(evidence.probabilities(&[0]), evidence.probabilities(&[]));
        assert_eq!(evidence.probabilities(&[99]), evidence.probabilities(&[0]));
    }
}
