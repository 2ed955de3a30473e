//! What is written for one record.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::record::{Carrier, Record};
use super::task::{AnnotateOptions, FieldNames, FilterOptions, Offsets, RunOptions};
use super::with::Found;
use crate::Detection;
use crate::document::{Access, CodePoints, Label};
use crate::dump::{
    Columns, Extra, Fields, OutputFormat, Row, TableBlock, TableRow, TableSource, Written, free_name,
    wet_record,
};

#[derive(Serialize)]
struct AnnotatedRecord<'a> {
    id: Option<&'a str>,
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
    #[serde(flatten, serialize_with = "as_map")]
    added: Added,
}

/// What is asked for besides, in its order.
type Added = Vec<(&'static str, Extra)>;

fn as_map<S: Serializer>(added: &Added, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(added.iter().map(|(name, value)| (name, value)))
}

/// A row of Dolma's attribute files: spans in code points of the text, by label.
#[derive(Serialize)]
struct AttributesRecord<'a> {
    id: Option<&'a str>,
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
    json(&AttributesRecord { id: Some(id), attributes: Attributes(&[]) })
}

/// The record with its kept text; `None` where that is its source, which then is written as it was. A source that nobody needs
/// any more (the text is another, the HTML is not kept) may be empty: then its memory can be given back before.
pub(super) fn filtered(
    record: &mut Record,
    source: &str,
    found: &Found,
    text: Option<String>,
    filter: &FilterOptions,
    options: &RunOptions,
) -> Result<Written, String> {
    let names = &options.fields;
    let cells = found.cells(&filter.with, &record.carrier);
    let added = found.fields(&filter.with, &record.carrier);
    let kept = text.as_deref().unwrap_or(source);
    match (options.format, &mut record.carrier) {
        (OutputFormat::Wet, carrier) => {
            let date = if let Carrier::Page(page) = carrier { page.date.as_deref() } else { None };
            Ok(Written::Bytes(wet_record(&record.id, record.url.as_deref(), date, kept)))
        }
        (OutputFormat::Parquet, Carrier::Json(fields, columns)) => {
            let columns = columns.as_ref().ok_or_else(no_columns)?;
            let row = json_row(fields, columns, source, kept, filter, names)?;
            let text = text.or_else(|| Some(source.to_owned()));
            Ok(table_row(TableSource::Row(row), found.access, found.access_probability, text, cells))
        }
        (OutputFormat::Parquet, _) => {
            let table = table_source(record, filter.keep_html.then_some(source))?;
            let text = text.or_else(|| Some(source.to_owned()));
            Ok(table_row(table, found.access, found.access_probability, text, cells))
        }
        (OutputFormat::Jsonl, Carrier::Json(fields, _)) => {
            refuse_container(fields, &names.text)?;
            fields.keep_last(&names.text);
            // A source that the caller gave back is empty.
            let is_source = text.is_none() || (kept == source && !kept.is_empty());
            if record.is_html || !is_source {
                put_kept(fields, filter.keep_html, names);
            }
            json_line(fields, source, kept, added, filter, names)
        }
        (OutputFormat::Jsonl, Carrier::Page(page)) => {
            let html = (filter.keep_html && record.is_html).then_some(source);
            let url = page.url.as_deref();
            json(&PageRecord { id: &record.id, url, text: Some(kept), html, added })
        }
        (OutputFormat::Jsonl, Carrier::Row(row)) => {
            let line = row.to_json(
                (!filter.keep_html && row.is_text(&names.html)).then_some(names.html.as_str()),
                Some(&names.text),
            )?;
            let mut fields = Fields::parse(line)?;
            fields.put(&names.text, &names.html);
            json_line(&mut fields, source, kept, added, filter, names)
        }
    }
}

/// A JSON record that has its text, with what is asked for besides.
fn json_line(
    fields: &mut Fields,
    source: &str,
    kept: &str,
    added: Added,
    filter: &FilterOptions,
    names: &FieldNames,
) -> Result<Written, String> {
    if filter.keep_html {
        fields.keep_last(&names.html);
    } else {
        remove_html(fields, &names.html);
    }
    for (name, value) in added {
        let value = serde_json::to_string(&value).map_err(|error| error.to_string())?;
        fields.add(&free_name(name, |name| fields.has(name)), value);
    }
    let mut out = Vec::new();
    fields.write(source, kept, &mut out);
    Ok(Written::Bytes(out))
}

