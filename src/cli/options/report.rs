//! A run over inputs into a page.

use std::process::ExitCode;

use super::super::EXIT_REJECTS;
use super::super::inputs::dry_run;
use super::super::signals::Signals;
use super::DumpArgs;
use super::source::LIMITS;
use crate::Detector;
use crate::batch::{Progress, RejectLog, Run, RunOptions, Task, ViewLimits, take_shard};
use crate::dump::{Input, Output, OutputFormat, OutputTarget};
use crate::error::{Error, Result};
use crate::report::CorpusReport;

/// From so many documents on the page shows less of each, so that it still opens at once.
const MANY_DOCUMENTS: usize = 3000;
const TIGHT_LIMITS: ViewLimits = ViewLimits { chars: 150, blocks: 250 };

impl DumpArgs {
    /// Runs over the inputs into a report.
    pub(in crate::cli) fn report(&self, detector: &Detector, documents: usize) -> Result<ExitCode> {
        self.refuse_folder_options()?;
        let expanded = self.inputs()?;
        let inputs = take_shard(expanded.inputs.clone(), self.shard);
        if self.dry_run {
            let options = self.run_options(Task::View(LIMITS));
            return dry_run(&inputs, expanded, &options.input, self.json);
        }
        let Some(path) = self.output.as_deref() else {
            return Err(Error::input("report", "name the file with -o report.html"));
        };
        if self.is_folder() {
            let reason = "a report is one file; name it, such as report.html in this folder";
            return Err(Error::input(path.display(), reason));
        }
        let limits = if documents > MANY_DOCUMENTS { TIGHT_LIMITS } else { LIMITS };
        let view = self.run_options(Task::View(limits));
        let options = RunOptions { by_host: true, format: OutputFormat::Jsonl, ..view };
        let target = OutputTarget::from_argument(Some(path));
        self.check_files(&expanded.inputs, self.reject_path(&target).as_deref())?;
        let progress = Progress::new(&inputs, self.progress_style());
        let signals = Signals::listen()?;
        // Made before the pass: a page that has no place is found out now, and not after hours.
        let mut rejects = RejectLog::new(self.reject_path(&target), self.overwrite)?;
        let output = Output::create_as(target.clone(), self.compression_of(&target), self.overwrite)?;
        let run =
            Run { detector, options: &options, inputs: &inputs, progress: &progress, stop: &signals.stop };
        let mut report = CorpusReport::new(documents, &mut rejects);
        let (mut summary, is_stopped) = run.execute_into(&mut report)?;
        let names: Vec<String> = inputs.iter().take(3).map(Input::name).collect();
        let more = if inputs.len() > names.len() { ", …" } else { "" };
        report.write(&format!("dechaff: {}{more}", names.join(", ")), &summary, output)?;
        self.source.claim_below(path, path.metadata().map_or(0, |metadata| metadata.len()));
        self.end(&mut summary, &expanded, rejects)?;
        let is_whole = summary.rejected == 0 && expanded.failed.is_empty();
        Ok(match (is_stopped, is_whole) {
            (true, _) => signals.exit_code(),
            (false, false) => ExitCode::from(EXIT_REJECTS),
            (false, true) => ExitCode::SUCCESS,
        })
    }
}
