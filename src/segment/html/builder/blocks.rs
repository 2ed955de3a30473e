//! Text to blocks.

use std::ops::Range;

use super::Builder;
use crate::document::{Block, Context, Element};
use crate::segment::html::tokenizer::Sink;

/// The block being collected; its text is the tail of [`Builder::text`].
#[derive(Debug, Default)]
pub(super) struct Current {
    text_start: usize,
    source: Range<usize>,
    context: Context,
    pending_space: bool,
    open: bool,
    pub(super) links: u16,
    pub(super) inline_tags: u16,
    /// Part of it is not preformatted.
    is_mixed: bool,
}

impl Builder {
    /// Appends text to the current block, folding white space; in `pre` a line break ends the block.
    pub(super) fn block_text(&mut self, value: &str, span: Range<usize>) {
        if self.stack.last().is_some_and(|open| open.region.pre) {
            let exact = value.len() == span.len();
            let mut at = 0;
            for line in value.split_inclusive('\n') {
                if self.is_full() {
                    return;
                }
                let line_span =
                    if exact { span.start + at..span.start + at + line.len() } else { span.clone() };
                self.append(line, line_span);
                if line.ends_with('\n') {
                    self.end_line();
                }
                at += line.len();
            }
        } else {
            self.append(value, span);
        }
    }

    /// Ends a line of preformatted text. A blank one is remembered for the next.
    fn end_line(&mut self) {
        if self.current.open {
            self.flush_block();
            self.blank_lines = Some(0);
        } else {
            self.lines.clear();
            self.blank_lines = self.blank_lines.map(|lines| lines + 1);
        }
    }

    fn append(&mut self, value: &str, span: Range<usize>) {
        let is_verbatim = self.stack.last().is_some_and(|open| open.verbatim);
        if is_verbatim {
            self.lines.push_str(value);
        }
        let trimmed = value.trim_start();
        let leading = value.len() - trimmed.len();
        if trimmed.is_empty() {
            self.current.pending_space |= self.current.open && leading > 0;
            return;
        }
        self.current.is_mixed |= !is_verbatim;
        // Without character references the decoded text has its source's length, so offsets are exact.
        let exact = value.len() == span.len();
        if self.current.open {
            self.current.pending_space |= leading > 0;
        } else {
            self.start_block(if exact { span.start + leading } else { span.start });
        }
        let trailing = trimmed.len() - trimmed.trim_end().len();
        let before = self.text.len();
        let mut chars = 0;
        for word in trimmed.split_whitespace() {
            if std::mem::take(&mut self.current.pending_space) {
                self.text.push(' ');
            }
            self.text.push_str(word);
            chars += word.chars().count() as u32;
            self.current.pending_space = true;
        }
        self.current.pending_space = trailing > 0;
        self.current.source.end = if exact { span.end - trailing } else { span.end };
        debug_assert!(self.text.len() > before);
        self.count(chars);
    }

    fn start_block(&mut self, source_start: usize) {
        let mut context = Context { depth: self.stack.len() as u16, ..Context::default() };
        if let Some(open) = self.stack.last() {
            context.element = open.element;
            context.heading = open.heading;
            context.list_depth = open.list_depth;
            context.table_depth = open.table_depth;
            context.region = open.region;
        } else if self.elements.is_empty() {
            self.elements.push(Element::default());
        }
        self.current.open = true;
        self.current.pending_space = false;
        self.current.text_start = self.text.len();
        self.current.source = source_start..source_start;
        self.current.context = context;
    }

    /// Credits characters that are not white space to the block and to the innermost element.
    fn count(&mut self, chars: u32) {
        let (element, link, emphasis) =
            self.stack.last().map_or((0, false, false), |open| (open.element, open.link, open.emphasis));
        let context = &mut self.current.context;
        context.link_chars += if link { chars } else { 0 };
        context.emphasis_chars += if emphasis { chars } else { 0 };
        if let Some(element) = self.elements.get_mut(element as usize) {
            element.chars += chars;
            element.link_chars += if link { chars } else { 0 };
        }
    }

    /// Ends the current block and the preformatted text around it.
    pub(super) fn flush(&mut self) {
        self.flush_block();
        self.blank_lines = None;
    }

    fn flush_block(&mut self) {
        if self.current.open {
            let mut context = self.current.context;
            context.links = self.current.links;
            context.inline_tags = self.current.inline_tags;
            let text = self.current.text_start..self.text.len();
            self.keep_lines();
            self.blocks.push(Block { text, source: self.current.source.clone(), context });
            self.text.push('\n');
            self.current.open = false;
        }
        self.current.pending_space = false;
        self.current.links = 0;
        self.current.inline_tags = 0;
        self.current.is_mixed = false;
        self.lines.clear();
    }

    /// Keeps the lines of the current block if they are all preformatted and folding changes them.
    fn keep_lines(&mut self) {
        let lines = self.lines.trim_end().trim_start_matches(['\r', '\n']);
        // Code in lines of its own is preformatted; a word of code in a sentence is not.
        let is_block = self.current.context.region.pre || lines.contains('\n');
        if lines.is_empty() || self.current.is_mixed || !is_block {
            return;
        }
        let blank = self.blank_lines.unwrap_or(0);
        if blank > 0 || *lines != self.text[self.current.text_start..] {
            let lines = "\n".repeat(blank) + &lines.replace("\r\n", "\n");
            self.verbatim.push((self.blocks.len(), lines.into()));
        }
    }
}
