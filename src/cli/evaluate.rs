//! `dechaff evaluate`
use std::path::PathBuf;
use std::process::ExitCode;

use crate::corpus::{LabelledDocument, load};
use crate::error::Result;
use crate::evaluate::{Report, cross_validate, report};
use crate::model::Model;
use crate::model::train::{Learner, TrainParams};

/// Evaluate
#[derive(clap::Args)]
pub(super) struct Args {
    /// Labelled corpora
    #[arg(required = true, value_name = "CORPUS")]
    corpora: Vec<PathBuf>,
    /// Folds
    #[arg(long)]
    folds: Option<usize>,
    /// Model
    #[arg(long)]
    model: Option<PathBuf>,
    #[command(flatten)]
    training: TrainingArgs,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum LearnerName {
    /// Bagged decision trees
    Forest,
    /// Logistic regression
    Logistic,
    /// The mean of both
    Blend,
}

#[derive(clap::Args)]
pub(super) struct TrainingArgs {
    /// Seed of every random choice
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Trees of each forest
    #[arg(long)]
    trees: Option<usize>,
    /// Rows drawn for each tree
    #[arg(long)]
    rows: Option<usize>,
    /// Share of the columns that each tree sees
    #[arg(long)]
    slot_share: Option<f64>,
    /// Depth
    #[arg(long)]
    depth: Option<usize>,
    /// Rows in a leaf
    #[arg(long)]
    leaf_rows: Option<usize>,
    /// What learns content
    #[arg(long, value_enum, default_value = "blend")]
    learner: LearnerName,
    #[arg(long)]
    evidence_folds: Option<usize>,
}

impl TrainingArgs {
    pub(super) fn params(&self) -> TrainParams {
        let mut params = TrainParams { seed: self.seed, ..TrainParams::default() };
        if let Some(trees) = self.trees { params.trees = trees; }
        if let Some(rows) = self.rows { params.rows = rows; }
        if let Some(x) = self.slot_share { params.slot_share = x; }
        if let Some(x) = self.depth { params.depth = x; }
        if let Some(x) = self.leaf_rows { params.leaf_rows = x; }
        if let Some(x) = self.evidence_folds { params.evidence_folds = x; }
        params.learner = match self.learner {
            LearnerName::Forest => Learner::Forest,
            LearnerName::Logistic => Learner::Logistic,
            LearnerName::Blend => Learner::Blend,
        };
        params
    }
}

pub(super) fn load_all(paths: &[PathBuf]) -> Result<Vec<LabelledDocument>> {
    let mut documents = Vec::new();
    for path in paths {
        documents.extend(load(path)?);
        eprintln!("{}: {} documents", path.display(), documents.len());
    }
    Ok(documents)
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let documents = load_all(&args.corpora)?;
    let report = match (&args.model, args.folds) {
        (Some(path), _) => Report::of_model(&Model::load(path)?, &documents),
        (None, folds) => {
            let params = args.training.params().check()?;
            let predictions = cross_validate(&documents, &params, folds.unwrap_or(5), |fold| {
                eprintln!("fold {} of {}", fold.index + 1, fold.count);
            })?;
            for t in [0.3, 0.35, 0.4, 0.45, 0.5, 0.55] {
                let mut p = predictions.clone();
                p.iter_mut().for_each(|p| p.threshold = t);
                let r = report(&p);
                for c in &r.corpora { if let Some(w) = &c.words { eprintln!("t {t} {} {} {:.4} p {:.4} r {:.4}", c.corpus, c.mode, w.score.f1, w.score.precision, w.score.recall); } }
            }
            report(&predictions)
        }
    };
    print!("{report}");
    Ok(ExitCode::SUCCESS)
}
