//! Any bytes are a page: blocks in order, their text and source inside the page, elements after their parents.
#![no_main]

use dechaff::segment::{encoding, segment_html};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let source = encoding::decode(bytes, None);
    let document = segment_html(&source);
    let mut end = 0;
    for block in &document.blocks {
        assert!(!document.block_text(block).trim().is_empty());
        assert!(block.text.start >= end);
        end = block.text.end;
        assert!(block.source.start <= block.source.end);
        assert!(source.get(block.source.clone()).is_some());
        assert!((block.context.element as usize) < document.elements.len());
    }
    for (index, element) in document.elements.iter().enumerate() {
        assert!(element.parent as usize <= index);
    }
});
