//! Predictions to figures.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::{
    Confusion, KeptCounts, Prediction, Scores, SegmentCounts, VerdictScores, WordScore, calibration_table,
    verify_losses, word_score,
};
use crate::corpus::LabelledDocument;
use crate::decision::{Layout, decide, judge_access, kept_text};
use crate::document::{Access, DocumentKind, Label, LabelSet};

/// Shares of content words that `filter --max-content-loss` is checked with.
const ASKED_LOSSES: [f32; 3] = [0.001, 0.005, 0.01];

/// Mean of a score over pages.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Mean {
    /// Pages.
    pub documents: usize,
    /// Mean of the pages' scores.
    #[serde(flatten)]
    pub score: WordScore,
}

/// Figures of one corpus in one mode.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CorpusReport {
    /// Name of the corpus.
    pub corpus: String,
    /// `html`, `text`, or `clean`: the page's main content alone, as text.
    pub mode: String,
    /// Documents.
    pub documents: usize,
    /// Word scores over the pages with a main content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<Mean>,
    /// Standard deviation of the folds' mean word F1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fold_deviation: Option<f64>,
    /// Word scores by page type.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub by_page_type: BTreeMap<String, Mean>,
    /// Word scores by language.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub by_language: BTreeMap<String, Mean>,
    /// Segment counts over the pages with segments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segments: Option<SegmentCounts>,
    /// Scores by label over the documents labelled block by block.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<&'static str, Scores>,
    /// The paywall labels taken as one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paywall: Option<Scores>,
    /// Mean F1 over labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub macro_f1: Option<f64>,
    /// Blocks by true label, then by decided label.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub confusion: BTreeMap<&'static str, BTreeMap<&'static str, u32>>,
    /// The paywall labels taken as one, by language.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub paywall_by_language: BTreeMap<String, Scores>,
    /// What is lost and what leaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<KeptCounts>,
    /// Verdicts on access beside those of human readers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<VerdictScores>,
    /// Verdicts on access, without reading it, beside what the page declares by schema.org: metered where it calls itself
    /// paid, verdicts metered and gated taken as one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared: Option<VerdictScores>,
    /// Blocks by tenths of the probability of paywall text: mean probability, share that truly is, blocks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paywall_reliability: Vec<(f64, f64, u32)>,
    /// The same for content.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub content_reliability: Vec<(f64, f64, u32)>,
}

/// Figures of all corpora.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// One for each corpus and mode.
    pub corpora: Vec<CorpusReport>,
    /// By mode: shares of content words that may be lost, and the shares that are lost with the threshold which the other
    /// folds give. Empty without folds.
    pub losses: BTreeMap<&'static str, Vec<(f32, f32)>>,
}

/// One document's part in the figures.
struct Row<'a> {
    document: &'a LabelledDocument,
    fold: usize,
    words: Option<WordScore>,
    segments: SegmentCounts,
    confusion: Confusion,
    kept: KeptCounts,
    access: Option<(Access, Access)>,
    declared: Option<(Access, Access)>,
    prediction: &'a Prediction<'a>,
}

/// Sums predictions up by corpus and mode.
pub fn report<'a>(predictions: &'a [Prediction<'a>]) -> Report {
    let rows: Vec<Row<'_>> = predictions.par_iter().map(row).collect();
    let mut groups: BTreeMap<(&str, &str), Vec<&Row<'_>>> = BTreeMap::new();
    for row in &rows {
        let mode = super::pages::mode_of(row.prediction);
        groups.entry((&row.document.source, mode)).or_default().push(row);
    }
    let corpora = groups.into_iter().map(|((corpus, mode), rows)| summarise(corpus, mode, &rows)).collect();
    let is_folded = predictions.iter().any(|prediction| prediction.fold > 0);
    let losses = [("html", DocumentKind::Html), ("text", DocumentKind::Text)]
        .into_iter()
        .filter(|_| is_folded)
        .map(|(mode, kind)| (mode, verify_losses(predictions, kind, &ASKED_LOSSES)));
    Report { losses: losses.collect(), corpora }
}

fn row<'a>(prediction: &'a Prediction<'a>) -> Row<'a> {
    let document: &LabelledDocument = &prediction.document;
    let inner = &document.document;
    let decisions = decide(inner, &prediction.probabilities, prediction.thresholds);
    let text = kept_text(inner, &decisions, LabelSet::CONTENT, Layout::Fold);
    let truth = &document.truth;
    let mut segments = SegmentCounts::default();
    if !prediction.is_clean {
        segments.add(&text, &truth.must_contain, &truth.must_not_contain);
    }
    let mut confusion = Confusion::default();
    if truth.has_block_labels {
        for (decision, &target) in decisions.iter().zip(&document.targets) {
            confusion.add_any(target, decision.label);
        }
    }
    let verdict = judge_access(inner, &decisions, &prediction.probabilities).access;
    let paid = |is_paid: bool| if is_paid { Access::Metered } else { Access::Open };
    Row {
        document,
        fold: prediction.fold,
        words: truth.main_content.as_deref().map(|content| word_score(&text, content)),
        segments,
        confusion,
        kept: KeptCounts::of(prediction, &decisions),
        access: truth.access.map(|access| (access, verdict)),
        declared: truth.declared_free.map(|is_free| (paid(!is_free), paid(verdict != Access::Open))),
        prediction,
    }
}