/// A JSON record as a row, without its text and, unless that is kept, its HTML.
fn json_row(
    fields: &mut Fields,
    columns: &Columns,
    source: &str,
    kept: &str,
    filter: &FilterOptions,
    names: &FieldNames,
) -> Result<Row, String> {
    let (text, html) = (names.text.as_str(), names.html.as_str());
    refuse_container(fields, text)?;
    for name in [text, html] {
        fields.keep_last(name);
    }
    // A text that is inside another field is replaced there, any other in a column of its own.
    let is_inside = |name: &str| !fields.has(name) && fields.leads(name);
    let is_inside = is_inside(text) || (!fields.leads(text) && is_inside(html));
    if is_inside {
        fields.put(text, html);
    } else if !columns.has(text) && !columns.has(html) {
        return Err(columns.lacks(text));
    }
    if !filter.keep_html {
        remove_html(fields, html);
    }
    let without: &[&str] = if is_inside { &[] } else { &[text] };
    columns.row(fields, without, source, kept)
}

/// Refuses to put the kept text where other fields are.
pub(super) fn refuse_container(fields: &Fields, text: &str) -> Result<(), String> {
    match fields.raw(text).is_some_and(|raw| raw.starts_with(['{', '['])) {
        true => Err(format!(
            "field `{text}` is an object or array, which the kept text would replace; --text-field names another"
        )),
        false => Ok(()),
    }
}

/// The kept text is to stand in its field; what it replaces gives back its memory.
pub(super) fn put_kept(fields: &mut Fields, keep_html: bool, names: &FieldNames) {
    fields.put(&names.text, &names.html);
    if !keep_html {
        remove_html(fields, &names.html);
    }
    fields.shrink();
}

/// Takes out the HTML. What is no string is something else, which nobody read.
fn remove_html(fields: &mut Fields, html: &str) {
    if fields.raw(html).is_none_or(|raw| raw == "null" || raw.starts_with('"')) {
        fields.remove(html);
    }
}

fn no_columns() -> String {
    "a JSON record has no columns for Parquet; write JSON Lines, or read Parquet".to_owned()
}

/// The record's blocks.
pub(super) fn annotated(
    record: &Record,
    source: &str,
    detection: &Detection<'_>,
    options: &AnnotateOptions,
    run: &RunOptions,
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
    let id = record.called(&run.fields);
    if options.attributes {
        return json(&AttributesRecord { id, attributes: Attributes(&blocks) });
    }
    if run.format == OutputFormat::Parquet {
        let blocks = blocks.iter().map(|block| TableBlock {
            start: block.start,
            end: block.end,
            label: block.label.name(),
            probability: block.probability as f32,
        });
        let (access, probability) = (detection.access(), detection.verdict.probability);
        let source = match &record.carrier {
            Carrier::Json(fields, columns) => {
                let columns = columns.as_ref().ok_or_else(no_columns)?;
                TableSource::Row(columns.row(fields, &[], source, "")?)
            }
            _ => table_source(record, None)?,
        };
        let blocks = blocks.collect();
        return Ok(Written::Row(Box::new(TableRow {
            source,
            text: None,
            access: access.name(),
            access_probability: probability,
            blocks,
            extra: Vec::new(),
        })));
    }
    json(&AnnotatedRecord { id, access: detection.access(), blocks })
}

/// The record as it was; a page becomes a record with its HTML or text.
pub(super) fn unchanged(record: &Record, source: &str) -> Result<Written, String> {
    match &record.carrier {
        Carrier::Row(row) => row.to_json(None, None).map(Written::Bytes),
        Carrier::Json(fields, _) => Ok(Written::Bytes(fields.line().as_bytes().to_vec())),
        Carrier::Page(_) => {
            let (text, html) = if record.is_html { (None, Some(source)) } else { (Some(source), None) };
            let url = record.url.as_deref();
            json(&PageRecord { id: &record.id, url, text, html, added: Added::new() })
        }
    }
}

fn table_source(record: &Record, html: Option<&str>) -> Result<TableSource, String> {
    match &record.carrier {
        Carrier::Row(row) => Ok(TableSource::Row(row.clone())),
        Carrier::Page(page) => Ok(TableSource::Page {
            id: record.id.clone(),
            url: page.url.clone(),
            html: html.filter(|_| record.is_html).map(str::to_owned),
        }),
        Carrier::Json(..) => Err(no_columns()),
    }
}

fn table_row(
    source: TableSource,
    access: Access,
    access_probability: f32,
    text: Option<String>,
    extra: Vec<Extra>,
) -> Written {
    let access = access.name();
    Written::Row(Box::new(TableRow { source, text, access, access_probability, blocks: Vec::new(), extra }))
}

fn json(value: &impl Serialize) -> Result<Written, String> {
    serde_json::to_vec(value).map(Written::Bytes).map_err(|error| error.to_string())
}
