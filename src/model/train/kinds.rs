//! Which kind of chaff: multinomial regression by `linfa-logistic` on the blocks whose kind is known.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::MultiLogisticRegression;
use ndarray::{Array1, Array2};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::Prepared;
use crate::document::Label;
use crate::error::{Error, Result};
use crate::features::{FeatureMatrix, Slot};
use crate::model::linear::{Kinds, Standardised};

const PENALTY: f64 = 3.0;
const ITERATIONS: u64 = 120;

/// Rows of the paywall group, and of the other kinds, at most.
const ROWS: usize = 15_000;

pub(super) fn train(documents: &[&Prepared], matrices: &[FeatureMatrix], seed: u64) -> Result<Kinds> {
    let known = known_kinds(documents);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let (paywall, others): (Vec<_>, Vec<_>) = known.into_iter().partition(|(.., label)| label.is_paywall());
    let (mut rows, mut targets) = (Vec::new(), Vec::new());
    for group in [paywall, others] {
        for &(document, block, label) in group.choose_multiple(&mut rng, ROWS) {
            rows.push((document, block));
            targets.push(label.index());
        }
    }
    if targets.iter().all(|&target| Some(&target) == targets.first()) {
        return Err(Error::Training("blocks of at least two kinds of chaff must be labelled".to_owned()));
    }
    let slots = Slot::all(false);
    let raw = Array2::from_shape_fn((rows.len(), slots.len()), |(row, slot)| {
        let (document, block) = rows[row];
        f64::from(matrices[document].slot(block, slots[slot]))
    });
    let input = Standardised::fit(false, &raw);
    let records =
        Array2::from_shape_fn(raw.dim(), |(row, slot)| f64::from(input.value(slot, raw[(row, slot)] as f32)));
    let fitted = MultiLogisticRegression::default()
        .alpha(PENALTY)
        .max_iterations(ITERATIONS)
        .fit(&DatasetBase::new(records, Array1::from(targets)))
        .map_err(Error::training)?;
    let labels = fitted.classes().iter().map(|&class| Label::ALL[class]).collect();
    let weights = fitted.params().t().iter().map(|&weight| weight as f32).collect();
    let bias = fitted.intercept().iter().map(|&bias| bias as f32).collect();
    Ok(Kinds::new(input, labels, weights, bias))
}

/// Document, block and label of each block of chaff whose kind is known.
fn known_kinds(documents: &[&Prepared]) -> Vec<(usize, usize, Label)> {
    let mut known = Vec::new();
    for (index, document) in documents.iter().enumerate().filter(|(_, document)| !document.is_list) {
        for (block, target) in document.targets.iter().enumerate() {
            let label = target.single().filter(|&label| label != Label::Content);
            known.extend(label.map(|label| (index, block, label)));
        }
    }
    known
}
