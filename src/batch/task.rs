//! What a run is asked to do.

use std::time::Duration;

use serde::{Serialize, Serializer};

use super::with::WithSet;
use crate::decision::Layout;
use crate::document::LabelSet;
use crate::dump::{InputOptions, OutputFormat, TableOptions};

/// How a run goes about its work.
///
/// Serialized, it is what a manifest knows of a run: a field is left out only if it changes no byte of the output.
#[derive(Clone, Debug, Serialize)]
pub struct RunOptions {
    /// How inputs are opened.
    pub input: InputOptions,
    /// Where a record keeps what.
    pub fields: FieldNames,
    /// What happens to each record.
    pub task: Task,
    /// The format of the output.
    pub format: OutputFormat,
    /// Threads that work on records; 0 for one each core. No more are started than [`sane_threads`](super::sane_threads).
    #[serde(skip)]
    pub threads: usize,
    /// A record that takes longer is a reject; no limit if `None`. The output then depends on the machine.
    #[serde(serialize_with = "seconds")]
    pub max_time: Option<Duration>,
    /// Blocks that a document may have: of a longer text neighbours are joined, a page is a reject.
    pub max_blocks: usize,
    /// The run ends with an error when more is rejected.
    #[serde(skip)]
    pub max_rejects: Option<RejectLimit>,
    /// Hosts are counted.
    pub by_host: bool,
}

/// Where a JSON record or a table keeps what.
#[derive(Clone, Debug, Serialize)]
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

impl FieldNames {
    /// Why records cannot be filtered, if they cannot.
    ///
    /// # Errors
    ///
    /// The kept text would take another field's place, or a field would go with the HTML.
    pub fn refuse_to_filter(&self) -> Result<(), String> {
        let (text, html) = (("--text-field", &self.text), ("--html-field", &self.html));
        let (id, url) = (("--id-field", &self.id), ("--url-field", &self.url));
        let replaced = "which the kept text would replace";
        let pairs = [
            (text, html, "but the kept text goes to the one and the other is left out"),
            (text, id, replaced),
            (text, url, replaced),
            (html, id, "which is left out of a filtered record"),
            (html, url, "which is left out of a filtered record"),
        ];
        match pairs.into_iter().find(|((_, one), (_, other), _)| one == other) {
            Some(((one, name), (other, _), what)) => {
                Err(format!("{one} and {other} both name `{name}`, {what}; name another field with {one}"))
            }
            None => Ok(()),
        }
    }
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
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "command", rename_all = "lowercase")]
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
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ViewLimits {
    /// Characters of a block.
    pub chars: usize,
    /// Blocks of a document.
    pub blocks: usize,
}

/// How records are filtered.
#[derive(Clone, Debug, Serialize)]
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
    /// How plain text is laid out.
    pub layout: Layout,
    /// What a record says besides.
    pub with: WithSet,
}

/// How kept blocks are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Markup {
    /// One block a line.
    #[default]
    Plain,
    /// As [`markdown`](crate::markdown).
    Markdown,
}

/// What `start` and `end` of an annotated block count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Offsets {
    /// Bytes of UTF-8.
    Bytes,
    /// Unicode code points.
    Chars,
}

/// How records are annotated.
#[derive(Clone, Debug, Serialize)]
pub struct AnnotateOptions {
    /// The unit of offsets.
    pub offsets: Offsets,
    /// Blocks carry their text.
    pub with_text: bool,
    /// Dolma's attributes of the text field, a row for every record, instead of blocks.
    pub attributes: bool,
}

/// Which records a sample holds.
#[derive(Clone, Debug, Serialize)]
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

fn seconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs_f64()).serialize(serializer)
}
