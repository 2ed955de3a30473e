//! The kept text of a document: what is dropped is cut out, and the rest stays as it was.

use std::borrow::Cow;
use std::ops::Range;

use super::Decision;
use crate::document::{Document, DocumentKind, LabelSet};

/// How the kept text is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// A text keeps its bytes, but for the dropped lines and one of two blank lines that then meet; a page has one block a
    /// line, and its preformatted blocks keep their lines and indentation.
    #[default]
    Keep,
    /// One block a line, white space folded at its ends.
    Fold,
}

/// The text of the blocks whose label is in `keep`. A text of which nothing is dropped is lent, not copied.
pub fn kept_text<'d>(
    document: &'d Document<'_>,
    decisions: &[Decision],
    keep: LabelSet,
    layout: Layout,
) -> Cow<'d, str> {
    let is_kept = |block: usize| decisions.get(block).is_some_and(|decision| keep.contains(decision.label));
    match (layout, document.kind) {
        (Layout::Fold, _) => Cow::Owned(folded(document, is_kept)),
        (Layout::Keep, DocumentKind::Html) => Cow::Owned(one_block_a_line(document, is_kept)),
        (Layout::Keep, DocumentKind::Text) if (0..document.blocks.len()).all(is_kept) => {
            Cow::Borrowed(&document.text)
        }
        (Layout::Keep, DocumentKind::Text) => Cow::Owned(cut_out(document, is_kept)),
    }
}

/// One line for each kept block; the sentences of one long line are one again.
fn folded(document: &Document<'_>, is_kept: impl Fn(usize) -> bool) -> String {
    let mut text = String::new();
    let mut end = None;
    for (index, block) in document.blocks.iter().enumerate() {
        if is_kept(index) {
            let between = end.and_then(|end: usize| document.text.get(end..block.text.start));
            text.push_str(match between {
                None => "",
                Some(_) if document.kind == DocumentKind::Html => "\n",
                Some(between) if between.contains('\n') => "\n",
                Some(_) => " ",
            });
            text.push_str(document.block_text(block));
            end = Some(block.text.end);
        }
    }
    text
}

fn one_block_a_line(document: &Document<'_>, is_kept: impl Fn(usize) -> bool) -> String {
    let mut text = String::new();
    let mut before = None;
    let mut verbatim = document.verbatim.iter().peekable();
    for (index, block) in document.blocks.iter().enumerate() {
        while verbatim.next_if(|(at, _)| *at < index).is_some() {}
        if !is_kept(index) {
            continue;
        }
        if before.is_some() {
            text.push('\n');
        }
        match verbatim.next_if(|(at, _)| *at == index) {
            // Blank lines stand between two lines of one block of code only.
            Some((_, lines)) if before.is_some_and(|before: usize| before + 1 == index) => {
                text.push_str(lines)
            }
            Some((_, lines)) => text.push_str(lines.trim_start_matches('\n')),
            None => text.push_str(document.block_text(block)),
        }
        before = Some(index);
    }
    text
}

/// The text without its dropped blocks.
fn cut_out(document: &Document<'_>, is_kept: impl Fn(usize) -> bool) -> String {
    let text: &str = &document.text;
    let mut out = Cutter {
        text: String::with_capacity(text.len()),
        last_line_end: 0,
        after_blank: true,
        dropped: false,
    };
    let (mut first, mut next, mut start) = (0, 0, 0);
    for end in memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1).chain([text.len()]) {
        while document.blocks.get(next).is_some_and(|block| block.text.start < end) {
            next += 1;
        }
        // A block of several lines ends on a later line than it begins.
        let is_open = next > first && document.blocks[next - 1].text.end > end;
        if is_open || start == end {
            continue;
        }
        let line = &text[start..end];
        match (first..next).filter(|&block| is_kept(block)).count() {
            _ if first == next => out.blank(line),
            0 => out.dropped = true,
            kept if kept == next - first => out.line(line),
            _ => out.line_of(|text| write_part(document, start..end, first..next, &is_kept, text)),
        }
        (first, start) = (next, end);
    }
    out.finish(text.ends_with('\n'))
}

/// Writes a line without some of its sentences. What follows a gap has the space that followed the sentence before the gap.
fn write_part(
    document: &Document<'_>,
    line: Range<usize>,
    blocks: Range<usize>,
    is_kept: impl Fn(usize) -> bool,
    out: &mut String,
) {
    let place = |block: usize| document.blocks[block].text.clone();
    out.push_str(&document.text[line.start..place(blocks.start).start]);
    let mut before: Option<usize> = None;
    for block in blocks.clone().filter(|&block| is_kept(block)) {
        if let Some(before) = before {
            out.push_str(&document.text[place(before).end..place(before + 1).start]);
        }
        out.push_str(&document.text[place(block)]);
        before = Some(block);
    }
    out.push_str(&document.text[place(blocks.end - 1).end..line.end]);
}

