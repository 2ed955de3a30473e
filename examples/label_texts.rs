//! Labels the texts or pages of a JSON Lines file one after the other, and says how fast the library did that.
//!
//!     cargo run --release --example label_texts -- FILE.jsonl

use std::time::{Duration, Instant};

use dechaff::Detector;
use dechaff::document::CodePoints;

#[derive(serde::Deserialize)]
struct Record {
    text: Option<String>,
    html: Option<String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("give a JSON Lines file")?;
    let lines = std::fs::read_to_string(path)?;
    let records = lines.lines().map(serde_json::from_str).collect::<Result<Vec<Record>, _>>()?;
    let detector = Detector::new()?;
    let (mut best, mut bytes, mut kept, mut blocks) = (Duration::MAX, 0, 0, 0);
    for _round in 0..3 {
        (bytes, kept, blocks) = (0, 0, 0);
        let start = Instant::now();
        for record in &records {
            let (source, detection) = match (&record.html, &record.text) {
                (Some(html), _) => (html, detector.detect_html(html)),
                (None, Some(text)) => (text, detector.detect_text(text)),
                (None, None) => continue,
            };
            let mut code_points = CodePoints::of(source);
            let last = detection.blocks().map(|block| code_points.before(block.end)).last();
            bytes += source.len();
            kept += detection.content().len() + usize::from(last.is_none());
            blocks += detection.blocks().count();
        }
        best = best.min(start.elapsed());
    }
    let seconds = best.as_secs_f64();
    println!("{seconds:.3} s, {:.1} MB/s, {blocks} blocks, {kept} bytes kept", bytes as f64 / 1e6 / seconds);
    Ok(())
}
