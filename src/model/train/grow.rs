//! Bagged decision trees with `linfa-trees`.
//!
//! linfa's learner visits every row at every node, so a tree's cost grows with nodes × rows, and it merges leaves that
//! predict the same class, which throws away what a probability needs. Here linfa finds one split at a time, and each
//! branch is handed back to it with its own rows only: a cost of levels × rows. At each split both classes weigh the
//! same, so the two sides of a split that tells anything predict different classes and are never merged. Values
//! are cut into bins before, so that a split is a byte.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_trees::DecisionTree;
use ndarray::{Array1, Array2, Axis};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::TrainParams;
use super::rows::{Row, Rows};
use crate::error::{Error, Result};
use crate::features::Slot;
use crate::model::forest::{Forest, TreeArrays, TreeNode};

/// Bins of a slot at most; a split must fit a byte.
const MAX_EDGES: usize = 100;
/// Rows from which the bins are made.
const BINNING_ROWS: usize = 20_000;
/// How many rows' worth of its parent's value each node's value is mixed with.
const SMOOTHING: f32 = 4.0;

pub(super) fn train(rows: &Rows<'_>, params: &TrainParams) -> Result<Forest> {
    let slots = Slot::all(rows.html);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(params.seed);
    let binning = rows.gather(&rows.sample(BINNING_ROWS, &mut rng)?, &slots);
    let edges: Vec<Vec<f32>> =
        binning.columns().into_iter().map(|column| bin_edges(column.to_vec())).collect();
    let trees: Result<Vec<TreeNode>> = (0..params.trees)
        .into_par_iter()
        .map(|tree| grow_one(rows, &slots, &edges, params, params.seed.wrapping_add(1 + tree as u64)))
        .collect();
    let mut arrays = TreeArrays { edges, html: rows.html, ..TreeArrays::default() };
    trees?.iter().for_each(|tree| arrays.push_tree(tree));
    let structure = Forest::try_from(arrays.clone()).map_err(Error::Training)?;
    arrays.set_values(&node_values(&structure, rows));
    Forest::try_from(arrays).map_err(Error::Training)
}

/// Edges between the quantiles of a column, rising.
fn bin_edges(mut values: Vec<f32>) -> Vec<f32> {
    values.sort_by(f32::total_cmp);
    let mut distinct = values.clone();
    distinct.dedup();
    let middle = |low: f32, high: f32| low + (high - low) / 2.0;
    if distinct.len() <= MAX_EDGES {
        return distinct.windows(2).map(|pair| middle(pair[0], pair[1])).collect();
    }
    let mut edges: Vec<f32> = (1..=MAX_EDGES)
        .map(|n| {
            let low = values[n * (values.len() - 1) / (MAX_EDGES + 1)];
            let next = distinct.partition_point(|&value| value <= low);
            middle(low, distinct.get(next).copied().unwrap_or(low))
        })
        .collect();
    edges.dedup();
    edges
}

fn grow_one(
    rows: &Rows<'_>,
    slots: &[Slot],
    edges: &[Vec<f32>],
    params: &TrainParams,
    seed: u64,
) -> Result<TreeNode> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut chosen: Vec<usize> = (0..slots.len()).filter(|&slot| !edges[slot].is_empty()).collect();
    let count = ((slots.len() as f64 * params.slot_share).ceil() as usize).clamp(1, chosen.len().max(1));
    chosen.shuffle(&mut rng);
    chosen.truncate(count);
    chosen.sort_unstable();
    let sample: Vec<Row> = rows.sample(params.rows, &mut rng)?;
    let chosen_slots: Vec<Slot> = chosen.iter().map(|&slot| slots[slot]).collect();
    let mut bins = rows.gather(&sample, &chosen_slots);
    for (mut column, &slot) in bins.columns_mut().into_iter().zip(&chosen) {
        column.mapv_inplace(|value| edges[slot].partition_point(|&edge| edge < value) as f32);
    }
    let targets: Array1<bool> = sample.iter().map(|row| row.is_content).collect();
    let grower = Grower { bins: &bins, targets: &targets, chosen: &chosen, edges, params };
    grower.grow((0..sample.len()).collect(), 0)
}

