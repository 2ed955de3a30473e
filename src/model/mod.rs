//! Training with linfa, the model artifact, and inference compiled from it to flat arrays.

mod artifact;
mod forest;
mod linear;
pub mod train;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use artifact::FORMAT;
pub use forest::Forest;
pub use linear::{BinaryLinear, Kinds};

use crate::document::{Document, DocumentKind, N_LABELS};
use crate::features::{
    Evidence, FeatureMatrix, Slot, Vocabulary, apply_evidence, attribute_bags, extract, word_bags,
};

/// What the model was made of; shown by `evaluate` and kept in the artifact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Version of the crate that trained it.
    pub version: String,
    /// Documents of each corpus it learned from.
    pub corpora: BTreeMap<String, u32>,
    /// Seed of every random choice.
    pub seed: u64,
    /// Name of the learner of the content classifier.
    pub learner: String,
}

/// A classifier of content against the rest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Classifier {
    /// Bagged decision trees.
    Forest(Forest),
    /// Logistic regression.
    Linear(BinaryLinear),
    /// The mean of both.
    Blend(BinaryLinear, Forest),
}

/// One classifier with the threshold at which a block is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ContentModel {
    /// The classifier.
    pub classifier: Classifier,
    /// A block whose probability of content is at least this is content.
    pub threshold: f32,
    /// Rising thresholds, each with the share of content words that fell below it on held-out pages.
    pub losses: Vec<(f32, f32)>,
}

impl ContentModel {
    /// The highest threshold that lost at most this share of content words on held-out pages; 0 if none did or
    /// nothing was measured.
    pub fn threshold_for_loss(&self, share: f32) -> f32 {
        let within = self.losses.iter().take_while(|(_, loss)| *loss <= share);
        within.last().map_or(0.0, |(threshold, _)| *threshold)
    }
}

/// Everything that turns a document into probabilities.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Model {
    /// What it was made of.
    pub info: ModelInfo,
    /// Sub-word pieces of the word evidence.
    pub vocabulary: Vocabulary,
    /// Word evidence.
    pub words: Evidence,
    /// Attribute evidence.
    pub attributes: Evidence,
    /// Content against the rest, HTML documents.
    pub html: ContentModel,
    /// Content against the rest, text documents.
    pub text: ContentModel,
    /// Which kind of chaff, both kinds of documents.
    pub kinds: Kinds,
}

/// What a slot added to a block's probability of content.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// The feature.
    pub slot: Slot,
    /// Its value.
    pub value: f32,
    /// What it added; negative where it spoke against content.
    pub weight: f32,
}

impl Model {
    /// The content classifier for a kind of document.
    pub fn content_model(&self, kind: DocumentKind) -> &ContentModel {
        match kind {
            DocumentKind::Html => &self.html,
            DocumentKind::Text => &self.text,
        }
    }

    /// The feature matrix of a document, evidence included: `n_blocks × n_columns`.
    pub fn features(&self, document: &Document<'_>) -> FeatureMatrix {
        let mut matrix = extract(document);
        let words = word_bags(document, &self.vocabulary);
        let attributes = (document.kind == DocumentKind::Html).then(|| attribute_bags(document));
        apply_evidence(
            &mut matrix,
            (&words, &self.words),
            attributes.as_ref().map(|bags| (bags, &self.attributes)),
        );
        matrix
    }

    /// Probability of each label for each block, shape `n_blocks × 16`.
    pub fn probabilities(&self, kind: DocumentKind, matrix: &FeatureMatrix) -> Vec<[f32; N_LABELS]> {
        let content = self.content_model(kind).classifier.probabilities(matrix);
        content.into_iter().enumerate().map(|(block, p)| self.kinds.complete(matrix, block, p)).collect()
    }

    /// What spoke for and against a block being content, strongest first.
    pub fn contributions(
        &self,
        kind: DocumentKind,
        matrix: &FeatureMatrix,
        block: usize,
    ) -> Vec<Contribution> {
        let mut contributions = self.content_model(kind).classifier.contributions(matrix, block);
        contributions.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        contributions
    }
}

impl Classifier {
    /// Probability of content of each block.
    pub fn probabilities(&self, matrix: &FeatureMatrix) -> Vec<f32> {
        match self {
            Classifier::Forest(forest) => forest.probabilities(matrix),
            Classifier::Linear(linear) => linear.probabilities(matrix),
            Classifier::Blend(linear, forest) => {
                let mut probabilities = forest.probabilities(matrix);
                for (p, linear) in probabilities.iter_mut().zip(linear.probabilities(matrix)) {
                    *p = (*p + linear) / 2.0;
                }
                probabilities
            }
        }
    }

    fn contributions(&self, matrix: &FeatureMatrix, block: usize) -> Vec<Contribution> {
        match self {
            Classifier::Forest(forest) => forest.contributions(matrix, block),
            Classifier::Linear(linear) => linear.contributions(matrix, block),
            Classifier::Blend(_, forest) => forest.contributions(matrix, block),
        }
    }

    fn check(&self) -> Result<(), String> {
        match self {
            Classifier::Forest(forest) => forest.check(),
            Classifier::Linear(linear) => linear.check(),
            Classifier::Blend(linear, forest) => linear.check().and(forest.check()),
        }
    }
}
