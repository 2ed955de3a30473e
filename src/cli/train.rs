//! `dechaff train`
use std::path::PathBuf;
use std::process::ExitCode;

use rayon::prelude::*;

use super::evaluate::{TrainingArgs, load_all};
use crate::error::{Error, Result};
use crate::model::train::{Prepared, prepare};

/// Train a model on labelled corpora
#[derive(clap::Args)]
pub(super) struct Args {
    /// Labelled corpora: JSON Lines, plain, .gz or .zst
    #[arg(required = true, value_name = "CORPUS")]
    corpora: Vec<PathBuf>,
    /// Where the model goes
    #[arg(short, long)]
    output: PathBuf,
    #[command(flatten)]
    training: TrainingArgs,
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let documents = load_all(&args.corpora)?;
    let params = args.training.params().check()?;
    let seed = params.get().seed;
    let prepared: Vec<Vec<Prepared>> = documents.par_iter().map(|document| prepare(document, seed)).collect();
    let all: Vec<&Prepared> = prepared.iter().flatten().collect();
    let model = params.fit(&all)?;
    let bytes = model.to_bytes()?;
    std::fs::write(&args.output, &bytes).map_err(|error| Error::io(&args.output, "write", error))?;
    eprintln!("{} bytes", bytes.len());
    Ok(ExitCode::SUCCESS)
}
