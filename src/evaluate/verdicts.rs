//! Scores of the access verdict.

use serde::Serialize;

use crate::document::Access;

/// Verdicts beside the truth.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct VerdictScores {
    /// Documents.
    pub documents: usize,
    /// Share of right verdicts.
    pub accuracy: f64,
    /// Mean F1 over the verdicts that occur in the truth.
    pub macro_f1: f64,
    /// True access, verdict, number of documents.
    pub confusion: Vec<(Access, Access, usize)>,
}

impl VerdictScores {
    /// Scores pairs of truth and verdict; `None` without any.
    pub fn of(pairs: &[(Access, Access)]) -> Option<VerdictScores> {
        if pairs.is_empty() {
            return None;
        }
        let count =
            |truth: Access, verdict: Access| pairs.iter().filter(|&&pair| pair == (truth, verdict)).count();
        let f1 = |access: Access| {
            let truly = pairs.iter().filter(|(truth, _)| *truth == access).count();
            let judged = pairs.iter().filter(|(_, verdict)| *verdict == access).count();
            (truly > 0).then(|| 2.0 * count(access, access) as f64 / (truly + judged) as f64)
        };
        let scores: Vec<f64> = Access::ALL.into_iter().filter_map(f1).collect();
        let right = pairs.iter().filter(|(truth, verdict)| truth == verdict).count();
        let cells = Access::ALL.into_iter().flat_map(|truth| Access::ALL.map(|verdict| (truth, verdict)));
        Some(VerdictScores {
            documents: pairs.len(),
            accuracy: right as f64 / pairs.len() as f64,
            macro_f1: scores.iter().sum::<f64>() / scores.len().max(1) as f64,
            confusion: cells
                .map(|(truth, verdict)| (truth, verdict, count(truth, verdict)))
                .filter(|(.., n)| *n > 0)
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_that_is_never_given_counts_against_the_mean() {
        let pairs =
            [(Access::Open, Access::Open), (Access::Open, Access::Open), (Access::Gated, Access::Open)];
        let scores = VerdictScores::of(&pairs).unwrap();
        assert!((scores.accuracy - 2.0 / 3.0).abs() < 1e-9);
        assert!((scores.macro_f1 - 0.4).abs() < 1e-9);
        assert!(VerdictScores::of(&[]).is_none());
    }
}
