//! Boosted decision trees in flat arrays.

use serde::{Deserialize, Serialize};

use super::{Contribution, sigmoid};
use crate::features::{FeatureMatrix, N_COLUMNS, Slot};

/// Marks a leaf in [`TreeArrays::slots`].
const LEAF: u16 = u16::MAX;
/// Rows that walk down a tree side by side.
const LANES: usize = 8;
/// Values are stored in steps of this size, in log-odds.
const STEP: f32 = 1.0 / 4096.0;

/// What the artifact holds: trees in pre-order, thresholds as indices into each slot's bin edges.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct TreeArrays {
    /// Rising edges of each slot's bins, shape `n_slots × n_edges` (ragged).
    pub(super) edges: Vec<Vec<f32>>,
    /// Slot of each node, [`LEAF`] for a leaf.
    pub(super) slots: Vec<u16>,
    /// Bin edge that splits a node.
    pub(super) splits: Vec<u8>,
    /// What each node adds to the log-odds, in [`STEP`]s; that of an inner node only serves explanations.
    pub(super) values: Vec<i16>,
    /// Nodes of each tree.
    pub(super) lengths: Vec<u32>,
    /// Whether the slots are those of HTML documents.
    pub(super) html: bool,
    /// Log-odds before the first tree.
    pub(super) base: f32,
}

/// Boosted decision trees, compiled for lookup.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "TreeArrays", into = "TreeArrays")]
pub struct Boosted {
    arrays: TreeArrays,
    nodes: Vec<Node>,
    roots: Vec<u32>,
}

/// One node: where the row's value lies, and where to go if it is above the threshold. The left child follows.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// Distance from the block's first value to the slot's; for a leaf, 0 with `right` 0.
    delta: i32,
    /// Threshold of an inner node, value of a leaf.
    threshold: f32,
    /// Index of the right child; 0 marks a leaf.
    right: u32,
}

impl From<Boosted> for TreeArrays {
    fn from(trees: Boosted) -> TreeArrays {
        trees.arrays
    }
}

impl TryFrom<TreeArrays> for Boosted {
    type Error = String;

    fn try_from(arrays: TreeArrays) -> Result<Boosted, String> {
        compile(arrays)
    }
}

/// A tree node while the trees are built.
#[derive(Clone, Debug)]
pub(super) enum TreeNode {
    Leaf { value: f32 },
    Split { value: f32, slot: u16, bin: u8, left: Box<TreeNode>, right: Box<TreeNode> },
}

impl TreeNode {
    /// Multiplies every value.
    pub(super) fn scale(&mut self, factor: f32) {
        match self {
            TreeNode::Leaf { value } => *value *= factor,
            TreeNode::Split { value, left, right, .. } => {
                *value *= factor;
                left.scale(factor);
                right.scale(factor);
            }
        }
    }
}

impl TreeArrays {
    /// Appends a tree in pre-order.
    pub(super) fn push_tree(&mut self, root: &TreeNode) {
        let before = self.slots.len();
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            let (slot, bin, value) = match node {
                TreeNode::Leaf { value } => (LEAF, 0, *value),
                TreeNode::Split { value, slot, bin, left, right } => {
                    open.push(right);
                    open.push(left);
                    (*slot, *bin, *value)
                }
            };
            self.slots.push(slot);
            self.splits.push(bin);
            self.values.push((value / STEP).round() as i16);
        }
        self.lengths.push((self.slots.len() - before) as u32);
    }
}

fn compile(arrays: TreeArrays) -> Result<Boosted, String> {
    let slots = Slot::all(arrays.html);
    let count = arrays.slots.len();
    if arrays.splits.len() != count || arrays.values.len() != count || arrays.edges.len() != slots.len() {
        return Err("the trees' arrays do not fit each other".to_owned());
    }
    let mut nodes = Vec::with_capacity(count);
    let mut roots = Vec::with_capacity(arrays.lengths.len());
    for &length in &arrays.lengths {
        let root = nodes.len();
        roots.push(root as u32);
        // Inner nodes whose right child is still to come.
        let mut waiting: Vec<usize> = Vec::new();
        for at in root..root + length as usize {
            let (&slot, &split) =
                arrays.slots.get(at).zip(arrays.splits.get(at)).ok_or("a tree is cut off")?;
            if slot == LEAF {
                nodes.push(Node { delta: 0, threshold: f32::from(arrays.values[at]) * STEP, right: 0 });
                if let Some(parent) = waiting.pop() {
                    nodes[parent].right = at as u32 + 1;
                }
            } else {
                let edges = arrays.edges.get(slot as usize).ok_or("a tree splits on an unknown column")?;
                let &threshold = edges.get(split as usize).ok_or("a tree splits at an unknown edge")?;
                nodes.push(Node { delta: slots[slot as usize].delta(), threshold, right: 0 });
                waiting.push(at);
            }
        }
        let ends_early = nodes[root..].iter().any(|node| node.right as usize >= root + length as usize);
        if length == 0 || !waiting.is_empty() || ends_early {
            return Err("a tree is malformed".to_owned());
        }
    }
    if nodes.len() != count {
        return Err("there are nodes outside the trees".to_owned());
    }
    Ok(Boosted { arrays, nodes, roots })
}

impl Boosted {
    /// Number of trees.
    pub fn n_trees(&self) -> usize {
        self.roots.len()
    }

