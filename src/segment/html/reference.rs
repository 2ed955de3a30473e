//! The reference for the tokenizer: the same builder behind `html5gum`, which passes the tests of the HTML standard.

use std::cell::Cell;
use std::convert::Infallible;

use html5gum::emitters::ForwardingEmitter;
use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Emitter, Span, State, Tokenizer};
use proptest::prelude::*;

use super::attributes::Name;
use super::builder::Builder;
use super::tokenizer::Sink;
use super::{declares_xml, segment_html};
use crate::document::Document;

fn reference(html: &str) -> Document<'static> {
    let mut builder = Builder::new(usize::MAX, declares_xml(html));
    tokenize(html, 0, &mut builder);
    builder.finish()
}

/// The emitter, but for elements that end with their start tag: no text without tags follows these.
struct Emitting<'a, F: Callback<Infallible, usize>> {
    inner: CallbackEmitter<F, Infallible, usize>,
    has_ended: &'a Cell<bool>,
}

impl<F: Callback<Infallible, usize>> ForwardingEmitter for Emitting<'_, F> {
    type Token = Infallible;

    fn inner(&mut self) -> &mut impl Emitter<Token = Infallible> {
        &mut self.inner
    }

    fn emit_current_tag(&mut self) -> Option<State> {
        let next = self.inner.emit_current_tag();
        next.filter(|_| !self.has_ended.take())
    }
}

fn tokenize(html: &str, offset: usize, builder: &mut Builder) {
    let (mut in_noscript, mut is_noscript) = (false, false);
    let mut attribute = None;
    let has_ended = Cell::new(false);
    let mut emitter =
        CallbackEmitter::new(|event: CallbackEvent<'_>, span: Span<usize>| -> Option<Infallible> {
            let value = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            if !matches!(event, CallbackEvent::AttributeValue { .. } | CallbackEvent::Error(_))
                && let Some(name) = attribute.take()
            {
                builder.attributes().push(name, "");
            }
            match event {
                CallbackEvent::OpenStartTag { name } => {
                    is_noscript = name == b"noscript";
                    builder.open_start_tag(name);
                }
                CallbackEvent::AttributeName { name } => attribute = Name::of(name),
                CallbackEvent::AttributeValue { value: bytes } => {
                    if let Some(name) = attribute.take() {
                        builder.attributes().push(name, &value(bytes));
                    }
                }
                CallbackEvent::CloseStartTag { self_closing } => {
                    has_ended.set(builder.close_start_tag(self_closing));
                    in_noscript = is_noscript && offset == 0 && !has_ended.get();
                }
                CallbackEvent::EndTag { name } => {
                    in_noscript = false;
                    builder.end_tag(name);
                }
                CallbackEvent::String { .. } if in_noscript => {
                    tokenize(html.get(span.start..span.end).unwrap_or_default(), span.start, builder);
                }
                CallbackEvent::String { value: bytes } => {
                    builder.text(&value(bytes), span.start + offset..span.end + offset);
                }
                CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
            }
            None
        });
    emitter.naively_switch_states(true);
    let emitter = Emitting { inner: emitter, has_ended: &has_ended };
    Tokenizer::new_with_emitter(html, emitter).for_each(drop);
}

/// Equal but for line breaks of two bytes in attributes, which only the reference folds, and for the ranges of blocks with
/// any, which only ours keeps exact.
fn assert_same(html: &str) -> Result<(), TestCaseError> {
    let (ours, theirs) = (segment_html(html), reference(html));
    let texts = |document: &Document<'_>| {
        document.blocks.iter().map(|block| document.block_text(block).to_owned()).collect::<Vec<_>>()
    };
    prop_assert_eq!(texts(&ours), texts(&theirs));
    if !html.contains('\r') {
        prop_assert_eq!(&ours.verbatim, &theirs.verbatim);
    }
    prop_assert_eq!(&ours.elements, &theirs.elements);
    prop_assert_eq!(&ours.attribute_words, &theirs.attribute_words);
    let metadata = |document: &Document<'_>| {
        format!("{:?}", document.metadata).replace("\\r\\n", "\\n").replace("\\r", "\\n")
    };
    prop_assert_eq!(metadata(&ours), metadata(&theirs));
    for (ours, theirs) in ours.blocks.iter().zip(&theirs.blocks) {
        prop_assert_eq!(&ours.context, &theirs.context);
        if !html.contains(['\r', '&']) && !html.contains("</>") {
            prop_assert_eq!(&ours.source, &theirs.source);
        }
    }
    Ok(())
}

