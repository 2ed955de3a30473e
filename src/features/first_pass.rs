//! Columns that hold what first classifiers said about a block and about the blocks around it (two stages, after Vogels
//! et al. 2018). Training fills them from classifiers that never saw the page.

use super::columns::Column as C;
use super::evidence::{fill_column, log_odds, page_mean};
use super::layout::Layout;
use super::{FeatureMatrix, block_words, share, smooth};

/// Half-widths of the means around a block.
const PAYWALL_REACHES: [(C, usize); 3] = [(C::FirstNext, 2), (C::FirstRun, 6), (C::FirstPart, 15)];
const CONTENT_REACHES: [(C, usize); 3] =
    [(C::FirstContentNext, 2), (C::FirstContentRun, 6), (C::FirstContentPart, 15)];
/// One in so many blocks is among the page's surest.
const SUREST: usize = 20;

/// Fills the columns of the paywall group's first pass from its probabilities, one a block.
pub fn apply_first_paywall(matrix: &mut FeatureMatrix, probabilities: &[f32]) {
    let odds: Vec<f32> = probabilities.iter().copied().map(log_odds).collect();
    let ones = vec![1.0; odds.len()];
    fill_column(matrix, C::First, &odds);
    for (column, reach) in PAYWALL_REACHES {
        fill_column(matrix, column, &smooth(&odds, &ones, reach));
    }
    fill_column(matrix, C::FirstPage, &page_mean(&odds, &ones));
}

/// Fills the columns of content's first pass from its probabilities, one a block. The columns of paths are filled if the layout is that of a page.
pub fn apply_first_content(matrix: &mut FeatureMatrix, layout: &Layout, probabilities: &[f32]) {
    let words: Vec<f32> = block_words(matrix).collect();
    let weights: Vec<f32> = words.iter().map(|words| words.max(0.5).sqrt()).collect();
    let odds: Vec<f32> = probabilities.iter().copied().map(log_odds).collect();
    fill_column(matrix, C::FirstContent, &odds);
    for (column, reach) in CONTENT_REACHES {
        fill_column(matrix, column, &smooth(&odds, &weights, reach));
    }
    fill_column(matrix, C::FirstContentPage, &page_mean(&odds, &weights));
    let surest = surest(&odds);
    fill_column(matrix, C::FirstContentRank, &odds.iter().map(|own| own - surest).collect::<Vec<_>>());
    fill_shares(matrix, &words, probabilities);
    if !layout.is_empty() {
        let sums: Vec<(f32, f32)> =
            odds.iter().zip(&weights).map(|(own, weight)| (own * weight, *weight)).collect();
        let [path, box_path] = layout.path_means(&sums);
        fill_column(matrix, C::FirstContentPath, &path);
        fill_column(matrix, C::FirstContentBoxPath, &box_path);
    }
}

/// Mean of the page's highest values.
fn surest(odds: &[f32]) -> f32 {
    let count = (odds.len() / SUREST).max(1);
    let mut odds = odds.to_vec();
    if odds.len() > count {
        odds.select_nth_unstable_by(count - 1, |a, b| b.total_cmp(a));
        odds.truncate(count);
    }
    // In one order whatever the selection left, so that the sum is always the same.
    odds.sort_by(f32::total_cmp);
    share(odds.iter().sum(), odds.len() as f32)
}

/// How much of the page is content, and how much of that stands above each block.
fn fill_shares(matrix: &mut FeatureMatrix, words: &[f32], probabilities: &[f32]) {
    let expected: Vec<f32> = words.iter().zip(probabilities).map(|(words, p)| (words + 0.5) * p).collect();
    let content: f32 = expected.iter().sum();
    let all: f32 = words.iter().map(|words| words + 0.5).sum();
    let mut above = 0.0;
    for (block, own) in expected.into_iter().enumerate() {
        matrix.set(block, C::FirstContentShare, share(content, all));
        matrix.set(block, C::FirstContentAbove, share(above, content));
        above += own;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::extract;
    use crate::segment::segment_html;

    #[test]
    fn content_columns_say_how_sure_the_page_and_the_container_are() {
        let document = segment_html("<main><p>Four words of text<p>and four more here</main><nav>Home</nav>");
        let mut matrix = extract(&document);
        apply_first_content(&mut matrix, &Layout::of(&document), &[0.9, 0.8, 0.1]);
        assert_eq!(matrix.get(0, C::FirstContentRank), 0.0);
        assert!(matrix.get(2, C::FirstContentRank) < -3.0);
        assert!(matrix.get(2, C::FirstContentPath) < -2.0);
        assert_eq!(matrix.get(0, C::FirstContentAbove), 0.0);
        assert!((matrix.get(2, C::FirstContentAbove) - 0.98).abs() < 0.02);
    }
}
