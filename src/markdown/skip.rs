//! What stands in a block's source but is no text of it, such as scripts.

use std::ops::Range;

use crate::limits::{Deadline, TimeUp};
use crate::segment::{Attributes, Sink, is_skipped, seeks_end_tag, tokenize};

/// The skipped element that is open, as the segmenter sees it.
#[derive(Clone, Default)]
pub(super) struct Skip {
    is_xhtml: bool,
    /// The outermost one's name.
    name: Vec<u8>,
    /// How many of that name are open.
    count: usize,
}

impl Skip {
    pub(super) fn new(is_xhtml: bool) -> Skip {
        Skip { is_xhtml, ..Skip::default() }
    }

    pub(super) fn is_skipping(&self) -> bool {
        self.count > 0
    }

    /// Takes a start tag; says whether its element ends with it.
    pub(super) fn open(&mut self, name: &[u8], self_closing: bool) -> bool {
        let may_end = !seeks_end_tag(name) || self.is_xhtml || (self.is_skipping() && self.name == b"svg");
        let ends = self_closing && may_end && (self.is_xhtml || self.is_skipping() || is_skipped(name));
        if ends {
            return true;
        }
        if self.is_skipping() {
            self.count += usize::from(self.name == name);
        } else if is_skipped(name) {
            self.name = name.to_owned();
            self.count = 1;
        }
        false
    }

    /// Takes an end tag.
    pub(super) fn close(&mut self, name: &[u8]) {
        self.count = self.count.saturating_sub(usize::from(self.name == name));
    }
}

/// The text of a range with its white space, line breaks as `<br>` or in the source.
pub(super) fn raw(
    source: &str,
    range: Range<usize>,
    skip: Skip,
    deadline: Deadline,
) -> Result<String, TimeUp> {
    let mut raw = Raw { skip, ..Raw::default() };
    tokenize(source.get(range).unwrap_or_default(), 0, &mut raw, deadline)?;
    Ok(raw.text.replace("\r\n", "\n"))
}

#[derive(Default)]
struct Raw {
    attributes: Attributes,
    name: Vec<u8>,
    skip: Skip,
    text: String,
}

impl Sink for Raw {
    fn attributes(&mut self) -> &mut Attributes {
        &mut self.attributes
    }

    fn open_start_tag(&mut self, name: &[u8]) {
        self.attributes.clear();
        self.name.clear();
        self.name.extend_from_slice(name);
    }

    fn close_start_tag(&mut self, self_closing: bool) -> bool {
        if self.name == b"br" && !self.skip.is_skipping() {
            self.text.push('\n');
        }
        self.skip.open(&self.name, self_closing)
    }

    fn end_tag(&mut self, name: &[u8]) {
        self.skip.close(name);
    }

    fn text(&mut self, value: &str, _: Range<usize>) {
        if !self.skip.is_skipping() {
            self.text.push_str(value);
        }
    }
}
