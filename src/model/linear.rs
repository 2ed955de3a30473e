//! Linear models over slots: logistic regression for content, multinomial regression for the kinds of chaff.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::{Contribution, sigmoid};
use crate::document::{Label, N_LABELS};
use crate::features::{FeatureMatrix, Slot};

/// Slots with what brings each to mean 0 and deviation 1.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Standardised {
    html: bool,
    means: Vec<f32>,
    deviations: Vec<f32>,
}

impl Standardised {
    /// Learns means and deviations from rows of slots, shape `n_rows × n_slots`.
    pub(super) fn fit(html: bool, rows: &ndarray::Array2<f64>) -> Standardised {
        let count = rows.nrows().max(1) as f64;
        let mut means = Vec::with_capacity(rows.ncols());
        let mut deviations = Vec::with_capacity(rows.ncols());
        for column in rows.columns() {
            let mean = column.sum() / count;
            let variance = column.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
            means.push(mean as f32);
            deviations.push((variance.sqrt() as f32).max(1e-3));
        }
        Standardised { html, means, deviations }
    }

    /// Standardises one value of a slot; extremes are cut, so that no single column decides.
    pub(super) fn value(&self, slot: usize, value: f32) -> f32 {
        ((value - self.means[slot]) / self.deviations[slot]).clamp(-5.0, 5.0)
    }

    /// The standardised slots of a block.
    fn row(&self, matrix: &FeatureMatrix, block: usize, row: &mut Vec<f32>) {
        row.clear();
        let (values, first) = matrix.flat(block);
        for (index, &delta) in Slot::deltas(self.html).iter().enumerate() {
            row.push(self.value(index, values[first.wrapping_add_signed(delta as isize)]));
        }
    }

    fn check(&self) -> Result<(), String> {
        let slots = Slot::all(self.html).len();
        if self.means.len() != slots || self.deviations.len() != slots {
            return Err("a linear model does not fit the columns".to_owned());
        }
        Ok(())
    }
}

/// Logistic regression of a yes-or-no question.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct BinaryLinear {
    pub(super) input: Standardised,
    pub(super) weights: Vec<f32>,
    pub(super) bias: f32,
}

impl BinaryLinear {
    pub(super) fn probabilities(&self, matrix: &FeatureMatrix) -> Vec<f32> {
        self.probabilities_of(matrix, &(0..matrix.n_blocks()).collect::<Vec<_>>())
    }

    pub(super) fn probabilities_of(&self, matrix: &FeatureMatrix, blocks: &[usize]) -> Vec<f32> {
        let mut row = Vec::new();
        blocks
            .iter()
            .map(|&block| {
                self.input.row(matrix, block, &mut row);
                sigmoid(dot(&row, &self.weights) + self.bias)
            })
            .collect()
    }

    pub(super) fn contributions(&self, matrix: &FeatureMatrix, block: usize) -> Vec<Contribution> {
        let mut row = Vec::new();
        self.input.row(matrix, block, &mut row);
        let slots = Slot::all(self.input.html).into_iter().zip(&row).zip(&self.weights);
        slots
            .map(|((slot, value), weight)| Contribution {
                slot,
                value: matrix.slot(block, slot),
                weight: value * weight,
            })
            .collect()
    }

    pub(super) fn check(&self) -> Result<(), String> {
        self.input.check()?;
        if self.weights.len() != self.input.means.len() {
            return Err("a logistic model does not fit its columns".to_owned());
        }
        Ok(())
    }
}

/// Sum of products, in eight sums that a machine can do at once.
fn dot(values: &[f32], weights: &[f32]) -> f32 {
    const LANES: usize = 8;
    let mut sums = [0.0_f32; LANES];
    let (values, value_rest) = values.as_chunks::<LANES>();
    let (weights, weight_rest) = weights.as_chunks::<LANES>();
    for (values, weights) in values.iter().zip(weights) {
        for lane in 0..LANES {
            sums[lane] += values[lane] * weights[lane];
        }
    }
    let rest: f32 = value_rest.iter().zip(weight_rest).map(|(value, weight)| value * weight).sum();
    sums.iter().sum::<f32>() + rest
}

