//! The front door: a model with what turns its probabilities into labels.

use std::sync::OnceLock;

use crate::deadline::{Deadline, TimeUp};
use crate::decision::{AccessVerdict, Decision, decide, judge_access, kept_text};
use crate::document::{Access, Document, DocumentKind, Label, LabelSet, N_LABELS};
use crate::features::FeatureMatrix;
use crate::model::{Cut, Model, Thresholds};
use crate::segment::{segment_html, segment_html_by, segment_text};

/// The model inside the crate.
static EMBEDDED: &[u8] = include_bytes!("../models/default.dechaff");

/// Labels documents.
#[derive(Clone, Debug)]
pub struct Detector {
    model: Model,
    html: Thresholds,
    text: Thresholds,
}

/// A document with a label for each block.
#[derive(Clone, Debug)]
pub struct Detection<'a> {
    /// The segmented document.
    pub document: Document<'a>,
    /// One decision for each block.
    pub decisions: Vec<Decision>,
    /// Probability of each label for each block, shape `n_blocks × 16`.
    pub probabilities: Vec<[f32; N_LABELS]>,
    /// Whether the page was behind a wall, how sure that is, and which blocks say so.
    pub verdict: AccessVerdict,
}

/// One labelled block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelledBlock<'a> {
    /// The text.
    pub text: &'a str,
    /// The label.
    pub label: Label,
    /// Its probability.
    pub probability: f32,
    /// Start in the source, in bytes.
    pub start: usize,
    /// End in the source, in bytes.
    pub end: usize,
}

impl Detector {
    /// A detector with the model inside the crate.
    ///
    /// # Errors
    ///
    /// The embedded model is damaged, which a build from a whole source tree rules out.
    pub fn new() -> crate::Result<Detector> {
        static MODEL: OnceLock<std::result::Result<Model, String>> = OnceLock::new();
        let model =
            MODEL.get_or_init(|| Model::from_bytes(EMBEDDED, "inside dechaff").map_err(|e| e.to_string()));
        match model {
            Ok(model) => Ok(Detector::with_model(model.clone())),
            Err(reason) => {
                Err(crate::Error::Model { place: "inside dechaff".to_owned(), reason: reason.clone() })
            }
        }
    }

    /// A detector with another model.
    pub fn with_model(model: Model) -> Detector {
        let (html, text) = (model.html.thresholds, model.text.thresholds);
        Detector { model, html, text }
    }

    /// The checksum of the model inside the crate.
    pub fn embedded_id() -> String {
        Model::id(EMBEDDED)
    }

    /// Keeps a block from this probability of content on, in both kinds of documents.
    pub fn with_threshold(mut self, threshold: f32) -> Detector {
        (self.html.content, self.text.content) = (Cut::At(threshold), Cut::At(threshold));
        self
    }

    /// Loses at most this share of content words (0.001 is 0.1 %), as measured on held-out pages in training.
    pub fn with_max_content_loss(mut self, share: f32) -> Detector {
        self.html = self.model.html.thresholds_for_loss(share);
        self.text = self.model.text.thresholds_for_loss(share);
        self
    }

    /// From where on what is what, in HTML and in text.
    pub fn thresholds(&self) -> [Thresholds; 2] {
        [self.html, self.text]
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Labels a text, one non-empty line a block.
    pub fn detect_text<'a>(&self, text: &'a str) -> Detection<'a> {
        let document = segment_text(text);
        let matrix = self.model.features(&document);
        self.decide(document, &matrix)
    }

    /// Labels an HTML page.
    pub fn detect_html(&self, html: &str) -> Detection<'static> {
        let document = segment_html(html);
        let matrix = self.model.features(&document);
        self.decide(document, &matrix)
    }

    /// As [`Detector::detect_text`], within a time.
    ///
    /// # Errors
    ///
    /// The deadline has passed.
    pub fn detect_text_by<'a>(&self, text: &'a str, deadline: Deadline) -> Result<Detection<'a>, TimeUp> {
        self.detect_by(segment_text(text), deadline)
    }

    /// As [`Detector::detect_html`], within a time.
    ///
    /// # Errors
    ///
    /// The deadline has passed.
    pub fn detect_html_by(&self, html: &str, deadline: Deadline) -> Result<Detection<'static>, TimeUp> {
        self.detect_by(segment_html_by(html, deadline)?, deadline)
    }

    fn detect_by<'a>(&self, document: Document<'a>, deadline: Deadline) -> Result<Detection<'a>, TimeUp> {
        deadline.check()?;
        let matrix = self.model.features_by(&document, deadline)?;
        deadline.check()?;
        Ok(self.decide(document, &matrix))
    }

    fn decide<'a>(&self, document: Document<'a>, matrix: &FeatureMatrix) -> Detection<'a> {
        let thresholds = match document.kind {
            DocumentKind::Html => self.html,
            DocumentKind::Text => self.text,
        };
        let probabilities = self.model.probabilities(document.kind, matrix);
        let decisions = decide(&document, &probabilities, thresholds);
        let verdict = judge_access(&document, &decisions, &probabilities);
        Detection { document, decisions, probabilities, verdict }
    }
}

impl Detection<'_> {
    /// Whether the page was behind a wall.
    pub fn access(&self) -> Access {
        self.verdict.access
    }

    /// The labelled blocks in reading order.
    pub fn blocks(&self) -> impl Iterator<Item = LabelledBlock<'_>> {
        self.document.blocks.iter().zip(&self.decisions).map(|(block, decision)| LabelledBlock {
            text: self.document.block_text(block),
            label: decision.label,
            probability: decision.probability,
            start: block.source.start,
            end: block.source.end,
        })
    }

    /// The content, one block a line.
    pub fn content(&self) -> String {
        self.text_of(LabelSet::CONTENT)
    }

    /// The blocks whose label is in the set, as Markdown. `source` is the page that was segmented.
    pub fn markdown_of(&self, labels: LabelSet, source: &str) -> String {
        let kept = self.decisions.iter().enumerate().filter(|(_, decision)| labels.contains(decision.label));
        let kept: Vec<usize> = kept.map(|(block, _)| block).collect();
        crate::markdown::to_markdown(&self.document, source, &kept)
    }

    /// The text of the blocks whose label is in the set, one block a line.
    pub fn text_of(&self, labels: LabelSet) -> String {
        kept_text(&self.document, &self.decisions, labels)
    }
}
