//! Training, the model artifact, and inference compiled from it to flat arrays.

mod artifact;
mod boosted;
mod linear;
mod memories;
mod reasons;
pub mod train;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::convert::Infallible;

use serde::{Deserialize, Serialize};

pub use artifact::FORMAT;
pub use boosted::Boosted;
pub use linear::{BinaryLinear, Kinds};
pub use reasons::{Contribution, Pass, Reasoner, Reasons};

use memories::Memories;

use crate::document::{Document, DocumentKind, N_LABELS};
use crate::features::{
    Column, Evidence, FeatureMatrix, Layout, Vocabulary, apply_evidence, apply_first_content,
    apply_first_paywall, attribute_probabilities, extract, word_probabilities,
};
use crate::math::sigmoid;

/// What the model was made of; shown by `evaluate` and kept in the artifact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Version of the crate that trained it.
    pub version: String,
    /// Documents of each corpus it learned from.
    pub corpora: BTreeMap<String, u32>,
    /// Seed of every random choice.
    pub seed: u64,
    /// Name of the learner of the yes-or-no classifiers.
    pub learner: String,
}

/// A yes-or-no classifier.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Classifier {
    /// Boosted decision trees.
    Boosted(Boosted),
    /// Logistic regression.
    Linear(BinaryLinear),
    /// The mean of both.
    Blend(BinaryLinear, Boosted),
}

/// Where content begins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Cut {
    /// At this probability, on every page.
    At(f32),
    /// Where the page's expected F1 is highest: a page on which nothing is sure is cut lower than one on which everything
    /// is.
    Page(Missed),
}

/// The weight of what is missed beside what is kept wrongly, in a page's expected F1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Missed {
    /// On pages whose likely content is running text: around an article stands much that looks like one.
    pub prose: f32,
    /// On pages of short lines: products, listings, threads.
    pub lines: f32,
}

impl From<f32> for Missed {
    fn from(weight: f32) -> Missed {
        Missed { prose: weight, lines: weight }
    }
}

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Cut::At(threshold) => write!(f, "at {threshold:.3}"),
            Cut::Page(Missed { prose, lines }) => {
                write!(
                    f,
                    "at each page's best F1, missed text weighs {prose:.1} in prose, {lines:.1} in short lines"
                )
            }
        }
    }
}

/// From which probability on a block is taken for what.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// From where on a block is content, unless it is paywall text.
    pub content: Cut,
    /// Probability of the paywall group from which a block is paywall text.
    pub paywall: f32,
}

impl Thresholds {
    /// The same with another threshold of content. The probabilities of a block sum to 1, so from `1 - content` on paywall
    /// text has less content than that: nothing above the threshold of content is lost to the paywall group.
    pub fn with_content(self, content: f32) -> Thresholds {
        Thresholds { content: Cut::At(content), paywall: self.paywall.max(1.0 - content) }
    }
}

impl Default for Thresholds {
    fn default() -> Thresholds {
        Thresholds { content: Cut::At(0.5), paywall: 0.5 }
    }
}

/// The classifiers for one kind of document with their thresholds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BlockModel {
    /// Content against the rest, from the block's own columns: what the next two see of the blocks around.
    pub first_pass: BinaryLinear,
    /// Content against the rest.
    pub content: Classifier,
    /// The paywall group against the rest.
    pub paywall: Classifier,
    /// Where the answers turn.
    pub thresholds: Thresholds,
    /// Rising thresholds of content, each with the share of content words that fell below it on held-out pages.
    pub losses: Vec<(f32, f32)>,
}

impl BlockModel {
    /// Thresholds that lost at most this share of content words on held-out pages: the highest of content that did, 0
    /// if none did or nothing was measured, and one of the paywall group that takes nothing content would keep.
    pub fn thresholds_for_loss(&self, share: f32) -> Thresholds {
        let within = self.losses.iter().take_while(|(_, loss)| *loss <= share);
        self.thresholds.with_content(within.last().map_or(0.0, |(threshold, _)| *threshold))
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
    /// The paywall group, from the columns of text and the evidence alone: what later classifiers see of the blocks around.
    pub first_pass: BinaryLinear,
    /// HTML documents.
    pub html: BlockModel,
    /// Text documents.
    pub text: BlockModel,
    /// Which kind of chaff, both kinds of documents.
    pub kinds: Kinds,
    #[serde(skip)]
    memories: Memories,
}

/// First-pass probabilities between which the second pass is asked. Outside, it hardly changed the word F1 of held-out pages
/// (`models/EXPERIMENTS.md`).
const UNDECIDED_CONTENT: (f32, f32) = (0.03, 0.98);
const UNDECIDED_PAYWALL: (f32, f32) = (0.01, 1.0);

/// Blocks of a document that are worked on at once …
const WINDOW_BLOCKS: usize = 16_384;
/// … and how many more are seen before and behind them.
const OVERLAP: usize = 512;

impl Model {
    /// The classifiers for a kind of document.
    pub fn block_model(&self, kind: DocumentKind) -> &BlockModel {
        match kind {
            DocumentKind::Html => &self.html,
            DocumentKind::Text => &self.text,
        }
    }

    /// The feature matrix of a document, evidence included: `n_blocks × n_columns`.
    pub fn features(&self, document: &Document<'_>) -> FeatureMatrix {
        let Ok(matrix) = self.features_between(document, || Ok::<(), Infallible>(()));
        matrix
    }

