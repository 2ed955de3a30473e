//! The front door: a model with what turns its probabilities into labels.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::OnceLock;

use crate::decision::{AccessVerdict, Decision, Layout, decide, judge_access, kept_text};
use crate::document::{Access, Document, DocumentKind, Label, LabelSet, N_LABELS};
use crate::limits::{LimitExceeded, Limits};
use crate::markdown::to_markdown_within;
use crate::model::{Cut, Model, Thresholds};
use crate::segment::{
    segment_html, segment_html_within, segment_text_to_sentences, segment_text_within, segment_xhtml_within,
};

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

    /// Labels a text. A non-empty line is a block; of a line of more than 600 bytes, each sentence is one.
    pub fn detect_text<'a>(&self, text: &'a str) -> Detection<'a> {
        let Ok(detection) = self.detect(segment_text_to_sentences(text), || Ok::<(), Infallible>(()));
        detection
    }

    /// Labels an HTML page.
    pub fn detect_html(&self, html: &str) -> Detection<'static> {
        let Ok(detection) = self.detect(segment_html(html), || Ok::<(), Infallible>(()));
        detection
    }

    /// As [`Detector::detect_text`], within limits. Of a text with more blocks than these allow, neighbours are joined.
    ///
    /// # Errors
    ///
    /// The deadline has passed.
    pub fn detect_text_within<'a>(
        &self,
        text: &'a str,
        limits: Limits,
    ) -> Result<Detection<'a>, LimitExceeded> {
        self.detect(segment_text_within(text, limits)?, || limits.deadline.check())
            .map_err(LimitExceeded::from)
    }

    /// As [`Detector::detect_html`], within limits.
    ///
    /// # Errors
    ///
    /// The deadline has passed, or the page has too many blocks.
    pub fn detect_html_within(
        &self,
        html: &str,
        limits: Limits,
    ) -> Result<Detection<'static>, LimitExceeded> {
        self.detect(segment_html_within(html, limits)?, || limits.deadline.check())
            .map_err(LimitExceeded::from)
    }

    /// As [`Detector::detect_html_within`], of a page that is known to be XHTML, by its content type for instance.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn detect_xhtml_within(
        &self,
        html: &str,
        limits: Limits,
    ) -> Result<Detection<'static>, LimitExceeded> {
        self.detect(segment_xhtml_within(html, limits)?, || limits.deadline.check())
            .map_err(LimitExceeded::from)
    }

    /// Labels a document, with a check between any two steps.
    fn detect<'a, E>(
        &self,
        mut document: Document<'a>,
        check: impl Fn() -> Result<(), E>,
    ) -> Result<Detection<'a>, E> {
        let thresholds = match document.kind {
            DocumentKind::Html => self.html,
            DocumentKind::Text => self.text,
        };
        let probabilities = self.model.label_probabilities(&mut document, check)?;
        let decisions = decide(&document, &probabilities, thresholds);
        let verdict = judge_access(&document, &decisions, &probabilities);
        Ok(Detection { document, decisions, probabilities, verdict })
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

    /// The content: of a text what was not dropped, as it stood; of a page one block a line.
    pub fn content(&self) -> Cow<'_, str> {
        self.text_of(LabelSet::CONTENT, Layout::Keep)
    }

    /// The blocks whose label is in the set, as Markdown. `source` is the page that was segmented.
    pub fn markdown_of(&self, labels: LabelSet, source: &str) -> String {
        // Without limits there is no error.
        self.markdown_of_within(labels, source, Limits::NONE).unwrap_or_default()
    }

    /// As [`Detection::markdown_of`], within limits.
    ///
    /// # Errors
    ///
    /// The deadline has passed.
    pub fn markdown_of_within(
        &self,
        labels: LabelSet,
        source: &str,
        limits: Limits,
    ) -> Result<String, LimitExceeded> {
        let kept = self.decisions.iter().enumerate().filter(|(_, decision)| labels.contains(decision.label));
        let kept: Vec<usize> = kept.map(|(block, _)| block).collect();
        Ok(to_markdown_within(&self.document, source, &kept, limits.deadline)?)
    }

    /// The text of the blocks whose label is in the set, laid out as asked.
    pub fn text_of(&self, labels: LabelSet, layout: Layout) -> Cow<'_, str> {
        kept_text(&self.document, &self.decisions, labels, layout)
    }
}
