//! Word and attribute evidence: a linear model over bags of tokens, one log-odds column for each label.

use serde::{Deserialize, Serialize};

use super::columns::Column as C;
use super::{Bags, FeatureMatrix, SMOOTHING, block_words, share, smooth};
use crate::document::{LabelSet, N_LABELS};
use crate::math::{exp, ln};

/// Log-odds are cut here.
const MAX_LOG_ODDS: f32 = 12.0;
/// How far back [`C::PaywallAbove`] looks, in blocks.
const PAYWALL_REACH: usize = 20;

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
        self.weigh([first, grams].map(|group| (self.sums(group), group.len())))
    }

    /// Probability of each label for each block.
    pub fn probabilities_of(&self, bags: &Bags) -> Vec<[f32; N_LABELS]> {
        (0..bags.len()).map(|block| self.probabilities(bags.get(block))).collect()
    }

    /// Probability of each label given the summed weights and the number of the tokens of either group.
    pub(super) fn weigh(&self, groups: [([i32; N_LABELS], usize); 2]) -> [f32; N_LABELS] {
        let mut scores = self.bias;
        for (sums, count) in groups {
            let norm = norm(count);
            for (score, sum) in scores.iter_mut().zip(sums) {
                *score += sum as f32 * norm * self.scale;
            }
        }
        softmax(scores)
    }

    /// Weights of some tokens, summed by label.
    pub(super) fn sums(&self, tokens: &[u32]) -> [i32; N_LABELS] {
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

/// Fills the evidence columns of a matrix that [`extract`](super::extract) made, from the probabilities that the models of
/// words and of attributes give each block, shape `n_blocks × 16`. `attributes` is `None` for text.
pub fn apply_evidence(
    matrix: &mut FeatureMatrix,
    words: &[[f32; N_LABELS]],
    attributes: Option<&[[f32; N_LABELS]]>,
) {
    let weights: Vec<f32> = block_words(matrix).collect();
    let ones = vec![1.0; weights.len()];
    let (mut content, mut paywall) = (Vec::new(), Vec::new());
    for (block, &probabilities) in words.iter().enumerate() {
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
    if let Some(attributes) = attributes {
        apply_attributes(matrix, attributes, &weights);
    }
}

fn apply_attributes(matrix: &mut FeatureMatrix, probabilities: &[[f32; N_LABELS]], weights: &[f32]) {
    let mut content = Vec::new();
    for (block, probabilities) in probabilities.iter().enumerate() {
        content.push(log_odds(probabilities[0]));
        matrix.set(block, C::AttributePaywall, log_odds(LabelSet::PAYWALL.mass(probabilities)));
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
