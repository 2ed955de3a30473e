//! First classifiers whose answers about the blocks around are columns of the later ones: a price is an offer's if the lines
//! beside it are the offer's, and a short line is content if its container is.

use rayon::prelude::*;

use super::rows::Rows;
use super::{Prepared, TrainParams, boost};
use crate::document::DocumentKind;
use crate::error::{Error, Result};
use crate::features::{FeatureMatrix, apply_first_content, apply_first_paywall};
use crate::model::boosted::Boosted;

/// A third of the trees of the later classifiers, from fewer blocks: it only has to rank.
fn smaller(params: &TrainParams) -> TrainParams {
    TrainParams {
        trees: params.trees.div_ceil(3),
        rows: (params.rows / 2).max(100),
        leaves: params.leaves.min(16),
        rate: 0.1,
        ..params.clone()
    }
}

/// Fills the paywall group's first pass into the matrices by classifiers that did not learn from the document's part, and
/// returns the one that learned from all.
pub(super) fn paywall(
    documents: &[&Prepared],
    matrices: &mut [FeatureMatrix],
    parts: &[usize],
    params: &TrainParams,
) -> Result<Boosted> {
    let rows = |left_out| Rows::paywall_without(documents, matrices, parts, left_out);
    let passes = Passes::train(rows, params)?;
    matrices.par_iter_mut().zip(parts).for_each(|(matrix, &part)| {
        let probabilities = passes.by_part[part].probabilities(matrix);
        apply_first_paywall(matrix, &probabilities);
    });
    Ok(passes.of_all)
}

/// The same for content, in the documents of one kind.
pub(super) fn content(
    documents: &[&Prepared],
    matrices: &mut [FeatureMatrix],
    parts: &[usize],
    kind: DocumentKind,
    params: &TrainParams,
) -> Result<Boosted> {
    let rows = |left_out| Rows::content_without(documents, matrices, parts, (kind, left_out), params);
    let passes = Passes::train(rows, params)?;
    matrices.par_iter_mut().zip(parts).zip(documents).for_each(|((matrix, &part), document)| {
        if document.kind == kind {
            let probabilities = passes.by_part[part].probabilities(matrix);
            apply_first_content(matrix, &document.layout, &probabilities);
        }
    });
    Ok(passes.of_all)
}

/// Classifiers that learned without one part each, and the one that learned from all.
struct Passes {
    by_part: Vec<Boosted>,
    of_all: Boosted,
}

impl Passes {
    fn train<'a>(rows: impl Fn(Option<usize>) -> Rows<'a> + Sync, params: &TrainParams) -> Result<Passes> {
        let params = smaller(params);
        let left_out: Vec<Option<usize>> = (0..params.evidence_folds).map(Some).chain([None]).collect();
        let train = |left_out| boost::train(&rows(left_out), &params);
        let mut by_part = left_out.into_par_iter().map(train).collect::<Result<Vec<Boosted>>>()?;
        let of_all = by_part.pop().ok_or_else(|| Error::Training("no first pass".to_owned()))?;
        Ok(Passes { by_part, of_all })
    }
}
