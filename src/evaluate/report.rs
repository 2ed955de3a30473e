//! Predictions to figures, as data and as a table.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use rayon::prelude::*;
use serde::Serialize;

use super::{Confusion, Prediction, Scores, SegmentCounts, WordScore, word_score};
use crate::corpus::LabelledDocument;
use crate::decision::{Decision, decide, judge_access, kept_text};
use crate::document::{Access, DocumentKind, Label, LabelSet};
use crate::model::Model;

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
    /// `html` or `text`.
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
    /// Right verdicts and all verdicts on access.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<(u32, u32)>,
}

/// Figures of all corpora.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// One for each corpus and mode.
    pub corpora: Vec<CorpusReport>,
}

/// One document's part in the figures.
struct Row<'a> {
    document: &'a LabelledDocument,
    fold: usize,
    words: Option<WordScore>,
    segments: SegmentCounts,
    confusion: Confusion,
    access: Option<(Access, Access)>,
}

impl Report {
    /// Labels documents with a model and compares.
    pub fn of_model(model: &Model, documents: &[LabelledDocument]) -> Report {
        let predictions: Vec<Vec<Prediction<'_>>> =
            documents.par_iter().map(|document| super::crossval::predict_forms(model, document, 0)).collect();
        report(&predictions.into_iter().flatten().collect::<Vec<_>>())
    }
}

/// Sums predictions up by corpus and mode.
pub fn report(predictions: &[Prediction<'_>]) -> Report {
    let rows: Vec<Row<'_>> = predictions.par_iter().map(row).collect();
    let mut groups: BTreeMap<(&str, &str), Vec<&Row<'_>>> = BTreeMap::new();
    for row in &rows {
        let mode = match row.document.document.kind {
            DocumentKind::Html => "html",
            DocumentKind::Text => "text",
        };
        groups.entry((&row.document.source, mode)).or_default().push(row);
    }
    let corpora = groups.into_iter().map(|((corpus, mode), rows)| summarise(corpus, mode, &rows)).collect();
    Report { corpora }
}

fn row<'a>(prediction: &'a Prediction<'_>) -> Row<'a> {
    let document: &LabelledDocument = &prediction.document;
    let inner = &document.document;
    let decisions: Vec<Decision> =
        prediction.probabilities.iter().map(|p| decide(p, prediction.threshold)).collect();
    let text = kept_text(inner, &decisions, LabelSet::CONTENT);
    let truth = &document.truth;
    let mut segments = SegmentCounts::default();
    segments.add(&text, &truth.must_contain, &truth.must_not_contain);
    let mut confusion = Confusion::default();
    if truth.has_block_labels {
        for (decision, &target) in decisions.iter().zip(&document.targets) {
            confusion.add_any(target, decision.label);
        }
    }
    Row {
        document,
        fold: prediction.fold,
        words: truth.main_content.as_deref().map(|content| word_score(&text, content)),
        segments,
        confusion,
        access: truth.access.map(|access| (access, judge_access(inner, &decisions).access)),
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
        access: (!access.is_empty()).then(|| {
            let right = access.iter().filter(|(truth, verdict)| truth == verdict).count();
            (right as u32, access.len() as u32)
        }),
    }
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

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for corpus in &self.corpora {
            f.write_str(&render(corpus)?)?;
        }
        Ok(())
    }
}

fn render(corpus: &CorpusReport) -> Result<String, fmt::Error> {
    let mut out = String::new();
    writeln!(out, "{} as {}: {} documents", corpus.corpus, corpus.mode, corpus.documents)?;
    if let Some(words) = &corpus.words {
        writeln!(out, "  {:<24} {:>6} {:>7} {:>9} {:>7}", "words", "pages", "F1", "precision", "recall")?;
        let deviation = corpus.fold_deviation.unwrap_or(0.0);
        write_mean(&mut out, "all", words)?;
        writeln!(out, "  {:<24} {:>6} {:>7.4}", "deviation of folds", "", deviation)?;
        for (name, mean) in corpus.by_page_type.iter().filter(|_| corpus.by_page_type.len() > 1) {
            write_mean(&mut out, name, mean)?;
        }
        for (name, mean) in corpus.by_language.iter().filter(|(_, mean)| mean.documents >= 5) {
            write_mean(&mut out, &format!("language {name}"), mean)?;
        }
    }
    if let Some(segments) = &corpus.segments {
        let (precision, recall, f1) = segments.scores();
        let count = segments.true_positives + segments.false_negatives;
        writeln!(out, "  {:<24} {count:>6} {f1:>7.4} {precision:>9.4} {recall:>7.4}", "segments")?;
    }
    if let (Some(paywall), Some(macro_f1)) = (&corpus.paywall, corpus.macro_f1) {
        writeln!(out, "  {:<24} {:>6} {:>7} {:>9} {:>7}", "labels", "blocks", "F1", "precision", "recall")?;
        for label in Label::ALL {
            if let Some(scores) = corpus.labels.get(label.name()) {
                write_scores(&mut out, label.name(), scores)?;
            }
        }
        write_scores(&mut out, "paywall group", paywall)?;
        writeln!(out, "  {:<24} {:>6} {macro_f1:>7.4}", "macro F1", "")?;
    }
    if let Some((right, all)) = corpus.access {
        writeln!(out, "  {:<24} {all:>6} {:>7.4}", "access", f64::from(right) / f64::from(all.max(1)))?;
    }
    Ok(out)
}

fn write_mean(out: &mut String, name: &str, mean: &Mean) -> fmt::Result {
    let WordScore { f1, precision, recall } = mean.score;
    writeln!(out, "  {name:<24} {:>6} {f1:>7.4} {precision:>9.4} {recall:>7.4}", mean.documents)
}

fn write_scores(out: &mut String, name: &str, scores: &Scores) -> fmt::Result {
    let Scores { support, f1, precision, recall } = scores;
    writeln!(out, "  {name:<24} {support:>6} {f1:>7.4} {precision:>9.4} {recall:>7.4}")
}