fn summarise(corpus: &str, mode: &str, rows: &[&Row<'_>]) -> CorpusReport {
    let mut confusion = Confusion::default();
    let mut segments = SegmentCounts::default();
    for row in rows {
        confusion.merge(&row.confusion);
        segments.true_positives += row.segments.true_positives;
        segments.false_negatives += row.segments.false_negatives;
        segments.false_positives += row.segments.false_positives;
        segments.true_negatives += row.segments.true_negatives;
    }
    let has_words = rows.iter().any(|row| row.words.is_some());
    let has_labels = confusion.total() > 0;
    let access: Vec<_> = rows.iter().filter_map(|row| row.access).collect();
    let declared: Vec<_> = rows.iter().filter_map(|row| row.declared).collect();
    let mut kept = KeptCounts::default();
    rows.iter().for_each(|row| kept.merge(&row.kept));
    let predictions = || rows.iter().map(|row| row.prediction);
    CorpusReport {
        corpus: corpus.to_owned(),
        mode: mode.to_owned(),
        documents: rows.len(),
        words: has_words.then(|| mean(rows)),
        fold_deviation: has_words.then(|| fold_deviation(rows)),
        by_page_type: by(rows, |document| &document.page_type),
        by_language: by(rows, |document| &document.language),
        segments: (segments != SegmentCounts::default()).then_some(segments),
        labels: if has_labels { label_scores(&confusion) } else { BTreeMap::new() },
        paywall: has_labels.then(|| confusion.group(LabelSet::PAYWALL)),
        macro_f1: has_labels.then(|| confusion.macro_f1()),
        confusion: if has_labels { confusion_table(&confusion) } else { BTreeMap::new() },
        paywall_by_language: paywall_by_language(rows),
        kept: (kept.content_blocks > 0).then_some(kept),
        access: VerdictScores::of(&access),
        declared: VerdictScores::of(&declared),
        paywall_reliability: calibration_table(predictions(), LabelSet::PAYWALL),
        content_reliability: calibration_table(predictions(), LabelSet::CONTENT),
    }
}

fn paywall_by_language(rows: &[&Row<'_>]) -> BTreeMap<String, Scores> {
    let mut languages: BTreeMap<&str, Confusion> = BTreeMap::new();
    for row in rows {
        languages.entry(&row.document.language).or_default().merge(&row.confusion);
    }
    let scores = languages.into_iter().map(|(language, c)| (language.to_owned(), c.group(LabelSet::PAYWALL)));
    scores.filter(|(_, scores)| scores.support > 0).collect()
}

fn mean(rows: &[&Row<'_>]) -> Mean {
    let scores: Vec<WordScore> = rows.iter().filter_map(|row| row.words).collect();
    let count = scores.len().max(1) as f64;
    let of = |field: fn(&WordScore) -> f64| scores.iter().map(field).sum::<f64>() / count;
    let score = WordScore { f1: of(|s| s.f1), precision: of(|s| s.precision), recall: of(|s| s.recall) };
    Mean { documents: scores.len(), score }
}

fn fold_deviation(rows: &[&Row<'_>]) -> f64 {
    let mut folds: BTreeMap<usize, Vec<&Row<'_>>> = BTreeMap::new();
    for row in rows {
        folds.entry(row.fold).or_default().push(row);
    }
    let means: Vec<f64> = folds.values().map(|rows| mean(rows).score.f1).collect();
    let centre = means.iter().sum::<f64>() / means.len().max(1) as f64;
    (means.iter().map(|mean| (mean - centre).powi(2)).sum::<f64>() / means.len().max(1) as f64).sqrt()
}

fn by(rows: &[&Row<'_>], key: fn(&LabelledDocument) -> &str) -> BTreeMap<String, Mean> {
    let mut groups: BTreeMap<String, Vec<&Row<'_>>> = BTreeMap::new();
    for &row in rows.iter().filter(|row| row.words.is_some()) {
        groups.entry(key(row.document).to_owned()).or_default().push(row);
    }
    groups.into_iter().map(|(key, rows)| (key, mean(&rows))).collect()
}

fn label_scores(confusion: &Confusion) -> BTreeMap<&'static str, Scores> {
    let scores = Label::ALL.into_iter().map(|label| (label.name(), confusion.group(label.into())));
    scores.filter(|(_, scores)| scores.support > 0).collect()
}

fn confusion_table(confusion: &Confusion) -> BTreeMap<&'static str, BTreeMap<&'static str, u32>> {
    let row = |truth: Label| {
        let counts = Label::ALL.into_iter().map(|decided| (decided.name(), confusion.count(truth, decided)));
        counts.filter(|(_, count)| *count > 0).collect::<BTreeMap<_, _>>()
    };
    let rows = Label::ALL.into_iter().map(|truth| (truth.name(), row(truth)));
    rows.filter(|(_, row)| !row.is_empty()).collect()
}
