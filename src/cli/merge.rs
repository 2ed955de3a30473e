//! `dechaff merge`: what the runs of several machines did, together.

use std::path::PathBuf;
use std::process::ExitCode;

use super::EXIT_REJECTS;
use super::options::{print_summary, write_hosts};
use crate::batch::merge_folders;
use crate::error::Result;
use crate::terminal::{clean, say};

/// Join the manifests and summaries of runs into folders, as of the machines of an array
///
/// Prints the summary of all, and says what is missing: shards that never ran, inputs that are not done, inputs done with
/// another model or other options than the rest, inputs done twice.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Output folders of `filter`, `annotate` or `sample`
    #[arg(required = true, value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    /// Write all manifests as one
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the counts by host as CSV, if the runs counted them
    #[arg(long, value_name = "FILE")]
    by_host: Option<PathBuf>,
    /// Print the summary as JSON, to standard error
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let merged = merge_folders(&args.folders)?;
    if let Some(path) = &args.output {
        merged.write(path)?;
    }
    if let Some(path) = &args.by_host {
        write_hosts(&merged.summary, path)?;
    }
    if !args.json {
        say!("inputs    {} done", merged.units.len());
    }
    print_summary(&merged.summary, false, args.json)?;
    for problem in &merged.problems {
        say!("dechaff: {}", clean(problem));
    }
    Ok(if merged.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_REJECTS) })
}
