//! Cross-validation by host.

use rayon::prelude::*;

use crate::corpus::{Flattening, LabelledDocument, flatten, fold_of};
use crate::document::{DocumentKind, N_LABELS};
use crate::error::{Error, Result};
use crate::model::Model;
use crate::model::train::{Prepared, ValidTrainParams, prepare};

/// What a model says about one document.
#[derive(Clone, Debug)]
pub struct Prediction<'a> {
    /// The labelled document, as it was given to the model.
    pub document: std::borrow::Cow<'a, LabelledDocument>,
    /// Probabilities of each block.
    pub probabilities: Vec<[f32; N_LABELS]>,
    /// Threshold of content that the model asks for.
    pub threshold: f32,
    /// The fold the document was held out in; 0 without cross-validation.
    pub fold: usize,
}

impl Prediction<'_> {
    /// Whether the model saw a page or a text.
    pub fn kind(&self) -> DocumentKind {
        self.document.document.kind
    }
}

/// One fold of a cross-validation.
#[derive(Clone, Copy, Debug)]
pub struct Fold {
    /// Which one.
    pub index: usize,
    /// Of how many.
    pub count: usize,
}

/// A page as the text that a dump makes of it, every line kept.
pub fn text_form(document: &LabelledDocument) -> LabelledDocument {
    flatten(document, Flattening::Everything, 0)
}

/// Lets a model label a document.
pub fn predict<'a>(
    model: &Model,
    document: std::borrow::Cow<'a, LabelledDocument>,
    fold: usize,
) -> Prediction<'a> {
    let inner = &document.document;
    let probabilities = model.probabilities(inner.kind, &model.features(inner));
    let threshold = model.content_model(inner.kind).threshold;
    Prediction { document, probabilities, threshold, fold }
}

/// Trains on all folds but one and predicts the one left out, for each fold: every document once as it is, and every
/// page once more as text. Folds part hosts. `progress` is called before each fold.
///
/// # Errors
///
/// There are fewer than two folds, or training fails.
pub fn cross_validate<'a>(
    documents: &'a [LabelledDocument],
    params: &ValidTrainParams,
    folds: usize,
    mut progress: impl FnMut(Fold),
) -> Result<Vec<Prediction<'a>>> {
    if folds < 2 {
        return Err(Error::Training("cross-validation needs at least 2 folds".to_owned()));
    }
    let seed = params.get().seed;
    let fold = |document: &LabelledDocument| fold_of(&document.host, seed, folds);
    let prepared: Vec<Vec<Prepared>> = documents.par_iter().map(|document| prepare(document, seed)).collect();
    let mut predictions = Vec::new();
    for index in 0..folds {
        progress(Fold { index, count: folds });
        let training: Vec<&Prepared> = documents
            .iter()
            .zip(&prepared)
            .filter(|(document, _)| fold(document) != index)
            .flat_map(|(_, prepared)| prepared)
            .collect();
        let model = params.fit(&training)?;
        let held_out: Vec<Vec<Prediction<'a>>> = documents
            .par_iter()
            .filter(|document| fold(document) == index)
            .map(|document| predict_forms(&model, document, index))
            .collect();
        predictions.extend(held_out.into_iter().flatten());
    }
    Ok(predictions)
}

/// Predictions of a document as it is and, for a page, as text.
pub(super) fn predict_forms<'a>(
    model: &Model,
    document: &'a LabelledDocument,
    fold: usize,
) -> Vec<Prediction<'a>> {
    use std::borrow::Cow;
    let mut predictions = vec![predict(model, Cow::Borrowed(document), fold)];
    if document.document.kind == DocumentKind::Html {
        predictions.push(predict(model, Cow::Owned(text_form(document)), fold));
    }
    predictions
}
