//! How far a mean over pages can be trusted (percentile bootstrap, Efron 1979).

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::Serialize;

/// Samples that are drawn.
const SAMPLES: usize = 2000;
/// What lies outside the interval, on each side.
const TAIL: f64 = 0.025;

/// A mean with the interval that 95 % of resampled means lie in.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The mean.
    pub mean: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Whether the interval lies on one side of zero: of a difference, that it is no accident of these pages.
    pub fn excludes_zero(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// The interval of a mean, by resampling the values; `None` without any. The same values and seed give the same interval.
///
/// For two models on the same pages, give the pages' differences: the pairs are resampled together.
pub fn mean_interval(values: &[f64], seed: u64) -> Option<Interval> {
    if values.is_empty() {
        return None;
    }
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let count = values.len() as f64;
    let mut means: Vec<f64> = (0..SAMPLES)
        .map(|_| values.iter().map(|_| values[random.gen_range(0..values.len())]).sum::<f64>() / count)
        .collect();
    means.sort_by(f64::total_cmp);
    let at = |share: f64| means[((SAMPLES - 1) as f64 * share).round() as usize];
    Some(Interval { mean: values.iter().sum::<f64>() / count, low: at(TAIL), high: at(1.0 - TAIL) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_holds_its_mean_and_narrows_with_more_pages() {
        let values = |n: usize| (0..n).map(|i| (i % 10) as f64 / 10.0).collect::<Vec<f64>>();
        let (few, many) = (mean_interval(&values(20), 1).unwrap(), mean_interval(&values(2000), 1).unwrap());
        for interval in [few, many] {
            assert!(interval.low < interval.mean && interval.mean < interval.high);
        }
        assert!(many.high - many.low < (few.high - few.low) / 5.0);
        assert_eq!(mean_interval(&[], 1), None);
        assert!(mean_interval(&[0.1, 0.2, 0.15], 1).unwrap().excludes_zero());
        assert!(!mean_interval(&[0.1, -0.2, 0.15], 1).unwrap().excludes_zero());
    }
}
