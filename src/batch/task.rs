//! What a run is asked to do.

use std::time::Duration;

use super::with::WithSet;
use crate::document::LabelSet;
use crate::dump::{InputOptions, OutputFormat, TableOptions};

/// How a run goes about its work.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// How inputs are opened.
    pub input: InputOptions,
    /// Where a record keeps what.
    pub fields: FieldNames,
    /// What happens to each record.
    pub task: Task,
    /// The format of the output.
    pub format: OutputFormat,
    /// Threads that work on records; 0 for one each core.
    pub threads: usize,
    /// A record that takes longer is a reject; no limit if `None`. The output then depends on the machine.
    pub max_time: Option<Duration>,
    /// The run ends with an error when more is rejected.
    pub max_rejects: Option<RejectLimit>,
    /// Hosts are counted.
    pub by_host: bool,
}

/// Where a JSON record or a table keeps what.
#[derive(Clone, Debug)]
pub struct FieldNames {
    /// Plain text; the kept content goes here.
    pub text: String,
    /// HTML.
    pub html: String,
    /// Identity.
    pub id: String,
    /// Address.
    pub url: String,
}

/// How many rejects are too many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RejectLimit {
    /// More than so many.
    Count(u64),
    /// More than this share of the records, judged from 1,000 records on and at the end.
    Share(f64),
}

/// What a run does to each record.
#[derive(Clone, Debug)]
pub enum Task {
    /// Give the record back with its content only.
    Filter(FilterOptions),
    /// Give each block's label.
    Annotate(AnnotateOptions),
    /// Give some records back as they are.
    Sample(SampleOptions),
    /// Give what a report shows.
    View(ViewLimits),
}

/// How much of a document a report shows.
#[derive(Clone, Copy, Debug)]
pub struct ViewLimits {
    /// Characters of a block.
    pub chars: usize,
    /// Blocks of a document.
    pub blocks: usize,
}

/// How records are filtered.
#[derive(Clone, Debug)]
pub struct FilterOptions {
    /// Labels whose blocks stay.
    pub keep: LabelSet,
    /// Pages behind a wall are dropped.
    pub drop_gated: bool,
    /// Records with fewer kept words are dropped.
    pub min_words: usize,
    /// The HTML field stays.
    pub keep_html: bool,
    /// How the kept blocks are written.
    pub markup: Markup,
    /// What a record says besides.
    pub with: WithSet,
}

/// How kept blocks are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Markup {
    /// One block a line.
    #[default]
    Plain,
    /// As [`markdown`](crate::markdown).
    Markdown,
}

/// What `start` and `end` of an annotated block count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offsets {
    /// Bytes of UTF-8.
    Bytes,
    /// Unicode code points.
    Chars,
}

/// How records are annotated.
#[derive(Clone, Debug)]
pub struct AnnotateOptions {
    /// The unit of offsets.
    pub offsets: Offsets,
    /// Blocks carry their text.
    pub with_text: bool,
    /// Dolma's attributes of the text field, a row for every record, instead of blocks.
    pub attributes: bool,
}

/// Which records a sample holds.
#[derive(Clone, Debug)]
pub struct SampleOptions {
    /// Share of the records.
    pub share: f64,
    /// Another seed draws others.
    pub seed: u64,
}

impl RunOptions {
    /// The columns of a Parquet output.
    pub fn table(&self) -> TableOptions {
        TableOptions {
            id: self.fields.id.clone(),
            text: self.fields.text.clone(),
            html: self.fields.html.clone(),
            keep_html: matches!(&self.task, Task::Filter(options) if options.keep_html),
            annotates: matches!(self.task, Task::Annotate(_)),
            extra: match &self.task {
                Task::Filter(options) => options.with.columns(),
                _ => Vec::new(),
            },
        }
    }

    /// Whether rejected records keep their row in the output.
    pub(super) fn keeps_rows(&self) -> bool {
        matches!(&self.task, Task::Annotate(options) if options.attributes)
    }
}