struct Grower<'a> {
    bins: &'a Array2<f32>,
    targets: &'a Array1<bool>,
    chosen: &'a [usize],
    edges: &'a [Vec<f32>],
    params: &'a TrainParams,
}

impl Grower<'_> {
    /// Grows the subtree for some rows of the sample.
    fn grow(&self, rows: Vec<usize>, depth: usize) -> Result<TreeNode> {
        let first = self.targets[rows[0]];
        let is_pure = rows.iter().all(|&row| self.targets[row] == first);
        if depth >= self.params.depth || rows.len() < 2 * self.params.leaf_rows || is_pure {
            return Ok(TreeNode::Leaf);
        }
        let targets = self.targets.select(Axis(0), &rows);
        let weights = balanced(&targets);
        let dataset = DatasetBase::new(self.bins.select(Axis(0), &rows), targets).with_weights(weights);
        let stump = DecisionTree::params()
            .max_depth(Some(1))
            .min_weight_split(2.0)
            .min_weight_leaf(self.params.leaf_rows as f32)
            .fit(&dataset)
            .map_err(Error::training)?;
        let root = stump.root_node();
        if root.is_leaf() {
            return Ok(TreeNode::Leaf);
        }
        let (column, value, _) = root.split();
        let slot = self.chosen[column];
        let bin = (value.floor() as usize).min(self.edges[slot].len() - 1);
        let (left, right): (Vec<usize>, Vec<usize>) =
            rows.into_iter().partition(|&row| self.bins[(row, column)] <= bin as f32);
        if left.is_empty() || right.is_empty() {
            return Ok(TreeNode::Leaf);
        }
        Ok(TreeNode::Split {
            slot: slot as u16,
            bin: bin as u8,
            left: Box::new(self.grow(left, depth + 1)?),
            right: Box::new(self.grow(right, depth + 1)?),
        })
    }
}

/// Weights that give both classes half of the rows' total.
fn balanced(targets: &Array1<bool>) -> Array1<f32> {
    let content = targets.iter().filter(|&&is_content| is_content).count();
    let weight = |count: usize| targets.len() as f32 / (2.0 * count.max(1) as f32);
    let (for_content, for_chaff) = (weight(content), weight(targets.len() - content));
    targets.mapv(|is_content| if is_content { for_content } else { for_chaff })
}

/// The share of content in each node among all rows, not only those its tree was grown on, mixed with its parent's.
fn node_values(forest: &Forest, rows: &Rows<'_>) -> Vec<f32> {
    let mean_weight = rows.rows.iter().map(|row| row.weight).sum::<f32>() / rows.rows.len().max(1) as f32;
    let smoothing = SMOOTHING * mean_weight;
    let trees: Vec<Vec<(usize, f32)>> = (0..forest.n_trees())
        .into_par_iter()
        .map(|tree| {
            let mut sums: std::collections::BTreeMap<usize, (f32, f32, usize)> = Default::default();
            for &row in &rows.rows {
                let mut parent = usize::MAX;
                forest.walk(tree, rows.matrix(row), row.block as usize, |node| {
                    let sum = sums.entry(node).or_insert((0.0, 0.0, parent));
                    sum.0 += if row.is_content { row.weight } else { 0.0 };
                    sum.1 += row.weight;
                    parent = node;
                });
            }
            let mut values: Vec<(usize, f32)> = Vec::with_capacity(sums.len());
            let mut known: std::collections::BTreeMap<usize, f32> = Default::default();
            // Pre-order: a parent's index is lower than its children's.
            for (node, (content, total, parent)) in sums {
                let prior = known.get(&parent).copied().unwrap_or(0.5);
                let value = (content + smoothing * prior) / (total + smoothing);
                known.insert(node, value);
                values.push((node, value));
            }
            values
        })
        .collect();
    let mut values = vec![0.5; forest.n_nodes()];
    for (node, value) in trees.into_iter().flatten() {
        values[node] = value;
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_part_distinct_values_and_follow_quantiles() {
        assert_eq!(bin_edges(vec![0.0, 1.0, 0.0, 2.0]), [0.5, 1.5]);
        assert!(bin_edges(vec![3.0; 50]).is_empty());
        let edges = bin_edges((0..10_000).map(|n| n as f32).collect());
        assert!(edges.len() <= MAX_EDGES && edges.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