    /// Number of nodes of all trees.
    pub fn n_nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Probability of the question's yes for some blocks. Tree by tree over all of them, so that a tree's nodes stay in the
    /// cache, and several blocks at a time, so that one's loads do not wait for another's.
    pub fn probabilities_of(&self, matrix: &FeatureMatrix, blocks: &[usize]) -> Vec<f32> {
        let mut sums = vec![self.arrays.base; blocks.len()];
        let firsts: Vec<usize> = blocks.iter().map(|&block| matrix.flat(block).1).collect();
        let values = matrix.flat(0).0;
        for &root in &self.roots {
            let (sums, firsts) = (sums.chunks_mut(LANES), firsts.chunks(LANES));
            for (sums, firsts) in sums.zip(firsts) {
                self.add_leaves(root, values, firsts, sums);
            }
        }
        sums.iter_mut().for_each(|sum| *sum = sigmoid(*sum));
        sums
    }

    /// Adds the values of the leaves that up to [`LANES`] rows reach.
    fn add_leaves(&self, root: u32, values: &[f32], firsts: &[usize], sums: &mut [f32]) {
        let mut at = [root as usize; LANES];
        loop {
            let mut walks_on = false;
            for (at, &first) in at.iter_mut().zip(firsts) {
                let node = self.nodes[*at];
                // A leaf's slot is the row's first value: read for nothing, but without a branch.
                let value = values[first.wrapping_add_signed(node.delta as isize)];
                let next = if value <= node.threshold { *at + 1 } else { node.right as usize };
                let is_inner = node.right != 0;
                *at = if is_inner { next } else { *at };
                walks_on |= is_inner;
            }
            if !walks_on {
                break;
            }
        }
        for (sum, at) in sums.iter_mut().zip(at) {
            *sum += self.nodes[at].threshold;
        }
    }

    /// Calls `visit` with every node on a row's way from a tree's root to its leaf.
    fn walk(&self, tree: usize, matrix: &FeatureMatrix, block: usize, mut visit: impl FnMut(usize)) {
        let (values, first) = matrix.flat(block);
        let mut at = self.roots[tree] as usize;
        loop {
            visit(at);
            let node = self.nodes[at];
            if node.right == 0 {
                return;
            }
            let value = values[first.wrapping_add_signed(node.delta as isize)];
            at = if value <= node.threshold { at + 1 } else { node.right as usize };
        }
    }

    /// Change of the log-odds along the trees' paths, summed by slot (Saabas 2014).
    pub(super) fn contributions(&self, matrix: &FeatureMatrix, block: usize) -> Vec<Contribution> {
        let slots = Slot::all(self.arrays.html);
        let mut weights = vec![0.0_f32; slots.len()];
        let value_of = |node: usize| f32::from(self.arrays.values[node]) * STEP;
        for tree in 0..self.n_trees() {
            let mut last: Option<usize> = None;
            self.walk(tree, matrix, block, |node| {
                if let Some(parent) = last {
                    weights[self.arrays.slots[parent] as usize] += value_of(node) - value_of(parent);
                }
                last = Some(node);
            });
        }
        let used = slots.into_iter().zip(weights).filter(|(_, weight)| *weight != 0.0);
        used.map(|(slot, weight)| Contribution { slot, value: matrix.slot(block, slot), weight }).collect()
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let widest = (crate::features::WINDOW * N_COLUMNS + N_COLUMNS) as i32;
        let fits = self.nodes.iter().all(|node| node.delta.abs() < widest);
        if self.roots.is_empty() || !fits {
            return Err("there are no trees, or they reach beyond the matrix".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Column;

    fn stump() -> TreeArrays {
        let slots = Slot::all(false);
        let words = slots.iter().position(|slot| slot.name() == "words").unwrap();
        let mut arrays = TreeArrays { edges: vec![Vec::new(); slots.len()], ..TreeArrays::default() };
        arrays.edges[words] = vec![1.0, 2.0];
        let leaf = |value| Box::new(TreeNode::Leaf { value });
        let (left, right) = (leaf(-2.0), leaf(2.0));
        arrays.push_tree(&TreeNode::Split { value: 0.5, slot: words as u16, bin: 1, left, right });
        arrays
    }

    #[test]
    fn a_stump_splits_at_its_edge_and_explains_itself() {
        let trees = Boosted::try_from(stump()).unwrap();
        let mut matrix = FeatureMatrix::zeros(2);
        matrix.set(0, Column::Words, 2.0);
        matrix.set(1, Column::Words, 2.1);
        let p = trees.probabilities_of(&matrix, &[0, 1]);
        assert!((p[0] - 0.1192).abs() < 1e-4 && (p[1] - 0.8808).abs() < 1e-4);
        let why = trees.contributions(&matrix, 1);
        assert_eq!(why.len(), 1);
        assert!((why[0].weight - 1.5).abs() < 1e-4 && why[0].slot.column == Column::Words);
    }

    #[test]
    fn malformed_trees_are_refused() {
        let mut cut = stump();
        cut.lengths = vec![2];
        assert!(Boosted::try_from(cut).is_err());
        let mut foreign = stump();
        foreign.splits[0] = 7;
        assert!(Boosted::try_from(foreign).is_err());
        let mut short = stump();
        short.slots.pop();
        assert!(Boosted::try_from(short).is_err());
    }
}
