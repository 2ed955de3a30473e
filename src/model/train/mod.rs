//! Training: labelled documents to a [`Model`].
//!
//! The stages of one training run, each a file:
//! 1. `vocabulary`: sub-words with `tokenizers`, without regard to labels;
//! 2. `evidence`: linear models over words and attributes. The rows that later stages learn from get the scores of
//!    models that never saw their host (out-of-fold), because a model flatters the pages it learned from;
//! 3. `first_pass`: the paywall group, then content, out-of-fold, for what stands around a block;
//! 4. `boost` and `logistic`: content against the rest and paywall text against the rest, for HTML and for text;
//! 5. `kinds`: which kind of chaff.

mod boost;
mod evidence;
mod first_pass;
mod kinds;
mod logistic;
mod prepare;
mod rows;
mod vocabulary;

use std::collections::BTreeMap;

use rayon::prelude::*;

pub use prepare::{Prepared, prepare};

use super::{BinaryLinear, BlockModel, Classifier, Model, ModelInfo, Thresholds};
use crate::corpus::fold_of;
use crate::document::DocumentKind;
use crate::error::{Error, Result};
use crate::features::{Evidence, FeatureMatrix, Vocabulary, apply_evidence};

/// The learner of the yes-or-no classifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learner {
    /// Boosted decision trees.
    Boosted,
    /// Logistic regression of linfa.
    Logistic,
    /// The mean of both.
    Blend,
}

/// Parameters of training, unchecked.
#[derive(Clone, Debug)]
pub struct TrainParams {
    /// Seed of every random choice.
    pub seed: u64,
    /// The learner of the yes-or-no classifiers.
    pub learner: Learner,
    /// Pieces of the word vocabulary.
    pub vocabulary_size: usize,
    /// Parts for out-of-fold evidence.
    pub evidence_folds: usize,
    /// Trees of each classifier.
    pub trees: usize,
    /// Blocks that each classifier's trees learn from at most.
    pub rows: usize,
    /// Share of the slots that each tree sees.
    pub slot_share: f64,
    /// Leaves of each tree.
    pub leaves: usize,
    /// Share of its values that each tree adds.
    pub rate: f32,
    /// Rows that each leaf has at least.
    pub leaf_rows: usize,
    /// Weight of the documents whose every line a human labelled, beside the others.
    pub labelled_weight: f32,
}

impl Default for TrainParams {
    fn default() -> TrainParams {
        TrainParams {
            seed: 1,
            learner: Learner::Boosted,
            vocabulary_size: 12_000,
            evidence_folds: 5,
            trees: 150,
            rows: 150_000,
            slot_share: 0.3,
            leaves: 31,
            rate: 0.08,
            leaf_rows: 20,
            labelled_weight: 3.0,
        }
    }
}

impl TrainParams {
    /// Checks the parameters.
    ///
    /// # Errors
    ///
    /// Names the parameter that is out of range.
    pub fn check(self) -> Result<ValidTrainParams> {
        match self.fault() {
            Some((name, rule)) => Err(Error::Training(format!("`{name}` {rule}"))),
            None => Ok(ValidTrainParams(self)),
        }
    }

    /// The first parameter that is out of range, and what it must be.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        match self {
            p if p.vocabulary_size < 300 => Some(("vocabulary_size", "must be at least 300")),
            p if p.vocabulary_size > 60_000 => Some(("vocabulary_size", "must be at most 60,000")),
            p if p.evidence_folds < 2 => Some(("evidence_folds", "must be at least 2")),
            p if p.trees == 0 || p.trees > 1000 => Some(("trees", "must be from 1 to 1,000")),
            p if p.rows < 100 => Some(("rows", "must be at least 100")),
            p if !(p.slot_share > 0.0 && p.slot_share <= 1.0) => {
                Some(("slot_share", "must be above 0 and at most 1"))
            }
            p if p.leaves < 2 || p.leaves > 1000 => Some(("leaves", "must be from 2 to 1,000")),
            p if !(p.rate > 0.0 && p.rate <= 1.0) => Some(("rate", "must be above 0 and at most 1")),
            p if p.leaf_rows == 0 => Some(("leaf_rows", "must be at least 1")),
            _ => None,
        }
    }
}

/// A stage of one training run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Sub-words.
    Vocabulary,
    /// Linear models over words and attributes, out-of-fold.
    Evidence,
    /// The first passes over paywall text and content, out-of-fold.
    FirstPass,
    /// Content, paywall text and the kinds of chaff.
    Classifiers,
}

impl Stage {
    /// All stages, in their order.
    pub const ALL: [Stage; 4] = [Stage::Vocabulary, Stage::Evidence, Stage::FirstPass, Stage::Classifiers];
}

/// Checked parameters of training.
#[derive(Clone, Debug)]
pub struct ValidTrainParams(TrainParams);

impl ValidTrainParams {
    /// The parameters.
    pub fn get(&self) -> &TrainParams {
        &self.0
    }

    /// Trains a model.
    ///
    /// # Errors
    ///
    /// The documents do not suffice (no content, no chaff, a single host), or a learner fails.
    pub fn fit(&self, documents: &[&Prepared]) -> Result<Model> {
        self.fit_watched(documents, |_| ())
    }

