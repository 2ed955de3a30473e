//! Inline markup of one block, from its place in the source.

use std::ops::Range;

use super::skip::Skip;
use crate::limits::{Deadline, TimeUp};
use crate::segment::{Attributes, Name, Sink, tokenize};

/// Inline elements that may open right before a block's first letter.
const INLINE: [&str; 16] = [
    "a", "abbr", "b", "bdi", "cite", "code", "em", "font", "i", "kbd", "mark", "s", "small", "span",
    "strong", "u",
];

/// Marks that are open at once. Deeper elements have none, as the segmenter sees none either.
const MAX_OPEN: usize = 512;
/// A longer address is data, not a link.
const MAX_ADDRESS_BYTES: usize = 32 << 10;

/// The text of a block with its links, emphasis and code, white space folded. Tags count from `floor` on, where the block
/// before it ends. Costs time linear in what lies between.
pub(super) fn to_markdown(
    source: &str,
    floor: usize,
    range: Range<usize>,
    skip: Skip,
    deadline: Deadline,
) -> Result<String, TimeUp> {
    let start = with_tags_before(source, floor, range.start);
    let mut inline = Inline { skip, ..Inline::default() };
    tokenize(source.get(start..range.end).unwrap_or_default(), 0, &mut inline, deadline)?;
    Ok(inline.finish())
}

/// Text without markup, white space folded.
pub(super) fn literal(text: &str) -> String {
    let mut inline = Inline::default();
    inline.push_text(text);
    inline.finish()
}

/// Moves a start back over the inline tags that open right before it, but not before `floor`.
fn with_tags_before(source: &str, floor: usize, start: usize) -> usize {
    let mut start = start;
    loop {
        let before = source.get(floor..start).unwrap_or_default().trim_end();
        let tag = before.strip_suffix('>').and_then(|before| Some((before.rfind('<')?, before)));
        let Some((open, before)) = tag else { return start };
        let inside = before.get(open + 1..).unwrap_or_default();
        let name = inside.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        if !INLINE.iter().any(|inline| name.eq_ignore_ascii_case(inline)) {
            return start;
        }
        start = floor + open;
    }
}

/// Elements that have marks; `b` and `strong`, `em` and `i` have the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Link,
    Strong,
    Emphasis,
    Code,
}

/// An element that is open.
struct Open {
    name: &'static str,
    kind: Kind,
    /// What it ends with, if it has a mark in front.
    end: Option<String>,
    href: String,
}

/// Marks are written when the first letter behind a start tag comes, so that spaces stay outside and what is empty has none.
#[derive(Default)]
struct Inline {
    attributes: Attributes,
    /// The start tag being read.
    name: Vec<u8>,
    skip: Skip,
    text: String,
    /// A space is due before the next letter.
    pending_space: bool,
    open: Vec<Open>,
    /// How many of these have a letter inside.
    begun: usize,
    /// Elements beyond [`MAX_OPEN`] that are open.
    too_deep: usize,
}

/// An element's name and kind, if it has marks.
fn marked(name: &[u8]) -> Option<(&'static str, Kind)> {
    Some(match name {
        b"a" => ("a", Kind::Link),
        b"b" => ("b", Kind::Strong),
        b"strong" => ("strong", Kind::Strong),
        b"em" => ("em", Kind::Emphasis),
        b"i" => ("i", Kind::Emphasis),
        b"code" => ("code", Kind::Code),
        _ => return None,
    })
}

impl Sink for Inline {
    fn attributes(&mut self) -> &mut Attributes {
        &mut self.attributes
    }

    fn open_start_tag(&mut self, name: &[u8]) {
        self.attributes.clear();
        self.name.clear();
        self.name.extend_from_slice(name);
    }

    fn close_start_tag(&mut self, self_closing: bool) -> bool {
        let ends = self.skip.open(&self.name, self_closing);
        if let Some((name, kind)) = marked(&self.name).filter(|_| !self.skip.is_skipping()) {
            self.open(name, kind);
        }
        ends
    }

    fn end_tag(&mut self, name: &[u8]) {
        if self.skip.is_skipping() {
            self.skip.close(name);
        } else if let Some((name, _)) = marked(name) {
            self.close(name);
        }
    }

    fn text(&mut self, value: &str, _: Range<usize>) {
        if !self.skip.is_skipping() {
            self.push_text(value);
        }
    }
}

impl Inline {
    fn open(&mut self, name: &'static str, kind: Kind) {
        if kind == Kind::Link {
            // Links do not nest: one that an author left open ends where the next begins.
            self.close(name);
        }
        if self.open.len() >= MAX_OPEN {
            self.too_deep += 1;
            return;
        }
        let href = if kind == Kind::Link { self.attributes.text(Name::Href) } else { String::new() };
        self.open.push(Open { name, kind, end: None, href });
    }

