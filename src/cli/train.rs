//! `dechaff train`: labelled corpora to a model.

use std::path::PathBuf;
use std::process::ExitCode;

use rayon::prelude::*;

use super::evaluate::{CorpusArgs, TrainingArgs, cross_validated};
use super::signals::Signals;
use crate::document::DocumentKind;
use crate::dump::{Existing, Output, OutputTarget};
use crate::error::Result;
use crate::evaluate::{calibrate, report};
use crate::model::Model;
use crate::model::train::{Prepared, prepare};
use crate::terminal::{clean, say, show};

/// Train a model on labelled corpora
///
/// First cross-validates by host, prints the scores, and from the held-out pages takes the thresholds; then trains on
/// everything. The same corpora, options and seed give the same model, byte for byte.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    corpora: CorpusArgs,
    /// Where the model goes
    #[arg(short, long, value_name = "MODEL")]
    output: PathBuf,
    /// Replace a model that exists
    #[arg(long)]
    overwrite: bool,
    /// Folds of the cross-validation; 0 skips it and leaves the threshold at 0.5
    #[arg(long, default_value_t = 5, value_name = "N")]
    folds: usize,
    #[command(flatten)]
    training: TrainingArgs,
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let params = args.training.checked()?;
    let mut claims = args.corpora.claims();
    claims.write("-o", &args.output, Existing::overwrite(args.overwrite));
    claims.check()?;
    Signals::end_at_once()?;
    let output = Output::create(OutputTarget::File(args.output.clone()), args.overwrite)?;
    let documents = args.corpora.load()?;
    let mut steps = args.training.steps(args.folds, true);
    let predictions = match args.folds {
        0 => Vec::new(),
        folds => cross_validated(&documents, &params, folds, &mut steps)?,
    };
    if !predictions.is_empty() {
        show(report(&predictions))?;
    }
    steps.prepare();
    let seed = params.get().seed;
    let prepared: Vec<Vec<Prepared>> = documents.par_iter().map(|document| prepare(document, seed)).collect();
    let prepared: Vec<&Prepared> = prepared.iter().flatten().collect();
    let mut model: Model = params.fit_watched(&prepared, |stage| steps.train(stage))?;
    if !predictions.is_empty() {
        calibrate(&mut model.html, &predictions, DocumentKind::Html);
        calibrate(&mut model.text, &predictions, DocumentKind::Text);
    }
    let bytes = model.to_bytes()?;
    write(output, &bytes)?;
    say!(
        "{}: {} bytes, id {}, content begins {} (html), {} (text)",
        clean(args.output.display()),
        bytes.len(),
        Model::id(&bytes),
        model.html.thresholds.content,
        model.text.thresholds.content
    );
    Ok(ExitCode::SUCCESS)
}

fn write(mut output: Output, bytes: &[u8]) -> Result<()> {
    output.write(bytes)?;
    output.finish()
}
