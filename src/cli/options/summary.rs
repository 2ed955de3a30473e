//! What is printed and written when a run is over.

use std::path::Path;

use super::DumpArgs;
use crate::batch::{Groups, RejectLog, SkippedInputs, Summary};
use crate::dump::{Expanded, Output, OutputTarget};
use crate::error::{Error, Result};
use crate::terminal::{clean, say, say_json};

impl DumpArgs {
    /// Gives the rejects and the counts by host their names, and prints the summary.
    pub(super) fn end(&self, summary: &mut Summary, expanded: &Expanded, rejects: RejectLog) -> Result<()> {
        if let Some((whole, path)) = rejects.close()? {
            self.source.claim_below(&path, whole.bytes()?);
            whole.publish()?;
            summary.reject_file = Some(path.display().to_string());
        }
        if self.by_host.is_none() {
            summary.hosts = Groups::default();
        }
        summary.skipped_inputs = SkippedInputs::from(expanded);
        print_summary(summary, self.quiet, self.json)?;
        self.name_failures(expanded);
        if let Some(path) = self.hosts_file() {
            let bytes = write_hosts(summary, path, self.overwrite)?;
            self.source.claim_below(path, bytes);
        }
        Ok(())
    }

    /// Names what cannot be read where no summary does.
    pub(super) fn name_failures(&self, expanded: &Expanded) {
        if self.quiet {
            for failed in &expanded.failed {
                say!("dechaff: failed: {}: {}", clean(&failed.path), clean(&failed.reason));
            }
        }
    }
}

/// Prints a summary to standard error.
pub(in crate::cli) fn print_summary(summary: &Summary, quiet: bool, json: bool) -> Result<()> {
    if json {
        let json = serde_json::to_string(summary).map_err(|error| Error::input("summary", error))?;
        say_json("", &json);
    } else if !quiet {
        say!("{summary}");
    }
    Ok(())
}

/// Writes the counts by host as CSV and returns its size.
pub(in crate::cli) fn write_hosts(summary: &Summary, path: &Path, overwrite: bool) -> Result<u64> {
    let csv = summary.hosts.to_csv("host")?;
    let mut output = Output::create(OutputTarget::from_argument(Some(path)), overwrite)?;
    output.write(&csv)?;
    output.finish()?;
    Ok(csv.len() as u64)
}
