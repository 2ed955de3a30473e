//! Any bytes are read to their end: records are numbered without a gap, offsets rise, no record is larger than allowed, and fields that
//! are not touched are written as they were read.
#![no_main]

use dechaff::dump::{Body, Fields, Format, InputOptions, Item, open_stream};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let options = InputOptions { format: Some(Format::Jsonl), max_record_bytes: 4096, ..InputOptions::default() };
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
            let Body::JsonLine(line) = record.body else { panic!("a line is a JSON record") };
            if let Ok(mut fields) = Fields::parse(line) {
                let mut same = Vec::new();
                fields.write("", "", &mut same);
                assert_eq!(same, fields.line().trim().as_bytes());
                fields.put("text", "html");
                let mut written = Vec::new();
                fields.write("", "kept", &mut written);
                let again = Fields::parse(written).expect("what is written can be read");
                assert_eq!(again.string("text").expect("a string").as_deref(), Some("kept"));
            }
        }
    }
});
