//! HTML: a streaming tokenizer feeds a small stack of open elements; no tree is built.

mod attributes;
mod builder;
mod jsonld;
mod tags;
mod tokenizer;

use crate::document::Document;
use crate::limits::{Deadline, LimitExceeded, Limits};
pub(crate) use attributes::{Attributes, Name};
use builder::Builder;
use tags::Tag;
pub(crate) use tokenizer::{Sink, seeks_end_tag, tokenize};

/// Cuts an HTML page into blocks: the text between block-level boundaries, white space folded.
///
/// `Block::source` is a byte range in `html`. Elements nested deeper than 512 are read as if they stood at that
/// depth, as browsers do.
///
/// ```
/// let document = dechaff::segment::segment_html("<h1>Rates</h1><p>The bank <b>raised</b>\n rates.<br>Again.");
/// let blocks: Vec<_> = document.blocks.iter().map(|b| document.block_text(b)).collect();
/// assert_eq!(blocks, ["Rates", "The bank raised rates.", "Again."]);
/// ```
///
/// A page with an XML declaration is read as XHTML, in which `<script src="a.js"/>` ends with its start tag.
pub fn segment_html(html: &str) -> Document<'static> {
    let mut builder = Builder::new(usize::MAX, declares_xml(html));
    // Without limits there is no error.
    let _ = tokenize(html, 0, &mut builder, Deadline::NEVER);
    builder.finish()
}

/// As [`segment_html`], within limits.
///
/// # Errors
///
/// The deadline has passed, or the page has too many blocks.
pub fn segment_html_within(html: &str, limits: Limits) -> Result<Document<'static>, LimitExceeded> {
    segment(html, declares_xml(html), limits)
}

/// As [`segment_html_within`], of a page that is known to be XHTML, by its content type for instance.
///
/// # Errors
///
/// As there.
pub fn segment_xhtml_within(html: &str, limits: Limits) -> Result<Document<'static>, LimitExceeded> {
    segment(html, true, limits)
}

fn segment(html: &str, is_xhtml: bool, limits: Limits) -> Result<Document<'static>, LimitExceeded> {
    let mut builder = Builder::new(limits.max_blocks, is_xhtml);
    tokenize(html, 0, &mut builder, limits.deadline)?;
    let document = builder.finish();
    if document.blocks.len() > limits.max_blocks {
        return Err(LimitExceeded::Blocks(limits.max_blocks));
    }
    Ok(document)
}

/// Whether a page begins as XML does.
fn declares_xml(html: &str) -> bool {
    let start = html.trim_start_matches('\u{feff}').trim_start();
    start.strip_prefix("<?xml").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_whitespace()))
}

/// Whether text in an element with this name, in lower case, is never a block.
pub(crate) fn is_skipped(name: &[u8]) -> bool {
    Tag::of(name) == Tag::Skipped
}

/// What an element's tag name is known by in [`Element::tag`](crate::document::Element::tag).
pub(crate) fn tag_hash(name: &str) -> u32 {
    attributes::word_hash(name.as_bytes())
}

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
