//! What happens to one record.

use std::borrow::Cow;

use serde::Serialize;

use crate::document::{Access, Label, LabelSet, N_LABELS};
use crate::dump::{Body, Fields, PageKind, RawRecord};
use crate::segment::encoding;
use crate::words::count_words;
use crate::{Detection, Detector};

/// Where a JSON record keeps what.
#[derive(Clone, Debug)]
pub struct FieldNames {
    /// Plain text; the kept content goes here.
    pub text: String,
    /// HTML.
    pub html: String,
    /// Identity.
    pub id: String,
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
}

/// What a run does to each record.
#[derive(Clone, Debug)]
pub enum Task {
    /// Give the record back with its content only.
    Filter(FilterOptions),
    /// Give each block's label.
    Annotate(AnnotateOptions),
}

/// What became of one record.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A line for the output, without its break.
    Written(Vec<u8>),
    /// Left out by a rule.
    Dropped(&'static str),
    /// Broken.
    Rejected {
        /// The id, where it could be read.
        id: Option<String>,
        /// The cause.
        reason: String,
    },
}

/// One record's outcome and its part in the summary.
#[derive(Clone, Debug)]
pub struct Worked {
    /// What became of it.
    pub outcome: Outcome,
    /// Blocks by label.
    pub blocks: [u64; N_LABELS],
    /// Words read.
    pub words: u64,
    /// Words of content.
    pub kept_words: u64,
    /// The page's access.
    pub access: Option<Access>,
}

impl Worked {
    pub(super) fn rejected(id: Option<String>, reason: String) -> Worked {
        let outcome = Outcome::Rejected { id, reason };
        Worked { outcome, blocks: [0; N_LABELS], words: 0, kept_words: 0, access: None }
    }
}

#[derive(Serialize)]
struct AnnotatedRecord<'a> {
    id: &'a str,
    access: Access,
    blocks: Vec<AnnotatedBlock<'a>>,
}

#[derive(Serialize)]
struct AnnotatedBlock<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    label: Label,
    probability: f64,
    start: usize,
    end: usize,
}

#[derive(Serialize)]
struct PageRecord<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<&'a str>,
}

/// Works on records with one detector.
pub(super) struct Worker<'a> {
    pub(super) detector: &'a Detector,
    pub(super) task: &'a Task,
    pub(super) fields: &'a FieldNames,
}

