//! The runs over inputs: into one output, or into a folder.

use std::path::Path;
use std::process::ExitCode;

use super::super::inputs::dry_run;
use super::super::signals::Signals;
use super::super::{EXIT_FAILED, EXIT_REJECTS};
use super::summary::print_summary;
use super::{CompressionName, DumpArgs};
use crate::Detector;
use crate::batch::{
    FolderOptions, FolderRun, Progress, RejectLog, Run, RunOptions, SkippedInputs, Task, sane_threads,
    take_shard,
};
use crate::dump::{Expanded, Input, Output, OutputFormat, OutputTarget, RecordWriter};
use crate::error::{Error, Result};
use crate::terminal::{clean, say};

impl DumpArgs {
    /// Runs a task over the inputs and prints the summary.
    pub(in crate::cli) fn run(&self, detector: &Detector, task: Task) -> Result<ExitCode> {
        self.refuse_name()?;
        self.refuse_folder_options()?;
        let options = self.run_options(task);
        refuse_mismatch(&options)?;
        let expanded = self.inputs()?;
        let inputs = take_shard(expanded.inputs.clone(), self.shard);
        if self.dry_run {
            return dry_run(&inputs, expanded, &options.input, self.json);
        }
        let progress = Progress::new(&inputs, self.progress_style());
        let signals = Signals::listen()?;
        match &self.output {
            Some(folder) if self.is_folder() => {
                self.run_into_folder(detector, &options, folder, &inputs, &expanded, &progress, &signals)
            }
            _ => {
                let rejects = self.reject_path(&OutputTarget::from_argument(self.output.as_deref()));
                self.check_files(&expanded.inputs, rejects.as_deref())?;
                self.run_into_one(detector, &options, &inputs, &expanded, &progress, &signals)
            }
        }
    }

    fn run_into_one(
        &self,
        detector: &Detector,
        options: &RunOptions,
        inputs: &[Input],
        expanded: &Expanded,
        progress: &Progress,
        signals: &Signals,
    ) -> Result<ExitCode> {
        let target = OutputTarget::from_argument(self.output.as_deref());
        let mut rejects = RejectLog::new(self.reject_path(&target), self.overwrite)?;
        let compression = self.compression_of(&target);
        let output = Output::create_as(target, options.format.packing(compression), self.overwrite)?;
        let mut writer = RecordWriter::new(output, options.format, compression, options.table());
        let run = Run { detector, options, inputs, progress, stop: &signals.stop };
        let (mut summary, is_stopped) = run.execute(&mut writer, &mut rejects).map_err(explain_pipe)?;
        let whole = writer.close().map_err(explain_pipe)?;
        if is_stopped {
            let lost =
                if self.output.is_some() { "the output was not written" } else { "the output ends there" };
            say!(
                "dechaff: stopped after {} records; {lost}. With -o FOLDER/ a run can go on later.",
                summary.records
            );
            return Ok(signals.exit_code());
        }
        if let Some(path) = &self.output {
            self.source.claim_below(path, whole.bytes()?);
        }
        whole.publish()?;
        self.end(&mut summary, expanded, rejects)?;
        let is_whole = summary.rejected == 0 && expanded.failed.is_empty();
        Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(EXIT_REJECTS) })
    }

    #[expect(clippy::too_many_arguments, reason = "one call, each argument a thing of its own")]
    fn run_into_folder(
        &self,
        detector: &Detector,
        options: &RunOptions,
        folder: &Path,
        inputs: &[Input],
        expanded: &Expanded,
        progress: &Progress,
        signals: &Signals,
    ) -> Result<ExitCode> {
        if self.rejects.is_some() {
            return Err(Error::input(
                "--rejects",
                "in an output folder each input has its rejects in _dechaff/rejects/",
            ));
        }
        let folder = FolderOptions {
            folder: folder.to_owned(),
            compression: self.compression.unwrap_or(CompressionName::Zstd).compression(),
            shard_bytes: self.shard_size,
            overwrite: self.overwrite,
            shard: self.shard,
            at_once: sane_threads(self.inputs_at_once),
            model: self.model.id()?,
            hosts: self.hosts_file().map(Path::to_owned),
        };
        let run = FolderRun {
            detector,
            options,
            folder: &folder,
            inputs,
            all: &expanded.inputs,
            claims: self.claims(&[])?,
            progress,
            stop: &signals.stop,
        };
        let mut done = run.execute()?;
        if let Some(path) = self.hosts_file() {
            self.source.claim_below(path, path.metadata().map_or(0, |metadata| metadata.len()));
        }
        if done.summary.rejected > 0 {
            let rejects = folder.folder.join(crate::batch::FOLDER).join("rejects");
            done.summary.reject_file = Some(rejects.display().to_string());
        }
        done.summary.skipped_inputs = SkippedInputs::from(expanded);
        if !self.quiet && !self.json {
            let (new, old) = (done.done, done.skipped);
            let failed = done.failed.len() + expanded.failed.len();
            say!("inputs    {} = {new} done now + {old} done before + {failed} failed", new + old + failed);
        }
        print_summary(&done.summary, self.quiet, self.json)?;
        self.name_failures(expanded);
        for reason in &done.failed {
            say!("dechaff: failed: {}", clean(reason));
        }
        if done.is_stopped {
            let left = inputs.len() - done.done - done.skipped - done.failed.len();
            say!("dechaff: stopped with {left} inputs left; the same command goes on from here");
            return Ok(signals.exit_code());
        }
        let nothing = done.done + done.skipped == 0 && !done.failed.is_empty();
        Ok(match (nothing, done.summary.rejected > 0 || done.failed.len() + expanded.failed.len() > 0) {
            (true, _) => ExitCode::from(EXIT_FAILED),
            (false, true) => ExitCode::from(EXIT_REJECTS),
            (false, false) => ExitCode::SUCCESS,
        })
    }
}

/// Says what cannot be written before anything is read.
fn refuse_mismatch(options: &RunOptions) -> Result<()> {
    let reason = match (&options.task, options.format) {
        (Task::Filter(filter), format) => {
            options.fields.refuse_to_filter().map_err(|reason| Error::input("fields", reason))?;
            return filter.with.refuse_for(format).map_err(|reason| Error::input("--with", reason));
        }
        (_, OutputFormat::Jsonl) => return Ok(()),
        (Task::Annotate(annotate), OutputFormat::Parquet) if !annotate.attributes => return Ok(()),
        (Task::Annotate(annotate), _) if annotate.attributes => "attributes are written as JSON Lines",
        (Task::Annotate(_), _) => "annotations are written as JSON Lines or Parquet",
        (Task::Sample(_) | Task::View(_), _) => "samples are written as JSON Lines",
    };
    Err(Error::input("--output-format", reason))
}

fn explain_pipe(error: Error) -> Error {
    if error.is_broken_pipe() {
        return Error::input("standard output", "the reader closed the pipe; the output is not complete");
    }
    error
}
