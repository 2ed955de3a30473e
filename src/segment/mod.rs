//! Text or HTML to a [`Document`](crate::document::Document) of blocks.
//!
//! Both segmenters cost time linear in the bytes of their input. Any string is a document; only limits that somebody sets can
//! refuse one.

pub mod encoding;
mod html;
mod sentences;
mod text;

pub(crate) use html::{Attributes, Name, Sink, is_skipped, seeks_end_tag, tag_hash, tokenize};
pub use html::{segment_html, segment_html_within, segment_xhtml_within};
pub use text::{segment_text, segment_text_to_sentences, segment_text_within};
