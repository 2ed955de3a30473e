//! Any bytes are read to their end: records are numbered without a gap, offsets rise, no record is larger than allowed.
#![no_main]

use dechaff::dump::{Format, InputOptions, Item, open_stream};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let options = InputOptions { format: Some(Format::Warc), max_record_bytes: 4096, ..InputOptions::default() };
    let stream = Box::new(std::io::Cursor::new(bytes.to_vec()));
    let Ok(mut reader) = open_stream(stream, "fuzz", None, &options) else { return };
    let (mut number, mut offset) = (0, 0);
    while let Some(item) = reader.next_item() {
        let (record, at) = match &item {
            Item::Record(record) => (record.number, record.offset),
            Item::Reject(reject) => (reject.record, reject.offset),
            Item::NoPage(_) => continue,
        };
        assert_eq!(record, number + 1);
        assert!(at >= offset);
        (number, offset) = (record, at);
        if let Item::Record(record) = item {
            assert!(record.len() <= options.max_record_bytes);
        }
    }
});
