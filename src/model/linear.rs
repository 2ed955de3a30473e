//! Linear models over slots: logistic regression for content, multinomial regression for the kinds of chaff.

use std::ops::Range;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::Contribution;
use crate::document::{Label, N_LABELS};
use crate::features::{FeatureMatrix, Slot};
use crate::math::{exp, sigmoid};

/// Means and deviations of slots, as the artifact holds them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Moments {
    html: bool,
    means: Vec<f32>,
    deviations: Vec<f32>,
}

/// Slots with what brings each to mean 0 and deviation 1.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Moments", into = "Moments")]
pub struct Standardised {
    moments: Moments,
    /// What a distance from the mean is multiplied with: a division costs several times as much.
    scales: Vec<f32>,
}

impl From<Moments> for Standardised {
    fn from(moments: Moments) -> Standardised {
        let scales = moments.deviations.iter().map(|deviation| deviation.recip()).collect();
        Standardised { moments, scales }
    }
}

impl From<Standardised> for Moments {
    fn from(standardised: Standardised) -> Moments {
        standardised.moments
    }
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
        Moments { html, means, deviations }.into()
    }

    /// Number of slots.
    fn len(&self) -> usize {
        self.scales.len()
    }

    /// Standardises one value of a slot.
    pub(super) fn value(&self, slot: usize, value: f32) -> f32 {
        standard(value, self.moments.means[slot], self.scales[slot])
    }

    /// The standardised slots of a block.
    fn row(&self, matrix: &FeatureMatrix, block: usize, row: &mut Vec<f32>) {
        row.clear();
        let (values, first) = matrix.flat(block);
        for (delta, length) in Slot::runs(self.moments.html) {
            let start = first.wrapping_add_signed(*delta as isize);
            row.extend_from_slice(&values[start..start + length]);
        }
        for ((value, mean), scale) in row.iter_mut().zip(&self.moments.means).zip(&self.scales) {
            *value = standard(*value, *mean, *scale);
        }
    }

    fn check(&self) -> Result<(), String> {
        let slots = Slot::all(self.moments.html).len();
        if self.moments.means.len() != slots || self.scales.len() != slots {
            return Err("a linear model does not fit the columns".to_owned());
        }
        Ok(())
    }
}

/// Extremes are cut, so that no single column decides.
fn standard(value: f32, mean: f32, scale: f32) -> f32 {
    ((value - mean) * scale).clamp(-5.0, 5.0)
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
        let slots = Slot::all(self.input.moments.html).into_iter().zip(&row).zip(&self.weights);
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
        if self.weights.len() != self.input.len() {
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

/// The paywall labels among [`Label::ALL`], and the other kinds of chaff.
const PAYWALL: Range<usize> = 1..6;
const OTHERS: Range<usize> = 6..N_LABELS;

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
        probabilities[Label::Content.index()] = content;
        spread(&scores[PAYWALL], paywall, &mut probabilities[PAYWALL]);
        spread(&scores[OTHERS], 1.0 - paywall - content, &mut probabilities[OTHERS]);
        probabilities
    }

    fn lanes(&self) -> &[[f32; N_LABELS]] {
        self.lanes.get_or_init(|| {
            let slots = self.input.len();
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
            && self.weights.len() == self.labels.len() * self.input.len()
            && !self.labels.is_empty()
            && !self.labels.contains(&Label::Content);
        if fits { Ok(()) } else { Err("the model of kinds does not fit its labels and columns".to_owned()) }
    }
}

/// Divides `mass` among labels by the softmax of their scores; evenly if none of them is known to the model.
fn spread(scores: &[f32], mass: f32, probabilities: &mut [f32]) {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for (probability, score) in probabilities.iter_mut().zip(scores) {
        *probability = if highest.is_finite() { exp(score - highest) } else { 1.0 };
    }
    let scale = mass / probabilities.iter().sum::<f32>();
    probabilities.iter_mut().for_each(|probability| *probability *= scale);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_keeps_its_mass_however_unlikely_its_labels() {
        let mut scores = [f32::NEG_INFINITY; 2];
        let mut probabilities = [0.0; 2];
        spread(&scores, 0.5, &mut probabilities);
        assert_eq!(probabilities, [0.25, 0.25]);
        scores[0] = -300.0;
        spread(&scores, 0.5, &mut probabilities);
        assert_eq!(probabilities, [0.5, 0.0]);
    }

    #[test]
    fn the_two_groups_hold_every_kind() {
        let is_paywall = |index: usize| Label::ALL[index].is_paywall();
        assert!(PAYWALL.chain(OTHERS).eq(1..N_LABELS));
        assert!(PAYWALL.into_iter().all(is_paywall) && !OTHERS.into_iter().any(is_paywall));
    }
}
