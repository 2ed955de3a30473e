//! The nouns of the crate: [`Document`], [`Block`], [`Label`], [`Access`].

mod access;
mod code_points;
mod label;

use std::borrow::Cow;
use std::ops::Range;

pub use access::Access;
pub use code_points::CodePoints;
pub use label::{Label, LabelSet, N_LABELS, UnknownLabel};

/// Where a document's blocks came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// Plain text: one non-empty line is one block.
    Text,
    /// HTML: a block is the text between two block-level boundaries.
    Html,
}

/// A document cut into blocks, with what the segmenter saw around them.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    /// Text or HTML.
    pub kind: DocumentKind,
    /// The text that blocks point into: the input itself for text, the folded text for HTML.
    pub text: Cow<'a, str>,
    /// The blocks in reading order.
    pub blocks: Vec<Block>,
    /// The elements of an HTML page in document order, the root first; empty for text.
    pub elements: Vec<Element>,
    /// Hashes of class, id, role and itemprop words; [`Element::words`] points into it.
    pub attribute_words: Vec<u32>,
    /// What the page says about itself.
    pub metadata: Metadata,
    /// The lines of preformatted blocks whose white space was folded, as the page has them, by the block's index, in rising
    /// order. Line breaks in front stand for blank lines above.
    pub verbatim: Vec<(usize, Box<str>)>,
    /// Whether a page was read as XHTML, in which every element may close itself.
    pub is_xhtml: bool,
}

impl Document<'_> {
    /// The document with a text of its own.
    pub fn into_owned(self) -> Document<'static> {
        Document { text: Cow::Owned(self.text.into_owned()), ..self }
    }

    /// The text of a block.
    pub fn block_text(&self, block: &Block) -> &str {
        self.text.get(block.text.clone()).unwrap_or("")
    }
}

/// One block of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Byte range of the block's text in [`Document::text`].
    pub text: Range<usize>,
    /// Half-open byte range in the source that was segmented.
    pub source: Range<usize>,
    /// The tags around the block; the default for text.
    pub context: Context,
}

/// What an HTML block stands in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Index of the innermost element, in [`Document::elements`].
    pub element: u32,
    /// Heading level 1–6, 0 outside headings.
    pub heading: u8,
    /// Number of open lists.
    pub list_depth: u8,
    /// Number of open tables.
    pub table_depth: u8,
    /// Number of open elements.
    pub depth: u16,
    /// Characters inside links.
    pub link_chars: u32,
    /// Links that start in the block.
    pub links: u16,
    /// Inline elements that start in the block.
    pub inline_tags: u16,
    /// Characters inside `b`, `strong`, `em` and `i`.
    pub emphasis_chars: u32,
    /// The regions that enclose the block.
    pub region: Region,
}

/// Enclosing regions of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// In `nav` or `role=navigation`.
    pub nav: bool,
    /// In `header` or `role=banner`.
    pub header: bool,
    /// In `footer` or `role=contentinfo`.
    pub footer: bool,
    /// In `aside` or `role=complementary`.
    pub aside: bool,
    /// In `main` or `role=main`.
    pub main: bool,
    /// In `article` or `role=article`.
    pub article: bool,
    /// In `form`.
    pub form: bool,
    /// In `figure`.
    pub figure: bool,
    /// In `blockquote`.
    pub quote: bool,
    /// In `pre`.
    pub pre: bool,
    /// In `button`, `select` or `label`.
    pub control: bool,
    /// In `dialog` or `role=dialog`.
    pub dialog: bool,
    /// In `p`.
    pub in_paragraph: bool,
    /// In `li`.
    pub in_list_item: bool,
    /// In `dt` or `dd`.
    pub in_definition: bool,
    /// In `td` or `th`.
    pub in_cell: bool,
    /// Directly in a block-level element without a meaning of its own, such as `div`.
    pub in_bare_block: bool,
    /// In `noscript`.
    pub noscript: bool,
    /// Hidden by attribute or inline style.
    pub hidden: bool,
}

/// One element of an HTML page, kept flat: the parent comes before its children.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Index of the parent; the root is its own parent.
    pub parent: u32,
    /// Hash of the tag name.
    pub tag: u32,
    /// Hash of the tag names and class words from the root down.
    pub path: u64,
    /// Start and end in [`Document::attribute_words`].
    pub words: (u32, u32),
    /// Whether the element is block-level.
    pub is_block: bool,
    /// Characters of text directly in the element.
    pub chars: u32,
    /// Of these, characters inside a link.
    pub link_chars: u32,
}

impl Element {
    /// An element and the ones around it, innermost first; nothing where there is no such element.
    pub(crate) fn ancestors(elements: &[Element], element: u32) -> impl Iterator<Item = usize> + use<'_> {
        let mut next = ((element as usize) < elements.len()).then_some(element as usize);
        std::iter::from_fn(move || {
            let at = next?;
            let parent = elements[at].parent as usize;
            next = (parent != at).then_some(parent);
            Some(at)
        })
    }
}

/// What the page says about itself, collected in the same pass as the blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// `title` element.
    pub title: String,
    /// `og:title`.
    pub og_title: String,
    /// `meta name=description`, or `og:description`.
    pub description: String,
    /// `lang` of the `html` element.
    pub language: String,
    /// `link rel=canonical`, or `og:url`.
    pub canonical: String,
    /// `headline` or `name` in JSON-LD.
    pub headline: String,
    /// `articleBody`, or a product's `description`, in JSON-LD.
    pub article_body: String,
    /// `isAccessibleForFree` in JSON-LD.
    pub accessible_for_free: Option<bool>,
}
