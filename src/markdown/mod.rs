//! Kept blocks as Markdown: headings, lists, quotes, tables, code and links as the page has them.
//!
//! The segmenter folds white space and forgets links, for speed; only here, for the blocks that are kept, the page's source is
//! read once more.

mod inline;
mod table;

use crate::document::{Block, Document, DocumentKind, Element};
use crate::segment::tag_hash;

/// Writes some blocks of a document, given by their indices in rising order, as Markdown. `source` is what was segmented.
/// A text has no markup: its blocks come out as they are, one a line.
///
/// ```
/// let page = "<h2>Rates</h2><p>The <a href='/bank'>bank</a> raised them.<ul><li>Once<li>Twice</ul>";
/// let document = dechaff::segment::segment_html(page);
/// let all: Vec<usize> = (0..document.blocks.len()).collect();
/// assert_eq!(
///     dechaff::markdown::to_markdown(&document, page, &all),
///     "## Rates\n\nThe [bank](/bank) raised them.\n\n- Once\n- Twice"
/// );
/// ```
pub fn to_markdown(document: &Document<'_>, source: &str, kept: &[usize]) -> String {
    if document.kind == DocumentKind::Text {
        let lines: Vec<&str> = kept.iter().map(|&at| document.block_text(&document.blocks[at])).collect();
        return lines.join("\n");
    }
    let page = Page { document, source };
    let mut writer = Writer { page, text: String::new(), last: None };
    let mut rest = kept;
    while let Some(&first) = rest.first() {
        let count = writer.write(first, rest);
        rest = &rest[count..];
    }
    writer.text
}

/// A document beside its source.
#[derive(Clone, Copy)]
struct Page<'a> {
    document: &'a Document<'a>,
    source: &'a str,
}

impl<'a> Page<'a> {
    fn block(self, at: usize) -> &'a Block {
        &self.document.blocks[at]
    }

    /// The nearest element around a block whose tag is one of `names`.
    fn ancestor(self, at: usize, names: &[&str]) -> Option<u32> {
        let elements = &self.document.elements;
        let is_named = |&at: &usize| names.iter().any(|name| elements[at].tag == tag_hash(name));
        Element::ancestors(elements, self.block(at).context.element).find(is_named).map(|at| at as u32)
    }

    /// How many of the blocks, from the first on, stand in the same element; at least 1, as the first does.
    fn run(self, blocks: &[usize], element: u32, names: &[&str]) -> usize {
        blocks.iter().take_while(|&&at| self.ancestor(at, names) == Some(element)).count()
    }

    fn inline(self, at: usize) -> String {
        inline::to_markdown(self.source, self.block(at).source.clone())
    }
}

/// What the piece before was.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    /// A line of this list item.
    Item(u32),
    /// A line directly in this element.
    Line(u32),
    Other,
}

struct Writer<'a> {
    page: Page<'a>,
    text: String,
    last: Option<Last>,
}

