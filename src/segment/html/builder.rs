//! Tags and text to blocks and elements.

mod blocks;
mod svg;

use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use rustc_hash::FxHasher;

use super::attributes::{Attributes, Name, word_hash};
use super::jsonld;
use super::tags::Tag;
use super::tokenizer::Sink;
use crate::document::{Block, Document, DocumentKind, Element, Metadata, Region};
use blocks::Current;

/// Deeper elements are read as if they stood at this depth.
const MAX_DEPTH: usize = 512;

/// Elements and their words are not told apart from their parents beyond so many for each block that a page may have.
const ELEMENTS_A_BLOCK: usize = 4;
/// No page needs more elements, however many blocks it may have.
const MAX_ELEMENTS: usize = 1 << 22;

/// A longer title is none.
const MAX_TITLE_BYTES: usize = 64 << 10;

/// A question about an open element's tag.
type TagTest = fn(Tag) -> bool;

/// An open element.
#[derive(Clone, Copy, Debug)]
struct Open {
    tag: Tag,
    name: u32,
    element: u32,
    region: Region,
    list_depth: u8,
    table_depth: u8,
    heading: u8,
    skipped: bool,
    emphasis: bool,
    link: bool,
    /// Line breaks and spaces stand as they are.
    verbatim: bool,
}

/// The state between two tags.
#[derive(Debug, Default)]
pub(super) struct Builder {
    attributes: Attributes,
    /// In XHTML every element may close itself.
    is_xhtml: bool,
    tag: Option<(Tag, u32)>,
    tag_name: Vec<u8>,
    stack: Vec<Open>,
    /// Elements beyond [`MAX_DEPTH`] that are open but not on the stack.
    overflow: usize,
    /// The skipped element among them: its name, and how many of that name are open.
    overflow_skipped: Option<(u32, usize)>,
    max_blocks: usize,
    in_head: bool,
    in_title: bool,
    in_jsonld: bool,
    /// In the text of a `<script/>` or the like, up to its end tag.
    in_slashed: bool,
    text: String,
    blocks: Vec<Block>,
    current: Current,
    elements: Vec<Element>,
    words: Vec<u32>,
    metadata: Metadata,
    /// The current block as it stands in the page, if it is preformatted.
    lines: String,
    /// Blank lines since the last line of the same preformatted text, if there is one.
    blank_lines: Option<usize>,
    verbatim: Vec<(usize, Box<str>)>,
}

impl Builder {
    /// A builder of a page with at most so many blocks.
    pub(super) fn new(max_blocks: usize, is_xhtml: bool) -> Builder {
        Builder { max_blocks, is_xhtml, ..Builder::default() }
    }

    pub(super) fn finish(mut self) -> Document<'static> {
        self.flush();
        Document {
            kind: DocumentKind::Html,
            text: Cow::Owned(self.text),
            blocks: self.blocks,
            elements: self.elements,
            attribute_words: self.words,
            metadata: self.metadata,
            verbatim: self.verbatim,
            is_xhtml: self.is_xhtml,
        }
    }
}

impl Sink for Builder {
    fn attributes(&mut self) -> &mut Attributes {
        &mut self.attributes
    }

    /// Whether the page has more blocks than it may; what follows is not read.
    fn is_full(&self) -> bool {
        self.blocks.len() > self.max_blocks
    }

    fn open_start_tag(&mut self, name: &[u8]) {
        self.attributes.clear();
        self.tag_name.clear();
        self.tag_name.extend_from_slice(name);
        self.tag = Some((Tag::of(name), word_hash(name)));
    }

    fn close_start_tag(&mut self, self_closing: bool) -> bool {
        let Some((tag, name)) = self.tag.take() else { return false };
        let tag = if self.is_shadow_root() { Tag::ShadowRoot } else { tag };
        if self.in_head && !tag.may_stand_in_head(&self.tag_name) {
            self.leave_head();
        }
        self.leave_svg();
        self.close_implied(tag);
        let ends = self_closing && self.may_close_itself(tag);
        if tag.is_block() || matches!(tag, Tag::Void { breaks: true }) {
            self.flush();
        }
        match tag {
            Tag::Void { .. } => self.read_void(),
            Tag::Html if self.metadata.language.is_empty() => {
                self.metadata.language = self.attributes.text(Name::Lang);
            }
            Tag::Head => self.in_head = true,
            Tag::Title => self.in_title = !ends && self.metadata.title.is_empty() && !self.is_skipping(),
            Tag::Skipped if !ends => {
                self.in_jsonld = self.tag_name == b"script"
                    && self
                        .attributes
                        .get(Name::Type)
                        .is_some_and(|kind| kind.trim_ascii().eq_ignore_ascii_case(b"application/ld+json"));
            }
            _ => {}
        }
        match tag {
            Tag::Void { .. } => {}
            // Its slash means nothing, but it is no part of the page either.
            Tag::Skipped if self_closing && !ends => self.in_slashed = true,
            _ if !ends => self.push(tag, name),
            _ => {}
        }
        ends
    }

