//! Word-level scores: bags of `\w+`, lower-cased, as WCXB's scorer counts them.

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::words::word_hashes;

/// Precision, recall and their harmonic mean, each from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct WordScore {
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// Share of the extracted words that the truth has.
    pub precision: f64,
    /// Share of the truth's words that were extracted.
    pub recall: f64,
}

/// Compares an extraction with the truth as bags of words. Two empty texts agree.
pub fn word_score(extracted: &str, truth: &str) -> WordScore {
    let mut bag: FxHashMap<u64, u32> = FxHashMap::default();
    let mut n_truth = 0_u32;
    for word in word_hashes(truth) {
        *bag.entry(word).or_default() += 1;
        n_truth += 1;
    }
    let (mut n_extracted, mut hits) = (0_u32, 0_u32);
    for word in word_hashes(extracted) {
        n_extracted += 1;
        if let Some(left) = bag.get_mut(&word).filter(|left| **left > 0) {
            *left -= 1;
            hits += 1;
        }
    }
    if n_truth == 0 && n_extracted == 0 {
        return WordScore { f1: 1.0, precision: 1.0, recall: 1.0 };
    }
    let share = |whole: u32| if whole == 0 { 0.0 } else { f64::from(hits) / f64::from(whole) };
    let (precision, recall) = (share(n_extracted), share(n_truth));
    let f1 = if hits == 0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) };
    WordScore { f1, precision, recall }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_words_count_as_often_as_they_stand_there() {
        let score = word_score("the cat the", "The cat sat");
        assert!((score.precision - 2.0 / 3.0).abs() < 1e-9 && (score.recall - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(word_score("", "a").f1, 0.0);
        assert_eq!(word_score("", " .").f1, 1.0);
    }
}
