//! Whether a probability of 0.7 means seven of ten.

use super::Prediction;
use crate::document::LabelSet;

/// Rows of the table.
const BINS: usize = 10;

/// For each tenth of the summed probability of a group of labels: its mean, the share of blocks that truly are of the
/// group, and their number. Only documents labelled block by block count; empty tenths are left out.
pub fn calibration_table<'a>(
    predictions: impl Iterator<Item = &'a Prediction<'a>>,
    group: LabelSet,
) -> Vec<(f64, f64, u32)> {
    let mut bins = [(0.0, 0_u32, 0_u32); BINS];
    for prediction in predictions.filter(|prediction| prediction.document.truth.has_block_labels) {
        for (probabilities, target) in prediction.probabilities.iter().zip(&prediction.document.targets) {
            let Some(is_in) = target.is_within(group) else { continue };
            let p = group.mass(probabilities);
            let bin = &mut bins[((p * BINS as f32) as usize).min(BINS - 1)];
            bin.0 += f64::from(p);
            bin.1 += u32::from(is_in);
            bin.2 += 1;
        }
    }
    let full = bins.into_iter().filter(|(_, _, count)| *count > 0);
    full.map(|(sum, hits, count)| (sum / f64::from(count), f64::from(hits) / f64::from(count), count))
        .collect()
}
