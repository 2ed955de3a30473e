//! Any bytes are a text: its blocks are its lines, trimmed, in order.
#![no_main]

use dechaff::segment::{encoding, segment_text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let source = encoding::decode(bytes, Some("utf-8"));
    let document = segment_text(&source);
    let mut end = 0;
    for block in &document.blocks {
        let text = document.block_text(block);
        assert!(!text.is_empty() && !text.contains('\n'));
        assert_eq!(source.get(block.source.clone()), Some(text));
        assert!(block.source.start >= end);
        end = block.source.end;
    }
});