    fn end_tag(&mut self, name: &[u8]) {
        let tag = Tag::of(name);
        self.in_slashed = false;
        match tag {
            Tag::Head => self.leave_head(),
            Tag::Title => self.in_title = false,
            Tag::Skipped => self.in_jsonld = false,
            Tag::Void { breaks: true } => self.flush(),
            _ => {}
        }
        let name = word_hash(name);
        if self.overflow > 0 {
            self.end_overflow(name);
            return;
        }
        let crosses_scope = matches!(tag, Tag::Table | Tag::Row | Tag::Cell | Tag::Body | Tag::Html);
        for at in (0..self.stack.len()).rev() {
            let open = self.stack[at];
            if open.name == name {
                self.pop_to(at);
                return;
            }
            if open.tag.is_scope() && !crosses_scope {
                return;
            }
        }
    }

    fn text(&mut self, value: &str, span: Range<usize>) {
        if self.in_jsonld {
            jsonld::read(value.as_bytes(), &mut self.metadata);
        } else if self.in_title {
            fold_into(&mut self.metadata.title, value);
        } else if !self.in_head && !self.in_slashed && !self.is_skipping() {
            self.block_text(value, span);
        }
    }
}

impl Builder {
    /// Whether the template being opened is what its parent shows, and not what a script may use later.
    fn is_shadow_root(&self) -> bool {
        let mode = |mode: &[u8]| mode.eq_ignore_ascii_case(b"open") || mode.eq_ignore_ascii_case(b"closed");
        self.tag_name == b"template" && self.attributes.get(Name::ShadowRootMode).is_some_and(mode)
    }

    fn is_skipping(&self) -> bool {
        self.overflow_skipped.is_some() || self.stack.last().is_some_and(|open| open.skipped)
    }

    /// Opens an element that is too deep for the stack. Of what is skipped only the outermost element and others of its name
    /// count: authors forget end tags.
    fn push_overflow(&mut self, tag: Tag, name: u32) {
        match &mut self.overflow_skipped {
            Some((skipped, count)) => *count += usize::from(*skipped == name),
            None => {
                self.overflow += 1;
                self.overflow_skipped = (tag == Tag::Skipped).then_some((name, 1));
            }
        }
    }

    fn end_overflow(&mut self, name: u32) {
        match &mut self.overflow_skipped {
            Some((skipped, _)) if *skipped != name => {}
            Some((_, count)) if *count > 1 => *count -= 1,
            _ => {
                self.overflow_skipped = None;
                self.overflow -= 1;
            }
        }
    }

    fn leave_head(&mut self) {
        self.in_head = false;
        if let Some(at) = self.stack.iter().position(|open| open.tag == Tag::Head) {
            self.pop_to(at);
        }
    }

    /// Closes what HTML lets authors leave open before a start tag.
    fn close_implied(&mut self, tag: Tag) {
        let (closes, stops): (TagTest, TagTest) = match tag {
            Tag::ListItem => (|open| open == Tag::ListItem, |open| open == Tag::List || open.is_scope()),
            Tag::DefinitionItem => {
                (|open| open == Tag::DefinitionItem, |open| open == Tag::List || open.is_scope())
            }
            Tag::Cell => (|open| open == Tag::Cell, |open| matches!(open, Tag::Row | Tag::Table)),
            Tag::Row => (|open| open == Tag::Row, |open| open == Tag::Table),
            Tag::Link => (|open| open == Tag::Link, |open| open.is_block()),
            Tag::Control => (|open| open == Tag::Control, |open| open.is_block()),
            _ if tag.closes_paragraph() => (|open| open == Tag::Paragraph, |open| open.is_block()),
            _ => return,
        };
        for at in (0..self.stack.len()).rev() {
            let open = self.stack[at].tag;
            if closes(open) {
                self.pop_to(at);
                return;
            }
            if stops(open) {
                return;
            }
        }
    }

    fn pop_to(&mut self, depth: usize) {
        if self.stack[depth..].iter().any(|open| open.tag.is_block()) {
            self.flush();
        }
        self.stack.truncate(depth);
    }

