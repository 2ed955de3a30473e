//! Which threshold of content to use, and what each threshold loses, from held-out predictions.

use rayon::prelude::*;

use super::{Prediction, word_score};
use crate::decision::{Decision, decide, kept_text};
use crate::document::{DocumentKind, LabelSet};
use crate::model::ContentModel;
use crate::words::word_hashes;

/// Thresholds that are tried.
const STEPS: usize = 50;

/// Sets each prediction's threshold to the one that is best on the *other* folds, so that a report on them chose
/// nothing on the pages it reports.
pub fn choose_held_out(predictions: &mut [Prediction<'_>]) {
    let folds = predictions.iter().map(|prediction| prediction.fold + 1).max().unwrap_or(0);
    for kind in [DocumentKind::Html, DocumentKind::Text] {
        let curves = curves(predictions, kind);
        for fold in 0..folds {
            let threshold = best(curves.iter().filter(|(of, _)| *of != fold).map(|(_, curve)| curve));
            for prediction in predictions.iter_mut().filter(|p| p.fold == fold && p.kind() == kind) {
                prediction.threshold = threshold;
            }
        }
    }
}

/// Sets a content model's threshold and losses from held-out predictions of its kind.
pub fn calibrate(model: &mut ContentModel, predictions: &[Prediction<'_>], kind: DocumentKind) {
    let curves = curves(predictions, kind);
    model.threshold = best(curves.iter().map(|(_, curve)| curve));
    model.losses = losses(predictions, kind);
}

fn step(index: usize) -> f32 {
    (index + 1) as f32 / (STEPS + 1) as f32
}

/// Word F1 of each document at each threshold, with the document's fold.
fn curves(predictions: &[Prediction<'_>], kind: DocumentKind) -> Vec<(usize, Vec<f64>)> {
    predictions
        .par_iter()
        .filter(|prediction| prediction.kind() == kind)
        .filter_map(|prediction| {
            let truth = content_of(prediction)?;
            let document = &prediction.document.document;
            let scores = (0..STEPS).map(|index| {
                let decisions: Vec<Decision> =
                    prediction.probabilities.iter().map(|p| decide(p, step(index))).collect();
                word_score(&kept_text(document, &decisions, LabelSet::CONTENT), &truth).f1
            });
            Some((prediction.fold, scores.collect()))
        })
        .collect()
}

/// The true content of a document, if it is known.
fn content_of(prediction: &Prediction<'_>) -> Option<String> {
    let document = &prediction.document;
    if document.truth.has_block_labels {
        let blocks = document.document.blocks.iter().zip(&document.targets);
        if document.targets.iter().any(|target| target.is_empty()) {
            return None;
        }
        let content = blocks.filter(|(_, target)| target.is_content() == Some(true));
        let lines: Vec<&str> = content.map(|(block, _)| document.document.block_text(block)).collect();
        return Some(lines.join("\n")).filter(|text| !text.is_empty());
    }
    document.truth.main_content.clone().filter(|text| !text.trim().is_empty())
}

fn best<'a>(curves: impl Iterator<Item = &'a Vec<f64>>) -> f32 {
    let mut sums = [0.0; STEPS];
    let mut any = false;
    for curve in curves {
        any = true;
        sums.iter_mut().zip(curve).for_each(|(sum, score)| *sum += score);
    }
    let highest = (0..STEPS).max_by(|&a, &b| sums[a].total_cmp(&sums[b]).then(b.cmp(&a)));
    if any { highest.map_or(0.5, step) } else { 0.5 }
}

/// Share of content words below each threshold, over all held-out blocks labelled content.
fn losses(predictions: &[Prediction<'_>], kind: DocumentKind) -> Vec<(f32, f32)> {
    let mut words: Vec<(f32, usize)> = predictions
        .par_iter()
        .filter(|prediction| prediction.kind() == kind)
        .flat_map_iter(|prediction| {
            let document = &prediction.document;
            let blocks =
                document.document.blocks.iter().zip(&document.targets).zip(&prediction.probabilities);
            let content = blocks.filter(|((_, target), _)| target.is_content() == Some(true));
            content.map(|((block, _), p)| (p[0], word_hashes(document.document.block_text(block)).count()))
        })
        .collect();
    words.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total = words.iter().map(|(_, count)| count).sum::<usize>().max(1) as f32;
    let (mut at, mut lost) = (0, 0);
    let mut curve = Vec::with_capacity(1000);
    for thousandth in 1..1000 {
        let threshold = thousandth as f32 / 1000.0;
        while at < words.len() && words[at].0 < threshold {
            lost += words[at].1;
            at += 1;
        }
        curve.push((threshold, lost as f32 / total));
    }
    curve
}
