//! Cross-validation by host.

use rayon::prelude::*;

use crate::corpus::{Flattening, LabelledDocument, Truth, flatten, fold_of};
use crate::document::{DocumentKind, LabelSet, N_LABELS};
use crate::error::{Error, Result};
use crate::model::train::{Prepared, Stage, ValidTrainParams, prepare};
use crate::model::{Model, Thresholds};
use crate::segment::segment_text;

/// What a model says about one document.
#[derive(Clone, Debug)]
pub struct Prediction<'a> {
    /// The labelled document, as it was given to the model.
    pub document: std::borrow::Cow<'a, LabelledDocument>,
    /// Probabilities of each block.
    pub probabilities: Vec<[f32; N_LABELS]>,
    /// Thresholds that the model asks for.
    pub thresholds: Thresholds,
    /// The fold the document was held out in; 0 without cross-validation.
    pub fold: usize,
    /// Whether the document is the main content of a page alone.
    pub is_clean: bool,
}

impl Prediction<'_> {
    /// Whether the model saw a page or a text.
    pub fn kind(&self) -> DocumentKind {
        self.document.document.kind
    }
}

/// What a cross-validation is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Features that need no model.
    Prepare,
    /// A stage of training without the fold with this index.
    Train(usize, Stage),
    /// The pages of the fold with this index.
    Predict(usize),
}

/// A page as the text that a dump makes of it, every line kept.
pub fn text_form(document: &LabelledDocument) -> LabelledDocument {
    flatten(document, Flattening::Everything, 0)
}

/// The main content of an article as a text of its own, every line of it content: what a careful extractor leaves.
/// `None` for other types of pages and without a main content.
pub fn clean_form(page: &LabelledDocument) -> Option<LabelledDocument> {
    let content = page.truth.main_content.as_deref().filter(|text| !text.trim().is_empty())?;
    if page.document.kind != DocumentKind::Html || !matches!(page.page_type.as_str(), "" | "article") {
        return None;
    }
    let document = segment_text(content).into_owned();
    let targets = vec![LabelSet::CONTENT; document.blocks.len()];
    Some(LabelledDocument { document, targets, truth: Truth::default(), ..page.clone() })
}

/// Lets a model label a document.
pub fn predict<'a>(
    model: &Model,
    document: std::borrow::Cow<'a, LabelledDocument>,
    fold: usize,
) -> Prediction<'a> {
    let inner = &document.document;
    let probabilities = model.probabilities(inner.kind, &model.features(inner));
    let thresholds = model.block_model(inner.kind).thresholds;
    Prediction { document, probabilities, thresholds, fold, is_clean: false }
}

/// Lets a model label documents, each once as it is and, as [`cross_validate`] does, in its other forms.
pub fn predict_all<'a>(model: &Model, documents: &'a [LabelledDocument]) -> Vec<Prediction<'a>> {
    let documents = documents.par_iter().filter(|document| !document.truth.is_list);
    let predictions: Vec<Vec<Prediction<'_>>> =
        documents.map(|document| predict_forms(model, document, 0)).collect();
    predictions.into_iter().flatten().collect()
}

/// Trains on all folds but one and predicts the one left out, for each fold: every document once as it is, and every
/// page once more as text. Folds part hosts. `begins` hears of each step as it begins.
///
/// # Errors
///
/// There are fewer than two folds, or training fails.
pub fn cross_validate<'a>(
    documents: &'a [LabelledDocument],
    params: &ValidTrainParams,
    folds: usize,
    mut begins: impl FnMut(Progress),
) -> Result<Vec<Prediction<'a>>> {
    if folds < 2 {
        return Err(Error::Training("cross-validation needs at least 2 folds".to_owned()));
    }
    let seed = params.get().seed;
    let fold = |document: &LabelledDocument| fold_of(&document.host, seed, folds);
    begins(Progress::Prepare);
    let prepared: Vec<Vec<Prepared>> = documents.par_iter().map(|document| prepare(document, seed)).collect();
    let mut predictions = Vec::new();
    for index in 0..folds {
        let training: Vec<&Prepared> = documents
            .iter()
            .zip(&prepared)
            // Lists of phrases belong to no page and no host.
            .filter(|(document, _)| document.truth.is_list || fold(document) != index)
            .flat_map(|(_, prepared)| prepared)
            .collect();
        let model = params.fit_watched(&training, |stage| begins(Progress::Train(index, stage)))?;
        begins(Progress::Predict(index));
        let held_out: Vec<Vec<Prediction<'a>>> = documents
            .par_iter()
            .filter(|document| !document.truth.is_list && fold(document) == index)
            .map(|document| predict_forms(&model, document, index))
            .collect();
        predictions.extend(held_out.into_iter().flatten());
    }
    Ok(predictions)
}

/// Predictions of a document as it is and, for a page, as text; for an article also of its main content alone.
fn predict_forms<'a>(model: &Model, document: &'a LabelledDocument, fold: usize) -> Vec<Prediction<'a>> {
    use std::borrow::Cow;
    let mut predictions = vec![predict(model, Cow::Borrowed(document), fold)];
    if document.document.kind == DocumentKind::Html {
        predictions.push(predict(model, Cow::Owned(text_form(document)), fold));
    }
    if let Some(clean) = clean_form(document) {
        predictions.push(Prediction { is_clean: true, ..predict(model, Cow::Owned(clean), fold) });
    }
    predictions
}