/// Writes lines and joins what stood around dropped ones.
struct Cutter {
    text: String,
    /// Where the last line that is not blank ends.
    last_line_end: usize,
    /// The last line is blank, or there is none.
    after_blank: bool,
    /// Lines were dropped since.
    dropped: bool,
}

impl Cutter {
    fn line(&mut self, line: &str) {
        self.line_of(|text| text.push_str(line));
    }

    fn line_of(&mut self, write: impl FnOnce(&mut String)) {
        write(&mut self.text);
        self.last_line_end = self.text.len();
        (self.after_blank, self.dropped) = (false, false);
    }

    fn blank(&mut self, line: &str) {
        if self.dropped && self.after_blank {
            // At the start of the text all go: they parted what is no longer there.
            self.dropped = self.text.is_empty();
            return;
        }
        self.text.push_str(line);
        (self.after_blank, self.dropped) = (true, false);
    }

    /// Blank lines before an end that was dropped go with it; the text ends with a line break where it did before.
    fn finish(mut self, ends_line: bool) -> String {
        if self.dropped {
            self.text.truncate(self.last_line_end);
            if !ends_line && let Some(line) = self.text.strip_suffix('\n') {
                self.text.truncate(line.strip_suffix('\r').unwrap_or(line).len());
            }
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::Label;
    use crate::segment::{segment_html, segment_text};

    /// The text without the blocks that hold `drop`.
    fn without(text: &str, drop: &str) -> String {
        let document = segment_text(text);
        let decide = |block| {
            let label = if document.block_text(block).contains(drop) { Label::Ad } else { Label::Content };
            Decision { label, probability: 1.0 }
        };
        let decisions: Vec<Decision> = document.blocks.iter().map(decide).collect();
        kept_text(&document, &decisions, LabelSet::CONTENT, Layout::Keep).into_owned()
    }

    #[test]
    fn what_is_kept_is_kept_byte_for_byte() {
        let code = "def f(x):\r\n\tif x:\r\n\t\treturn  1 \r\n\r\n\r\n";
        assert_eq!(without(code, "nothing"), code);
        assert_eq!(without("  a\n\n  X\n\n\tb \n", "X"), "  a\n\n\tb \n");
        assert_eq!(without("a\nX\nX\nb", "X"), "a\nb");
        assert_eq!(without("a\r\n\r\nX\r\n\r\nX", "X"), "a");
        assert_eq!(without("X\n\n\na\n\n\nX\n", "X"), "a\n");
        assert_eq!(without("X\n \nX", "X"), "");
    }

    #[test]
    fn a_page_keeps_the_lines_of_its_code() {
        let page = "<p>See  this:<pre>\n\ndef f():\n    <b>return</b>   1\n\n# end</pre><p>and <code>a  b</code>.\
            <textarea>  one\n two</textarea><code>x = [\n  1,\n]</code>";
        let document = segment_html(page);
        let all = vec![Decision { label: Label::Content, probability: 1.0 }; document.blocks.len()];
        let text = kept_text(&document, &all, LabelSet::CONTENT, Layout::Keep);
        let expected = "See this:\ndef f():\n    return   1\n\n# end\nand a b.\n  one\n two\nx = [\n  1,\n]";
        assert_eq!(text, expected);
    }

    proptest! {
        #[test]
        fn a_text_loses_its_dropped_lines_and_blank_lines_at_most(
            lines in prop::collection::vec("( |\t|\u{3000}){0,3}([a-zü日.]{1,9} ?){0,3}\r?", 0..30),
            drops in prop::collection::vec(any::<bool>(), 30),
        ) {
            let text = lines.join("\n");
            let document = segment_text(&text);
            let decisions: Vec<Decision> = drops.iter().take(document.blocks.len())
                .map(|&drop| Decision { label: if drop { Label::Ad } else { Label::Content }, probability: 1.0 })
                .collect();
            let kept = kept_text(&document, &decisions, LabelSet::CONTENT, Layout::Keep);
            let mut drops = drops.iter();
            let expected: Vec<&str> = text.split('\n')
                .filter(|line| line.trim().is_empty() || !*drops.next().unwrap_or(&false))
                .collect();
            // Line breaks apart, which the last line of all may have lost …
            let bare = |lines: Vec<&str>| {
                lines.into_iter().filter(|line| !line.trim().is_empty()).map(|line| line.trim_end_matches('\r').to_owned()).collect::<Vec<_>>()
            };
            prop_assert_eq!(bare(kept.split('\n').collect()), bare(expected.clone()));
            // … blank lines go, but none comes.
            let blank = |lines: &[&str]| lines.iter().filter(|line| line.trim().is_empty()).count();
            prop_assert!(blank(&kept.split('\n').collect::<Vec<_>>()) <= blank(&expected) + 1);
            if decisions.iter().all(|decision| decision.label == Label::Content) {
                prop_assert_eq!(&*kept, text.as_str());
            }
        }
    }
}
