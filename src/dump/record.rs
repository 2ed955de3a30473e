//! One record of a dump, before it is understood.

use std::sync::Arc;

use arrow_array::RecordBatch;
use serde::Serialize;

use super::columns::Columns;

/// A record as it was read.
#[derive(Clone, Debug)]
pub struct RawRecord {
    /// Number within its input, from 1.
    pub number: u64,
    /// Position in the decompressed input, in bytes.
    pub offset: u64,
    /// What it holds.
    pub body: Body,
}

/// What a record holds.
#[derive(Clone, Debug)]
pub enum Body {
    /// One line of JSON Lines, without its line break.
    JsonLine(Vec<u8>),
    /// Such a line that is to be a row of a table with these columns.
    TableLine(Vec<u8>, Arc<Columns>),
    /// A page or text from a WARC file or a folder.
    Page(Page),
    /// A row of a Parquet file.
    Row(Row),
}

/// A page or text with a name and no other fields.
#[derive(Clone, Debug)]
pub struct Page {
    /// Identity: the WARC record's, or the file's path in its folder.
    pub id: String,
    /// Address, where the dump has it.
    pub url: Option<String>,
    /// When it was fetched, where the dump has it.
    pub date: Option<String>,
    /// HTTP status, where the dump has it.
    pub status: Option<u16>,
    /// The bytes, not yet decoded.
    pub bytes: Vec<u8>,
    /// Charset that the transport declared.
    pub charset: Option<String>,
    /// HTML or text.
    pub kind: PageKind,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Some rows of the table, this one among them.
    pub batch: Arc<RecordBatch>,
    /// Index in the batch.
    pub index: usize,
    /// Size of the row, about, in bytes.
    pub bytes: usize,
}

/// Whether a page is to be read as HTML or as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// HTML.
    Html,
    /// XHTML, in which every element may close itself.
    Xhtml,
    /// Plain text.
    Text,
}

impl RawRecord {
    /// Size in bytes.
    pub fn len(&self) -> usize {
        match &self.body {
            Body::JsonLine(line) | Body::TableLine(line, _) => line.len(),
            Body::Page(page) => page.bytes.len(),
            Body::Row(row) => row.bytes,
        }
    }

    /// Whether the record holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A record that could not be processed; one line of the reject file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reject {
    /// The input; filled in by the runner.
    pub input: String,
    /// Number within the input, from 1.
    pub record: u64,
    /// Position in the decompressed input, in bytes.
    pub offset: u64,
    /// The record's id, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The cause.
    pub reason: String,
}

impl Reject {
    /// A reject of a record whose id is not known.
    pub fn new(record: u64, offset: u64, reason: impl Into<String>) -> Reject {
        Reject { input: String::new(), record, offset, id: None, reason: reason.into() }
    }
}
