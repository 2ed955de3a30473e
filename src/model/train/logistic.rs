//! A yes-or-no question by `linfa-logistic`.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::Array1;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::TrainParams;
use super::rows::Rows;
use crate::error::{Error, Result};
use crate::features::Slot;
use crate::model::linear::{BinaryLinear, Standardised};

/// How much work a fit is. Rows are drawn by weight: linfa's learner knows no weights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    rows: usize,
    iterations: u64,
}

impl Effort {
    /// For a classifier that has the last word.
    pub(super) const FULL: Effort = Effort { rows: 50_000, iterations: 150 };
    /// For a first pass, which others correct and which is trained once for each part that is left out.
    pub(super) const QUICK: Effort = Effort { rows: 25_000, iterations: 60 };
}

const PENALTY: f64 = 10.0;

pub(super) fn train(rows: &Rows<'_>, params: &TrainParams, effort: Effort) -> Result<BinaryLinear> {
    let slots = Slot::all(rows.html);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(params.seed);
    let sample = rows.sample(effort.rows.min(params.rows), &mut rng)?;
    let raw = rows.gather(&sample, &slots).mapv(f64::from);
    let input = Standardised::fit(rows.html, &raw);
    let records = ndarray::Array2::from_shape_fn(raw.dim(), |(row, slot)| {
        f64::from(input.value(slot, raw[(row, slot)] as f32))
    });
    let targets: Array1<bool> = sample.iter().map(|row| row.is_positive).collect();
    let fitted = LogisticRegression::default()
        .alpha(PENALTY)
        .max_iterations(effort.iterations)
        .fit(&DatasetBase::new(records, targets))
        .map_err(Error::training)?;
    // linfa calls the class it saw first in its order the positive one.
    let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
    Ok(BinaryLinear {
        input,
        weights: fitted.params().iter().map(|&weight| (sign * weight) as f32).collect(),
        bias: (sign * fitted.intercept()) as f32,
    })
}
