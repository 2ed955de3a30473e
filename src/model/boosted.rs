//! Boosted decision trees in flat arrays.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Contribution;
use crate::features::{FeatureMatrix, N_COLUMNS, Slot, WINDOW};
use crate::math::sigmoid;

/// Marks a leaf in [`TreeArrays::slots`].
const LEAF: u16 = u16::MAX;
/// Rows that walk down a tree side by side.
const LANES: usize = 8;
/// Rows that see all trees before the next do: so many, with their neighbours' columns, fit the innermost cache.
const ROWS: usize = 4 * LANES;
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
    /// What each node adds to the log-odds.
    values: Vec<f32>,
    /// The nodes of each tree.
    trees: Vec<Range<usize>>,
}

/// One node in eight bytes: where the row's value lies, and how far to go if it is above the threshold. The left child
/// follows. A leaf has a threshold that nothing is below, and goes nowhere.
#[derive(Clone, Copy, Debug)]
struct Node {
    threshold: f32,
    /// Distance from the block's first value to the slot's.
    delta: i16,
    /// Distance from this node to the right child.
    right: u16,
}

impl Node {
    const LEAF: Node = Node { threshold: f32::NAN, delta: 0, right: 0 };

    fn is_leaf(self) -> bool {
        self.right == 0
    }

    /// How many nodes further the row's way leads.
    fn step(self, values: &[f32], first: usize) -> usize {
        let value = values[first.wrapping_add_signed(isize::from(self.delta))];
        // Nobody can foretell which way a row goes: a wrong guess would cost more than both ways.
        std::hint::select_unpredictable(value <= self.threshold, 1, usize::from(self.right))
    }
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
    let mut trees = Vec::with_capacity(arrays.lengths.len());
    for &length in &arrays.lengths {
        let root = nodes.len();
        trees.push(root..root + length as usize);
        // Inner nodes whose right child is still to come.
        let mut waiting: Vec<usize> = Vec::new();
        for at in root..root + length as usize {
            let (&slot, &split) =
                arrays.slots.get(at).zip(arrays.splits.get(at)).ok_or("a tree is cut off")?;
            if slot == LEAF {
                nodes.push(Node::LEAF);
                if let Some(parent) = waiting.pop() {
                    nodes[parent].right =
                        u16::try_from(at + 1 - parent).map_err(|_| "a tree is too large")?;
                }
            } else {
                let edges = arrays.edges.get(slot as usize).ok_or("a tree splits on an unknown column")?;
                let &threshold = edges.get(split as usize).ok_or("a tree splits at an unknown edge")?;
                let delta = slots[slot as usize].delta() as i16;
                nodes.push(Node { threshold, delta, right: 0 });
                waiting.push(at);
            }
        }
        let leaves = nodes[root..].iter().filter(|node| node.is_leaf()).count();
        let ends_early = nodes[root..]
            .iter()
            .enumerate()
            .any(|(at, node)| at + usize::from(node.right) >= length as usize);
        if length == 0 || !waiting.is_empty() || ends_early || 2 * leaves != length as usize + 1 {
            return Err("a tree is malformed".to_owned());
        }
    }
    if nodes.len() != count {
        return Err("there are nodes outside the trees".to_owned());
    }
    let values = arrays.values.iter().map(|&value| f32::from(value) * STEP).collect();
    Ok(Boosted { arrays, nodes, values, trees })
}

impl Boosted {
    /// Number of trees.
    pub fn n_trees(&self) -> usize {
        self.trees.len()
    }

    /// Number of nodes of all trees.
    pub fn n_nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Probability of the question's yes for some blocks.
    pub fn probabilities_of(&self, matrix: &FeatureMatrix, blocks: &[usize]) -> Vec<f32> {
        let mut sums = vec![self.arrays.base; blocks.len()];
        let first = |&block: &usize| matrix.flat(block).1;
        // The last lanes without a row of their own walk with the first block.
        let firsts: Vec<[usize; LANES]> = blocks
            .chunks(LANES)
            .map(|blocks| std::array::from_fn(|lane| blocks.get(lane).map_or(WINDOW * N_COLUMNS, first)))
            .collect();
        let values = matrix.flat(0).0;
        for (sums, firsts) in sums.chunks_mut(ROWS).zip(firsts.chunks(ROWS / LANES)) {
            for tree in &self.trees {
                let (nodes, leaves) = (&self.nodes[tree.clone()], &self.values[tree.clone()]);
                for (sums, firsts) in sums.chunks_mut(LANES).zip(firsts) {
                    for (sum, leaf) in sums.iter_mut().zip(find_leaves(nodes, values, firsts)) {
                        *sum += leaves[leaf];
                    }
                }
            }
        }
        sums.iter_mut().for_each(|sum| *sum = sigmoid(*sum));
        sums
    }

    /// Calls `visit` with every node on a row's way from a tree's root to its leaf.
    fn walk(&self, tree: usize, matrix: &FeatureMatrix, block: usize, mut visit: impl FnMut(usize)) {
        let (values, first) = matrix.flat(block);
        let mut at = self.trees[tree].start;
        visit(at);
        while !self.nodes[at].is_leaf() {
            at += self.nodes[at].step(values, first);
            visit(at);
        }
    }

    /// Change of the log-odds along the trees' paths, summed by slot (Saabas 2014).
    pub(super) fn contributions(&self, matrix: &FeatureMatrix, block: usize) -> Vec<Contribution> {
        let slots = Slot::all(self.arrays.html);
        let mut weights = vec![0.0_f32; slots.len()];
        let value_of = |node: usize| self.values[node];
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
        let widest = (WINDOW + 1) * N_COLUMNS;
        let fits = self.nodes.iter().all(|node| usize::from(node.delta.unsigned_abs()) < widest);
        if self.trees.is_empty() || !fits {
            return Err("there are no trees, or they reach beyond the matrix".to_owned());
        }
        Ok(())
    }
}

/// The leaves that some rows reach. They walk side by side, so that one's loads do not wait for another's.
fn find_leaves(nodes: &[Node], values: &[f32], firsts: &[usize; LANES]) -> [usize; LANES] {
    let mut at = [0; LANES];
    loop {
        let mut moved = 0;
        for (at, &first) in at.iter_mut().zip(firsts) {
            let step = nodes[*at].step(values, first);
            *at += step;
            moved |= step;
        }
        if moved == 0 {
            return at;
        }
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
