//! What is written for one record.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::record::{Carrier, Record};
use super::task::{AnnotateOptions, Offsets, RunOptions};
use crate::Detection;
use crate::document::{Access, CodePoints, Label};
use crate::dump::{OutputFormat, TableBlock, TableRow, TableSource, Written, wet_record};

#[derive(Serialize)]
struct AnnotatedRecord<'a> {
    id: &'a str,
    access: Access,
    blocks: Vec<AnnotatedBlock<'a>>,
}

#[derive(Serialize)]
struct AnnotatedBlock<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    label: Label,
    probability: f64,
    start: usize,
    end: usize,
}

#[derive(Serialize)]
struct PageRecord<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<&'a str>,
}

/// A row of Dolma's attribute files: spans in code points of the text, by label.
#[derive(Serialize)]
struct AttributesRecord<'a> {
    id: &'a str,
    attributes: Attributes<'a>,
}

struct Attributes<'a>(&'a [AnnotatedBlock<'a>]);

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for label in Label::ALL {
            let spans = self.0.iter().filter(|block| block.label == label);
            let spans: Vec<_> = spans.map(|block| (block.start, block.end, block.probability)).collect();
            if !spans.is_empty() {
                map.serialize_entry(&format!("dechaff__{}", label.name()), &spans)?;
            }
        }
        map.end()
    }
}

/// The row of a record that was rejected: attribute files have a row for each row of the documents.
pub(super) fn empty_attributes(id: &str) -> Result<Written, String> {
    json(&AttributesRecord { id, attributes: Attributes(&[]) })
}

/// The record with its kept text.
pub(super) fn filtered(
    record: &mut Record<'_>,
    source: &str,
    detection: &Detection<'_>,
    text: &str,
    keep_html: bool,
    options: &RunOptions,
) -> Result<Written, String> {
    let names = &options.fields;
    match (options.format, &mut record.carrier) {
        (OutputFormat::Wet, Carrier::Page(page)) => {
            Ok(Written::Bytes(wet_record(&record.id, page.url.as_deref(), page.date.as_deref(), text)))
        }
        (OutputFormat::Wet, _) => {
            Ok(Written::Bytes(wet_record(&record.id, record.url.as_deref(), None, text)))
        }
        (OutputFormat::Parquet, _) => {
            row(record, detection, Some(text.to_owned()), keep_html.then_some(source), Vec::new())
        }
        (OutputFormat::Jsonl, Carrier::Json(fields)) => {
            fields.put(&names.text, text, &names.html);
            if !keep_html {
                fields.remove(&names.html);
            }
            let mut out = Vec::new();
            fields.write(&mut out);
            Ok(Written::Bytes(out))
        }
        (OutputFormat::Jsonl, Carrier::Page(page)) => {
            let html = (keep_html && record.is_html).then_some(source);
            json(&PageRecord { id: &record.id, url: page.url.as_deref(), text: Some(text), html })
        }
        (OutputFormat::Jsonl, Carrier::Row(row)) => {
            let line = row.to_json((!keep_html).then_some(&names.html))?;
            let mut fields = crate::dump::Fields::parse(&line)?;
            fields.put(&names.text, text, &names.html);
            let mut out = Vec::new();
            fields.write(&mut out);
            Ok(Written::Bytes(out))
        }
    }
}

/// The record's blocks.
pub(super) fn annotated(
    record: &Record<'_>,
    source: &str,
    detection: &Detection<'_>,
    options: &AnnotateOptions,
    format: OutputFormat,
) -> Result<Written, String> {
    let mut code_points = CodePoints::of(source);
    let blocks: Vec<AnnotatedBlock<'_>> = detection
        .blocks()
        .map(|block| {
            let (start, end) = match options.offsets {
                Offsets::Bytes => (block.start, block.end),
                Offsets::Chars => (code_points.before(block.start), code_points.before(block.end)),
            };
            AnnotatedBlock {
                text: options.with_text.then_some(block.text),
                label: block.label,
                // Four digits: enough for any threshold, and stable to read.
                probability: (f64::from(block.probability) * 1e4).round() / 1e4,
                start,
                end,
            }
        })
        .collect();
    let id = record.id.as_str();
    if options.attributes {
        return json(&AttributesRecord { id, attributes: Attributes(&blocks) });
    }
    if format == OutputFormat::Parquet {
        let blocks = blocks.iter().map(|block| TableBlock {
            start: block.start,
            end: block.end,
            label: block.label.name(),
            probability: block.probability as f32,
        });
        return row(record, detection, None, None, blocks.collect());
    }
    json(&AnnotatedRecord { id, access: detection.access(), blocks })
}

/// The record as it was; a page becomes a record with its HTML or text.
pub(super) fn unchanged(record: &Record<'_>, source: &str, line: Option<&[u8]>) -> Result<Written, String> {
    match (&record.carrier, line) {
        (Carrier::Row(row), _) => row.to_json(None).map(Written::Bytes),
        (_, Some(line)) => Ok(Written::Bytes(line.to_vec())),
        _ => {
            let (text, html) = if record.is_html { (None, Some(source)) } else { (Some(source), None) };
            json(&PageRecord { id: &record.id, url: record.url.as_deref(), text, html })
        }
    }
}

fn row(
    record: &Record<'_>,
    detection: &Detection<'_>,
    text: Option<String>,
    html: Option<&str>,
    blocks: Vec<TableBlock>,
) -> Result<Written, String> {
    let source = match &record.carrier {
        Carrier::Row(row) => TableSource::Row((*row).clone()),
        Carrier::Page(page) => TableSource::Page {
            id: record.id.clone(),
            url: page.url.clone(),
            html: html.filter(|_| record.is_html).map(str::to_owned),
        },
        Carrier::Json(_) => {
            return Err(
                "a JSON record has no columns for Parquet; write JSON Lines, or read Parquet".to_owned()
            );
        }
    };
    Ok(Written::Row(Box::new(TableRow {
        source,
        text,
        access: detection.access().name(),
        access_probability: detection.verdict.probability,
        blocks,
    })))
}

fn json(value: &impl Serialize) -> Result<Written, String> {
    serde_json::to_vec(value).map(Written::Bytes).map_err(|error| error.to_string())
}
