//! Any bytes are a model or an error, and a model that loads can be used. The bytes also stand in for the model's numbers
//! behind a right header, so that more than the checksum is tested.
#![no_main]

use dechaff::document::Label;
use dechaff::features::Column;
use dechaff::model::{FORMAT, Model};
use dechaff::Detector;
use libfuzzer_sys::fuzz_target;

const PAGE: &str = "<nav><a href=/>Home</a></nav><p>The ferry runs again, said the council.</p><p>Subscribe now</p>";

fuzz_target!(|bytes: &[u8]| {
    for file in [bytes.to_vec(), sealed(bytes)] {
        let Ok(model) = Model::from_bytes(&file, "fuzz") else { continue };
        let detector = Detector::with_model(model);
        detector.detect_html(PAGE);
        detector.detect_text("The ferry runs again, said the council.\nSubscribe now");
    }
});

/// A model file with these bytes as its numbers.
fn sealed(numbers: &[u8]) -> Vec<u8> {
    let labels: Vec<&str> = Label::ALL.iter().map(|label| label.name()).collect();
    let columns: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
    let mut payload = postcard::to_allocvec(&(labels, columns)).expect("names are serialisable");
    payload.extend_from_slice(numbers);
    let packed = zstd::bulk::compress(&payload, 1).expect("memory is compressible");
    let mut file = b"DECHAFF\0".to_vec();
    file.extend_from_slice(&FORMAT.to_le_bytes());
    file.extend_from_slice(&crc32fast::hash(&packed).to_le_bytes());
    file.extend_from_slice(&packed);
    file
}