    fn read_void(&mut self) {
        if self.tag_name == b"meta" {
            let content = self.attributes.text(Name::Content);
            let name = self.attributes.text(Name::Property).to_ascii_lowercase();
            let field = match name.as_str() {
                "og:title" => &mut self.metadata.og_title,
                "description" | "og:description" => &mut self.metadata.description,
                "og:url" => &mut self.metadata.canonical,
                _ => return,
            };
            if field.is_empty() {
                *field = content;
            }
        } else if self.tag_name == b"link"
            && self.attributes.get(Name::Rel).is_some_and(|rel| rel.eq_ignore_ascii_case(b"canonical"))
        {
            self.metadata.canonical = self.attributes.text(Name::Href);
        }
    }

    fn push(&mut self, tag: Tag, name: u32) {
        if self.stack.len() >= MAX_DEPTH {
            self.push_overflow(tag, name);
            return;
        }
        let parent = self.stack.last().copied();
        let element = self.add_element(tag, name, parent.map_or(0, |open| open.element));
        let mut open = Open {
            tag,
            name,
            element,
            ..parent.unwrap_or(Open {
                tag,
                name,
                element,
                region: Region::default(),
                list_depth: 0,
                table_depth: 0,
                heading: 0,
                skipped: false,
                emphasis: false,
                link: false,
                verbatim: false,
            })
        };
        match tag {
            Tag::Skipped => open.skipped = true,
            Tag::Heading(level) => open.heading = level,
            Tag::List => open.list_depth = open.list_depth.saturating_add(1),
            Tag::Table => open.table_depth = open.table_depth.saturating_add(1),
            Tag::Emphasis => open.emphasis = true,
            Tag::Link => open.link = true,
            Tag::Pre | Tag::Code | Tag::TextArea => open.verbatim = true,
            _ => {}
        }
        mark_region(&mut open.region, tag, &self.attributes);
        if !tag.is_block() {
            self.current.inline_tags = self.current.inline_tags.saturating_add(1);
            self.current.links = self.current.links.saturating_add(u16::from(tag == Tag::Link));
        }
        self.stack.push(open);
    }

    fn add_element(&mut self, tag: Tag, name: u32, parent: u32) -> u32 {
        if self.elements.len() >= self.max_blocks.saturating_mul(ELEMENTS_A_BLOCK).min(MAX_ELEMENTS) {
            return parent;
        }
        let start = self.words.len() as u32;
        self.attributes.words(&mut self.words);
        let words = (start, self.words.len() as u32);
        let mut hasher = FxHasher::default();
        self.elements.get(parent as usize).map_or(0, |element| element.path).hash(&mut hasher);
        name.hash(&mut hasher);
        self.words[words.0 as usize..].hash(&mut hasher);
        let path = hasher.finish();
        let is_block = tag.is_block();
        self.elements.push(Element { parent, tag: name, path, words, is_block, ..Element::default() });
        (self.elements.len() - 1) as u32
    }
}

fn mark_region(region: &mut Region, tag: Tag, attributes: &Attributes) {
    match tag {
        Tag::Nav => region.nav = true,
        Tag::Header => region.header = true,
        Tag::Footer => region.footer = true,
        Tag::Aside => region.aside = true,
        Tag::Main => region.main = true,
        Tag::Article => region.article = true,
        Tag::Form => region.form = true,
        Tag::Figure => region.figure = true,
        Tag::Quote => region.quote = true,
        Tag::Pre => region.pre = true,
        Tag::Control => region.control = true,
        Tag::Dialog => region.dialog = true,
        Tag::Noscript => region.noscript = true,
        Tag::Paragraph => region.in_paragraph = true,
        Tag::ListItem => region.in_list_item = true,
        Tag::DefinitionItem => region.in_definition = true,
        Tag::Cell => region.in_cell = true,
        _ => {}
    }
    if tag.is_block() {
        region.in_bare_block = tag == Tag::Block;
    }
    match attributes.get(Name::Role).unwrap_or_default() {
        b"navigation" | b"menu" | b"menubar" => region.nav = true,
        b"banner" => region.header = true,
        b"contentinfo" => region.footer = true,
        b"complementary" => region.aside = true,
        b"main" => region.main = true,
        b"article" => region.article = true,
        b"dialog" | b"alertdialog" => region.dialog = true,
        b"button" => region.control = true,
        _ => {}
    }
    region.hidden |= attributes.hides();
}

fn fold_into(target: &mut String, value: &str) {
    for word in value.split_whitespace() {
        if target.len() + word.len() >= MAX_TITLE_BYTES {
            return;
        }
        if !target.is_empty() {
            target.push(' ');
        }
        target.push_str(word);
    }
}
