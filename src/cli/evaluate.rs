//! `dechaff evaluate`: figures on labelled corpora.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use super::signals::Signals;
use super::steps::Steps;
use crate::corpus::{LabelledDocument, LineLabels, fold_of, load_all};
use crate::dump::{Claims, Existing, Output, OutputTarget};
use crate::error::{Error, Result};
use crate::evaluate::{Prediction, choose_held_out, cross_validate, page_scores, predict_all, report};
use crate::model::Model;
use crate::model::train::{Learner, TrainParams, ValidTrainParams};
use crate::report::{Evaluated, write_evaluation};
use crate::terminal::{say, show};

/// Measure on labelled corpora: word and segment scores, scores by label, page type and language
///
/// With --folds, trains on the corpora themselves, each fold of hosts held out in turn; otherwise measures a model
/// as it is. Pages are measured twice, as HTML and as the text that a dump makes of them.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    corpora: CorpusArgs,
    /// Cross-validate by host in this many folds instead of using a model
    #[arg(long, value_name = "N", conflicts_with = "model")]
    folds: Option<usize>,
    #[command(flatten)]
    model: super::options::ModelArgs,
    #[command(flatten)]
    training: TrainingArgs,
    /// Print JSON, with the confusion matrix
    #[arg(long)]
    json: bool,
    /// Also write an HTML page: curves, reliability, confusion, scores with their intervals, the worst pages
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// On that page, compare with another model on the same pages, by paired bootstrap
    #[arg(long, value_name = "MODEL", requires = "report")]
    against: Option<PathBuf>,
    /// On that page, show what a quarter, a half and three quarters of the hosts teach
    #[arg(long, requires = "report", requires = "folds")]
    learning_curve: bool,
    /// Replace a page that exists
    #[arg(long)]
    overwrite: bool,
}

/// What is learned from or measured on.
#[derive(clap::Args)]
pub(super) struct CorpusArgs {
    /// Labelled corpora: JSON Lines, plain, .gz or .zst (see datasets/README.md for the schema)
    #[arg(required = true, value_name = "CORPUS")]
    corpora: Vec<PathBuf>,
    /// Labels for the corpora's pages without their text, by page, line number and hash; may be given several times
    #[arg(long, value_name = "FILE")]
    line_labels: Vec<PathBuf>,
}

impl CorpusArgs {
    /// What is read.
    pub(super) fn claims(&self) -> Claims {
        let mut claims = Claims::new();
        claims.read_all("CORPUS", &self.corpora);
        claims.read_all("--line-labels", &self.line_labels);
        claims
    }

    pub(super) fn load(&self) -> Result<Vec<LabelledDocument>> {
        let mut labels = LineLabels::default();
        for path in &self.line_labels {
            labels.extend(LineLabels::load(path)?);
        }
        let documents = load_all(&self.corpora, &labels)?;
        if documents.is_empty() {
            let names: Vec<String> = self.corpora.iter().map(|path| path.display().to_string()).collect();
            return Err(Error::input(names.join(", "), "there is no labelled document in it"));
        }
        say!("{} documents", documents.len());
        Ok(documents)
    }
}

/// Parameters of training.
#[derive(clap::Args)]
#[command(next_help_heading = "Training")]
pub(super) struct TrainingArgs {
    /// Seed of every random choice
    #[arg(long, default_value_t = TrainParams::default().seed, value_name = "N")]
    seed: u64,
    /// What learns content and paywall text
    #[arg(long, value_enum, default_value = "boosted")]
    learner: LearnerName,
    /// Trees of each classifier
    #[arg(long, default_value_t = TrainParams::default().trees, value_name = "N")]
    trees: usize,
    /// Blocks that each classifier learns from at most
    #[arg(long, default_value_t = TrainParams::default().rows, value_name = "N")]
    rows: usize,
    /// Share of the columns that each tree sees
    #[arg(long, default_value_t = TrainParams::default().slot_share, value_name = "SHARE")]
    column_share: f64,
    /// Leaves of each tree
    #[arg(long, default_value_t = TrainParams::default().leaves, value_name = "N")]
    leaves: usize,
    /// Share of its values that each tree adds
    #[arg(long, default_value_t = TrainParams::default().rate, value_name = "SHARE")]
    rate: f32,
    /// Blocks that each leaf has at least
    #[arg(long, default_value_t = TrainParams::default().leaf_rows, value_name = "N")]
    leaf_rows: usize,
    /// Pieces of the word vocabulary
    #[arg(long, default_value_t = TrainParams::default().vocabulary_size, value_name = "N")]
    vocabulary: usize,
    /// Weight of a document whose every block a human labelled, beside a page that is only aligned
    #[arg(long, default_value_t = TrainParams::default().labelled_weight, value_name = "WEIGHT")]
    labelled_weight: f32,
    /// Do not say which step runs and how long the rest will take
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum LearnerName {
    /// Boosted decision trees
    Boosted,
    /// Logistic regression
    Logistic,
    /// The mean of both
    Blend,
}

impl TrainingArgs {
    /// Tells of the steps of a cross-validation and of a training on all.
    pub(super) fn steps(&self, folds: usize, is_final: bool) -> Steps {
        Steps::new(folds, is_final, self.quiet)
    }

