//! `dechaff merge`: what the runs of several machines did, together.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::EXIT_REJECTS;
use super::options::{print_summary, write_hosts};
use crate::batch::{Merged, merge_folders};
use crate::dump::{Claims, Existing};
use crate::error::{Error, Result};
use crate::terminal::{clean, say, show};

/// Join the manifests and summaries of runs into folders, as of the machines of an array
///
/// Prints the summary of all, and says what is missing: shards that never ran, inputs that are not done, outputs that are not
/// there any more, inputs done with another model or other options than the rest, inputs done twice. Exit code 1 if anything is.
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
    /// Replace files that exist
    #[arg(long)]
    overwrite: bool,
    /// Print the summary as JSON, to standard output
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let merged = merge_folders(&args.folders)?;
    args.check_files(&merged)?;
    if let Some(path) = &args.output {
        merged.write(path, args.overwrite)?;
    }
    if let Some(path) = &args.by_host {
        write_hosts(&merged.summary, path, args.overwrite)?;
    }
    if args.json {
        let json = serde_json::to_string(&merged.summary).map_err(|error| Error::input("summary", error))?;
        show(format_args!("{json}\n"))?;
    } else {
        say!("inputs    {} done", merged.units.len());
        print_summary(&merged.summary, false, false)?;
    }
    for problem in &merged.problems {
        say!("dechaff: {}", clean(problem));
    }
    Ok(if merged.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_REJECTS) })
}

impl Args {
    /// Refuses to replace what the folders hold, or what exists.
    fn check_files(&self, merged: &Merged) -> Result<()> {
        let existing = Existing::overwrite(self.overwrite);
        let mut claims = Claims::new();
        claims.read_all("FOLDER", &merged.files);
        for (option, path) in [("-o", &self.output), ("--by-host", &self.by_host)] {
            path.iter().for_each(|path| claims.write(option, path, existing));
        }
        if self.json
            && [&self.output, &self.by_host].iter().any(|path| path.as_deref() == Some(Path::new("-")))
        {
            return Err(Error::input(
                "--json",
                "standard output takes the summary; give files to -o and --by-host",
            ));
        }
        claims.check()
    }
}