    fn close(&mut self, name: &str) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let Some(at) = self.open.iter().rposition(|open| open.name == name) else { return };
        // What a page leaves open inside ends here too.
        self.close_to(at);
    }

    fn close_to(&mut self, depth: usize) {
        for open in self.open.drain(depth..).rev() {
            self.text.push_str(open.end.as_deref().unwrap_or_default());
        }
        self.begun = self.begun.min(depth);
    }

    fn push_text(&mut self, text: &str) {
        let is_code = self.open.iter().any(|open| open.kind == Kind::Code);
        for c in text.chars() {
            if c.is_whitespace() {
                self.pending_space = !self.text.is_empty();
                continue;
            }
            if std::mem::take(&mut self.pending_space) {
                self.text.push(' ');
            }
            if self.begun < self.open.len() {
                self.begin_marks();
            }
            if !is_code && matches!(c, '\\' | '`' | '*' | '[' | ']' | '<') {
                self.text.push('\\');
            }
            self.text.push(c);
        }
    }

    /// Writes the marks of elements whose first letter comes now. Of two of a kind the outer has some.
    fn begin_marks(&mut self) {
        for at in self.begun..self.open.len() {
            let (around, inner) = self.open.split_at_mut(at);
            let Some(open) = inner.first_mut() else { break };
            if around.iter().any(|outer| outer.kind == open.kind && outer.end.is_some()) {
                continue;
            }
            let (start, end) = match open.kind {
                Kind::Link => match link_end(&open.href) {
                    Some(end) => ("[", end),
                    None => continue,
                },
                Kind::Strong => ("**", "**".to_owned()),
                Kind::Emphasis => ("*", "*".to_owned()),
                Kind::Code => ("`", "`".to_owned()),
            };
            self.text.push_str(start);
            open.end = Some(end);
        }
        self.begun = self.open.len();
    }

    fn finish(mut self) -> String {
        self.close_to(0);
        self.text
    }
}

/// What a link ends with; none leads nowhere or runs a script.
fn link_end(href: &str) -> Option<String> {
    let runs =
        |scheme: &str| href.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    if href.is_empty() || href.starts_with('#') || runs("javascript:") || runs("data:") {
        return None;
    }
    if href.len() > MAX_ADDRESS_BYTES {
        return None;
    }
    if href.contains(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '<' | '>')) {
        let safe: String = href.chars().filter(|c| !matches!(c, '<' | '>' | '\n' | '\r')).collect();
        return Some(format!("](<{safe}>)"));
    }
    Some(format!("]({href})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inline(source: &str, first: &str) -> String {
        let range = source.find(first).unwrap()..source.len();
        to_markdown(source, 0, range, Skip::default(), Deadline::NEVER).unwrap()
    }

    #[test]
    fn links_and_emphasis_before_the_first_letter_count() {
        assert_eq!(inline("<li><a href=\"/a b\"><b>Go </b>on</a> now", "Go"), "[**Go** on](</a b>) now");
        assert_eq!(inline("<p><span class=x>\n <em>Why</em></span>", "Why"), "*Why*");
    }

    #[test]
    fn code_is_not_escaped_and_scripts_are_no_links() {
        assert_eq!(inline("<code>a[0]*b</code> &amp; <i></i>[c]", "a[0]"), "`a[0]*b` & \\[c\\]");
        assert_eq!(inline("<a href='javascript:x()'>Go</a> <a href=#top>up</a>", "Go"), "Go up");
    }

    #[test]
    fn spaces_stay_outside_of_marks_and_what_is_empty_has_none() {
        assert_eq!(inline("<p>a<b> b </b>c <i> </i>d", "a<b>"), "a **b** c d");
        assert_eq!(inline("<p>a <b><i>b</b> c</i> d", "a <b>"), "a ***b*** c d");
    }

    #[test]
    fn what_is_left_open_has_marks_once() {
        assert_eq!(inline("<p>x <b>x<b>x<strong>y</strong></b> z", "x <b>"), "x **xxy z**");
        assert_eq!(inline("<p><a href=/1>x<a href=/2>y</a> z", "x<a"), "[x](/1)[y](/2) z");
    }

    #[test]
    fn elements_without_end_cost_no_more_than_their_bytes() {
        let many = 100_000;
        for piece in ["<b>x", "<a href=/y>x ", "<i><b>x</b>", "<code>x</i>", "<b>x</code></a>"] {
            let source = format!("<p>first {}", piece.repeat(many));
            let markdown = inline(&source, "first");
            assert_eq!(markdown.matches('x').count(), many, "{piece}");
            assert!(markdown.len() <= 2 * source.len(), "{piece}");
        }
    }

    #[test]
    fn a_deadline_is_asked_inside_a_block() {
        let deadline = Deadline::after(Some(std::time::Duration::ZERO));
        let source = "<b>x".repeat(10_000);
        assert!(to_markdown(&source, 0, 0..source.len(), Skip::default(), deadline).is_err());
    }
}
