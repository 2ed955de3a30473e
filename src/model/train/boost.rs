//! Gradient-boosted decision trees for a yes-or-no question: logistic loss, Newton steps, histograms (Friedman 2001;
//! leaf-wise growth and histogram subtraction as in LightGBM, Ke et al. 2017).
//!
//! linfa has no boosting; on the paywall group boosted trees were 0.035 of F1 above logistic regression on the same
//! columns (see `models/EXPERIMENTS.md`). Values are cut into bins first, so that a split is a byte.

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::TrainParams;
use super::rows::Rows;
use crate::error::Result;
use crate::features::Slot;
use crate::model::boosted::{Boosted, TreeArrays, TreeNode};

/// Bins of a slot at most; a split must fit a byte.
const MAX_EDGES: usize = 100;
/// Rows from which the bins are made.
const BINNING_ROWS: usize = 20_000;
/// Share of the rows that each tree learns from.
const ROW_SHARE: f64 = 0.8;
/// Pull of a leaf's value towards 0.
const RIDGE: f64 = 1.0;

pub(super) fn train(rows: &Rows<'_>, params: &TrainParams) -> Result<Boosted> {
    let slots = Slot::all(rows.html);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(params.seed);
    let binning = rows.gather(&rows.sample(BINNING_ROWS, &mut rng)?, &slots);
    let edges: Vec<Vec<f32>> =
        binning.columns().into_iter().map(|column| bin_edges(column.to_vec())).collect();
    let chosen = rows.thinned(params.rows, &mut rng);
    let bins: Vec<Vec<u8>> = slots
        .par_iter()
        .zip(&edges)
        .map(|(&slot, edges)| {
            let bin = |value: f32| edges.partition_point(|&edge| edge < value) as u8;
            chosen.iter().map(|&row| bin(rows.matrix(row).slot(row.block as usize, slot))).collect()
        })
        .collect();
    let targets: Vec<bool> = chosen.iter().map(|row| row.is_positive).collect();
    let mean = chosen.iter().map(|row| row.weight).sum::<f32>() / chosen.len().max(1) as f32;
    let weights: Vec<f32> = chosen.iter().map(|row| row.weight / mean.max(f32::MIN_POSITIVE)).collect();
    let data = Binned { bins, edges: edges.iter().map(Vec::len).collect(), targets, weights };
    let (base, trees) = boost(&data, params, &mut rng);
    let mut arrays = TreeArrays { edges, html: rows.html, base, ..TreeArrays::default() };
    trees.iter().for_each(|tree| arrays.push_tree(tree));
    Boosted::try_from(arrays).map_err(crate::error::Error::Training)
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

/// Rows as bytes, column by column.
struct Binned {
    /// Shape `n_slots × n_rows`.
    bins: Vec<Vec<u8>>,
    /// Edges of each slot.
    edges: Vec<usize>,
    targets: Vec<bool>,
    weights: Vec<f32>,
}

/// Sums of gradients and curvatures, and the rows behind them.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    gradient: f64,
    curvature: f64,
    rows: u32,
}

impl Sums {
    fn minus(self, other: Sums) -> Sums {
        Sums {
            gradient: self.gradient - other.gradient,
            curvature: self.curvature - other.curvature,
            rows: self.rows - other.rows,
        }
    }

    fn score(self) -> f64 {
        self.gradient * self.gradient / (self.curvature + RIDGE)
    }

    fn value(self) -> f64 {
        -self.gradient / (self.curvature + RIDGE)
    }
}