/// Pieces that meet each other's half-open states.
const PIECES: &[&str] = &[
    "<p class=a id='b c' role=\"main\">",
    "<DIV CLASS=\"x&amp;y\" hidden>",
    "</div>",
    "</p >",
    "<br/>",
    "<a href=/x?a=1&b=2>",
    "</a>",
    "<script>",
    "</script>",
    "</SCRIPT x=1>",
    "<!--",
    "-->",
    "--!>",
    "<!-->",
    "<script",
    "</script",
    "<style>",
    "</style>",
    "<title>",
    "</title>",
    "<textarea>",
    "</textarea/>",
    "<noscript>",
    "</noscript>",
    "<svg/>",
    "<svg>",
    "<svg><foreignObject>",
    "</foreignObject>",
    "<style/>",
    "<script src=a />",
    "<title/>",
    "<iframe src=a />",
    "<noscript/>",
    "<template>",
    "<template shadowrootmode=open>",
    "</template>",
    "<h2>",
    "</svg>",
    "<![CDATA[x]]>",
    "<!doctype html>",
    "<?xml?>",
    "</>",
    "</ x>",
    "<",
    ">",
    "&lt;",
    "&amp",
    "&notit;",
    "&#65;",
    "&#x80;",
    "&",
    "\"",
    "'",
    "=",
    "/",
    "-",
    "word",
    " ",
    "\n",
    "\r\n",
    "\t",
    "ü",
    "日本",
    "<pre>a\n b",
    "</pre>",
    "<li",
    "<li>",
    "x='1",
    "y=\"2",
    " =z ",
    "<p a=b/>",
    "<iframe>",
    "</iframe>",
    "<meta name=description content=\"d &quot;e&quot;\">",
    "<table><tr><td>",
    "</table>",
    "<plaintext>",
    "!",
];

proptest! {
    #[test]
    fn any_page_has_the_blocks_that_the_reference_finds(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        assert_same(&pieces.concat())?;
    }

    #[test]
    fn any_page_of_xhtml_has_the_blocks_that_the_reference_finds(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        assert_same(&format!("<?xml version='1.0'?>{}", pieces.concat()))?;
    }
}

#[test]
fn the_shipped_pages_have_the_blocks_that_the_reference_finds() {
    let pages = include_str!("../../../datasets/html.jsonl");
    for line in pages.lines() {
        let record: serde_json::Value = serde_json::from_str(line).expect("a record");
        assert_same(record["html"].as_str().unwrap_or_default()).expect("same blocks");
    }
}

/// For corpora that are not shipped: `DECHAFF_PAGES=pages.jsonl cargo test --release reference -- --ignored`.
#[test]
#[ignore = "reads the file of records that DECHAFF_PAGES names"]
fn the_pages_of_a_corpus_have_the_blocks_that_the_reference_finds() {
    let path = std::env::var("DECHAFF_PAGES").expect("DECHAFF_PAGES names a JSONL file");
    let file = std::io::BufReader::new(std::fs::File::open(path).expect("the file opens"));
    let mut pages = 0;
    for line in std::io::BufRead::lines(file) {
        let record: serde_json::Value = serde_json::from_str(&line.expect("a line")).expect("a record");
        if let Err(error) = assert_same(record["html"].as_str().unwrap_or_default()) {
            panic!("{}: {error}", record["id"]);
        }
        pages += 1;
    }
    println!("{pages} pages have the same blocks");
}
