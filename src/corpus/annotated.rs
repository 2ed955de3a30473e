//! HTML whose authors marked it: an element's `data-label` is the label of all text inside it.

use std::convert::Infallible;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

use crate::document::{Document, Label, LabelSet, UnknownLabel};

/// A label holds from a position in the source on.
struct Change {
    from: usize,
    label: Option<Label>,
}

/// The label of each block of a page marked with `data-label`; blocks outside any mark get
/// [`LabelSet::NONE`]. Tags of a marked page must be closed.
pub(super) fn targets(html: &str, document: &Document<'_>) -> Result<Vec<LabelSet>, UnknownLabel> {
    let changes = changes(html)?;
    let label_at = |position: usize| {
        let next = changes.partition_point(|change| change.from <= position);
        next.checked_sub(1).and_then(|last| changes[last].label)
    };
    Ok(document
        .blocks
        .iter()
        .map(|block| label_at(block.source.start).map_or(LabelSet::NONE, LabelSet::from))
        .collect())
}

fn changes(html: &str) -> Result<Vec<Change>, UnknownLabel> {
    const VOID: [&[u8]; 8] = [b"br", b"hr", b"img", b"input", b"meta", b"link", b"source", b"wbr"];
    let mut changes = vec![Change { from: 0, label: None }];
    let mut open: Vec<Option<Label>> = Vec::new();
    let (mut name, mut is_label, mut label) = (Vec::new(), false, None);
    let mut unknown = None;
    let mut emitter =
        CallbackEmitter::new(|event: CallbackEvent<'_>, span: Span<usize>| -> Option<Infallible> {
            match event {
                CallbackEvent::OpenStartTag { name: tag } => {
                    (name, label) = (tag.to_vec(), open.last().copied().flatten());
                }
                CallbackEvent::AttributeName { name } => is_label = name == b"data-label",
                CallbackEvent::AttributeValue { value } if is_label => {
                    match String::from_utf8_lossy(value).parse() {
                        Ok(known) => label = Some(known),
                        Err(error) => unknown = Some(error),
                    }
                }
                CallbackEvent::CloseStartTag { .. } if !VOID.contains(&&name[..]) => {
                    open.push(label);
                    changes.push(Change { from: span.end, label });
                }
                CallbackEvent::EndTag { .. } => {
                    open.pop();
                    changes.push(Change { from: span.end, label: open.last().copied().flatten() });
                }
                _ => {}
            }
            None
        });
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(html, emitter).for_each(drop);
    unknown.map_or(Ok(changes), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::segment_html;

    #[test]
    fn the_innermost_mark_holds() {
        let html = "<div>no</div><main data-label=content><p>a<br>b</p>\
            <div data-label=ad>buy</div><p>c</p></main><p>none</p>";
        let labels = targets(html, &segment_html(html)).unwrap();
        let names: Vec<_> = labels.iter().map(|set| set.single().map_or("-", Label::name)).collect();
        assert_eq!(names, ["-", "content", "content", "ad", "content", "-"]);
        assert!(targets("<p data-label=contents>x</p>", &segment_html("<p>x</p>")).is_err());
    }
}
