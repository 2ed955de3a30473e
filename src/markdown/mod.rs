//! Kept blocks as Markdown: headings, lists, quotes, tables, code and links as the page has them.
//!
//! The segmenter folds white space and forgets links, for speed; only here, for the blocks that are kept, the page's source is
//! read once more.

mod inline;
mod skip;
mod table;

use skip::{Skip, raw};

use crate::document::{Block, Document, DocumentKind, Element};
use crate::limits::{Deadline, TimeUp};
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
    // Without a deadline there is no error.
    to_markdown_within(document, source, kept, Deadline::NEVER).unwrap_or_default()
}

/// As [`to_markdown`], until a deadline.
///
/// # Errors
///
/// It has passed.
pub fn to_markdown_within(
    document: &Document<'_>,
    source: &str,
    kept: &[usize],
    deadline: Deadline,
) -> Result<String, TimeUp> {
    if document.kind == DocumentKind::Text {
        let lines: Vec<&str> = kept.iter().map(|&at| document.block_text(&document.blocks[at])).collect();
        return Ok(lines.join("\n"));
    }
    let page = Page { document, source, deadline };
    let mut writer = Writer { page, text: String::new(), last: None };
    let mut rest = kept;
    while let Some(&first) = rest.first() {
        deadline.check()?;
        let count = writer.write(first, rest)?;
        rest = &rest[count..];
    }
    Ok(writer.text)
}

/// Deeper lists are indented as if they stood at this depth.
const MAX_INDENT: usize = 16;

/// Elements whose tags are text.
const LITERAL: [&str; 3] = ["textarea", "xmp", "plaintext"];

/// A document beside its source.
#[derive(Clone, Copy)]
struct Page<'a> {
    document: &'a Document<'a>,
    source: &'a str,
    deadline: Deadline,
}