/// Which of the fifteen kinds a block of chaff is: multinomial logistic regression over the slots of text.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Kinds {
    pub(super) input: Standardised,
    /// Labels the model knows, none of them content.
    pub(super) labels: Vec<Label>,
    /// Shape `n_labels × n_slots`, row by row.
    pub(super) weights: Vec<f32>,
    pub(super) bias: Vec<f32>,
    /// The weights once more, shape `n_slots × 16`: one slot for all labels side by side.
    #[serde(skip)]
    lanes: OnceLock<Vec<[f32; N_LABELS]>>,
}

impl Kinds {
    /// Spreads a block's probability of paywall text over the paywall labels, and what that and the probability of
    /// content leave over the other kinds of chaff. `row` is room to work in.
    pub(super) fn complete(
        &self,
        matrix: &FeatureMatrix,
        block: usize,
        (content, paywall): (f32, f32),
        row: &mut Vec<f32>,
    ) -> [f32; N_LABELS] {
        self.input.row(matrix, block, row);
        let mut sums = [0.0; N_LABELS];
        for (value, weights) in row.iter().zip(self.lanes()) {
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += value * weight;
            }
        }
        let mut scores = [f32::NEG_INFINITY; N_LABELS];
        for (label, bias) in self.labels.iter().zip(&self.bias) {
            scores[label.index()] = sums[label.index()] + bias;
        }
        let content = content.min(1.0 - paywall);
        let mut probabilities = [0.0; N_LABELS];
        let kinds = || Label::ALL.into_iter().filter(|&label| label != Label::Content);
        spread(&scores, kinds().filter(|label| label.is_paywall()), paywall, &mut probabilities);
        let rest = 1.0 - paywall - content;
        spread(&scores, kinds().filter(|label| !label.is_paywall()), rest, &mut probabilities);
        probabilities[Label::Content.index()] = content;
        probabilities
    }

    fn lanes(&self) -> &[[f32; N_LABELS]] {
        self.lanes.get_or_init(|| {
            let slots = self.input.means.len();
            let mut lanes = vec![[0.0; N_LABELS]; slots];
            for (label, weights) in self.labels.iter().zip(self.weights.chunks(slots.max(1))) {
                for (lane, weight) in lanes.iter_mut().zip(weights) {
                    lane[label.index()] = *weight;
                }
            }
            lanes
        })
    }

    pub(super) fn new(input: Standardised, labels: Vec<Label>, weights: Vec<f32>, bias: Vec<f32>) -> Kinds {
        Kinds { input, labels, weights, bias, lanes: OnceLock::new() }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        self.input.check()?;
        let fits = self.bias.len() == self.labels.len()
            && self.weights.len() == self.labels.len() * self.input.means.len()
            && !self.labels.is_empty()
            && !self.labels.contains(&Label::Content);
        if fits { Ok(()) } else { Err("the model of kinds does not fit its labels and columns".to_owned()) }
    }
}

/// Divides `mass` among some labels by the softmax of their scores; evenly if none of them is known to the model.
fn spread(
    scores: &[f32; N_LABELS],
    labels: impl Iterator<Item = Label> + Clone,
    mass: f32,
    probabilities: &mut [f32; N_LABELS],
) {
    let highest = labels.clone().map(|label| scores[label.index()]).fold(f32::NEG_INFINITY, f32::max);
    let share =
        |label: Label| if highest.is_finite() { (scores[label.index()] - highest).exp() } else { 1.0 };
    let mut total = 0.0;
    for label in labels.clone() {
        probabilities[label.index()] = share(label);
        total += probabilities[label.index()];
    }
    for label in labels {
        probabilities[label.index()] *= mass / total;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_keeps_its_mass_however_unlikely_its_labels() {
        let mut scores = [f32::NEG_INFINITY; N_LABELS];
        let group = [Label::PricingTier, Label::LoginPrompt];
        let mut probabilities = [0.0; N_LABELS];
        spread(&scores, group.into_iter(), 0.5, &mut probabilities);
        assert_eq!(probabilities[Label::PricingTier.index()], 0.25);
        scores[Label::PricingTier.index()] = -300.0;
        spread(&scores, group.into_iter(), 0.5, &mut probabilities);
        assert_eq!(probabilities.iter().sum::<f32>(), 0.5);
        assert_eq!(probabilities[Label::LoginPrompt.index()], 0.0);
    }
}
