//! Linear evidence over bags of tokens: softmax regression by AdaGrad (Duchi et al. 2011).
//!
//! A target is a set of labels: the likelihood of a block of unknown chaff is the summed probability of the fifteen
//! kinds, so pages whose chaff is not sorted teach content, and the sorted ones teach the kinds.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{Prepared, TrainParams};
use crate::document::{DocumentKind, LabelSet, N_LABELS};
use crate::features::{
    ATTRIBUTE_BUCKETS, Bags, Evidence, Vocabulary, bag_norms, block_words, first_gram, n_word_tokens,
    quantise_evidence, softmax,
};

const EPOCHS: usize = 4;
const RATE: f32 = 0.25;
/// Pull towards 0 with each update of a weight.
const DECAY: f32 = 2e-4;
/// Weights are cut here, so that eight bits resolve them.
const MAX_WEIGHT: f32 = 6.0;

struct Example<'a> {
    bag: &'a [u32],
    target: LabelSet,
    weight: f32,
}

/// Word and attribute evidence from the `kept` documents.
pub(super) fn train(
    documents: &[&Prepared],
    words: &[Bags],
    kept: &[usize],
    vocabulary: &Vocabulary,
    params: &TrainParams,
) -> (Evidence, Evidence) {
    // Texts made from a page repeat its words.
    let originals: Vec<usize> = kept.iter().copied().filter(|&at| !documents[at].is_variant).collect();
    let mut examples = Vec::new();
    for &at in &originals {
        collect(documents[at], &words[at], params.labelled_weight, &mut examples);
    }
    let word_evidence = fit(examples, n_word_tokens(vocabulary), first_gram(vocabulary), params.seed);
    let mut examples = Vec::new();
    for &at in originals.iter().filter(|&&at| documents[at].kind == DocumentKind::Html) {
        if let Some(bags) = &documents[at].attributes {
            collect(documents[at], bags, params.labelled_weight, &mut examples);
        }
    }
    (word_evidence, fit(examples, ATTRIBUTE_BUCKETS as usize, ATTRIBUTE_BUCKETS, params.seed))
}

fn collect<'a>(
    document: &'a Prepared,
    bags: &'a Bags,
    labelled_weight: f32,
    examples: &mut Vec<Example<'a>>,
) {
    // Excerpts, which weigh in later stages, are left out here.
    let by_hand = if document.has_block_labels { 2.0 * labelled_weight } else { 1.0 };
    for (block, words) in block_words(&document.matrix).enumerate() {
        let target = document.targets[block];
        let is_paywall = target.is_within(LabelSet::PAYWALL) == Some(true);
        let factor = if is_paywall { by_hand.max(labelled_weight) } else { by_hand };
        if !target.is_empty() && !bags.get(block).is_empty() {
            let weight = words.max(1.0).sqrt().min(8.0) * 0.25 * factor;
            examples.push(Example { bag: bags.get(block), target, weight });
        }
    }
}

fn fit(mut examples: Vec<Example<'_>>, n_tokens: usize, grams: u32, seed: u64) -> Evidence {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut model = Softmax {
        weights: vec![0.0; n_tokens * N_LABELS],
        squares: vec![1e-3; n_tokens * N_LABELS],
        bias: [0.0; N_LABELS],
        bias_squares: [1e-3; N_LABELS],
        grams,
    };
    for _ in 0..EPOCHS {
        examples.shuffle(&mut rng);
        for example in &examples {
            model.learn(example);
        }
    }
    quantise_evidence(&model.weights, model.bias, grams)
}

struct Softmax {
    weights: Vec<f32>,
    squares: Vec<f32>,
    bias: [f32; N_LABELS],
    bias_squares: [f32; N_LABELS],
    /// Tokens from here on are a second group.
    grams: u32,
}

impl Softmax {
    fn learn(&mut self, example: &Example<'_>) {
        let norms = bag_norms(example.bag, self.grams);
        let norm_of = |token: u32| norms[usize::from(token >= self.grams)];
        let mut scores = self.bias;
        for &token in example.bag {
            let start = token as usize * N_LABELS;
            let norm = norm_of(token);
            for (score, weight) in scores.iter_mut().zip(&self.weights[start..start + N_LABELS]) {
                *score += weight * norm;
            }
        }
        let p = softmax(scores);
        let allowed = |index: usize| example.target.contains(crate::document::Label::ALL[index]);
        let mass: f32 = (0..N_LABELS).filter(|&index| allowed(index)).map(|index| p[index]).sum();
        let mut gradient = [0.0; N_LABELS];
        for (index, gradient) in gradient.iter_mut().enumerate() {
            let wanted = if allowed(index) { p[index] / mass.max(1e-6) } else { 0.0 };
            *gradient = (p[index] - wanted) * example.weight;
        }
        for (index, step) in gradient.into_iter().enumerate() {
            self.bias_squares[index] += step * step;
            self.bias[index] -= RATE * step / self.bias_squares[index].sqrt();
        }
        for &token in example.bag {
            let start = token as usize * N_LABELS;
            let norm = norm_of(token);
            for (index, gradient) in gradient.iter().enumerate() {
                let at = start + index;
                let step = gradient * norm + DECAY * self.weights[at];
                self.squares[at] += step * step;
                let moved = self.weights[at] - RATE * step / self.squares[at].sqrt();
                self.weights[at] = moved.clamp(-MAX_WEIGHT, MAX_WEIGHT);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Label;

    #[test]
    fn sets_teach_content_and_single_labels_teach_kinds() {
        let bags = [[0_u32], [1], [2]];
        let targets = [LabelSet::CONTENT, LabelSet::CHAFF, LabelSet::from(Label::PricingTier)];
        let examples = (0..300).map(|n| Example { bag: &bags[n % 3], target: targets[n % 3], weight: 1.0 });
        let evidence = fit(examples.collect(), 3, 3, 1);
        assert!(evidence.probabilities(&[0])[0] > 0.8);
        assert!(evidence.probabilities(&[1])[0] < 0.2);
        assert!(evidence.probabilities(&[2])[Label::PricingTier.index()] > 0.7);
    }
}
