//! Plain text: one non-empty line is one block.

use std::borrow::Cow;

use crate::document::{Block, Document, DocumentKind, Metadata};

/// Cuts plain text into blocks: each line that is not blank, trimmed.
///
/// ```
/// let document = dechaff::segment::segment_text("One line.\n\n  Another. \r\n");
/// let lines: Vec<_> = document.blocks.iter().map(|b| document.block_text(b)).collect();
/// assert_eq!(lines, ["One line.", "Another."]);
/// ```
pub fn segment_text(text: &str) -> Document<'_> {
    let mut blocks = Vec::new();
    let mut line_start = 0;
    for line_end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
        let line = &text[line_start..line_end];
        let trimmed = line.trim();
        if !trimmed.is_empty() {
            let start = line_start + (line.len() - line.trim_start().len());
            let range = start..start + trimmed.len();
            blocks.push(Block { text: range.clone(), source: range, ..Block::default() });
        }
        line_start = line_end + 1;
    }
    Document {
        kind: DocumentKind::Text,
        text: Cow::Borrowed(text),
        blocks,
        elements: Vec::new(),
        attribute_words: Vec::new(),
        metadata: Metadata::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<&str> {
        let document = segment_text(text);
        document.blocks.iter().map(|block| &text[block.source.clone()]).collect()
    }

    #[test]
    fn blank_lines_of_any_white_space_are_no_blocks() {
        assert_eq!(lines(""), Vec::<&str>::new());
        assert_eq!(lines(" \n\u{3000}\n\t\r\n"), Vec::<&str>::new());
        assert_eq!(lines("a\n\u{a0}b \n\nc"), ["a", "b", "c"]);
    }

    #[test]
    fn a_text_without_line_breaks_is_one_block() {
        let long = "word ".repeat(100_000);
        assert_eq!(lines(&long).len(), 1);
    }
}