impl Worker<'_> {
    pub(super) fn work(&self, record: &RawRecord) -> Worked {
        match &record.body {
            Body::JsonLine(line) => self.work_on_json(line, record.number),
            Body::Page { id, url, bytes, charset, kind } => {
                let source = encoding::decode(bytes, charset.as_deref());
                let detection = self.detect(&source, *kind == PageKind::Html);
                let write = |text: &str| {
                    let keeps_html = matches!(self.task, Task::Filter(options) if options.keep_html);
                    let html = (keeps_html && *kind == PageKind::Html).then_some(&*source);
                    serde_json::to_vec(&PageRecord { id, url: url.as_deref(), text, html })
                        .map_err(|error| error.to_string())
                };
                self.finish(&detection, id, &source, write)
            }
        }
    }

    fn work_on_json(&self, line: &[u8], number: u64) -> Worked {
        let mut fields = match Fields::parse(line) {
            Ok(fields) => fields,
            Err(reason) => return Worked::rejected(None, reason),
        };
        let id = record_id(&fields, &self.fields.id, number);
        let reject = |reason| Worked::rejected(Some(id.clone()), reason);
        let (html, text) = match (fields.string(&self.fields.html), fields.string(&self.fields.text)) {
            (Ok(html), Ok(text)) => (html, text),
            (Err(reason), _) | (_, Err(reason)) => return reject(reason),
        };
        let (source, is_html) = match (html, text) {
            (Some(html), _) => (html.into_owned(), true),
            (None, Some(text)) => (text.into_owned(), false),
            (None, None) => {
                let (html, text) = (&self.fields.html, &self.fields.text);
                return reject(format!(
                    "has neither field `{text}` nor field `{html}`; --text-field and --html-field name others"
                ));
            }
        };
        let detection = self.detect(&source, is_html);
        let write = |text: &str| {
            fields.put(&self.fields.text, text, &self.fields.html);
            if !matches!(self.task, Task::Filter(options) if options.keep_html) {
                fields.remove(&self.fields.html);
            }
            let mut out = Vec::new();
            fields.write(&mut out);
            Ok(out)
        };
        self.finish(&detection, &id, &source, write)
    }

    fn detect<'s>(&self, source: &'s str, is_html: bool) -> Detection<'s> {
        if is_html { self.detector.detect_html(source) } else { self.detector.detect_text(source) }
    }

    fn finish(
        &self,
        detection: &Detection<'_>,
        id: &str,
        source: &str,
        write: impl FnOnce(&str) -> Result<Vec<u8>, String>,
    ) -> Worked {
        let mut blocks = [0; N_LABELS];
        let (mut words, mut kept_words) = (0, 0);
        let keep = match self.task {
            Task::Filter(options) => options.keep,
            Task::Annotate(_) => LabelSet::CONTENT,
        };
        for block in detection.blocks() {
            let count = count_words(block.text) as u64;
            blocks[block.label.index()] += 1;
            words += count;
            kept_words += if keep.contains(block.label) { count } else { 0 };
        }
        let line = match self.task {
            Task::Filter(options) => match drop_rule(options, detection.access(), kept_words) {
                Some(rule) => Ok(Outcome::Dropped(rule)),
                None => {
                    let text = match options.markup {
                        Markup::Plain => detection.text_of(keep),
                        Markup::Markdown => detection.markdown_of(keep, source),
                    };
                    write(&text).map(Outcome::Written)
                }
            },
            Task::Annotate(options) => annotate(detection, id, source, options).map(Outcome::Written),
        };
        match line {
            Ok(outcome) => Worked { outcome, blocks, words, kept_words, access: Some(detection.access()) },
            Err(reason) => Worked::rejected(Some(id.to_owned()), reason),
        }
    }
}

/// The rule by which a filtered record is left out.
fn drop_rule(options: &FilterOptions, access: Access, kept_words: u64) -> Option<&'static str> {
    if options.drop_gated && access == Access::Gated {
        Some("gated (--drop-gated)")
    } else if kept_words < options.min_words as u64 {
        Some("too few words kept (--min-words)")
    } else {
        None
    }
}

fn annotate(
    detection: &Detection<'_>,
    id: &str,
    source: &str,
    options: &AnnotateOptions,
) -> Result<Vec<u8>, String> {
    let mut position = Position { source, bytes: 0, chars: 0 };
    let blocks = detection
        .blocks()
        .map(|block| {
            let (start, end) = match options.offsets {
                Offsets::Bytes => (block.start, block.end),
                Offsets::Chars => (position.chars_at(block.start), position.chars_at(block.end)),
            };
            AnnotatedBlock {
                text: options.with_text.then_some(block.text),
                label: block.label,
                // Four digits: enough for any threshold, and stable to read.
                probability: (f64::from(block.probability) * 1e4).round() / 1e4,
                start,
                end,
            }
        })
        .collect();
    serde_json::to_vec(&AnnotatedRecord { id, access: detection.access(), blocks })
        .map_err(|error| error.to_string())
}

/// Counts code points up to rising byte positions.
struct Position<'a> {
    source: &'a str,
    bytes: usize,
    chars: usize,
}

impl Position<'_> {
    fn chars_at(&mut self, byte: usize) -> usize {
        if byte < self.bytes {
            (self.bytes, self.chars) = (0, 0);
        }
        let passed = self.source.get(self.bytes..byte).unwrap_or_default();
        self.chars += passed.chars().count();
        self.bytes = byte;
        self.chars
    }
}

/// The id as text; a record without one is known by its number.
fn record_id(fields: &Fields<'_>, name: &str, number: u64) -> String {
    match fields.string(name) {
        Ok(Some(id)) => id.into_owned(),
        Ok(None) => number.to_string(),
        Err(_) => Cow::from(fields.raw(name).unwrap_or_default()).into_owned(),
    }
}
