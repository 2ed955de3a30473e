//! Readers and writers of scraped dumps.

#[cfg(feature = "cloud")]
mod address;
mod cells;
mod claimed;
mod compression;
mod csv;
mod delimiter;
mod expand;
mod fields;
mod folder;
mod format;
mod http;
mod input;
mod inspect;
mod jsonl;
mod meter;
mod names;
#[cfg(feature = "cloud")]
mod object;
#[cfg(feature = "cloud")]
mod objects;
mod output;
mod parquet;
mod pattern;
mod record;
mod status;
mod table;
mod tell;
mod walk;
mod warc;
mod wet;
mod writer;

use std::borrow::Cow;

use arrow_schema::SchemaRef;

pub(crate) use claimed::is_manifest;
pub use claimed::{OWN_FOLDER, claim_output};
pub use compression::open_decompressed;
pub use expand::{ExpandOptions, Expanded, expand_inputs};
pub use fields::Fields;
pub use folder::PageFolder;
pub use format::Format;
pub(crate) use format::without_endings;
pub use input::{Identity, Input, InputOptions, open_stream};
pub use inspect::Inspected;
pub use meter::Meter;
pub(crate) use names::readable;
#[cfg(feature = "cloud")]
pub use object::Object;
pub use output::{Compression, Output, OutputTarget, Whole, sibling};
pub use record::{Body, Page, PageKind, RawRecord, Reject, Row};
pub use status::StatusSet;
pub use table::{TableBlock, TableRow, TableSource};
pub use walk::Skipped;
pub use wet::wet_record;
pub use writer::{OutputFormat, RecordWriter, TableOptions, View, Written};

/// What a reader yields: a record, a record it could not read, or something that is no page (with the rule's name).
#[derive(Debug)]
pub enum Item {
    /// A record to work on.
    Record(RawRecord),
    /// A broken record.
    Reject(Reject),
    /// A part of the dump that holds no page, such as a WARC request.
    NoPage(Cow<'static, str>),
}

/// A reader of one input. After an error it cannot get past, it yields a reject and ends.
pub trait ReadItems: Send {
    /// The next item, `None` at the end.
    fn next_item(&mut self) -> Option<Item>;

    /// The columns, if the input is a table.
    fn schema(&self) -> Option<SchemaRef> {
        None
    }
}
