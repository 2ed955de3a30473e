//! Readers and writers of scraped dumps.

#[cfg(feature = "cloud")]
mod address;
mod cell_json;
mod cells;
mod claimed;
mod claims;
mod columns;
mod compression;
mod csv;
mod csv_rows;
mod delimiter;
mod doubles;
mod expand;
mod extra;
mod fields;
mod folder;
mod format;
mod http;
mod input;
mod inspect;
mod json_object;
mod json_text;
mod jsonl;
mod meter;
mod names;
mod naming;
#[cfg(feature = "cloud")]
mod object;
#[cfg(feature = "cloud")]
mod objects;
mod output;
mod packed;
mod parquet;
mod partial;
mod pattern;
mod record;
mod shape;
mod status;
mod table;
mod table_columns;
mod tabulated;
mod tell;
mod walk;
mod warc;
mod wet;
mod writer;

use std::borrow::Cow;

use arrow_schema::SchemaRef;

pub use cell_json::refuse_for_json;
pub(crate) use cells::is_text;
pub(crate) use claimed::is_manifest;
pub use claimed::{OWN_FOLDER, claim_output};
pub(crate) use claims::resolved;
pub use claims::{Claims, Existing, is_special};
pub use columns::Columns;
pub(crate) use compression::decompressed;
pub use compression::open_decompressed;
pub use expand::{ExpandOptions, Expanded, expand_inputs};
pub(crate) use extra::free_name;
pub use extra::{Extra, ExtraColumn, ExtraKind};
pub use fields::{Fields, Source};
pub use folder::PageFolder;
pub use format::Format;
pub(crate) use format::without_endings;
pub use input::{Identity, Input, InputOptions, open_stream};
pub use inspect::Inspected;
pub use meter::Meter;
pub(crate) use names::readable;
pub use naming::{OutputName, output_name};
#[cfg(feature = "cloud")]
pub use object::Object;
pub(crate) use output::followed;
pub use output::{Compression, Output, OutputTarget, Whole, sibling};
pub(crate) use partial::remove_partial_files;
pub use record::{Body, Page, PageKind, RawRecord, Reject, Row};
pub use status::StatusSet;
pub use table::{TableBlock, TableRow, TableSource};
pub use tabulated::Tabulated;
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

    /// Whether its records have fields, rather than being pages.
    fn has_fields(&self) -> bool {
        self.schema().is_some()
    }
}
