//! Where records come from.

use std::path::PathBuf;

use clap::ValueEnum;

use super::super::inputs::ReadingArgs;
use super::super::signals::Signals;
use super::super::sizes::parse_bytes;
use crate::Detector;
use crate::batch::{
    FieldNames, Picked, Progress, ProgressStyleName, Run, RunOptions, Task, ViewLimits, Wanted, pick_record,
    sane_threads,
};
use crate::dump::{Expanded, Format, Input, OutputFormat};
use crate::error::Result;
use crate::label::{Task as LabelTask, TaskCollector};
use crate::limits::Limits;
use crate::terminal::say;

/// How much of each document is shown.
pub(super) const LIMITS: ViewLimits = ViewLimits { chars: 2000, blocks: 20_000 };

/// Where records come from, and how they are read.
#[derive(clap::Args)]
pub(in crate::cli) struct SourceArgs {
    /// Files, folders, 'patterns*', @lists, s3:// gs:// https:// addresses; `-` is standard input
    ///
    /// JSON Lines, WARC, WET, CSV, Parquet, HTML pages, .txt and .md, each plain or compressed with gzip, zstd, bzip2 or xz. A
    /// folder stands for all dumps in it, and for its pages as one more; files whose names tell no format are looked into,
    /// names that start with . or _ left out, and what is left out is counted in the summary. `@FILE` stands for the inputs
    /// listed in it, one a line; an address that ends in / for all objects below it. `*` does not cross a /, `**` does; an
    /// https address with a ? is one object.
    #[arg(required = true, value_name = "INPUT")]
    pub(super) inputs: Vec<PathBuf>,
    /// Format of the inputs [default: told from the name, then from the first bytes]
    #[arg(long, value_enum)]
    format: Option<FormatName>,
    #[command(flatten)]
    reading: ReadingArgs,
    /// Field that holds text, and receives the kept text; `a.b` is field b of the object in field a
    #[arg(long, default_value = "text", value_name = "NAME")]
    text_field: String,
    /// Field that holds HTML; a record that has it is read as HTML
    #[arg(long, default_value = "html", value_name = "NAME")]
    html_field: String,
    /// Field that identifies a record
    #[arg(long, default_value = "id", value_name = "NAME")]
    id_field: String,
    /// Field that holds the record's address
    #[arg(long, default_value = "url", value_name = "NAME")]
    url_field: String,
    /// Reject larger records, also when they are so large only after decompression
    #[arg(long, default_value = "100MiB", value_name = "BYTES", value_parser = parse_bytes)]
    max_record_bytes: u64,
    /// Blocks that a document may have: of a longer text, neighbouring lines are joined; a longer page is rejected
    #[arg(long, default_value_t = Limits::MAX_BLOCKS, value_name = "N")]
    max_blocks: usize,
    /// Threads that work on records, at most four for each core or 64 [default: one for each core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    /// One JSON object a line
    Jsonl,
    /// WARC or WET
    Warc,
    /// A table with a header row
    Csv,
    /// Parquet
    Parquet,
    /// One HTML page
    Html,
    /// One text
    Text,
}

impl SourceArgs {
    /// The threads that are asked for, as far as they are of use; 0 for the default.
    fn sane_threads(&self) -> usize {
        let asked = self.threads.unwrap_or(0);
        let most = sane_threads(asked);
        if most < asked {
            say!("dechaff: --threads {asked} would only make them wait for each other; {most} are started");
        }
        most
    }

    fn format(&self) -> Option<Format> {
        self.format.map(|name| match name {
            FormatName::Jsonl => Format::Jsonl,
            FormatName::Warc => Format::Warc,
            FormatName::Csv => Format::Csv,
            FormatName::Parquet => Format::Parquet,
            FormatName::Html => Format::Html,
            FormatName::Text => Format::Text,
        })
    }

    /// Finds the inputs.
    pub(super) fn expand(&self) -> Result<Expanded> {
        self.reading.expand(&self.inputs, self.format())
    }

    pub(super) fn run_options(&self, task: Task) -> RunOptions {
        RunOptions {
            input: self.reading.input_options(self.format(), self.max_record_bytes),
            fields: FieldNames {
                text: self.text_field.clone(),
                html: self.html_field.clone(),
                id: self.id_field.clone(),
                url: self.url_field.clone(),
            },
            task,
            format: OutputFormat::Jsonl,
            threads: self.sane_threads(),
            max_time: None,
            max_blocks: self.max_blocks,
            max_rejects: None,
            by_host: false,
        }
    }

    /// One record of the inputs.
    pub(in crate::cli) fn pick(&self, wanted: Option<&Wanted>) -> Result<Picked> {
        let options = self.run_options(Task::View(LIMITS));
        pick_record(&self.inputs_without(&[])?.inputs, &options, wanted)
    }

    /// A sample of the records, to be labelled.
    pub(in crate::cli) fn label_tasks(
        &self,
        detector: &Detector,
        documents: usize,
        inputs: &[Input],
        signals: &Signals,
    ) -> Result<Vec<LabelTask>> {
        let options = self.run_options(Task::View(ViewLimits { chars: usize::MAX, blocks: usize::MAX }));
        let progress = Progress::new(inputs, ProgressStyleName::Bar);
        let run = Run { detector, options: &options, inputs, progress: &progress, stop: &signals.stop };
        let mut tasks = TaskCollector::new(documents);
        run.execute_into(&mut tasks)?;
        tasks.into_tasks()
    }
}
