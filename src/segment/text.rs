//! Plain text: one non-empty line is one block, unless it is a long one or there are too many.

use std::borrow::Cow;
use std::ops::Range;

use super::sentences::{LONG_LINE, sentences};
use crate::document::{Block, Document, DocumentKind, Metadata};
use crate::limits::{LimitExceeded, Limits};

/// Blocks between two looks at the clock.
const STEPS: usize = 4096;

/// Cuts plain text into blocks: each line that is not blank, trimmed.
///
/// ```
/// let document = dechaff::segment::segment_text("One line.\n\n  Another. \r\n");
/// let lines: Vec<_> = document.blocks.iter().map(|b| document.block_text(b)).collect();
/// assert_eq!(lines, ["One line.", "Another."]);
/// ```
pub fn segment_text(text: &str) -> Document<'_> {
    let mut blocks = Blocks::new(Limits::NONE);
    // Without limits there is no error.
    let _ = lines(text).try_for_each(|line| blocks.push(line));
    blocks.into_document(text)
}

/// As [`segment_text`], but of a line of more than 600 bytes each sentence is a block: some extractors join the lines of a
/// page, and what they joined is to be told apart.
pub fn segment_text_to_sentences(text: &str) -> Document<'_> {
    let mut blocks = Blocks::new(Limits::NONE);
    // Without limits there is no error.
    let _ = pieces(text).try_for_each(|piece| blocks.push(piece));
    blocks.into_document(text)
}

/// As [`segment_text_to_sentences`], within limits: of a text with more blocks, neighbours are joined.
///
/// # Errors
///
/// The deadline has passed.
pub fn segment_text_within(text: &str, limits: Limits) -> Result<Document<'_>, LimitExceeded> {
    let mut blocks = Blocks::new(limits);
    pieces(text).try_for_each(|piece| blocks.push(piece))?;
    Ok(blocks.into_document(text))
}

/// Lines, and sentences of long lines.
fn pieces(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    lines(text).flat_map(move |line| {
        let is_long = line.len() > LONG_LINE;
        let whole = (!is_long).then(|| line.clone());
        let cut = is_long.then(|| {
            let start = line.start;
            sentences(&text[line]).map(move |sentence| start + sentence.start..start + sentence.end)
        });
        whole.into_iter().chain(cut.into_iter().flatten())
    })
}

/// Lines that are not blank, without the white space around them.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut next = 0;
    memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]).filter_map(move |line_end| {
        let line_start = std::mem::replace(&mut next, line_end + 1);
        let line = &text[line_start..line_end];
        let start = line_start + (line.len() - line.trim_start().len());
        let end = start + line.trim().len();
        (start < end).then_some(start..end)
    })
}

/// Collects blocks; when they become too many, neighbours are joined two by two.
struct Blocks {
    blocks: Vec<Block>,
    limits: Limits,
    /// Pieces of text that a block has.
    width: usize,
    /// Pieces that the last block has.
    filled: usize,
}

impl Blocks {
    fn new(limits: Limits) -> Blocks {
        Blocks { blocks: Vec::new(), limits, width: 1, filled: 1 }
    }

    fn push(&mut self, range: Range<usize>) -> Result<(), LimitExceeded> {
        if self.filled < self.width
            && let Some(last) = self.blocks.last_mut()
        {
            (last.text.end, last.source.end) = (range.end, range.end);
            self.filled += 1;
            return Ok(());
        }
        if self.blocks.len() >= self.limits.max_blocks.max(2) {
            self.halve();
            return self.push(range);
        }
        if self.blocks.len().is_multiple_of(STEPS) {
            self.limits.deadline.check()?;
        }
        self.blocks.push(Block { text: range.clone(), source: range, ..Block::default() });
        self.filled = 1;
        Ok(())
    }

    fn halve(&mut self) {
        let joined = self.blocks.len().div_ceil(2);
        let is_even = self.blocks.len().is_multiple_of(2);
        for at in 0..joined {
            let last = (2 * at + 1).min(self.blocks.len() - 1);
            let range = self.blocks[2 * at].text.start..self.blocks[last].text.end;
            self.blocks[at] = Block { text: range.clone(), source: range, ..Block::default() };
        }
        self.blocks.truncate(joined);
        self.filled = if is_even { 2 * self.width } else { self.filled };
        self.width *= 2;
    }

    fn into_document(self, text: &str) -> Document<'_> {
        Document {
            kind: DocumentKind::Text,
            text: Cow::Borrowed(text),
            blocks: self.blocks,
            elements: Vec::new(),
            attribute_words: Vec::new(),
            metadata: Metadata::default(),
            verbatim: Vec::new(),
            is_xhtml: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Deadline;

    fn blocks(document: &Document<'_>) -> Vec<String> {
        document.blocks.iter().map(|block| document.block_text(block).to_owned()).collect()
    }

    fn lines(text: &str) -> Vec<String> {
        blocks(&segment_text(text))
    }

    #[test]
    fn blank_lines_of_any_white_space_are_no_blocks() {
        assert_eq!(lines(""), Vec::<&str>::new());
        assert_eq!(lines(" \n\u{3000}\n\t\r\n"), Vec::<&str>::new());
        assert_eq!(lines("a\n\u{a0}b \n\nc"), ["a", "b", "c"]);
    }

    #[test]
    fn a_long_line_is_its_sentences_and_a_short_one_is_whole() {
        let long = "The ferry left. It rained all day. ".repeat(20);
        let text = format!("One. Two.\n{long}\nThree. Four.");
        assert_eq!(lines(&text).len(), 3);
        let document = segment_text_within(&text, Limits::default()).unwrap();
        let found = blocks(&document);
        assert_eq!(
            (found.len(), found[0].as_str(), found[2].as_str()),
            (42, "One. Two.", "It rained all day.")
        );
    }

    #[test]
    fn a_text_of_too_many_lines_has_larger_blocks_and_loses_none() {
        for lines in 0..40 {
            let text: String = (0..lines).map(|n| format!("line {n}\n")).collect();
            let limits = Limits { max_blocks: 4, deadline: Deadline::NEVER };
            let document = segment_text_within(&text, limits).unwrap();
            assert!(document.blocks.len() <= 4);
            assert_eq!(blocks(&document).join("\n"), text.trim_end());
        }
    }
}
