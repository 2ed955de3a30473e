//! Which thresholds to use, and what each threshold of content loses, from held-out predictions.

use rayon::prelude::*;

use super::{Prediction, word_score};
use crate::decision::{Layout, decide, is_prose, kept_text};
use crate::document::{DocumentKind, LabelSet};
use crate::model::{BlockModel, Cut, Missed, Thresholds};
use crate::words::count_words;

/// Thresholds that are tried.
const STEPS: usize = 50;
/// Weights of missed words that are tried.
const MISSED: [f32; 8] = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.2];
/// Share of content words that text mode may lose. What a dump holds as text was mostly cleaned before, so what is
/// lost there weighs more than what stays.
const TEXT_LOSS: f32 = 0.01;

/// Sets each prediction's thresholds to those that are best on the *other* folds, so that a report on them chose
/// nothing on the pages it reports.
pub fn choose_held_out(predictions: &mut [Prediction<'_>]) {
    let folds = predictions.iter().map(|prediction| prediction.fold + 1).max().unwrap_or(0);
    for kind in [DocumentKind::Html, DocumentKind::Text] {
        let chosen: Vec<Thresholds> = (0..folds)
            .map(|fold| {
                let others = predictions.iter().filter(|p| p.fold != fold && p.kind() == kind);
                choose(&others.collect::<Vec<_>>(), kind)
            })
            .collect();
        for prediction in predictions.iter_mut().filter(|prediction| prediction.kind() == kind) {
            prediction.thresholds = chosen[prediction.fold];
        }
    }
}

/// For each share of content words that a user may lose: the share that is lost on each fold with the threshold that
/// the other folds give, words of all folds taken together.
pub fn verify_losses(predictions: &[Prediction<'_>], kind: DocumentKind, asked: &[f32]) -> Vec<(f32, f32)> {
    let folds = predictions.iter().map(|prediction| prediction.fold + 1).max().unwrap_or(0);
    let curves: Vec<[Words; 2]> = (0..folds)
        .map(|fold| {
            [true, false].map(|is_held_out| {
                let of_kind = predictions.iter().filter(|p| p.kind() == kind);
                content_words(&of_kind.filter(|p| (p.fold == fold) == is_held_out).collect::<Vec<_>>())
            })
        })
        .collect();
    let lost = |words: &Words, threshold: f32| {
        words.iter().filter(|(p, _)| *p < threshold).map(|(_, count)| count).sum::<usize>()
    };
    let total: usize = curves.iter().flat_map(|[held_out, _]| held_out).map(|(_, count)| count).sum();
    let got = |share: f32| {
        let by_fold = curves.iter().map(|[held_out, others]| {
            let within = losses(others).into_iter().take_while(|(_, loss)| *loss <= share).last();
            lost(held_out, within.map_or(0.0, |(threshold, _)| threshold))
        });
        by_fold.sum::<usize>() as f32 / total.max(1) as f32
    };
    asked.iter().map(|&share| (share, got(share))).collect()
}

/// Sets a model's thresholds and losses from held-out predictions of its kind.
pub fn calibrate(model: &mut BlockModel, predictions: &[Prediction<'_>], kind: DocumentKind) {
    let predictions: Vec<_> = predictions.iter().filter(|prediction| prediction.kind() == kind).collect();
    model.thresholds = choose(&predictions, kind);
    model.losses = losses(&content_words(&predictions));
}

fn choose(predictions: &[&Prediction<'_>], kind: DocumentKind) -> Thresholds {
    let paywall = paywall_threshold(predictions);
    let content = match kind {
        DocumentKind::Html => Cut::Page(best_for_words(predictions, paywall)),
        DocumentKind::Text => {
            let losses = losses(&content_words(predictions));
            let within = losses.iter().take_while(|(_, loss)| *loss <= TEXT_LOSS).last();
            Cut::At(within.map_or(0.5, |(threshold, _)| *threshold))
        }
    };
    Thresholds { content, paywall }
}

fn step(index: usize) -> f32 {
    (index + 1) as f32 / (STEPS + 1) as f32
}

/// The weights of missed words in a page's expected F1 that give the best mean word F1, of prose and of other pages.
fn best_for_words(predictions: &[&Prediction<'_>], paywall: f32) -> Missed {
    let curves: Vec<(bool, Vec<f64>)> = predictions
        .par_iter()
        .filter_map(|prediction| {
            let truth = content_of(prediction)?;
            let document = &prediction.document.document;
            let scores = MISSED.iter().map(|&missed| {
                let thresholds = Thresholds { content: Cut::Page(missed.into()), paywall };
                let decisions = decide(document, &prediction.probabilities, thresholds);
                word_score(&kept_text(document, &decisions, LabelSet::CONTENT, Layout::Fold), &truth).f1
            });
            Some((is_prose(document, &prediction.probabilities), scores.collect()))
        })
        .collect();
    let best = |prose: bool| {
        let of_kind: Vec<&Vec<f64>> =
            curves.iter().filter(|curve| curve.0 == prose).map(|(_, c)| c).collect();
        let sum = |index: usize| of_kind.iter().map(|curve| curve[index]).sum::<f64>();
        let highest = (0..MISSED.len()).max_by(|&a, &b| sum(a).total_cmp(&sum(b)).then(b.cmp(&a)));
        if of_kind.is_empty() { 1.0 } else { highest.map_or(1.0, |index| MISSED[index]) }
    };
    Missed { prose: best(true), lines: best(false) }
}

/// The threshold of the paywall group with the best F1 over blocks.
fn paywall_threshold(predictions: &[&Prediction<'_>]) -> f32 {
    let labelled = predictions.iter().filter(|prediction| prediction.document.truth.has_block_labels);
    let blocks: Vec<(f32, bool)> = labelled
        .flat_map(|prediction| {
            let blocks = prediction.probabilities.iter().zip(&prediction.document.targets);
            blocks.filter_map(|(p, target)| {
                Some((LabelSet::PAYWALL.mass(p), target.is_within(LabelSet::PAYWALL)?))
            })
        })
        .collect();
    let truly = blocks.iter().filter(|(_, is_paywall)| *is_paywall).count();
    let scores = (0..STEPS).map(step).map(|threshold| {
        let decided = blocks.iter().filter(|(p, _)| *p >= threshold);
        let (count, hits) = decided.fold((0, 0), |(n, hits), (_, is)| (n + 1, hits + usize::from(*is)));
        let f1 = 2.0 * hits as f64 / (count + truly).max(1) as f64;
        (threshold, f1)
    });
    let best = scores.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.total_cmp(&a.0)));
    if truly == 0 { 0.5 } else { best.map_or(0.5, |(threshold, _)| threshold) }
}

/// The true content of a document, if it is known.
fn content_of(prediction: &Prediction<'_>) -> Option<String> {
    let document = &prediction.document;
    if let Some(content) = document.truth.main_content.clone().filter(|text| !text.trim().is_empty()) {
        return Some(content);
    }
    if !document.truth.has_block_labels || document.targets.iter().any(|target| target.is_empty()) {
        return None;
    }
    let blocks = document.document.blocks.iter().zip(&document.targets);
    let content = blocks.filter(|(_, target)| target.is_content() == Some(true));
    let lines: Vec<&str> = content.map(|(block, _)| document.document.block_text(block)).collect();
    Some(lines.join("\n")).filter(|text| !text.is_empty())
}

/// Probability of content and number of words of blocks, rising.
type Words = Vec<(f32, usize)>;

/// All held-out blocks labelled content.
fn content_words(predictions: &[&Prediction<'_>]) -> Words {
    let mut words: Words = predictions
        .par_iter()
        .flat_map_iter(|prediction| {
            let document = &prediction.document;
            let blocks =
                document.document.blocks.iter().zip(&document.targets).zip(&prediction.probabilities);
            let content = blocks.filter(|((_, target), _)| target.is_content() == Some(true));
            content.map(|((block, _), p)| (p[0], count_words(document.document.block_text(block))))
        })
        .collect();
    words.sort_by(|a, b| a.0.total_cmp(&b.0));
    words
}

/// Share of content words below each threshold.
fn losses(words: &Words) -> Vec<(f32, f32)> {
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
