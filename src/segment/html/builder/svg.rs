//! Elements that end without an end tag of theirs: by a slash, or because HTML begins inside a drawing.

use super::Builder;
use crate::segment::html::attributes::word_hash;
use crate::segment::html::tags::Tag;
use crate::segment::html::tokenizer::seeks_end_tag;

/// An `svg` that is open.
enum Svg {
    /// At this place of the stack.
    At(usize),
    TooDeep,
}

/// `svg`, and its children in which HTML stands again.
fn svg_names() -> [u32; 4] {
    [&b"svg"[..], b"foreignobject", b"desc", b"title"].map(word_hash)
}

/// Block-level elements before which browsers leave a drawing.
fn ends_svg(name: &[u8]) -> bool {
    matches!(
        name,
        b"blockquote"
            | b"body"
            | b"center"
            | b"dd"
            | b"div"
            | b"dl"
            | b"dt"
            | b"h1"
            | b"h2"
            | b"h3"
            | b"h4"
            | b"h5"
            | b"h6"
            | b"li"
            | b"listing"
            | b"menu"
            | b"ol"
            | b"p"
            | b"pre"
            | b"table"
            | b"ul"
    )
}

impl Builder {
    /// Whether a slash ends the element whose start tag is read: in XML, in `<svg/>` and its children. In HTML it means nothing
    /// else, and a script or a frame goes on up to its end tag.
    pub(super) fn may_close_itself(&self, tag: Tag) -> bool {
        if seeks_end_tag(&self.tag_name) {
            return self.is_xhtml || self.open_svg().is_some();
        }
        tag == Tag::Skipped || self.is_skipping()
    }

    /// The outermost `svg` that is open, if what is read now is part of its drawing and no HTML inside it.
    fn open_svg(&self) -> Option<Svg> {
        let [svg, html_inside @ ..] = svg_names();
        if let Some((skipped, _)) = self.overflow_skipped {
            return (skipped == svg).then_some(Svg::TooDeep);
        }
        let mut found = None;
        for (at, open) in self.stack.iter().enumerate().rev().take_while(|(_, open)| open.skipped) {
            if open.name == svg {
                found = Some(Svg::At(at));
            } else if open.tag == Tag::Skipped || html_inside.contains(&open.name) {
                break;
            }
        }
        found
    }

    /// Closes an `svg` that an author forgot to close: a drawing has no paragraphs.
    pub(super) fn leave_svg(&mut self) {
        if self.is_skipping()
            && ends_svg(&self.tag_name)
            && let Some(Svg::At(at)) = self.open_svg()
        {
            self.pop_to(at);
        }
    }
}
