//! `dechaff report`: a page to look at what was done to a corpus.

use arrow_schema::SchemaRef;
use serde::Serialize;

use super::page::Page;
use super::repeats::Repeats;
use crate::batch::{Drawing, RejectLog, Summary};
use crate::document::Label;
use crate::dump::{Input, Output, Reject, Written};
use crate::error::{Error, Result};

/// Documents of a piece of the file that is unpacked at once.
const PIECE: usize = 32;
/// Lines of the list of repeats.
const REPEATS: usize = 100;
/// Hosts of the list of hosts.
const HOSTS: usize = 200;
/// Bytes of the file from which on documents are left out.
const MAX_BYTES: usize = 47_000_000;

const STYLE: &str = concat!(include_str!("base.css"), include_str!("corpus.css"));
const SCRIPT: &str = concat!(include_str!("base.js"), include_str!("corpus.js"));
const BODY: &str = include_str!("corpus.html");

/// Collects what the page shows: a sample of documents, and lines that repeat over all of them.
pub struct CorpusReport<'a> {
    drawing: Drawing,
    repeats: Repeats,
    rejects: &'a mut RejectLog,
}

#[derive(Serialize)]
struct Overview<'a> {
    title: String,
    labels: Vec<&'static str>,
    summary: &'a Summary,
    hosts: Vec<(&'a str, crate::batch::GroupCounts)>,
    all_hosts: usize,
    repeats: Vec<(String, &'static str, u64)>,
    documents: u64,
    shown: usize,
    piece: usize,
}

impl CorpusReport<'_> {
    /// A report that shows at most so many documents; what cannot be shown goes to `rejects`.
    pub fn new(documents: usize, rejects: &mut RejectLog) -> CorpusReport<'_> {
        CorpusReport { drawing: Drawing::new(documents), repeats: Repeats::default(), rejects }
    }

    /// Writes the page.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn write(self, title: &str, summary: &Summary, mut output: Output) -> Result<()> {
        let seen = self.drawing.seen();
        let views = self.drawing.into_views();
        let mut page = Page::new(title, STYLE, SCRIPT, BODY);
        let mut heads = Vec::new();
        for (index, piece) in views.chunks(PIECE).enumerate() {
            if page.len() > MAX_BYTES {
                break;
            }
            page.add_data(&format!("piece-{index}"), &list(piece.iter().map(|view| &view.body)))?;
            heads.extend(piece.iter().map(|view| &view.head));
        }
        let hosts = summary.hosts.by_size();
        let overview = Overview {
            title: title.to_owned(),
            labels: Label::ALL.map(Label::name).to_vec(),
            summary,
            all_hosts: hosts.len(),
            hosts: hosts.into_iter().take(HOSTS).collect(),
            repeats: self
                .repeats
                .top(REPEATS)
                .into_iter()
                .map(|r| (r.line, r.label.name(), r.count))
                .collect(),
            documents: seen,
            shown: heads.len(),
            piece: PIECE,
        };
        let json = serde_json::to_vec(&overview).map_err(|error| Error::input("report", error))?;
        page.add_data("overview", &json)?;
        page.add_data("heads", &list(heads.into_iter()))?;
        output.write(page.finish().as_bytes())?;
        output.finish()
    }
}

/// JSON values as a JSON list.
fn list<'a>(values: impl Iterator<Item = &'a Vec<u8>>) -> Vec<u8> {
    let mut list = vec![b'['];
    for (index, value) in values.enumerate() {
        list.extend_from_slice(if index > 0 { b"," } else { b"" });
        list.extend_from_slice(value);
    }
    list.push(b']');
    list
}

impl crate::batch::Sink for CorpusReport<'_> {
    fn begin(&mut self, _: &Input, _: Option<SchemaRef>) -> Result<()> {
        Ok(())
    }

    fn write(&mut self, written: Written) -> Result<()> {
        let Written::View(mut view) = written else {
            return Err(Error::input("report", "a record is not of its format"));
        };
        for (line, label) in std::mem::take(&mut view.chaff) {
            self.repeats.add(&line, label);
        }
        self.drawing.add(*view);
        Ok(())
    }

    fn reject(&mut self, reject: &Reject) -> Result<()> {
        self.rejects.add(reject)
    }
}