    /// The parameters, if they are in range; an error names the option.
    pub(super) fn checked(&self) -> Result<ValidTrainParams> {
        let params = self.params();
        match params.fault() {
            Some((name, rule)) => Err(Error::input(option_of(name), rule)),
            None => params.check(),
        }
    }

    fn params(&self) -> TrainParams {
        let learner = match self.learner {
            LearnerName::Boosted => Learner::Boosted,
            LearnerName::Logistic => Learner::Logistic,
            LearnerName::Blend => Learner::Blend,
        };
        TrainParams {
            seed: self.seed,
            learner,
            vocabulary_size: self.vocabulary,
            trees: self.trees,
            rows: self.rows,
            slot_share: self.column_share,
            leaves: self.leaves,
            rate: self.rate,
            leaf_rows: self.leaf_rows,
            labelled_weight: self.labelled_weight,
            ..TrainParams::default()
        }
    }
}

/// The option that sets a parameter.
fn option_of(parameter: &str) -> String {
    match parameter {
        "slot_share" => "--column-share".to_owned(),
        "vocabulary_size" => "--vocabulary".to_owned(),
        other => format!("--{}", other.replace('_', "-")),
    }
}

/// Held-out predictions, each with the threshold that the other folds choose.
pub(super) fn cross_validated<'a>(
    documents: &'a [LabelledDocument],
    params: &ValidTrainParams,
    folds: usize,
    steps: &mut Steps,
) -> Result<Vec<Prediction<'a>>> {
    let mut predictions = cross_validate(documents, params, folds, |progress| steps.follow(progress))?;
    choose_held_out(&mut predictions);
    Ok(predictions)
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let params = args.training.checked()?;
    let mut claims = args.corpora.claims();
    args.model.claim(&mut claims);
    claims.read_all("--against", &args.against);
    args.report.iter().for_each(|path| claims.write("--report", path, Existing::overwrite(args.overwrite)));
    claims.check()?;
    Signals::end_at_once()?;
    // Made first: a page that has no place is found out before hours of training.
    let page = args.report.as_deref().map(|path| OutputTarget::from_argument(Some(path)));
    let page = page.map(|target| Output::create(target, args.overwrite)).transpose()?;
    let documents = args.corpora.load()?;
    let predictions = match args.folds {
        Some(folds) => cross_validated(&documents, &params, folds, &mut args.training.steps(folds, false))?,
        None => predict_all(args.model.detector()?.model(), &documents),
    };
    if let Some(page) = page {
        args.write_report(page, &params, &documents, &predictions)?;
    }
    let report = report(&predictions);
    if args.json {
        let json = serde_json::to_string_pretty(&report).map_err(|error| Error::input("report", error))?;
        show(format_args!("{json}\n"))?;
    } else {
        show(report)?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Args {
    fn write_report(
        &self,
        page: Output,
        params: &ValidTrainParams,
        documents: &[LabelledDocument],
        predictions: &[Prediction<'_>],
    ) -> Result<()> {
        let name = match self.folds {
            Some(folds) => format!("cross-validation in {folds} folds"),
            None => self.model.name(),
        };
        let ours = Evaluated { name, predictions };
        let learning = match self.folds.filter(|_| self.learning_curve) {
            Some(folds) => self.learning_curve(documents, params, folds, predictions)?,
            None => Vec::new(),
        };
        let model = self.against.as_deref().map(Model::load).transpose()?;
        let other = model.as_ref().map(|model| predict_all(model, documents));
        let other = self
            .against
            .as_ref()
            .zip(other.as_ref())
            .map(|(path, predictions)| Evaluated { name: path.display().to_string(), predictions });
        write_evaluation(&ours, other.as_ref(), &learning, page)
    }

    /// Mean scores of held-out pages, learned from a growing part of the hosts; `all` are the predictions of the whole.
    fn learning_curve(
        &self,
        documents: &[LabelledDocument],
        params: &ValidTrainParams,
        folds: usize,
        all: &[Prediction<'_>],
    ) -> Result<Vec<(usize, f64)>> {
        let mean = |predictions: &[Prediction<'_>]| {
            let scores: Vec<f64> = page_scores(predictions).iter().map(|page| page.score).collect();
            scores.iter().sum::<f64>() / scores.len().max(1) as f64
        };
        let mut points = Vec::new();
        for quarters in 1..4 {
            let part: Vec<LabelledDocument> = documents
                .iter()
                .filter(|document| {
                    document.truth.is_list || fold_of(&document.host, params.get().seed + 1, 4) < quarters
                })
                .cloned()
                .collect();
            let mut steps = self.training.steps(folds, false);
            points.push((part.len(), mean(&cross_validated(&part, params, folds, &mut steps)?)));
        }
        points.push((documents.len(), mean(all)));
        Ok(points)
    }
}