/// The bias and the trees, each learning what the ones before left over.
fn boost(data: &Binned, params: &TrainParams, rng: &mut Xoshiro256PlusPlus) -> (f32, Vec<TreeNode>) {
    let total: f64 = data.weights.iter().map(|&weight| f64::from(weight)).sum();
    let positive: f64 =
        data.targets.iter().zip(&data.weights).filter(|(is, _)| **is).map(|(_, &w)| f64::from(w)).sum();
    let base = ((positive + 1.0) / (total - positive + 1.0)).ln();
    let mut scores = vec![base; data.targets.len()];
    let usable: Vec<usize> = (0..data.bins.len()).filter(|&slot| data.edges[slot] > 0).collect();
    let per_tree = ((usable.len() as f64 * params.slot_share).ceil() as usize).clamp(1, usable.len().max(1));
    let mut trees = Vec::with_capacity(params.trees);
    for _ in 0..params.trees {
        let mut slots = usable.clone();
        slots.shuffle(rng);
        slots.truncate(per_tree);
        slots.sort_unstable();
        let rows: Vec<u32> = (0..data.targets.len() as u32).filter(|_| rng.gen_bool(ROW_SHARE)).collect();
        let steps = gradients(data, &scores);
        let mut tree = Grower { data, steps: &steps, slots: &slots, params }.grow(rows);
        tree.scale(params.rate);
        add_tree(data, &tree, &mut scores);
        trees.push(tree);
    }
    (base as f32, trees)
}

/// Gradient and curvature of the loss at each row.
fn gradients(data: &Binned, scores: &[f64]) -> Vec<(f32, f32)> {
    let rows = scores.par_iter().zip(&data.targets).zip(&data.weights);
    rows.map(|((score, &target), &weight)| {
        let p = 1.0 / (1.0 + (-score).exp());
        let wanted = if target { 1.0 } else { 0.0 };
        ((p - wanted) as f32 * weight, (p * (1.0 - p)) as f32 * weight)
    })
    .collect()
}

fn add_tree(data: &Binned, tree: &TreeNode, scores: &mut [f64]) {
    scores.par_iter_mut().enumerate().for_each(|(row, score)| {
        let mut node = tree;
        *score += loop {
            match node {
                TreeNode::Leaf { value } => break f64::from(*value),
                TreeNode::Split { slot, bin, left, right, .. } => {
                    node = if data.bins[*slot as usize][row] <= *bin { left } else { right };
                }
            }
        };
    });
}

/// Sums for each bin of each chosen slot.
type Histograms = Vec<Vec<Sums>>;

struct Split {
    gain: f64,
    slot: usize,
    bin: u8,
}

/// A leaf that may still be split.
struct Open {
    rows: Vec<u32>,
    histograms: Histograms,
    best: Option<Split>,
    /// Place of the node in the tree that is grown.
    node: usize,
}

struct Grower<'a> {
    data: &'a Binned,
    steps: &'a [(f32, f32)],
    slots: &'a [usize],
    params: &'a TrainParams,
}

/// A node while the tree grows: its value, and its split with the places of its children.
type Growing = (f64, Option<(usize, u8, usize, usize)>);

