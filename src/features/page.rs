//! Columns that compare a block with the rest of its page: position, repetition, neighbourhood.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use super::columns::Column as C;
use super::{FeatureMatrix, SMOOTHING, log, share, smooth};
use crate::document::Document;

/// A block with this many words is long.
const LONG: f32 = 20.0;
/// A block with fewer words is short.
const SHORT: f32 = 10.0;
/// Distances to long blocks are capped here.
const FAR: usize = 50;

pub(super) fn fill(document: &Document<'_>, words: &[f32], matrix: &mut FeatureMatrix) {
    fill_position(words, matrix);
    fill_repeats(document, matrix);
    fill_totals(words, matrix);
    fill_distances(words, matrix);
    fill_runs(words, matrix);
}

fn fill_position(words: &[f32], matrix: &mut FeatureMatrix) {
    let (count, total) = (words.len(), words.iter().sum::<f32>());
    let mut before = 0.0;
    for (block, &own) in words.iter().enumerate() {
        let after = total - before - own;
        matrix.set(block, C::Position, share(block as f32, (count - 1) as f32));
        matrix.set(block, C::WordPosition, share(before, total));
        matrix.set(block, C::BlocksBefore, log(block as f32));
        matrix.set(block, C::BlocksAfter, log((count - 1 - block) as f32));
        matrix.set(block, C::WordsBefore, log(before));
        matrix.set(block, C::WordsAfter, log(after.max(0.0)));
        before += own;
    }
}

fn fill_repeats(document: &Document<'_>, matrix: &mut FeatureMatrix) {
    let hashes: Vec<u64> = document
        .blocks
        .iter()
        .map(|block| {
            let mut hasher = FxHasher::default();
            document.block_text(block).hash(&mut hasher);
            hasher.finish()
        })
        .collect();
    let mut counts: FxHashMap<u64, u32> = FxHashMap::default();
    for (block, hash) in hashes.iter().enumerate() {
        let count = counts.entry(*hash).or_default();
        matrix.set(block, C::IsRepeat, f32::from(u8::from(*count > 0)));
        *count += 1;
    }
    for (block, hash) in hashes.iter().enumerate() {
        matrix.set(block, C::Repeats, log((counts[hash] - 1) as f32));
    }
}

fn fill_totals(words: &[f32], matrix: &mut FeatureMatrix) {
    let total: f32 = words.iter().sum();
    let long: f32 = words.iter().filter(|&&words| words >= LONG).sum();
    let longest = words.iter().copied().fold(0.0, f32::max);
    let columns = [
        (C::PageBlocks, log(words.len() as f32)),
        (C::PageWords, log(total)),
        (C::PageMeanWords, share(total, words.len() as f32)),
        (C::PageLongShare, share(long, total)),
        (C::PageLongest, log(longest)),
    ];
    for block in 0..words.len() {
        for (column, value) in columns {
            matrix.set(block, column, value);
        }
    }
}

fn fill_distances(words: &[f32], matrix: &mut FeatureMatrix) {
    let mut since = FAR;
    for (block, &own) in words.iter().enumerate() {
        matrix.set(block, C::LongBefore, log(since as f32));
        since = if own >= LONG { 0 } else { (since + 1).min(FAR) };
    }
    let mut until = FAR;
    for (block, &own) in words.iter().enumerate().rev() {
        matrix.set(block, C::LongAfter, log(until as f32));
        until = if own >= LONG { 0 } else { (until + 1).min(FAR) };
    }
    let ones = vec![1.0; words.len()];
    for (block, mean) in smooth(words, &ones, SMOOTHING).into_iter().enumerate() {
        matrix.set(block, C::SmoothWords, log(mean));
    }
}

fn fill_runs(words: &[f32], matrix: &mut FeatureMatrix) {
    let mut start = 0;
    while start < words.len() {
        let is_short = words[start] < SHORT;
        let length = words[start..].iter().take_while(|&&own| (own < SHORT) == is_short).count();
        let mean = words[start..start + length].iter().sum::<f32>() / length as f32;
        for block in start..start + length {
            matrix.set(block, C::ShortRun, if is_short { log(length as f32) } else { 0.0 });
            matrix.set(block, C::ShortRunWords, if is_short { mean } else { SHORT });
        }
        start += length;
    }
}
