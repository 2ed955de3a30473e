//! HTML: a streaming tokenizer feeds a small stack of open elements; no tree is built.

mod attributes;
mod builder;
mod jsonld;
mod tags;

use std::convert::Infallible;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Emitter, ForwardingEmitter, Span, Tokenizer};

use crate::document::Document;
use builder::Builder;

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
    tokenize(html.as_bytes(), 0, &mut builder);
    builder.finish()
}

/// What an element's tag name is known by in [`Element::tag`](crate::document::Element::tag).
pub(crate) fn tag_hash(name: &str) -> u32 {
    attributes::word_hash(name.as_bytes())
}

/// Feeds the builder. The tokenizer takes the inside of `noscript` for raw text, so it is tokenized by a call of
/// its own; inside that call, a further `noscript` stays text.
fn tokenize(html: &[u8], offset: usize, builder: &mut Builder) {
    let mut in_noscript = false;
    let nested = offset > 0;
    let mut emitter =
        CallbackEmitter::new(|event: CallbackEvent<'_>, span: Span<usize>| -> Option<Infallible> {
            let span = span.start + offset..span.end + offset;
            match event {
                CallbackEvent::OpenStartTag { name } => builder.open_start_tag(name),
                CallbackEvent::AttributeName { name } => builder.attributes.name(name),
                CallbackEvent::AttributeValue { value } => builder.attributes.value(value),
                CallbackEvent::CloseStartTag { self_closing } => {
                    in_noscript = builder.is_noscript_tag() && !nested;
                    builder.close_start_tag(self_closing);
                }
                CallbackEvent::EndTag { name } => {
                    in_noscript = false;
                    builder.end_tag(name);
                }
                // The source's bytes, not the event's: offsets into those would shift at a replaced NUL.
                CallbackEvent::String { .. } if in_noscript => {
                    let inside = html.get(span.start - offset..span.end - offset).unwrap_or_default();
                    tokenize(inside, span.start, builder);
                }
                CallbackEvent::String { value } => builder.text(value, span),
                CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
            }
            None
        });
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(html, Unchecked(emitter)).for_each(drop);
}

/// An emitter that nobody asks for errors, which spares the tokenizer a look at every byte.
struct Unchecked<E>(E);

impl<E: Emitter> ForwardingEmitter for Unchecked<E> {
    type Token = E::Token;

    fn inner(&mut self) -> &mut impl Emitter<Token = Self::Token> {
        &mut self.0
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests;
