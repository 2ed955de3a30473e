//! Readers and writers of scraped dumps.

mod compression;
mod fields;
mod folder;
mod input;
mod jsonl;
mod output;
mod record;
mod warc;

pub use compression::open_decompressed;
pub use fields::Fields;
pub use input::{Format, Input, InputOptions, open_stream};
pub use output::{Output, OutputTarget, sibling};
pub use record::{Body, PageKind, RawRecord, Reject};

/// What a reader yields: a record, a record it could not read, or something that is no page (with the rule's name).
#[derive(Debug)]
pub enum Item {
    /// A record to work on.
    Record(RawRecord),
    /// A broken record.
    Reject(Reject),
    /// A part of the dump that holds no page, such as a WARC request.
    NoPage(&'static str),
}

/// A reader of one input. After an error it cannot get past, it yields a reject and ends.
pub trait ReadItems: Send {
    /// The next item, `None` at the end.
    fn next_item(&mut self) -> Option<Item>;
}