impl Writer<'_> {
    /// Writes the first of `blocks` and those that belong to it; returns how many.
    fn write(&mut self, first: usize, blocks: &[usize]) -> usize {
        let page = self.page;
        let region = page.block(first).context.region;
        if region.pre
            && let Some(pre) = page.ancestor(first, &["pre"])
        {
            let count = page.run(blocks, pre, &["pre"]);
            let range = page.block(first).source.start..page.block(blocks[count - 1]).source.end;
            let fenced = fence(&inline::raw(page.source, range));
            self.push(&fenced, "\n\n", "", Last::Other);
            return count;
        }
        if region.in_cell
            && let Some(root) = page.ancestor(first, &["table"])
        {
            let count = page.run(blocks, root, &["table"]);
            match table::to_markdown(page, &blocks[..count]) {
                Some(rows) => self.push(&rows, "\n\n", "", Last::Other),
                None => blocks[..count].iter().for_each(|&at| self.write_line(at)),
            }
            return count;
        }
        self.write_line(first);
        1
    }

    fn write_line(&mut self, at: usize) {
        let context = &self.page.block(at).context;
        let quote = if context.region.quote { "> " } else { "" };
        let text = self.page.inline(at);
        if context.heading > 0 {
            let marks = "#".repeat(usize::from(context.heading));
            return self.push(&format!("{quote}{marks} {text}"), "\n\n", "", Last::Other);
        }
        if let Some(item) = self.page.ancestor(at, &["li"]).filter(|_| context.region.in_list_item) {
            let depth = usize::from(context.list_depth.max(1)) - 1;
            let indent = "  ".repeat(depth);
            let is_ordered = self.is_ordered(item);
            let mark = if self.last == Some(Last::Item(item)) {
                if is_ordered { "   " } else { "  " }
            } else if is_ordered {
                "1. "
            } else {
                "- "
            };
            let gap = if matches!(self.last, Some(Last::Item(_))) { "\n" } else { "\n\n" };
            return self.push(&format!("{quote}{indent}{mark}{text}"), gap, "", Last::Item(item));
        }
        let line = Last::Line(context.element);
        // Lines that only a `<br>` parts.
        let (gap, end) = if self.last == Some(line) { ("\n", "  ") } else { ("\n\n", "") };
        self.push(&format!("{quote}{}", escape_start(&text)), gap, end, line);
    }

    fn is_ordered(&self, item: u32) -> bool {
        let elements = &self.page.document.elements;
        elements
            .get(item as usize)
            .and_then(|item| elements.get(item.parent as usize))
            .is_some_and(|list| list.tag == tag_hash("ol"))
    }

    /// Appends a piece; `before_end` ends the line before it.
    fn push(&mut self, piece: &str, gap: &str, before_end: &str, last: Last) {
        if self.last.is_some() {
            self.text.push_str(before_end);
            self.text.push_str(gap);
        }
        self.text.push_str(piece);
        self.last = Some(last);
    }
}

/// A fence longer than any run of backticks inside.
fn fence(code: &str) -> String {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let marks = "`".repeat((longest + 1).max(3));
    format!("{marks}\n{}\n{marks}", code.trim_matches('\n').trim_end())
}

/// Keeps a line from being read as a heading, list item, quote or rule.
fn escape_start(text: &str) -> String {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let after = &text[digits..];
    let is_number = digits > 0 && (after.starts_with(". ") || after.starts_with(") "));
    if is_number {
        return format!("{}\\{after}", &text[..digits]);
    }
    let is_mark =
        text.starts_with(['#', '>', '=']) || ["- ", "+ ", "---"].iter().any(|mark| text.starts_with(mark));
    if is_mark { format!("\\{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::segment_html;

    fn markdown(page: &str) -> String {
        let document = segment_html(page);
        to_markdown(&document, page, &(0..document.blocks.len()).collect::<Vec<_>>())
    }

    #[test]
    fn lists_nest_and_number() {
        let page = "<ol><li>One<li>Two<ul><li>a<li>b</ul></ol><p>After";
        assert_eq!(markdown(page), "1. One\n1. Two\n  - a\n  - b\n\nAfter");
    }

    #[test]
    fn code_keeps_its_lines_and_outbids_backticks() {
        let page = "<p>See<pre><code>let a = 1;\n\n  if a &lt; 2 {}\n</code></pre><pre>```\nx</pre>";
        assert_eq!(markdown(page), "See\n\n```\nlet a = 1;\n\n  if a < 2 {}\n```\n\n````\n```\nx\n````");
    }

    #[test]
    fn tables_have_rows_and_a_head() {
        let page = "<table><tr><th>Year<th>Rate<tr><td>2024<td>4|5 %</table>";
        assert_eq!(markdown(page), "| Year | Rate |\n| --- | --- |\n| 2024 | 4\\|5 % |");
        // One cell a row lays out a page.
        assert_eq!(markdown("<table><tr><td>One<tr><td>Two</table>"), "One\n\nTwo");
    }

    #[test]
    fn lines_quotes_and_marks_survive() {
        let page =
            "<p>Rose<br>is a rose<blockquote><p>Said he</blockquote><p># not a heading<p>1. not a list<p>a*b";
        let expected = "Rose  \nis a rose\n\n> Said he\n\n\\# not a heading\n\n1\\. not a list\n\na\\*b";
        assert_eq!(markdown(page), expected);
    }

    #[test]
    fn left_out_blocks_leave_no_trace() {
        let page = "<h1>T</h1><ul><li>keep<li>drop<li>keep</ul>";
        let document = segment_html(page);
        assert_eq!(to_markdown(&document, page, &[0, 1, 3]), "# T\n\n- keep\n- keep");
        assert_eq!(to_markdown(&document, page, &[]), "");
    }
}
