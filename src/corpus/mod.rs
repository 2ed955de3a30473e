//! Labelled corpora: their schema, the importers, alignment of page-level truth to blocks, splits by host.

mod align;
mod annotated;
mod flatten;
mod host;
mod id;
mod line_labels;
mod load;
mod phrases;
mod transfer;

pub use align::align;
pub use flatten::{Flattening, excerpt, flatten};
pub use host::{fold_of, host_of};
pub(crate) use id::text_or_number;
pub use line_labels::LineLabels;
pub use load::{load, load_all, parse_record};
pub use phrases::Phrases;
pub use transfer::transfer_labels;

use crate::document::{Access, Document, LabelSet};

/// One page or text with what is known of it.
#[derive(Clone, Debug)]
pub struct LabelledDocument {
    /// Identity within its corpus.
    pub id: String,
    /// The corpus.
    pub source: String,
    /// Pages of one host never stand on both sides of a split.
    pub host: String,
    /// Kind of page (`article`, `forum`, …), where the corpus tells.
    pub page_type: String,
    /// Language tag, where the corpus or the page tells.
    pub language: String,
    /// The blocks.
    pub document: Document<'static>,
    /// What each block may be; as many as there are blocks.
    pub targets: Vec<LabelSet>,
    /// The page-level truth.
    pub truth: Truth,
}

/// What a corpus says about a page as a whole.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    /// The main content as plain text.
    pub main_content: Option<String>,
    /// Segments that a good extraction has.
    pub must_contain: Vec<String>,
    /// Segments that a good extraction lacks.
    pub must_not_contain: Vec<String>,
    /// The page's access.
    pub access: Option<Access>,
    /// What the page declares by schema.org's `isAccessibleForFree`.
    pub declared_free: Option<bool>,
    /// Whether a human labelled every block.
    pub has_block_labels: bool,
    /// Whether the blocks are phrases that stand alone, and no document.
    pub is_list: bool,
    /// Whether the phrases of a list mean something else in other surroundings.
    pub is_context_dependent: bool,
}
