//! The rows that the yes-or-no classifiers learn from.

use ndarray::Array2;
use rand::Rng;
use rand::distributions::{Distribution, WeightedIndex};

use super::{Prepared, TrainParams};
use crate::document::{DocumentKind, LabelSet};
use crate::error::{Error, Result};
use crate::features::{Column, FeatureMatrix, Slot, block_words};

/// Weight of a block whose label is known because its text has one meaning, beside one that was read on its page.
const BY_PHRASE: f32 = 0.5;
/// Weight of a block of unsorted chaff that is taken for no paywall text.
const PRESUMED: f32 = 0.1;
/// Log-odds of paywall text, by its words, below which unsorted chaff is taken for none.
const SURELY_NONE: f32 = -4.0;

/// One block to learn from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) document: u32,
    pub(super) block: u32,
    pub(super) is_positive: bool,
    pub(super) weight: f32,
}

/// All blocks of one kind of document that answer a question.
pub(super) struct Rows<'a> {
    pub(super) html: bool,
    pub(super) rows: Vec<Row>,
    matrices: &'a [FeatureMatrix],
}

impl<'a> Rows<'a> {
    /// Is it content, asked of all documents of a kind but those of one part.
    pub(super) fn content_without(
        documents: &[&Prepared],
        matrices: &'a [FeatureMatrix],
        parts: &[usize],
        (kind, left_out): (DocumentKind, Option<usize>),
        params: &TrainParams,
    ) -> Rows<'a> {
        let mut rows = Rows::content(documents, matrices, kind, params.labelled_weight);
        rows.rows.retain(|row| Some(parts[row.document as usize]) != left_out);
        rows
    }

    /// Is it content? A block weighs the square root of its words; the blocks of a page weigh 1 together, those of a
    /// page labelled by hand `labelled_weight`.
    pub(super) fn content(
        documents: &[&Prepared],
        matrices: &'a [FeatureMatrix],
        kind: DocumentKind,
        labelled_weight: f32,
    ) -> Rows<'a> {
        let mut rows = Vec::new();
        for (index, document) in of_kind(documents, kind) {
            let first = rows.len();
            for (block, words) in block_words(&document.matrix).enumerate() {
                if let Some(is_positive) = document.targets[block].is_content() {
                    let weight = words.max(0.5).sqrt();
                    rows.push(Row { document: index as u32, block: block as u32, is_positive, weight });
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

    /// Is it paywall text? Every block weighs the same, less where its label was not read on the page. Unsorted chaff
    /// whose words say nothing of the kind is a weak no.
    pub(super) fn paywall(
        documents: &[&Prepared],
        matrices: &'a [FeatureMatrix],
        kind: DocumentKind,
    ) -> Rows<'a> {
        Rows::paywall_of(of_kind(documents, kind), matrices, kind == DocumentKind::Html)
    }

    /// The same question of all documents but those of one part, by the columns of text.
    pub(super) fn paywall_without(
        documents: &[&Prepared],
        matrices: &'a [FeatureMatrix],
        parts: &[usize],
        left_out: Option<usize>,
    ) -> Rows<'a> {
        let kinds = [DocumentKind::Text, DocumentKind::Html].into_iter();
        let all = kinds.flat_map(|kind| of_kind(documents, kind));
        Rows::paywall_of(all.filter(|(index, _)| Some(parts[*index]) != left_out), matrices, false)
    }

    fn paywall_of<'d>(
        documents: impl Iterator<Item = (usize, &'d Prepared)>,
        matrices: &'a [FeatureMatrix],
        html: bool,
    ) -> Rows<'a> {
        let mut rows = Vec::new();
        for (index, document) in documents {
            let trust = if document.has_block_labels { 1.0 } else { BY_PHRASE };
            for (block, &target) in document.targets.iter().enumerate() {
                let words = matrices[index].get(block, Column::WordPaywall);
                let (is_positive, weight) = match target.is_within(LabelSet::PAYWALL) {
                    Some(is_positive) => (is_positive, trust),
                    None if target == LabelSet::CHAFF && words < SURELY_NONE => (false, PRESUMED),
                    None => continue,
                };
                rows.push(Row { document: index as u32, block: block as u32, is_positive, weight });
            }
        }
        Rows { html, rows, matrices }
    }

    pub(super) fn matrix(&self, row: Row) -> &FeatureMatrix {
        &self.matrices[row.document as usize]
    }

    /// Draws rows with replacement, each with a chance proportional to its weight.
    pub(super) fn sample(&self, count: usize, rng: &mut impl Rng) -> Result<Vec<Row>> {
        let chances = WeightedIndex::new(self.rows.iter().map(|row| row.weight)).map_err(Error::training)?;
        Ok((0..count).map(|_| self.rows[chances.sample(rng)]).collect())
    }

    /// About `count` rows, half of each answer where there are enough; the kept ones weigh what the left out weighed.
    pub(super) fn thinned(&self, count: usize, rng: &mut impl Rng) -> Vec<Row> {
        let positive = self.rows.iter().filter(|row| row.is_positive).count();
        let negative = self.rows.len() - positive;
        let share = |own: usize, other: usize| {
            // What one answer does not use of its half goes to the other.
            let room = count.saturating_sub(other.min(count / 2));
            (room as f64 / own.max(1) as f64).min(1.0)
        };
        let (keep_positive, keep_negative) = (share(positive, negative), share(negative, positive));
        let kept = self.rows.iter().filter_map(|row| {
            let chance = if row.is_positive { keep_positive } else { keep_negative };
            rng.gen_bool(chance).then(|| Row { weight: row.weight / chance as f32, ..*row })
        });
        kept.collect()
    }

    /// The slots of some rows, shape `n_rows × n_slots`.
    pub(super) fn gather(&self, rows: &[Row], slots: &[Slot]) -> Array2<f32> {
        Array2::from_shape_fn((rows.len(), slots.len()), |(row, slot)| {
            self.matrix(rows[row]).slot(rows[row].block as usize, slots[slot])
        })
    }
}

fn of_kind<'d>(
    documents: &'d [&'d Prepared],
    kind: DocumentKind,
) -> impl Iterator<Item = (usize, &'d Prepared)> {
    let all = documents.iter().enumerate().map(|(index, document)| (index, *document));
    all.filter(move |(_, document)| document.kind == kind && !document.is_list)
}
