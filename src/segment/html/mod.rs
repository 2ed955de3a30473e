//! HTML: a streaming tokenizer feeds a small stack of open elements; no tree is built.

mod attributes;
mod builder;
mod jsonld;
mod tags;
mod tokenizer;

use crate::deadline::{Deadline, TimeUp};
use crate::document::Document;
use builder::Builder;
use tokenizer::tokenize;

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
pub fn segment_html(html: &str) -> Document<'static> {
    let mut builder = Builder::default();
    // Without a deadline there is no error.
    let _ = tokenize(html, 0, &mut builder, Deadline::NEVER);
    builder.finish()
}

/// As [`segment_html`], within a time.
///
/// # Errors
///
/// The deadline has passed.
pub fn segment_html_by(html: &str, deadline: Deadline) -> Result<Document<'static>, TimeUp> {
    let mut builder = Builder::default();
    tokenize(html, 0, &mut builder, deadline)?;
    Ok(builder.finish())
}

/// What an element's tag name is known by in [`Element::tag`](crate::document::Element::tag).
pub(crate) fn tag_hash(name: &str) -> u32 {
    attributes::word_hash(name.as_bytes())
}

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
