//! What happens to one record.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::language::language_of;
use super::record::{Broken, Record};
use super::render;
use super::sample::place_of;
use super::task::{FilterOptions, Markup, RunOptions, SampleOptions, Task};
use super::view::view_of;
use super::with::Found;
use crate::document::{Access, LabelSet, N_LABELS};
use crate::dump::{RawRecord, Source, Written};
use crate::limits::{Deadline, LimitExceeded, Limits};
use crate::words::count_words_of_any_script;
use crate::{Detection, Detector, corpus};

/// What became of one record.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Goes to the output.
    Written(Written),
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
    /// Its language, as a code of ISO 639.
    pub language: Option<String>,
    /// Its host, if hosts are counted.
    pub host: Option<String>,
    /// The fields of a record that has neither text nor HTML.
    pub fields: Option<Vec<String>>,
    /// Nothing of the record could be read.
    pub is_unread: bool,
}

impl Worked {
    pub(super) fn new(outcome: Outcome) -> Worked {
        let (blocks, words, kept_words) = ([0; N_LABELS], 0, 0);
        let (access, language, host, fields) = (None, None, None, None);
        Worked { outcome, blocks, words, kept_words, access, language, host, fields, is_unread: false }
    }

    /// Why the record was rejected, if it was.
    pub(super) fn reason(&self) -> Option<&str> {
        if let Outcome::Rejected { reason, .. } = &self.outcome { Some(reason) } else { None }
    }

    fn rejected(id: Option<String>, reason: String) -> Worked {
        Worked::new(Outcome::Rejected { id, reason })
    }
}

/// Works on records with one detector.
pub(super) struct Worker<'a> {
    pub(super) detector: &'a Detector,
    pub(super) options: &'a RunOptions,
}

impl Worker<'_> {
    /// A panic is a bug, but not a reason to lose a run of days.
    pub(super) fn work(&self, record: RawRecord) -> Worked {
        catch_unwind(AssertUnwindSafe(|| self.try_work(record))).unwrap_or_else(|_| {
            Worked::rejected(None, "dechaff failed on this record; please report it".to_owned())
        })
    }

    fn try_work(&self, raw: RawRecord) -> Worked {
        let options = self.options;
        let (mut record, mut source) = match Record::open(raw, options) {
            Ok(opened) => opened,
            Err(Broken { id, reason, is_unread, fields }) => {
                return Worked { is_unread, fields, ..Worked::rejected(id, reason) };
            }
        };
        if let Task::Sample(sample) = &options.task {
            let outcome = draw(&record, &source, sample);
            return outcome.map_or_else(
                |reason| Worked::rejected(record.own_id().map(str::to_owned), reason),
                Worked::new,
            );
        }
        let limits = Limits { deadline: Deadline::after(options.max_time), max_blocks: options.max_blocks };
        let judged = if record.is_html {
            let detected = if record.is_xhtml {
                self.detector.detect_xhtml_within(&source, limits)
            } else {
                self.detector.detect_html_within(&source, limits)
            };
            detected.map(|detection| {
                if is_plain_page(&options.task) {
                    // The detection has a text of its own; a large page that nobody reads again makes room for it.
                    source = Source::Owned(String::new());
                    record.forget_html(&options.fields);
                }
                self.judge(&record, &source, &detection, limits)
            })
        } else {
            let detection = self.detector.detect_text_within(&source, limits);
            detection.map(|detection| self.judge(&record, &source, &detection, limits))
        };
        let (mut worked, next) = match judged {
            Ok(judged) => judged,
            Err(exceeded) => {
                return Worked::rejected(record.own_id().map(str::to_owned), with_option(exceeded));
            }
        };
        let outcome = match next {
            Next::Done(outcome) => outcome,
            Next::Write(filter, found, text) => self.filtered(&mut record, source, filter, &found, text),
        };
        match outcome {
            Ok(outcome) => {
                worked.outcome = outcome;
                worked
            }
            Err(reason) => Worked::rejected(record.own_id().map(str::to_owned), reason),
        }
    }

    /// Counts what was detected, and makes of it what outlives the detection.
    fn judge(
        &self,
        record: &Record,
        source: &str,
        detection: &Detection<'_>,
        limits: Limits,
    ) -> (Worked, Next<'_>) {
        let keep = match &self.options.task {
            Task::Filter(options) => options.keep,
            _ => LabelSet::CONTENT,
        };
        let mut worked = count(detection, keep);
        worked.language = language_of(record.language.as_deref(), detection);
        if self.options.by_host {
            let url = record.url.as_deref().unwrap_or(&detection.document.metadata.canonical);
            worked.host = corpus::host_of(url);
        }
        let next = match &self.options.task {
            Task::Filter(options) => filter(record, source, detection, options, &worked, limits),
            Task::Annotate(options) => Next::Done(
                render::annotated(record, source, detection, options, self.options).map(Outcome::Written),
            ),
            Task::View(limits) => Next::Done(
                view_of(record, source, worked.host.as_deref(), detection, *limits)
                    .map(|view| Outcome::Written(Written::View(Box::new(view)))),
            ),
            Task::Sample(_) => Next::Done(Err("a sample needs no labels".to_owned())),
        };
        (worked, next)
    }

    fn filtered(
        &self,
        record: &mut Record,
        source: Source,
        filter: &FilterOptions,
        found: &Found,
        text: Option<String>,
    ) -> Result<Outcome, String> {
        // A large source that nobody needs any more makes room for the line.
        let source = (text.is_none() || filter.keep_html).then_some(source);
        let source = source.as_deref().unwrap_or_default();
        render::filtered(record, source, found, text, filter, self.options).map(Outcome::Written)
    }
}

