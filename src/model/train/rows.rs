//! The rows that content classifiers learn from.

use ndarray::Array2;
use rand::Rng;
use rand::distributions::{Distribution, WeightedIndex};

use super::Prepared;
use crate::document::DocumentKind;
use crate::error::{Error, Result};
use crate::features::{FeatureMatrix, Slot, block_words};

/// One block to learn from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) document: u32,
    pub(super) block: u32,
    pub(super) is_content: bool,
    pub(super) weight: f32,
}

/// All blocks of one kind of document whose label tells content from chaff.
pub(super) struct Rows<'a> {
    pub(super) html: bool,
    pub(super) rows: Vec<Row>,
    matrices: &'a [FeatureMatrix],
}

impl<'a> Rows<'a> {
    /// A block weighs the square root of its words; the blocks of a page weigh 1 together, those of a page
    /// labelled by hand `labelled_weight`.
    pub(super) fn collect(
        documents: &[&Prepared],
        matrices: &'a [FeatureMatrix],
        kind: DocumentKind,
        labelled_weight: f32,
    ) -> Rows<'a> {
        let mut rows = Vec::new();
        for (index, document) in documents.iter().enumerate().filter(|(_, document)| document.kind == kind) {
            let first = rows.len();
            for (block, words) in block_words(&document.matrix).enumerate() {
                if let Some(is_content) = document.targets[block].is_content() {
                    let weight = words.max(0.5).sqrt();
                    rows.push(Row { document: index as u32, block: block as u32, is_content, weight });
                }
            }
            let total: f32 = rows[first..].iter().map(|row| row.weight).sum();
            // A few weakly labelled blocks are not worth a whole page.
            let known = (rows.len() - first) as f32 / document.targets.len().max(1) as f32;
            let worth = if document.has_block_labels { labelled_weight } else { known.sqrt() };
            rows[first..].iter_mut().for_each(|row| row.weight *= worth / total);
        }
        Rows { html: kind == DocumentKind::Html, rows, matrices }
    }

    pub(super) fn matrix(&self, row: Row) -> &FeatureMatrix {
        &self.matrices[row.document as usize]
    }

    /// Draws rows with replacement, each with a chance proportional to its weight.
    pub(super) fn sample(&self, count: usize, rng: &mut impl Rng) -> Result<Vec<Row>> {
        let chances = WeightedIndex::new(self.rows.iter().map(|row| row.weight)).map_err(Error::training)?;
        Ok((0..count).map(|_| self.rows[chances.sample(rng)]).collect())
    }

    /// The slots of some rows, shape `n_rows × n_slots`.
    pub(super) fn gather(&self, rows: &[Row], slots: &[Slot]) -> Array2<f32> {
        Array2::from_shape_fn((rows.len(), slots.len()), |(row, slot)| {
            self.matrix(rows[row]).slot(rows[row].block as usize, slots[slot])
        })
    }
}
