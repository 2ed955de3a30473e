//! What the segmenter must know about a tag name.

/// Tags that change how the segmenter reads what follows; all others are [`Tag::Inline`] or [`Tag::Block`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Inline,
    Block,
    /// Text inside is never a block.
    Skipped,
    /// Has no content: `br` and `hr` break a block, the others do not.
    Void {
        breaks: bool,
    },
    Html,
    Head,
    Body,
    Title,
    Link,
    Heading(u8),
    Paragraph,
    List,
    ListItem,
    DefinitionItem,
    Table,
    Row,
    Cell,
    Nav,
    Header,
    Footer,
    Aside,
    Main,
    Article,
    Form,
    Figure,
    Quote,
    Pre,
    Control,
    Dialog,
    Noscript,
    Emphasis,
    Code,
    TextArea,
    /// A template that is shown in the place of its parent's content.
    ShadowRoot,
}

impl Tag {
    pub(super) fn of(name: &[u8]) -> Tag {
        match name {
            b"a" => Tag::Link,
            b"div" | b"section" | b"figcaption" | b"fieldset" | b"legend" | b"details" | b"summary"
            | b"center" | b"address" | b"caption" | b"thead" | b"tbody" | b"tfoot" | b"colgroup"
            | b"hgroup" | b"search" | b"optgroup" | b"frameset" | b"object" | b"marquee" => Tag::Block,
            b"script" | b"style" | b"template" | b"iframe" | b"svg" | b"noframes" | b"noembed"
            | b"datalist" => Tag::Skipped,
            b"br" | b"hr" => Tag::Void { breaks: true },
            b"img" | b"input" | b"meta" | b"link" | b"base" | b"wbr" | b"area" | b"col" | b"embed"
            | b"source" | b"track" | b"param" | b"bgsound" | b"basefont" | b"frame" | b"keygen" => {
                Tag::Void { breaks: false }
            }
            b"html" => Tag::Html,
            b"head" => Tag::Head,
            b"body" => Tag::Body,
            b"title" => Tag::Title,
            b"h1" => Tag::Heading(1),
            b"h2" => Tag::Heading(2),
            b"h3" => Tag::Heading(3),
            b"h4" => Tag::Heading(4),
            b"h5" => Tag::Heading(5),
            b"h6" => Tag::Heading(6),
            b"p" => Tag::Paragraph,
            b"ul" | b"ol" | b"dl" | b"menu" | b"dir" => Tag::List,
            b"li" => Tag::ListItem,
            b"dt" | b"dd" => Tag::DefinitionItem,
            b"table" => Tag::Table,
            b"tr" => Tag::Row,
            b"td" | b"th" => Tag::Cell,
            b"nav" => Tag::Nav,
            b"header" => Tag::Header,
            b"footer" => Tag::Footer,
            b"aside" => Tag::Aside,
            b"main" => Tag::Main,
            b"article" => Tag::Article,
            b"form" => Tag::Form,
            b"figure" => Tag::Figure,
            b"blockquote" => Tag::Quote,
            b"pre" | b"listing" | b"xmp" => Tag::Pre,
            b"button" | b"select" | b"option" => Tag::Control,
            b"dialog" => Tag::Dialog,
            b"noscript" => Tag::Noscript,
            b"b" | b"strong" | b"em" | b"i" => Tag::Emphasis,
            b"code" => Tag::Code,
            b"textarea" => Tag::TextArea,
            _ => Tag::Inline,
        }
    }

    /// Whether the element starts and ends a block of text.
    pub(super) fn is_block(self) -> bool {
        !matches!(
            self,
            Tag::Inline
                | Tag::Link
                | Tag::Emphasis
                | Tag::Code
                | Tag::Skipped
                | Tag::Void { .. }
                | Tag::Title
        )
    }

    /// Whether a start tag closes an open paragraph.
    pub(super) fn closes_paragraph(self) -> bool {
        self.is_block() && !matches!(self, Tag::Control | Tag::Noscript | Tag::ShadowRoot)
    }

    /// Whether an end tag of another element does not reach past this one.
    pub(super) fn is_scope(self) -> bool {
        matches!(self, Tag::Cell | Tag::Table | Tag::Html | Tag::Body | Tag::ShadowRoot)
    }

    /// Elements that belong into `head`; any other start tag ends it.
    pub(super) fn may_stand_in_head(self, name: &[u8]) -> bool {
        matches!(name, b"meta" | b"link" | b"base" | b"script" | b"style" | b"template" | b"noscript")
            || matches!(self, Tag::Title | Tag::Html | Tag::Head)
    }
}