impl Grower<'_> {
    /// Splits the leaf that gains most until there are enough leaves.
    fn grow(&self, rows: Vec<u32>) -> TreeNode {
        let histograms = self.histograms(&rows);
        let sums = self.sums(&rows);
        let mut nodes: Vec<Growing> = vec![(sums.value(), None)];
        let mut open = vec![self.open(rows, sums, histograms, 0)];
        for _ in 1..self.params.leaves {
            let gain = |leaf: &Open| leaf.best.as_ref().map_or(0.0, |split| split.gain);
            let best =
                (0..open.len()).max_by(|&a, &b| gain(&open[a]).total_cmp(&gain(&open[b])).then(b.cmp(&a)));
            let Some(leaf) = best.filter(|&at| gain(&open[at]) > 0.0).map(|at| open.swap_remove(at)) else {
                break;
            };
            let Some(split) = leaf.best else { break };
            let column = &self.data.bins[split.slot];
            let (left, right): (Vec<u32>, Vec<u32>) =
                leaf.rows.iter().partition(|&&row| column[row as usize] <= split.bin);
            let (left_sums, right_sums) = (self.sums(&left), self.sums(&right));
            let children = (nodes.len(), nodes.len() + 1);
            nodes[leaf.node].1 = Some((split.slot, split.bin, children.0, children.1));
            nodes.push((left_sums.value(), None));
            nodes.push((right_sums.value(), None));
            // The larger side's histograms are the parent's less the smaller side's.
            let left_is_small = left.len() <= right.len();
            let small = self.histograms(if left_is_small { &left } else { &right });
            let large = subtract(leaf.histograms, &small);
            let (left_histograms, right_histograms) =
                if left_is_small { (small, large) } else { (large, small) };
            open.push(self.open(left, left_sums, left_histograms, children.0));
            open.push(self.open(right, right_sums, right_histograms, children.1));
        }
        assemble(&nodes, 0)
    }

    fn open(&self, rows: Vec<u32>, sums: Sums, histograms: Histograms, node: usize) -> Open {
        let best = self.best_split(sums, &histograms);
        Open { rows, histograms, best, node }
    }

    fn sums(&self, rows: &[u32]) -> Sums {
        rows.iter().fold(Sums::default(), |sums, &row| {
            let (gradient, curvature) = self.steps[row as usize];
            Sums {
                gradient: sums.gradient + f64::from(gradient),
                curvature: sums.curvature + f64::from(curvature),
                rows: sums.rows + 1,
            }
        })
    }

    fn histograms(&self, rows: &[u32]) -> Histograms {
        self.slots
            .par_iter()
            .map(|&slot| {
                let column = &self.data.bins[slot];
                let mut bins = vec![Sums::default(); self.data.edges[slot] + 1];
                for &row in rows {
                    let (gradient, curvature) = self.steps[row as usize];
                    let sums = &mut bins[column[row as usize] as usize];
                    sums.gradient += f64::from(gradient);
                    sums.curvature += f64::from(curvature);
                    sums.rows += 1;
                }
                bins
            })
            .collect()
    }

    fn best_split(&self, total: Sums, histograms: &Histograms) -> Option<Split> {
        let least = self.params.leaf_rows as u32;
        let mut best: Option<Split> = None;
        for (bins, &slot) in histograms.iter().zip(self.slots) {
            let mut left = Sums::default();
            for (bin, sums) in bins[..bins.len() - 1].iter().enumerate() {
                left.gradient += sums.gradient;
                left.curvature += sums.curvature;
                left.rows += sums.rows;
                if left.rows < least {
                    continue;
                }
                if total.rows - left.rows < least {
                    break;
                }
                let gain = left.score() + total.minus(left).score() - total.score();
                if gain > best.as_ref().map_or(1e-6, |best| best.gain) {
                    best = Some(Split { gain, slot, bin: bin as u8 });
                }
            }
        }
        best
    }
}

fn subtract(mut from: Histograms, other: &Histograms) -> Histograms {
    for (bins, other) in from.iter_mut().zip(other) {
        for (sums, &other) in bins.iter_mut().zip(other) {
            *sums = sums.minus(other);
        }
    }
    from
}

fn assemble(nodes: &[Growing], at: usize) -> TreeNode {
    let (value, split) = nodes[at];
    match split {
        None => TreeNode::Leaf { value: value as f32 },
        Some((slot, bin, left, right)) => TreeNode::Split {
            value: value as f32,
            slot: slot as u16,
            bin,
            left: Box::new(assemble(nodes, left)),
            right: Box::new(assemble(nodes, right)),
        },
    }
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

    #[test]
    fn boosting_learns_what_no_single_column_tells() {
        // Exclusive or, unbalanced so that the first split has something to gain.
        let rows = 400;
        let column =
            |period: usize| (0..rows).map(|row| u8::from(row / period % 2 == 1)).collect::<Vec<u8>>();
        let bins = vec![column(1), column(2)];
        let targets: Vec<bool> = (0..rows).map(|row| (bins[0][row] != bins[1][row]) && row % 7 > 0).collect();
        let data = Binned { bins, edges: vec![1, 1], targets, weights: vec![1.0; rows] };
        let params =
            TrainParams { trees: 40, leaves: 4, leaf_rows: 5, slot_share: 1.0, ..TrainParams::default() };
        let (base, trees) = boost(&data, &params, &mut Xoshiro256PlusPlus::seed_from_u64(3));
        let mut scores = vec![f64::from(base); rows];
        trees.iter().for_each(|tree| add_tree(&data, tree, &mut scores));
        for (row, score) in scores.iter().enumerate() {
            assert_eq!(*score > 0.0, data.bins[0][row] != data.bins[1][row], "row {row}");
        }
    }
}