    /// As [`ValidTrainParams::fit`]; `begins` hears of each stage as it begins.
    ///
    /// # Errors
    ///
    /// As [`ValidTrainParams::fit`].
    pub fn fit_watched(&self, documents: &[&Prepared], mut begins: impl FnMut(Stage)) -> Result<Model> {
        let params = &self.0;
        check_documents(documents)?;
        begins(Stage::Vocabulary);
        let vocabulary = vocabulary::train(documents, params.vocabulary_size)?;
        let words: Vec<_> = documents.par_iter().map(|document| document.word_bags(&vocabulary)).collect();
        let parts: Vec<usize> = documents
            .iter()
            .map(|document| fold_of(&document.host, params.seed.wrapping_add(17), params.evidence_folds))
            .collect();
        begins(Stage::Evidence);
        let trained = Stage1::fit(documents, &words, &parts, &vocabulary, params);
        let mut matrices: Vec<FeatureMatrix> = (0..documents.len())
            .into_par_iter()
            .map(|at| trained.out_of_fold(documents, &words, &parts, at))
            .collect();
        begins(Stage::FirstPass);
        let paywall_first = first_pass::paywall(documents, &mut matrices, &parts, params)?;
        let mut content_first = |kind| first_pass::content(documents, &mut matrices, &parts, kind, params);
        let html_first = content_first(DocumentKind::Html)?;
        let text_first = content_first(DocumentKind::Text)?;
        begins(Stage::Classifiers);
        let blocks = |kind, first| block_model(documents, &matrices, kind, first, params);
        let ((html, text), kinds) = rayon::join(
            || {
                rayon::join(
                    || blocks(DocumentKind::Html, html_first),
                    || blocks(DocumentKind::Text, text_first),
                )
            },
            || kinds::train(documents, &matrices, params.seed),
        );
        Ok(Model {
            info: info(documents, params),
            html: html?,
            text: text?,
            kinds: kinds?,
            vocabulary,
            words: trained.words,
            attributes: trained.attributes,
            first_pass: paywall_first,
            memories: Default::default(),
        })
    }
}

fn check_documents(documents: &[&Prepared]) -> Result<()> {
    for kind in [DocumentKind::Html, DocumentKind::Text] {
        let targets = || documents.iter().filter(|d| d.kind == kind).flat_map(|d| &d.targets);
        for (is_content, what) in [(true, "content"), (false, "chaff")] {
            if !targets().any(|target| target.is_content() == Some(is_content)) {
                return Err(Error::Training(format!("no {kind:?} document has a block of {what}")));
            }
        }
    }
    let first = documents.first().map(|document| &document.host);
    if documents.iter().all(|document| Some(&document.host) == first) {
        return Err(Error::Training("all documents are of one host; at least two are needed".to_owned()));
    }
    Ok(())
}

fn info(documents: &[&Prepared], params: &TrainParams) -> ModelInfo {
    let mut corpora = BTreeMap::new();
    for document in documents.iter().filter(|document| !document.is_variant) {
        *corpora.entry(document.source.clone()).or_default() += 1;
    }
    let learner = match params.learner {
        Learner::Boosted => "boosted decision trees",
        Learner::Logistic => "logistic regression",
        Learner::Blend => "mean of logistic regression and boosted decision trees",
    };
    ModelInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        corpora,
        seed: params.seed,
        learner: learner.to_owned(),
    }
}

fn block_model(
    documents: &[&Prepared],
    matrices: &[FeatureMatrix],
    kind: DocumentKind,
    first_pass: BinaryLinear,
    params: &TrainParams,
) -> Result<BlockModel> {
    let content = rows::Rows::content(documents, matrices, kind, params.labelled_weight);
    let paywall = rows::Rows::paywall(documents, matrices, kind);
    Ok(BlockModel {
        first_pass,
        content: classifier(&content, params)?,
        paywall: classifier(&paywall, params)?,
        thresholds: Thresholds::default(),
        losses: Vec::new(),
    })
}

fn classifier(rows: &rows::Rows<'_>, params: &TrainParams) -> Result<Classifier> {
    Ok(match params.learner {
        Learner::Boosted => Classifier::Boosted(boost::train(rows, params)?),
        Learner::Logistic => Classifier::Linear(logistic::train(rows, params, logistic::Effort::FULL)?),
        Learner::Blend => Classifier::Blend(
            logistic::train(rows, params, logistic::Effort::FULL)?,
            boost::train(rows, params)?,
        ),
    })
}

/// Evidence models: one for each part that is left out, and the final ones.
struct Stage1 {
    by_part: Vec<(Evidence, Evidence)>,
    words: Evidence,
    attributes: Evidence,
}

impl Stage1 {
    fn fit(
        documents: &[&Prepared],
        words: &[crate::features::Bags],
        parts: &[usize],
        vocabulary: &Vocabulary,
        params: &TrainParams,
    ) -> Stage1 {
        let fit_without = |part: Option<usize>| {
            let kept: Vec<usize> = (0..documents.len()).filter(|&at| Some(parts[at]) != part).collect();
            evidence::train(documents, words, &kept, vocabulary, params)
        };
        let left_out: Vec<Option<usize>> = (0..params.evidence_folds).map(Some).chain([None]).collect();
        let mut by_part: Vec<(Evidence, Evidence)> = left_out.into_par_iter().map(fit_without).collect();
        let (words, attributes) = by_part.pop().unwrap_or_default();
        Stage1 { by_part, words, attributes }
    }

    /// The matrix of a document with the evidence of models that did not learn from its part.
    fn out_of_fold(
        &self,
        documents: &[&Prepared],
        words: &[crate::features::Bags],
        parts: &[usize],
        at: usize,
    ) -> FeatureMatrix {
        let document = documents[at];
        let (word_evidence, attribute_evidence) = &self.by_part[parts[at]];
        let mut matrix = document.matrix.clone();
        let attributes = document.attributes.as_ref().map(|bags| attribute_evidence.probabilities_of(bags));
        apply_evidence(&mut matrix, &word_evidence.probabilities_of(&words[at]), attributes.as_deref());
        matrix
    }
}