impl<'a> Page<'a> {
    fn block(self, at: usize) -> &'a Block {
        &self.document.blocks[at]
    }

    /// The nearest element around a block whose tag is one of `names`.
    fn ancestor<const N: usize>(self, at: usize, names: [&str; N]) -> Option<u32> {
        let elements = &self.document.elements;
        let tags = names.map(tag_hash);
        let is_named = |&at: &usize| tags.contains(&elements[at].tag);
        Element::ancestors(elements, self.block(at).context.element).find(is_named).map(|at| at as u32)
    }

    /// How many of the blocks, from the first on, stand in the same element; at least 1, as the first does.
    fn run(self, blocks: &[usize], element: u32, name: &str) -> usize {
        blocks.iter().take_while(|&&at| self.ancestor(at, [name]) == Some(element)).count()
    }

    fn inline(self, at: usize) -> Result<String, TimeUp> {
        self.deadline.check()?;
        let block = self.block(at);
        let literal = || inline::literal(self.document.block_text(block));
        let element = self.document.elements.get(block.context.element as usize);
        if element.is_some_and(|element| LITERAL.map(tag_hash).contains(&element.tag)) {
            return Ok(literal());
        }
        let floor = at.checked_sub(1).map_or(0, |before| self.block(before).source.end);
        let text = inline::to_markdown(self.source, floor, block.source.clone(), self.skip(), self.deadline)?;
        // No text of a block is lost, whatever its source looks like from inside.
        Ok(if text.is_empty() { literal() } else { text })
    }

    /// Preformatted blocks with their white space, without what was left out between them.
    fn raw(self, blocks: &[usize]) -> Result<String, TimeUp> {
        let mut text = String::new();
        for pieces in blocks.chunk_by(|&one, &next| next == one + 1) {
            let (Some(&first), Some(&last)) = (pieces.first(), pieces.last()) else { continue };
            let start = self.block(first).source.start;
            let before = self.source.get(..start).unwrap_or_default();
            let range = before.trim_end_matches([' ', '\t']).len()..self.block(last).source.end;
            if !text.is_empty() {
                text.push('\n');
            }
            text += &raw(self.source, range, self.skip(), self.deadline)?;
        }
        Ok(text)
    }

    fn skip(self) -> Skip {
        Skip::new(self.document.is_xhtml)
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
    fn write(&mut self, first: usize, blocks: &[usize]) -> Result<usize, TimeUp> {
        let page = self.page;
        let region = page.block(first).context.region;
        if region.pre
            && let Some(pre) = page.ancestor(first, ["pre"])
        {
            let count = page.run(blocks, pre, "pre");
            let fenced = fence(&page.raw(&blocks[..count])?);
            self.push(&fenced, "\n\n", "", Last::Other);
            return Ok(count);
        }
        if region.in_cell
            && let Some(root) = page.ancestor(first, ["table"])
        {
            let count = page.run(blocks, root, "table");
            match table::to_markdown(page, &blocks[..count])? {
                Some(rows) => self.push(&rows, "\n\n", "", Last::Other),
                None => blocks[..count].iter().try_for_each(|&at| self.write_line(at))?,
            }
            return Ok(count);
        }
        self.write_line(first)?;
        Ok(1)
    }

    fn write_line(&mut self, at: usize) -> Result<(), TimeUp> {
        let context = &self.page.block(at).context;
        let quote = if context.region.quote { "> " } else { "" };
        let text = self.page.inline(at)?;
        if context.heading > 0 {
            let marks = "#".repeat(usize::from(context.heading));
            self.push(&format!("{quote}{marks} {text}"), "\n\n", "", Last::Other);
            return Ok(());
        }
        if let Some(item) = self.page.ancestor(at, ["li"]).filter(|_| context.region.in_list_item) {
            let depth = usize::from(context.list_depth.max(1)) - 1;
            let indent = "  ".repeat(depth.min(MAX_INDENT));
            let is_ordered = self.is_ordered(item);
            let mark = if self.last == Some(Last::Item(item)) {
                if is_ordered { "   " } else { "  " }
            } else if is_ordered {
                "1. "
            } else {
                "- "
            };
            let gap = if matches!(self.last, Some(Last::Item(_))) { "\n" } else { "\n\n" };
            self.push(&format!("{quote}{indent}{mark}{text}"), gap, "", Last::Item(item));
            return Ok(());
        }
        let line = Last::Line(context.element);
        // Lines that only a `<br>` parts.
        let (gap, end) = if self.last == Some(line) { ("\n", "  ") } else { ("\n\n", "") };
        self.push(&format!("{quote}{}", escape_start(&text)), gap, end, line);
        Ok(())
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
        let page = "<pre>\n  keep\ndrop\n  keep\n    keep</pre>";
        let document = segment_html(page);
        assert_eq!(to_markdown(&document, page, &[0, 2, 3]), "```\n  keep\n  keep\n    keep\n```");
    }

    #[test]
    fn what_the_segmenter_skips_is_no_markdown() {
        let page = "<p>One<script>var a = '<b>'</script> two<svg><title>t</title><style/></svg> three<!-- c -->\
            <style>p { color: red }</style> four <template>five</template><iframe src=a /></iframe>six";
        assert_eq!(markdown(page), "One two three four six");
        assert_eq!(markdown("<pre>a<script>b</script>\nc<br>d</pre>"), "```\na\nc\nd\n```");
    }

    #[test]
    fn tags_in_a_text_area_are_text() {
        assert_eq!(markdown("<textarea>a <script> *b*</textarea>"), "a \\<script> \\*b\\*");
    }

    #[test]
    fn endless_lists_and_ragged_tables_cost_no_more_than_their_bytes() {
        let page = "<ul><li>x".repeat(1000);
        assert!(markdown(&page).len() < 8 * page.len());
        let page = format!("<table><tr>{}{}", "<td>x".repeat(1000), "<tr><td>y".repeat(1000));
        let markdown = markdown(&page);
        assert!(markdown.len() < 8 * page.len() && markdown.contains("| y |"));
    }

    #[test]
    fn a_deadline_is_asked_between_blocks() {
        let page = "<p>x".repeat(10);
        let document = segment_html(&page);
        let passed = Deadline::after(Some(std::time::Duration::ZERO));
        assert!(to_markdown_within(&document, &page, &[0, 1], passed).is_err());
        assert!(to_markdown_within(&document, &page, &[0, 1], Deadline::NEVER).is_ok());
    }
}
