//! First classifiers whose answers about the blocks around are columns of the later ones: a price is an offer's if the lines
//! beside it are the offer's, and a short line is content if its neighbours are. They are linear: cheaper than trees, and as
//! they err differently, the trees after them gain more from them (see `models/EXPERIMENTS.md`).

use rayon::prelude::*;

use super::logistic::{self, Effort};
use super::rows::Rows;
use super::{Prepared, TrainParams};
use crate::document::DocumentKind;
use crate::error::{Error, Result};
use crate::features::{FeatureMatrix, apply_first_content, apply_first_paywall};
use crate::model::linear::BinaryLinear;

/// Fills the paywall group's first pass into the matrices by classifiers that did not learn from the document's part, and
/// returns the one that learned from all.
pub(super) fn paywall(
    documents: &[&Prepared],
    matrices: &mut [FeatureMatrix],
    parts: &[usize],
    params: &TrainParams,
) -> Result<BinaryLinear> {
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
) -> Result<BinaryLinear> {
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
    by_part: Vec<BinaryLinear>,
    of_all: BinaryLinear,
}

impl Passes {
    fn train<'a>(rows: impl Fn(Option<usize>) -> Rows<'a> + Sync, params: &TrainParams) -> Result<Passes> {
        let left_out: Vec<Option<usize>> = (0..params.evidence_folds).map(Some).chain([None]).collect();
        let train = |left_out| logistic::train(&rows(left_out), params, Effort::QUICK);
        let mut by_part = left_out.into_par_iter().map(train).collect::<Result<Vec<BinaryLinear>>>()?;
        let of_all = by_part.pop().ok_or_else(|| Error::Training("no first pass".to_owned()))?;
        Ok(Passes { by_part, of_all })
    }
}
