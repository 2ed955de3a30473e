//! Which step of a training runs, and how long the rest will take.

use std::time::Instant;

use crate::evaluate::Progress;
use crate::model::train::Stage;
use crate::terminal::say;

/// A step and the share of the documents that it works on.
struct Step {
    name: String,
    kind: Kind,
    share: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Prepare,
    Train(Stage),
    Predict,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Prepare => "features of all documents",
            Kind::Train(Stage::Vocabulary) => "vocabulary",
            Kind::Train(Stage::Evidence) => "evidence of words and attributes",
            Kind::Train(Stage::FirstPass) => "first passes",
            Kind::Train(Stage::Classifiers) => "classifiers",
            Kind::Predict => "pages held out",
        }
    }

    /// What it costs beside the others, as long as it was not measured: shares of a run on the project's own corpora.
    fn usual_cost(self) -> f64 {
        match self {
            Kind::Prepare => 4.0,
            Kind::Train(Stage::Vocabulary) => 2.0,
            Kind::Train(Stage::Evidence) => 15.0,
            Kind::Train(Stage::FirstPass) => 15.0,
            Kind::Train(Stage::Classifiers) => 60.0,
            Kind::Predict => 10.0,
        }
    }
}

/// Says on standard error which step begins.
pub(super) struct Steps {
    plan: Vec<Step>,
    /// Seconds that each step took so far.
    took: Vec<f64>,
    started: Instant,
    begun: Option<Instant>,
    is_quiet: bool,
}

impl Steps {
    /// The steps of a cross-validation, if there are folds, and then of a training on all documents, if `is_final`.
    pub(super) fn new(folds: usize, is_final: bool, is_quiet: bool) -> Steps {
        let mut plan = Vec::new();
        let mut add = |prefix: &str, kind: Kind, share: f64| {
            plan.push(Step { name: format!("{prefix}{}", kind.name()), kind, share });
        };
        if folds > 0 {
            add("", Kind::Prepare, 1.0);
        }
        for fold in 0..folds {
            let (prefix, held_out) = (format!("fold {} of {folds}, ", fold + 1), 1.0 / folds as f64);
            Stage::ALL.iter().for_each(|&stage| add(&prefix, Kind::Train(stage), 1.0 - held_out));
            add(&prefix, Kind::Predict, held_out);
        }
        if is_final {
            add("", Kind::Prepare, 1.0);
            Stage::ALL.iter().for_each(|&stage| add("all documents, ", Kind::Train(stage), 1.0));
        }
        Steps { plan, took: Vec::new(), started: Instant::now(), begun: None, is_quiet }
    }

    /// What a cross-validation tells.
    pub(super) fn follow(&mut self, progress: Progress) {
        match progress {
            Progress::Prepare => self.prepare(),
            Progress::Train(_, stage) => self.train(stage),
            Progress::Predict(_) => self.begin(Kind::Predict),
        }
    }

    pub(super) fn prepare(&mut self) {
        self.begin(Kind::Prepare);
    }

    pub(super) fn train(&mut self, stage: Stage) {
        self.begin(Kind::Train(stage));
    }

    fn begin(&mut self, kind: Kind) {
        if let Some(begun) = self.begun.replace(Instant::now()) {
            self.took.push(begun.elapsed().as_secs_f64());
        }
        let (at, all) = (self.took.len(), self.plan.len());
        let name = self.plan.get(at).map_or(kind.name(), |step| &step.name);
        let seconds = self.started.elapsed().as_secs_f64();
        let left = self.left().map_or_else(String::new, |left| format!(", about {} left", duration(left)));
        if !self.is_quiet {
            say!("step {} of {all}: {name}; {} so far{left}", at + 1, duration(seconds));
        }
    }

    /// Seconds until the end: each step takes as long for its documents as those of its kind took, or as usual beside the
    /// others.
    fn left(&self) -> Option<f64> {
        let done: Vec<(&Step, f64)> = self.plan.iter().zip(self.took.iter().copied()).collect();
        let costs: f64 = done.iter().map(|(step, _)| step.kind.usual_cost() * step.share).sum();
        let pace = self.took.iter().sum::<f64>() / costs;
        let cost = |kind: Kind| {
            let same = done.iter().filter(|(step, _)| step.kind == kind);
            let (seconds, share) =
                same.fold((0.0, 0.0), |(seconds, share), (step, took)| (seconds + took, share + step.share));
            if share > 0.0 { seconds / share } else { kind.usual_cost() * pace }
        };
        let rest = self.plan.iter().skip(done.len());
        (!done.is_empty()).then(|| rest.map(|step| cost(step.kind) * step.share).sum())
    }
}

/// A time as people say it.
fn duration(seconds: f64) -> String {
    match seconds.round() as u64 {
        seconds @ 0..100 => format!("{seconds} s"),
        seconds @ 100..6000 => format!("{} min", (seconds + 30) / 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_follows_from_what_was_measured() {
        let mut steps = Steps::new(2, true, true);
        assert_eq!(steps.plan.len(), 1 + 2 * 5 + 5);
        assert_eq!(steps.left(), None, "nothing is measured yet");
        // A machine on which each step takes a tenth of its usual cost.
        let all: Vec<f64> =
            steps.plan.iter().map(|step| step.kind.usual_cost() * step.share / 10.0).collect();
        for (at, seconds) in all.iter().enumerate() {
            steps.took.push(*seconds);
            let left: f64 = all[at + 1..].iter().sum();
            assert!((steps.left().unwrap() - left).abs() < 1e-9, "after step {at}");
        }
    }

    #[test]
    fn a_kind_that_was_measured_counts_as_measured() {
        let mut steps = Steps::new(0, true, true);
        assert_eq!(steps.plan.len(), 5);
        steps.took = vec![4.0, 2.0, 15.0, 15.0];
        assert!((steps.left().unwrap() - 60.0).abs() < 1e-9);
        let mut again = Steps::new(2, false, true);
        again.took = vec![4.0, 1.0, 7.5, 7.5, 500.0, 5.0];
        assert!(
            again.left().unwrap() > 500.0,
            "the second fold's classifiers will take as long as the first's"
        );
    }

    #[test]
    fn times_are_short() {
        assert_eq!([3.2, 119.0, 7300.0].map(duration), ["3 s", "2 min", "2 h 1 min"]);
    }
}
