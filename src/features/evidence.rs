//! Word and attribute evidence: a linear model over bags of tokens, one log-odds column for each label.

use serde::{Deserialize, Serialize};

use super::columns::Column as C;
use super::{FeatureMatrix, Vocabulary, block_words, share, smooth};
use crate::document::{Document, Label, LabelSet, N_LABELS};

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

/// Sub-word ids of each block.
pub fn word_bags(document: &Document<'_>, vocabulary: &Vocabulary) -> Bags {
    let mut bags = Bags::default();
    for block in &document.blocks {
        vocabulary.encode(document.block_text(block), &mut bags.tokens);
        bags.end_block();
    }
    bags
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
}

/// Rounds trained weights (`n_tokens × 16`, row by row) to eight bits.
pub fn quantise_evidence(weights: &[f32], bias: [f32; N_LABELS]) -> Evidence {
    let largest = weights.iter().fold(1e-6_f32, |largest, weight| largest.max(weight.abs()));
    let scale = largest / f32::from(i8::MAX);
    let weights = weights.iter().map(|weight| (weight / scale).round() as i8).collect();
    Evidence { weights, scale, bias }
}

impl Evidence {
    /// Number of tokens the model has weights for.
    pub fn n_tokens(&self) -> usize {
        self.weights.len() / N_LABELS
    }

    /// Probability of each label given a bag of tokens.
    pub fn probabilities(&self, bag: &[u32]) -> [f32; N_LABELS] {
        let mut sums = [0_i32; N_LABELS];
        for &token in bag {
            let start = token as usize * N_LABELS;
            if let Some(weights) = self.weights.get(start..start + N_LABELS) {
                for (sum, &weight) in sums.iter_mut().zip(weights) {
                    *sum += i32::from(weight);
                }
            }
        }
        let norm = self.scale / (bag.len().max(1) as f32).sqrt();
        let mut scores = self.bias;
        for (score, sum) in scores.iter_mut().zip(sums) {
            *score += sum as f32 * norm;
        }
        softmax(scores)
    }
}

/// Turns scores into probabilities.
pub(crate) fn softmax(mut scores: [f32; N_LABELS]) -> [f32; N_LABELS] {
    let highest = scores.iter().copied().fold(f32::MIN, f32::max);
    let mut total = 0.0;
    for score in &mut scores {
        *score = (*score - highest).exp();
        total += *score;
    }
    scores.map(|score| score / total)
}

fn log_odds(probability: f32) -> f32 {
    let p = probability.clamp(1e-6, 1.0 - 1e-6);
    (p / (1.0 - p)).ln().clamp(-MAX_LOG_ODDS, MAX_LOG_ODDS)
}

fn paywall_share(probabilities: &[f32; N_LABELS]) -> f32 {
    let group = Label::ALL.into_iter().filter(|&label| LabelSet::PAYWALL.contains(label));
    group.map(|label| probabilities[label.index()]).sum()
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
        for (column, probability) in WORD_COLUMNS.into_iter().zip(probabilities) {
            matrix.set(block, column, log_odds(probability));
        }
        content.push(log_odds(probabilities[0]));
        paywall.push(log_odds(paywall_share(&probabilities)));
        matrix.set(block, C::WordPaywall, paywall[block]);
        let reach = &paywall[block.saturating_sub(PAYWALL_REACH)..block];
        matrix.set(block, C::PaywallAbove, reach.iter().copied().fold(-MAX_LOG_ODDS, f32::max));
    }
    fill_column(matrix, C::SmoothContent, &smooth(&content, &weights));
    fill_column(matrix, C::SmoothPaywall, &smooth(&paywall, &ones));
    fill_column(matrix, C::PageContent, &page_mean(&content, &weights));
    if let Some((bags, evidence)) = attributes {
        apply_attributes(matrix, bags, evidence, &weights);
    }
}

fn apply_attributes(matrix: &mut FeatureMatrix, bags: &Bags, evidence: &Evidence, weights: &[f32]) {
    let mut content = Vec::new();
    for block in 0..matrix.n_blocks() {
        let probabilities = evidence.probabilities(bags.get(block));
        content.push(log_odds(probabilities[0]));
        matrix.set(block, C::AttributePaywall, log_odds(paywall_share(&probabilities)));
    }
    let page = page_mean(&content, weights);
    fill_column(matrix, C::AttributeContent, &content);
    fill_column(matrix, C::SmoothAttribute, &smooth(&content, weights));
    fill_column(matrix, C::PageAttribute, &page);
    let rank: Vec<f32> = content.iter().zip(&page).map(|(own, page)| own - page).collect();
    fill_column(matrix, C::AttributeRank, &rank);
}

fn fill_column(matrix: &mut FeatureMatrix, column: C, values: &[f32]) {
    for (block, &value) in values.iter().enumerate() {
        matrix.set(block, column, value);
    }
}

fn page_mean(values: &[f32], weights: &[f32]) -> Vec<f32> {
    let sum: f32 = values.iter().zip(weights).map(|(value, weight)| value * weight).sum();
    vec![share(sum, weights.iter().sum()); values.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_speaks_for_a_label_raises_its_probability() {
        let mut weights = vec![0.0; 2 * N_LABELS];
        weights[N_LABELS + Label::PricingTier.index()] = 4.0;
        let evidence = quantise_evidence(&weights, [0.0; N_LABELS]);
        let p = evidence.probabilities(&[1]);
        assert!(p[Label::PricingTier.index()] > 0.7);
        assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert_eq!(evidence.probabilities(&[0]), evidence.probabilities(&[]));
        assert_eq!(evidence.probabilities(&[99]), evidence.probabilities(&[0]));
    }
}
