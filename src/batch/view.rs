//! What a report shows of a document.

use serde::Serialize;

use super::record::Record;
use super::sample::place_of;
use super::task::ViewLimits;
use crate::Detection;
use crate::document::Label;
use crate::dump::View;

/// A label with a lower probability is in doubt.
const DOUBT: f32 = 0.6;

#[derive(Serialize)]
struct Head<'a> {
    id: &'a str,
    /// The id is the record's number in the input, as it has none of its own.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_number: bool,
    url: Option<&'a str>,
    host: Option<&'a str>,
    access: &'static str,
    blocks: usize,
    /// Blocks by label, in the order of the labels.
    labels: Vec<usize>,
    /// Share of the blocks whose label is in doubt.
    doubt: f32,
}

#[derive(Serialize)]
struct Body {
    probability: f32,
    evidence: Vec<usize>,
    /// Text, index of the label, probability in thousandths.
    blocks: Vec<(String, usize, u16)>,
}

/// A view of a document.
pub(super) fn view_of(
    record: &Record,
    source: &str,
    host: Option<&str>,
    detection: &Detection<'_>,
    limits: ViewLimits,
) -> Result<View, String> {
    let (id, url) = (record.id.as_str(), record.url.as_deref());
    let place = place_of(record, source, 0);
    let mut labels = vec![0; Label::ALL.len()];
    let mut chaff = Vec::new();
    let mut doubtful = 0;
    let mut blocks = Vec::with_capacity(detection.decisions.len());
    for block in detection.blocks() {
        labels[block.label.index()] += 1;
        doubtful += usize::from(block.probability < DOUBT);
        if block.label != Label::Content {
            chaff.push((block.text.to_owned(), block.label));
        }
        let thousandths = (block.probability * 1000.0).round() as u16;
        if blocks.len() < limits.blocks {
            blocks.push((shortened(block.text, limits.chars), block.label.index(), thousandths));
        }
    }
    let head = Head {
        id,
        is_number: !record.has_id,
        url,
        host,
        access: detection.access().name(),
        blocks: detection.decisions.len(),
        labels,
        doubt: doubtful as f32 / detection.decisions.len().max(1) as f32,
    };
    let verdict = &detection.verdict;
    let evidence = verdict.evidence.iter().copied().filter(|&block| block < blocks.len()).collect();
    let body = Body { probability: verdict.probability, evidence, blocks };
    let json = |error: serde_json::Error| error.to_string();
    let (head, body) = (serde_json::to_vec(&head).map_err(json)?, serde_json::to_vec(&body).map_err(json)?);
    Ok(View { place, head, body, chaff })
}

fn shortened(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}
