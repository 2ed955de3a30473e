//! Precision and recall at every threshold.

use super::Prediction;
use crate::document::LabelSet;

/// Points of a curve.
const POINTS: usize = 100;

/// Recall and precision of a group of labels over blocks, from the highest threshold down, at most a hundred points. Only
/// documents labelled block by block count; empty without any of the group.
pub fn precision_recall<'a>(
    predictions: impl Iterator<Item = &'a Prediction<'a>>,
    group: LabelSet,
) -> Vec<(f64, f64)> {
    let mut blocks: Vec<(f32, bool)> = predictions
        .filter(|prediction| prediction.document.truth.has_block_labels)
        .flat_map(|prediction| prediction.probabilities.iter().zip(&prediction.document.targets))
        .filter_map(|(probabilities, target)| Some((group.mass(probabilities), target.is_within(group)?)))
        .collect();
    blocks.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all = blocks.iter().filter(|(_, is_in)| *is_in).count();
    if all == 0 {
        return Vec::new();
    }
    let step = blocks.len().div_ceil(POINTS);
    let mut hits = 0;
    let mut points = Vec::new();
    for (index, (_, is_in)) in blocks.iter().enumerate() {
        hits += usize::from(*is_in);
        if (index + 1) % step == 0 || index + 1 == blocks.len() {
            points.push((hits as f64 / all as f64, hits as f64 / (index + 1) as f64));
        }
    }
    points
}