/// Whether pages come out as plain text, without their HTML.
fn is_plain_page(task: &Task) -> bool {
    let is_plain = |filter: &FilterOptions| filter.markup == Markup::Plain && !filter.keep_html;
    matches!(task, Task::Filter(filter) if is_plain(filter))
}

/// Why a record costs too much, with the option that says how much it may.
fn with_option(exceeded: LimitExceeded) -> String {
    let option = match exceeded {
        LimitExceeded::Time(_) => "--max-seconds-per-record",
        LimitExceeded::Blocks(_) => "--max-blocks",
    };
    format!("{exceeded} ({option})")
}

/// What is left to do when the detection is gone.
enum Next<'o> {
    /// Nothing.
    Done(Result<Outcome, String>),
    /// To write the record with its kept text; `None` is its source as it was.
    Write(&'o FilterOptions, Box<Found>, Option<String>),
}

fn filter<'o>(
    record: &Record,
    source: &str,
    detection: &Detection<'_>,
    options: &'o FilterOptions,
    worked: &Worked,
    limits: Limits,
) -> Next<'o> {
    if let Some(rule) = drop_rule(options, detection.access(), worked.kept_words) {
        return Next::Done(Ok(Outcome::Dropped(rule)));
    }
    let text = match options.markup {
        Markup::Plain => detection.text_of(options.keep, options.layout),
        Markup::Markdown => match detection.markdown_of_within(options.keep, source, limits) {
            Ok(text) => Cow::Owned(text),
            Err(exceeded) => return Next::Done(Err(with_option(exceeded))),
        },
    };
    let text = match text {
        Cow::Borrowed(_) => None,
        Cow::Owned(text) => Some(text),
    };
    Next::Write(options, Box::new(Found::new(record, worked, detection)), text)
}

fn count(detection: &Detection<'_>, keep: LabelSet) -> Worked {
    let mut worked = Worked::new(Outcome::Dropped(""));
    for block in detection.blocks() {
        let words = count_words_of_any_script(block.text) as u64;
        worked.blocks[block.label.index()] += 1;
        worked.words += words;
        worked.kept_words += if keep.contains(block.label) { words } else { 0 };
    }
    worked.access = Some(detection.access());
    worked
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

/// A record is in the sample if the hash of its id, or else its content, says so.
fn draw(record: &Record, source: &str, sample: &SampleOptions) -> Result<Outcome, String> {
    if place_of(record, source, sample.seed) >= sample.share {
        return Ok(Outcome::Dropped("not in the sample"));
    }
    render::unchanged(record, source).map(Outcome::Written)
}
