//! Blocks to a matrix in which every column has a name.
//!
//! [`extract`] fills what follows from the document alone; [`apply_evidence`] adds what a trained linear model says
//! about words and attributes. Training calls the second step with models that never saw the page.

mod agreement;
mod bags;
mod chars;
mod columns;
mod evidence;
mod first_pass;
mod layout;
mod matrix;
mod page;
mod scores;
mod shallow;
mod structure;
mod vocabulary;

pub use bags::{ATTRIBUTE_BUCKETS, Bags, attribute_bags, first_gram, n_word_tokens, word_bags};
pub use columns::{Column, N_COLUMNS, Scope, Slot, WINDOW};
pub use evidence::{Evidence, apply_evidence, quantise_evidence};
pub(crate) use evidence::{bag_norms, softmax};
pub use first_pass::{apply_first_content, apply_first_paywall};
pub use layout::Layout;
pub use matrix::FeatureMatrix;
pub use scores::{WordMemory, attribute_probabilities, word_probabilities};
pub(crate) use vocabulary::joins_words;
pub use vocabulary::{CONTINUATION, Encoder, MAX_WORD_CHARS, UNKNOWN, Vocabulary};

use crate::document::{Document, DocumentKind};
use crate::math::ln;

/// Fills every column that needs no trained model. Cost is linear in the document's text and elements.
pub fn extract(document: &Document<'_>) -> FeatureMatrix {
    let mut matrix = FeatureMatrix::zeros(document.blocks.len());
    let sizes = shallow::fill(document, &mut matrix);
    page::fill(document, &sizes.words, &mut matrix);
    if document.kind == DocumentKind::Html {
        structure::fill(document, &sizes, &mut matrix);
        agreement::fill(document, &mut matrix);
    }
    matrix
}

/// Words of each block, as the shallow features count them (scripts without spaces included).
pub fn block_words(matrix: &FeatureMatrix) -> impl Iterator<Item = f32> + '_ {
    (0..matrix.n_blocks()).map(|block| matrix.get(block, Column::Words).exp_m1())
}

/// Logarithm of a count, 0 for 0.
fn log(count: f32) -> f32 {
    ln(1.0 + count)
}

/// `part` of `whole`, 0 where there is no whole.
fn share(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Sums go over the blocks within this many places.
const SMOOTHING: usize = 8;

/// Mean of `values` around each block, weighed by `weights` and by nearness (a triangle of half-width `reach`).
fn smooth(values: &[f32], weights: &[f32], reach: usize) -> Vec<f32> {
    (0..values.len())
        .map(|at| {
            let around = at.saturating_sub(reach)..(at + reach + 1).min(values.len());
            let (mut sum, mut total) = (0.0, 0.0);
            for other in around {
                let weight = weights[other] * (reach + 1 - at.abs_diff(other)) as f32;
                sum += weight * values[other];
                total += weight;
            }
            share(sum, total)
        })
        .collect()
}
