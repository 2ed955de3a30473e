//! A first classifier of the paywall group whose answers about the blocks around are columns of the later ones: a price is
//! an offer's if the lines beside it are the offer's.

use rayon::prelude::*;

use super::rows::Rows;
use super::{Prepared, TrainParams, boost};
use crate::error::Result;
use crate::features::{FeatureMatrix, apply_first_pass};
use crate::model::boosted::Boosted;

/// A third of the trees of the later classifiers, from fewer blocks: it only has to rank.
fn smaller(params: &TrainParams) -> TrainParams {
    TrainParams {
        trees: params.trees.div_ceil(3),
        rows: (params.rows / 2).max(100),
        rate: 0.1,
        ..params.clone()
    }
}

/// Fills the first pass's columns of the matrices by classifiers that did not learn from the document's part, and returns
/// the one that learned from all.
pub(super) fn train(
    documents: &[&Prepared],
    matrices: &mut [FeatureMatrix],
    parts: &[usize],
    params: &TrainParams,
) -> Result<Boosted> {
    let params = smaller(params);
    let without = |left_out: Option<usize>| {
        boost::train(&Rows::paywall_without(documents, matrices, parts, left_out), &params)
    };
    let left_out: Vec<Option<usize>> = (0..params.evidence_folds).map(Some).chain([None]).collect();
    let mut passes = left_out.into_par_iter().map(without).collect::<Result<Vec<Boosted>>>()?;
    let last = passes.pop().ok_or_else(|| crate::error::Error::Training("no first pass".to_owned()))?;
    matrices.par_iter_mut().zip(parts).for_each(|(matrix, &part)| {
        let probabilities = passes[part].probabilities(matrix);
        apply_first_pass(matrix, &probabilities);
    });
    Ok(last)
}
