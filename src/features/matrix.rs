//! The feature matrix, `n_blocks × n_columns`, padded so that a window never leaves it.

use super::columns::{Column, N_COLUMNS, Slot, WINDOW};

/// What a neighbour beyond the page's ends holds in every column.
const OUTSIDE: f32 = -1.0;

/// Features of one document: a row for each block, a column for each [`Column`], `WINDOW` rows of padding at
/// either end.
#[derive(Clone, Debug)]
pub struct FeatureMatrix {
    /// Row by row, so that a place is one sum away.
    values: Vec<f32>,
}

impl FeatureMatrix {
    /// A matrix of zeros for `n_blocks` blocks.
    pub fn zeros(n_blocks: usize) -> FeatureMatrix {
        let mut values = vec![0.0; (n_blocks + 2 * WINDOW) * N_COLUMNS];
        let padding = WINDOW * N_COLUMNS;
        values[..padding].fill(OUTSIDE);
        values[padding + n_blocks * N_COLUMNS..].fill(OUTSIDE);
        FeatureMatrix { values }
    }

    /// Number of blocks.
    pub fn n_blocks(&self) -> usize {
        self.values.len() / N_COLUMNS - 2 * WINDOW
    }

    /// A column of a block.
    pub fn get(&self, block: usize, column: Column) -> f32 {
        self.values[(block + WINDOW) * N_COLUMNS + column.place()]
    }

    /// Sets a column of a block.
    pub fn set(&mut self, block: usize, column: Column, value: f32) {
        self.values[(block + WINDOW) * N_COLUMNS + column.place()] = value;
    }

    /// A column of a block or of its neighbour.
    pub fn slot(&self, block: usize, slot: Slot) -> f32 {
        let row = (block + WINDOW).wrapping_add_signed(isize::from(slot.offset));
        self.values[row * N_COLUMNS + slot.column.place()]
    }

    /// All values in row order, and the position of a block's first value in them; [`Slot::delta`] leads from
    /// there to any slot.
    pub fn flat(&self, block: usize) -> (&[f32], usize) {
        (&self.values, (block + WINDOW) * N_COLUMNS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_sees_the_neighbour_and_the_page_ends() {
        let mut matrix = FeatureMatrix::zeros(2);
        matrix.set(0, Column::Words, 5.0);
        let before = |offset| Slot { column: Column::Words, offset };
        assert_eq!(matrix.slot(1, before(-1)), 5.0);
        assert_eq!(matrix.slot(0, before(-1)), OUTSIDE);
        assert_eq!(matrix.slot(1, before(2)), OUTSIDE);
        let (flat, first) = matrix.flat(1);
        assert_eq!(flat[first.wrapping_add_signed(before(-1).delta() as isize)], 5.0);
    }
}