    /// The feature matrix, with a check between any two steps.
    fn features_between<E>(
        &self,
        document: &Document<'_>,
        check: impl Fn() -> Result<(), E>,
    ) -> Result<FeatureMatrix, E> {
        let mut matrix = extract(document);
        check()?;
        let words =
            self.memories.with(|memory| word_probabilities(document, &self.vocabulary, &self.words, memory));
        check()?;
        let attributes = (document.kind == DocumentKind::Html)
            .then(|| attribute_probabilities(document, &self.attributes));
        check()?;
        apply_evidence(&mut matrix, &words, attributes.as_deref());
        let paywall = self.first_pass.probabilities(&matrix);
        check()?;
        apply_first_paywall(&mut matrix, &paywall);
        let content = self.block_model(document.kind).first_pass.probabilities(&matrix);
        check()?;
        apply_first_content(&mut matrix, &Layout::of(document), &content);
        Ok(matrix)
    }

    /// Probability of each label for each block of a document, shape `n_blocks × 16`, with a check between any two steps. A
    /// longer document is worked through in windows that overlap, so that the matrix of none is large; each is looked at as if
    /// it were a document.
    ///
    /// # Errors
    ///
    /// The check's.
    pub fn label_probabilities<E>(
        &self,
        document: &mut Document<'_>,
        check: impl Fn() -> Result<(), E>,
    ) -> Result<Vec<[f32; N_LABELS]>, E> {
        let count = document.blocks.len();
        if count <= WINDOW_BLOCKS + OVERLAP {
            return Ok(self.probabilities(document.kind, &self.features_between(document, check)?));
        }
        let mut window = Document {
            kind: document.kind,
            text: Cow::Borrowed(&document.text),
            blocks: Vec::new(),
            elements: std::mem::take(&mut document.elements),
            attribute_words: std::mem::take(&mut document.attribute_words),
            metadata: std::mem::take(&mut document.metadata),
            verbatim: Vec::new(),
            is_xhtml: false,
        };
        let mut all = Vec::with_capacity(count);
        let outcome = (0..count).step_by(WINDOW_BLOCKS).try_for_each(|start| {
            let end = (start + WINDOW_BLOCKS).min(count);
            let from = start.saturating_sub(OVERLAP);
            window.blocks.clear();
            window.blocks.extend_from_slice(&document.blocks[from..(end + OVERLAP).min(count)]);
            let matrix = self.features_between(&window, &check)?;
            let found = self.probabilities(window.kind, &matrix);
            all.extend_from_slice(&found[start - from..end - from]);
            Ok(())
        });
        let Document { elements, attribute_words, metadata, .. } = window;
        (document.elements, document.attribute_words, document.metadata) =
            (elements, attribute_words, metadata);
        outcome.map(|()| all)
    }

    /// Probability of each label for each block, shape `n_blocks × 16`. The group of paywall labels has the
    /// probability that its own classifier gives it, content at most what is left, and the rest goes to the other
    /// kinds of chaff.
    pub fn probabilities(&self, kind: DocumentKind, matrix: &FeatureMatrix) -> Vec<[f32; N_LABELS]> {
        let model = self.block_model(kind);
        let content = model.content.second_pass(matrix, Column::FirstContent, UNDECIDED_CONTENT);
        let paywall = model.paywall.second_pass(matrix, Column::First, UNDECIDED_PAYWALL);
        let mut row = Vec::new();
        let blocks = content.into_iter().zip(paywall).enumerate();
        blocks.map(|(block, answers)| self.kinds.complete(matrix, block, answers, &mut row)).collect()
    }
}

/// Whether the first pass leaves a question open.
fn is_open(first: f32, undecided: (f32, f32)) -> bool {
    (undecided.0..undecided.1).contains(&first)
}

impl Classifier {
    /// Probability of the question's yes for each block: the first pass's, which the matrix has as log-odds, where that lies
    /// outside `undecided`, else this classifier's. Most blocks of a page are clear at first sight (a cascade, Viola and
    /// Jones 2001).
    fn second_pass(&self, matrix: &FeatureMatrix, first: Column, undecided: (f32, f32)) -> Vec<f32> {
        let odds = (0..matrix.n_blocks()).map(|block| matrix.get(block, first));
        let mut probabilities: Vec<f32> = odds.map(sigmoid).collect();
        let open: Vec<usize> =
            (0..probabilities.len()).filter(|&block| is_open(probabilities[block], undecided)).collect();
        for (&block, p) in open.iter().zip(self.probabilities_of(matrix, &open)) {
            probabilities[block] = p;
        }
        probabilities
    }

    /// Probability of the question's yes for some blocks.
    fn probabilities_of(&self, matrix: &FeatureMatrix, blocks: &[usize]) -> Vec<f32> {
        match self {
            Classifier::Boosted(trees) => trees.probabilities_of(matrix, blocks),
            Classifier::Linear(linear) => linear.probabilities_of(matrix, blocks),
            Classifier::Blend(linear, trees) => {
                let mut probabilities = trees.probabilities_of(matrix, blocks);
                for (p, linear) in probabilities.iter_mut().zip(linear.probabilities_of(matrix, blocks)) {
                    *p = (*p + linear) / 2.0;
                }
                probabilities
            }
        }
    }

    fn contributions(&self, matrix: &FeatureMatrix, block: usize) -> Vec<Contribution> {
        match self {
            Classifier::Boosted(trees) => trees.contributions(matrix, block),
            Classifier::Linear(linear) => linear.contributions(matrix, block),
            Classifier::Blend(_, trees) => trees.contributions(matrix, block),
        }
    }

    fn check(&self) -> Result<(), String> {
        match self {
            Classifier::Boosted(trees) => trees.check(),
            Classifier::Linear(linear) => linear.check(),
            Classifier::Blend(linear, trees) => linear.check().and(trees.check()),
        }
    }
}
