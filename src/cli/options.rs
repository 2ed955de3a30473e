//! Options that several subcommands share.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;

use super::EXIT_REJECTS;
use crate::Detector;
use crate::batch::{FieldNames, Progress, Run, RunOptions, Summary, Task};
use crate::dump::{Format, Input, InputOptions, Output, OutputTarget, Reject, sibling};
use crate::error::{Error, Result};
use crate::model::Model;

/// Where records come from and go to.
#[derive(clap::Args)]
pub(super) struct DumpArgs {
    /// Files or folders: JSON Lines, WARC, WET (each plain, .gz or .zst), .html, .txt; `-` is standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Output file, compressed if it ends in .gz or .zst [default: standard output]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Replace an output that exists
    #[arg(long)]
    overwrite: bool,
    /// Where rejected records are listed [default: OUT.rejects.jsonl; standard error without -o]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Format of the inputs [default: told from the name, then from the first bytes]
    #[arg(long, value_enum)]
    format: Option<FormatName>,
    /// Field that holds text, and receives the kept text
    #[arg(long, default_value = "text", value_name = "NAME")]
    text_field: String,
    /// Field that holds HTML; a record that has it is read as HTML
    #[arg(long, default_value = "html", value_name = "NAME")]
    html_field: String,
    /// Field that identifies a record
    #[arg(long, default_value = "id", value_name = "NAME")]
    id_field: String,
    /// Reject larger records
    #[arg(long, default_value_t = 128 << 20, value_name = "BYTES")]
    max_record_bytes: usize,
    /// Threads that work on records [default: one for each core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    #[command(flatten)]
    model: ModelArgs,
    /// Print neither progress nor summary
    #[arg(short, long)]
    quiet: bool,
    /// Print the summary as JSON, to standard error
    #[arg(long, conflicts_with = "quiet")]
    json: bool,
}

/// Which model labels.
#[derive(clap::Args)]
pub(super) struct ModelArgs {
    /// Model file [default: the one inside dechaff]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    /// One JSON object a line
    Jsonl,
    /// WARC or WET
    Warc,
    /// One HTML page
    Html,
    /// One text
    Text,
}

impl ModelArgs {
    pub(super) fn detector(&self) -> Result<Detector> {
        match &self.model {
            Some(path) => Ok(Detector::with_model(Model::load(path)?)),
            None => Detector::new(),
        }
    }
}

impl DumpArgs {
    pub(super) fn detector(&self) -> Result<Detector> {
        self.model.detector()
    }

    fn input_options(&self) -> InputOptions {
        let format = self.format.map(|name| match name {
            FormatName::Jsonl => Format::Jsonl,
            FormatName::Warc => Format::Warc,
            FormatName::Html => Format::Html,
            FormatName::Text => Format::Text,
        });
        InputOptions { format, max_record_bytes: self.max_record_bytes }
    }

    /// Runs a task over the inputs and prints the summary.
    pub(super) fn run(&self, detector: &Detector, task: Task) -> Result<ExitCode> {
        let options = RunOptions {
            input: self.input_options(),
            fields: FieldNames {
                text: self.text_field.clone(),
                html: self.html_field.clone(),
                id: self.id_field.clone(),
            },
            task,
            threads: self.threads.unwrap_or(0),
        };
        let inputs: Vec<Input> = self.inputs.iter().map(|path| Input::from_argument(path)).collect();
        inputs.iter().try_for_each(Input::check)?;
        let target = OutputTarget::from_argument(self.output.as_deref());
        let mut rejects = RejectLog::new(self.reject_path(&target), self.overwrite)?;
        let mut output = Output::create(target, self.overwrite)?;
        let progress = Progress::new(&inputs, self.quiet);
        let run = Run { detector, options: &options, inputs: &inputs, progress: &progress };
        let mut summary =
            run.execute(&mut output, &mut |reject| rejects.add(reject)).map_err(explain_pipe)?;
        output.finish().map_err(explain_pipe)?;
        summary.reject_file = rejects.finish()?;
        self.print(&summary)?;
        Ok(if summary.rejected > 0 { ExitCode::from(EXIT_REJECTS) } else { ExitCode::SUCCESS })
    }

    fn reject_path(&self, target: &OutputTarget) -> Option<PathBuf> {
        self.rejects.clone().or_else(|| match target {
            OutputTarget::File(path) => Some(sibling(path, "rejects.jsonl")),
            OutputTarget::Stdout => None,
        })
    }

    fn print(&self, summary: &Summary) -> Result<()> {
        if self.json {
            let json = serde_json::to_string(summary).map_err(|error| Error::input("summary", error))?;
            eprintln!("{json}");
        } else if !self.quiet {
            eprintln!("{summary}");
        }
        Ok(())
    }
}

fn explain_pipe(error: Error) -> Error {
    if error.is_broken_pipe() {
        return Error::input("standard output", "the reader closed the pipe; the output is not complete");
    }
    error
}

/// Rejects go to a file that is made when the first one comes, or to standard error.
struct RejectLog {
    path: Option<PathBuf>,
    overwrite: bool,
    output: Option<Output>,
}

impl RejectLog {
    fn new(path: Option<PathBuf>, overwrite: bool) -> Result<RejectLog> {
        if let Some(path) = path.as_deref().filter(|path| path.exists()) {
            if !overwrite {
                return Err(Error::input(path.display(), "the reject file exists; --overwrite replaces it"));
            }
            // Rejects of an earlier run must not pass for this one's.
            std::fs::remove_file(path).map_err(|error| Error::io(path, "replace", error))?;
        }
        Ok(RejectLog { path, overwrite, output: None })
    }

    fn add(&mut self, reject: &Reject) -> Result<()> {
        let mut line = serde_json::to_vec(reject).map_err(|error| Error::input("rejects", error))?;
        line.push(b'\n');
        let Some(path) = &self.path else {
            eprint!("rejected: {}", String::from_utf8_lossy(&line));
            return Ok(());
        };
        if self.output.is_none() {
            self.output = Some(Output::create(OutputTarget::File(path.clone()), self.overwrite)?);
        }
        self.output.as_mut().map_or(Ok(()), |output| output.write(&line))
    }

    /// Names the file, if there is one.
    fn finish(self) -> Result<Option<String>> {
        match self.output {
            Some(output) => output.finish().map(|()| self.path.map(|path| path.display().to_string())),
            None => Ok(None),
        }
    }
}

/// Reads a whole document: a file or standard input.
pub(super) fn read_document(path: &Path) -> Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut bytes).map_err(|error| Error::io(path, "read", error))?;
        return Ok(bytes);
    }
    std::fs::read(path).map_err(|error| Error::io(path, "read", error))
}
