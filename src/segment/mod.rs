//! Text or HTML to a [`Document`](crate::document::Document) of blocks.
//!
//! Both segmenters cost time linear in the bytes of their input and never fail: any string is a document.

pub mod encoding;
mod html;
mod text;

pub(crate) use html::tag_hash;
pub use html::{segment_html, segment_html_by};
pub use text::segment_text;
